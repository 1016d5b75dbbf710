//! The loop that has regressions fitted when their time has come.

use crate::{explain::Explainer, ingest::Ingest};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// The first look, when a history may still be on its way.
const SETTLE: Duration = Duration::from_secs(20);
/// How long it waits: fits are of days, and nobody waits for one.
const SLEEP: Duration = Duration::from_mins(10);

pub(super) async fn run(explainer: Arc<Explainer>, ingest: Arc<Ingest>, stop: CancellationToken) {
    let mut sleep = SETTLE;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(sleep) => {}
        }
        sleep = SLEEP;
        if ingest.store().failing().is_some() {
            continue;
        }
        let explainer = Arc::clone(&explainer);
        let turn = tokio::task::spawn_blocking(move || fit_what_is_due(&explainer)).await;
        if let Err(error) = turn {
            tracing::error!(%error, "a regression met a defect");
        }
    }
}

fn fit_what_is_due(explainer: &Explainer) {
    let due = match explainer.due() {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(%error, "what is to be fitted cannot be told");
            return;
        }
    };
    for name in due {
        match explainer.fit(&name) {
            Ok(_) => tracing::info!(regression = name, "fitted"),
            // Too few days yet are no trouble: pages say how many there are.
            Err(error) => tracing::info!(regression = name, "not fitted: {error}"),
        }
    }
    if let Err(error) = explainer.tell_of_today() {
        tracing::warn!(%error, "what regressions show cannot be told");
    }
}
