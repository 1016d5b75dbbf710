//! How fast the store is on a house of 30 series and five years of half-hours: `cargo bench -p watteau-store`.

use std::ops::ControlFlow;

use divan::{Bencher, black_box};
use tempfile::TempDir;
use watteau_store::{
    Batch, Commit, Kind, Options, Point, Provenance, Quality, SeriesDef, SeriesId, SeriesPoints, Step, Store,
    Title,
};

const HALF_HOUR: i64 = 1_800_000;
const YEAR: i64 = 17_520;

fn main() {
    divan::main();
}

fn open() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("watteau.redb"), Options::default()).expect("opens");
    (folder, store)
}

fn define(store: &Store, count: usize) -> Vec<SeriesId> {
    let def = |index: usize| SeriesDef {
        name: format!("bench.s{index}"),
        unit: "W".to_owned(),
        kind: Kind::Power,
        step: Step::Seconds(1800),
        day_start: 0,
        title: Title::default(),
        labels: std::collections::BTreeMap::new(),
    };
    (0..count).map(|index| store.define(&def(index)).expect("defines")).collect()
}

/// Watts with a day, a season and ten bits of noise.
fn points(series: i64, range: std::ops::Range<i64>) -> Vec<Point> {
    let value = |i: i64| {
        let day = (i as f64 / 48.0 * std::f64::consts::TAU).sin() * 900.0;
        let noise =
            ((i + series * 77_777).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) >> 40 & 0x3ff) as f64;
        (1500.0 + day + noise).round()
    };
    range
        .map(|i| Point {
            start: i * HALF_HOUR,
            duration: HALF_HOUR as u64,
            value: value(i),
            quality: Quality::Measured,
        })
        .collect()
}

fn batch(series: Vec<SeriesPoints>) -> Commit {
    let provenance = Provenance {
        connector: "bench".to_owned(),
        version: "1.0.0".to_owned(),
        source: "https://example.invalid/v1/curve?from=2025-01-01&to=2025-01-08".to_owned(),
        sha256: None,
        fetched_at: 0,
        as_of: None,
    };
    Commit { batches: vec![Batch { provenance, series, absences: Vec::new() }], state: Vec::new() }
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn ingest_30_series_of_5_years(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(|| {
            let (folder, store) = open();
            let ids = define(&store, 30);
            let commits: Vec<Commit> = (0..)
                .zip(&ids)
                .map(|(n, &series)| batch(vec![SeriesPoints { series, points: points(n, 0..5 * YEAR) }]))
                .collect();
            (folder, store, commits)
        })
        .bench_local_values(|(folder, store, commits)| {
            for commit in commits {
                store.commit(commit).expect("commits");
            }
            let stats = store.stats().expect("counts");
            eprintln!(
                "{} points, file {} bytes, written {} bytes",
                stats.points, stats.file_bytes, stats.bytes_written
            );
            (folder, store)
        });
}

#[divan::bench(sample_count = 1, sample_size = 1)]
fn poll_30_points_960_times(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(|| {
            let (folder, store) = open();
            let ids = define(&store, 30);
            (folder, store, ids)
        })
        .bench_local_values(|(folder, store, ids)| {
            let mut took = Vec::with_capacity(960);
            for poll in 0..960 {
                let series = (0..)
                    .zip(&ids)
                    .map(|(n, &id)| SeriesPoints { series: id, points: points(n, poll..poll + 1) });
                let commit = batch(series.collect());
                let begin = std::time::Instant::now();
                store.commit(commit).expect("commits");
                took.push(begin.elapsed());
            }
            took.sort_unstable();
            let stats = store.stats().expect("counts");
            eprintln!("p50 {:?}, p99 {:?}, written {} bytes", took[480], took[950], stats.bytes_written);
            (folder, store)
        });
}

fn house() -> (TempDir, Store, SeriesId) {
    let (folder, store) = open();
    let ids = define(&store, 3);
    for (n, &series) in (0..).zip(&ids) {
        store.commit(batch(vec![SeriesPoints { series, points: points(n, 0..5 * YEAR) }])).expect("commits");
    }
    (folder, store, ids[1])
}

#[divan::bench]
fn read_a_year(bencher: Bencher<'_, '_>) {
    let (_folder, store, id) = house();
    bencher.bench_local(|| store.points(id, 3 * YEAR * HALF_HOUR..4 * YEAR * HALF_HOUR).expect("reads"));
}

#[divan::bench]
fn scan_five_years(bencher: Bencher<'_, '_>) {
    let (_folder, store, id) = house();
    bencher.bench_local(|| {
        let mut sum = 0.0;
        store
            .scan(id, i64::MIN..i64::MAX, &mut |points| {
                sum += points.iter().map(|point| point.value).sum::<f64>();
                ControlFlow::Continue(())
            })
            .expect("scans");
        black_box(sum)
    });
}

#[divan::bench(sample_count = 20, sample_size = 1)]
fn republish_200_days_half_changed(bencher: Bencher<'_, '_>) {
    bencher.with_inputs(house).bench_local_values(|(folder, store, id)| {
        for day in 0..200 {
            let mut points = points(1, day * 48..(day + 1) * 48);
            points.iter_mut().step_by(2).for_each(|point| point.value += 1.0);
            store.commit(batch(vec![SeriesPoints { series: id, points }])).expect("commits");
        }
        (folder, store)
    });
}

#[divan::bench(sample_count = 50)]
fn open_a_clean_store(bencher: Bencher<'_, '_>) {
    let (folder, store, _) = house();
    store.close().expect("closes");
    let path = folder.path().join("watteau.redb");
    bencher.bench_local(|| Store::open(&path, Options::default()).expect("opens"));
}
