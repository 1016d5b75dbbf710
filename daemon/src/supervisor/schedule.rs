//! The one loop that starts work: runs that are due, folders that have something ready.
//!
//! It also feeds systemd's watchdog, so that "alive" means that this loop turns and the store answers, and
//! not that some timer thread survives.

use super::systemd;
use crate::{ingest::Ingest, wear::Wear};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// The loop never sleeps longer: a clock that jumps is noticed within it.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);

pub(super) async fn run(ingest: Arc<Ingest>, wear: Arc<Wear>, stop: CancellationToken) {
    let longest = systemd::watchdog().map_or(LONGEST_SLEEP, |limit| limit.min(LONGEST_SLEEP));
    let mut said = String::new();
    while !stop.is_cancelled() {
        // A healthy store answers at once; when it does not, the watchdog has to bark.
        let _ = ingest.store().version();
        systemd::alive();
        let line = ingest.status_line();
        if line != said {
            systemd::status(&line);
            said = line;
        }
        note(&wear);
        let next = ingest.start_what_is_due();
        let sleep = next.map_or(longest, |next| next.min(longest));
        tokio::select! {
            () = stop.cancelled() => break,
            () = ingest.nudged() => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

/// Keeps the ledger of what was written, on a thread that may wait for the disk when a day is over.
fn note(wear: &Arc<Wear>) {
    let wear = Arc::clone(wear);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = wear.note() {
            tracing::warn!(%error, "what was written cannot be noted; it is tried again");
        }
    });
}
