//! Builds the daemon's parts in order, announces readiness, waits, stops in reverse.
//!
//! The order of `build` is the order of trust: configuration, store, connectors, routes. A part that fails
//! to start stops the start with one sentence; a part that fails later (an upstream, a plugin, a folder)
//! never stops the daemon.

mod bench;
mod forecasts;
mod reload;
mod schedule;
pub mod shutdown;
mod systemd;

use crate::{
    api::{self, AppState, Parts},
    clock::Clock,
    config::{Config, Loaded, Sources},
    forecast::Forecaster,
    ingest::{Desktop, Engine, Ingest},
    metrics::Vitals,
    packing::Packing,
    wear::Wear,
};
use anyhow::{Context as _, bail};
use axum::Router;
use shutdown::Shutdown;
use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, UnixListener},
    task::JoinSet,
};
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

/// A daemon whose parts are built and which does nothing yet.
pub struct Daemon {
    config: Config,
    mode: Mode,
    store: Store,
    ingest: Arc<Ingest>,
    forecaster: Arc<Forecaster>,
    state: AppState,
    wear: Arc<Wear>,
    packing: Arc<Packing>,
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
        let forecaster = Arc::new(Forecaster::new(store.clone(), clock.clone(), dir, config.jobs.clone()));
        let state = AppState::new(Parts {
            store: store.clone(),
            services,
            clock,
            vitals,
            forecaster: Arc::clone(&forecaster),
            wear: Arc::clone(&wear),
            scratch: dir.clone(),
        });
        Ok(Self { config, mode, store, ingest, forecaster, state, wear, packing })
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
        let listen = self.config.server.listen;
        let tcp = TcpListener::bind(listen).await.with_context(|| {
            format!("cannot listen on {listen}: choose another address with [server] listen or --listen")
        })?;
        let socket = &self.config.server.socket;
        let unix = bind_socket(socket)?;

        let address = tcp.local_addr()?;
        let stop = CancellationToken::new();
        let mut parts = JoinSet::new();
        let network = api::router(self.state.clone(), api::Access::network(address));
        parts.spawn(api::serve(tcp, network, stop.clone().cancelled_owned()));
        parts.spawn(api::serve(unix, self.router(), stop.clone().cancelled_owned()));
        bench::stage("http").await;
        let mut work = JoinSet::new();
        let upkeep = schedule::Upkeep { wear: Arc::clone(&self.wear), packing: self.packing };
        work.spawn(schedule::run(Arc::clone(&self.ingest), upkeep, stop.clone()));
        work.spawn(forecasts::run(Arc::clone(&self.forecaster), Arc::clone(&self.ingest), stop.clone()));
        let ingest = Arc::clone(&self.ingest);
        tokio::spawn(async move { ingest.survey().await });
        if let Mode::Service(sources) = &self.mode {
            work.spawn(reload::run(
                Arc::clone(&self.ingest),
                Arc::clone(&self.forecaster),
                self.config.clone(),
                sources.clone(),
                hangup,
                stop.clone(),
            ));
        }

        tracing::info!(%address, "ready");
        systemd::ready("ready");
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
        let _ = std::fs::remove_file(socket);
        if let Err(error) = self.wear.close() {
            tracing::warn!(%error, "what was written today is not kept in the ledger");
        }
        drop((self.state, self.ingest, self.forecaster, self.wear));
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

/// The socket of the commands, for the daemon's user and group only.
fn bind_socket(path: &Path) -> anyhow::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    // The store is ours alone, so a socket that is still there belongs to a daemon that was killed.
    if path.exists() {
        std::fs::remove_file(path).with_context(|| format!("{} cannot be replaced", path.display()))?;
    }
    let listener = UnixListener::bind(path)
        .with_context(|| format!("the command socket {} cannot be made", path.display()))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o660))?;
    Ok(listener)
}
