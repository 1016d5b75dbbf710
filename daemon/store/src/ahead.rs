//! Reading ahead on a cold disk.
//!
//! The blocks of a series lie beside each other in a file that was packed, yet redb asks for them one by one, and the
//! kernel takes that for random reading. Whoever reads a range knows about how long it is: a block is asked for together
//! with as much as is still expected and the one before it, which is often its successor in time, in one go; so is the
//! next one that lies elsewhere. A year of half-hours is then there after two visits to the disk instead of seven; where
//! blocks are scattered, what is read in vain is at most twice what was read.

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::num::NonZeroU64;
use std::ops::Bound;

use redb::backends::FileBackend;
use redb::{BackendError, DatabaseError, StorageBackend};
use rustix::fs::{Advice, fadvise};

/// Most bytes to ask for at once: what the kernel reads ahead by itself in a file that is read from end to end.
const MOST: u64 = 128 << 10;

/// Bytes that a point takes, a little more than in most series.
const PER_POINT: u64 = 2;

/// From this length on a read is of a large block.
const LARGE: u64 = 8192;

thread_local! {
    /// What this thread is about to read.
    static AHEAD: Cell<Plan> = const { Cell::new(Plan { left: 0, allowed: 0, asked: (0, 0) }) };
}

/// A range of a series that is being read.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Plan {
    /// Bytes still to be read, about.
    left: u64,
    /// Bytes that may still be asked for: twice what was expected, as the blocks may be scattered.
    allowed: u64,
    /// What was last asked for, from one offset to another.
    asked: (u64, u64),
}

impl Plan {
    /// Where to begin and how much to ask for before `length` bytes are read at `offset`.
    fn ask(&mut self, offset: u64, length: u64) -> Option<(u64, NonZeroU64)> {
        let (from, to) = self.asked;
        let left = self.left;
        self.left = left.saturating_sub(length);
        if length < LARGE || left <= length || (from <= offset && offset < to) {
            return None;
        }
        let ask = left.min(MOST).min(self.allowed);
        self.allowed -= ask;
        let begin = offset.saturating_sub(LARGE);
        self.asked = (begin, offset + ask);
        NonZeroU64::new(ask).map(|ask| (begin, ask.saturating_add(LARGE)))
    }
}

/// This thread reads so many points of one series next, until the answer is dropped.
pub(crate) fn expect(points: usize) -> Expecting {
    let bytes = points as u64 * PER_POINT;
    AHEAD.set(Plan { left: bytes, allowed: 2 * bytes, asked: (0, 0) });
    Expecting
}

/// See [`expect`].
pub(crate) struct Expecting;

impl Drop for Expecting {
    fn drop(&mut self) {
        AHEAD.set(Plan { left: 0, allowed: 0, asked: (0, 0) });
    }
}

/// A file that is read ahead.
#[derive(Debug)]
pub(crate) struct Ahead {
    inner: FileBackend,
    /// The same open file. It goes with the backend and not before, as its end may end locks.
    file: File,
}

impl Ahead {
    pub(crate) fn new(file: File) -> Result<Self, DatabaseError> {
        let second = file.try_clone().map_err(redb::StorageError::Io)?;
        Ok(Self { inner: FileBackend::new(file)?, file: second })
    }
}

impl StorageBackend for Ahead {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let mut plan = AHEAD.get();
        if plan.left > 0 {
            if let Some((begin, length)) = plan.ask(offset, out.len() as u64) {
                // Advice: where it is not taken the read does the same, later.
                let _ = fadvise(&self.file, begin, Some(length), Advice::WillNeed);
            }
            AHEAD.set(plan);
        }
        self.inner.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.inner.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.inner.write(offset, data)
    }

    fn close(&self) -> io::Result<()> {
        self.inner.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: u64 = 8192;

    fn plan(bytes: u64) -> Plan {
        Plan { left: bytes, allowed: 2 * bytes, asked: (0, 0) }
    }

    #[test]
    fn blocks_beside_each_other_are_asked_for_once() {
        let mut plan = plan(5 * BLOCK);
        let first = plan.ask(100 * BLOCK, BLOCK).map(|(begin, length)| (begin, length.get()));
        assert_eq!(first, Some((99 * BLOCK, 6 * BLOCK)));
        for block in [99, 101, 102, 103, 104] {
            assert_eq!(plan.ask(block * BLOCK, BLOCK), None, "{block}");
        }
    }

    #[test]
    fn what_lies_elsewhere_is_asked_for_too_and_not_without_end() {
        let mut plan = plan(20 * BLOCK);
        let asked: u64 = (0..20)
            .filter_map(|block| plan.ask(1000 * block * BLOCK, BLOCK))
            .map(|(_, length)| length.get() - LARGE)
            .sum();
        assert_eq!(asked, 40 * BLOCK);
    }

    #[test]
    fn small_reads_and_the_last_block_are_left_to_themselves() {
        let mut plan = plan(2 * BLOCK);
        assert_eq!(plan.ask(0, 4096), None);
        assert!(plan.ask(100 * BLOCK, BLOCK).is_some());
        assert_eq!(plan.ask(500 * BLOCK, BLOCK), None);
    }
}
