//! What every handler is given.

use super::{download::DOWNLOADS, error::Failure};
use crate::{clock::Clock, metrics::Scraper, metrics::Vitals, services::Services};
use jiff::Timestamp;
use std::{
    path::Path,
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;
use watteau_store::Store;

/// Reads at a time: each holds its answer in memory, and the card has one head's worth of patience.
const READERS: usize = 4;

/// Listeners to events at a time; more are told to come back later.
const LISTENERS: usize = 64;

/// The parts that answers are made of.
#[derive(Clone)]
pub struct AppState {
    pub(super) store: Store,
    pub(super) services: Arc<dyn Services>,
    pub(super) clock: Clock,
    pub(super) vitals: Arc<Vitals>,
    pub(super) scraper: Arc<Scraper>,
    pub(super) started: Timestamp,
    pub(super) readers: Arc<Semaphore>,
    pub(super) listeners: Arc<Semaphore>,
    pub(super) downloads: Arc<Semaphore>,
    pub(super) copying: Arc<Mutex<()>>,
    pub(super) scratch: Arc<Path>,
}

impl AppState {
    /// The parts, once the store is open and the connectors are known; `scratch` is a folder with room for a copy of
    /// the store.
    pub fn new(
        store: Store,
        services: Arc<dyn Services>,
        clock: Clock,
        vitals: Arc<Vitals>,
        scratch: &Path,
    ) -> Self {
        let started = clock.now();
        let scraper = Scraper::new(store.clone(), Arc::clone(&services), clock.clone(), Arc::clone(&vitals));
        Self {
            store,
            services,
            clock,
            vitals,
            scraper: Arc::new(scraper),
            started,
            readers: Arc::new(Semaphore::new(READERS)),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
            downloads: Arc::new(Semaphore::new(DOWNLOADS)),
            copying: Arc::default(),
            scratch: scratch.into(),
        }
    }

    /// Reads the store on a thread that may block, in turn.
    pub(super) async fn read<T, E>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: Into<Failure> + Send + 'static,
    {
        let turn = Arc::clone(&self.readers).acquire_owned().await.map_err(|_| Failure::defect())?;
        let state = self.clone();
        let work = tokio::task::spawn_blocking(move || {
            let answer = read(&state);
            drop(turn);
            answer
        });
        match work.await {
            Ok(answer) => answer.map_err(Into::into),
            Err(error) => {
                tracing::error!(%error, "a read of the store met a defect");
                Err(Failure::defect())
            }
        }
    }
}
