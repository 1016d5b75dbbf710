//! Opening: a missing file, a file of somebody else, a file in use, a file of the future.

use redb::TableDefinition;
use watteau_store::{Commit, Error, OpenError, Options, Store};

use crate::support::{Fixture, def, point, put, values};

const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");

#[test]
fn a_second_owner_gets_one_clear_sentence() {
    let fixture = Fixture::new();
    let error = Store::open(&fixture.path, Options::default()).expect_err("in use");
    assert!(matches!(error, OpenError::Locked));
    assert!(error.to_string().contains("in use by another process"), "{error}");
}

#[test]
fn a_format_of_the_future_is_refused() {
    let fixture = Fixture::new();
    let path = fixture.path.clone();
    fixture.store.clone().close().expect("closes");
    let Fixture { store, .. } = &fixture;
    assert!(matches!(store.commit(Commit::default()), Err(Error::Closed)));
    let db = redb::Database::open(&path).expect("the file is released by close");
    let txn = db.begin_write().expect("writes");
    txn.open_table(META).expect("is there").insert("format", 99).expect("writes");
    txn.commit().expect("commits");
    drop(db);
    let error = Store::open(&path, Options::default()).expect_err("too new");
    assert!(matches!(error, OpenError::NewerFormat { found: 99, known: 2 }), "{error:?}");
}

#[test]
fn files_that_are_no_store_are_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("watteau.redb");
    for content in ["", "redb", "PK\x03\x04 this is something else entirely"] {
        std::fs::write(&path, content).expect("writes");
        let error = Store::open(&path, Options::default()).expect_err("not a store");
        assert!(matches!(error, OpenError::NotAStore(_)), "{error:?}");
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), content);
    }
    std::fs::remove_file(&path).expect("removes");
    let db = redb::Database::create(&path).expect("another program's database");
    drop(db);
    assert!(matches!(Store::open(&path, Options::default()), Err(OpenError::NotAStore(_))));
}

#[test]
fn folders_are_made_and_a_clean_stop_is_told_from_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/down/watteau.redb");
    let clean = |store: &Store| store.stats().expect("counts").clean_start;
    let store = Store::open(&path, Options::default()).expect("opens");
    assert!(clean(&store), "a new store");
    drop(store);
    let store = Store::open(&path, Options::default()).expect("opens");
    assert!(clean(&store), "nothing was written, nothing could be lost");
    store.define(&def("a")).expect("defines");
    drop(store);
    let store = Store::open(&path, Options::default()).expect("opens");
    assert!(!clean(&store));
    store.close().expect("closes");
    let store = Store::open(&path, Options::default()).expect("opens");
    assert!(clean(&store));
    let left: Vec<_> = std::fs::read_dir(path.parent().expect("has one")).expect("lists").collect();
    assert_eq!(left.len(), 1, "no unfinished file stays behind");
}

#[test]
fn close_folds_and_versions_survive() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    for i in 0..5 {
        put(&fixture.store, id, vec![point(i, 1.0)]);
    }
    assert_eq!(fixture.store.stats().expect("counts").fresh_commits, 5);
    let version = fixture.store.version();
    fixture.reopen(false);
    assert_eq!(fixture.store.stats().expect("counts").fresh_commits, 5);
    assert_eq!(fixture.store.version(), version);
    fixture.reopen(true);
    assert_eq!(fixture.store.stats().expect("counts").fresh_commits, 0);
    assert_eq!(fixture.store.version(), version);
    assert_eq!(values(&fixture.store, id), [1.0; 5]);
    let report = put(&fixture.store, id, vec![point(9, 1.0)]);
    assert_eq!((report.version, report.batches[0].id.map(|id| id.0)), (version + 1, Some(6)));
}
