//! The steps on Rust code.

use anyhow::Result;

use super::Outcome;
use crate::workspace::{Profile, WASM, Workspace};
use crate::{connectors, process};

/// `cargo fmt --check`.
pub(crate) fn format(workspace: &Workspace) -> Result<Outcome> {
    process::run(workspace.cargo("fmt").args(["--all", "--check"]))?;
    Ok(Outcome::Passed)
}

/// The connectors, with the compiler of the profile that the tests use.
pub(crate) fn connectors(workspace: &Workspace) -> Result<Outcome> {
    connectors::build(workspace, Profile::Dev)?;
    Ok(Outcome::Passed)
}

/// Clippy, tests and benches included.
pub(crate) fn lint(workspace: &Workspace) -> Result<Outcome> {
    process::run(workspace.cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    Ok(Outcome::Passed)
}

/// Clippy again on the connectors: what they hold for WebAssembly alone is not seen on this machine's target.
pub(crate) fn lint_connectors(workspace: &Workspace) -> Result<Outcome> {
    let mut command = workspace.cargo("clippy");
    command.args(["--target", WASM, "--profile", "connector"]);
    for connector in &workspace.connectors {
        command.args(["--package", &connector.package]);
    }
    process::run(command.args(["--", "-D", "warnings"]))?;
    Ok(Outcome::Passed)
}

/// The documentation of the project's own crates.
pub(crate) fn docs(workspace: &Workspace) -> Result<Outcome> {
    let mut command = workspace.cargo("doc");
    // Private items too: the design notes of a binary are in its modules, and may link to one another.
    command.args(["--workspace", "--no-deps", "--document-private-items"]);
    command.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links");
    process::run(&mut command)?;
    Ok(Outcome::Passed)
}

/// Every Rust test, documentation examples included.
pub(crate) fn test(workspace: &Workspace) -> Result<Outcome> {
    // One failure must not hide the next.
    process::run(workspace.cargo("test").args(["--workspace", "--no-fail-fast"]))?;
    Ok(Outcome::Passed)
}
