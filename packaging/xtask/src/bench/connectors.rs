//! What each connector costs: its size, the time to load it, the memory of an instance at work.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::report::{Report, Row};
use crate::connectors;
use crate::process;
use crate::workspace::{Profile, Workspace};

/// What the bench of the host says of one connector.
#[derive(Deserialize)]
struct Cost {
    connector: String,
    cold_ms: f64,
    warm_ms: f64,
    call_ms: f64,
    memory_kb: f64,
}

/// Builds the connectors and measures each.
pub(super) fn run(workspace: &Workspace) -> Result<Report> {
    connectors::build(workspace, Profile::Release)?;
    let built = workspace.built_connectors();
    let file = |name: &str, extension: &str| built.join(format!("{name}.{extension}"));
    let mut command = workspace.cargo("bench");
    command.args(["--package", "watteau-host", "--bench", "connectors", "--"]);
    command.args(workspace.connectors.iter().map(|connector| file(&connector.name, "wasm")));
    let printed = process::output(&mut command)?;
    let mut rows = Vec::new();
    for line in printed.lines().filter(|line| line.starts_with('{')) {
        let cost: Cost = serde_json::from_str(line).context("the bench says something else")?;
        let mut told = |what: &str, figure: f64| {
            rows.push(Row::told(format!("{}: {what}", cost.connector), figure));
        };
        told("component, kB", kilobytes(&file(&cost.connector, "wasm"))?);
        told("compiled, kB", kilobytes(&file(&cost.connector, "cwasm"))?);
        told("first load, compiling, ms", cost.cold_ms);
        told("load from the cache, ms", cost.warm_ms);
        told("a call, from instance to answer, ms", cost.call_ms);
        told("memory of an instance at work, kB", cost.memory_kb);
    }
    Ok(Report { rows })
}

fn kilobytes(file: &Path) -> Result<f64> {
    let size = fs::metadata(file).with_context(|| format!("{} is missing", file.display()))?.len();
    Ok(size as f64 / 1e3)
}
