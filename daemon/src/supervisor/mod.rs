//! Builds the daemon's parts in order, announces readiness, waits, stops in reverse.
//!
//! The order of `build` is the order of trust: configuration, store, connectors, routes. A part that fails
//! to start stops the start with one sentence; a part that fails later (an upstream, a plugin, a folder)
//! never stops the daemon.

mod bench;
mod forecasts;
mod listener;
mod outputs;
mod regressions;
mod reload;
mod schedule;
pub mod shutdown;
mod systemd;

use crate::{
    access::Keeper,
    api::{self, AppState, Parts},
    clock::Clock,
    config::{Config, Installation, Loaded, Sources},
    explain::Explainer,
    forecast::Forecaster,
    ingest::{Desktop, Engine, Ingest},
    metrics::Vitals,
    packing::Packing,
    remote_write::Writer,
    services::Services as _,
    wear::Wear,
};
use anyhow::{Context as _, bail};
use axum::Router;
use shutdown::Shutdown;
use std::{
    os::unix::fs::{FileTypeExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{net::UnixListener, task::JoinSet};
use tokio_util::sync::CancellationToken;
use watteau_store::{Options, Store};

/// What the daemon is built for.
#[derive(Debug, Clone)]
pub enum Mode {
    /// To serve, and to read its configuration again from these sources.
    Service(Sources),
    /// For one command that found no daemon running.
    Command,
}

/// How long requests and runs in progress get to end when the daemon stops.
const GRACE: Duration = Duration::from_secs(10);

/// The socket of the commands is for the daemon's user and group only.
const COMMANDS: u32 = 0o660;

/// A daemon whose parts are built and which does nothing yet.
pub struct Daemon {
    config: Config,
    mode: Mode,
    store: Store,
    ingest: Arc<Ingest>,
    forecaster: Arc<Forecaster>,
    state: AppState,
    explainer: Arc<Explainer>,
    wear: Arc<Wear>,
    packing: Arc<Packing>,
    writer: Arc<Writer>,
    keeper: Arc<Keeper>,
}

impl Daemon {
    /// Opens the store, loads the connectors and builds the routes.
    pub async fn build(loaded: Loaded, mode: Mode) -> anyhow::Result<Self> {
        let config = loaded.config;
        let clock = Clock::system(config.home.timezone.clone());
        let dir = &config.store.dir;
        std::fs::create_dir_all(dir)
            .with_context(|| format!("the data folder {} cannot be made", dir.display()))?;
        let engine = Engine::new(dir, &clock)?;
        bench::stage("engine").await;
        let store = open_store(config.store.file()).await?;
        bench::stage("store").await;
        let vitals = Arc::new(Vitals::default());
        let ingest = Ingest::new(engine, &config, store.clone(), clock.clone(), Arc::clone(&vitals)).await?;
        let services = Arc::new(Desktop(Arc::clone(&ingest)));
        let wear = Arc::new(Wear::open(store.clone(), clock.clone())?);
        let packing = Arc::new(Packing::open(store.clone(), clock.clone())?);
        let forecaster = Forecaster::new(store.clone(), clock.clone(), dir, config.jobs.clone());
        let forecaster = Arc::new(forecaster.telling(ingest.events()));
        let explainer =
            Explainer::new(store.clone(), clock.clone(), config.home.latitude, config.regressions.clone());
        let explainer = Arc::new(explainer.telling(ingest.events()));
        let writer = Arc::new(Writer::new(store.clone(), clock.clone(), Arc::clone(&vitals), &config));
        let installation = match &mode {
            Mode::Service(sources) => sources.installation(),
            Mode::Command => Installation::default(),
        };
        let keeper = Keeper::installed(dir, clock.clone(), config.access, installation);
        let state = AppState::new(Parts {
            store: store.clone(),
            services,
            clock,
            vitals,
            forecaster: Arc::clone(&forecaster),
            explainer: Arc::clone(&explainer),
            wear: Arc::clone(&wear),
            scratch: dir.clone(),
            keeper: Arc::clone(&keeper),
        });
        Ok(Self { config, mode, store, ingest, forecaster, state, explainer, wear, packing, writer, keeper })
    }

    /// Looks at what is missing, for a command that answers itself: the daemon does when it serves.
    pub async fn survey(&self) {
        self.ingest.survey().await;
    }

    /// The routes, for a command that answers itself.
    pub fn router(&self) -> Router {
        api::router(self.state.clone(), api::Access::Local)
    }

    /// Serves until `shutdown` resolves, then stops in reverse and closes the store.
    pub async fn serve(self, shutdown: Shutdown) -> anyhow::Result<()> {
        let hangup = reload::hangup().context("the signal to read the settings again cannot be heard")?;
        let tcp = listener::open(self.config.server.listen).await?;
        let socket = &self.config.server.socket;
        let unix = bind_socket(socket, COMMANDS)?;
        let http_socket = &self.config.server.http_socket;
        let proxy = http_socket.as_ref().map(|http| bind_socket(&http.path, http.mode)).transpose()?;

        let address = tcp.local_addr()?;
        self.state.listens_on(address);
        let stop = CancellationToken::new();
        let mut parts = JoinSet::new();
        let network = api::router(self.state.clone(), api::Access::network(address, &self.config.server));
        parts.spawn(api::serve(tcp, network, stop.clone().cancelled_owned()));
        parts.spawn(api::serve(unix, self.router(), stop.clone().cancelled_owned()));
        if let Some(proxy) = proxy {
            let door = api::router(self.state.clone(), api::Access::socket(&self.config.server));
            parts.spawn(api::serve(proxy, door, stop.clone().cancelled_owned()));
        }
        bench::stage("http").await;
        let mut work = JoinSet::new();
        let upkeep = schedule::Upkeep { wear: Arc::clone(&self.wear), packing: self.packing };
        work.spawn(schedule::run(Arc::clone(&self.ingest), upkeep, stop.clone()));
        work.spawn(forecasts::run(Arc::clone(&self.forecaster), Arc::clone(&self.ingest), stop.clone()));
        work.spawn(regressions::run(Arc::clone(&self.explainer), Arc::clone(&self.ingest), stop.clone()));
        let outputs = outputs::Outputs::start(&mut work, &self.config, &self.state, &stop);
        let busy = Arc::clone(&self.ingest);
        let busy = move || Desktop(Arc::clone(&busy)).connectors().iter().any(|connector| connector.running);
        work.spawn(Arc::clone(&self.writer).run(busy, stop.clone()));
        let ingest = Arc::clone(&self.ingest);
        tokio::spawn(async move { ingest.survey().await });
        if let Mode::Service(sources) = &self.mode {
            work.spawn(reload::run(
                reload::Followers {
                    ingest: Arc::clone(&self.ingest),
                    forecaster: Arc::clone(&self.forecaster),
                    explainer: Arc::clone(&self.explainer),
                    outputs,
                    writer: Arc::clone(&self.writer),
                    keeper: Arc::clone(&self.keeper),
                },
                self.config.clone(),
                sources.clone(),
                hangup,
                stop.clone(),
            ));
        }

        tracing::info!(%address, "ready");
        systemd::ready();
        tokio::select! {
            () = shutdown => {}
            Some(ended) = parts.join_next() => {
                tracing::error!(?ended, "the server ended by itself");
            }
            Some(ended) = work.join_next() => {
                tracing::error!(?ended, "the scheduler ended by itself");
            }
        }

        systemd::stopping();
        stop.cancel();
        self.ingest.wind_up();
        let ended = tokio::time::timeout(GRACE, async {
            while work.join_next().await.is_some() {}
            self.ingest.idle().await;
            while parts.join_next().await.is_some() {}
        });
        if ended.await.is_err() {
            tracing::warn!("some work did not end in time and is cut; what was acknowledged is safe");
        }
        for socket in http_socket.iter().map(|http| &http.path).chain([socket]) {
            let _ = std::fs::remove_file(socket);
        }
        if let Err(error) = self.wear.close() {
            tracing::warn!(%error, "what was written today is not kept in the ledger");
        }
        drop((self.state, self.ingest, self.forecaster, self.explainer, self.wear, self.writer));
        self.store.close().context("the store was not closed cleanly; it is checked at the next start")
    }
}

async fn open_store(path: PathBuf) -> anyhow::Result<Store> {
    let shown = path.display().to_string();
    let opened = tokio::task::spawn_blocking(move || Store::open(&path, Options::default())).await;
    match opened {
        // The tables below the store trust their own pages; when those are not what was written, they give up.
        Err(error) if error.is_panic() => bail!(
            "{shown} is damaged and cannot be opened; put a backup in its place (watteau restore FILE --replace), or \
             move it away to begin anew"
        ),
        opened => opened?.with_context(|| format!("{shown} cannot be opened")),
    }
}

/// A socket file for whom `mode` says.
fn bind_socket(path: &Path, mode: u32) -> anyhow::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    // The store is ours alone, so a socket that is still there belongs to a daemon that was killed.
    if let Ok(there) = path.symlink_metadata() {
        if !there.file_type().is_socket() {
            bail!("{} is no socket, and is left as it is; name another path", path.display());
        }
        std::fs::remove_file(path).with_context(|| format!("{} cannot be replaced", path.display()))?;
    }
    let listener =
        UnixListener::bind(path).with_context(|| format!("the socket {} cannot be made", path.display()))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    Ok(listener)
}
