//! A running `watteau`, for the recipes that look at one: started on a free loopback port, spoken to over
//! HTTP, stopped politely, and never left behind.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde::de::DeserializeOwned;
use ureq::Agent;

/// A daemon that was started here, and is stopped when dropped.
pub(crate) struct Daemon {
    child: Child,
    agent: Agent,
    /// Where it answers, e.g. `http://127.0.0.1:40123`.
    pub(crate) url: String,
    /// When it was started.
    pub(crate) started: Instant,
    log: PathBuf,
}

impl Daemon {
    /// Starts a command that serves on `port`; what it says goes to the file `log`.
    pub(crate) fn start(command: &mut Command, port: u16, log: &Path) -> Result<Self> {
        let output = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let started = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().to_string_lossy()))?;
        let agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).build().new_agent();
        Ok(Self { child, agent, url: format!("http://127.0.0.1:{port}"), started, log: log.to_owned() })
    }

    /// Its process number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fetches a text.
    pub(crate) fn text(&self, path: &str) -> Result<String> {
        let url = format!("{}{path}", self.url);
        self.agent.get(&url).call().and_then(|mut answer| answer.body_mut().read_to_string()).context(url)
    }

    /// Fetches a text as it is asked for; answers its content type as well.
    pub(crate) fn typed(&self, path: &str, accept: &str) -> Result<(String, String)> {
        let url = format!("{}{path}", self.url);
        let mut answer = self.agent.get(&url).header("Accept", accept).call().context(url)?;
        let content_type = answer.headers().get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        Ok((content_type, answer.body_mut().read_to_string()?))
    }

    /// Fetches a JSON document.
    pub(crate) fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let url = format!("{}{path}", self.url);
        self.agent.get(&url).call().and_then(|mut answer| answer.body_mut().read_json()).context(url)
    }

    /// Asks again and again until `done` says so; answers how long after the start that was. A daemon that
    /// ended meanwhile, or took longer than `limit`, is an error with the end of its log.
    pub(crate) fn until(
        &mut self,
        what: &str,
        limit: Duration,
        pause: Duration,
        mut done: impl FnMut(&Self) -> Result<bool>,
    ) -> Result<Duration> {
        loop {
            let because = match done(self) {
                Ok(true) => return Ok(self.started.elapsed()),
                Ok(false) => String::new(),
                Err(error) => format!(" ({error:#})"),
            };
            if let Some(status) = self.child.try_wait()? {
                bail!("watteau ended ({status}) before it was {what}; it said:\n{}", self.said());
            }
            if self.started.elapsed() > limit {
                bail!("watteau was not {what} after {limit:?}{because}; it said:\n{}", self.said());
            }
            thread::sleep(pause);
        }
    }

    /// Waits until it says that it is ready.
    pub(crate) fn until_ready(&mut self, pause: Duration) -> Result<Duration> {
        self.until("ready", Duration::from_secs(30), pause, |daemon| daemon.text("/-/ready").map(|_| true))
    }

    /// The end of its log.
    pub(crate) fn said(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Asks it to stop as systemd does, and waits; a failure to stop well is an error.
    pub(crate) fn stop(mut self) -> Result<()> {
        self.terminate();
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(30) {
            match self.child.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => bail!("watteau stopped badly ({status}); it said:\n{}", self.said()),
                None => thread::sleep(Duration::from_millis(10)),
            }
        }
        bail!("watteau did not stop within 30 s of SIGTERM; it said:\n{}", self.said());
    }

    fn terminate(&self) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // Only fails when it has ended already, which the caller sees by waiting.
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // A recipe that fails half-way must leave no process behind; nothing better can be done here.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// A port of the loopback that nobody uses now.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// A `watteau demo` on its own folder below `folder`, ready and filled; answers it and how long that took.
pub(crate) fn demo(binary: &Path, folder: &Path, pause: Duration) -> Result<(Daemon, Duration)> {
    demo_by(Command::new(binary), folder, pause, Duration::from_mins(2))
}

/// The same with a binary that another program runs, such as an emulator, filled within `limit`.
pub(crate) fn demo_by(
    mut command: Command,
    folder: &Path,
    pause: Duration,
    limit: Duration,
) -> Result<(Daemon, Duration)> {
    let port = free_port()?;
    command
        .arg("demo")
        .args(["--listen", &format!("127.0.0.1:{port}"), "--data-dir"])
        .arg(folder.join("demo"));
    let mut daemon = Daemon::start(&mut command, port, &folder.join("demo.log"))?;
    let took = daemon.until("filled", limit, pause, |daemon| {
        let status: serde_json::Value = daemon.json("/api/v1/status")?;
        filled(&status)
    })?;
    Ok((daemon, took))
}

/// Whether every connector has succeeded and has no history left to fetch.
fn filled(status: &serde_json::Value) -> Result<bool> {
    let connectors = status["connectors"].as_array().context("/api/v1/status names no connectors")?;
    Ok(!connectors.is_empty()
        && connectors.iter().all(|connector| {
            let behind = |feed: &serde_json::Value| {
                feed["backfill"].is_object()
                    && feed["backfill"]["done_days"] != feed["backfill"]["total_days"]
            };
            connector["last_success"].is_string()
                && connector["running"] == false
                && !connector["feeds"].as_array().is_some_and(|feeds| feeds.iter().any(behind))
        }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filled_means_that_nothing_is_left_to_fetch() {
        let status = |success: Option<&str>, running: bool, backfill: serde_json::Value| {
            json!({ "connectors": [
                { "last_success": "2026-01-01T00:00:00Z", "running": false, "feeds": [] },
                { "last_success": success, "running": running, "feeds": [{ "backfill": backfill }] },
            ]})
        };
        let day = Some("2026-01-01T00:00:00Z");
        let check = |status: &serde_json::Value, expected: bool| {
            assert_eq!(filled(status).expect("a status"), expected, "{status}");
        };
        check(&status(day, false, json!(null)), true);
        check(&status(day, false, json!({ "done_days": 10, "total_days": 10 })), true);
        check(&status(day, false, json!({ "done_days": 9, "total_days": 10 })), false);
        check(&status(day, true, json!(null)), false);
        check(&status(None, false, json!(null)), false);
        check(&json!({ "connectors": [] }), false);
        assert!(filled(&json!({})).is_err());
    }

    #[test]
    fn a_daemon_that_ends_is_an_error_with_what_it_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo the settings are wrong >&2; exit 3"]);
        let mut daemon = Daemon::start(&mut command, 9, &folder.path().join("log")).expect("starts");
        let error = daemon.until_ready(Duration::from_millis(1)).expect_err("it never was ready").to_string();
        assert!(error.contains("exit status: 3") && error.contains("the settings are wrong"), "{error}");
    }
}
