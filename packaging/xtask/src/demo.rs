//! `cargo xtask demo`: everything built, then `watteau demo`.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use crate::build;
use crate::workspace::Workspace;

/// What `watteau demo` takes, e.g. `--listen 127.0.0.1:9300`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Arguments of `watteau demo`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pass: Vec<String>,
}

/// Builds, then becomes the demo until it is stopped.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<ExitCode> {
    let binary = build::run(workspace, &build::Arguments { target: None })?;
    let status = Command::new(&binary)
        .arg("demo")
        .args(&arguments.pass)
        .status()
        .with_context(|| format!("cannot start {}", binary.display()))?;
    // Ctrl-C reaches both programs: a demo ended that way has done what was asked.
    Ok(if status.success() || status.code().is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
