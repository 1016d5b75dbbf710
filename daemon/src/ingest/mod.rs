//! From connectors to the store: decides what to ask and which file to read, runs the connector, checks what
//! it says, and commits points, cursor and memory in one transaction.
//!
//! - [`plan`], [`complete`], [`quota`], [`trouble`], [`meters`], [`folder`]: pure rules, one question each.
//! - `guest`: the only module that speaks to `watteau-host`.
//! - `instance`: one configured connector with what it remembers.
//! - `run`, `import`, `watch`: the work, for sources, files on purpose, and folders; `recognise`: whose a file is;
//!   `report`: what is told of it.
//! - `state`: what the API and the dashboard are told.
//!
//! A failure costs the connector its run and nobody else anything.

mod builtin;
mod complete;
mod described;
mod desk;
mod folder;
mod guest;
mod handed;
mod identity;
mod import;
mod instance;
mod memory;
mod meters;
mod plan;
mod quota;
mod recognise;
mod report;
mod run;
mod services;
mod sink;
mod standing;
mod state;
mod trouble;
mod watch;
mod words;

use crate::{
    clock::Clock,
    config::{Config, PluginRef},
    metrics::Vitals,
    model::{Event, Text},
};
use instance::Instance;
use standing::Standing;
use std::{
    sync::{Arc, PoisonError, RwLock, atomic::AtomicI64},
    time::Duration,
};
use tokio::sync::{Notify, broadcast};
use watteau_store::Store;

pub use guest::{Engine, schemas};
pub use meters::mask;
pub use services::Desktop;
pub use standing::Concern;

/// Events a slow reader may lag behind before it misses some.
const EVENTS: usize = 256;

/// Every connector instance, and the work on them.
pub struct Ingest {
    store: Store,
    clock: Clock,
    engine: Engine,
    instances: RwLock<Vec<Arc<Instance>>>,
    folders: watch::Folders,
    events: broadcast::Sender<Event>,
    vitals: Arc<Vitals>,
    standing: Standing,
    /// Wakes the scheduler: a run ended, a file moved, somebody asked.
    nudge: Notify,
    /// The instant that the last report was kept under, epoch milliseconds: no two are kept under one.
    last_report: AtomicI64,
    /// Between 0 and 1, the same at each start: spreads the installations over time.
    jitter: f64,
}

impl Ingest {
    /// Loads the plugins of the configuration and declares their series. A plugin that cannot be loaded is an
    /// instance in trouble, not a daemon that does not start.
    pub async fn new(
        engine: Engine,
        config: &Config,
        store: Store,
        clock: Clock,
        vitals: Arc<Vitals>,
    ) -> anyhow::Result<Arc<Self>> {
        let jitter = instance::installation_jitter(&store)?;
        let ingest = Arc::new(Self {
            store,
            clock,
            engine,
            instances: RwLock::default(),
            folders: watch::Folders::default(),
            events: broadcast::channel(EVENTS).0,
            vitals,
            standing: Standing::default(),
            nudge: Notify::new(),
            last_report: AtomicI64::new(0),
            jitter,
        });
        ingest.adopt(config).await?;
        Ok(ingest)
    }

    /// Takes a new configuration: instances that did not change keep running as they are. One that ran and cannot
    /// any more, its new plugin or settings being what they are, goes on as it was, and that is said. So does one whose
    /// plugin's file was replaced by one that wants to reach further: that takes a person, who starts the daemon again.
    pub async fn adopt(self: &Arc<Self>, config: &Config) -> anyhow::Result<()> {
        let old = self.instances();
        let mut new = Vec::with_capacity(config.connectors.len());
        for settings in config.connectors.values() {
            let before = old.iter().find(|instance| instance.settings.name == settings.name);
            if let Some(same) = before
                && same.settings == *settings
                && same.code == instance::digest(&settings.plugin)
                && same.knows_its_secrets()
            {
                self.hold_back(same, None);
                new.push(Arc::clone(same));
                continue;
            }
            let next = Instance::load(self, settings.clone(), before.map(Arc::as_ref)).await?;
            match before.and_then(|before| Some((before, instance::obstacle(before, &next)?))) {
                Some((before, reason)) => {
                    self.hold_back(before, Some(&reason));
                    new.push(Arc::clone(before));
                }
                None => new.push(Arc::new(next)),
            }
        }
        for gone in old.iter().filter(|instance| !new.iter().any(|kept| Arc::ptr_eq(kept, instance))) {
            gone.retire();
        }
        *self.instances.write().unwrap_or_else(PoisonError::into_inner) = new;
        self.folders.watch(self);
        self.nudge.notify_one();
        Ok(())
    }

    /// Looks at what is missing, in every instance that nobody has looked at since it was loaded.
    pub async fn survey(self: &Arc<Self>) {
        for instance in self.instances() {
            let known = !instance.progress.lock().unwrap_or_else(PoisonError::into_inner).is_empty();
            if !known && instance.feeds_a_source() && instance.settings.enabled {
                run::survey(self, &instance).await;
            }
        }
        self.nudge.notify_one();
    }

    /// Says on every page what concerns no connector, or that it is over; answers whether that is news.
    pub fn say(&self, concern: Concern, text: Option<Text>) -> bool {
        self.standing.say(concern, text)
    }

    /// The store that everything is written to.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Starts every run and every folder scan whose time has come; answers how long there is nothing to do.
    pub fn start_what_is_due(self: &Arc<Self>) -> Option<Duration> {
        let now = self.clock.now_ms();
        let mut next: Option<i64> = None;
        for instance in self.instances() {
            match instance.due() {
                Some(due) if due <= now => run::start(self, &instance),
                Some(due) => next = Some(next.map_or(due, |n| n.min(due))),
                None => {}
            }
        }
        if let Some(again) = self.folders.start_scans(self, now) {
            next = Some(next.map_or(again, |n| n.min(again)));
        }
        next.map(|next| Duration::from_millis((next - now).max(0).unsigned_abs()))
    }

    /// Resolves when something asks the scheduler to look again.
    pub async fn nudged(&self) {
        self.nudge.notified().await;
    }

    /// Lets runs end after the call they are at, and starts none any more: the daemon stops.
    pub fn wind_up(&self) {
        for instance in self.instances() {
            instance.retire();
        }
    }

    /// Resolves when no run and no import is in progress.
    pub async fn idle(&self) {
        for instance in self.instances() {
            let _turn = instance.turn(&self.store).await;
        }
    }

    fn instances(&self) -> Vec<Arc<Instance>> {
        self.instances.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn instance(&self, name: &str) -> Option<Arc<Instance>> {
        self.instances().into_iter().find(|instance| instance.settings.name == name)
    }

    /// Where everything that happens is told; who works beside ingestion tells it there, too.
    pub fn events(&self) -> broadcast::Sender<Event> {
        self.events.clone()
    }

    fn tell(&self, event: Event) {
        // Nobody listening is no error.
        let _ = self.events.send(event);
    }
}

/// What built-in plugins find wrong with the settings that describe their series.
pub async fn described_badly(config: &Config) -> anyhow::Result<Vec<(String, Text)>> {
    let clock = Clock::system(config.home.timezone.clone());
    let builtin = |settings: &&crate::config::Instance| matches!(settings.plugin, PluginRef::Builtin(_));
    let described: Vec<_> = config.connectors.values().filter(builtin).collect();
    let mut problems = Vec::new();
    if !described.is_empty() {
        let engine = Engine::new(&config.store.dir, &clock)?;
        for settings in described {
            let unusable = engine.load(settings, None).await.err();
            problems.extend(unusable.map(|problem| (settings.name.clone(), problem.reason().clone())));
        }
    }
    Ok(problems)
}
