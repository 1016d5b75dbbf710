//! What a forecast costs in the published sizes: `cargo bench -p watteau-chronos --bench published -- [NAME…]`.
//!
//! Weights are random, in the layout of the published models, and are made once under the target folder. `--folder DIR`
//! takes the models of another folder, where each is in a folder of its own name. `--q8` quantises them and tells what
//! that loses, `--threads N` computes on N threads, `--runs N` repeats. One series of 504 values, 24 steps, 20 paths for
//! Chronos-T5.
//!
//! Every model is measured in processes of its own. Start is from before a process exists to its first forecast;
//! memory is the most that it had resident, mapped pages of the weights included.

#[path = "published/sizes.rs"]
mod sizes;

use std::{
    env, fs,
    num::NonZero,
    path::{Path, PathBuf},
    process::Command,
    time::{Instant, SystemTime},
};

use anyhow::{Context as _, Result, ensure};
use watteau_chronos::{LoadOptions, Model, Options, TargetForecast, Task, Weighting};

fn main() -> Result<()> {
    let mut arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let mut value = |name: &str| -> Option<String> {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.drain(at..(at + 2).min(arguments.len())).nth(1)
    };
    let folder = value("--folder").map_or_else(sizes::folder, PathBuf::from);
    let runs: usize = value("--runs").map_or(Ok(15), |runs| runs.parse())?;
    let threads: usize = value("--threads").map_or(Ok(2), |threads| threads.parse())?;
    let only = value("--only");
    let spawned: u128 = value("--spawned").map_or_else(clock, |nanoseconds| Ok(nanoseconds.parse()?))?;
    let q8 = arguments.iter().any(|argument| argument == "--q8");
    let names: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let options = LoadOptions {
        threads: NonZero::new(threads),
        weights: if q8 { Weighting::Q8 } else { Weighting::AsStored },
    };
    if let Some(name) = only {
        return measure(&folder.join(name), &options, runs, spawned);
    }
    println!(
        "| model | file, MB | load, ms | first, ms | median, ms | min, ms | start to forecast, ms | peak RSS, MB |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for name in
        sizes::NAMES.iter().filter(|name| names.is_empty() || names.iter().any(|wanted| wanted == *name))
    {
        sizes::make(&folder, name)?;
        let child = |runs: usize| -> Result<String> {
            let mut command = Command::new(env::current_exe()?);
            command.args(["--only", name, "--runs", &runs.to_string(), "--threads", &threads.to_string()]);
            command.args(["--spawned", &clock()?.to_string()]);
            command.arg("--folder").arg(&folder).args(q8.then_some("--q8"));
            let output = command.stderr(std::process::Stdio::inherit()).output()?;
            ensure!(output.status.success(), "{name} cannot be measured");
            Ok(String::from_utf8(output.stdout)?.trim().to_owned())
        };
        let mut start = f64::INFINITY;
        for _ in 0..5 {
            start = start.min(child(0)?.parse()?);
        }
        let bytes = fs::metadata(folder.join(name).join("model.safetensors"))?.len();
        let warm = child(runs)?;
        let (before, memory) = warm.rsplit_once(' ').context("nothing was measured")?;
        println!("| {name} | {:.0} | {before} {start:.0} | {memory} |", bytes as f64 / 1e6);
        if q8 {
            println!(
                "  quantiles are {:.2} % of the range from 0.1 to 0.9 off",
                100.0 * loss(&folder.join(name), &options)?
            );
        }
    }
    Ok(())
}

/// Nanoseconds on a clock that two processes share.
fn clock() -> Result<u128> {
    Ok(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_nanos())
}

/// In a process of its own: loads, forecasts, and tells what it took; with no `runs`, how long after it was `spawned`.
fn measure(folder: &Path, options: &LoadOptions, runs: usize, spawned: u128) -> Result<()> {
    let begin = Instant::now();
    let model = Model::load(folder, options)?;
    let load = begin.elapsed();
    let tasks = [Task::series(sizes::context())];
    let first = Instant::now();
    model.predict(&tasks, &Options::default())?;
    let first = first.elapsed();
    if runs == 0 {
        println!("{:.3}", clock()?.saturating_sub(spawned) as f64 / 1e6);
        return Ok(());
    }
    let mut times = Vec::with_capacity(runs);
    for run in 0..runs + 2 {
        let begin = Instant::now();
        model.predict(&tasks, &Options::default())?;
        if run >= 2 {
            times.push(begin.elapsed().as_secs_f64() * 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{:.1} | {:.1} | {:.1} | {:.1} | {:.0}",
        load.as_secs_f64() * 1e3,
        first.as_secs_f64() * 1e3,
        times[times.len() / 2],
        times[0],
        peak_mb()?
    );
    Ok(())
}

/// What quantising changes: the mean deviation of all quantiles, in parts of the mean distance from the lowest to the
/// highest. Of Chronos-T5 that includes draws that fall out differently.
fn loss(folder: &Path, q8: &LoadOptions) -> Result<f64> {
    let ask = |options: &LoadOptions| -> Result<TargetForecast> {
        let tasks = [Task::series(sizes::context())];
        let mut forecasts = Model::load(folder, options)?.predict(&tasks, &Options::default())?;
        Ok(forecasts.remove(0).targets.remove(0))
    };
    let (exact, packed) = (ask(&LoadOptions { weights: Weighting::AsStored, ..q8.clone() })?, ask(q8)?);
    let mean = |pairs: &mut dyn Iterator<Item = (&f32, &f32)>| {
        let (sum, count) =
            pairs.fold((0.0, 0.0), |(sum, count), (a, b)| (sum + f64::from((a - b).abs()), count + 1.0));
        sum / count
    };
    let flat = |rows: &[Vec<f32>]| rows.concat();
    let off = mean(&mut flat(&exact.quantiles).iter().zip(&flat(&packed.quantiles)));
    let range = mean(&mut exact.quantiles[0].iter().zip(&exact.quantiles[8]));
    Ok(off / range)
}

/// The most that this process had resident.
fn peak_mb() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status").context("memory is told by Linux alone")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes * 1024.0 / 1e6)
}
