//! Reading ahead on a cold disk.
//!
//! The blocks of a series lie beside each other in a file that was packed, yet redb asks for them one by one, and the
//! kernel takes that for random reading. Whoever reads a range knows about how long it is: the first large block is
//! asked for together with what follows and the one before it, which is often its successor in time, in one go. A year
//! of half-hours is then there after three visits to the disk instead of seven; where blocks are scattered, what is
//! read in vain is at most what was read.

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
    /// Bytes that this thread is about to read.
    static EXPECTED: Cell<u64> = const { Cell::new(0) };
}

/// This thread reads so many points of one series next, until the answer is dropped.
pub(crate) fn expect(points: usize) -> Expecting {
    EXPECTED.set(points as u64 * PER_POINT);
    Expecting
}

/// See [`expect`].
pub(crate) struct Expecting;

impl Drop for Expecting {
    fn drop(&mut self) {
        EXPECTED.set(0);
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
        let expected = EXPECTED.get();
        let asked = out.len() as u64;
        if asked >= LARGE && expected > asked {
            let length = expected.min(MOST);
            EXPECTED.set(expected - length);
            // Advice: where it is not taken the read does the same, later.
            let _ = fadvise(
                &self.file,
                offset.saturating_sub(LARGE),
                NonZeroU64::new(length + LARGE),
                Advice::WillNeed,
            );
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
