//! The format of the file: what a new one holds, and the way from each older format to the present one.

use redb::{Database, ReadableDatabase, ReadableTableMetadata, TableHandle, WriteTransaction};

use crate::error::{Error, OpenError};
use crate::log;
use crate::tables::{self, meta};

/// The format that this version writes.
pub(crate) const FORMAT: u64 = 1 + MIGRATIONS.len() as u64;

/// The way from format `1 + index` to the next, each in a transaction of its own.
///
/// Append only: a file of any past release must find its way.
///
/// 2: recent commits are in a log beside the file, whose salt is in `meta`. Whoever does not know of it would lose them.
const MIGRATIONS: &[Migration] = &[new_log];

/// One step from a format to the next.
type Migration = fn(&WriteTransaction) -> Result<(), Error>;

/// Gives a file a log of its own: whatever log is beside it belongs to another.
pub(crate) fn new_log(txn: &WriteTransaction) -> Result<(), Error> {
    let mut numbers = txn.open_table(tables::META)?;
    numbers.insert(meta::LOG_SALT, log::new_salt())?;
    numbers.insert(meta::LOG_SALT_BEFORE, 0)?;
    Ok(())
}

/// Makes the tables of an empty file.
pub(crate) fn create(db: &Database, now: i64) -> Result<(), Error> {
    let txn = db.begin_write()?;
    {
        let mut table = txn.open_table(tables::META)?;
        table.insert(meta::FORMAT, FORMAT)?;
        table.insert(meta::CREATED, now as u64)?;
        table.insert(meta::CLEAN, 1)?;
        txn.open_table(tables::SERIES)?;
        txn.open_table(tables::SUMMARIES)?;
        txn.open_table(tables::BLOCKS)?;
        txn.open_table(tables::FRESH)?;
        txn.open_table(tables::REVISIONS)?;
        txn.open_table(tables::BATCHES)?;
        txn.open_table(tables::ABSENCES)?;
        txn.open_table(tables::STATE)?;
        txn.open_table(tables::DAMAGED)?;
    }
    new_log(&txn)?;
    txn.commit()?;
    Ok(())
}

/// Brings a file to the present format, or says why it cannot be used.
pub(crate) fn migrate(db: &Database) -> Result<(), OpenError> {
    let found = format(db)?;
    if found > FORMAT {
        return Err(OpenError::NewerFormat { found, known: FORMAT });
    }
    let done = usize::try_from(found.saturating_sub(1)).unwrap_or(usize::MAX);
    for (index, step) in MIGRATIONS.iter().enumerate().skip(done) {
        let txn = db.begin_write().map_err(Error::from)?;
        step(&txn)?;
        txn.open_table(tables::META)
            .map_err(Error::from)?
            .insert(meta::FORMAT, index as u64 + 2)
            .map_err(Error::from)?;
        txn.commit().map_err(Error::from)?;
        tracing::info!(format = index + 2, "the store's format was raised");
    }
    Ok(())
}

/// The format of a file.
pub(crate) fn format(db: &impl ReadableDatabase) -> Result<u64, OpenError> {
    let txn = db.begin_read().map_err(Error::from)?;
    let strange = || OpenError::NotAStore("a redb file with other tables".to_owned());
    let known = txn.list_tables().map_err(Error::from)?.any(|table| table.name() == tables::META.name());
    if !known {
        return Err(strange());
    }
    let table = txn.open_table(tables::META).map_err(|_| strange())?;
    let format = table.get(meta::FORMAT).map_err(Error::from)?.map(|value| value.value());
    format.filter(|format| *format > 0 && !table.is_empty().unwrap_or(true)).ok_or_else(strange)
}
