//! What is left after a power cut, an I/O error and a full disk, on a disk in memory that forgets as real ones do:
//! what was written since the last sync may survive whole, torn at a sector, or not at all, in any combination.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::{BackendError, StorageBackend};

use crate::medium::Medium;
use crate::migrate;
use crate::{
    Batch, Commit, Error, Kind, Options, Point, Provenance, Quality, SeriesDef, SeriesId, SeriesPoints,
    StateChange, Step, Store, Title,
};

const SECTOR: usize = 512;

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

impl Change {
    fn apply(&self, image: &mut Vec<u8>) {
        match self {
            Self::Length(length) => image.resize(*length, 0),
            Self::Write(at, data) => {
                // A write beyond the end whose `set_len` was lost: nothing to land on.
                let end = (at + data.len()).min(image.len());
                if *at < end {
                    image[*at..end].copy_from_slice(&data[..end - at]);
                }
            }
        }
    }
}

/// SplitMix64.
#[derive(Debug, Clone)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

/// One file.
#[derive(Debug, Clone, Default)]
struct Image {
    /// What the program sees.
    view: Vec<u8>,
    /// What a power cut leaves for certain.
    durable: Vec<u8>,
    unsynced: Vec<Change>,
    /// Whether it has a name, as the program sees it and for certain.
    named: bool,
    named_durably: bool,
}

impl Image {
    fn of(bytes: Option<Vec<u8>>) -> Self {
        let named = bytes.is_some();
        let view = bytes.unwrap_or_default();
        Self { durable: view.clone(), view, unsynced: Vec::new(), named, named_durably: named }
    }

    /// Of what was not synced, chance keeps some: of some disks nothing, of some nearly all.
    fn cut(&mut self, keeps: u64, dice: &mut Dice) {
        for change in std::mem::take(&mut self.unsynced) {
            if dice.roll(4) > keeps {
                continue;
            }
            let torn = match change {
                Change::Write(at, data) if dice.roll(3) == 0 => {
                    let sectors = dice.roll((data.len() / SECTOR + 1) as u64) as usize;
                    let end = (sectors * SECTOR).min(data.len());
                    Change::Write(at, data[..end].to_vec())
                }
                whole => whole,
            };
            torn.apply(&mut self.durable);
        }
        if self.named != self.named_durably && dice.roll(2) == 0 {
            self.named_durably = self.named;
        }
    }
}

/// The files of a store.
type Pair = (Vec<u8>, Option<Vec<u8>>);

#[derive(Debug)]
struct Machine {
    tables: Image,
    log: Image,
    /// Logs put aside.
    aside: Vec<(String, Vec<u8>)>,
    /// Changes and syncs until the cut, or until the program is killed.
    fuse: Option<u64>,
    kills: bool,
    dead: bool,
    /// Operations until one fails; those after it do not.
    hiccup: Option<u64>,
    /// Whether that one panics, as a defect below would.
    panics: bool,
    /// When the disk is full: where the room of each file ends. What lies before can still be written over.
    full: Option<[usize; 2]>,
    dice: Dice,
    operations: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Tables,
    Log,
}

impl Machine {
    fn image(&mut self, which: Which) -> &mut Image {
        match which {
            Which::Tables => &mut self.tables,
            Which::Log => &mut self.log,
        }
    }

    /// One operation further; at the cut, what was not synced survives by chance.
    fn burn(&mut self) -> io::Result<()> {
        if self.dead {
            return Err(io::Error::other("the power is off"));
        }
        self.operations += 1;
        match &mut self.hiccup {
            None => {}
            Some(0) => {
                self.hiccup = None;
                assert!(!self.panics, "a defect");
                return Err(io::Error::other("the cable was loose"));
            }
            Some(left) => *left -= 1,
        }
        match &mut self.fuse {
            None => return Ok(()),
            Some(0) => {}
            Some(left) => {
                *left -= 1;
                return Ok(());
            }
        }
        self.dead = true;
        if self.kills {
            return Err(io::Error::other("killed"));
        }
        let keeps = self.dice.roll(4);
        self.tables.cut(keeps, &mut self.dice);
        self.log.cut(keeps, &mut self.dice);
        Err(io::Error::other("the power went off"))
    }

    fn change(&mut self, which: Which, change: Change) -> io::Result<()> {
        if let (Some(room), Change::Write(at, data)) = (self.full, &change)
            && at + data.len() > room[which as usize]
        {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.image(which).unsynced.push(change);
        if let Err(error) = self.burn() {
            self.image(which).unsynced.pop();
            return Err(error);
        }
        let image = self.image(which);
        if let Some(change) = image.unsynced.last() {
            change.apply(&mut image.view);
        }
        Ok(())
    }

    /// What is there for whoever comes next: after a cut, what it left; after a kill, all that was written.
    fn left(&self) -> Pair {
        let log = &self.log;
        if self.dead && !self.kills {
            (self.tables.durable.clone(), log.named_durably.then(|| log.durable.clone()))
        } else {
            (self.tables.view.clone(), log.named.then(|| log.view.clone()))
        }
    }
}

#[derive(Debug, Clone)]
struct Disk(Arc<Mutex<Machine>>);

impl Disk {
    fn new((tables, log): Pair, seed: u64) -> Self {
        let machine = Machine {
            tables: Image::of(Some(tables)),
            log: Image::of(log),
            aside: Vec::new(),
            fuse: None,
            kills: false,
            dead: false,
            hiccup: None,
            panics: false,
            full: None,
            dice: Dice(seed),
            operations: 0,
        };
        Self(Arc::new(Mutex::new(machine)))
    }

    fn lock(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<Store, crate::OpenError> {
        Store::open_medium(Arc::new(self.clone()), Options { cache_bytes: 1 << 20 })
    }

    fn file(&self, which: Which) -> Box<dyn StorageBackend> {
        Box::new(Handle { disk: self.clone(), which })
    }

    fn aside(&self, word: &str, takes: bool) -> io::Result<String> {
        let mut machine = self.lock();
        machine.burn()?;
        let bytes = machine.log.view.clone();
        machine.aside.push((word.to_owned(), bytes));
        if takes {
            machine.log = Image::default();
        }
        Ok(word.to_owned())
    }
}

impl Medium for Disk {
    fn tables(&self) -> Result<Box<dyn StorageBackend>, crate::OpenError> {
        Ok(self.file(Which::Tables))
    }

    fn log(&self) -> io::Result<Option<Box<dyn StorageBackend>>> {
        Ok(self.lock().log.named.then(|| self.file(Which::Log)))
    }

    fn create_log(&self) -> io::Result<Box<dyn StorageBackend>> {
        let mut machine = self.lock();
        assert!(!machine.log.named, "it is there");
        machine.burn()?;
        machine.log = Image { named: true, ..Image::default() };
        // The folder's sync.
        machine.burn()?;
        machine.log.named_durably = true;
        drop(machine);
        Ok(self.file(Which::Log))
    }

    fn remove_log(&self) -> io::Result<()> {
        let mut machine = self.lock();
        machine.burn()?;
        machine.log.named = false;
        Ok(())
    }

    fn move_log_aside(&self, word: &str) -> io::Result<String> {
        self.aside(word, true)
    }

    fn copy_log_aside(&self, word: &str) -> io::Result<String> {
        self.aside(word, false)
    }
}

/// One of the files, open.
#[derive(Debug)]
struct Handle {
    disk: Disk,
    which: Which,
}

impl StorageBackend for Handle {
    fn len(&self) -> io::Result<u64> {
        Ok(self.disk.lock().image(self.which).view.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut machine = self.disk.lock();
        if machine.dead {
            return Err(io::Error::other("the power is off"));
        }
        let at = offset as usize;
        let view = &machine.image(self.which).view;
        let found = view.get(at..at + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(found);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.lock().change(self.which, Change::Length(len as usize))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut machine = self.disk.lock();
        machine.burn()?;
        let image = machine.image(self.which);
        for change in std::mem::take(&mut image.unsynced) {
            change.apply(&mut image.durable);
        }
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.disk.lock().change(self.which, Change::Write(offset as usize, data.to_vec()))
    }

    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }
}

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
    let disk = Disk::new(empty_image(), 1);
    let store = disk.open().expect("opens");
    assert_eq!(work(&store, 0, 4), 4);
    {
        let mut machine = disk.lock();
        machine.full = Some([machine.tables.view.len(), machine.log.view.len()]);
    }
    let mut turn = 4;
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
    disk.lock().full = None;
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
