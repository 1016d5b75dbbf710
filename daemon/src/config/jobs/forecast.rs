//! `kind = "forecast"`: a series that is forecast every day.

use super::super::{
    check::Lines,
    section::Section,
    types::{Job, Lag},
};
use crate::models::Name;
use jiff::civil::Time;
use serde_json::json;

/// What such a job may be told.
const KEYS: [&str; 9] =
    ["kind", "target", "official", "drivers", "presence", "models", "at", "lag", "enabled"];
/// Forecasts by day at most: each is kept for ever.
const MOST_TIMES: usize = 6;
/// The latest that a series may be known and still say something of its afternoon.
const LATEST: u8 = 12;

pub(super) fn resolve(section: &Section<'_>, name: &str, shown: &mut Lines) -> Job {
    section.only(&KEYS);
    let job = Job::new(name, &section.target("forecast", "rte.load"));
    let job = Job {
        official: section.series("official").or(job.official),
        presence: section.series("presence"),
        drivers: section.patterns("drivers").unwrap_or(job.drivers),
        models: models(section).unwrap_or(job.models),
        at: times(section).unwrap_or(job.at),
        lag: lag(section).unwrap_or(job.lag),
        enabled: section.truth("enabled").unwrap_or(true),
        ..job
    };
    section.default(shown, "at", json!(job.at.iter().copied().map(hh_mm).collect::<Vec<_>>()));
    section.default(shown, "lag", json!(job.lag.to_string()));
    section.default(shown, "drivers", json!(job.drivers));
    section.default(shown, "official", json!(job.official));
    section.default(shown, "models", json!(job.models));
    job
}

fn lag(section: &Section<'_>) -> Option<Lag> {
    match section.word("lag")? {
        "day" => Some(Lag::Day),
        text => {
            let hours = text.strip_suffix('h').and_then(|hours| hours.parse().ok());
            let hours = hours.filter(|hours| (1..=LATEST).contains(hours));
            if hours.is_none() {
                section.problem(
                    "lag",
                    format!(
                        "write \"1h\" (up to \"{LATEST}h\"), or \"day\" where a day is known the next morning"
                    ),
                );
            }
            hours.map(Lag::Hours)
        }
    }
}

/// Chronos models: the one that is built in, and those of the folder of models by their names.
fn models(section: &Section<'_>) -> Option<Vec<String>> {
    let models = section.texts("models")?;
    for model in models.iter().filter(|model| *model != "chronos") {
        if model.parse::<Name>().is_err() {
            section.problem(
                "models",
                format!(
                    "`{model}` names no model: write \"chronos\" for the one built in, or a name of `watteau model list`"
                ),
            );
        }
    }
    Some(models)
}

fn times(section: &Section<'_>) -> Option<Vec<Time>> {
    let texts = section.texts("at")?;
    let mut times = Vec::new();
    for text in &texts {
        match text.parse::<Time>() {
            Ok(time) if text.len() == 5 && times.contains(&time) => {
                section.warning("at", format!("{text} is written twice; once is enough"));
            }
            Ok(time) if text.len() == 5 => times.push(time),
            _ => section.problem("at", format!("`{text}` is no time of day; write \"10:00\"")),
        }
    }
    times.sort_unstable();
    if texts.is_empty() || times.len() > MOST_TIMES {
        section.problem(
            "at",
            format!("write from 1 to {MOST_TIMES} times of day, as in [\"10:00\", \"20:00\"]"),
        );
    }
    Some(times)
}

/// A time of day as it is written.
fn hh_mm(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}
