//! A disk in memory that forgets as real ones do: what was written since the last sync may survive a power cut whole,
//! torn at a sector, or not at all, in any combination and in each of a store's files.

use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::{BackendError, StorageBackend};

use crate::medium::Medium;
use crate::{Options, Store};

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
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

/// One file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image {
    /// What the program sees.
    pub(crate) view: Vec<u8>,
    /// What a power cut leaves for certain.
    pub(crate) durable: Vec<u8>,
    unsynced: Vec<Change>,
    /// Whether it has a name, as the program sees it and for certain.
    pub(crate) named: bool,
    pub(crate) named_durably: bool,
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
pub(crate) type Pair = (Vec<u8>, Option<Vec<u8>>);

#[derive(Debug)]
pub(crate) struct Machine {
    pub(crate) tables: Image,
    pub(crate) log: Image,
    /// Logs put aside.
    pub(crate) aside: Vec<(String, Vec<u8>)>,
    /// Changes and syncs until the cut, or until the program is killed.
    pub(crate) fuse: Option<u64>,
    pub(crate) kills: bool,
    pub(crate) dead: bool,
    /// Operations until one fails; those after it do not.
    pub(crate) hiccup: Option<u64>,
    /// Whether that one panics, as a defect below would.
    pub(crate) panics: bool,
    /// Whether a sync of the log that fails forgets what it had to write, as Linux does.
    pub(crate) forgets: bool,
    /// When the disk is full: where the room of each file ends. What lies before can still be written over.
    pub(crate) full: Option<[usize; 2]>,
    dice: Dice,
    pub(crate) operations: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
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

    /// What a power cut leaves at least.
    pub(crate) fn certain(&self) -> Pair {
        (self.tables.durable.clone(), self.log.named_durably.then(|| self.log.durable.clone()))
    }

    /// What is there for whoever comes next: after a cut, what it left; after a kill, all that was written.
    pub(crate) fn left(&self) -> Pair {
        let log = &self.log;
        if self.dead && !self.kills {
            self.certain()
        } else {
            (self.tables.view.clone(), log.named.then(|| log.view.clone()))
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Disk(Arc<Mutex<Machine>>);

impl Disk {
    pub(crate) fn new((tables, log): Pair, seed: u64) -> Self {
        let machine = Machine {
            tables: Image::of(Some(tables)),
            log: Image::of(log),
            aside: Vec::new(),
            fuse: None,
            kills: false,
            dead: false,
            hiccup: None,
            panics: false,
            forgets: false,
            full: None,
            dice: Dice(seed),
            operations: 0,
        };
        Self(Arc::new(Mutex::new(machine)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Machine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn open(&self) -> Result<Store, crate::OpenError> {
        Store::open_medium(Arc::new(self.clone()), Options { cache_bytes: 1 << 20 })
    }

    pub(crate) fn file(&self, which: Which) -> Box<dyn StorageBackend> {
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
        let mut machine = self.lock();
        if !machine.log.named {
            return Ok(None);
        }
        // The folder's sync.
        machine.burn()?;
        machine.log.named_durably = true;
        drop(machine);
        Ok(Some(self.file(Which::Log)))
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
pub(crate) struct Handle {
    pub(crate) disk: Disk,
    pub(crate) which: Which,
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
        if let Err(error) = machine.burn() {
            if machine.forgets && self.which == Which::Log {
                machine.log.unsynced.clear();
            }
            return Err(error);
        }
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
