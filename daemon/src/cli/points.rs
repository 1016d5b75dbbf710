//! `watteau points SERIES`: the points of a series, as a table, CSV or JSON.

use super::{
    Exit, Global,
    client::{self, Client},
    output,
};
use clap::{Args, ValueEnum};
use serde::Deserialize;

/// Arguments of `watteau points`.
#[derive(Debug, Args)]
pub(super) struct Points {
    /// The series' id (`watteau series` lists them).
    series: String,
    /// From this instant or local day on (RFC 3339 or a date); from the first point on by default.
    #[arg(long, value_name = "T")]
    since: Option<String>,
    /// Up to this instant or local day, excluded; to the last point by default.
    #[arg(long, value_name = "T")]
    until: Option<String>,
    /// How to group; a power becomes an energy from `hour` on.
    #[arg(long, value_enum, default_value_t = Step::Raw)]
    step: Step,
    /// How to print; `--json` is short for `--format json`.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Step {
    Raw,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
}

/// The part of the API's answer that a table needs.
#[derive(Debug, Deserialize)]
struct Columns {
    unit: String,
    timezone: String,
    start: Vec<i64>,
    value: Vec<Option<f64>>,
    coverage: Vec<f64>,
    quality: Vec<Option<String>>,
}

/// What the list of series says of one.
#[derive(Debug, Deserialize)]
struct Kept {
    id: String,
    points: u64,
    step_seconds: Option<u64>,
    first: Option<i64>,
    last: Option<i64>,
    latest: Option<Latest>,
}

#[derive(Debug, Deserialize)]
struct Latest {
    end: i64,
}

impl Points {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let client = Client::read(global).await?;
        let format = if global.json { Format::Json } else { self.format };
        let step = self.step.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default();
        let all: Vec<Kept> = client.get("/api/v1/series", &[]).await?;
        let kept = all.into_iter().find(|one| one.id == self.series);
        let mut query = vec![("step", step)];
        // A person who asks for a series means all of it, not the week that a page would show.
        let instant = |second: Option<i64>| Some(jiff::Timestamp::from_second(second?).ok()?.to_string());
        let first = kept.as_ref().and_then(|kept| instant(kept.first));
        let end = kept.as_ref().and_then(|kept| instant(Some(kept.latest.as_ref()?.end.max(kept.last? + 1))));
        query.extend(self.since.or(first).map(|since| ("from", since)));
        query.extend(self.until.or(end).map(|until| ("to", until)));
        let path = format!("/api/v1/series/{}/points", client::encode(&self.series));
        if format == Format::Csv {
            output::print_raw(&client.text(&path, &query, "text/csv").await?)?;
            return Ok(Exit::Ok);
        }
        let body: serde_json::Value = client.get(&path, &query).await?;
        if format == Format::Json {
            output::print_json(&body)?;
            return Ok(Exit::Ok);
        }
        let columns: Columns = serde_json::from_value(body)?;
        let zone = jiff::tz::TimeZone::get(&columns.timezone)?;
        if let (true, Some(Kept { points, first: Some(first), last: Some(last), .. })) =
            (columns.value.iter().all(Option::is_none), &kept)
        {
            if matches!(self.step, Step::Hour)
                && kept.as_ref().is_some_and(|kept| kept.step_seconds > Some(3600))
            {
                eprintln!(
                    "{} is measured over longer than an hour, and is never cut into hours.",
                    self.series
                );
            } else {
                let (first, last) = (output::local(*first, &zone), output::local(*last, &zone));
                eprintln!("No point in this period; {} has {points}, from {first} to {last}.", self.series);
            }
        }
        // As kept, to the last digit; a mean or a sum is a person's to read.
        let shown = |value: f64| match self.step {
            Step::Raw => output::number(value),
            _ => output::number((value * 1000.0).round() / 1000.0),
        };
        let rows = columns.start.iter().enumerate().map(|(i, start)| {
            [
                output::local(*start, &zone),
                columns.value.get(i).copied().flatten().map_or_else(|| "-".to_owned(), shown),
                columns.quality.get(i).cloned().flatten().unwrap_or_default(),
                columns.coverage.get(i).map_or_else(String::new, |c| format!("{:.0} %", c * 100.0)),
            ]
        });
        output::table(["start", &columns.unit, "quality", "coverage"], rows)?;
        Ok(Exit::Ok)
    }
}
