//! The loop that has forecasts made: when their time has come, and again when what they lacked has arrived.

use crate::{
    forecast::{Forecaster, Watch},
    ingest::Ingest,
};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long it waits at most: a clock that jumps, a job that is new and a source that was late are noticed within it.
const LONGEST_SLEEP: Duration = Duration::from_mins(1);
/// At first, and while a history is being filled: what is forecast from half of it would be kept for ever.
const SETTLE: Duration = Duration::from_secs(5);

pub(super) async fn run(forecaster: Arc<Forecaster>, ingest: Arc<Ingest>, stop: CancellationToken) {
    let mut watch = Watch::default();
    let mut sleep = SETTLE;
    while !stop.is_cancelled() {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(sleep) => {}
        }
        sleep = LONGEST_SLEEP;
        if ingest.store().failing().is_some() {
            continue;
        }
        let (forecaster, mut mine) = (Arc::clone(&forecaster), std::mem::take(&mut watch));
        let turn = tokio::task::spawn_blocking(move || {
            make_what_is_due(&forecaster, &mut mine);
            mine
        });
        match turn.await {
            Ok(after) => watch = after,
            Err(error) => tracing::error!(%error, "a forecast met a defect"),
        }
        if watch.filling {
            sleep = SETTLE;
        }
    }
}

fn make_what_is_due(forecaster: &Forecaster, watch: &mut Watch) {
    let due = match forecaster.due(watch) {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "what is to be forecast cannot be told");
            return;
        }
    };
    for due in due {
        let slot = (due.job.name.clone(), due.at);
        match forecaster.run(&due.job, due.at, due.eve) {
            Ok(records) => {
                watch.failures.remove(&slot);
                let target = &due.job.target;
                tracing::info!(target, at = %due.at, forecasts = records.len(), "tomorrow is forecast");
            }
            Err(error) => {
                // The same trouble is told once.
                if watch.failures.insert(slot, forecaster.now_ms()).is_none() {
                    tracing::warn!(target = due.job.target, "there is no forecast: {error}");
                }
            }
        }
    }
}
