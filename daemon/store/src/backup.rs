//! Copies of a whole store: made while it works, checked before they count, never over anything.
//!
//! A backup is written from one snapshot, row by row, into a new file that is a store itself, hence without the free
//! pages of the one it comes from. It gets its name only once it is on the disk and was read back whole.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Key, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, Value, WriteTransaction};

use crate::backend::{self, Meter};
use crate::error::{Error, OpenError};
use crate::log::Walk;
use crate::medium::{Files, folder, log_of, making, sync_folder, with};
use crate::migrate;
use crate::store::{Options, Store};
use crate::tables::{self, meta};
use crate::verify::{Verification, verify};

/// Why a copy was not made. Nothing is left behind, and nothing that was there has changed.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Something is there already.
    #[error("{} is there already, and nothing is overwritten; name another file", .0.display())]
    Exists(PathBuf),
    /// The store could not be read.
    #[error("the store cannot be read")]
    Store(#[from] Error),
    /// The file is no store, or one of the future, or in use.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The backup could not be read.
    #[error("the backup cannot be read")]
    Backup(#[source] io::Error),
    /// The copy could not be written.
    #[error("the copy cannot be written")]
    Io(#[from] io::Error),
    /// The copy does not hold what the original does.
    #[error("the copy differs from the original; the disk may be failing")]
    Differs,
    /// The backup is damaged itself.
    #[error("the backup is damaged ({} places, first {})", .0.damaged.len(), .0.damaged.first().map_or("blocks set aside", String::as_str))]
    Damaged(Verification),
}

impl Store {
    /// Walks the whole store: every block is decoded, every row read. Damage is listed, not fatal; writing and reading
    /// go on meanwhile.
    pub fn verify(&self) -> Result<Verification, Error> {
        let (txn, log) = self.whole()?;
        verify(&txn, &log)
    }

    /// Writes a copy of this moment to `to`, where nothing may be, and reads it back; writing and reading go on
    /// meanwhile. What is damaged here is damaged there, and said in the answer.
    pub fn backup(&self, to: &Path) -> Result<Verification, CopyError> {
        refuse_existing(to)?;
        let (txn, log) = self.whole()?;
        let original = verify(&txn, &log)?;
        let unfinished = Unfinished::beside(to);
        let file = making().create_new(true).open(&unfinished.0)?;
        let mut db = redb::Builder::new()
            .set_cache_size(1 << 20)
            .create_file(file)
            .map_err(|error| Error::from(redb::Error::from(error)))?;
        copy_all(&txn, &log, &db)?;
        drop(txn);
        db.compact().map_err(Error::from)?;
        drop(db);
        if inspect(&unfinished.0)? != original {
            return Err(CopyError::Differs);
        }
        unfinished.publish(to)?;
        Ok(original)
    }

    /// Puts a backup in the place of a store that is not open. The backup itself is only read, and checked before
    /// anything happens; one of a later format is refused. Files copied by hand from a store that was not closed do as
    /// well, if the log was copied with them.
    ///
    /// Where something is already at `to`, `replace` moves it aside to the path in the answer; without it nothing is
    /// done.
    pub fn restore(backup: &Path, to: &Path, replace: bool) -> Result<Option<PathBuf>, CopyError> {
        if !replace {
            refuse_existing(to)?;
        }
        let unfinished = Unfinished::beside(to);
        copy_file(backup, &unfinished.0)?;
        if log_of(backup).try_exists()? {
            // No backup of ours, but the files of a store that was killed: its last commits are in the log.
            copy_file(&log_of(backup), &log_of(&unfinished.0))?;
            Self::open(&unfinished.0, Options::default())?.close()?;
        }
        let found = inspect(&unfinished.0)?;
        if !found.damaged.is_empty() {
            return Err(CopyError::Damaged(found));
        }
        if !to.try_exists()? {
            unfinished.publish(to)?;
            return Ok(None);
        }
        // Whoever has it open would go on writing to a file without a name. What does not open is replaced gladly. What
        // does takes its log in, if a kill left one, so that one file is all that there is of it.
        match Self::open(to, Options::default()) {
            Err(error @ OpenError::Locked) => return Err(error.into()),
            Ok(old) => {
                if let Err(error) = old.close() {
                    tracing::warn!(%error, "the store that is replaced is moved aside as it is");
                }
            }
            Err(_) => {}
        }
        let aside = beside(to, "replaced");
        refuse_existing(&aside)?;
        second_name(to, &aside)?;
        let log = log_of(to);
        let logged = log.try_exists()?;
        if logged {
            second_name(&log, &log_of(&aside))?;
        }
        // In one step: at no moment is there no store. The old log may stay until the next start, which moves it aside
        // as it does not belong to the new one.
        File::open(&unfinished.0)?.sync_all()?;
        std::fs::rename(&unfinished.0, to)?;
        if logged {
            std::fs::remove_file(&log)?;
        }
        sync_folder(to)?;
        Ok(Some(aside))
    }
}

/// Copies what is in a file, and not who may read it: a backup may have lain anywhere.
fn copy_file(from: &Path, to: &Path) -> Result<(), CopyError> {
    let mut from = File::open(from).map_err(CopyError::Backup)?;
    io::copy(&mut from, &mut making().create(true).truncate(true).open(to)?)?;
    Ok(())
}

/// Gives a file another name besides its own, or makes a copy where there are no links.
fn second_name(of: &Path, name: &Path) -> io::Result<()> {
    if std::fs::hard_link(of, name).is_err() {
        std::fs::copy(of, name)?;
        File::open(name)?.sync_all()?;
    }
    Ok(())
}

/// Opens a file as a store would, raising its format if need be, and walks it.
fn inspect(file: &Path) -> Result<Verification, CopyError> {
    let db = backend::open(&Files::new(file), 1 << 20, &Arc::new(Meter::default()))?;
    Ok(verify(&db.begin_read().map_err(Error::from)?, &Walk::default())?)
}

fn copy_all(from: &ReadTransaction, log: &Walk, db: &redb::Database) -> Result<(), Error> {
    let to = db.begin_write()?;
    copy(from, &to, tables::META)?;
    copy(from, &to, tables::SERIES)?;
    copy(from, &to, tables::SUMMARIES)?;
    copy(from, &to, tables::BLOCKS)?;
    copy(from, &to, tables::FRESH)?;
    copy(from, &to, tables::REVISIONS)?;
    copy(from, &to, tables::BATCHES)?;
    copy(from, &to, tables::ABSENCES)?;
    copy(from, &to, tables::STATE)?;
    copy(from, &to, tables::DAMAGED)?;
    // A copy has no log. That of the original goes on, hence what it holds now becomes rows, and it stays a stranger to
    // the copy.
    for effects in &log.commits {
        to.open_table(tables::FRESH)?.insert(effects.version, tables::pack(effects).as_slice())?;
    }
    migrate::new_log(&to)?;
    // The original is in use; the copy is not.
    to.open_table(tables::META)?.insert(meta::CLEAN, 1)?;
    to.commit()?;
    Ok(())
}

fn copy<K: Key + 'static, V: Value + 'static>(
    from: &ReadTransaction,
    to: &WriteTransaction,
    table: TableDefinition<'_, K, V>,
) -> Result<(), Error> {
    let mut target = to.open_table(table)?;
    for row in from.open_table(table)?.iter()? {
        let (key, value) = row?;
        target.insert(key.value(), value.value())?;
    }
    Ok(())
}

fn refuse_existing(path: &Path) -> Result<(), CopyError> {
    if path.try_exists()? { Err(CopyError::Exists(path.to_owned())) } else { Ok(()) }
}

/// The path with a word and this process' number after it.
fn beside(path: &Path, word: &str) -> PathBuf {
    with(path, &format!(".{word}-{}", std::process::id()))
}

/// A file that is not whole yet; removed unless it is published.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(path: &Path) -> Self {
        Self(beside(path, "new"))
    }

    /// Brings the file to the disk and gives it its name, unless something has that name.
    fn publish(&self, to: &Path) -> Result<(), CopyError> {
        File::open(&self.0)?.sync_all()?;
        // A link fails where something is, and so in one step says and keeps that nothing is overwritten.
        match std::fs::hard_link(&self.0, to) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(CopyError::Exists(to.to_owned()));
            }
            // Some filesystems have no links.
            Err(_) => {
                refuse_existing(to)?;
                std::fs::rename(&self.0, to)?;
            }
        }
        Ok(sync_folder(to)?)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone already when it was renamed; else it has another name by now, or failed. The copy of a log, whatever
        // became of it, is called as the file and something more.
        let _ = std::fs::remove_file(&self.0);
        let (Some(name), Ok(others)) = (self.0.file_name(), std::fs::read_dir(folder(&self.0))) else {
            return;
        };
        let log = log_of(Path::new(name)).into_os_string();
        for other in others.flatten() {
            if other.file_name().as_encoded_bytes().starts_with(log.as_encoded_bytes()) {
                let _ = std::fs::remove_file(other.path());
            }
        }
    }
}
