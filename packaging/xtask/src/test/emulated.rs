//! The packages for a Raspberry Pi: built here, and their demo run by an emulator of that processor.

use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::Outcome;
use crate::workspace::Workspace;
use crate::{daemon, deb, process};

/// A processor that is not this machine's.
struct Processor {
    target: &'static str,
    emulators: [&'static str; 2],
    gcc: &'static str,
    /// Where Debian puts its C library.
    libraries: &'static str,
    /// What brings all of these.
    packages: &'static str,
}

/// A Raspberry Pi with a 64-bit system.
const ARM64: Processor = Processor {
    target: "aarch64-unknown-linux-gnu",
    emulators: ["qemu-aarch64", "qemu-aarch64-static"],
    gcc: "aarch64-linux-gnu-gcc",
    libraries: "/usr/aarch64-linux-gnu",
    packages: "qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
};
/// One with a 32-bit system.
const ARMHF: Processor = Processor {
    target: "armv7-unknown-linux-gnueabihf",
    emulators: ["qemu-arm", "qemu-arm-static"],
    gcc: "arm-linux-gnueabihf-gcc",
    libraries: "/usr/arm-linux-gnueabihf",
    packages: "qemu-user gcc-arm-linux-gnueabihf libc6-dev-armhf-cross",
};

/// The demo of the package that a Raspberry Pi with a 64-bit system would install.
pub(crate) fn arm64(workspace: &Workspace) -> Result<Outcome> {
    run(workspace, &ARM64)
}

/// The same with a 32-bit system.
pub(crate) fn armhf(workspace: &Workspace) -> Result<Outcome> {
    run(workspace, &ARMHF)
}

fn run(workspace: &Workspace, processor: &Processor) -> Result<Outcome> {
    let emulator = processor.emulators.into_iter().find_map(process::find);
    let (Some(emulator), Some(_)) = (emulator, process::find(processor.gcc)) else {
        return Ok(Outcome::Skipped(format!("install {} with apt", processor.packages)));
    };
    let package = deb::run(workspace, &deb::Arguments { target: Some(processor.target.into()) })?;
    let folder = tempfile::tempdir()?;
    let root = folder.path().join("root");
    process::run(Command::new("dpkg-deb").arg("--extract").args([&package, &root]))?;
    let mut command = Command::new(emulator);
    command.args(["-L", processor.libraries]).arg(root.join("usr/bin/watteau"));
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
