//! The dashboard in a real Chromium, over a real demo with its simulated meters.

use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use super::Outcome;
use super::web::{built, test_files};
use crate::workspace::Workspace;
use crate::{daemon, process};

/// The names under which distributions install it.
const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// Runs `web/test/browser` with `WATTEAU_URL` (the demo), `WATTEAU_SOCKET` (its commands') and `CHROMIUM` (the browser) in
/// its environment.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    let Some(chromium) = CHROMIUM.iter().find_map(|name| process::find(name)) else {
        return Ok(Outcome::Skipped("install chromium with apt".into()));
    };
    if process::find("node").is_none() || process::find("npm").is_none() {
        return Ok(Outcome::Skipped("install nodejs and npm with apt".into()));
    }
    let home = workspace.path("web/test");
    if home.join("package-lock.json").is_file() {
        process::run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&home))?;
    }
    let files = test_files(&home.join("browser"))?;
    let folder = tempfile::tempdir()?;
    let (demo, _) = daemon::demo(&built(workspace)?, folder.path(), Duration::from_millis(100))?;
    let mut node = Command::new("node");
    node.args(["--test", "--test-concurrency=1"]).args(files).current_dir(&home);
    node.env("WATTEAU_URL", &demo.url).env("CHROMIUM", chromium);
    node.env("WATTEAU_SOCKET", folder.path().join("demo/watteau.sock"));
    process::run(&mut node)?;
    demo.stop()?;
    Ok(Outcome::Passed)
}
