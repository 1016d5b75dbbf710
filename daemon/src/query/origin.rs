//! Where a value came from, and what it was before.

use super::{Calendar, Error, Period, find};
use crate::clock::Clock;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use watteau_store::{BatchId, BatchRecord, Point, Revision, Store};

/// One delivery of a source: what every point leads back to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BatchView {
    /// Its number in the store.
    pub id: u64,
    /// The instance that brought it.
    pub connector: String,
    /// The plugin's version then.
    pub version: String,
    /// URL without secrets, or file name.
    pub source: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: Option<String>,
    /// When it was fetched, RFC 3339.
    pub fetched_at: String,
    /// When the source made the statement, where it says so, RFC 3339.
    pub as_of: Option<String>,
}

/// A point with the batch it came from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Origin {
    /// The series.
    pub id: String,
    /// Epoch seconds.
    pub start: i64,
    /// Epoch seconds.
    pub end: i64,
    /// In the unit of the series.
    pub value: f64,
    /// `measured`, `estimated`, `corrected` or `filled`.
    #[schema(value_type = String)]
    pub quality: &'static str,
    /// The batch; null when the store has lost its record.
    pub batch: Option<BatchView>,
}

/// One side of a revision.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Side {
    /// In the unit of the series.
    pub value: f64,
    /// `measured`, `estimated`, `corrected` or `filled`.
    #[schema(value_type = String)]
    pub quality: &'static str,
    /// Its batch, a key of `batches`.
    pub batch: u64,
}

/// Which side of a revision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// The new value replaced the old one.
    New,
    /// What arrived was an earlier statement of the source: the old value stands.
    Old,
}

/// A value that was said differently twice.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RevisionView {
    /// Epoch seconds.
    pub start: i64,
    /// Epoch seconds.
    pub end: i64,
    /// What was there.
    pub old: Side,
    /// What arrived.
    pub new: Side,
    /// When it arrived, epoch seconds.
    pub replaced_at: i64,
    /// Which one stands.
    pub kept: Kept,
}

/// The corrections of a series, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Revisions {
    /// The series.
    pub id: String,
    /// Unit of the values.
    pub unit: String,
    /// Newest first.
    pub revisions: Vec<RevisionView>,
    /// The batches named above, by number.
    pub batches: BTreeMap<String, BatchView>,
}

/// The point that starts at that instant (epoch seconds), with its batch.
pub fn origin(store: &Store, id: &str, start: i64) -> Result<Origin, Error> {
    let info = find(store, id)?;
    let none = || Error::NoPoint { id: id.to_owned(), start };
    let detail = store.point(info.id, start.checked_mul(1000).ok_or_else(none)?)?.ok_or_else(none)?;
    let batch = store.batch(detail.batch)?.map(|record| view(&record));
    Ok(Origin {
        id: id.to_owned(),
        start,
        end: detail.point.end().div_euclid(1000),
        value: detail.point.value,
        quality: detail.point.quality.as_str(),
        batch,
    })
}

/// The newest corrections of points that start in a period; by default of all of them.
pub fn revisions(
    store: &Store,
    clock: &Clock,
    id: &str,
    period: Period<'_>,
    limit: usize,
) -> Result<Revisions, Error> {
    let info = find(store, id)?;
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    let (from, to) = period.resolve(&calendar, i64::MIN, i64::MAX)?;
    // Of one point in the order of arrival, so that each value's successor is the next one that stood. By the store's
    // order, not by the hour: the clock may have been set back meanwhile.
    let all = store.revisions(info.id, from..to)?;
    let mut views = Vec::with_capacity(all.len());
    for same_start in all.chunk_by(|one, other| one.start == other.start) {
        let current = match store.point(info.id, same_start[0].start) {
            // The revisions before it are as good as ever.
            Err(watteau_store::Error::Damaged { .. }) => None,
            found => found?,
        };
        for (n, revision) in same_start.iter().enumerate() {
            let standing = same_start[n + 1..]
                .iter()
                .find(|later| !is_late(later))
                .map(|later| (later.old, later.old_batch))
                .or_else(|| current.as_ref().map(|detail| (detail.point, detail.batch)));
            if let Some(standing) = standing {
                views.push(pair(revision, standing));
            }
        }
    }
    views.sort_by_key(|view| (std::cmp::Reverse(view.replaced_at), view.start));
    views.truncate(limit);
    let mut batches = BTreeMap::new();
    for batch in views.iter().flat_map(|view| [view.old.batch, view.new.batch]) {
        if let std::collections::btree_map::Entry::Vacant(entry) = batches.entry(batch.to_string())
            && let Some(record) = store.batch(BatchId(batch))?
        {
            entry.insert(view(&record));
        }
    }
    Ok(Revisions { id: id.to_owned(), unit: info.def.unit, revisions: views, batches })
}

/// Whether what was put aside arrived after the value it would have replaced: an earlier statement of the
/// source that came late.
fn is_late(revision: &Revision) -> bool {
    revision.old_batch.0 > revision.replaced_by.0
}

fn pair(revision: &Revision, (point, batch): (Point, BatchId)) -> RevisionView {
    let aside = side(&revision.old, revision.old_batch);
    let (old, new, kept) = if is_late(revision) {
        (side(&point, batch), aside, Kept::Old)
    } else {
        (aside, side(&point, batch), Kept::New)
    };
    RevisionView {
        start: revision.start.div_euclid(1000),
        end: point.end().div_euclid(1000),
        old,
        new,
        replaced_at: revision.replaced_at.div_euclid(1000),
        kept,
    }
}

fn side(point: &Point, batch: BatchId) -> Side {
    Side { value: point.value, quality: point.quality.as_str(), batch: batch.0 }
}

fn view(record: &BatchRecord) -> BatchView {
    let provenance = &record.provenance;
    BatchView {
        id: record.id.0,
        connector: provenance.connector.clone(),
        version: provenance.version.clone(),
        source: provenance.source.clone(),
        sha256: provenance.sha256.map(|hash| {
            hash.iter().fold(String::with_capacity(64), |text, byte| text + &format!("{byte:02x}"))
        }),
        fetched_at: rfc3339(provenance.fetched_at),
        as_of: provenance.as_of.map(rfc3339),
    }
}

/// Ms since the epoch as RFC 3339 in UTC.
fn rfc3339(instant: i64) -> String {
    Timestamp::from_millisecond(instant).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}
