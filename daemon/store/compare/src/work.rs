//! The works, each done by a process of its own, so that what it writes and what it takes in memory is its own.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use watteau_store::Point;

use crate::data::{self, HALF_HOURS, MINUTE_SERIES, MINUTES, SERIES};
use crate::engine::{Day, Engine, Kind};

/// Polls of one point a series.
const POLLS: i64 = 960;
/// Queries of a warm work.
const QUERIES: u32 = 40;
/// The series that is read: a home's load.
const READ: u32 = 11;

/// What a work says when it is done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// How long each of its parts took.
    pub(crate) seconds: Vec<f64>,
    /// Bytes that it made the device write.
    pub(crate) written: u64,
    /// Bytes that the device counted meanwhile, those of other programs included; 0 where it does not tell.
    pub(crate) device: u64,
    /// The most memory that it had, in bytes.
    pub(crate) peak: u64,
    /// Bytes that its points take in the end, where that was asked.
    pub(crate) bytes: u64,
    /// What was found, to be the same for both.
    pub(crate) found: String,
}

/// Does the work called `name` on the store in `file`.
pub(crate) fn run(kind: Kind, name: &str, file: &Path) -> Result<Outcome> {
    let (written, device) = (written()?, device(file));
    let mut outcome = match name {
        "ingest" => ingest(kind, file),
        "poll" => polls(kind, file),
        "compact" => compact(kind, file),
        "minutes" => {
            let mut store = kind.open(file)?;
            store.define(MINUTE_SERIES)?;
            let points = data::minutes();
            let seconds = time(|| store.put(MINUTE_SERIES, points))?.0;
            store.close()?;
            Ok(Outcome { seconds: vec![seconds], ..Outcome::default() })
        }
        "correct" => correct(kind, file),
        "year warm" | "year cold" => {
            let (from, to) = (data::year(2022)?, data::year(2023)?);
            read(kind, name, file, |store| tell_points(store, READ, from, to))
        }
        "days warm" | "days cold" => {
            let bounds = data::midnights(data::half_hour(0), data::half_hour(HALF_HOURS))?;
            read(kind, name, file, |store| store.days(READ, &bounds).map(|days| tell_days(&days)))
        }
        "minutes warm" => {
            let start = data::half_hour(0);
            let bounds = data::midnights(start, start + MINUTES * 60_000)?;
            read(kind, name, file, |store| store.days(MINUTE_SERIES, &bounds).map(|days| tell_days(&days)))
        }
        "open" => open(kind, file),
        "work on" => work_on(kind, file),
        "curve" => curve(kind, file),
        _ => bail!("no work is called {name}"),
    }?;
    outcome.written = self::written()? - written;
    outcome.peak = peak()?;
    for file in kind.files(file) {
        File::open(file)?.sync_all()?;
    }
    outcome.device = device.zip(self::device(file)).map_or(0, |(before, after)| after - before);
    Ok(outcome)
}

/// Thirty series, each in one batch, as a file with a history brings them.
fn ingest(kind: Kind, file: &Path) -> Result<Outcome> {
    let mut store = kind.open(file)?;
    (1..=SERIES).try_for_each(|series| store.define(series))?;
    let mut seconds = 0.0;
    for series in 1..=SERIES {
        let points = data::house(series, 0, HALF_HOURS);
        seconds += time(|| store.put(series, points))?.0;
    }
    seconds += time(|| store.close())?.0;
    Ok(Outcome { seconds: vec![seconds], ..Outcome::default() })
}

fn polls(kind: Kind, file: &Path) -> Result<Outcome> {
    let mut store = kind.open(file)?;
    let mut seconds = Vec::new();
    for poll in HALF_HOURS..HALF_HOURS + POLLS {
        let points: Vec<(u32, Point)> =
            (1..=SERIES).map(|series| (series, data::house(series, poll, poll + 1)[0])).collect();
        seconds.push(time(|| store.poll(&points))?.0);
    }
    store.close()?;
    Ok(Outcome { seconds, ..Outcome::default() })
}

fn compact(kind: Kind, file: &Path) -> Result<Outcome> {
    let mut store = kind.open(file)?;
    let (seconds, ()) = time(|| store.compact())?;
    store.close()?;
    Ok(Outcome { seconds: vec![seconds], ..Outcome::default() })
}

/// Two hundred days published again, one batch each, half of their values changed.
fn correct(kind: Kind, file: &Path) -> Result<Outcome> {
    let mut store = kind.open(file)?;
    let mut seconds = 0.0;
    for day in 0..200 {
        let points = data::corrected_day(READ, 300 + day);
        seconds += time(|| store.put(READ, points))?.0;
    }
    let from = data::half_hour(0);
    let found = tell_points(&mut *store, READ, from, from + data::days(600))?;
    seconds += time(|| store.close())?.0;
    Ok(Outcome { seconds: vec![seconds], found, ..Outcome::default() })
}

fn read(
    kind: Kind,
    name: &str,
    file: &Path,
    mut query: impl FnMut(&mut dyn Engine) -> Result<String>,
) -> Result<Outcome> {
    let mut store = kind.open(file)?;
    let mut outcome = Outcome::default();
    if name.ends_with("cold") {
        for file in kind.files(file) {
            let file = File::open(file)?;
            file.sync_all()?;
            rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
        }
        let (seconds, found) = time(|| query(&mut *store))?;
        (outcome.seconds, outcome.found) = (vec![seconds], found);
    } else {
        query(&mut *store)?;
        for _ in 0..QUERIES {
            let (seconds, found) = time(|| query(&mut *store))?;
            outcome.seconds.push(seconds);
            outcome.found = found;
        }
    }
    store.close()?;
    Ok(outcome)
}

fn open(kind: Kind, file: &Path) -> Result<Outcome> {
    let (seconds, mut store) = time(|| kind.open(file))?;
    let found = tell_points(&mut *store, READ, data::half_hour(HALF_HOURS - 2), i64::MAX)?;
    store.close()?;
    Ok(Outcome { seconds: vec![seconds], found, ..Outcome::default() })
}

/// Polls on top, then waits to be killed.
fn work_on(kind: Kind, file: &Path) -> Result<Outcome> {
    let mut store = kind.open(file)?;
    for poll in HALF_HOURS + POLLS..HALF_HOURS + POLLS + 60 {
        let points: Vec<(u32, Point)> =
            (1..=SERIES).map(|series| (series, data::house(series, poll, poll + 1)[0])).collect();
        store.poll(&points)?;
    }
    println!("ready");
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(Outcome::default())
}

/// A real curve, whose name the file bears: by weeks, as a connector brings it, read again to the bit, packed.
fn curve(kind: Kind, file: &Path) -> Result<Outcome> {
    let wanted = file.file_stem().context("a file with a name")?.to_string_lossy();
    let curves = data::real()?;
    let (_, points) = curves
        .iter()
        .find(|(name, _)| wanted.starts_with(&name.replace(['/', '.'], "-")))
        .context("the curve is not at hand")?;
    let mut store = kind.open(file)?;
    for week in points.chunks(336) {
        store.put(1, week.to_vec())?;
    }
    store.compact()?;
    let back = store.points(1, i64::MIN, i64::MAX)?;
    let same = back.len() == points.len()
        && back.iter().zip(points).all(|(a, b)| a == b && a.value.to_bits() == b.value.to_bits());
    ensure!(same, "a value came back other than it was given");
    let bytes = store.point_bytes()?;
    store.close()?;
    Ok(Outcome { bytes, found: points.len().to_string(), ..Outcome::default() })
}

fn time<T>(work: impl FnOnce() -> Result<T>) -> Result<(f64, T)> {
    let begin = Instant::now();
    let result = black_box(work()?);
    Ok((begin.elapsed().as_secs_f64(), result))
}

/// Looks at every point of a span, as it comes: whoever reads a year draws it, adds it up or sends it on.
fn tell_points(store: &mut dyn Engine, series: u32, from: i64, to: i64) -> Result<String> {
    let (mut count, mut bits) = (0, 0u64);
    store.walk(series, from, to, &mut |point| {
        count += 1;
        bits = bits.rotate_left(5)
            ^ point.value.to_bits()
            ^ point.start as u64
            ^ point.duration
            ^ point.quality as u64;
    })?;
    Ok(format!("{count} points {bits:016x}"))
}

fn tell_days(days: &[Day]) -> String {
    // Sums may differ by the order in which they were added up, not by more.
    let total: f64 = days.iter().map(|day| (day.total / 3.6e6).round()).sum();
    let covered: i64 = days.iter().map(|day| day.covered).sum();
    format!("{} days, {total} Wh in {covered} ms", days.len())
}

fn written() -> Result<u64> {
    field("/proc/self/io", "write_bytes:")
}

/// Bytes written to the block device that holds the folder of `file`, since the machine was started.
fn device(file: &Path) -> Option<u64> {
    const SECTOR: u64 = 512;
    let id = rustix::fs::stat(file.parent()?).ok()?.st_dev;
    let (major, minor) = (rustix::fs::major(id), rustix::fs::minor(id));
    let stat = std::fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/stat")).ok()?;
    Some(stat.split_whitespace().nth(6)?.parse::<u64>().ok()? * SECTOR)
}

fn peak() -> Result<u64> {
    Ok(field("/proc/self/status", "VmHWM:")? * 1024)
}

fn field(file: &str, name: &str) -> Result<u64> {
    let text = std::fs::read_to_string(file)?;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|rest| rest.split_whitespace().next()).and_then(|word| word.parse().ok());
    number.with_context(|| format!("{file} does not tell {name}"))
}
