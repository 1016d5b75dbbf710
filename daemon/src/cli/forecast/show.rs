//! `watteau forecast show TARGET`: the forecasts of a day that are kept.

use super::super::{Exit, Global, client::Client, output};
use crate::model::Text;
use anyhow::bail;
use clap::Args;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::{collections::BTreeMap, fmt::Write as _};

/// Arguments of `watteau forecast show`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Show {
    /// The series that is forecast.
    target: String,
    /// The local day; tomorrow by default.
    #[arg(long, value_name = "DATE")]
    day: Option<String>,
    /// All that were made, those that count for nothing too.
    #[arg(long)]
    all: bool,
}

/// The part of the API's answer that is shown.
#[derive(Debug, Deserialize)]
pub(super) struct Day {
    target: String,
    unit: String,
    #[serde(rename = "day")]
    date: String,
    pub(super) runs: Vec<Made>,
}

/// One forecast.
#[derive(Debug, Deserialize)]
pub(super) struct Made {
    pub(super) model: String,
    at: String,
    eve: bool,
    issued_at: i64,
    known_until: Option<i64>,
    counts: bool,
    replayed: bool,
    method: Text,
    weather: String,
    start: Vec<i64>,
    value: Vec<f64>,
    quantiles: BTreeMap<String, Vec<f64>>,
    total: Option<Energy>,
    blocks: Vec<Block>,
    month: Option<Month>,
}

#[derive(Debug, Deserialize)]
struct Energy {
    value: f64,
    lower: f64,
    upper: f64,
}

#[derive(Debug, Deserialize)]
struct Block {
    from: String,
    to: String,
    value: f64,
    lower: f64,
    upper: f64,
}

#[derive(Debug, Deserialize)]
struct Month {
    value: f64,
    lower: f64,
    upper: f64,
    so_far: f64,
}

impl Show {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let client = Client::read(global).await?;
        let tomorrow = self.day.is_none();
        let mut query = vec![("target", self.target)];
        query.extend(self.day.map(|day| ("day", day)));
        let body: serde_json::Value = client.get("/api/v1/forecasts", &query).await?;
        if global.json {
            output::print_json(&body)?;
            return Ok(Exit::Ok);
        }
        let day: Day = serde_json::from_value(body)?;
        if day.runs.is_empty() {
            let hint = if tomorrow {
                format!("; `watteau forecast run {}` makes one now", day.target)
            } else {
                String::new()
            };
            bail!("no forecast of {} is kept for {}{hint}", day.target, day.date);
        }
        let shown = day.runs.iter().filter(|run| self.all || run.counts);
        print(&day, shown, &client.zone().await?)?;
        let others = day.runs.iter().filter(|run| !run.counts).count();
        if others > 0 && !self.all && global.quiet == 0 {
            eprintln!("{others} more were made and count for nothing; --all shows them.");
        }
        Ok(Exit::Ok)
    }
}

/// Prints forecasts one below the other.
pub(super) fn print<'a>(
    day: &'a Day,
    runs: impl Iterator<Item = &'a Made>,
    zone: &TimeZone,
) -> anyhow::Result<()> {
    for run in runs {
        let mut text = String::new();
        let when = if run.eve { "the day before" } else { "on the day" };
        let _ = writeln!(text, "{} on {}, by {} for {} {when}", day.target, day.date, run.model, run.at);
        let made = output::local(run.issued_at, zone);
        let late = if run.replayed { ", afterwards, with no more than was known then" } else { "" };
        let known = run.known_until.map_or_else(String::new, |until| {
            format!(", with what was known until {}", output::local(until, zone))
        });
        let counts = if run.counts { "" } else { "; it counts for nothing: another was made in time" };
        let _ = writeln!(
            text,
            "made {made}{late}{known}{counts}; {} Temperatures: {}.",
            run.method.en, run.weather
        );
        let number = |value: f64| output::number((value * 100.0).round() / 100.0);
        if let Some(Energy { value, lower, upper }) = &run.total {
            let [value, lower, upper] = [value, lower, upper].map(|kwh| number(*kwh));
            let _ = writeln!(text, "the day: {value} kWh ({lower} to {upper} in 80 of 100 days)");
        }
        for Block { from, to, value, lower, upper } in &run.blocks {
            let [value, lower, upper] = [value, lower, upper].map(|kwh| number(*kwh));
            let _ = writeln!(text, "  {from} to {to}: {value} kWh ({lower} to {upper})");
        }
        if let Some(Month { value, lower, upper, so_far }) = &run.month {
            let [value, lower, upper, so_far] = [value, lower, upper, so_far].map(|kwh| number(*kwh));
            let _ = writeln!(text, "its month: {value} kWh ({lower} to {upper}), {so_far} of them known");
        }
        output::print_raw(&text)?;
        let [low, high] = ["0.1", "0.9"].map(|level| run.quantiles.get(level));
        let at = |column: Option<&Vec<f64>>, row: usize| {
            column.and_then(|column| column.get(row)).map_or_else(|| "-".to_owned(), |value| number(*value))
        };
        let rows = run.start.iter().enumerate().map(|(row, start)| {
            [output::local(*start, zone), at(Some(&run.value), row), at(low, row), at(high, row)]
        });
        output::table(["start", &day.unit, "10 %", "90 %"], rows)?;
        output::print_raw("\n")?;
    }
    Ok(())
}
