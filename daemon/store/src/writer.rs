//! The writer: one thread that owns every write transaction.
//!
//! Requests wait in a queue of [`QUEUE`]; when it is full the caller waits. Commits that wait together share one
//! transaction, hence one sync of the disk. An answer is sent once the transaction is durable, never before.
//!
//! A small commit becomes one record of the log: one page mostly, however many series it touches. When the log is
//! [nearly full](FULL), or holds [many points](FRESH_POINTS), its commits are folded into blocks, after the last one was
//! answered. A large commit is folded at once.
//!
//! **When it is quiet.** Folding rewrites the last block of each series, some 280 kB for thirty series, whether the log holds
//! ten commits or two hundred. After each poll it would cost far more than the log saves, and nothing is gained: the
//! commits are durable where they are, and read from memory. So quiet is used only to choose the moment of a fold that
//! is near anyway: when the log is [three quarters](QUITE_FULL) full and nobody asked for anything for [`QUIET`], nobody
//! has to wait behind it. At worst that is four folds where three would have done, 0.4 kB more for each poll of
//! 5.3 kB; at a poll every ten minutes some 55 kB a day. While the log is less full the writer sleeps without a timer.
//!
//! When the storage fails, redb refuses everything until it is opened again. The writer does that at once, so that
//! reads go on, and again before the next write if the disk did not even allow that. The log then counts as
//! [unsettled](Log::is_unsettled): the next commit is folded, with all that was read again.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use redb::WriteTransaction;

use crate::backend;
use crate::classify::classify;
use crate::effects::Effects;
use crate::error::Error;
use crate::fold;
use crate::live::{Entry, Fresh, Live};
#[cfg(doc)]
use crate::log::Log;
use crate::shared::Shared;
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
/// So is one whose record would be larger than this.
const LARGE_BYTES: usize = 32 << 10;
/// The log is folded once it is this full...
const FULL: f64 = 0.95;
/// ...or holds more points than this, as they are in memory too.
const FRESH_POINTS: usize = 8192;
/// This part of either is enough when it is quiet,
const QUITE_FULL: f64 = 0.75;
/// which is when no request came for so long.
const QUIET: Duration = Duration::from_mins(1);

/// Where an answer goes.
type Reply<T> = SyncSender<Result<T, Error>>;

/// What the writer is asked.
pub(crate) enum Request {
    Define(Box<SeriesDef>, Reply<SeriesId>),
    Commit(Commit, Reply<CommitReport>),
    Compact(Reply<bool>),
    TryWrite(Reply<()>),
    Close(Reply<()>),
}

/// How near a fold is, out of 1.
fn filled(log: f64, fresh: &Fresh) -> f64 {
    (log / FULL).max(fresh.point_count as f64 / FRESH_POINTS as f64)
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
        while let Some(request) = held.take().or_else(|| self.next()) {
            match request {
                Request::Commit(commit, reply) => {
                    let mut group = vec![(commit, reply)];
                    held = self.gather(&mut group);
                    self.commit_group(group);
                }
                Request::Define(def, reply) => answer(&reply, self.guarded(|writer| writer.define(&def))),
                Request::Compact(reply) => answer(&reply, self.guarded(Self::compact)),
                Request::TryWrite(reply) => {
                    answer(&reply, self.guarded(Self::try_write));
                }
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

    /// How long to wait for a request before folding; none: as long as it takes.
    fn patience(&self) -> Option<Duration> {
        (!self.closed && self.filled() >= QUITE_FULL).then_some(QUIET)
    }

    /// The next request; none when nobody can ask any more.
    fn next(&self) -> Option<Request> {
        if let Some(quiet) = self.patience() {
            match self.requests.recv_timeout(quiet) {
                Ok(request) => return Some(request),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.fold_some_time(),
            }
        }
        self.requests.recv().ok()
    }

    fn filled(&self) -> f64 {
        let log = self.shared.log().filled();
        filled(log, &self.shared.live().fresh)
    }

    fn fold_some_time(&self) {
        if let Err(error) = self.guarded(|writer| writer.fold(Effects::default())) {
            tracing::warn!(%error, "recent commits could not be folded yet; they are safe, and it is tried again");
        }
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
            self.shared.wrote(Err(error));
            if let Err(error) = self.reopen() {
                tracing::error!(%error, "the store could not be opened again; the next write tries it once more");
            }
        }
        result
    }

    fn reopen(&self) -> Result<(), Error> {
        let shared = &*self.shared;
        let mut log = shared.log();
        let mut live = shared.live_mut();
        // The old one goes first: it holds the lock of the file.
        live.db = None;
        let db = backend::open(&*shared.medium, shared.cache_bytes, &shared.meter)?;
        let (now, log_now) = Live::load(db, Arc::clone(&shared.medium), Arc::clone(&shared.meter))?;
        *live = Live { clean_start: live.clean_start, ..now };
        *log = log_now;
        log.unsettle();
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
        if self.filled() >= 1.0 {
            self.fold_some_time();
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
        } else if self.shared.log().is_unsettled() {
            // "Unchanged" is an acknowledgement too, and rests on what may not be durable.
            self.fold(effects)?;
        }
        Ok(batches.into_iter().map(|batches| CommitReport { version, batches }).collect())
    }

    fn write(&self, effects: Effects) -> Result<(), Error> {
        if effects.points() > LARGE_POINTS {
            return self.fold(effects);
        }
        let record = self.shared.log().record(&effects).filter(|record| record.len() <= LARGE_BYTES);
        let Some(record) = record else { return self.fold(effects) };
        if !self.shared.live().marked_in_use {
            self.transaction(|_, _| Ok(()))?;
        }
        self.shared.log().append(&record)?;
        self.shared.meter.attribute(effects.bytes_by_series());
        self.shared.live_mut().apply_fresh(effects);
        Ok(())
    }

    /// Small commits go on for a while on a disk that is full, as both files have some room: that writes succeed again
    /// takes a transaction, and a log as long as it may become.
    fn try_write(&self) -> Result<(), Error> {
        self.fold(Effects::default())?;
        self.shared.log().reserve()?;
        self.shared.wrote(Ok(()));
        Ok(())
    }

    /// Folds the fresh commits and `effects` in one transaction.
    fn fold(&self, effects: Effects) -> Result<(), Error> {
        self.fold_and(effects, |_| Ok(()))
    }

    /// The same, and in the same transaction something more.
    fn fold_and(
        &self,
        effects: Effects,
        more: impl FnOnce(&WriteTransaction) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let salts = {
            let mut log = self.shared.log();
            log.keep()?;
            log.next_salts()
        };
        // A history that is imported is folded commit after commit: there the second sync would be felt. The map comes
        // with the next fold.
        let mapped = effects.points() <= LARGE_POINTS;
        let folded = self.transact(mapped, |txn, live| {
            let folded = fold::fold(txn, live, &effects, salts)?;
            more(txn)?;
            Ok(folded)
        })?;
        self.shared.meter.attribute(folded.written);
        self.shared.log().start_over(salts);
        {
            let mut live = self.shared.live_mut();
            live.apply_summaries(&effects);
            live.fresh = Fresh::default();
            live.generation += 1;
        }
        if folded.set_aside {
            self.shared.forget_skipped();
            // Rare enough to take the plain way: what is in the file now is the truth.
            self.reopen()?;
        }
        Ok(())
    }

    /// One durable transaction. The first one of an owner also takes the clean-stop marker away.
    ///
    /// It keeps a map of the pages in use, so that opening after a kill need not walk the file to make it anew: on a
    /// cold disk that takes thirty milliseconds for three million points. The map costs a page or two and a second
    /// sync: nothing beside a fold of hundreds of commits.
    fn transaction<T>(
        &self,
        work: impl FnOnce(&WriteTransaction, &Live) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.transact(true, work)
    }

    fn transact<T>(
        &self,
        mapped: bool,
        work: impl FnOnce(&WriteTransaction, &Live) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (result, marks) = {
            let live = self.shared.live();
            let mut txn = live.db()?.begin_write()?;
            txn.set_quick_repair(mapped);
            if !live.marked_in_use {
                txn.open_table(tables::META)?.insert(meta::CLEAN, 0)?;
            }
            let result = work(&txn, &live)?;
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
                    // Of what holds nothing yet, nothing can change its meaning.
                    if known.summary.points > 0 {
                        may_become(&known.def, def)?;
                    }
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
        let folded = self.has_to_fold();
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

    fn has_to_fold(&self) -> bool {
        let unsettled = self.shared.log().is_unsettled();
        unsettled || self.shared.live().fresh.commits > 0
    }

    fn close(&self) -> Result<(), Error> {
        let mark = |txn: &WriteTransaction| {
            txn.open_table(tables::META)?.insert(meta::CLEAN, 1)?;
            Ok(())
        };
        if self.has_to_fold() {
            self.fold_and(Effects::default(), mark)?;
        } else if self.shared.live().marked_in_use {
            self.transaction(|txn, _| mark(txn))?;
        }
        Ok(self.shared.log().remove().map_err(redb::Error::Io)?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::medium::Files;
    use crate::types::StateChange;

    /// Commits that fill a page each, on a writer without its thread.
    #[test]
    fn quiet_is_waited_for_only_when_a_fold_is_near() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("watteau.redb");
        backend::create_if_missing(&path, 0).expect("makes it");
        let shared = Arc::new(Shared::open(Arc::new(Files::new(&path)), 1 << 20).expect("opens"));
        let (writer, _sender) = Writer::new(shared);
        let fresh = || writer.shared.live().fresh.commits;
        let mut turn = 0u64;
        let mut poll = || {
            turn += 1;
            let value = Some(turn.to_le_bytes().to_vec());
            let state = vec![StateChange { owner: "o".into(), key: "k".into(), value }];
            let (reply, answer) = sync_channel(1);
            writer.commit_group(vec![(Commit { batches: vec![], state }, reply)]);
            answer.recv().expect("is answered").expect("commits");
        };
        while writer.patience().is_none() {
            poll();
        }
        // 256 pages, of which nineteen twentieths are used.
        assert!((180..190).contains(&fresh()), "{}", fresh());
        writer.fold_some_time();
        assert_eq!((fresh(), writer.patience()), (0, None));
        // Nobody is quiet: it is folded all the same, and never before it is full.
        let most = (0..600).map(|_| {
            poll();
            fresh()
        });
        assert!((240..250).contains(&most.max().unwrap_or(0)));
    }
}
