//! What is left after a power cut, a kill, an I/O error and a full disk.

use std::collections::BTreeMap;

use crate::crash_disk::{Dice, Disk, Handle, Pair, Which};
use crate::migrate;
use crate::{
    Batch, Commit, Error, Kind, Point, Provenance, Quality, SeriesDef, SeriesId, SeriesPoints, StateChange,
    Step, Store, Title,
};

fn define(store: &Store, name: &str) -> Result<SeriesId, Error> {
    store.define(&SeriesDef {
        name: name.to_owned(),
        unit: "W".to_owned(),
        kind: Kind::Power,
        step: Step::Seconds(1800),
        day_start: 0,
        title: Title::default(),
        labels: BTreeMap::new(),
    })
}

/// The image of a store with two series and nothing else.
fn empty_image() -> Pair {
    let disk = Disk::new((Vec::new(), None), 0);
    let tables = Handle { disk: disk.clone(), which: Which::Tables };
    let db = redb::Builder::new().create_with_backend(tables).expect("creates");
    migrate::create(&db, 0).expect("makes the tables");
    drop(db);
    let store = disk.open().expect("opens");
    define(&store, "a").expect("defines");
    define(&store, "b").expect("defines");
    store.close().expect("closes");
    let left = disk.lock().left();
    assert_eq!(left.1, None, "a store that is closed is one file");
    left
}

/// The points of commit `turn`: a few new ones, corrections of old ones, and at times a whole history.
fn points(turn: u64, series: u64) -> Vec<Point> {
    let mut dice = Dice(turn * 2 + series);
    let count = if turn % 9 == 8 { 2500 } else { 4 };
    let mut points: BTreeMap<i64, f64> =
        (0..count).map(|i| ((turn * 3000 + i) as i64, dice.roll(4000) as f64)).collect();
    if turn > 0 {
        for _ in 0..3 {
            points
                .insert((dice.roll(turn) * 3000) as i64 + dice.roll(4) as i64, dice.roll(4000) as f64 / 10.0);
        }
    }
    let point = |(index, value): (i64, f64)| Point {
        start: index * 1_800_000,
        duration: 1_800_000,
        value,
        quality: Quality::Measured,
    };
    points.into_iter().map(point).collect()
}

fn commit(store: &Store, turn: u64) -> Result<(), Error> {
    let provenance = Provenance {
        connector: "test".to_owned(),
        version: "1".to_owned(),
        source: format!("turn {turn}"),
        sha256: None,
        fetched_at: turn as i64,
        as_of: None,
    };
    let series = [1, 2].map(|id| SeriesPoints { series: SeriesId(id), points: points(turn, u64::from(id)) });
    let cursor = StateChange {
        owner: "test".to_owned(),
        key: "cursor".to_owned(),
        value: Some((turn + 1).to_le_bytes().to_vec()),
    };
    let batch = Batch { provenance, series: series.to_vec(), absences: Vec::new() };
    store.commit(Commit { batches: vec![batch], state: vec![cursor] }).map(drop)
}

/// How many commits the store says it holds, after checking that they are there whole and nothing else is.
#[track_caller]
fn check(store: &Store, what: &str) -> u64 {
    let cursor = store.state("test", "cursor").expect("reads the state");
    let turns = cursor.map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")));
    let mut replaced = 0;
    for id in [1u32, 2] {
        let mut expected: BTreeMap<i64, f64> = BTreeMap::new();
        for turn in 0..turns {
            for point in points(turn, u64::from(id)) {
                let old = expected.insert(point.start, point.value);
                replaced += u64::from(old.is_some_and(|old| old.to_bits() != point.value.to_bits()));
            }
        }
        let found = store.points(SeriesId(id), i64::MIN..i64::MAX).expect("reads points");
        assert!(
            found.iter().map(|p| (p.start, p.value)).eq(expected.clone()),
            "{what}: series {id}, {turns} turns"
        );
        let infos = store.series().expect("lists");
        let info = infos.iter().find(|info| info.id.0 == id).expect("is there");
        assert_eq!(info.points, expected.len() as u64, "{what}");
        assert_eq!(info.last.map(|p| p.start), expected.last_key_value().map(|(start, _)| *start), "{what}");
    }
    let stats = store.stats().expect("counts");
    assert_eq!((stats.batches, stats.revisions), (turns, replaced), "{what}");
    turns
}

/// Works until the power fails or `turns` commits are acknowledged; how many are.
fn work(store: &Store, from: u64, turns: u64) -> u64 {
    for turn in from..from + turns {
        if commit(store, turn).is_err() {
            return turn;
        }
        if turn % 11 == 5 && store.compact().is_err() {
            return turn + 1;
        }
    }
    from + turns
}

#[test]
fn no_power_cut_loses_what_was_acknowledged() {
    const TURNS: u64 = 24;
    let image = empty_image();
    let whole = Disk::new(image.clone(), 0);
    let store = whole.open().expect("opens");
    let before = whole.lock().operations;
    assert_eq!(work(&store, 0, TURNS), TURNS);
    drop(store);
    let operations = whole.lock().operations - before;
    let mut cuts = 0;
    for seed in 0..320u64 {
        let what = format!("seed {seed}");
        let disk = Disk::new(image.clone(), seed);
        // Every part of the run is cut, opening and closing included.
        disk.lock().fuse = Some(Dice(seed ^ 0xabcd).roll(operations + 20));
        let acknowledged = match disk.open() {
            Ok(store) => {
                let done = work(&store, 0, TURNS);
                let _ = if seed % 2 == 0 { store.close() } else { Ok(()) };
                done
            }
            Err(_) => 0,
        };
        let dead = disk.lock().dead;
        cuts += u32::from(dead);
        let left = disk.lock().left();
        let disk = Disk::new(left, seed);
        let store = disk.open().unwrap_or_else(|error| panic!("{what}: cannot be opened: {error:?}"));
        let turns = check(&store, &what);
        assert!(
            turns == acknowledged || (dead && turns == acknowledged + 1),
            "{what}: {acknowledged}, has {turns}"
        );
        // Nothing of all this is another's log, or damage.
        assert!(disk.lock().aside.is_empty(), "{what}");
        assert!(store.verify().expect("walks").is_sound(), "{what}");
        // And life goes on.
        assert_eq!(work(&store, turns, 2), turns + 2, "{what}");
        check(&store, &what);
    }
    assert!(cuts > 250, "{cuts} cuts");
}

#[test]
fn a_kill_and_then_a_power_cut_lose_nothing_either() {
    let image = empty_image();
    let mut cuts = 0;
    for seed in 0..160u64 {
        let what = format!("seed {seed}");
        let mut dice = Dice(seed ^ 0x1234);
        let disk = Disk::new(image.clone(), seed);
        {
            let mut machine = disk.lock();
            (machine.fuse, machine.kills) = (Some(dice.roll(500)), true);
        }
        let mut acknowledged = disk.open().map_or(0, |store| work(&store, 0, 16));
        // The next owner sees all that was written, what nobody made durable among it.
        {
            let mut machine = disk.lock();
            (machine.dead, machine.kills) = (false, false);
            machine.fuse = Some(dice.roll(200));
        }
        if let Ok(store) = disk.open() {
            let cursor = store.state("test", "cursor").expect("reads the state");
            let seen = cursor.map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().expect("eight bytes")));
            assert!((acknowledged..=acknowledged + 1).contains(&seen), "{what}: {acknowledged}, sees {seen}");
            // Who saw it may rely on it, without anything having been written since.
            let shown = Disk::new(disk.lock().certain(), seed);
            assert_eq!(check(&shown.open().expect("opens"), &what), seen, "{what}");
            acknowledged = work(&store, seen, 12);
        }
        let dead = disk.lock().dead;
        cuts += u32::from(dead);
        let left = disk.lock().left();
        let disk = Disk::new(left, seed);
        let store = disk.open().unwrap_or_else(|error| panic!("{what}: {error:?}"));
        let turns = check(&store, &what);
        assert!((acknowledged..=acknowledged + 1).contains(&turns), "{what}: {acknowledged}, has {turns}");
        // Nothing of all this is another's log, or damage.
        assert!(disk.lock().aside.is_empty(), "{what}");
        assert!(store.verify().expect("walks").is_sound(), "{what}");
    }
    assert!(cuts > 120, "{cuts} cuts");
}

#[test]
fn a_full_disk_stops_writes_and_nothing_else() {
    // Before there is a log, and when it has room left.
    for begin in [0, 4] {
        a_full_disk_stops_writes(begin);
    }
}

fn a_full_disk_stops_writes(begin: u64) {
    let disk = Disk::new(empty_image(), 1);
    let store = disk.open().expect("opens");
    assert_eq!(work(&store, 0, begin), begin);
    {
        let mut machine = disk.lock();
        machine.full = Some([machine.tables.view.len(), machine.log.view.len()]);
    }
    let mut turn = begin;
    let error = loop {
        assert!(turn < 2000, "the disk never fills up");
        match commit(&store, turn) {
            Ok(()) => turn += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::Full(_)), "{error:?}");
    assert_eq!(error.to_string(), "the disk that holds the store is full; free some space and try again");
    assert_eq!(check(&store, "full"), turn);
    assert!(matches!(store.failing(), Some(Error::Full(_))));
    assert!(store.try_write().is_err() && store.failing().is_some());
    disk.lock().full = None;
    store.try_write().expect("there is room again");
    assert!(store.failing().is_none());
    commit(&store, turn).expect("there is room again");
    assert_eq!(check(&store, "roomy"), turn + 1);
}

#[test]
fn an_error_of_the_disk_costs_one_commit_and_no_restart() {
    let image = empty_image();
    for after in 0..120u64 {
        let what = format!("error after {after}");
        let disk = Disk::new(image.clone(), after);
        let store = disk.open().expect("opens");
        disk.lock().hiccup = Some(after);
        disk.lock().panics = after % 40 == 11;
        let mut turn = 0;
        let mut failures = 0;
        while turn < 12 {
            match commit(&store, turn) {
                Ok(()) => turn += 1,
                Err(error) => {
                    failures += 1;
                    assert!(matches!(error, Error::Io(_)) && failures < 3, "{what}: {error:?}");
                }
            }
            assert!(check(&store, &what) >= turn);
        }
        assert_eq!(check(&store, &what), 12);
    }
}

#[test]
fn a_failed_sync_of_the_log_is_not_believed_when_tried_again() {
    let image = empty_image();
    for after in 0..150u64 {
        let what = format!("error after {after}");
        let disk = Disk::new(image.clone(), after);
        let store = disk.open().expect("opens");
        {
            let mut machine = disk.lock();
            (machine.hiccup, machine.forgets) = (Some(after), true);
        }
        let mut turn = 0;
        while turn < 6 {
            // The same commit again, until it is acknowledged.
            if commit(&store, turn).is_ok() {
                turn += 1;
            }
        }
        // Nothing that was not synced survives.
        let left = disk.lock().certain();
        assert_eq!(check(&Disk::new(left, 0).open().expect("opens"), &what), 6, "{what}");
    }
}
