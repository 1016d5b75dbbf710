//! The handle that the rest of the program holds.

use std::fmt;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

use redb::{ReadTransaction, ReadableTableMetadata};

use crate::backend;
use crate::classify::classify;
use crate::error::{Error, OpenError};
use crate::log::Walk;
use crate::medium::{Files, Medium};
use crate::migrate::FORMAT;
use crate::runs::Run;
use crate::shared::Shared;
use crate::tables;
use crate::types::{
    Absence, BatchId, BatchRecord, Commit, CommitReport, Point, PointDetail, Reading, Revision, SeriesDef,
    SeriesId, SeriesInfo, Skipped, StoreStats, Stored, Written,
};
use crate::writer::{Request, Writer};
use crate::{ahead, lookup, read, validate};

/// How to open a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Memory for pages of the file; 4 MiB is enough for a house.
    pub cache_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { cache_bytes: 4 << 20 }
    }
}

/// An open store. Clones are handles to the same one; the file is released when the last goes.
#[derive(Clone)]
pub struct Store {
    owner: Arc<Owner>,
}

/// The writer thread and the way to it.
struct Owner {
    shared: Arc<Shared>,
    /// None only while dropping: the thread ends when nobody can ask it any more.
    requests: Option<SyncSender<Request>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.requests = None;
        let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the store's writer had panicked");
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("version", &self.version()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the store in the file `path`, making it (and its folder) if nothing is there.
    ///
    /// One process at a time: the file is locked until the last handle is dropped.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
        backend::create_if_missing(path, now)?;
        Self::open_medium(Arc::new(Files::new(path)), options)
    }

    /// Opens the store on any storage.
    pub(crate) fn open_medium(medium: Arc<dyn Medium>, options: Options) -> Result<Self, OpenError> {
        let shared = Arc::new(Shared::open(medium, options.cache_bytes)?);
        let (writer, requests) = Writer::new(Arc::clone(&shared));
        let thread =
            std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || writer.run())?;
        Ok(Self {
            owner: Arc::new(Owner { shared, requests: Some(requests), thread: Mutex::new(Some(thread)) }),
        })
    }

    /// Asks the writer and waits for its answer.
    fn ask<T>(&self, request: impl FnOnce(SyncSender<Result<T, Error>>) -> Request) -> Result<T, Error> {
        let (reply, answer) = sync_channel(1);
        let requests = self.owner.requests.as_ref().ok_or(Error::Closed)?;
        requests.send(request(reply)).map_err(|_| Error::Closed)?;
        answer.recv().map_err(|_| Error::Closed)?
    }

    /// Makes a series, or updates its title, labels, step and day. A different unit or kind is [`Error::Redefined`]
    /// once it holds a point.
    pub fn define(&self, def: &SeriesDef) -> Result<SeriesId, Error> {
        self.ask(|reply| Request::Define(Box::new(def.clone()), reply))
    }

    /// Every series with its statistics, by name.
    pub fn series(&self) -> Result<Vec<SeriesInfo>, Error> {
        let live = self.owner.shared.live();
        let mut all: Vec<SeriesInfo> = live.series.iter().map(|(id, entry)| entry.info(*id)).collect();
        all.sort_by(|a, b| a.def.name.cmp(&b.def.name));
        Ok(all)
    }

    /// The series of that name.
    pub fn find(&self, name: &str) -> Result<Option<SeriesInfo>, Error> {
        let live = self.owner.shared.live();
        let found = live.names.get(name).and_then(|id| Some(live.series.get(id)?.info(*id)));
        Ok(found)
    }

    /// Writes, all or nothing, and returns once it is durable.
    ///
    /// After [`Error::Full`] or [`Error::Io`] nothing was acknowledged and the same commit may be given again.
    pub fn commit(&self, commit: Commit) -> Result<CommitReport, Error> {
        self.ask(|reply| Request::Commit(commit, reply))
    }

    /// What [`commit`](Self::commit) would answer now, with every point's outcome; writes nothing.
    pub fn preview(&self, commit: &Commit) -> Result<CommitReport, Error> {
        let (live, txn) = self.owner.shared.snapshot()?;
        validate::commit(&live, commit)?;
        let (effects, mut batches) = classify(&live, &txn, &[commit], true)?;
        Ok(CommitReport { version: effects.version, batches: batches.pop().unwrap_or_default() })
    }

    /// The points whose start is in `range`, ascending. What is damaged is left out; [`scan`](Self::scan) says what.
    pub fn points(&self, id: SeriesId, range: Range<i64>) -> Result<Vec<Point>, Error> {
        let mut all = Vec::with_capacity(self.expect(id, &range)?);
        self.runs(id, range, &mut |run| {
            all.extend(run.points());
            ControlFlow::Continue(())
        })?;
        Ok(all)
    }

    /// Calls `f` with the points whose start is in `range`, ascending, a block's worth at a time and never none.
    ///
    /// All of them are of one moment, however long it takes; no lock is held meanwhile. A block that is damaged is left
    /// out, and said to be in the answer.
    pub fn scan(
        &self,
        id: SeriesId,
        range: Range<i64>,
        f: &mut dyn FnMut(&[Point]) -> ControlFlow<()>,
    ) -> Result<Reading, Error> {
        let (txn, over) = self.snapshot_of(id, range.clone())?;
        let _ahead = ahead::expect(self.expect(id, &range)?);
        let reading = read::scan(&txn, id.0, range, over, f)?;
        self.owner.shared.note(&reading.skipped);
        Ok(reading)
    }

    /// As [`scan`](Self::scan), with the points as runs of one step, one duration and one quality: the way to add up
    /// years of them.
    pub fn runs(
        &self,
        id: SeriesId,
        range: Range<i64>,
        f: &mut dyn FnMut(Run<'_>) -> ControlFlow<()>,
    ) -> Result<Reading, Error> {
        let (txn, over) = self.snapshot_of(id, range.clone())?;
        let _ahead = ahead::expect(self.expect(id, &range)?);
        let reading = read::runs(&txn, id.0, range, over, f)?;
        self.owner.shared.note(&reading.skipped);
        Ok(reading)
    }

    /// Calls `f` with the points whose start is in `range`, ascending, each with the batch that states it. Batches are
    /// numbered as they come: whoever follows the store asks for those after the last that it has seen, and misses no
    /// correction and no hole that was filled.
    pub fn details(
        &self,
        id: SeriesId,
        range: Range<i64>,
        f: &mut dyn FnMut(PointDetail),
    ) -> Result<Reading, Error> {
        let (txn, over) = {
            let (live, txn) = self.owner.shared.snapshot()?;
            validate::series(&live, id)?;
            (txn, live.fresh.range(id.0, range.clone()).collect())
        };
        let reading = read::stored(&txn, id.0, range, over, &mut |put| {
            f(PointDetail { point: put.point, batch: BatchId(put.batch) });
        })?;
        self.owner.shared.note(&reading.skipped);
        Ok(reading)
    }

    /// How many points a range holds, roughly.
    fn expect(&self, id: SeriesId, range: &Range<i64>) -> Result<usize, Error> {
        Ok(self.owner.shared.live().entry(id)?.summary.expect(range))
    }

    /// The tables and the log as they are now.
    pub(crate) fn whole(&self) -> Result<(ReadTransaction, Walk), Error> {
        self.owner.shared.whole()
    }

    fn snapshot_of(&self, id: SeriesId, range: Range<i64>) -> Result<(ReadTransaction, Vec<Point>), Error> {
        let (live, txn) = self.owner.shared.snapshot()?;
        validate::series(&live, id)?;
        let over = live.fresh.range(id.0, range).map(|put| put.point).collect();
        Ok((txn, over))
    }

    /// The point that starts at `start`, with the batch that states it; [`Error::Damaged`] where the block that would
    /// hold it cannot be read.
    pub fn point(&self, id: SeriesId, start: i64) -> Result<Option<PointDetail>, Error> {
        let (live, txn) = self.owner.shared.snapshot()?;
        validate::series(&live, id)?;
        let fresh = live.fresh.points.get(&id.0).and_then(|points| points.get(&start)).copied();
        let found = match fresh {
            Some(put) => Some(put),
            None => {
                let mut lookup = lookup::Lookup::new(&txn, id.0)?;
                match lookup.get(start)? {
                    Some(found) => Some(found),
                    None => lookup.damage().map_or(Ok(None), Err)?,
                }
            }
        };
        Ok(found.map(|Stored { point, batch }| PointDetail { point, batch: BatchId(batch) }))
    }

    /// The revisions of points whose start is in `range`, by start and then in the order they were decided.
    pub fn revisions(&self, id: SeriesId, range: Range<i64>) -> Result<Vec<Revision>, Error> {
        let (live, txn) = self.owner.shared.snapshot()?;
        validate::series(&live, id)?;
        if range.start >= range.end {
            return Ok(Vec::new());
        }
        let mut skipped = Vec::new();
        let found = read::revisions(&live, &txn, id.0, range.start..=range.end - 1, &mut skipped)?;
        self.owner.shared.note(&skipped);
        let revision = |((start, _), row): ((i64, u64), tables::RevisionRow)| Revision {
            series: id,
            start,
            old: row.old,
            old_batch: BatchId(row.old_batch),
            replaced_at: row.replaced_at,
            replaced_by: BatchId(row.replaced_by),
        };
        Ok(found.into_iter().map(revision).collect())
    }

    /// What the source declared not to have and that no point covers, within the spans that reach into `range`.
    pub fn absences(&self, id: SeriesId, range: Range<i64>) -> Result<Vec<Absence>, Error> {
        let spans = {
            let (live, txn) = self.owner.shared.snapshot()?;
            validate::series(&live, id)?;
            let mut skipped = Vec::new();
            let spans = read::declared_absences(&live, &txn, id.0, range, &mut skipped)?;
            self.owner.shared.note(&skipped);
            spans
        };
        let (Some(from), Some(to)) =
            (spans.iter().map(|span| span.start).min(), spans.iter().map(|span| span.end).max())
        else {
            return Ok(spans);
        };
        let mut covered = Vec::new();
        self.scan(id, self.longest_before(id, from)?..to, &mut |points| {
            covered.extend(
                points.iter().filter(|point| point.end() > from).map(|point| (point.start, point.end())),
            );
            ControlFlow::Continue(())
        })?;
        Ok(read::subtract(spans, &covered))
    }

    /// From where to read so as to meet every interval that reaches beyond `instant`.
    ///
    /// Intervals of more than 400 days are not expected to cover what a source says it has not.
    fn longest_before(&self, id: SeriesId, instant: i64) -> Result<i64, Error> {
        const LONGEST: i64 = 400 * 86_400_000;
        let first = self.owner.shared.live().entry(id)?.summary.first.unwrap_or(instant);
        Ok(instant.saturating_sub(LONGEST).max(first).min(instant))
    }

    /// What reads had to leave out since the store was opened, because it is damaged. Only [`verify`](Self::verify)
    /// looks at everything.
    pub fn skipped(&self) -> Vec<Skipped> {
        self.owner.shared.skipped()
    }

    /// A batch by its number.
    pub fn batch(&self, id: BatchId) -> Result<Option<BatchRecord>, Error> {
        let (live, txn) = self.owner.shared.snapshot()?;
        Ok(read::batch(&live, &txn, id.0)?.map(|row| record(id.0, row)))
    }

    /// The newest batches, newest first.
    pub fn batches(&self, newest_first_limit: usize) -> Result<Vec<BatchRecord>, Error> {
        let (live, txn) = self.owner.shared.snapshot()?;
        let rows = read::newest_batches(&live, &txn, newest_first_limit)?;
        Ok(rows.into_iter().map(|(id, row)| record(id, row)).collect())
    }

    /// One key of an owner's state.
    pub fn state(&self, owner: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let (live, txn) = self.owner.shared.snapshot()?;
        read::state(&live, &txn, owner, key)
    }

    /// Every key of an owner's state, by key.
    pub fn states(&self, owner: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let (live, txn) = self.owner.shared.snapshot()?;
        Ok(read::states(&live, &txn, owner)?.into_iter().collect())
    }

    /// A number that grows with each commit or definition that changed something, restarts included.
    pub fn version(&self) -> u64 {
        self.owner.shared.live().version
    }

    /// How large the store is.
    pub fn stats(&self) -> Result<StoreStats, Error> {
        let (live, txn) = self.owner.shared.snapshot()?;
        let revisions = txn.open_table(tables::REVISIONS)?.len()? + live.fresh.revisions.len() as u64;
        let batches = txn.open_table(tables::BATCHES)?.len()? + live.fresh.batches.len() as u64;
        Ok(StoreStats {
            file_bytes: self.owner.shared.meter.file_bytes(),
            points: live.series.values().map(|entry| entry.summary.points).sum(),
            series: live.series.len() as u64,
            revisions,
            batches,
            format: FORMAT,
            fresh_commits: live.fresh.commits,
            bytes_written: self.owner.shared.meter.written(),
            clean_start: live.clean_start,
        })
    }

    /// What this handle's store wrote since it was opened, by series: what a memory card is worn by.
    pub fn written(&self) -> Written {
        let meter = &self.owner.shared.meter;
        let series = meter.by_series().into_iter().map(|(series, bytes)| (SeriesId(series), bytes)).collect();
        Written { series, total: meter.written() }
    }

    /// Why a write failed: the disk is full, or broken. None once [`try_write`](Self::try_write) found that they
    /// succeed again. Reads go on either way.
    pub fn failing(&self) -> Option<Error> {
        self.owner.shared.failing()
    }

    /// Writes without changing anything, to see whether writes succeed again; to be asked now and then while one
    /// [fails](Self::failing).
    pub fn try_write(&self) -> Result<(), Error> {
        self.ask(Request::TryWrite)
    }

    /// Folds the fresh commits into blocks, packs sparse blocks and gives space back to the disk. Takes long on a
    /// large store, and reads wait: never on the path of a poll. Says whether anything changed.
    pub fn compact(&self) -> Result<bool, Error> {
        self.ask(Request::Compact)
    }

    /// Folds the fresh commits, leaves the mark of a proper stop and lets go of the file. Other handles find the
    /// store [closed](Error::Closed).
    pub fn close(self) -> Result<(), Error> {
        self.ask(Request::Close)
    }
}

fn record(id: u64, row: tables::BatchRow) -> BatchRecord {
    let tables::BatchRow { provenance, new, unchanged, corrected, older } = row;
    BatchRecord { id: BatchId(id), provenance, new, unchanged, corrected, older }
}
