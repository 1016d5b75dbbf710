//! What a connector costs: `cargo bench --package watteau-host --bench connectors -- FILE.wasm…` prints a line of JSON
//! for each component.
//!
//! Cold is the first load of a plugin in a file, compiled by the child; warm the next one, from the cache. A call makes
//! an instance, asks it for the least it can do, and drops it: of a file whether it is the connector's, of a source its
//! check, with a quota that is used up. Memory is the most that such a call had resident beyond what was there before.
//! Each component is measured in a process of its own.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use std::{
    env, fs,
    path::Path,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};
use watteau_host::{Compiler, Grant, Host, NotBefore, Plugin, Quota, RunError, manifest::PluginKind};

/// How often what is quick is done; the median is told.
const TIMES: usize = 21;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [only, wasm] = arguments.as_slice()
        && only == "--only"
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        return runtime.block_on(measure(Path::new(wasm)));
    }
    for wasm in &arguments {
        let status = Command::new(env::current_exe()?).args(["--only", wasm]).status()?;
        ensure!(status.success(), "{wasm} cannot be measured");
    }
    Ok(())
}

async fn measure(wasm: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let compiler = Compiler {
        program: env!("CARGO_BIN_EXE_watteau-compile").into(),
        args: Vec::new(),
        cache: folder.path().join("bytecode"),
        timeout: Duration::from_mins(5),
        memory_bytes: 4 << 30,
    };
    let host = Host::new()?;
    let begin = Instant::now();
    let plugin = host.load(wasm, &compiler).await?;
    let cold = begin.elapsed();

    // A call before, so that only what each one takes again is counted.
    call(&plugin).await?;
    fs::write("/proc/self/clear_refs", "5").context("the peak of memory cannot be reset")?;
    let before = resident("VmRSS:")?;
    call(&plugin).await?;
    let memory = resident("VmHWM:")?.saturating_sub(before);

    let (mut loads, mut calls) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let begin = Instant::now();
        let plugin = host.load(wasm, &compiler).await?;
        loads.push(begin.elapsed());
        let begin = Instant::now();
        call(&plugin).await?;
        calls.push(begin.elapsed());
    }
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{}",
        json!({
            "connector": plugin.manifest().name,
            "cold_ms": milliseconds(cold),
            "warm_ms": milliseconds(median(loads)),
            "call_ms": milliseconds(median(calls)),
            "memory_kb": memory,
        })
    );
    Ok(())
}

/// The least that a connector can do.
async fn call(plugin: &Plugin) -> Result<()> {
    let mut grant = Grant::new(plugin, "bench");
    grant.quota = Arc::new(UsedUp);
    let mut run = plugin.start(grant);
    match plugin.manifest().kind {
        PluginKind::Files => drop(run.sniff("nothing.bin", 4, b"\0\x01\x02\x03".to_vec()).await?),
        // That settings are missing or no call is left is an answer, too.
        PluginKind::Source => match run.check().await {
            Ok(_) | Err(RunError::Failure(_)) => {}
            Err(error) => return Err(error.into()),
        },
    }
    Ok(())
}

/// No call is left.
struct UsedUp;

impl Quota for UsedUp {
    fn acquire(&self) -> Result<Duration, NotBefore> {
        Err(NotBefore(i64::MAX))
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A line of `/proc/self/status`, in kilobytes.
fn resident(name: &str) -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).context("it is not told")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
