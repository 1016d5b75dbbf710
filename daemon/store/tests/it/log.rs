//! The log beside the file: what it costs, what it survives, and whose it is.

use std::path::{Path, PathBuf};

use watteau_store::{Options, SeriesId, Store};

use crate::support::{Fixture, def, point, put, values};

const PAGE: u64 = 4096;

fn log_of(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}-log", path.display()))
}

fn names(fixture: &Fixture) -> Vec<String> {
    let folder = fixture.path.parent().expect("has one");
    let entries = std::fs::read_dir(folder).expect("lists");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("reads").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Commits of one point each, from `from` to `to`.
fn poll(store: &Store, id: SeriesId, from: i64, to: i64) {
    for i in from..to {
        put(store, id, vec![point(i, i as f64)]);
    }
}

fn expected(count: i64) -> Vec<f64> {
    (0..count).map(|i| i as f64).collect()
}

#[test]
fn a_small_commit_is_one_page_of_the_log() {
    let fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    poll(&fixture.store, id, 0, 1);
    let written = || fixture.store.stats().expect("counts").bytes_written;
    for i in 1..20 {
        let before = written();
        poll(&fixture.store, id, i, i + 1);
        assert_eq!(written() - before, PAGE);
    }
    assert_eq!(fixture.store.stats().expect("counts").fresh_commits, 20);
}

#[test]
fn a_log_that_is_full_is_folded_and_starts_over() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    let fresh = |fixture: &Fixture| fixture.store.stats().expect("counts").fresh_commits;
    let mut most = 0;
    let mut folds = 0;
    for i in 0..700 {
        poll(&fixture.store, id, i, i + 1);
        // The fold follows the answer.
        let now = fresh(&fixture);
        folds += u64::from(now < most);
        most = if now < most { 0 } else { now };
        if i % 97 == 96 {
            fixture.reopen(false);
            assert_eq!(values(&fixture.store, id), expected(i + 1));
        }
    }
    assert!(folds >= 2, "{folds}");
    let length = std::fs::metadata(log_of(&fixture.path)).expect("is there").len();
    assert!(length <= 1 << 20, "{length}");
    assert_eq!(values(&fixture.store, id), expected(700));
    fixture.reopen(true);
    assert_eq!(values(&fixture.store, id), expected(700));
}

#[test]
fn a_store_that_is_closed_is_one_file() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    poll(&fixture.store, id, 0, 5);
    assert_eq!(names(&fixture), ["watteau.redb", "watteau.redb-log"]);
    fixture.reopen(false);
    assert_eq!(names(&fixture), ["watteau.redb", "watteau.redb-log"]);
    // Another owner reads the log, and adds to it.
    poll(&fixture.store, id, 5, 7);
    fixture.reopen(false);
    assert_eq!(values(&fixture.store, id), expected(7));
    fixture.reopen(true);
    assert_eq!(names(&fixture), ["watteau.redb"]);
    assert_eq!(values(&fixture.store, id), expected(7));
}

#[test]
fn a_damaged_record_costs_itself_and_is_kept() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    poll(&fixture.store, id, 0, 5);
    let log = log_of(&fixture.path);
    let store = std::mem::replace(&mut fixture.store, Fixture::new().store);
    drop(store);
    let mut bytes = std::fs::read(&log).expect("reads");
    bytes[2 * PAGE as usize + 50] ^= 4;
    std::fs::write(&log, &bytes).expect("writes");
    for _ in 0..2 {
        // Opened twice: as long as nothing is written, it is as it was.
        fixture.reopen(false);
        assert_eq!(values(&fixture.store, id), [0.0, 1.0, 3.0, 4.0]);
        let found = fixture.store.verify().expect("walks");
        assert_eq!(found.damaged, ["the log from byte 8192 to byte 12288 is damaged"]);
        assert_eq!((found.points, fixture.store.stats().expect("counts").points), (4, 4));
    }
    // The source gives it again: it is folded with the others, and the log starts over.
    poll(&fixture.store, id, 2, 3);
    assert_eq!(values(&fixture.store, id), expected(5));
    poll(&fixture.store, id, 5, 6);
    fixture.reopen(false);
    assert_eq!(values(&fixture.store, id), expected(6));
    assert!(fixture.store.verify().expect("walks").is_sound());
    fixture.reopen(true);
    let left = names(&fixture);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left[1].starts_with("watteau.redb-log.damaged-"), "{left:?}");
    assert_eq!(std::fs::read(fixture.path.with_file_name(&left[1])).expect("reads"), bytes);
}

#[test]
fn the_log_of_another_time_is_moved_out_of_the_way() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    poll(&fixture.store, id, 0, 3);
    fixture.reopen(true);
    let old = std::fs::read(&fixture.path).expect("reads");
    poll(&fixture.store, id, 3, 6);
    fixture.store.compact().expect("folds");
    poll(&fixture.store, id, 6, 9);
    drop(std::mem::replace(&mut fixture.store, Fixture::new().store));
    let log = std::fs::read(log_of(&fixture.path)).expect("reads");
    std::fs::write(&fixture.path, old).expect("puts the older file back");
    fixture.reopen(false);
    assert_eq!(values(&fixture.store, id), expected(3));
    poll(&fixture.store, id, 3, 4);
    fixture.reopen(true);
    assert_eq!(values(&fixture.store, id), expected(4));
    let left = names(&fixture);
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(left[1].starts_with("watteau.redb-log.other-"), "{left:?}");
    assert_eq!(std::fs::read(fixture.path.with_file_name(&left[1])).expect("reads"), log);
}

#[test]
fn copies_hold_what_is_in_the_log() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    poll(&fixture.store, id, 0, 5);
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.redb");
    let found = fixture.store.backup(&copy).expect("copies");
    assert_eq!((found.points, found), (5, fixture.store.verify().expect("walks")));
    let opened = Store::open(&copy, Options::default()).expect("opens");
    assert_eq!(values(&opened, id), expected(5));
    assert_eq!(opened.version(), fixture.store.version());
    poll(&opened, id, 5, 6);
    drop(opened);
    let opened = Store::open(&copy, Options::default()).expect("opens again, after a kill");
    assert_eq!(values(&opened, id), expected(6));
    opened.close().expect("closes");

    // The store is killed and replaced: what it held, its log's commits too, is whole under the other name.
    poll(&fixture.store, id, 5, 9);
    drop(std::mem::replace(&mut fixture.store, Fixture::new().store));
    let aside = Store::restore(&copy, &fixture.path, true).expect("restores").expect("moved aside");
    fixture.reopen(true);
    assert_eq!(values(&fixture.store, id), expected(6));
    assert!(!log_of(&aside).exists() && !log_of(&fixture.path).exists());
    assert_eq!(values(&Store::open(&aside, Options::default()).expect("opens"), id), expected(9));
}

#[test]
fn a_copy_is_a_stranger_to_the_log_of_its_original() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    poll(&fixture.store, id, 0, 5);
    let folder = tempfile::tempdir().expect("a folder");
    let copy = folder.path().join("copy.redb");
    fixture.store.backup(&copy).expect("copies");
    poll(&fixture.store, id, 5, 8);
    drop(std::mem::replace(&mut fixture.store, Fixture::new().store));
    // By hand instead of by `restore`: the commits that both hold must not count twice.
    std::fs::copy(&copy, &fixture.path).expect("copies");
    fixture.reopen(false);
    assert_eq!(values(&fixture.store, id), expected(5));
    assert_eq!(fixture.store.stats().expect("counts").points, 5);
    assert_eq!(names(&fixture).len(), 2);
}

#[test]
fn bytes_written_are_told_by_series() {
    let fixture = Fixture::new();
    let [quiet, busy, silent] =
        ["quiet", "busy", "silent"].map(|name| fixture.store.define(&def(name)).expect("defines"));
    let of = |id: SeriesId| {
        let written = fixture.store.written();
        assert_eq!(written.total, fixture.store.stats().expect("counts").bytes_written);
        assert!(written.overhead() > 0 && written.overhead() < written.total);
        written.series.iter().find(|(series, _)| *series == id).map_or(0, |(_, bytes)| *bytes)
    };
    put(&fixture.store, quiet, vec![point(0, 1.0)]);
    put(&fixture.store, busy, (0..10).map(|i| point(i, i as f64)).collect());
    let (one, ten) = (of(quiet), of(busy));
    // A record holds twenty bytes or so for each point.
    assert!((10..40).contains(&one) && (7 * one..=10 * one).contains(&ten), "{one} and {ten}");
    assert_eq!(of(silent), 0);
    // A large commit goes to blocks, as many bytes as these have.
    put(&fixture.store, silent, (0..5000).map(|i| point(i, (i * i % 997) as f64)).collect());
    let blocks = fixture.store.verify().expect("walks").block_bytes;
    assert_eq!(of(silent) + (of(quiet) - one) + (of(busy) - ten), blocks);
}

#[test]
fn the_files_of_a_killed_store_can_be_restored() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    poll(&fixture.store, id, 0, 5);
    drop(std::mem::replace(&mut fixture.store, Fixture::new().store));
    let folder = tempfile::tempdir().expect("a folder");
    let [copy, target] = ["copy.redb", "new.redb"].map(|name| folder.path().join(name));
    std::fs::copy(&fixture.path, &copy).expect("copies");
    std::fs::copy(log_of(&fixture.path), log_of(&copy)).expect("copies");
    let bytes = [&copy, &log_of(&copy)].map(|path| std::fs::read(path).expect("reads"));
    assert_eq!(Store::restore(&copy, &target, false).expect("restores"), None);
    assert_eq!(values(&Store::open(&target, Options::default()).expect("opens"), id), expected(5));
    assert_eq!([&copy, &log_of(&copy)].map(|path| std::fs::read(path).expect("reads")), bytes);
    let left = std::fs::read_dir(folder.path()).expect("lists").count();
    assert_eq!(left, 3, "nothing unfinished stays behind");
}

#[test]
fn a_log_too_long_to_be_one_is_moved_aside_unread() {
    let mut fixture = Fixture::new();
    let id = fixture.store.define(&def("a")).expect("defines");
    poll(&fixture.store, id, 0, 3);
    fixture.reopen(true);
    drop(std::mem::replace(&mut fixture.store, Fixture::new().store));
    let file = std::fs::File::create(log_of(&fixture.path)).expect("makes it");
    file.set_len(1 << 40).expect("sparse");
    fixture.reopen(false);
    poll(&fixture.store, id, 3, 4);
    fixture.reopen(true);
    assert_eq!(values(&fixture.store, id), expected(4));
    assert_eq!(names(&fixture), ["watteau.redb", "watteau.redb-log.other-0000000000000000"]);
}
