//! `[jobs.NAME]`: what is worked out from the series, and when.

use super::{
    check::{Lines, Shown},
    origin::Origin,
    problem::{Findings, suggestion},
    raw::{Node, Table, Value},
    sources::keys_of,
    types::{Job, Lag},
};
use jiff::civil::Time;
use serde_json::json;
use std::collections::BTreeMap;

/// What a job may be told.
const KEYS: [&str; 9] =
    ["kind", "target", "official", "drivers", "presence", "models", "at", "lag", "enabled"];
/// Forecasts by day at most: each is kept for ever.
const MOST_TIMES: usize = 6;

/// Every job that can be made; all that is wrong is found.
pub(super) fn resolve(root: &Table, findings: &Findings, shown: &mut Lines) -> BTreeMap<String, Job> {
    let table = root.get("jobs").and_then(|node| keys_of(node, "jobs", findings));
    let mut jobs = BTreeMap::new();
    let mut targets: BTreeMap<String, String> = BTreeMap::new();
    for (name, node) in table.into_iter().flatten() {
        let key = format!("jobs.{name}");
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(good) {
            findings.problem(&node.at, &key, "a job's name is made of a to z, 0 to 9 and _; rename it");
        }
        let Some(table) = keys_of(node, &key, findings) else { continue };
        let section = Section { key, at: &node.at, table, findings };
        let job = section.job(name, shown);
        if let Some(other) = targets.insert(job.target.clone(), name.clone()).filter(|_| job.enabled) {
            section.problem("target", format!("job `{other}` forecasts it already; keep one of them"));
        }
        jobs.insert(name.clone(), job);
    }
    jobs
}

/// One job being made.
struct Section<'a> {
    key: String,
    at: &'a Origin,
    table: &'a Table,
    findings: &'a Findings,
}

impl Section<'_> {
    fn job(&self, name: &str, shown: &mut Lines) -> Job {
        for (key, node) in self.table.iter().filter(|(key, _)| !KEYS.contains(&key.as_str())) {
            self.findings.problem(
                &node.at,
                &format!("{}.{key}", self.key),
                format!("unknown key{}", suggestion(key, KEYS)),
            );
        }
        match self.text("kind") {
            Some("forecast") => {}
            Some(other) => self.problem("kind", format!("`{other}` is no kind of job; write \"forecast\"")),
            None => self.missing("kind", "write kind = \"forecast\""),
        }
        let target = self.series("target");
        if target.is_none() && !self.table.contains_key("target") {
            self.missing("target", "name the series to forecast, as in target = \"rte.load\"");
        }
        let job = Job::new(name, &target.unwrap_or_default());
        let lag = match self.text("lag") {
            None => job.lag,
            Some("day") => Lag::Day,
            Some(text) => hours(text).map_or_else(
                || {
                    self.problem(
                        "lag",
                        "write \"1h\" (up to \"12h\"), or \"day\" where a day is known the next morning",
                    );
                    job.lag
                },
                Lag::Hours,
            ),
        };
        let job = Job {
            official: self.series("official").or(job.official),
            presence: self.series("presence"),
            drivers: self.texts("drivers").unwrap_or(job.drivers),
            models: self.texts("models").unwrap_or(job.models),
            at: self.times().unwrap_or(job.at),
            lag,
            enabled: self.truth("enabled").unwrap_or(true),
            ..job
        };
        let mut default = |key: &str, value: serde_json::Value| {
            shown.entry(format!("{}.{key}", self.key)).or_insert(Shown { value, origin: Origin::Default });
        };
        default("at", json!(job.at.iter().copied().map(hh_mm).collect::<Vec<_>>()));
        default("lag", json!(job.lag.to_string()));
        default("drivers", json!(job.drivers));
        default("official", json!(job.official));
        job
    }

    fn problem(&self, key: &str, message: impl Into<String>) {
        let at = self.table.get(key).map_or(self.at, |node| &node.at);
        self.findings.problem(at, &format!("{}.{key}", self.key), message);
    }

    fn missing(&self, key: &str, what: &str) {
        self.problem(key, format!("it is missing; {what}"));
    }

    fn text(&self, key: &str) -> Option<&str> {
        let text = self.table.get(key)?.as_text();
        if text.is_none() {
            self.problem(key, "it must be text in quotes");
        }
        text
    }

    /// The id of a series.
    fn series(&self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let part = |part: &str| !part.is_empty() && part.bytes().all(good);
        if text.contains('.') && text.split('.').all(part) {
            return Some(text.to_owned());
        }
        self.problem(key, format!("`{text}` is no id of a series; `watteau series` lists them"));
        None
    }

    /// One text, or several.
    fn texts(&self, key: &str) -> Option<Vec<String>> {
        let node = self.table.get(key)?;
        let texts = match &node.value {
            Value::Array(items) => items.iter().map(|item| Some(item.as_text()?.to_owned())).collect(),
            _ => node.as_text().map(|text| vec![text.to_owned()]),
        };
        if texts.is_none() {
            self.problem(key, "it must be text in quotes, or a list of such texts");
        }
        texts
    }

    fn times(&self) -> Option<Vec<Time>> {
        let texts = self.texts("at")?;
        let mut times = Vec::new();
        for text in &texts {
            match text.parse::<Time>() {
                Ok(time) if text.len() == 5 => times.push(time),
                _ => self.problem("at", format!("`{text}` is no time of day; write \"10:00\"")),
            }
        }
        times.sort_unstable();
        times.dedup();
        if times.is_empty() || times.len() > MOST_TIMES {
            self.problem(
                "at",
                format!("write from 1 to {MOST_TIMES} times of day, as in [\"10:00\", \"20:00\"]"),
            );
        }
        Some(times)
    }

    fn truth(&self, key: &str) -> Option<bool> {
        let node: &Node = self.table.get(key)?;
        let truth = match &node.value {
            Value::Plain(value) | Value::Loose { parsed: value, .. } => value.as_bool(),
            _ => None,
        };
        if truth.is_none() {
            self.problem(key, "it must be true or false");
        }
        truth
    }
}

fn hours(text: &str) -> Option<u8> {
    text.strip_suffix('h')?.parse().ok().filter(|hours| *hours <= 12)
}

/// A time of day as it is written.
pub(super) fn hh_mm(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}
