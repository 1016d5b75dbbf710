//! `watteau model bench NAME`: what a forecast of tomorrow takes on this machine.

use super::{Exit, Global, compute::Compute, output};
use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use std::{f32::consts::TAU, fs, path::Path, time::Instant};
use watteau_chronos::{Model, Options, Task};

/// Three weeks of hours.
const CONTEXT: usize = 504;
/// Runs that are not measured.
const WARM: usize = 2;

/// Arguments of `watteau model bench`.
#[derive(Debug, Args)]
#[command(
    after_help = "One series of 504 hours, 24 hours ahead. Chronos-T5 draws as many paths as its settings say."
)]
pub(in crate::cli) struct Bench {
    /// A model that is here, by name, `chronos` for the built-in one, or a folder with config.json and model.safetensors.
    #[arg(value_name = "NAME")]
    model: String,
    /// Measures so many forecasts.
    #[arg(long, value_name = "N", default_value_t = 15)]
    runs: usize,
    #[command(flatten)]
    compute: Compute,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Measured {
    model: String,
    family: &'static str,
    weights_mb: f64,
    load_ms: f64,
    /// The first forecast after loading reads the weights.
    first_ms: f64,
    median_ms: f64,
    min_ms: f64,
    max_ms: f64,
    /// The most that the process had resident, mapped weights included.
    peak_rss_mb: Option<f64>,
}

impl Bench {
    pub(super) fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let folder = super::folder(global, &self.model)?;
        let measured = measure(&self.model, folder.as_ref(), &self.compute, self.runs.max(1))?;
        if global.json {
            output::print_json(&measured)?;
            return Ok(Exit::Ok);
        }
        let ms = |ms: f64| format!("{ms:.1} ms");
        let rows = [
            ("model", format!("{} ({})", measured.model, measured.family)),
            ("weights", format!("{:.0} MB", measured.weights_mb)),
            ("load", ms(measured.load_ms)),
            ("first forecast", ms(measured.first_ms)),
            ("forecast, median", ms(measured.median_ms)),
            ("forecast, least", ms(measured.min_ms)),
            ("forecast, most", ms(measured.max_ms)),
            (
                "memory at most",
                measured.peak_rss_mb.map_or_else(|| "-".to_owned(), |mb| format!("{mb:.0} MB")),
            ),
        ];
        output::table(["what", "measured"], rows.map(|(what, value)| [what.to_owned(), value]))?;
        Ok(Exit::Ok)
    }
}

fn measure(name: &str, folder: &Path, compute: &Compute, runs: usize) -> anyhow::Result<Measured> {
    let weights = folder.join("model.safetensors");
    let bytes =
        fs::metadata(&weights).with_context(|| format!("{} cannot be read", weights.display()))?.len();
    let (model, load_ms) = timed(|| Model::load(folder, &compute.options()))?;
    let tasks = [Task::series(series())];
    let options = Options::default();
    let (_, first_ms) = timed(|| model.predict(&tasks, &options))?;
    let mut times = Vec::with_capacity(runs);
    for run in 0..WARM + runs {
        let (_, ms) = timed(|| model.predict(&tasks, &options))?;
        if run >= WARM {
            times.push(ms);
        }
    }
    times.sort_by(f64::total_cmp);
    Ok(Measured {
        model: name.to_owned(),
        family: model.config().family.name(),
        weights_mb: bytes as f64 / 1e6,
        load_ms,
        first_ms,
        median_ms: times[times.len() / 2],
        min_ms: times[0],
        max_ms: times[times.len() - 1],
        peak_rss_mb: peak_rss_mb(),
    })
}

fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(T, f64), E> {
    let begin = Instant::now();
    let done = work()?;
    Ok((done, begin.elapsed().as_secs_f64() * 1e3))
}

/// A load with days and weeks in it: what the values are changes no time.
fn series() -> Vec<f32> {
    let hour = |hour: usize| {
        let (day, week) = ((TAU * hour as f32 / 24.0).sin(), (TAU * hour as f32 / 168.0).sin());
        54_000.0 + 6_000.0 * day + 2_500.0 * week
    };
    (0..CONTEXT).map(hour).collect()
}

/// None where the system does not say.
fn peak_rss_mb() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}
