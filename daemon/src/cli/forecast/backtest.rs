//! `watteau forecast backtest TARGET`: how good forecasts of the past would have been.

use super::super::{Exit, Global, client::Client, output};
use bytes::Bytes;
use clap::Args;
use serde::Deserialize;
use std::fmt::Write as _;

/// Arguments of `watteau forecast backtest`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Backtest {
    /// The series.
    target: String,
    /// First day.
    #[arg(long, value_name = "DATE")]
    since: String,
    /// Last day.
    #[arg(long, value_name = "DATE")]
    until: String,
    /// Local time of issue, the day before; the job's first by default.
    #[arg(long, value_name = "HH:MM")]
    at: Option<String>,
    /// Models to score beside ours: official, `naive_d7`…; all by default.
    #[arg(long = "model", value_name = "M", num_args = 1..)]
    models: Vec<String>,
    /// What stands in for weather forecasts: archived (the temperatures measured later), none, or noisy:DEGC.
    #[arg(long, value_name = "CASE", default_value = "archived")]
    weather: String,
}

/// The part of the answer that is shown.
#[derive(Debug, Deserialize)]
struct Score {
    target: String,
    unit: String,
    since: String,
    until: String,
    at: String,
    weather: String,
    common_hours: usize,
    first_day: Option<String>,
    last_day: Option<String>,
    models: Vec<Model>,
    #[serde(default)]
    groups: Vec<Group>,
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Debug, Deserialize)]
struct Part {
    #[serde(rename = "part")]
    name: String,
    unit: String,
    common_hours: usize,
    models: Vec<Model>,
}

#[derive(Debug, Deserialize)]
struct Model {
    #[serde(rename = "model")]
    name: String,
    mape: Option<f64>,
    wape: Option<f64>,
    mae: Option<f64>,
    rmse: Option<f64>,
    bias: Option<f64>,
    pinball: Option<f64>,
    coverage_80: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(rename = "group")]
    name: String,
    hours: usize,
    models: Vec<Model>,
}

impl Backtest {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let client = Client::read(global).await?;
        let mut query = vec![
            ("target", self.target),
            ("since", self.since),
            ("until", self.until),
            ("weather", self.weather),
        ];
        query.extend(self.at.map(|at| ("at", at)));
        if !self.models.is_empty() {
            query.push(("models", self.models.join(",")));
        }
        let path = "/api/v1/forecasts/backtest";
        let body: serde_json::Value = client.post(path, &query, Bytes::new()).await?;
        if global.json {
            output::print_json(&body)?;
            return Ok(Exit::Ok);
        }
        print(&serde_json::from_value(body)?)?;
        Ok(Exit::Ok)
    }
}

fn print(score: &Score) -> anyhow::Result<()> {
    let Score { target, unit, at, weather, common_hours, .. } = score;
    // What is headed is what was there, and not what was asked for.
    let since = score.first_day.as_ref().unwrap_or(&score.since);
    let until = score.last_day.as_ref().unwrap_or(&score.until);
    let weather = match weather.as_str() {
        "measured" => "the temperatures measured later stand in for forecasts".to_owned(),
        "none" => "no weather forecast".to_owned(),
        noisy => format!(
            "the temperatures measured later with an error of {} degC stand in for forecasts",
            noisy.trim_start_matches("noisy:")
        ),
    };
    output::print_raw(&format!(
        "{target}, {since} to {until}, issued at {at} the day before, in {unit}\n{weather}; {common_hours} values that all have\n"
    ))?;
    if (since, until) != (&score.since, &score.until) {
        let Score { since, until, .. } = score;
        output::print_raw(&format!(
            "asked for {since} to {until}; the other days are not known by the meter and by every model\n"
        ))?;
    }
    models(&score.models)?;
    let mut months = String::new();
    for Group { name, hours, models } in &score.groups {
        let _ = write!(months, "{name} {hours:>5}");
        for model in models {
            let error = model.mape.map_or_else(|| maybe(model.mae), |mape| format!("{mape:.2} %"));
            let _ = write!(months, "  {} {error}", model.name);
        }
        if let Some(cover) = models.first().and_then(|model| model.coverage_80) {
            let _ = write!(months, "  in interval {cover:.0} %");
        }
        months.push('\n');
    }
    output::print_raw(&format!("\n{months}"))?;
    for Part { name, unit, common_hours, models: scores } in &score.parts {
        let what = match name.as_str() {
            "today" => "issued on the day itself",
            "days" => "whole days, issued the day before",
            other => other,
        };
        output::print_raw(&format!("\n{what}, in {unit}; {common_hours} values that all have\n"))?;
        models(scores)?;
    }
    Ok(())
}

fn number(value: f64) -> String {
    format!("{value:.2}")
}

fn maybe(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), number)
}

/// A row for each model.
fn models(scores: &[Model]) -> anyhow::Result<()> {
    let rows = scores.iter().map(|model| {
        let Model { name, mape, wape, mae, rmse, bias, pinball, coverage_80 } = model;
        let [mape, wape] = [mape, wape]
            .map(|percent| percent.map_or_else(|| "-".to_owned(), |percent| format!("{percent:.3}")));
        let [mae, rmse, bias, pinball, cover] =
            [mae, rmse, bias, pinball, coverage_80].map(|value| maybe(*value));
        [name.clone(), mape, wape, mae, rmse, bias, pinball, cover]
    });
    output::table(["model", "MAPE %", "WAPE %", "MAE", "RMSE", "bias", "pinball", "in 80 % interval"], rows)
}
