//! `[jobs.NAME]`: what is worked out from the series, and when.
//!
//! `kind` says what a job does; each kind knows its own keys, in a file of its own.

mod forecast;
mod regression;
mod section;

use super::{
    check::Lines,
    problem::Findings,
    raw::Table,
    section::Section,
    sources::keys_of,
    types::{Job, Regression},
};
use std::collections::BTreeMap;

/// The kinds there are.
const KINDS: [&str; 2] = ["forecast", "regression"];

/// Jobs by kind and name.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    pub(super) forecasts: BTreeMap<String, Job>,
    pub(super) regressions: BTreeMap<String, Regression>,
}

/// Every job that can be made; all that is wrong is found.
pub(super) fn resolve(root: &Table, findings: &Findings, shown: &mut Lines) -> Jobs {
    let table = root.get("jobs").and_then(|node| keys_of(node, "jobs.NAME", findings));
    let mut jobs = Jobs::default();
    let mut targets: BTreeMap<(&str, String), String> = BTreeMap::new();
    for (name, node) in table.into_iter().flatten() {
        let key = format!("jobs.{name}");
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(good) {
            findings.problem(&node.at, &key, "a job's name is made of a to z, 0 to 9 and _; rename it");
        }
        let Some(section) = Section::of(root, node, key, findings) else { continue };
        let (target, enabled) = match section.kind() {
            Some("forecast") => {
                let job = forecast::resolve(&section, name, shown);
                let said = (job.target.clone(), job.enabled);
                jobs.forecasts.insert(name.clone(), job);
                said
            }
            Some("regression") => {
                let job = regression::resolve(&section, name, shown);
                let said = (job.target.clone(), job.enabled);
                jobs.regressions.insert(name.clone(), job);
                said
            }
            _ => continue,
        };
        let kind = section.kind().unwrap_or_default();
        // Two regressions of one target may differ in form; two forecasts of it would be two truths.
        if kind == "forecast"
            && enabled
            && !target.is_empty()
            && let Some(other) = targets.insert((kind, target), name.clone())
        {
            section.problem("target", format!("job `{other}` forecasts it already; keep one of them"));
        }
    }
    jobs
}
