//! `watteau check`: every problem of the configuration at once, or the merged values with their origin.

use super::{Exit, Global, output};
use crate::ingest;

pub(super) async fn run(global: &Global) -> anyhow::Result<Exit> {
    let loaded = output::load_config(&global.sources(), global)?;
    // What a plugin alone knows of its settings: the columns of a table, a zone, a unit.
    let problems = ingest::described_badly(&loaded.config).await?;
    if !problems.is_empty() {
        eprintln!("The configuration has a problem:");
        for (name, problem) in problems {
            eprintln!("connectors.{name}: {}", problem.en);
        }
        return Ok(Exit::Invalid);
    }
    if global.json {
        output::print_json(&loaded.values())?;
    } else {
        output::print_raw(&loaded.to_string())?;
    }
    if global.quiet == 0 {
        eprintln!("{}", verdict(loaded.config.connectors.len()));
    }
    Ok(Exit::Ok)
}

/// That it is right, and what it comes to.
fn verdict(connectors: usize) -> String {
    let connectors = match connectors {
        0 => "no connector, so nothing is read yet".to_owned(),
        1 => "1 connector".to_owned(),
        several => format!("{several} connectors"),
    };
    format!("the configuration is valid: {connectors}")
}
