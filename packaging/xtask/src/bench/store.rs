//! The store beside SQLite: the rows of `watteau-store-compare`, kept in a file that the README quotes.

use std::process::ExitCode;

use anyhow::Result;

use crate::process;
use crate::workspace::Workspace;

/// The package that measures.
const PACKAGE: &str = "watteau-store-compare";

/// Where its table is kept, from the root of the workspace.
const RESULTS: &str = "daemon/store/compare/RESULTS.txt";

/// Measures, prints what was asked for, and fails when a goal is missed.
pub(super) fn run(workspace: &Workspace, json: bool) -> Result<ExitCode> {
    process::run(workspace.cargo("build").args(["--release", "--package", PACKAGE]))?;
    let mut command = workspace.cargo("run");
    command.args(["--quiet", "--release", "--package", PACKAGE, "--"]);
    command.arg("--write").arg(workspace.root.join(RESULTS));
    if json {
        command.arg("--json");
    }
    // A missed goal is an answer, not a failure to measure: the table is shown either way.
    let status = command.status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
