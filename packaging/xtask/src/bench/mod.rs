//! `cargo xtask bench`: figures, not adjectives.
//!
//! `daemon` measures the whole program as a user meets it, `store` the store beside SQLite, `connectors` what each of
//! them costs, `scrape` what a page of metrics takes, `chronos` the forecasting models beside the Python reference, `forecast` how good forecasts are, `analysis`
//! whether the explanations of a home's use hold, and how soon its pages are there.

mod analysis;
mod chronos;
mod connectors;
mod daemon;
mod five_years;
mod forecast;
mod memory;
mod place;
mod report;
mod scrape;
mod store;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::workspace::Workspace;

/// What to measure.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The part to measure
    #[arg(value_enum, default_value = "daemon")]
    part: Part,
    /// Print `{"rows":[…]}` instead of a table
    #[arg(long)]
    json: bool,
}

/// A part that has figures of its own.
#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// The whole program: memory, start, demo, sizes
    Daemon,
    /// The time-series store
    Store,
    /// The connectors: sizes, loading, memory
    Connectors,
    /// The forecasting models: time, start, memory
    Chronos,
    /// Forecasts: how good they are on real series, what a run takes
    Forecast,
    /// What Prometheus asks for every minute: how long a scrape takes
    Scrape,
    /// Regressions, changes, profiles: whether they hold, what a page takes
    Analysis,
}

/// Measures; fails when a goal is missed.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    let report = match arguments.part {
        Part::Daemon => daemon::run(workspace)?,
        Part::Store => return store::run(workspace, arguments.json),
        Part::Connectors => connectors::run(workspace)?,
        Part::Chronos => chronos::run(workspace)?,
        Part::Forecast => forecast::run(workspace)?,
        Part::Scrape => scrape::run(workspace)?,
        Part::Analysis => analysis::run(workspace)?,
    };
    if arguments.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{}", report.table());
    }
    Ok(if report.ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
