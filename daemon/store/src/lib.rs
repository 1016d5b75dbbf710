//! An embedded time-series store on redb: points with quality, revisions and provenance, kept for ever.
//!
//! It keeps named series of (start, duration, value, quality) and knows nothing of energy: no unit is converted, no
//! day is counted, no address is read. It has one file and one owner; the file is locked while it is open. While it is
//! open a log is beside the file, `watteau.redb-log`; a store that was closed is one file again.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! use watteau_store::*;
//!
//! let store = Store::open(&folder.path().join("watteau.redb"), Options::default())?;
//! let power = store.define(&SeriesDef {
//!     name: "linky.load_curve".into(),
//!     unit: "W".into(),
//!     kind: Kind::Power,
//!     step: Step::Seconds(1800),
//!     day_start: 0,
//!     title: Title { en: "Load".into(), fr: "Puissance".into() },
//!     labels: Default::default(),
//! })?;
//! let provenance = Provenance {
//!     connector: "linky".into(),
//!     version: "1.0.0".into(),
//!     source: "https://example.org/load_curve?from=2025-01-13".into(),
//!     sha256: None,
//!     fetched_at: 1_736_840_000_000,
//!     as_of: None,
//! };
//! let point = |value| Point { start: 1_736_722_800_000, duration: 1_800_000, value, quality: Quality::Measured };
//! let week = |value| Commit {
//!     batches: vec![Batch {
//!         provenance: provenance.clone(),
//!         series: vec![SeriesPoints { series: power, points: vec![point(value)] }],
//!         absences: vec![],
//!     }],
//!     state: vec![],
//! };
//! assert_eq!(store.commit(week(432.0))?.batches[0].series[0].new, 1);
//! assert_eq!(store.commit(week(432.0))?.batches[0].series[0].unchanged, 1);
//! assert_eq!(store.commit(week(440.0))?.batches[0].series[0].corrected, 1);
//! assert_eq!(store.points(power, 0..i64::MAX)?, [point(440.0)]);
//! assert_eq!(store.revisions(power, 0..i64::MAX)?[0].old, point(432.0));
//! store.close()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The file
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | name | format version, created, clean-stop mark, version, generation, next batch, salts of the log |
//! | `series` | series | definition, JSON |
//! | `summaries` | series | count, first, last, latest end, version of the last change; as of the last fold |
//! | `blocks` | (series, first start) | a compressed run of points, near one page of 4096 bytes or two |
//! | `fresh` | version | as a record of the log: in files of format 1 and in backups, which have no log |
//! | `revisions` | (series, start, deciding batch) | the value that does not hold, its batch, when and by which replaced |
//! | `batches` | batch | connector, version, source, SHA-256, fetch time, date of the statement, counts |
//! | `absences` | (series, start, end) | the source's reason, and the batch that declared it |
//! | `state` | (owner, key) | bytes, written in the same transaction as the points that they account for |
//! | `damaged` | (series, first start) | blocks set aside because they did not decode |
//!
//! Instants are `i64` milliseconds since the epoch, UTC. Tables and rows are declared in `tables`, the bytes of a
//! block in `codec`, formats and migrations in `migrate`.
//!
//! The log holds the commits that are not in the tables yet, each in a record of its own that begins and ends with a
//! page; `log` tells how it starts over, grows and fails, `log::record` its bytes. It belongs to the file beside it, by
//! a number in `meta`. Whoever copies the files of a running store by hand gets halves of two moments;
//! [`Store::backup`] makes one file of both at any time. The log of another file or of another time is moved to `watteau.redb-log.other-…`, never written
//! over; of one that is damaged a copy is kept as `watteau.redb-log.damaged-…`.
//!
//! Format 1 had no log: its small commits were rows of `fresh`. A file of format 1 is raised to 2 when it is opened.
//!
//! # How a write goes
//!
//! [`Store::commit`] hands the commit to the one writer thread and waits. `classify` decides what it would do
//! ([`Store::preview`] stops there); the rules are in that module. A small commit becomes **one record** of the log, so
//! that a poll costs one page however many series it touches; a large one goes to blocks at once. When the log is nearly
//! full, `fold` turns its commits into blocks in one transaction, which is at once the log's new beginning. Every answer
//! waits for a durable record or transaction, and commits that wait together share one.
//!
//! A commit holds whole or not at all: points, revisions, provenance, absences and state alike.
//!
//! # How a read goes
//!
//! `live` holds in memory what the log holds on the disk, together with definitions and summaries. A read takes
//! from it what concerns its series, and a snapshot of the tables of the same moment, then goes block by block, the
//! fresh points laid over. Readers never wait for the disk's sync, and hold no lock while they work.
//!
//! # What it withstands
//!
//! A power cut at any write (redb keeps the last durable transaction, the log ends before a record that is not whole;
//! the tests cut at hundreds of places, in both files at once). A full disk or an I/O error: the commit is refused with
//! its cause, the database is opened again by the writer, reads go on, the same commit can be given again. A damaged
//! block: reads serve all the rest and say what they left out ([`Reading`], [`Store::skipped`]); it is set aside when new
//! points have to go where it is; [`Store::verify`] lists all there is. A format of the future: refused. A lost disk: [`Store::backup`] while it works, [`Store::restore`] when it does not.

mod ahead;
mod backend;
mod backup;
mod classify;
mod codec;
#[cfg(test)]
mod crash_disk;
#[cfg(test)]
mod crash_tests;
#[cfg(test)]
mod damage_tests;
mod effects;
mod error;
mod fold;
mod inspect;
mod live;
mod log;
mod lookup;
mod medium;
mod migrate;
mod read;
mod runs;
mod shared;
mod store;
mod tables;
mod types;
mod validate;
mod verify;
mod writer;

pub use backup::CopyError;
pub use error::{Error, OpenError};
pub use runs::Run;
pub use store::{Options, Store};
pub use types::{
    Absence, Batch, BatchId, BatchRecord, BatchReport, Commit, CommitReport, Kind, Outcome, Point,
    PointDetail, Provenance, Quality, Reading, Revision, SeriesAbsences, SeriesDef, SeriesId, SeriesInfo,
    SeriesPoints, SeriesReport, Skipped, StateChange, Step, StoreStats, Title, UnknownWord, Written,
};
pub use verify::Verification;
