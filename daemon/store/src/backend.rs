//! Where the bytes go: the file, counted on their way, and created so that no half-made store is ever found.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use redb::backends::FileBackend;
use redb::{BackendError, Database, StorageBackend};

use crate::error::OpenError;
use crate::migrate;

/// Opens the storage, the first time and again after a failure.
pub(crate) type Medium = Box<dyn Fn() -> Result<Box<dyn StorageBackend>, OpenError> + Send + Sync>;

/// How a redb file begins.
const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";

/// The medium of a store in a file.
pub(crate) fn file(path: PathBuf) -> Medium {
    Box::new(move || {
        let mut file = OpenOptions::new().read(true).write(true).open(&path)?;
        check_head(&mut file)?;
        Ok(Box::new(FileBackend::new(file)?))
    })
}

/// Refuses what is no redb file, in words that redb has not.
pub(crate) fn check_head(file: &mut File) -> Result<(), OpenError> {
    let mut head = [0u8; MAGIC.len()];
    match file.read_exact(&mut head) {
        Ok(()) if head == MAGIC => Ok(()),
        Ok(()) => Err(OpenError::NotAStore("it does not begin as a redb file".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(OpenError::NotAStore("it is too short".to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Opens a database on a medium, with its bytes counted.
pub(crate) fn open(medium: &Medium, cache_bytes: usize, meter: &Arc<Meter>) -> Result<Database, OpenError> {
    let metered = Metered { inner: medium()?, meter: Arc::clone(meter) };
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
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    let unfinished = folder.join(name);
    let made = make(&unfinished, now).and_then(|()| {
        std::fs::rename(&unfinished, path)?;
        Ok(File::open(folder)?.sync_all()?)
    });
    if made.is_err() {
        // Best effort: the error that matters is the one returned.
        let _ = std::fs::remove_file(&unfinished);
    }
    made
}

fn make(path: &Path, now: i64) -> Result<(), OpenError> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
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
}

impl Meter {
    /// Bytes handed to the file since the store was opened.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Length of the file.
    pub(crate) fn file_bytes(&self) -> u64 {
        self.length.load(Ordering::Relaxed)
    }
}

/// A backend that counts what is written through it.
#[derive(Debug)]
struct Metered {
    inner: Box<dyn StorageBackend>,
    meter: Arc<Meter>,
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
        self.meter.length.store(len, Ordering::Relaxed);
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
