//! The package for a Raspberry Pi: built here, weighed, and its demo run by an emulator of that processor.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::Outcome;
use crate::workspace::Workspace;
use crate::{daemon, deb, process};

const TARGET: &str = "aarch64-unknown-linux-gnu";
/// Where Debian puts the C library of that processor.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu";

/// The demo of the package that a Raspberry Pi would install.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    let emulator = ["qemu-aarch64", "qemu-aarch64-static"].into_iter().find_map(process::find);
    let (Some(emulator), Some(_)) = (emulator, process::find("aarch64-linux-gnu-gcc")) else {
        let packages = "qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross";
        return Ok(Outcome::Skipped(format!("install {packages} with apt")));
    };
    let package = deb::run(workspace, &deb::Arguments { target: Some(TARGET.into()) })?;
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("root");
    process::run(Command::new("dpkg-deb").arg("--extract").args([&package, &root]))?;
    let mut command = Command::new(emulator);
    command.args(["-L", LIBRARIES]).arg(root.join("usr/bin/watteau"));
    // An emulator is ten times slower than the machine.
    let pause = Duration::from_millis(500);
    let (demo, took) = daemon::demo_by(command, folder.path(), pause, Duration::from_mins(10))?;
    let series: Vec<serde_json::Value> = demo.json("/api/v1/series")?;
    let points: u64 = series.iter().filter_map(|series| series["points"].as_u64()).sum();
    ensure!(points > 100_000, "the demo has {points} points");
    eprintln!("{} series and {points} points after {:.0} s", series.len(), took.as_secs_f64());
    demo.stop()?;
    Ok(Outcome::Passed)
}
