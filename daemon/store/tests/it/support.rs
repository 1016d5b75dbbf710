//! A store in a folder of its own, and short ways to fill it.

use std::path::PathBuf;

use tempfile::TempDir;
use watteau_store::{
    Batch, Commit, CommitReport, Kind, Options, Point, Provenance, Quality, SeriesDef, SeriesId,
    SeriesPoints, Step, Store, Title,
};

/// Half an hour in milliseconds.
pub(crate) const HALF_HOUR: i64 = 1_800_000;
/// Any Monday's midnight.
pub(crate) const ORIGIN: i64 = 1_736_722_800_000;

/// An open store and the folder that goes away with it.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) path: PathBuf,
    _folder: TempDir,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("watteau.redb");
        let store = Store::open(&path, Options::default()).expect("opens");
        Self { store, path, _folder: folder }
    }

    /// Drops the store as a kill would, or closes it, and opens it again.
    pub(crate) fn reopen(&mut self, properly: bool) {
        // The handle must be gone before the file can be opened again: a store elsewhere takes its place meanwhile.
        let elsewhere = Self::new();
        let old = std::mem::replace(&mut self.store, elsewhere.store.clone());
        if properly {
            old.close().expect("closes");
        } else {
            drop(old);
        }
        self.store = Store::open(&self.path, Options::default()).expect("opens again");
    }
}

pub(crate) fn def(name: &str) -> SeriesDef {
    SeriesDef {
        name: name.to_owned(),
        unit: "W".to_owned(),
        kind: Kind::Power,
        step: Step::Seconds(1800),
        day_start: 0,
        title: Title { en: "Load".to_owned(), fr: "Puissance".to_owned() },
        labels: [("plugin".to_owned(), "test".to_owned())].into(),
    }
}

pub(crate) fn point(index: i64, value: f64) -> Point {
    Point { start: ORIGIN + index * HALF_HOUR, duration: HALF_HOUR as u64, value, quality: Quality::Measured }
}

pub(crate) fn provenance(as_of: Option<i64>) -> Provenance {
    Provenance {
        connector: "test".to_owned(),
        version: "1.0.0".to_owned(),
        source: "https://example.invalid/curve".to_owned(),
        sha256: None,
        fetched_at: ORIGIN + 7,
        as_of,
    }
}

pub(crate) fn batch(series: SeriesId, points: Vec<Point>, as_of: Option<i64>) -> Batch {
    Batch {
        provenance: provenance(as_of),
        series: vec![SeriesPoints { series, points }],
        absences: Vec::new(),
    }
}

pub(crate) fn one(batch: Batch) -> Commit {
    Commit { batches: vec![batch], state: Vec::new() }
}

pub(crate) fn put(store: &Store, series: SeriesId, points: Vec<Point>) -> CommitReport {
    store.commit(one(batch(series, points, None))).expect("commits")
}

pub(crate) fn values(store: &Store, series: SeriesId) -> Vec<f64> {
    store.points(series, i64::MIN..i64::MAX).expect("reads").iter().map(|point| point.value).collect()
}
