//! The sources that watteau reads, simulated on loopback: a plausible household, seeded, behind the real wire
//! formats with their quirks and their faults.
//!
//! - [`Household`]: what the meters measured, as a function of the instant; nothing is stored.
//! - [`Grid`]: what France consumed and what RTE foresaw of it, Tempo and Ecowatt, likewise.
//! - [`Climate`]: the weather at any place and what was foreseen of it, likewise.
//! - [`Simulator`]: the Conso API and MyElectricalData (both versions) for Linky, RTE's APIs and the open data of ODRÉ for the grid, Open-Meteo for the
//!   weather, and the gas files a person downloads from GRDF.
//! - [`Fault`]: what can go wrong, switched on and off while it runs, from Rust ([`Simulator::faults`]) or over
//!   HTTP (`PUT` and `DELETE /__simulator/faults` with the fault as JSON; `GET /__simulator/requests` lists what
//!   was asked).
//!
//! The program of the same name serves it until Ctrl-C, for connectors tried by hand.

mod conso;
mod control;
mod enedis;
mod faults;
mod gas;
mod grid;
mod household;
mod med;
mod noise;
mod odre;
mod open_meteo;
mod reply;
mod rte;
mod solar;
mod tally;
#[cfg(test)]
mod testing;

pub use faults::{Fault, Faults};
pub use grid::{Colour, Forecast, Grid, Published, Tension};
pub use household::{Gas, Household};
pub use open_meteo::{Climate, Element, Spot};
pub use tally::Gateway;

use axum::Router;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jiff::{SignedDuration, Timestamp, civil::Date};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Which household, and when.
#[derive(Debug, Clone)]
pub struct Config {
    /// Another seed is another household.
    pub seed: u64,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What time it is there; none: the machine's.
    pub now: Option<Timestamp>,
    /// The electricity meter.
    pub prm: String,
    /// The gas meter.
    pub pce: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            now: None,
            prm: "00000000000001".to_owned(),
            pce: "00000000000002".to_owned(),
        }
    }
}

/// The upstreams at work; they stop when this is dropped.
#[derive(Debug)]
pub struct Simulator {
    inner: Arc<Inner>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

/// What the routes share.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) config: Config,
    pub(crate) household: Household,
    pub(crate) grid: Grid,
    /// The hour; none: the machine's.
    now: Mutex<Option<Timestamp>>,
    pub(crate) token: String,
    pub(crate) med_token: String,
    pub(crate) tally: tally::Tally,
    pub(crate) faults: Faults,
    pub(crate) rte: rte::Desk,
    pub(crate) odre: odre::Counter,
    pub(crate) climate: Climate,
    pub(crate) open_meteo: open_meteo::Meter,
    requests: Mutex<Vec<String>>,
}

impl Inner {
    fn new(config: Config) -> Self {
        Self {
            household: Household::new(config.seed),
            grid: Grid::new(config.seed),
            now: Mutex::new(config.now),
            token: token(&config),
            med_token: med::token(config.seed),
            tally: tally::Tally::default(),
            faults: Faults::default(),
            rte: rte::Desk::new(config.seed),
            odre: odre::Counter::default(),
            climate: Climate::new(config.seed),
            open_meteo: open_meteo::Meter::default(),
            requests: Mutex::default(),
            config,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let set = *self.now.lock().unwrap_or_else(PoisonError::into_inner);
        set.unwrap_or_else(Timestamp::now)
    }

    pub(crate) fn note(&self, request: String) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Every upstream and the switches.
fn router(inner: &Arc<Inner>) -> Router {
    conso::router(Arc::clone(inner))
        .merge(med::router(inner))
        .merge(rte::router(Arc::clone(inner)))
        .merge(odre::router(Arc::clone(inner)))
        .merge(open_meteo::router(Arc::clone(inner)))
        .merge(control::router(Arc::clone(inner)))
}

impl Simulator {
    /// Starts the upstreams.
    pub async fn start(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let inner = Arc::new(Inner::new(config));
        let router = router(&inner);
        let server = tokio::spawn(async move {
            // It only ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { inner, address, server })
    }

    /// Where the Conso API is.
    pub fn base_url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// Where MyElectricalData 1 is.
    pub fn med_v1_url(&self) -> String {
        format!("http://{}{}", self.address, med::V1)
    }

    /// Where MyElectricalData 2 is.
    pub fn med_v2_url(&self) -> String {
        format!("http://{}{}", self.address, med::V2)
    }

    /// A token of MyElectricalData 1, and the client secret of an account of MyElectricalData 2.
    pub fn med_token(&self) -> &str {
        &self.inner.med_token
    }

    /// Calls that a gateway's quota counts, so far.
    pub fn gateway_calls(&self, gateway: Gateway) -> usize {
        self.inner.tally.since(gateway, Timestamp::MIN)
    }

    /// The most calls that a gateway's quota counted in any window of that length.
    pub fn busiest(&self, gateway: Gateway, window: SignedDuration) -> usize {
        self.inner.tally.busiest(gateway, window)
    }

    /// Makes it another hour there.
    pub fn set_now(&self, now: Timestamp) {
        *self.inner.now.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// Where RTE, its open page of Tempo and ODRÉ are, all at one address.
    pub fn grid_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where every host of Open-Meteo is, at one address.
    pub fn weather_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The weather behind Open-Meteo.
    pub fn climate(&self) -> &Climate {
        &self.inner.climate
    }

    /// What all the calls answered by Open-Meteo count for so far, by its own rule.
    pub fn weather_weight(&self) -> f64 {
        self.inner.open_meteo.total()
    }

    /// The identifier of an application at RTE, subscribed to every API.
    pub fn rte_client_id(&self) -> &str {
        self.inner.rte.client_id()
    }

    /// Its secret.
    pub fn rte_client_secret(&self) -> &str {
        self.inner.rte.client_secret()
    }

    /// A token that gives access to the household's meter.
    pub fn token(&self) -> &str {
        &self.inner.token
    }

    /// The electricity meter.
    pub fn prm(&self) -> &str {
        &self.inner.config.prm
    }

    /// The gas meter.
    pub fn pce(&self) -> &str {
        &self.inner.config.pce
    }

    /// The household behind the meters.
    pub fn household(&self) -> &Household {
        &self.inner.household
    }

    /// The grid behind RTE and ODRÉ.
    pub fn grid(&self) -> &Grid {
        &self.inner.grid
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// Every request so far: kind and window; those of MyElectricalData begin with `med_v1.` and `med_v2.`,
    /// those of the grid with `rte.` and `odre.`, those of the weather with `open_meteo.`.
    pub fn requests(&self) -> Vec<String> {
        self.inner.requests()
    }

    /// The gas workbook of these days, as the household would have downloaded it on `exported`.
    pub fn gas_export_xlsx(&self, from: Date, to: Date, exported: Date) -> Vec<u8> {
        gas::workbook(&self.inner.household, self.pce(), from, to, exported)
    }

    /// Stops the upstreams.
    pub async fn stop(mut self) {
        self.server.abort();
        let _ = (&mut self.server).await;
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The gas workbook of a household without its upstreams.
pub fn gas_export_xlsx(config: &Config, pce: &str, from: Date, to: Date, exported: Date) -> Vec<u8> {
    gas::workbook(&Household::new(config.seed), pce, from, to, exported)
}

/// A token as the gateway gives them: a JSON Web Token whose subject is the list of meters. Nobody checks its
/// signature here, so it has none worth the name.
fn token(config: &Config) -> String {
    let issued = config.now.unwrap_or_else(Timestamp::now).as_second();
    let part = |value: serde_json::Value| BASE64.encode(value.to_string());
    let head = part(serde_json::json!({"alg": "HS256", "typ": "JWT"}));
    let claims = part(serde_json::json!({
        "sub": [config.prm], "iat": issued, "exp": issued + 1094 * 86_400,
    }));
    format!("{head}.{claims}.{}", BASE64.encode("not a signature"))
}
