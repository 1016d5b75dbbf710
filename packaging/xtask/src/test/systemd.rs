//! The unit file: valid for systemd, and as little exposed as we say.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use super::Outcome;
use crate::process;
use crate::workspace::Workspace;

/// The most that `systemd-analyze security` may give the unit, in tenths: 1.2.
const EXPOSURE: u8 = 12;

/// Checks the unit as it is, but for the program it starts, which is not installed here.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    if process::find("systemd-analyze").is_none() {
        return Ok(Outcome::Skipped("install systemd with apt".into()));
    }
    let unit = workspace.path("systemd/watteau.service");
    let text = fs::read_to_string(&unit).with_context(|| format!("cannot read {}", unit.display()))?;
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("watteau.service");
    fs::write(&copy, text.replace("/usr/bin/watteau", "/bin/true"))?;
    // `verify` succeeds in spite of unknown keys and bad values: what it prints is the verdict.
    let checked = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&copy).output()?;
    let remarks = String::from_utf8_lossy(&checked.stderr);
    let remarks: Vec<_> = remarks.lines().filter(|line| line.contains("watteau")).collect();
    anyhow::ensure!(
        checked.status.success() && remarks.is_empty(),
        "systemd-analyze verify: {}",
        remarks.join("\n")
    );
    let score = process::output(
        Command::new("systemd-analyze")
            .args(["security", "--no-pager", "--offline=true", &format!("--threshold={EXPOSURE}")])
            .arg(&copy),
    )?;
    eprintln!("{}", score.lines().last().unwrap_or_default());
    Ok(Outcome::Passed)
}
