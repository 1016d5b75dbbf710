//! Bytes that rot: what is damaged is named, and the rest goes on.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use redb::{ReadableDatabase, ReadableTable, ReadableTableMetadata};

use crate::{
    Batch, Commit, Kind, Options, Point, Provenance, Quality, SeriesDef, SeriesId, SeriesPoints, Skipped,
    Step, Store, Title, tables,
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
    // By points and by runs: all that is not in the block, and the block is named. Twice: it is noted once.
    let what =
        format!("the block of series {} that begins at {second} is damaged: checksum does not match", bad.0);
    let skipped = [Skipped { series: bad, from: second, until: third, what: what.clone() }];
    let expected: Vec<i64> =
        (0..40_000).map(|i| i * 60_000).filter(|at| !(second..third).contains(at)).collect();
    for _ in 0..2 {
        let mut found = Vec::new();
        let reading = store.scan(bad, i64::MIN..i64::MAX, &mut |points| {
            found.extend(points.iter().map(|point| point.start));
            ControlFlow::Continue(())
        });
        assert_eq!(reading.expect("reads").skipped, skipped);
        assert_eq!(found, expected);
        found.clear();
        let reading = store.runs(bad, i64::MIN..i64::MAX, &mut |run| {
            found.extend(run.points().map(|point| point.start));
            ControlFlow::Continue(())
        });
        assert_eq!(reading.expect("reads").skipped, skipped);
        assert_eq!(found, expected);
        assert_eq!(store.points(bad, i64::MIN..i64::MAX).expect("reads").len(), expected.len());
        assert_eq!(store.skipped(), skipped);
    }
    // One point of it: that it is not known is not that there is none.
    let error = store.point(bad, second + 60_000).expect_err("is in the damaged block");
    assert_eq!(error.to_string(), what);
    assert!(store.point(bad, third).expect("reads").is_some());
    assert_eq!(store.point(bad, 40_000 * 60_000).expect("reads"), None);
    // A range behind it, into which only an intact header could say that the block does not reach.
    let reading = store.scan(bad, third - 1..third, &mut |_| ControlFlow::Continue(()));
    assert_eq!(reading.expect("reads").skipped, skipped);
    let reading = store.scan(bad, third..third + 1, &mut |_| ControlFlow::Continue(()));
    assert_eq!(reading.expect("reads").skipped, []);
    // A recent point inside of it is served, and does not mend it.
    let inside = second / 60_000 + 7;
    put(&store, bad, inside..inside + 1);
    assert_eq!(store.points(bad, second..third).expect("reads").len(), 1);
    assert_eq!(store.points(bad, i64::MIN..second).expect("reads").len() as i64, second / 60_000);
    let after = store.points(bad, third..i64::MAX).expect("reads");
    assert_eq!(after.len() as i64, 40_000 - third / 60_000);

    // A walk through all of it names that one place, and a copy says so too.
    let found = store.verify().expect("walks");
    assert_eq!(found.damaged, [what]);
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
    assert_eq!(store.skipped(), []);
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

#[test]
fn a_damaged_revision_or_batch_costs_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("watteau.redb");
    let store = open(&path);
    let id = define(&store, "a");
    let dated = |as_of, value| {
        let provenance = Provenance {
            connector: "test".to_owned(),
            version: "1".to_owned(),
            source: String::new(),
            sha256: None,
            fetched_at: 0,
            as_of: Some(as_of),
        };
        let point = |i: i64| Point { start: i * 60_000, duration: 60_000, value, quality: Quality::Measured };
        let points = SeriesPoints { series: id, points: (0..5).map(point).collect() };
        let batch = Batch { provenance, series: vec![points], absences: Vec::new() };
        Commit { batches: vec![batch], state: Vec::new() }
    };
    store.commit(dated(1, 1.0)).expect("commits");
    store.commit(dated(2, 2.0)).expect("commits");
    store.close().expect("closes");
    rot(&path, tables::REVISIONS, (id.0, 120_000, 2));
    rot(&path, tables::BATCHES, 2);
    let store = open(&path);
    let starts: Vec<i64> =
        store.revisions(id, 0..i64::MAX).expect("reads").iter().map(|revision| revision.start).collect();
    assert_eq!(starts, [0, 60_000, 180_000, 240_000]);
    assert_eq!(store.skipped().len(), 1);
    assert_eq!((store.skipped()[0].from, store.skipped()[0].until), (120_000, 120_001));
    assert_eq!(store.batches(9).expect("reads").len(), 1);
    // The date of what is kept is lost, and new statements are taken all the same.
    store.commit(dated(3, 3.0)).expect("commits");
    assert!(
        store
            .points(id, 0..i64::MAX)
            .expect("reads")
            .iter()
            .all(|point| point.value.to_bits() == 3f64.to_bits())
    );
    assert_eq!(store.verify().expect("walks").damaged.len(), 2);
}
