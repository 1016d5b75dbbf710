//! The writer: one thread that owns every write transaction.
//!
//! Requests wait in a queue of [`QUEUE`]; when it is full the caller waits. Commits that wait together share one
//! transaction, hence one sync of the disk. An answer is sent once the transaction is durable, never before.
//!
//! A small commit becomes one row of `fresh`: one page or two, however many series it touches. When enough of them
//! are there ([`FRESH_BYTES`], [`FRESH_POINTS`]) they are folded into blocks, after the last one was answered. A large
//! commit is folded at once.
//!
//! When the storage fails, redb refuses everything until it is opened again. The writer does that at once, so that
//! reads go on, and again before the next write if the disk did not even allow that.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use redb::{ReadTransaction, WriteTransaction};

use crate::backend::{self, Medium, Meter};
use crate::classify::classify;
use crate::effects::Effects;
use crate::error::{Error, OpenError};
use crate::fold;
use crate::live::{Entry, Live};
use crate::tables::{self, Summary, meta};
use crate::types::{Commit, CommitReport, SeriesDef, SeriesId};
use crate::validate;

/// Requests that may wait; beyond it the caller waits.
pub(crate) const QUEUE: usize = 16;
/// Commits that share a transaction at most.
const GROUP: usize = 64;
/// Points of commits that share a transaction at most.
const GROUP_POINTS: usize = 50_000;
/// A commit of more points than this is folded at once.
const LARGE_POINTS: usize = 1024;
/// So is one whose row would be larger than this.
const LARGE_BYTES: usize = 32 << 10;
/// Fresh rows are folded once they are larger than this in all...
const FRESH_BYTES: usize = 128 << 10;
/// ...or hold more points than this.
const FRESH_POINTS: usize = 8192;

/// Where an answer goes.
type Reply<T> = SyncSender<Result<T, Error>>;

/// What the writer is asked.
pub(crate) enum Request {
    Define(Box<SeriesDef>, Reply<SeriesId>),
    Commit(Commit, Reply<CommitReport>),
    Compact(Reply<bool>),
    Close(Reply<()>),
}

/// What readers and the writer share.
pub(crate) struct Shared {
    live: RwLock<Live>,
    medium: Medium,
    cache_bytes: usize,
    pub(crate) meter: Arc<Meter>,
}

impl Shared {
    pub(crate) fn open(medium: Medium, cache_bytes: usize) -> Result<Self, OpenError> {
        let meter = Arc::new(Meter::default());
        let live = Live::load(backend::open(&medium, cache_bytes, &meter)?)?;
        Ok(Self { live: RwLock::new(live), medium, cache_bytes, meter })
    }

    /// What is in memory. A panic elsewhere cannot have left it half changed: changes are assignments.
    pub(crate) fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn live_mut(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in memory, with the snapshot of the tables that belongs to it.
    pub(crate) fn snapshot(&self) -> Result<(RwLockReadGuard<'_, Live>, ReadTransaction), Error> {
        loop {
            let live = self.live();
            if let Some(txn) = live.begin_read()? {
                return Ok((live, txn));
            }
            // Between the end of a fold and its publication, a matter of microseconds.
            drop(live);
            std::thread::yield_now();
        }
    }
}

/// The thread's side.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    requests: Receiver<Request>,
    closed: bool,
}

impl Writer {
    /// A writer and the end where to ask it.
    pub(crate) fn new(shared: Arc<Shared>) -> (Self, SyncSender<Request>) {
        let (sender, requests) = sync_channel(QUEUE);
        (Self { shared, requests, closed: false }, sender)
    }

    /// Answers requests until nobody can ask any more.
    pub(crate) fn run(mut self) {
        let mut held = None;
        while let Some(request) = held.take().or_else(|| self.requests.recv().ok()) {
            match request {
                Request::Commit(commit, reply) => {
                    let mut group = vec![(commit, reply)];
                    held = self.gather(&mut group);
                    self.commit_group(group);
                }
                Request::Define(def, reply) => answer(&reply, self.guarded(|writer| writer.define(&def))),
                Request::Compact(reply) => answer(&reply, self.guarded(Self::compact)),
                Request::Close(reply) => {
                    let result = self.guarded(Self::close);
                    self.closed = true;
                    self.shared.live_mut().db = None;
                    answer(&reply, result);
                }
            }
        }
        self.shared.live_mut().db = None;
    }

    /// Adds the commits that wait, up to a bound; returns the request that ends them.
    fn gather(&self, group: &mut Vec<(Commit, Reply<CommitReport>)>) -> Option<Request> {
        let mut points = point_count(&group[0].0);
        while group.len() < GROUP && points < GROUP_POINTS {
            match self.requests.try_recv() {
                Ok(Request::Commit(commit, reply)) => {
                    points += point_count(&commit);
                    group.push((commit, reply));
                }
                Ok(other) => return Some(other),
                Err(_) => return None,
            }
        }
        None
    }

    /// Does something that writes, on a database that is open; opens it again after a failure of the storage.
    fn guarded<T>(&self, work: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        if self.closed {
            return Err(Error::Closed);
        }
        if self.shared.live().db.is_none() {
            self.reopen()?;
        }
        // A defect of ours or of redb's must cost a commit, not all writes until the next start.
        let result = catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(|_| {
            let error = io::Error::other("the writer panicked");
            Err(Error::Io(Arc::new(redb::Error::Io(error))))
        });
        if let Err(error) = &result
            && error.is_storage()
        {
            tracing::warn!(%error, "a write failed; the store is opened again");
            if let Err(error) = self.reopen() {
                tracing::error!(%error, "the store could not be opened again; the next write tries it once more");
            }
        }
        result
    }

    fn reopen(&self) -> Result<(), Error> {
        let mut live = self.shared.live_mut();
        // The old one goes first: it holds the lock of the file.
        live.db = None;
        let db = backend::open(&self.shared.medium, self.shared.cache_bytes, &self.shared.meter)?;
        let clean_start = live.clean_start;
        *live = Live { clean_start, ..Live::load(db)? };
        Ok(())
    }

    fn commit_group(&self, group: Vec<(Commit, Reply<CommitReport>)>) {
        let mut good = Vec::with_capacity(group.len());
        for (commit, reply) in group {
            let valid = validate::commit(&self.shared.live(), &commit);
            match valid {
                Ok(()) => good.push((commit, reply)),
                Err(error) => answer(&reply, Err(error)),
            }
        }
        if good.is_empty() {
            return;
        }
        let commits: Vec<&Commit> = good.iter().map(|(commit, _)| commit).collect();
        match self.guarded(|writer| writer.commit(&commits)) {
            Ok(reports) => {
                good.iter().zip(reports).for_each(|((_, reply), report)| answer(reply, Ok(report)));
            }
            Err(error) => good.iter().for_each(|(_, reply)| answer(reply, Err(error.clone()))),
        }
        drop(good);
        let due = {
            let fresh = &self.shared.live().fresh;
            fresh.bytes > FRESH_BYTES || fresh.point_count > FRESH_POINTS
        };
        if due && let Err(error) = self.guarded(|writer| writer.fold(Effects::default())) {
            tracing::warn!(%error, "recent commits could not be folded yet; they are safe, and it is tried again");
        }
    }

    fn commit(&self, commits: &[&Commit]) -> Result<Vec<CommitReport>, Error> {
        let (effects, batches) = {
            let (live, txn) = self.shared.snapshot()?;
            classify(&live, &txn, commits, false)?
        };
        let version = effects.version;
        if !effects.is_empty() {
            self.write(effects)?;
        }
        Ok(batches.into_iter().map(|batches| CommitReport { version, batches }).collect())
    }

    fn write(&self, effects: Effects) -> Result<(), Error> {
        if effects.points() > LARGE_POINTS {
            return self.fold(effects);
        }
        let row = tables::pack(&effects);
        if row.len() > LARGE_BYTES {
            return self.fold(effects);
        }
        self.transaction(|txn, _| {
            txn.open_table(tables::FRESH)?.insert(effects.version, row.as_slice())?;
            Ok(())
        })?;
        self.shared.live_mut().apply_fresh(effects, row.len());
        Ok(())
    }

    /// Folds the fresh commits and `effects` in one transaction.
    fn fold(&self, effects: Effects) -> Result<(), Error> {
        let set_aside = self.transaction(|txn, live| fold::fold(txn, live, &effects))?;
        let mut live = self.shared.live_mut();
        live.apply_summaries(&effects);
        live.fresh = crate::live::Fresh::default();
        live.generation += 1;
        if set_aside {
            // Rare enough to take the plain way: what is in the file now is the truth.
            drop(live);
            self.reopen()?;
        }
        Ok(())
    }

    /// One durable transaction. The first one of an owner also takes the clean-stop marker away.
    fn transaction<T>(
        &self,
        work: impl FnOnce(&WriteTransaction, &Live) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (result, marks) = {
            let live = self.shared.live();
            let txn = live.db()?.begin_write()?;
            let result = work(&txn, &live)?;
            if !live.marked_in_use {
                txn.open_table(tables::META)?.insert(meta::CLEAN, 0)?;
            }
            let marks = !live.marked_in_use;
            drop(live);
            txn.commit()?;
            (result, marks)
        };
        if marks {
            self.shared.live_mut().marked_in_use = true;
        }
        Ok(result)
    }

    fn define(&self, def: &SeriesDef) -> Result<SeriesId, Error> {
        validate::definition(def)?;
        let (id, entry, version) = {
            let live = self.shared.live();
            let known = live.names.get(&def.name).and_then(|id| Some((*id, live.series.get(id)?)));
            let (id, summary) = match known {
                Some((id, known)) => {
                    may_become(&known.def, def)?;
                    if known.def == *def {
                        return Ok(SeriesId(id));
                    }
                    (id, known.summary)
                }
                None => (live.series.keys().next_back().map_or(1, |last| last + 1), Summary::default()),
            };
            (id, Entry { def: def.clone(), summary }, live.version + 1)
        };
        let json = serde_json::to_vec(def).map_err(|error| Error::Invalid(error.to_string()))?;
        self.transaction(|txn, _| {
            txn.open_table(tables::SERIES)?.insert(id, json.as_slice())?;
            txn.open_table(tables::META)?.insert(meta::VERSION, version)?;
            Ok(())
        })?;
        let mut live = self.shared.live_mut();
        live.names.insert(def.name.clone(), id);
        live.series.insert(id, entry);
        live.version = version;
        Ok(SeriesId(id))
    }

    fn compact(&self) -> Result<bool, Error> {
        let folded = !self.shared.live().fresh.rows.is_empty();
        if folded {
            self.fold(Effects::default())?;
        }
        let repacked = self.transaction(fold::repack)?;
        // redb moves pages only while nobody reads; readers wait for the lock, and those at work are waited for.
        let mut live = self.shared.live_mut();
        let Some(db) = live.db.as_mut() else { return Err(Error::Closed) };
        let shrunk = match db.compact() {
            Ok(shrunk) => shrunk,
            Err(redb::CompactionError::TransactionInProgress) => {
                tracing::debug!("somebody reads: the file is not made smaller this time");
                false
            }
            Err(error) => return Err(error.into()),
        };
        Ok(folded || repacked || shrunk)
    }

    fn close(&self) -> Result<(), Error> {
        if !self.shared.live().fresh.rows.is_empty() {
            self.fold(Effects::default())?;
        }
        let in_use = self.shared.live().marked_in_use;
        if in_use {
            self.transaction(|txn, _| {
                txn.open_table(tables::META)?.insert(meta::CLEAN, 1)?;
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// The unit and the kind of a series are what its values mean: they stay.
fn may_become(known: &SeriesDef, given: &SeriesDef) -> Result<(), Error> {
    let (what, known, wanted) = if known.unit != given.unit {
        ("unit", known.unit.clone(), given.unit.clone())
    } else if known.kind != given.kind {
        ("kind", known.kind.to_string(), given.kind.to_string())
    } else {
        return Ok(());
    };
    Err(Error::Redefined { name: given.name.clone(), what, known, given: wanted })
}

fn point_count(commit: &Commit) -> usize {
    commit.batches.iter().flat_map(|batch| &batch.series).map(|series| series.points.len()).sum()
}

/// Sends an answer; whoever does not wait for it any more does not need it.
fn answer<T>(reply: &Reply<T>, result: Result<T, Error>) {
    let _ = reply.send(result);
}
