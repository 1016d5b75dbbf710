//! What an instance remembers across restarts, kept in the store's state beside its data and committed with
//! it: when it succeeded, what is wrong, what was asked in vain, how many calls it made.

use super::{
    identity::Identity,
    plan::Asked,
    quota::Calls,
    trouble::{Met, StoredTrouble},
};
use crate::model::{RunRecord, Text};
use jiff::Zoned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watteau_store::{StateChange, Store};

/// Key of the memory in the store's state; the owner is the instance's name.
const KEY: &str = "memory";

/// One instance's memory. Unknown fields of a later version are dropped, missing ones are empty.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    /// What the settings looked like when the trouble below was met: another hash clears it.
    pub(super) settings_hash: String,
    /// End of the last run without trouble, epoch milliseconds.
    pub(super) last_success: Option<i64>,
    /// The last run that ended.
    pub(super) last_run: Option<RunRecord>,
    /// Trouble with the whole instance.
    pub(super) trouble: Option<StoredTrouble>,
    /// A remark of the connector that is no failure.
    pub(super) remark: Option<Text>,
    /// Calls made, and what the source said of further ones.
    pub(super) calls: Calls,
    /// By feed.
    pub(super) feeds: BTreeMap<String, FeedMemory>,
    /// Which meter or place a source's data is of.
    pub(super) identity: Identity,
    /// The meter whose rows this instance took, when its settings name none.
    pub(super) bound_meter: Option<String>,
}

/// What is remembered of one feed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FeedMemory {
    /// Days asked for that stayed incomplete.
    pub(super) asked: Asked,
    /// Where the source said that its data begins, epoch milliseconds.
    pub(super) history_start: Option<i64>,
    /// Trouble with this feed alone.
    pub(super) trouble: Option<StoredTrouble>,
}

impl Memory {
    /// Reads the memory of an instance; an unreadable one (a downgrade) is an empty one, and said in the
    /// journal: it costs some calls, never data.
    pub(super) fn load(store: &Store, instance: &str) -> Result<Self, watteau_store::Error> {
        let Some(bytes) = store.state(instance, KEY)? else { return Ok(Self::default()) };
        Ok(serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(instance, %error, "the memory of this connector cannot be read and starts anew");
            Self::default()
        }))
    }

    /// The change that keeps it.
    pub(super) fn change(&self, instance: &str) -> StateChange {
        StateChange { owner: instance.to_owned(), key: KEY.to_owned(), value: serde_json::to_vec(self).ok() }
    }

    /// The memory of one feed.
    pub(super) fn feed(&mut self, name: &str) -> &mut FeedMemory {
        self.feeds.entry(name.to_owned()).or_default()
    }

    /// Keeps what an answer of the source taught besides its points.
    pub(super) fn learn(&mut self, feed: &str, history_start: Option<i64>, remark: Option<Text>) {
        self.remark = remark;
        let feed = self.feed(feed);
        feed.trouble = None;
        feed.history_start = history_start.or(feed.history_start);
    }

    /// Keeps how a run ended.
    pub(super) fn end_run(&mut self, record: RunRecord, stopped: Option<Met>, now: &Zoned, jitter: f64) {
        self.trouble = stopped.map(|met| met.remember(self.trouble.as_ref(), now, jitter));
        if record.ok {
            self.last_success = Some(now.timestamp().as_millisecond());
        }
        self.last_run = Some(record);
    }

    /// Forgets troubles that other settings met, and what was asked for in vain with them; says whether something
    /// changed.
    pub(super) fn adopt(&mut self, settings_hash: &str) -> bool {
        if self.settings_hash == settings_hash {
            return false;
        }
        settings_hash.clone_into(&mut self.settings_hash);
        self.trouble = None;
        self.remark = None;
        self.feeds.clear();
        true
    }
}
