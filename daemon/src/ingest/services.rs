//! What the API may ask of ingest: the implementation of [`Services`].

use super::{Ingest, import, report, run};
use crate::{
    model::{ConnectorState, Event, ImportReport, Notice, PastImport, RunRecord},
    services::{BoxFuture, ImportRequest, RunOptions, ServiceError, Services},
};
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::broadcast;

/// Ingest as the API sees it.
#[derive(Clone)]
pub struct Desktop(pub Arc<Ingest>);

impl Desktop {
    fn begin(&self, connector: &str) -> Result<Arc<super::instance::Instance>, ServiceError> {
        let instance =
            self.0.instance(connector).ok_or_else(|| ServiceError::UnknownConnector(connector.to_owned()))?;
        if !instance.settings.enabled {
            return Err(ServiceError::Disabled(connector.to_owned()));
        }
        if instance.running.swap(true, Ordering::SeqCst) {
            return Err(ServiceError::AlreadyRunning(connector.to_owned()));
        }
        Ok(instance)
    }

    async fn execute(self, instance: Arc<super::instance::Instance>, options: RunOptions) -> RunRecord {
        if instance.feeds_a_source() {
            run::execute(&self.0, &instance, &options, true).await
        } else {
            self.0.folders.scan_now(&self.0, &instance).await
        }
    }
}

impl Services for Desktop {
    fn connectors(&self) -> Vec<ConnectorState> {
        self.0.states()
    }

    fn notices(&self) -> Vec<Notice> {
        self.0.current_notices()
    }

    fn run_now(&self, connector: &str, options: RunOptions) -> Result<(), ServiceError> {
        let instance = self.begin(connector)?;
        tokio::spawn(self.clone().execute(instance, options));
        Ok(())
    }

    fn run(&self, connector: &str, options: RunOptions) -> BoxFuture<'_, Result<RunRecord, ServiceError>> {
        let begun = self.begin(connector);
        Box::pin(async move {
            // A run that a client no longer waits for still ends: it is a task of its own.
            let run = tokio::spawn(self.clone().execute(begun?, options));
            run.await.map_err(|error| ServiceError::Internal(format!("the run ended badly: {error}")))
        })
    }

    fn import(&self, request: ImportRequest) -> BoxFuture<'_, Result<Vec<ImportReport>, ServiceError>> {
        Box::pin(import::on_purpose(&self.0, request))
    }

    fn imports(&self, limit: usize) -> Vec<PastImport> {
        report::past(&self.0.store, limit)
    }

    fn announce(&self, event: Event) {
        // Nobody listens: nobody minds.
        let _ = self.0.events.send(event);
    }

    fn subscribe(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    fn unready(&self) -> Option<String> {
        self.0.store.failing().map(|error| error.to_string())
    }
}
