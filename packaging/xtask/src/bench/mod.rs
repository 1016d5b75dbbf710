//! `cargo xtask bench`: figures, not adjectives.
//!
//! `daemon` measures the whole program as a user meets it, `store` the store beside SQLite; `host` runs the benches of
//! that crate.

mod daemon;
mod divan;
mod memory;
mod report;
mod store;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};

use self::report::Report;
use crate::process;
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
    /// The connectors' host
    Host,
}

/// Measures; fails when a goal is missed.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    let report = match arguments.part {
        Part::Daemon => daemon::run(workspace)?,
        Part::Store => return store::run(workspace, arguments.json),
        Part::Host => benches(workspace, "host")?,
    };
    if arguments.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{}", report.table());
    }
    Ok(if report.ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs the benches of one of the daemon's libraries.
fn benches(workspace: &Workspace, library: &str) -> Result<Report> {
    let mut command = workspace.cargo("bench");
    // Only what is in `benches/`: the unit tests have nothing to measure.
    command.args(["--package", &format!("watteau-{library}"), "--bench", "*"]);
    let printed = process::output(&mut command)?;
    eprint!("{printed}");
    let rows = divan::rows(&printed);
    ensure!(!rows.is_empty(), "watteau-{library} has no bench");
    Ok(Report { rows })
}
