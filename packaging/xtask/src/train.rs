//! `cargo xtask train`: the built-in model, from the load of the country and a seed.
//!
//! Sizes, data and settings are decided in the example `built_in` of `watteau-chronos`, so that the same command makes
//! the same model; the card beside the weights says what it is worth. An hour on two cores.

use std::path::PathBuf;

use anyhow::{Result, ensure};

use crate::process;
use crate::workspace::Workspace;

/// What `cargo xtask train` is told.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folder with fr_load.csv.gz (utc,mw) and, to compare with, fr_load_forecast_d1.csv.gz
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Folder that the model and its card are written to [default: daemon/chronos/built-in]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Fewer steps, for a try
    #[arg(long, value_name = "N", conflicts_with = "card_only")]
    steps: Option<usize>,
    /// Score the model that is there, and write its card anew
    #[arg(long)]
    card_only: bool,
}

/// Trains, scores and writes.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let data = arguments.data.clone().unwrap_or_else(|| workspace.path("../shared/data"));
    let load = data.join("fr_load.csv.gz");
    ensure!(load.is_file(), "there is no {}; name its folder with --data", load.display());
    let into = arguments.into.clone().unwrap_or_else(|| workspace.path("daemon/chronos/built-in"));
    ensure!(
        arguments.steps.is_none() || arguments.into.is_some(),
        "a try is no built-in model; name a folder for it with --into"
    );
    let mut command = workspace.cargo("run");
    command.args(["--release", "--package", "watteau-chronos", "--example", "built_in", "--"]);
    command.arg(std::path::absolute(data)?).arg(std::path::absolute(into)?);
    if let Some(steps) = arguments.steps {
        command.arg("--steps").arg(steps.to_string());
    }
    if arguments.card_only {
        command.arg("--card-only");
    }
    // Threads compute whole shards of a step each; candle's own would only wait for each other.
    command.env("RAYON_NUM_THREADS", "1").env("CANDLE_NUM_THREADS", "1");
    process::run(&mut command)
}
