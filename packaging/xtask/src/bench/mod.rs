//! `cargo xtask bench`: figures, not adjectives.
//!
//! `daemon` measures the whole program as a user meets it; `store` and `host` run the benches of those crates.

mod daemon;
mod memory;
mod report;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

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
    let package = match arguments.part {
        Part::Daemon => return daemon::run(workspace, arguments.json),
        Part::Store => "watteau-store",
        Part::Host => "watteau-host",
    };
    let mut command = workspace.cargo("bench");
    command.args(["--package", package]);
    process::run(&mut command)?;
    Ok(ExitCode::SUCCESS)
}
