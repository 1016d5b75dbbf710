//! What every handler is given.

use super::{download::DOWNLOADS, error::Failure};
use crate::{
    access::Keeper,
    clock::Clock,
    explain::Explainer,
    forecast::Forecaster,
    homeassistant::Exporter,
    metrics::{Scraper, Vitals},
    mqtt::Teller,
    services::Services,
    wear::Wear,
};
use jiff::Timestamp;
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
};
use tokio::sync::Semaphore;
use watteau_homeassistant::sensor::Lang;
use watteau_store::Store;

/// Reads at a time: each holds its answer in memory, and the card has one head's worth of patience.
const READERS: usize = 4;

/// Listeners to events at a time; more are told to come back later.
const LISTENERS: usize = 64;

/// What answers are made of.
pub struct Parts {
    /// Everything that is kept.
    pub store: Store,
    /// What may be asked of the connectors.
    pub services: Arc<dyn Services>,
    /// The home's.
    pub clock: Clock,
    /// What is counted for metrics.
    pub vitals: Arc<Vitals>,
    /// Forecasts.
    pub forecaster: Arc<Forecaster>,
    /// Regressions.
    pub explainer: Arc<Explainer>,
    /// What was written to the disk.
    pub wear: Arc<Wear>,
    /// A folder with room for a copy of the store.
    pub scratch: PathBuf,
    /// Who may come in.
    pub keeper: Arc<Keeper>,
}

/// The parts, and the turns to use them.
#[derive(Clone)]
pub struct AppState {
    pub(super) store: Store,
    pub(super) services: Arc<dyn Services>,
    pub(super) clock: Clock,
    pub(super) vitals: Arc<Vitals>,
    pub(super) forecaster: Arc<Forecaster>,
    pub(super) explainer: Arc<Explainer>,
    pub(super) wear: Arc<Wear>,
    pub(super) scratch: Arc<Path>,
    pub(super) keeper: Arc<Keeper>,
    pub(super) scraper: Arc<Scraper>,
    pub(super) started: Timestamp,
    pub(super) address: Arc<OnceLock<SocketAddr>>,
    pub(super) readers: Arc<Semaphore>,
    pub(super) listeners: Arc<Semaphore>,
    pub(super) downloads: Arc<Semaphore>,
    pub(super) copying: Arc<Mutex<()>>,
}

impl AppState {
    /// Once the store is open and the connectors are known.
    pub fn new(parts: Parts) -> Self {
        let Parts { store, services, clock, vitals, forecaster, explainer, wear, scratch, keeper } = parts;
        let started = clock.now();
        let scraper = Scraper::new(
            store.clone(),
            Arc::clone(&services),
            clock.clone(),
            Arc::clone(&vitals),
            Arc::clone(&forecaster),
        )
        .explaining(Arc::clone(&explainer))
        .beside(scratch.clone());
        Self {
            store,
            services,
            clock,
            vitals,
            forecaster,
            explainer,
            wear,
            scratch: scratch.into(),
            keeper,
            scraper: Arc::new(scraper),
            started,
            address: Arc::default(),
            readers: Arc::new(Semaphore::new(READERS)),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
            downloads: Arc::new(Semaphore::new(DOWNLOADS)),
            copying: Arc::default(),
        }
    }

    /// Takes note of the address that the network reaches, which is known once it is bound.
    pub(crate) fn listens_on(&self, address: SocketAddr) {
        // It is bound once.
        let _ = self.address.set(address);
    }

    /// What tells others the same as the routes do.
    pub(crate) fn outputs(&self, lang: Lang, dashboard: Option<String>) -> (Exporter, Teller) {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let (services, vitals) = (Arc::clone(&self.services), Arc::clone(&self.vitals));
        let teller = Teller {
            store: store.clone(),
            clock: clock.clone(),
            services: Arc::clone(&services),
            forecaster: Arc::clone(&self.forecaster),
            vitals: Arc::clone(&vitals),
            lang,
            dashboard,
        };
        (Exporter { store, clock, services, vitals, lang }, teller)
    }

    /// The quarter of an hour: a local day ends with one, whatever the zone.
    pub(super) fn quarter(&self) -> i64 {
        self.clock.now_ms().div_euclid(900_000)
    }

    /// Does what takes seconds on a thread that may block; whoever does it takes turns of its own.
    pub(super) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let state = self.clone();
        match tokio::task::spawn_blocking(move || work(&state)).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "some work met a defect");
                Err(Failure::defect())
            }
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
