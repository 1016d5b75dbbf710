//! The metrics of a real demo, read by Prometheus' own checker.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::Outcome;
use super::web::built;
use crate::workspace::Workspace;
use crate::{daemon, process};

/// `promtool check metrics` on what `/metrics` says once the demo is filled.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    if process::find("promtool").is_none() {
        return Ok(Outcome::Skipped("install prometheus with apt, for its promtool".into()));
    }
    let folder = tempfile::tempdir()?;
    let (demo, _) = daemon::demo(&built(workspace)?, folder.path(), Duration::from_millis(100))?;
    let text = demo.text("/metrics")?;
    ensure!(
        text.lines().any(|line| line.starts_with("watteau_")),
        "/metrics names no metric of watteau:\n{text}"
    );
    check(&text)?;
    demo.stop()?;
    Ok(Outcome::Passed)
}

fn check(text: &str) -> Result<()> {
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start promtool")?;
    promtool.stdin.take().context("promtool takes no input")?.write_all(text.as_bytes())?;
    let verdict = promtool.wait_with_output()?;
    if !verdict.status.success() {
        bail!(
            "promtool: {}{}",
            String::from_utf8_lossy(&verdict.stdout),
            String::from_utf8_lossy(&verdict.stderr)
        );
    }
    eprintln!("{} lines accepted", text.lines().count());
    Ok(())
}
