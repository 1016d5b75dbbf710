//! Which works run on which files, how often, and what they have to reach.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::data;
use crate::engine::Kind;
use crate::table::Row;
use crate::work::Outcome;

/// Outcomes of one work: the store's, then the peer's.
type Pair = [Vec<Outcome>; 2];

/// Runs everything.
pub(crate) fn run(program: &Path, folder: &Path, repeats: usize) -> Result<Vec<Row>> {
    let bench = Bench { program, folder, repeats: repeats.max(1) };
    let mut rows = Vec::new();

    eprintln!("bulk ingest");
    let ingest = bench.each("ingest", None, "bulk")?;
    rows.push(Row::faster("bulk ingest, 30 series x 5 years, ms", 1e3, &ingest, total, 15.0));
    rows.push(Row::faster("  bytes sent to the device, MB", 1e-6, &ingest, written, 10.0));
    rows.extend(Row::device(&ingest, 10.0));
    let ingest_peak = Row::below("peak RSS, ingesting, MB", 1e-6, &ingest, peak, 32.0);

    eprintln!("polls");
    let polls = bench.each("poll", Some("bulk"), "polled")?;
    rows.push(Row::faster("960 durable polls of 30 points, MB sent", 1e-6, &polls, written, 6.0));
    rows.extend(Row::device(&polls, 6.0));
    rows.push(Row::faster("  a poll, p50, ms", 1e3, &polls, |outcome| percentile(outcome, 50), 1.0));
    rows.push(Row::faster("  a poll, p99, ms", 1e3, &polls, |outcome| percentile(outcome, 99), 1.0));

    eprintln!("compaction");
    let compact = Bench { repeats: 1, ..bench }.each("compact", Some("polled"), "compacted")?;
    let sizes = Kind::BOTH.map(|kind| bench.size(kind, "compacted"));
    let [ours, theirs] = sizes.map(|size| size.map(|size| size as f64));
    rows.push(Row::compared("file after both, compacted, MB", 1e-6, ours?, theirs?, 10.0));
    rows.push(Row::told("  compacting it, ms", 1e3, &compact, total));
    rows.extend(bench.curves()?);

    eprintln!("minutes");
    Bench { repeats: 1, ..bench }.each("minutes", Some("polled"), "full")?;
    let full = Some("full");

    eprintln!("reads");
    let mut peaks: Pair = [Vec::new(), Vec::new()];
    for (work, name, scale, goal) in [
        ("year warm", "a year of one series, warm, us", 1e6, 20.0),
        ("year cold", "  cold, ms", 1e3, 6.0),
        ("days warm", "5 years to local days, warm, us", 1e6, 40.0),
        ("days cold", "  cold, ms", 1e3, 10.0),
        ("minutes warm", "a year of minutes to local days, ms", 1e3, 40.0),
    ] {
        let mut outcomes = bench.each(work, full, "read")?;
        rows.push(Row::faster(name, scale, &outcomes, |outcome| percentile(outcome, 50), goal));
        for (peaks, outcomes) in peaks.iter_mut().zip(&mut outcomes) {
            peaks.append(outcomes);
        }
    }

    eprintln!("corrections");
    let correct = bench.each("correct", full, "corrected")?;
    rows.push(Row::faster("200 days published again, half changed, ms", 1e3, &correct, total, 1.0));
    rows.push(Row::told("  bytes sent to the device, MB", 1e-6, &correct, written));

    eprintln!("opening");
    let clean = bench.each("open", full, "opened")?;
    rows.push(Row::below("open with 3 M points after a clean stop, ms", 1e3, &clean, total, 2.0));
    let killed = bench.killed("full")?;
    rows.push(Row::below("  after a kill, ms", 1e3, &killed, total, 20.0));

    rows.push(Row::below("peak RSS, reading, MB", 1e-6, &peaks, peak, 12.0));
    rows.push(ingest_peak);
    Ok(rows)
}

fn total(outcome: &Outcome) -> f64 {
    outcome.seconds.iter().sum()
}

fn written(outcome: &Outcome) -> f64 {
    outcome.written as f64
}

fn peak(outcome: &Outcome) -> f64 {
    outcome.peak as f64
}

fn percentile(outcome: &Outcome, percent: usize) -> f64 {
    let mut seconds = outcome.seconds.clone();
    seconds.sort_by(f64::total_cmp);
    seconds[(seconds.len() - 1) * percent / 100]
}

#[derive(Clone, Copy)]
struct Bench<'a> {
    program: &'a Path,
    folder: &'a Path,
    repeats: usize,
}

impl Bench<'_> {
    fn file(&self, kind: Kind, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.{}", kind.name()))
    }

    fn size(&self, kind: Kind, name: &str) -> Result<u64> {
        let files = kind.files(&self.file(kind, name));
        files.iter().map(|file| Ok(file.metadata()?.len())).sum()
    }

    /// Runs a work on both stores by turns, each time on a fresh copy of the file `from`, named `to`.
    fn each(&self, work: &str, from: Option<&str>, to: &str) -> Result<Pair> {
        let mut pair: Pair = [Vec::new(), Vec::new()];
        for _ in 0..self.repeats {
            for (kind, outcomes) in Kind::BOTH.into_iter().zip(&mut pair) {
                let file = self.fresh(kind, from, to)?;
                outcomes.push(self.start(kind, work, &file)?);
            }
        }
        Self::agree(work, &pair)?;
        Ok(pair)
    }

    /// A copy of the file `from`, or nothing at all, where the file `to` is to be.
    fn fresh(&self, kind: Kind, from: Option<&str>, to: &str) -> Result<PathBuf> {
        let file = self.file(kind, to);
        for old in kind.files(&file) {
            std::fs::remove_file(old)?;
        }
        if let Some(from) = from {
            std::fs::copy(self.file(kind, from), &file)?;
            // What is still on its way to the disk would not be counted for the process that writes over it.
            // Nor may it stay in memory in large folios, of which the kernel would count all for each page.
            let copy = std::fs::File::open(&file)?;
            copy.sync_all()?;
            rustix::fs::fadvise(&copy, 0, None, rustix::fs::Advice::DontNeed)?;
        }
        Ok(file)
    }

    fn start(&self, kind: Kind, work: &str, file: &Path) -> Result<Outcome> {
        let output = Command::new(self.program)
            .args(["work", kind.name(), work])
            .arg(file)
            .stderr(Stdio::inherit())
            .output()
            .context("cannot start this very program")?;
        ensure!(output.status.success(), "{}: {work} failed", kind.name());
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    fn agree(work: &str, [ours, theirs]: &Pair) -> Result<()> {
        let found = &ours[0].found;
        let same = ours.iter().chain(theirs).all(|outcome| outcome.found == *found);
        ensure!(same, "{work}: the two found different things: {found} and {}", theirs[0].found);
        Ok(())
    }

    /// Bytes a point of the real curves, and what the file takes with all that is kept besides.
    fn curves(&self) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        for (name, points) in data::real()? {
            let file = name.replace(['/', '.'], "-");
            let (mut each, mut whole) = ([0.0; 2], [0.0; 2]);
            for (index, kind) in Kind::BOTH.into_iter().enumerate() {
                let outcome = self.start(kind, "curve", &self.fresh(kind, None, &file)?)?;
                each[index] = outcome.bytes as f64 / points.len() as f64;
                whole[index] = self.size(kind, &file)? as f64 / 1e3;
            }
            rows.push(Row::compared_below(&format!("{name}, bytes a point"), each[0], each[1], 2.0));
            rows.push(Row::told_of("  the whole file, provenance by week included, kB", whole[0], whole[1]));
        }
        Ok(rows)
    }

    /// How long opening takes after the process that worked on the file was killed.
    fn killed(&self, from: &str) -> Result<Pair> {
        let mut pair: Pair = [Vec::new(), Vec::new()];
        for _ in 0..self.repeats {
            for (kind, outcomes) in Kind::BOTH.into_iter().zip(&mut pair) {
                let file = self.fresh(kind, Some(from), "killed")?;
                let mut child = Command::new(self.program)
                    .args(["work", kind.name(), "work on"])
                    .arg(&file)
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()?;
                let mut line = String::new();
                let output = child.stdout.take().context("its output was asked for")?;
                BufReader::new(output).read_line(&mut line)?;
                ensure!(line == "ready\n", "{}: working on failed", kind.name());
                child.kill()?;
                child.wait()?;
                outcomes.push(self.start(kind, "open", &file)?);
            }
        }
        Self::agree("open after a kill", &pair)?;
        Ok(pair)
    }
}
