//! The database over its file: its bytes counted on their way, and created so that no half-made store is ever found.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use redb::{BackendError, Database, StorageBackend};

use crate::error::OpenError;
use crate::medium::{Medium, folder, making, sync_folder, with};
use crate::migrate;

/// Opens a database on a medium, with its bytes counted.
pub(crate) fn open(
    medium: &dyn Medium,
    cache_bytes: usize,
    meter: &Arc<Meter>,
) -> Result<Database, OpenError> {
    let metered = Metered { inner: medium.tables()?, meter: Arc::clone(meter), log: false };
    meter.length.store(metered.len()?, Ordering::Relaxed);
    let db = redb::Builder::new().set_cache_size(cache_bytes).create_with_backend(metered)?;
    migrate::migrate(&db)?;
    Ok(db)
}

/// Makes an empty store at `path` unless something is there.
///
/// It is made whole under another name first, so that a power cut leaves either no store or a good one.
pub(crate) fn create_if_missing(path: &Path, now: i64) -> Result<(), OpenError> {
    if path.try_exists()? {
        return Ok(());
    }
    std::fs::create_dir_all(folder(path))?;
    let unfinished = with(path, &format!(".new-{}", std::process::id()));
    let made = make(&unfinished, now).and_then(|()| {
        std::fs::rename(&unfinished, path)?;
        Ok(sync_folder(path)?)
    });
    if made.is_err() {
        // Best effort: the error that matters is the one returned.
        let _ = std::fs::remove_file(&unfinished);
    }
    made
}

fn make(path: &Path, now: i64) -> Result<(), OpenError> {
    let file = making().create(true).truncate(true).open(path)?;
    let db = redb::Builder::new().set_cache_size(1 << 20).create_file(file)?;
    migrate::create(&db, now)?;
    drop(db);
    File::open(path)?.sync_all()?;
    Ok(())
}

/// What went through the backends of a store, the one opened again after a failure included.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    written: AtomicU64,
    length: AtomicU64,
    log_length: AtomicU64,
    by_series: Mutex<BTreeMap<u32, u64>>,
}

impl Meter {
    /// Bytes handed to the file and the log since the store was opened.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Length of the file, and of the log beside it.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.length.load(Ordering::Relaxed) + self.log_length.load(Ordering::Relaxed)
    }

    pub(crate) fn log_length(&self, length: u64) {
        self.log_length.store(length, Ordering::Relaxed);
    }

    /// Puts bytes that were written down to the series that they were written for.
    pub(crate) fn attribute(&self, bytes: impl IntoIterator<Item = (u32, u64)>) {
        let mut by_series = self.by_series.lock().unwrap_or_else(PoisonError::into_inner);
        for (series, bytes) in bytes {
            *by_series.entry(series).or_default() += bytes;
        }
    }

    /// Bytes by series, ascending.
    pub(crate) fn by_series(&self) -> Vec<(u32, u64)> {
        let by_series = self.by_series.lock().unwrap_or_else(PoisonError::into_inner);
        by_series.iter().map(|(series, bytes)| (*series, *bytes)).collect()
    }
}

/// A backend that counts what is written through it.
#[derive(Debug)]
pub(crate) struct Metered {
    inner: Box<dyn StorageBackend>,
    meter: Arc<Meter>,
    /// Whether this is the log.
    log: bool,
}

impl Metered {
    /// The log of the store whose file the meter counts.
    pub(crate) fn beside(inner: Box<dyn StorageBackend>, meter: Arc<Meter>) -> Self {
        let metered = Self { inner, meter, log: true };
        metered.note_length(metered.len().unwrap_or(0));
        metered
    }

    fn note_length(&self, length: u64) {
        if self.log {
            self.meter.log_length(length);
        } else {
            self.meter.length.store(length, Ordering::Relaxed);
        }
    }
}

impl StorageBackend for Metered {
    fn len(&self) -> io::Result<u64> {
        self.inner.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.inner.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.inner.set_len(len)?;
        self.note_length(len);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.inner.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.meter.written.fetch_add(data.len() as u64, Ordering::Relaxed);
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
