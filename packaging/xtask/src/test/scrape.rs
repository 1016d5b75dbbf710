//! A real Prometheus scrapes a demo, with the configuration and the rules that ship.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use ureq::Agent;

use super::Outcome;
use crate::daemon::{Daemon, free_port};
use crate::process;
use crate::workspace::Workspace;

/// What has to be there after a scrape, and the labels that it has to have.
const WANTED: [(&str, &[&str]); 6] = [
    ("watteau_build_info", &["version"]),
    ("watteau_electricity_consumption_joules", &["connector"]),
    ("watteau_series_latest_sample_timestamp_seconds", &["series"]),
    ("watteau_connector_runs_total", &["connector"]),
    ("watteau_forecast_error_ratio", &["model", "series", "window"]),
    ("watteau_grid_load_watts", &["connector"]),
];
const LIMIT: Duration = Duration::from_mins(1);

/// A Prometheus that ends with the test.
struct Prometheus {
    child: Child,
    agent: Agent,
    url: String,
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Scrapes `demo` until every metric and every rule has been looked at.
pub(super) fn run(workspace: &Workspace, demo: &Daemon, folder: &Path) -> Result<Outcome> {
    if process::find("prometheus").is_none() {
        return Ok(Outcome::Skipped("install prometheus with apt".into()));
    }
    let prometheus = start(workspace, demo, &folder.join("prometheus"))?;
    let begun = Instant::now();
    let targets = prometheus.until(begun, "a scrape", |it| {
        let targets = it.ask("/api/v1/targets")?["data"]["activeTargets"].clone();
        Ok((targets[0]["health"] == "up").then_some(targets))
    })?;
    ensure!(targets[0]["lastError"] == "", "the scrape ended with {}", targets[0]["lastError"]);
    let up = prometheus.query("up{job=\"watteau\",home=\"home\"}")?;
    ensure!(up.len() == 1 && up[0]["value"][1] == "1", "up is {up:?}");
    for (name, labels) in WANTED {
        let found = prometheus.query(name)?;
        ensure!(!found.is_empty(), "Prometheus has no {name}");
        for series in &found {
            let has: Vec<&str> =
                series["metric"].as_object().into_iter().flatten().map(|(label, _)| label.as_str()).collect();
            let added = ["__name__", "home", "instance", "job"];
            let mut own: Vec<&str> = has.iter().copied().filter(|label| !added.contains(label)).collect();
            own.sort_unstable();
            ensure!(own == labels, "{name} has the labels {own:?} and not {labels:?}");
        }
    }
    let rules = prometheus.until(begun, "its rules", |it| {
        let groups = it.ask("/api/v1/rules")?["data"]["groups"].clone();
        let rules: Vec<Value> = groups
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|group| group["rules"].as_array().cloned().unwrap_or_default())
            .collect();
        if let Some(bad) = rules.iter().find(|rule| rule["health"] == "err") {
            bail!("the rule {} fails: {}", bad["name"], bad["lastError"]);
        }
        let looked_at = !rules.is_empty() && rules.iter().all(|rule| rule["health"] == "ok");
        Ok(looked_at.then_some(rules))
    })?;
    let firing: Vec<&str> = rules
        .iter()
        .filter(|rule| rule["state"] == "firing")
        .filter_map(|rule| rule["name"].as_str())
        .collect();
    ensure!(firing.is_empty(), "a healthy demo raises {firing:?}");
    let samples = prometheus.query("scrape_samples_scraped")?;
    let samples = samples.first().map_or("0", |first| first["value"][1].as_str().unwrap_or("0")).to_owned();
    let took = prometheus.query("scrape_duration_seconds")?;
    let took = took.first().map_or("?", |first| first["value"][1].as_str().unwrap_or("?")).to_owned();
    eprintln!("Prometheus scraped {samples} samples in {took} s; {} rules, none in error", rules.len());
    Ok(Outcome::Passed)
}

/// Prometheus in `folder`, with what ships but for the address of the demo and the patience of people.
fn start(workspace: &Workspace, demo: &Daemon, folder: &Path) -> Result<Prometheus> {
    fs::create_dir_all(folder)?;
    let ships = workspace.path("packaging/prometheus");
    fs::copy(ships.join("watteau.rules.yml"), folder.join("watteau.rules.yml"))?;
    let address = demo.url.trim_start_matches("http://");
    let settings = fs::read_to_string(ships.join("prometheus.yml"))?;
    let swift = settings.replace("127.0.0.1:9288", address).replace("_interval: 1m", "_interval: 1s");
    ensure!(swift.contains(address), "prometheus.yml names no 127.0.0.1:9288");
    fs::write(folder.join("prometheus.yml"), swift)?;
    let port = free_port()?;
    let log = File::create(folder.join("log"))?;
    let child = Command::new("prometheus")
        .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
        .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .context("cannot start prometheus")?;
    let agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).build().new_agent();
    Ok(Prometheus { child, agent, url: format!("http://127.0.0.1:{port}") })
}

impl Prometheus {
    fn ask(&self, path: &str) -> Result<Value> {
        let url = format!("{}{path}", self.url);
        self.agent.get(&url).call().and_then(|mut answer| answer.body_mut().read_json()).context(url)
    }

    /// The series of an instant query.
    fn query(&self, expression: &str) -> Result<Vec<Value>> {
        let url = format!("{}/api/v1/query", self.url);
        let answer = self.agent.get(&url).query("query", expression).call();
        let answer: Value = answer.and_then(|mut answer| answer.body_mut().read_json()).context(url)?;
        Ok(answer["data"]["result"].as_array().cloned().unwrap_or_default())
    }

    /// Asks until there is an answer. One that does not listen yet is asked again; a mistake that it tells is not.
    fn until<T>(
        &self,
        begun: Instant,
        what: &str,
        mut probe: impl FnMut(&Self) -> Result<Option<T>>,
    ) -> Result<T> {
        loop {
            let late = begun.elapsed() > LIMIT;
            match probe(self) {
                Ok(Some(found)) => return Ok(found),
                Err(error) if late || error.downcast_ref::<ureq::Error>().is_none() => return Err(error),
                Ok(None) if late => bail!("Prometheus was not done with {what} in {LIMIT:?}"),
                Ok(None) | Err(_) => thread::sleep(Duration::from_millis(200)),
            }
        }
    }
}
