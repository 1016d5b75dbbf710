//! The whole program, as a user meets it: how soon the demo is filled, how soon the daemon is ready, what it
//! keeps in memory when idle and for what, and what it weighs.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};

use super::memory::Resident;
use super::report::{Report, Row};
use crate::build;
use crate::daemon::{self, Daemon};
use crate::workspace::Workspace;

/// Starts measured; the middle one is told.
const STARTS: usize = 11;

/// How long after it is ready the daemon counts as idle.
const IDLE: Duration = Duration::from_secs(10);

/// The daemon's start waits after one of these parts when `WATTEAU_BENCH_STAGE` names it. Each holds those before
/// it, so that what one adds is the difference. Beside each, what had been built by then.
const STAGES: [(&str, &str); 3] = [
    ("engine", "  up to the connectors' engine"),
    ("store", "  added by the store"),
    ("http", "  added by the connectors and HTTP"),
];

/// Builds in release and measures.
pub(super) fn run(workspace: &Workspace) -> Result<Report> {
    let binary = build::run(workspace, &build::Arguments { target: None })?;
    let folder = tempfile::tempdir()?;
    let mut rows = Vec::new();

    eprintln!("filling a demo");
    let (demo, filled) = daemon::demo(&binary, folder.path(), Duration::from_millis(20))?;
    rows.push(Row::below("demo, from the command to a filled dashboard, s", filled.as_secs_f64(), 10.0));
    let status: serde_json::Value = demo.json("/api/v1/status")?;
    rows.push(Row::told("points in its store", status["store"]["points"].as_f64().unwrap_or_default()));
    rows.push(Row::told("its store, MB", status["store"]["bytes"].as_f64().unwrap_or_default() / 1e6));
    demo.stop()?;

    // The demo's own settings: every connector of it, on the store it leaves. Their upstream is gone by now.
    let house =
        House { binary, config: folder.path().join("demo/demo.toml"), log: folder.path().join("run.log") };
    house.add_the_rest(&folder.path().join("demo"))?;
    eprintln!("starting {STARTS} times");
    rows.push(Row::below("start, from the command to ready, ms", house.median_start()?, 100.0));

    eprintln!("idling for {} s", IDLE.as_secs());
    let idle = house.idle()?;
    let whole = idle[0].watteau;
    rows.extend(idle);
    rows.extend(house.stages(whole)?);

    rows.push(Row::told("binary, MB", megabytes(&house.binary)?));

    Ok(Report { rows })
}

/// An installed daemon with a filled store.
struct House {
    binary: PathBuf,
    config: PathBuf,
    log: PathBuf,
}

impl House {
    /// The one built-in connector that the demo has no use for: what is measured is all of them.
    fn add_the_rest(&self, demo: &Path) -> Result<()> {
        let inbox = demo.join("inbox/enedis");
        fs::create_dir_all(&inbox)?;
        let watch = inbox.display();
        let table = format!("\n[connectors.linky_files]\nplugin = \"enedis-file\"\nwatch = \"{watch}\"\n");
        let mut config = fs::OpenOptions::new().append(true).open(&self.config)?;
        Ok(config.write_all(table.as_bytes())?)
    }

    fn start(&self, stage: Option<&str>) -> Result<Daemon> {
        let port = daemon::free_port()?;
        let mut command = Command::new(&self.binary);
        command.arg("run").arg("--config").arg(&self.config).args(["--listen", &format!("127.0.0.1:{port}")]);
        if let Some(stage) = stage {
            command.env("WATTEAU_BENCH_STAGE", stage);
        }
        Daemon::start(&mut command, port, &self.log)
    }

    /// Milliseconds from the command to the first 200 of `/-/ready`, the median.
    fn median_start(&self) -> Result<f64> {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            let mut daemon = self.start(None)?;
            times.push(daemon.until_ready(Duration::from_millis(1))?);
            daemon.stop()?;
        }
        times.sort();
        Ok(times[STARTS / 2].as_secs_f64() * 1000.0)
    }

    /// Resident memory at rest, whole and by kind of page.
    fn idle(&self) -> Result<Vec<Row>> {
        let mut daemon = self.start(None)?;
        daemon.until_ready(Duration::from_millis(5))?;
        thread::sleep(IDLE);
        let resident = Resident::of(daemon.id())?;
        daemon.stop()?;
        let mb = resident_megabytes;
        Ok(vec![
            Row::below("idle, resident, MB", mb(resident.total()), 25.0),
            Row::told("  of it the program's code and constants", mb(resident.program)),
            Row::told("  of it heap, stacks, own pages", mb(resident.anonymous)),
            Row::told("  of it shared libraries", mb(resident.libraries)),
            Row::told("  of it other mapped files", mb(resident.files)),
        ])
    }

    /// What each part of the start adds to resident memory.
    fn stages(&self, idle: f64) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        let mut before = 0.0;
        for (stage, name) in STAGES {
            let daemon = self.start(Some(stage))?;
            thread::sleep(Duration::from_secs(3));
            ensure!(
                stage == "http" || daemon.text("/-/ready").is_err(),
                "watteau does not wait after {stage}: WATTEAU_BENCH_STAGE has no effect"
            );
            let now = resident_megabytes(Resident::of(daemon.id())?.total());
            daemon.stop()?;
            rows.push(Row::told(name, now - before));
            before = now;
        }
        rows.push(Row::told("  added by the work", idle - before));
        Ok(rows)
    }
}

/// Megabytes of the kB that Linux counts, which are of 1024 bytes.
fn resident_megabytes(kb: u64) -> f64 {
    kb as f64 * 1024.0 / 1e6
}

fn megabytes(file: &Path) -> Result<f64> {
    Ok(fs::metadata(file)?.len() as f64 / 1e6)
}
