//! What Prometheus and Grafana are given: rules and a dashboard, by promtool and against the names that the demo tells.
//!
//! promtool knows PromQL but not watteau: a rule about a metric that nobody tells is valid, and never fires.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::Outcome;
use crate::process;
use crate::workspace::Workspace;

/// What a healthy demo does not tell: a trouble, tomorrow before it has been forecast, a change of use, a receiver.
const AT_TIMES: [&str; 7] = [
    "watteau_connector_trouble",
    "watteau_forecast_next_day_joules",
    "watteau_forecast_next_day_peak_watts",
    "watteau_regression_last_change_ratio",
    "watteau_remote_write_pending_samples",
    "watteau_remote_write_refused_samples_total",
    "watteau_remote_write_up",
];

/// Labels that Prometheus adds to what it scrapes.
const ADDED: [&str; 2] = ["instance", "job"];

/// promtool on the example of a configuration, on the rules and on their tests.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    if process::find("promtool").is_none() {
        return Ok(Outcome::Skipped("install prometheus with apt, for its promtool".into()));
    }
    let folder = workspace.path("packaging/prometheus");
    for arguments in [
        ["check", "config", "prometheus.yml"],
        ["check", "rules", "watteau.rules.yml"],
        ["test", "rules", "watteau.rules.test.yml"],
    ] {
        process::run(Command::new("promtool").args(arguments).current_dir(&folder))?;
    }
    Ok(Outcome::Passed)
}

/// Refuses rules and a dashboard that ask for what `page`, the demo's `/metrics`, does not tell.
pub(super) fn names(workspace: &Workspace, page: &str) -> Result<()> {
    let read = |path: &str| {
        let path = workspace.path(path);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let rules = read("packaging/prometheus/watteau.rules.yml")?;
    let dashboard: Value = serde_json::from_str(&read("packaging/grafana/watteau.json")?)?;
    let known = read("daemon/src/metrics/names.rs")?;
    let recorded: BTreeSet<&str> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("- record: ")).collect();
    let said: Vec<&str> = rules.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let mut asked = Vec::new();
    expressions(&dashboard, &mut asked);
    let told = told(page);
    for (what, text) in [("the rules", said.join("\n")), ("the dashboard", asked.join("\n"))] {
        let wrong = unknown(&text, &recorded, &told, &known);
        ensure!(wrong.is_empty(), "{what}: {}", wrong.join("; "));
        let count = metrics(&text).len();
        ensure!(count > 0, "{what} name no metric of watteau");
        eprintln!("{what} name a metric {count} times, each of them there");
    }
    let unfinished = unfinished(&dashboard);
    ensure!(unfinished.is_empty(), "the dashboard: {}", unfinished.join("; "));
    Ok(())
}

/// Every PromQL expression of a dashboard: of its panels, its annotations and its variables.
fn expressions<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value.as_str() {
                    Some(text) if key == "expr" || key == "definition" => found.push(text),
                    _ => expressions(value, found),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                expressions(item, found);
            }
        }
        _ => {}
    }
}

/// What the samples of a page are called, with their labels.
fn told(page: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut told: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, labels) in page.lines().filter(|line| !line.starts_with('#')).flat_map(metrics) {
        told.entry(name).or_default().extend(labels);
    }
    told
}

/// The metrics that a text names, each with the labels that it is selected by.
fn metrics(text: &str) -> Vec<(&str, Vec<&str>)> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(part) {
        rest = &rest[start..];
        let (name, after) = rest.split_at(rest.find(|c: char| !part(c)).unwrap_or(rest.len()));
        rest = after;
        if ["watteau_", "watteau:", "process_"].iter().any(|prefix| name.starts_with(prefix)) {
            let selector = after.strip_prefix('{').and_then(|inside| inside.split_once('}'));
            found.push((name, selector.map_or_else(Vec::new, |(inside, _)| labels(inside))));
        }
    }
    found
}

/// The names in `a="b",c=~"d"`, which stand outside the quotes.
fn labels(selector: &str) -> Vec<&str> {
    selector
        .split('"')
        .step_by(2)
        .map(|part| part.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .filter(|name| !name.is_empty())
        .collect()
}

/// What a text asks for and would never get. A family that is told at times has to stand in the daemon's list of
/// names, `known`.
fn unknown(
    text: &str,
    recorded: &BTreeSet<&str>,
    told: &BTreeMap<&str, BTreeSet<&str>>,
    known: &str,
) -> Vec<String> {
    let mut wrong = BTreeSet::new();
    for (name, labels) in metrics(text) {
        if let Some(has) = told.get(name) {
            let strange = labels.iter().filter(|label| !has.contains(*label) && !ADDED.contains(label));
            wrong.extend(strange.map(|label| format!("{name} has no label {label}")));
        } else {
            let at_times = AT_TIMES.contains(&name) && known.contains(&format!("\"{name}\""));
            if !at_times && !recorded.contains(name) {
                wrong.insert(format!("nobody tells {name}"));
            }
        }
    }
    wrong.into_iter().collect()
}

/// Panels that leave somebody guessing: what is shown, in what unit, and why there is nothing.
fn unfinished(dashboard: &Value) -> Vec<String> {
    let empty = |value: &Value| value.as_str().is_none_or(str::is_empty);
    let mut wrong = Vec::new();
    for panel in dashboard["panels"].as_array().into_iter().flatten().filter(|panel| panel["type"] != "row") {
        let defaults = &panel["fieldConfig"]["defaults"];
        for (what, value) in [
            ("description", &panel["description"]),
            ("unit", &defaults["unit"]),
            ("word for no data", &defaults["noValue"]),
        ] {
            if empty(value) {
                wrong.push(format!("{} has no {what}", panel["title"]));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PAGE: &str = "# TYPE watteau_up gauge\nwatteau_up{connector=\"a, b\"} 1\nwatteau_ready 1\n";

    #[test]
    fn names_and_labels_are_held_against_the_page() {
        let recorded = BTreeSet::from(["watteau:up:sum"]);
        let known = "(\"watteau_connector_trouble\", \"help\")";
        for (text, expected) in [
            ("watteau_up == 0 and on (job) watteau_ready", vec![]),
            ("sum(watteau_up{connector=~\"a, b=c\",instance=\"pi\"}[5m])", vec![]),
            ("watteau:up:sum > watteau_connector_trouble{kind=\"store\"}", vec![]),
            ("rate(watteau_down[5m])", vec!["nobody tells watteau_down"]),
            ("watteau:down:sum", vec!["nobody tells watteau:down:sum"]),
            ("watteau_up{series=\"a\"}", vec!["watteau_up has no label series"]),
            ("watteau_ready{connector=\"a\"}", vec!["watteau_ready has no label connector"]),
            // Told at times, but by no name that the daemon knows.
            ("watteau_forecast_next_day_joules", vec!["nobody tells watteau_forecast_next_day_joules"]),
        ] {
            assert_eq!(unknown(text, &recorded, &told(PAGE), known), expected, "{text}");
        }
    }

    #[test]
    fn every_expression_of_a_dashboard_is_found() {
        let dashboard = json!({
            "panels": [
                { "targets": [{ "expr": "a" }, { "expr": "b" }], "panels": [{ "targets": [{ "expr": "c" }] }] },
            ],
            "templating": { "list": [{ "definition": "d", "query": { "query": "d" } }] },
        });
        let mut found = Vec::new();
        expressions(&dashboard, &mut found);
        found.sort_unstable();
        assert_eq!(found, ["a", "b", "c", "d"]);
    }

    #[test]
    fn a_panel_says_what_it_shows() {
        let dashboard = json!({ "panels": [
            { "type": "row", "title": "Home" },
            { "type": "stat", "title": "Peak", "description": "The peak.",
              "fieldConfig": { "defaults": { "unit": "watt", "noValue": "none yet" } } },
            { "type": "stat", "title": "Bare", "description": "", "fieldConfig": { "defaults": { "unit": "watt" } } },
        ]});
        let expected = ["\"Bare\" has no description", "\"Bare\" has no word for no data"];
        assert_eq!(unfinished(&dashboard), expected);
    }
}
