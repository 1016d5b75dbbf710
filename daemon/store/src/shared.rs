//! What readers and the writer share, and how a reader gets all of one moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use redb::ReadTransaction;

use crate::backend::{self, Meter};
use crate::error::{Error, OpenError};
use crate::live::Live;
use crate::log::{Log, Walk};
use crate::medium::Medium;
use crate::tables::{self, meta};
use crate::types::Skipped;

/// What readers and the writer share.
pub(crate) struct Shared {
    /// Whoever takes both takes the log first.
    log: Mutex<Log>,
    live: RwLock<Live>,
    pub(crate) medium: Arc<dyn Medium>,
    pub(crate) cache_bytes: usize,
    pub(crate) meter: Arc<Meter>,
    /// What reads left out, by what is wrong.
    skipped: Mutex<BTreeMap<String, Skipped>>,
    /// Why a write failed; none once it was seen that they succeed again.
    failing: Mutex<Option<Error>>,
}

impl Shared {
    pub(crate) fn open(medium: Arc<dyn Medium>, cache_bytes: usize) -> Result<Self, OpenError> {
        let meter = Arc::new(Meter::default());
        let db = backend::open(&*medium, cache_bytes, &meter)?;
        let (live, log) = Live::load(db, Arc::clone(&medium), Arc::clone(&meter))?;
        let (log, live) = (Mutex::new(log), RwLock::new(live));
        Ok(Self {
            log,
            live,
            medium,
            cache_bytes,
            meter,
            skipped: Mutex::default(),
            failing: Mutex::default(),
        })
    }

    /// Says once of each thing that a read left out that it did.
    pub(crate) fn note(&self, skipped: &[Skipped]) {
        if skipped.is_empty() {
            return;
        }
        let mut known = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        for new in skipped {
            if !known.contains_key(&new.what) {
                tracing::error!(what = %new.what, "part of the store cannot be read and is left out");
                known.insert(new.what.clone(), new.clone());
            }
        }
    }

    /// What was noted may have been mended; what was not will be noted again.
    pub(crate) fn forget_skipped(&self) {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// All that was noted.
    pub(crate) fn skipped(&self) -> Vec<Skipped> {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// Notes that a write failed, or that they succeed again.
    pub(crate) fn wrote(&self, how: Result<(), &Error>) {
        *self.failing.lock().unwrap_or_else(PoisonError::into_inner) = how.err().cloned();
    }

    pub(crate) fn failing(&self) -> Option<Error> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The log. A panic elsewhere cannot have left it half changed either: it is read again after one.
    pub(crate) fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in memory. A panic elsewhere cannot have left it half changed: changes are assignments.
    pub(crate) fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn live_mut(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tables and the log of one moment.
    pub(crate) fn whole(&self) -> Result<(ReadTransaction, Walk), Error> {
        loop {
            let log = self.log();
            if let Some(txn) = self.live().begin_read()? {
                let salt = txn.open_table(tables::META)?.get(meta::LOG_SALT)?.map(|salt| salt.value());
                if salt == Some(log.salts().current) {
                    let walk = log.walk().map_err(redb::Error::Io)?;
                    return Ok((txn, walk));
                }
            }
            // A fold ended and the log has not started over yet: a matter of microseconds, for which it is needed.
            drop(log);
            std::thread::yield_now();
        }
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
