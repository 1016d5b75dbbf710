//! What a house costs in memory and on disk: `cargo run --release -p watteau-store --example footprint`.
//!
//! Fills a store with six series of half-hours over three years as a connector would, a week at a time, then opens
//! it again and leaves it idle, then reads a year.

use std::collections::BTreeMap;
use std::error::Error;

use watteau_store::{
    Batch, Commit, Kind, Options, Point, Provenance, Quality, SeriesDef, SeriesId, SeriesPoints, Step, Store,
    Title,
};

const HALF_HOUR: i64 = 1_800_000;
const WEEK: i64 = 336;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("watteau.redb");
    let store = Store::open(&path, Options::default())?;
    let ids = (0..6).map(|n| store.define(&def(n))).collect::<Result<Vec<SeriesId>, _>>()?;
    for week in 0..156 {
        for (n, &series) in (0..).zip(&ids) {
            let points = (week * WEEK..(week + 1) * WEEK).map(|i| point(n, i)).collect();
            let batches = vec![Batch {
                provenance: provenance(week),
                series: vec![SeriesPoints { series, points }],
                absences: Vec::new(),
            }];
            store.commit(Commit { batches, state: Vec::new() })?;
        }
    }
    let stats = store.stats()?;
    println!("{} points in {} batches; {} bytes written", stats.points, stats.batches, stats.bytes_written);
    store.compact()?;
    let stats = store.stats()?;
    println!(
        "file: {} bytes, {:.2} a point, provenance included",
        stats.file_bytes,
        stats.file_bytes as f64 / stats.points as f64
    );
    store.close()?;
    println!("memory after filling: {}", memory());

    let store = Store::open(&path, Options::default())?;
    println!("memory idle: {}", memory());
    let year = store.points(ids[3], 52 * WEEK * HALF_HOUR..104 * WEEK * HALF_HOUR)?;
    println!("memory with {} points read: {}", year.len(), memory());
    Ok(())
}

fn def(n: i64) -> SeriesDef {
    SeriesDef {
        name: format!("house.s{n}"),
        unit: "W".to_owned(),
        kind: Kind::Power,
        step: Step::Seconds(1800),
        day_start: 0,
        title: Title::default(),
        labels: BTreeMap::new(),
    }
}

/// Watts with a day and ten bits of noise.
fn point(series: i64, i: i64) -> Point {
    let day = (i as f64 / 48.0 * std::f64::consts::TAU).sin() * 900.0;
    let noise = ((i + series * 77_777).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) >> 40 & 0x3ff) as f64;
    Point {
        start: i * HALF_HOUR,
        duration: HALF_HOUR as u64,
        value: (1500.0 + day + noise).round(),
        quality: Quality::Measured,
    }
}

fn provenance(week: i64) -> Provenance {
    Provenance {
        connector: "house".to_owned(),
        version: "1.0.0".to_owned(),
        source: format!("https://example.invalid/v1/load_curve?week={week}"),
        sha256: None,
        fetched_at: week * WEEK * HALF_HOUR,
        as_of: None,
    }
}

/// Resident memory as Linux tells it.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or_else(|| "unknown here".to_owned(), |rss| rss.trim().to_owned())
}
