//! Copies of a store: while it works, to the bit, and never over anything.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use watteau_store::{CopyError, OpenError, Options, SeriesId, Store};

use crate::support::{Fixture, ORIGIN, def, point, put, values};

fn house(fixture: &Fixture) -> SeriesId {
    let id = fixture.store.define(&def("a")).expect("defines");
    put(&fixture.store, id, (0..20_000).map(|i| point(i, (i % 997) as f64)).collect());
    put(&fixture.store, id, vec![point(5, -1.0), point(20_000, 7.0)]);
    id
}

fn files(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).expect("lists").map(|entry| entry.expect("reads").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_the_store_of_its_moment() {
    let fixture = Fixture::new();
    let id = house(&fixture);
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.redb");
    let found = fixture.store.backup(&copy).expect("copies");
    assert!(found.is_sound());
    assert_eq!((found.points, found.rows >= 4), (20_001, true));
    assert_eq!(found, fixture.store.verify().expect("walks"));
    // What comes later is not in it.
    put(&fixture.store, id, vec![point(6, -2.0)]);
    assert_eq!(files(folder.path()), ["copy.redb"]);
    let opened = Store::open(&copy, Options::default()).expect("opens");
    assert!(opened.stats().expect("counts").clean_start);
    assert_eq!(values(&opened, id)[4..8], [4.0, -1.0, 6.0, 7.0]);
    assert_eq!(opened.revisions(id, 0..i64::MAX).expect("reads").len(), 1);
    assert_eq!(opened.points(id, ORIGIN..i64::MAX).expect("reads").len(), 20_001);
    assert_eq!(opened.batches(10).expect("reads"), fixture.store.batches(11).expect("reads")[1..]);
}

#[test]
fn nothing_is_overwritten_unasked() {
    let mut fixture = Fixture::new();
    let id = house(&fixture);
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.redb");
    std::fs::write(&copy, "a letter").expect("writes");
    let error = fixture.store.backup(&copy).expect_err("is there");
    assert!(matches!(error, CopyError::Exists(_)), "{error}");
    assert_eq!(std::fs::read(&copy).expect("reads"), b"a letter");
    std::fs::remove_file(&copy).expect("removes");
    fixture.store.backup(&copy).expect("copies");

    put(&fixture.store, id, vec![point(6, -2.0)]);
    let error = Store::restore(&copy, &fixture.path, false).expect_err("is there");
    assert!(matches!(error, CopyError::Exists(_)), "{error}");
    let error = Store::restore(&copy, &fixture.path, true).expect_err("is in use");
    assert!(matches!(error, CopyError::Open(OpenError::Locked)), "{error}");
    assert_eq!(values(&fixture.store, id)[6..7], [-2.0]);

    let target = folder.path().join("new.redb");
    assert_eq!(Store::restore(&copy, &target, false).expect("restores"), None);
    let aside = Store::restore(&copy, &target, true).expect("restores").expect("moved aside");
    assert_eq!(values(&Store::open(&aside, Options::default()).expect("opens"), id)[6..7], [6.0]);
    assert_eq!(values(&Store::open(&target, Options::default()).expect("opens"), id)[6..7], [6.0]);
    fixture.reopen(true);
    assert_eq!(values(&fixture.store, id)[6..7], [-2.0]);
}

#[test]
fn what_is_no_backup_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (letter, target) = (folder.path().join("letter"), folder.path().join("new.redb"));
    std::fs::write(&letter, "a letter of more than a few bytes").expect("writes");
    let error = Store::restore(&letter, &target, false).expect_err("is no store");
    assert!(matches!(error, CopyError::Open(OpenError::NotAStore(_))), "{error}");
    assert_eq!(files(folder.path()), ["letter"]);
}

/// What of a file's mode is nobody's but its owner's to write and its group's to read.
fn strangers(file: &Path) -> u32 {
    std::fs::metadata(file).expect("is there").permissions().mode() & 0o137
}

#[test]
fn no_stranger_reads_a_store_its_log_or_its_copies() {
    let fixture = Fixture::new();
    house(&fixture);
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.redb");
    fixture.store.backup(&copy).expect("copies");
    let mut log = fixture.path.clone().into_os_string();
    log.push("-log");
    for file in [fixture.path.as_path(), Path::new(&log), &copy] {
        assert_eq!(strangers(file), 0, "{}", file.display());
    }
    // Wherever the backup has lain, and whoever could read it there.
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o644)).expect("opens to all");
    let restored = folder.path().join("restored.redb");
    Store::restore(&copy, &restored, false).expect("restores");
    assert_eq!(strangers(&restored), 0);
}

#[test]
fn a_backup_that_is_not_there_is_not_taken_for_a_full_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = Store::restore(&folder.path().join("none"), &folder.path().join("store"), false);
    assert!(matches!(error, Err(CopyError::Backup(_))), "{error:?}");
    assert_eq!(files(folder.path()), [""; 0]);
}
