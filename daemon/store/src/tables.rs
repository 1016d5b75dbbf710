//! Every table of the file, and how its rows are written. Nothing else in this crate knows a table's name.
//!
//! Keys are tuples of primitives, so that no name of a Rust type is in the file. Values are
//! `[CRC-32][layout][postcard]`, where the layout byte lets a row change its shape without touching the others; definitions of series are JSON,
//! because they are few and must be readable in ten years; blocks have their own codec.

use redb::TableDefinition;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::types::{Point, Provenance};

/// Name to number; the names are in [`meta`].
pub(crate) const META: TableDefinition<'_, &str, u64> = TableDefinition::new("meta");
/// Series to definition, JSON.
pub(crate) const SERIES: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("series");
/// Series to [`Summary`], as of the last fold.
pub(crate) const SUMMARIES: TableDefinition<'_, u32, &[u8]> = TableDefinition::new("summaries");
/// (series, first start) to a block of points.
pub(crate) const BLOCKS: TableDefinition<'_, (u32, i64), &[u8]> = TableDefinition::new("blocks");
/// Version to all that the commit of that version did, not yet folded into the other tables. Written by format 1, and
/// into backups; commits of today go to the log.
pub(crate) const FRESH: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("fresh");
/// (series, start, batch on whose arrival it was decided) to [`RevisionRow`].
pub(crate) const REVISIONS: TableDefinition<'_, (u32, i64, u64), &[u8]> = TableDefinition::new("revisions");
/// Batch to [`BatchRow`].
pub(crate) const BATCHES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("batches");
/// (series, start, end) to [`AbsenceRow`].
pub(crate) const ABSENCES: TableDefinition<'_, (u32, i64, i64), &[u8]> = TableDefinition::new("absences");
/// (owner, key) to value.
pub(crate) const STATE: TableDefinition<'_, (&str, &str), &[u8]> = TableDefinition::new("state");
/// Blocks that could not be decoded when they had to be rewritten: (series, first start) to their bytes.
pub(crate) const DAMAGED: TableDefinition<'_, (u32, i64), &[u8]> = TableDefinition::new("damaged");

/// Keys of [`META`].
pub(crate) mod meta {
    /// Version of the file format.
    pub(crate) const FORMAT: &str = "format";
    /// When the file was created, milliseconds since the epoch.
    pub(crate) const CREATED: &str = "created";
    /// 1 when the last owner closed the store properly.
    pub(crate) const CLEAN: &str = "clean";
    /// The store's version as of the last fold or definition.
    pub(crate) const VERSION: &str = "version";
    /// Counts folds: tells a reader whether what it has in memory belongs to the tables that it sees.
    pub(crate) const GENERATION: &str = "generation";
    /// Number of the next batch, as of the last fold.
    pub(crate) const NEXT_BATCH: &str = "next_batch";
    /// The salt of the log's records that count, and of those that the last fold took over.
    pub(crate) const LOG_SALT: &str = "log_salt";
    pub(crate) const LOG_SALT_BEFORE: &str = "log_salt_before";
}

/// What is known of a series without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Summary {
    pub(crate) points: u64,
    pub(crate) first: Option<i64>,
    pub(crate) last: Option<Point>,
    pub(crate) last_end: Option<i64>,
    pub(crate) changed_version: u64,
}

/// A value that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct RevisionRow {
    pub(crate) old: Point,
    pub(crate) old_batch: u64,
    pub(crate) replaced_at: i64,
    pub(crate) replaced_by: u64,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BatchRow {
    pub(crate) provenance: Provenance,
    pub(crate) new: u64,
    pub(crate) unchanged: u64,
    pub(crate) corrected: u64,
    pub(crate) older: u64,
}

/// A declared absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AbsenceRow {
    pub(crate) reason: String,
    pub(crate) batch: u64,
}

const LAYOUT: u8 = 1;

/// Writes a row.
pub(crate) fn pack<T: Serialize>(row: &T) -> Vec<u8> {
    // Into memory nothing of this crate's rows can fail; an empty row would be told as damage when read.
    let mut bytes = postcard::to_extend(row, vec![0, 0, 0, 0, LAYOUT]).unwrap_or_default();
    if let Some((head, body)) = bytes.split_at_mut_checked(4) {
        head.copy_from_slice(&crc32fast::hash(body).to_le_bytes());
    }
    bytes
}

/// Reads a row; `place` names it when it is damaged.
pub(crate) fn unpack<T: DeserializeOwned>(bytes: &[u8], place: impl FnOnce() -> String) -> Result<T, Error> {
    let what = match bytes.split_at_checked(4) {
        Some((head, body)) if crc32fast::hash(body).to_le_bytes() == head => match body.split_first() {
            Some((&LAYOUT, row)) => match postcard::from_bytes(row) {
                Ok(row) => return Ok(row),
                Err(_) => "the row cannot be decoded",
            },
            _ => "the row has an unknown layout",
        },
        _ => "checksum does not match",
    };
    Err(Error::Damaged { place: place(), what })
}
