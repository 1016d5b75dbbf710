//! Reads the configuration again on SIGHUP and when a file of it changes. An invalid one keeps the old running
//! and says so; the store and whatever did not change are not touched.

use crate::{config::Sources, ingest::Ingest};
use notify::{RecursiveMode, Watcher as _};
use std::{sync::Arc, time::Duration};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::Notify,
};
use tokio_util::sync::CancellationToken;

/// Editors write a file in several steps.
const SETTLE: Duration = Duration::from_millis(500);

pub(super) async fn run(ingest: Arc<Ingest>, sources: Sources, stop: CancellationToken) {
    let changed = Arc::new(Notify::new());
    let _watcher = watch(&sources, &changed);
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hangup.recv() => tracing::info!("asked to read the configuration again"),
            () = changed.notified() => tokio::time::sleep(SETTLE).await,
        }
        match crate::config::load(&sources) {
            Ok(loaded) => match ingest.adopt(&loaded.config).await {
                Ok(()) => tracing::info!("the configuration was read again"),
                Err(error) => tracing::error!("the new configuration could not be taken: {error:#}"),
            },
            Err(errors) => {
                tracing::error!("the new configuration is invalid and the old one stays:\n{errors}");
            }
        }
    }
}

fn watch(sources: &Sources, changed: &Arc<Notify>) -> Option<notify::RecommendedWatcher> {
    let changed = Arc::clone(changed);
    let mine = sources.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let concerns = |event: notify::Event| {
            !matches!(event.kind, notify::EventKind::Access(_))
                && event.paths.iter().any(|path| mine.concerns(path))
        };
        if event.is_ok_and(concerns) {
            changed.notify_one();
        }
    })
    .ok()?;
    for folder in sources.folders() {
        // A folder that does not exist has nothing to say.
        let _ = watcher.watch(&folder, RecursiveMode::NonRecursive);
    }
    Some(watcher)
}
