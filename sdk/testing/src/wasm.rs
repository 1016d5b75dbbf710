//! The same run as a component, in the real host.

use crate::{
    Scenario,
    cassette::Server,
    output::{Ended, Output},
};
use anyhow::{Context as _, Result, bail};
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use watteau_host::{
    Cause, Clock, Decision, Grant, Host, InputFile, Job, MeterRows, Meters, NotBefore, Plugin, Put, Quality,
    Quota, Refusal, Run, RunError, Secrets, Sink, Text, compile, manifest_text,
};

/// A connector decides by so many first bytes.
const HEAD: usize = 64 << 10;

/// Builds a connector's crate for `wasm32-wasip2`, and answers where the component is.
///
/// It is built in a target directory of its own: the one of the running test is locked by cargo.
pub fn component(crate_folder: impl AsRef<Path>) -> Result<PathBuf> {
    let folder = crate_folder.as_ref();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = target_folder(&cargo, folder)?.join("components");
    let output = Command::new(cargo)
        .args(["build", "--lib", "--profile", "connector", "--target", "wasm32-wasip2", "--target-dir"])
        .arg(&target)
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(folder)
        .env_remove("RUSTFLAGS")
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("the component does not build: {}", String::from_utf8_lossy(&output.stderr));
    }
    // The last artefact with a component is the crate's own.
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["filenames"].as_array().cloned())
        .flatten()
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .rfind(|name| name.extension().is_some_and(|extension| extension == "wasm"))
        .context("cargo made no component; is the crate-type \"cdylib\"?")
}

/// Where cargo builds the crate of a folder.
fn target_folder(cargo: &OsStr, folder: &Path) -> Result<PathBuf> {
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(folder)
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("cargo does not know the crate: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    metadata["target_directory"].as_str().map(PathBuf::from).context("cargo names no target directory")
}

pub(crate) fn pull(scenario: &Scenario, wasm: &Path, jobs: Vec<Job>) -> Result<Output> {
    // The server of the cassette ends with this value.
    let (_recorded, base_url) = match &scenario.upstream {
        Some(upstream) => (None, upstream.clone()),
        None => {
            let server = Server::start(&scenario.cassette)?;
            let base_url = format!("http://127.0.0.1:{}", server.port);
            (Some(server), base_url)
        }
    };
    let stage = Stage::new(scenario, wasm, Some(&base_url))?;
    let sink = Arc::clone(&stage.sink);
    stage.run(async |run| {
        let mut ended = Ended::Not;
        for job in jobs {
            ended = match run.pull(job).await {
                Ok(outcome) => {
                    sink.record(|output| {
                        output.history_start = outcome.history_start.or(output.history_start);
                    });
                    Ended::Done(outcome.remark.map(|remark| remark.en).unwrap_or_default())
                }
                Err(error) => return failed(error),
            };
        }
        Ok(ended)
    })
}

pub(crate) fn ingest(scenario: &Scenario, wasm: &Path, name: &str, content: &[u8]) -> Result<Output> {
    let stage = Stage::new(scenario, wasm, None)?;
    let file = InputFile { name: name.to_owned(), modified: None, content: content.to_vec().into() };
    stage.run(async |run| match run.ingest(file).await {
        Ok(report) => Ok(Ended::Done(format!(
            "{} {}..{} {} absent",
            report.format,
            report.first_day.unwrap_or_default(),
            report.last_day.unwrap_or_default(),
            report.absent
        ))),
        Err(RunError::File(error)) => Ok(Ended::Failed(error.code, None, error.message.en)),
        Err(error) => failed(error),
    })
}

pub(crate) fn sniff(scenario: &Scenario, wasm: &Path, name: &str, content: &[u8]) -> Result<u8> {
    let stage = Stage::new(scenario, wasm, None)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let head = content[..content.len().min(HEAD)].to_vec();
    Ok(runtime.block_on(stage.plugin.start(stage.grant).sniff(name, content.len() as u64, head))?)
}

fn failed(error: RunError) -> Result<Ended> {
    let RunError::Failure(failure) = error else { return Err(error.into()) };
    let cause = match failure.cause {
        Cause::Settings(_) => "settings",
        Cause::Consent => "consent",
        Cause::Quota(_) => "quota",
        Cause::Unavailable(_) => "unavailable",
        Cause::Unreadable => "unreadable",
        Cause::NoData => "no-data",
        Cause::NotOffered => "not-offered",
    };
    Ok(Ended::Failed(cause.to_owned(), failure.party, failure.message.en))
}

/// A plugin with everything it is given.
struct Stage {
    plugin: Plugin,
    grant: Grant,
    sink: Arc<Recorder>,
}

impl Stage {
    fn new(scenario: &Scenario, wasm: &Path, base_url: Option<&str>) -> Result<Self> {
        let component = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
        let plugin = Host::new()?.builtin(&manifest_text(&component)?, bytecode(&component)?)?;
        let services = Arc::new(Given { scenario: scenario.clone(), made: AtomicU32::new(0) });
        let sink = Arc::new(Recorder::default());
        sink.record(|output| output.cursor.clone_from(&scenario.cursor));
        let mut grant = Grant::new(&plugin, &scenario.instance);
        grant.settings.clone_from(&scenario.settings);
        grant.zone = jiff::tz::TimeZone::get(&scenario.zone)?;
        grant.clock = services.clone();
        grant.secrets = services.clone();
        grant.quota = services.clone();
        grant.meters = services;
        grant.sink = sink.clone();
        grant.base_url = base_url.map(str::parse).transpose()?;
        grant.cursor.clone_from(&scenario.cursor);
        Ok(Self { plugin, grant, sink })
    }

    fn run(self, call: impl AsyncFnOnce(&mut Run) -> Result<Ended>) -> Result<Output> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        // What a dynamic plugin gives besides its manifest's series depends on its settings, so it is asked first. A
        // failure is the call's own to tell.
        let mut grant = self.grant;
        if let Ok(series) = runtime.block_on(self.plugin.start(grant.clone()).describe()) {
            grant.series = series;
        }
        let mut run = self.plugin.start(grant);
        let ended = runtime.block_on(call(&mut run))?;
        drop(run);
        let output = self.sink.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Ok(Output { ended, ..output })
    }
}

/// Bytecode of a component, compiled once for all the runs of a process. A built-in plugin's is in the binary for ever;
/// a test's is for as long as the test.
fn bytecode(component: &[u8]) -> Result<&'static [u8]> {
    static COMPILED: Mutex<BTreeMap<Vec<u8>, &'static [u8]>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(component) {
        return Ok(known);
    }
    let fresh: &'static [u8] = compile(component)?.leak();
    compiled.insert(component.to_vec(), fresh);
    Ok(fresh)
}

struct Given {
    scenario: Scenario,
    /// Calls over HTTP so far.
    made: AtomicU32,
}

impl Quota for Given {
    fn acquire(&self) -> Result<Duration, NotBefore> {
        self.scenario.acquire(self.made.fetch_add(1, Ordering::Relaxed)).map_err(NotBefore)?;
        Ok(Duration::ZERO)
    }
}

impl Clock for Given {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.scenario.now).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl Secrets for Given {
    fn secret(&self, option: &str) -> Result<Option<String>, String> {
        Ok(self.scenario.secrets.get(option).cloned())
    }
}

impl Meters for Given {
    fn claim(&self, meters: &[MeterRows]) -> Decision {
        self.scenario.claim(meters)
    }
}

#[derive(Default)]
struct Recorder(Mutex<Output>);

impl Recorder {
    fn record(&self, change: impl FnOnce(&mut Output)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Sink for Recorder {
    fn put(&self, put: Put) -> Result<u32, String> {
        let points = put.points.iter().map(|point| {
            let quality = match point.quality {
                Quality::Measured => "measured",
                Quality::Estimated => "estimated",
                Quality::Corrected => "corrected",
                Quality::Filled => "filled",
            };
            (point.start, point.duration, point.value, quality)
        });
        self.record(|output| {
            output.statements.push((put.series.clone(), put.as_of, put.points.len()));
            let all: &mut BTreeMap<_, Vec<_>> = &mut output.points;
            all.entry(put.series.clone()).or_default().extend(points);
        });
        Ok(0)
    }

    fn absent(&self, series: &str, spans: &[Range<i64>], _: Text) -> Result<(), String> {
        let spans = spans.iter().map(|span| (series.to_owned(), span.start, span.end));
        self.record(|output| output.absences.extend(spans));
        Ok(())
    }

    fn refuse(&self, refusal: Refusal) {
        self.record(|output| {
            output.refusals.push((refusal.place, refusal.reason.en));
            output.refused_days.push(refusal.date);
        });
    }

    fn checkpoint(&self, cursor: Option<Vec<u8>>) -> Result<(), String> {
        self.record(|output| output.cursor = cursor.or(output.cursor.take()));
        Ok(())
    }
}
