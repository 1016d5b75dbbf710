//! How far the receiver has been told, kept in the store.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watteau_store::{Commit, Error, StateChange, Store};

const OWNER: &str = "remote_write";
const REACHED: &str = "reached";
const SWEEP: &str = "sweep";

/// What has been sent to one receiver.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Which receiver, as a digest: its address may hold a secret.
    pub(super) receiver: String,
    /// From which instant on, ms since the epoch.
    pub(super) since: i64,
    /// By series.
    pub(super) series: BTreeMap<String, Reached>,
    /// What is under way.
    #[serde(skip)]
    pub(super) sweep: Option<Sweep>,
}

/// What has been sent of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Reached {
    /// Everything that this batch and those before it brought...
    pub(super) batch: u64,
    /// ...of intervals that end by this instant.
    pub(super) until: i64,
    /// The newest end that was sent.
    pub(super) mark: i64,
    /// It was ended by a stale marker.
    pub(super) gone: bool,
}

impl Default for Reached {
    /// Nothing.
    fn default() -> Self {
        Self { batch: 0, until: i64::MIN, mark: i64::MIN, gone: false }
    }
}

/// One way through all that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sweep {
    /// What later batches bring is for the next one.
    pub(super) batch: u64,
    /// What ends later, too.
    pub(super) until: i64,
    /// Whether it is at what is late or corrected, which comes second.
    pub(super) late: bool,
    /// Everything that ends by this instant has been sent.
    pub(super) after: i64,
}

impl Cursor {
    /// Goes on where the receiver was left; with another one, or with days before those that were sent, all begins anew.
    pub(super) fn load(store: &Store, receiver: &str, since: i64) -> Result<Self, Error> {
        let read = |key| store.state(OWNER, key);
        // One that cannot be read is begun anew: receivers know a sample that they have.
        let kept: Option<Self> = read(REACHED)?.and_then(|bytes| postcard::from_bytes(&bytes).ok());
        let fresh = Self { receiver: receiver.to_owned(), since, ..Self::default() };
        let Some(kept) = kept.filter(|kept| kept.receiver == receiver && kept.since <= since) else {
            return Ok(fresh);
        };
        let sweep = read(SWEEP)?.and_then(|bytes| postcard::from_bytes(&bytes).ok());
        Ok(Self { since, sweep, ..kept })
    }

    /// Whether nothing was ever sent.
    pub(super) fn is_new(&self) -> bool {
        self.series.is_empty()
    }

    /// Keeps all of it.
    pub(super) fn keep(&self, store: &Store) -> Result<(), Error> {
        commit(store, [(REACHED, postcard::to_allocvec(self).ok()), (SWEEP, self.packed_sweep())])
    }

    /// Keeps how far the sweep is: a page on the disk, however many series there are.
    pub(super) fn keep_sweep(&self, store: &Store) -> Result<(), Error> {
        commit(store, [(SWEEP, self.packed_sweep())])
    }

    fn packed_sweep(&self) -> Option<Vec<u8>> {
        self.sweep.and_then(|sweep| postcard::to_allocvec(&sweep).ok())
    }
}

fn commit<const N: usize>(store: &Store, values: [(&str, Option<Vec<u8>>); N]) -> Result<(), Error> {
    let change =
        |(key, value): (&str, _)| StateChange { owner: OWNER.to_owned(), key: key.to_owned(), value };
    store.commit(Commit { batches: vec![], state: values.into_iter().map(change).collect() }).map(drop)
}
