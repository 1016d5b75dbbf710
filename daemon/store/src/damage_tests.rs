//! Bytes that rot: what is damaged is named, and the rest goes on.

use std::collections::BTreeMap;
use std::path::Path;

use redb::{ReadableDatabase, ReadableTable, ReadableTableMetadata};

use crate::{
    Batch, Commit, Error, Kind, Options, Point, Provenance, Quality, SeriesDef, SeriesId, SeriesPoints, Step,
    Store, Title, tables,
};

fn open(path: &Path) -> Store {
    Store::open(path, Options::default()).expect("opens")
}

fn define(store: &Store, name: &str) -> SeriesId {
    let def = SeriesDef {
        name: name.to_owned(),
        unit: "W".to_owned(),
        kind: Kind::Power,
        step: Step::Seconds(60),
        day_start: 0,
        title: Title::default(),
        labels: BTreeMap::new(),
    };
    store.define(&def).expect("defines")
}

fn put(store: &Store, series: SeriesId, indices: std::ops::Range<i64>) {
    let point = |i: i64| Point {
        start: i * 60_000,
        duration: 60_000,
        value: (i.wrapping_mul(2_654_435_761) >> 5 & 0xfff) as f64,
        quality: Quality::Measured,
    };
    let provenance = Provenance {
        connector: "test".to_owned(),
        version: "1".to_owned(),
        source: String::new(),
        sha256: None,
        fetched_at: 0,
        as_of: None,
    };
    let points = SeriesPoints { series, points: indices.map(point).collect() };
    let batch = Batch { provenance, series: vec![points], absences: Vec::new() };
    store.commit(Commit { batches: vec![batch], state: Vec::new() }).expect("commits");
}

/// Flips one byte in the middle of a row of a table.
fn rot<K: redb::Key + 'static>(
    path: &Path,
    table: redb::TableDefinition<'_, K, &'static [u8]>,
    key: K::SelfType<'_>,
) {
    let db = redb::Database::open(path).expect("opens");
    let txn = db.begin_write().expect("begins");
    {
        let mut table = txn.open_table(table).expect("is there");
        let mut bytes = table.get(&key).expect("reads").expect("is there").value().to_vec();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        table.insert(&key, bytes.as_slice()).expect("writes");
    }
    txn.commit().expect("commits");
}

#[test]
fn a_damaged_block_is_named_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("watteau.redb");
    let store = open(&path);
    let (good, bad) = (define(&store, "good"), define(&store, "bad"));
    put(&store, good, 0..40_000);
    put(&store, bad, 0..40_000);
    store.close().expect("closes");

    let db = redb::Database::open(&path).expect("opens");
    let txn = db.begin_read().expect("reads");
    let blocks = txn.open_table(tables::BLOCKS).expect("is there");
    let keys: Vec<i64> = blocks
        .range((bad.0, i64::MIN)..=(bad.0, i64::MAX))
        .expect("iterates")
        .map(|row| row.expect("reads").0.value().1)
        .collect();
    assert!(keys.len() > 3, "{} blocks", keys.len());
    let (second, third) = (keys[1], keys[2]);
    drop((blocks, txn, db));
    rot(&path, tables::BLOCKS, (bad.0, second));

    let store = open(&path);
    assert_eq!(store.points(good, i64::MIN..i64::MAX).expect("reads").len(), 40_000);
    let error = store.points(bad, i64::MIN..i64::MAX).expect_err("damaged");
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("the block of series {} that begins at {second} is damaged: checksum does not match", bad.0)
    );
    assert_eq!(store.points(bad, i64::MIN..second).expect("reads").len() as i64, second / 60_000);
    let after = store.points(bad, third..i64::MAX).expect("reads");
    assert_eq!(after.len() as i64, 40_000 - third / 60_000);

    // A walk through all of it names that one place, and a copy says so too.
    let found = store.verify().expect("walks");
    assert_eq!(found.damaged, [error.to_string()]);
    let copy = folder.path().join("copy.redb");
    assert_eq!(store.backup(&copy).expect("copies"), found);
    let refused = Store::restore(&copy, &folder.path().join("new.redb"), false).expect_err("is damaged");
    assert!(refused.to_string().contains("begins at"), "{refused}");

    // The source gives the lost span again: the damaged block is set aside, and the series is whole.
    let (from, to) = (second / 60_000, third / 60_000);
    put(&store, bad, from..to);
    let again = store.compact();
    assert!(again.is_ok(), "{again:?}");
    assert_eq!(store.points(bad, i64::MIN..i64::MAX).expect("reads").len(), 40_000);
    let found = store.verify().expect("walks");
    assert_eq!((found.damaged.len(), found.set_aside, found.points), (0, 1, 80_000));
    store.close().expect("closes");
    let db = redb::Database::open(&path).expect("opens");
    let kept =
        db.begin_read().expect("reads").open_table(tables::DAMAGED).expect("is there").len().expect("counts");
    assert_eq!(kept, 1);
}

#[test]
fn a_damaged_recent_commit_is_left_out_and_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut path = folder.path().join("watteau.redb");
    let store = open(&path);
    let id = define(&store, "a");
    put(&store, id, 0..4);
    let version = store.version();
    put(&store, id, 4..8);
    // In a copy recent commits are rows.
    path = folder.path().join("copy.redb");
    store.backup(&path).expect("copies");
    drop(store);
    rot(&path, tables::FRESH, version);
    let store = open(&path);
    assert_eq!(store.points(id, i64::MIN..i64::MAX).expect("reads").len(), 4);
    assert_eq!(store.version(), version + 1);
    put(&store, id, 0..4);
    assert_eq!(store.points(id, i64::MIN..i64::MAX).expect("reads").len(), 8);
    store.close().expect("closes");
    let db = redb::Database::open(&path).expect("opens");
    let txn = db.begin_read().expect("reads");
    let fresh = txn.open_table(tables::FRESH).expect("is there");
    assert_eq!(fresh.len().expect("counts"), 1);
    assert!(fresh.get(version).expect("reads").is_some());
}

#[test]
fn a_damaged_summary_is_made_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("watteau.redb");
    let store = open(&path);
    let id = define(&store, "a");
    put(&store, id, 0..9000);
    let before = store.find("a").expect("finds").expect("is there");
    store.close().expect("closes");
    rot(&path, tables::SUMMARIES, id.0);
    let after = open(&path).find("a").expect("finds").expect("is there");
    assert_eq!(after, before);
}
