//! The units: valid for systemd, and the service as little exposed as we say.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Outcome;
use crate::process;
use crate::workspace::Workspace;

/// The most that `systemd-analyze security` may give the unit, in tenths: 1.2.
const EXPOSURE: u8 = 12;

/// Checks the units that the package installs.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    if process::find("systemd-analyze").is_none() {
        return Ok(Outcome::Skipped("install systemd with apt".into()));
    }
    let text = |name: &str| {
        let unit = workspace.path("systemd").join(name);
        fs::read_to_string(&unit).with_context(|| format!("cannot read {}", unit.display()))
    };
    eprintln!("{}", check(&text("watteau.service")?, &text("watteau-http.socket")?)?);
    Ok(Outcome::Passed)
}

/// Checks the service, but for the program it starts, which need not be installed here, and its socket; answers the
/// service's score in words.
fn check(unit: &str, socket: &str) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("watteau.service");
    fs::write(&copy, unit.replace("/usr/bin/watteau", "/bin/true"))?;
    let beside = folder.path().join("watteau-http.socket");
    fs::write(&beside, socket)?;
    // `verify` succeeds in spite of unknown keys and bad values: what it prints is the verdict. It also speaks
    // of other units of the machine, which are not ours to mend.
    let verified =
        Command::new("systemd-analyze").args(["verify", "--man=no"]).args([&copy, &beside]).output()?;
    let remarks = String::from_utf8_lossy(&verified.stderr);
    let remarks: Vec<_> = remarks.lines().filter(|line| line.contains("watteau")).collect();
    ensure!(
        verified.status.success() && remarks.is_empty(),
        "systemd-analyze verify: {}",
        remarks.join("\n")
    );
    let scored = Command::new("systemd-analyze")
        .args(["security", "--no-pager", "--offline=true", &format!("--threshold={EXPOSURE}")])
        .arg(&copy)
        .output()?;
    let words = String::from_utf8_lossy(&scored.stdout);
    // On failure the whole table helps: it says which line of the unit costs how much.
    ensure!(scored.status.success(), "more exposed than {:.1}:\n{words}", f64::from(EXPOSURE) / 10.0);
    Ok(words.lines().last().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_unit_is_refused() {
        if process::find("systemd-analyze").is_none() {
            eprintln!("skipped: systemd-analyze is not installed");
            return;
        }
        let unit = include_str!("../../../../systemd/watteau.service");
        let socket = include_str!("../../../../systemd/watteau-http.socket");
        let refused = |unit: &str| check(unit, socket).expect_err("this unit is bad").to_string();
        let bad = socket.replace("ListenStream=", "ListenStreams=");
        assert!(check(unit, &bad).expect_err("this socket is bad").to_string().contains("ListenStreams"));
        assert!(refused(&unit.replace("WatchdogSec=60", "WatchdogSeconds=60")).contains("WatchdogSeconds"));
        assert!(refused(&unit.replace("UMask=0027", "UMask=often")).contains("often"));
        assert!(
            refused(&unit.replace("NoNewPrivileges=yes", "User=root\nDynamicUser=no")).contains("exposed")
        );
    }
}
