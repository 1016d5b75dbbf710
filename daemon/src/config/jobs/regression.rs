//! `kind = "regression"`: what the weather explains of a series, and what it does not.

use super::super::{
    check::Lines,
    problem::suggestion,
    raw::{Table, Value},
    section::Section,
    types::{DatedEvent, Form, Refit, Regression},
};
use jiff::civil::Date;
use serde_json::json;

/// What such a job may be told.
const KEYS: [&str; 10] =
    ["kind", "target", "drivers", "temperature", "form", "fit_from", "fit_to", "refit", "events", "enabled"];
/// What an event is told.
const EVENT_KEYS: [&str; 2] = ["date", "name"];
/// The driver that the temperature gives.
const DEGREE_DAYS: &str = "degree_days";
/// Longest name of an event, bytes.
const LONGEST_NAME: usize = 80;

pub(super) fn resolve(section: &Section<'_>, name: &str, shown: &mut Lines) -> Regression {
    section.only(&KEYS);
    let job = Regression::new(name, &section.target("explain", "gas.energy"));
    let temperature = section.patterns("temperature");
    if temperature.as_ref().is_some_and(|series| series.is_empty() || series.len() > 2) {
        section.problem(
            "temperature",
            "name one series by the hour, or two by the day: the minimum and the maximum",
        );
    }
    let [fit_from, fit_to] = ["fit_from", "fit_to"].map(|key| date(section, key));
    if let (Some(from), Some(to)) = (fit_from, fit_to)
        && from >= to
    {
        section.problem("fit_to", "it must be after `fit_from`: it is the first day that is not fitted");
    }
    let job = Regression {
        occupancy: occupancy(section),
        temperature: temperature.unwrap_or(job.temperature),
        form: form(section).unwrap_or(job.form),
        refit: refit(section).unwrap_or(job.refit),
        events: events(section),
        enabled: section.truth("enabled").unwrap_or(true),
        fit_from,
        fit_to,
        ..job
    };
    section.default(shown, "temperature", json!(job.temperature));
    section.default(shown, "form", json!(job.form.word()));
    section.default(shown, "refit", json!(job.refit.word()));
    job
}

/// The one driver that is no temperature: how many are at home.
fn occupancy(section: &Section<'_>) -> Option<String> {
    let drivers = section.texts("drivers")?;
    let mut others = drivers.iter().filter(|driver| *driver != DEGREE_DAYS);
    let occupancy = others.next()?;
    if others.next().is_some() {
        section.problem(
            "drivers",
            format!("write \"{DEGREE_DAYS}\" and at most one series that says how many are at home"),
        );
    }
    if !occupancy.contains('.') {
        section.problem(
            "drivers",
            format!("`{occupancy}` is no id of a series{}", suggestion(occupancy, [DEGREE_DAYS])),
        );
        return None;
    }
    section.of_somebody("drivers", occupancy);
    Some(occupancy.clone())
}

fn form(section: &Section<'_>) -> Option<Form> {
    match section.word("form")? {
        "daily" => Some(Form::Daily),
        "monthly" => Some(Form::Monthly),
        other => {
            section.problem("form", format!("`{other}` is no form; write \"daily\" or \"monthly\""));
            None
        }
    }
}

fn refit(section: &Section<'_>) -> Option<Refit> {
    match section.word("refit")? {
        "day" => Some(Refit::Day),
        "week" => Some(Refit::Week),
        "month" => Some(Refit::Month),
        other => {
            section
                .problem("refit", format!("`{other}` is no schedule; write \"day\", \"week\" or \"month\""));
            None
        }
    }
}

fn date(section: &Section<'_>, key: &str) -> Option<Date> {
    let text = section.word(key)?;
    let date = text.parse();
    if date.is_err() {
        section.problem(key, format!("`{text}` is no date; write \"2025-03-14\""));
    }
    date.ok()
}

/// Days on which something was changed, whose effect is to be told.
fn events(section: &Section<'_>) -> Vec<DatedEvent> {
    let Some(node) = section.node("events") else { return Vec::new() };
    let how = "write events = [{ date = \"2025-03-14\", name = \"New boiler\" }]";
    let Value::Array(items) = &node.value else {
        section.problem("events", how);
        return Vec::new();
    };
    let mut events = Vec::new();
    for item in items {
        let Some(event) = item.as_table().and_then(event) else {
            section.problem("events", how);
            continue;
        };
        for key in item.as_table().into_iter().flat_map(Table::keys) {
            if !EVENT_KEYS.contains(&key.as_str()) {
                section.problem("events", format!("unknown key `{key}`{}", suggestion(key, EVENT_KEYS)));
            }
        }
        events.push(event);
    }
    events.sort_by_key(|event| event.date);
    events
}

fn event(table: &Table) -> Option<DatedEvent> {
    let name = table.get("name")?.as_text()?.trim();
    let date = table.get("date")?.as_text()?.parse().ok()?;
    (!name.is_empty() && name.len() <= LONGEST_NAME).then(|| DatedEvent { date, name: name.to_owned() })
}
