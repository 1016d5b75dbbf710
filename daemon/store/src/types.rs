//! The values that go in and out of the store.
//!
//! Instants are `i64` milliseconds since the Unix epoch, UTC, and mark the start of an interval; durations are
//! `u64` milliseconds. The store attaches no meaning to units, kinds, labels or reasons: it keeps them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of a series within one store; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeriesId(pub u32);

/// The number of a batch within one store; grows with time, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchId(pub u64);

/// How a series aggregates. The store only keeps it, and refuses to let it change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Mean over the interval; integrates to energy.
    Power,
    /// Per interval; sums.
    Energy,
    /// Per interval; sums.
    Volume,
    /// A temperature and the like; time-weighted mean, minimum, maximum.
    Level,
    /// A meter reading; differences.
    Index,
    /// 0 to 1; time-weighted mean.
    Ratio,
    /// A conversion coefficient and the like; the last value holds.
    Factor,
}

impl Kind {
    /// Every kind, in the order of the declaration.
    pub const ALL: [Self; 7] =
        [Self::Power, Self::Energy, Self::Volume, Self::Level, Self::Index, Self::Ratio, Self::Factor];

    /// The stable name, as in files and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Energy => "energy",
            Self::Volume => "volume",
            Self::Level => "level",
            Self::Index => "index",
            Self::Ratio => "ratio",
            Self::Factor => "factor",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no [`Kind`] or [`Quality`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not one of the known words")]
pub struct UnknownWord(pub String);

impl FromStr for Kind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// The nominal spacing of a series' points. Points may still differ from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A fixed number of seconds.
    Seconds(u32),
    /// Local days, of 23 to 25 hours.
    Days(u16),
    /// Local months.
    Months(u16),
    /// None.
    Irregular,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Quality {
    /// Read on the meter.
    Measured = 0,
    /// Estimated by the source.
    Estimated = 1,
    /// Corrected by the source.
    Corrected = 2,
    /// Filled in for want of a reading.
    Filled = 3,
}

impl Quality {
    /// Every quality; the position is the stored number.
    pub const ALL: [Self; 4] = [Self::Measured, Self::Estimated, Self::Corrected, Self::Filled];

    /// The stable name, as in files and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Estimated => "estimated",
            Self::Corrected => "corrected",
            Self::Filled => "filled",
        }
    }

    pub(crate) fn from_stored(number: i64) -> Option<Self> {
        usize::try_from(number).ok().and_then(|index| Self::ALL.get(index).copied())
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Quality {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|q| q.as_str() == word).ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// The name of a series for a person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Title {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

/// What a series is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesDef {
    /// Its name, unique in the store; at most 255 bytes, never empty.
    pub name: String,
    /// Unit of the values. Fixed once defined.
    pub unit: String,
    /// How the values aggregate. Fixed once defined.
    pub kind: Kind,
    /// Nominal spacing.
    pub step: Step,
    /// Seconds after local midnight at which this series' day begins.
    #[serde(default)]
    pub day_start: u32,
    /// Its name for a person.
    #[serde(default)]
    pub title: Title,
    /// Anything else worth keeping with it.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

/// A series with its statistics, all of them exact.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesInfo {
    /// Its number.
    pub id: SeriesId,
    /// What it is.
    pub def: SeriesDef,
    /// How many points it has.
    pub points: u64,
    /// Start of the first point.
    pub first: Option<i64>,
    /// The point that starts last.
    pub last: Option<Point>,
    /// The latest end of any point; later than the end of `last` when intervals overlap.
    pub last_end: Option<i64>,
    /// [`Store::version`](crate::Store::version) of the last commit that changed one of its points or absences.
    pub changed_version: u64,
}

/// One value over one interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Start of the interval.
    pub start: i64,
    /// Length of the interval; 0 for a reading of one instant.
    pub duration: u64,
    /// Finite; kept exact to the bit.
    pub value: f64,
    /// Where the value comes from.
    pub quality: Quality,
}

impl Point {
    /// End of the interval, exclusive.
    pub const fn end(&self) -> i64 {
        self.start.saturating_add_unsigned(self.duration)
    }

    /// Same duration, quality and bits of the value: what the store calls unchanged.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        self.duration == other.duration && self.same_reading(other)
    }

    /// Same quality and bits of the value.
    pub(crate) fn same_reading(&self, other: &Self) -> bool {
        self.value.to_bits() == other.value.to_bits() && self.quality == other.quality
    }
}

/// A point with the batch that brought it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PointDetail {
    /// The point.
    pub point: Point,
    /// The batch that states it; [`Store::batch`](crate::Store::batch) tells where that came from.
    pub batch: BatchId,
}

/// What to write, all or nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Commit {
    /// Points and absences, taken in this order.
    pub batches: Vec<Batch>,
    /// State that becomes durable together with the points it accounts for.
    pub state: Vec<StateChange>,
}

/// Points and absences of one origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Where they come from.
    pub provenance: Provenance,
    /// Points, by series.
    pub series: Vec<SeriesPoints>,
    /// What the source declares not to have, by series.
    pub absences: Vec<SeriesAbsences>,
}

/// Points of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesPoints {
    /// The series.
    pub series: SeriesId,
    /// In any order; of several with one start, the last counts.
    pub points: Vec<Point>,
}

/// Spans for which the source declares that it has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesAbsences {
    /// The series.
    pub series: SeriesId,
    /// Half-open spans `[start, end)`.
    pub spans: Vec<(i64, i64)>,
    /// The source's reason, free text.
    pub reason: String,
}

/// Where a batch comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Who fetched it.
    pub connector: String,
    /// Version of the fetcher.
    pub version: String,
    /// Address without secrets, or file name.
    pub source: String,
    /// Digest of the file, when it was one.
    pub sha256: Option<[u8; 32]>,
    /// When it was fetched; revisions that this batch causes carry this instant.
    pub fetched_at: i64,
    /// As of when the source made the statement (date of an export); orders statements that arrive out of order.
    pub as_of: Option<i64>,
}

/// One key of a connector's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateChange {
    /// Whose state it is.
    pub owner: String,
    /// Its key.
    pub key: String,
    /// The new value; none deletes.
    pub value: Option<Vec<u8>>,
}

/// What a commit did.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitReport {
    /// The store's version after it.
    pub version: u64,
    /// One for each batch, in order.
    pub batches: Vec<BatchReport>,
}

/// What one batch did.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchReport {
    /// Its number; none when it changed nothing and so was not recorded.
    pub id: Option<BatchId>,
    /// One for each [`SeriesPoints`] of the batch, in order.
    pub series: Vec<SeriesReport>,
}

/// What a batch did to one series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesReport {
    /// The series.
    pub series: SeriesId,
    /// Points that were not there.
    pub new: u64,
    /// Points that were there, the same.
    pub unchanged: u64,
    /// Points whose value, duration or quality changed; the old ones are kept as revisions.
    pub corrected: u64,
    /// Points for which a later statement was there already.
    pub older: u64,
    /// From the first start to the last end of the new and corrected points.
    pub changed: Option<(i64, i64)>,
    /// Point by point, by start. A preview lists all of them, a commit the corrected ones only.
    pub outcomes: Vec<(i64, Outcome)>,
}

/// What becomes of one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// Nothing was there.
    New,
    /// The same was there.
    Unchanged,
    /// Something else was there, and is kept as a revision.
    Corrected {
        /// The value that was there.
        old: f64,
        /// Its quality.
        old_quality: Quality,
    },
    /// A later statement is there already, and stays.
    Older,
}

/// A value that does not hold any more, or that arrived after a later statement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Revision {
    /// The series.
    pub series: SeriesId,
    /// Start of the point.
    pub start: i64,
    /// The value that does not hold.
    pub old: Point,
    /// The batch that stated it.
    pub old_batch: BatchId,
    /// `fetched_at` of the batch on whose arrival this was decided.
    pub replaced_at: i64,
    /// The batch whose value was kept.
    pub replaced_by: BatchId,
}

/// A span for which a source declared to have nothing, and nothing came since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// Start of the span.
    pub start: i64,
    /// End of the span, exclusive.
    pub end: i64,
    /// The source's reason.
    pub reason: String,
    /// The batch that declared it.
    pub batch: BatchId,
}

/// A batch that changed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRecord {
    /// Its number.
    pub id: BatchId,
    /// Where it came from.
    pub provenance: Provenance,
    /// Points it brought.
    pub new: u64,
    /// Points it repeated.
    pub unchanged: u64,
    /// Points it corrected.
    pub corrected: u64,
    /// Points for which a later statement was there.
    pub older: u64,
}

/// The size of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreStats {
    /// Length of the file, and of the log beside it.
    pub file_bytes: u64,
    /// Points of all series.
    pub points: u64,
    /// Series.
    pub series: u64,
    /// Revisions kept.
    pub revisions: u64,
    /// Batches recorded.
    pub batches: u64,
    /// Version of the file format.
    pub format: u64,
    /// Commits waiting to be folded into blocks; they are durable like all others.
    pub fresh_commits: u64,
    /// Bytes handed to the file and the log since they were opened; [`Store::written`](crate::Store::written) tells
    /// them by series.
    pub bytes_written: u64,
    /// Whether the store had been closed properly before it was opened this time.
    pub clean_start: bool,
}

/// What a read left out, as its bytes are not what was written; it served all the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The series.
    pub series: SeriesId,
    /// What is missing starts here, milliseconds since the epoch...
    pub from: i64,
    /// ...and before this.
    pub until: i64,
    /// Which row it is and what is wrong with it.
    pub what: String,
}

/// How a walk through the points of a series went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// What was left out, ascending; nothing where all is well.
    pub skipped: Vec<Skipped>,
}

/// Bytes handed to the files of a store since it was opened.
///
/// A series has its points, revisions and absences as they go to the log, and each block of it that is written, the
/// points that it held before included. The rest of the total belongs to no series: what fills up pages, the pages
/// above the blocks, provenance, state, definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// All bytes.
    pub total: u64,
    /// Bytes of each series that had any, by number.
    pub series: Vec<(SeriesId, u64)>,
}

impl Written {
    /// Bytes that belong to no series.
    pub fn overhead(&self) -> u64 {
        self.total.saturating_sub(self.series.iter().map(|(_, bytes)| bytes).sum())
    }
}

/// A point as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) point: Point,
    pub(crate) batch: u64,
}

impl Stored {
    pub(crate) const fn start(&self) -> i64 {
        self.point.start
    }
}
