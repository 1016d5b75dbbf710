//! The log: small commits, one after the other, in a file beside the store's own.
//!
//! A transaction of redb writes seven or eight pages all over its file, however little it holds. A house polls all
//! day, and a memory card wears out by what is written to it: so a small commit becomes one record at the end of the
//! log, one write of one page mostly and one sync, and goes to the tables with hundreds of others when they are
//! folded. The bytes of a record are in [`record`].
//!
//! **Starting over.** The log belongs to the file by a random number, the salt, that is kept in `meta` and renewed in
//! the transaction that folds: this one commit takes the records over and makes the log empty, at no write more.
//! What is in it then has a salt that does not count any more, and is written over from the beginning. The salt
//! before is kept too, so that such leftovers are told from the log of another file, or of an older copy of this one
//! that somebody put back: that is moved out of the way under another name.
//!
//! **Growing.** Room is made ahead, [`STEP`] bytes of zeros at a time, and made durable, so that a record changes
//! nothing but its pages: neither the length of the file nor what the filesystem notes of it. Zeros go page by page:
//! the kernel would keep one long write as one large folio, and count all of it for every page changed later.
//!
//! **Failing.** After a write or a sync failed nobody knows what is on the disk, and a sync that is tried again may
//! say yes to what was dropped. So nothing is added to that log any more: the next commit is folded at once, together
//! with what was read from the log, and the log starts over. The same where part of the log cannot be read: a copy of
//! it is put aside before that.

mod record;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::sync::Arc;

use redb::StorageBackend;

use crate::backend::{Meter, Metered};
use crate::effects::Effects;
use crate::error::{Error, OpenError};
use crate::medium::Medium;
use record::PAGE;
pub(crate) use record::{Salts, Walk};

/// Most bytes of a log. A record takes a page, a fold of thirty series some 280 kB by measurement (a block of each, the
/// pages above them, the rows of the batches): spread over 240 records that is 1.2 kB each, and twice the log would save
/// no more than 0.6 of the 5.3 kB of a poll.
const MOST: u64 = 1 << 20;

/// Most bytes of a log that is read: some later version may let it grow longer.
const LONGEST: u64 = 16 * MOST;

/// By how much it grows.
const STEP: u64 = 128 << 10;

/// The log of an open store; one thread writes to it.
pub(crate) struct Log {
    medium: Arc<dyn Medium>,
    meter: Arc<Meter>,
    /// None while there is no file.
    file: Option<Metered>,
    /// How long the file is, whole pages.
    length: u64,
    salts: Salts,
    /// Where the next record goes, and its place.
    end: u64,
    sequence: u64,
    /// Nothing may be added before the log has started over.
    unsettled: bool,
    /// Part of it is damaged and was not copied yet.
    to_keep: bool,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { salts, end, sequence, unsettled, .. } = self;
        f.debug_struct("Log")
            .field("salts", salts)
            .field("end", end)
            .field("sequence", sequence)
            .field("unsettled", unsettled)
            .finish_non_exhaustive()
    }
}

impl Log {
    /// The log of a store whose file knows these salts, and the commits in it.
    pub(crate) fn open(
        medium: Arc<dyn Medium>,
        meter: Arc<Meter>,
        salts: Salts,
    ) -> Result<(Self, Vec<Effects>), OpenError> {
        let mut log = Self {
            medium,
            meter,
            file: None,
            length: 0,
            salts,
            end: 0,
            sequence: 0,
            unsettled: false,
            to_keep: false,
        };
        let Some(found) = log.medium.log()? else { return Ok((log, Vec::new())) };
        log.adopt(found)?;
        // What is far too long was never ours, and is not read into memory to see.
        let walk =
            if log.length > LONGEST { Walk { foreign: Some(0), ..Walk::default() } } else { log.walk()? };
        if let Some(salt) = walk.foreign {
            (log.file, log.length) = (None, 0);
            let name = log.medium.move_log_aside(&format!("other-{salt:016x}"))?;
            tracing::error!(
                %name,
                "the log beside the store belongs to another store, or to another time of this one; it is kept under this name"
            );
            return Ok((log, Vec::new()));
        }
        (log.end, log.sequence) = (walk.end as u64, walk.sequence);
        if !walk.damaged.is_empty() {
            for damage in &walk.damaged {
                tracing::error!(%damage, "recent commits of the store are lost; those that follow are kept");
            }
            log.unsettled = true;
            log.to_keep = true;
            if let Err(error) = log.keep() {
                tracing::warn!(%error, "the damaged log cannot be copied yet, and is left as it is until it can");
            }
        }
        if !walk.commits.is_empty() {
            // A killed owner may have left its last record to the kernel alone: nobody is to see what a power cut
            // could still take away.
            log.backend()?.sync_data()?;
        }
        Ok((log, walk.commits))
    }

    fn adopt(&mut self, inner: Box<dyn StorageBackend>) -> io::Result<()> {
        let file = Metered::beside(inner, Arc::clone(&self.meter));
        self.length = file.len()? / PAGE as u64 * PAGE as u64;
        self.file = Some(file);
        Ok(())
    }

    fn backend(&self) -> io::Result<&Metered> {
        self.file.as_ref().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// What is in the log now.
    pub(crate) fn walk(&self) -> io::Result<Walk> {
        let Some(file) = &self.file else { return Ok(Walk::default()) };
        let mut bytes = vec![0; self.length as usize];
        file.read(0, &mut bytes)?;
        Ok(record::walk(&bytes, self.salts))
    }

    pub(crate) const fn salts(&self) -> Salts {
        self.salts
    }

    /// Whether what was read may not be durable, or records may not be added: the next commit has to be folded.
    pub(crate) const fn is_unsettled(&self) -> bool {
        self.unsettled
    }

    /// After a failure: see the module's notes.
    pub(crate) const fn unsettle(&mut self) {
        self.unsettled = true;
    }

    /// How full it is, out of 1.
    pub(crate) fn filled(&self) -> f64 {
        self.end as f64 / MOST as f64
    }

    /// A record for the next commit, unless the log is to start over first.
    pub(crate) fn record(&self, effects: &Effects) -> Option<Vec<u8>> {
        if self.unsettled {
            return None;
        }
        let record = record::encode(self.salts.current, self.sequence, effects);
        (self.end + record.len() as u64 <= MOST).then_some(record)
    }

    /// Adds a record; it is durable on return.
    pub(crate) fn append(&mut self, record: &[u8]) -> Result<(), Error> {
        let end = self.end + record.len() as u64;
        let written = self.make_room(end).and_then(|()| {
            let file = self.backend()?;
            file.write(self.end, record)?;
            file.sync_data()
        });
        if let Err(error) = written {
            self.unsettled = true;
            return Err(redb::Error::Io(error).into());
        }
        self.end = end;
        self.sequence += 1;
        Ok(())
    }

    /// Makes all the room that the log may ever take.
    pub(crate) fn reserve(&mut self) -> Result<(), Error> {
        Ok(self.make_room(MOST).map_err(redb::Error::Io)?)
    }

    fn make_room(&mut self, end: u64) -> io::Result<()> {
        if self.file.is_none() {
            let made = self.medium.create_log()?;
            self.adopt(made)?;
        }
        if end <= self.length {
            return Ok(());
        }
        let length = end.next_multiple_of(STEP);
        let file = self.backend()?;
        file.set_len(length)?;
        for at in (self.length..length).step_by(PAGE) {
            file.write(at, &[0; PAGE])?;
        }
        file.sync_data()?;
        self.length = length;
        Ok(())
    }

    /// Puts a copy of a damaged log aside, before it may start over.
    pub(crate) fn keep(&mut self) -> Result<(), Error> {
        if self.to_keep {
            let word = format!("damaged-{:016x}", self.salts.current);
            let name = self.medium.copy_log_aside(&word).map_err(redb::Error::Io)?;
            tracing::warn!(%name, "the damaged log is kept under this name");
            self.to_keep = false;
        }
        Ok(())
    }

    /// The salts to be written by the transaction that folds. Those of a log that was never written to stay, so that
    /// the first page of a log always bears the current salt or the one before.
    pub(crate) fn next_salts(&self) -> Salts {
        if self.sequence == 0 && !self.unsettled {
            return self.salts;
        }
        Salts { current: new_salt(), before: self.salts.current }
    }

    /// The log is empty from now on: its records are in the tables, and so are these salts.
    pub(crate) const fn start_over(&mut self, salts: Salts) {
        if self.unsettled {
            // Not even that there is room is certain: it is made again.
            self.length = 0;
        }
        self.salts = salts;
        self.end = 0;
        self.sequence = 0;
        self.unsettled = false;
    }

    /// Removes the file, once nothing in it counts.
    pub(crate) fn remove(&mut self) -> io::Result<()> {
        if self.file.take().is_some() {
            self.length = 0;
            self.meter.log_length(0);
            self.medium.remove_log()?;
        }
        Ok(())
    }
}

/// A number that no other log has, and not 0.
pub(crate) fn new_salt() -> u64 {
    // Keyed from the system's randomness by the standard library.
    RandomState::new().build_hasher().finish().max(1)
}
