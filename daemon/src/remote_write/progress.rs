//! How the sending goes, for metrics, the status and the journal.

use jiff::Timestamp;
use serde::Serialize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use utoipa::ToSchema;
use watteau_remote_write::Trouble;

/// Shared by whoever sends and whoever tells.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Now>);

/// What there is to tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Now {
    /// The receiver's host; none: nothing is sent.
    pub(crate) receiver: Option<String>,
    /// Samples that the receiver took, since the start.
    pub(crate) sent: u64,
    /// Samples that it refused and that were set aside, since the start.
    pub(crate) refused: u64,
    /// Requests that it got, since the start.
    pub(crate) requests: u64,
    /// Tries that failed and were repeated, since the start.
    pub(crate) retries: u64,
    /// Samples that wait.
    pub(crate) pending: u64,
    /// Of them the earliest, ms since the epoch.
    pub(crate) oldest_pending: Option<i64>,
    /// The latest that was taken, ms since the epoch.
    pub(crate) newest_sent: Option<i64>,
    /// When the receiver last took something, ms since the epoch.
    pub(crate) last_success: Option<i64>,
    /// What keeps it from being sent.
    pub(crate) trouble: Option<String>,
    /// Whether a refusal was said and nothing was taken since.
    refusing: bool,
}

/// Remote write as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RemoteWriteStatus {
    /// The receiver's host.
    pub receiver: String,
    /// Samples that it took, since the start.
    pub sent_samples: u64,
    /// Samples that it refused and that were set aside, since the start.
    pub refused_samples: u64,
    /// Samples that wait.
    pub pending_samples: u64,
    /// The earliest of them, RFC 3339.
    pub oldest_pending: Option<String>,
    /// The latest that was taken, RFC 3339.
    pub newest_sent: Option<String>,
    /// When the receiver last took something, RFC 3339.
    pub last_success: Option<String>,
    /// What keeps it from being sent; null when all is well.
    pub trouble: Option<String>,
}

impl Progress {
    pub(crate) fn now(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For the status; none while nothing is sent.
    pub fn status(&self) -> Option<RemoteWriteStatus> {
        let now = self.now().clone();
        let text = |ms: Option<i64>| Some(Timestamp::from_millisecond(ms?).ok()?.to_string());
        Some(RemoteWriteStatus {
            receiver: now.receiver?,
            sent_samples: now.sent,
            refused_samples: now.refused,
            pending_samples: now.pending,
            oldest_pending: text(now.oldest_pending),
            newest_sent: text(now.newest_sent),
            last_success: text(now.last_success),
            trouble: now.trouble,
        })
    }

    /// Nothing is sent any more.
    pub(super) fn off(&self) {
        let mut now = self.now();
        (now.receiver, now.trouble, now.oldest_pending, now.pending) = (None, None, None, 0);
    }

    /// So much waits for this receiver.
    pub(super) fn pending(&self, receiver: &str, samples: u64, oldest: Option<i64>) {
        let mut now = self.now();
        (now.receiver, now.pending, now.oldest_pending) = (Some(receiver.to_owned()), samples, oldest);
    }

    /// A try failed and is repeated; the journal hears of the first.
    pub(super) fn failed(&self, receiver: &str, trouble: Trouble) {
        let mut now = self.now();
        now.retries += 1;
        if now.trouble.is_none() {
            tracing::warn!(receiver, "remote write waits: {}; it is tried again by itself", trouble.message);
        }
        now.trouble = Some(trouble.message);
    }

    /// Nothing can be sent before somebody acts.
    pub(super) fn stopped(&self, receiver: &str, why: String) {
        let mut now = self.now();
        if now.trouble.as_ref() != Some(&why) {
            tracing::error!(
                receiver,
                "remote write cannot go on: {why}; correct [remote_write] or the receiver"
            );
        }
        now.trouble = Some(why);
    }

    /// The receiver took a request.
    pub(super) fn accepted(&self, receiver: &str, samples: u64, last: i64, at: i64) {
        let mut now = self.now();
        if now.trouble.take().is_some() {
            tracing::info!(receiver, "remote write goes on");
        }
        now.refusing = false;
        now.sent += samples;
        now.requests += 1;
        now.newest_sent = now.newest_sent.max(Some(last));
        now.last_success = Some(at);
        now.pending = now.pending.saturating_sub(samples);
    }

    /// The receiver does not want a request; the journal hears of the first in a row.
    pub(super) fn refused(&self, receiver: &str, samples: u64, why: &str) {
        let mut now = self.now();
        now.trouble = None;
        if !std::mem::replace(&mut now.refusing, true) {
            tracing::warn!(
                receiver,
                samples,
                "remote write: {why}; these samples are set aside, and so are others until one is taken"
            );
        }
        now.refused += samples;
        now.requests += 1;
        now.pending = now.pending.saturating_sub(samples);
    }
}
