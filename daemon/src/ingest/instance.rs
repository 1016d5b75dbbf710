//! One configured connector: its plugin, its series in the store, and what it remembers.

use super::{
    Ingest, described, guest, identity,
    memory::Memory,
    plan::{FeedRule, Progress},
    quota::{Gate, Limit},
};
use crate::{
    clock::Clock,
    config::{self, PluginRef},
    hex::hex,
    model::{Text, Trouble},
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};
use watteau_store::{Error, SeriesDef, SeriesId, Store};

/// Between two runs of which the second could begin at once, milliseconds.
const PAUSE: i64 = 60_000;

/// A series of an instance.
#[derive(Debug, Clone)]
pub(super) struct Owned {
    /// In the store.
    pub(super) id: SeriesId,
    /// What it is.
    pub(super) def: SeriesDef,
}

/// A feed of an instance: what its source answers together.
#[derive(Debug, Clone)]
pub(super) struct Feed {
    /// Name in the manifest.
    pub(super) name: String,
    /// Its name for people.
    pub(super) title: Text,
    /// Names of its series within the instance.
    pub(super) series: Vec<String>,
    /// Those of them that have to be there for a day to be complete.
    pub(super) deciding: Vec<String>,
    /// What the manifest says of history, chunks and publication.
    pub(super) rule: FeedRule,
}

/// One configured connector.
pub(super) struct Instance {
    /// What the user wrote.
    pub(super) settings: config::Instance,
    /// What runs; the reason when it cannot be loaded.
    pub(super) plugin: Result<guest::Plugin, guest::Unusable>,
    /// By name in the manifest.
    pub(super) series: BTreeMap<String, Owned>,
    /// In the manifest's order.
    pub(super) feeds: Vec<Feed>,
    /// Calls allowed.
    pub(super) limit: Option<Limit>,
    /// OAuth2 tokens, kept from run to run.
    pub(super) tokens: watteau_host::Tokens,
    /// Digest of the plugin's file as it was loaded; none for a built-in one.
    pub(super) code: Option<[u8; 32]>,
    /// Held by a run or an import: one at a time, those of the instance whose place this one took included.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// The instance before this one may have learned something since this one read its memory.
    succeeds: AtomicBool,
    /// A run is in progress.
    pub(super) running: AtomicBool,
    /// What the last plan said, by feed.
    pub(super) progress: Mutex<BTreeMap<String, Progress>>,
    /// Its folder cannot be listed now.
    pub(super) folder_trouble: Mutex<Option<Trouble>>,
    /// It goes on in the place of one that was to follow it and could not.
    pub(super) held_back: Mutex<Option<Trouble>>,
    memory: Mutex<Memory>,
    /// When it runs next, epoch milliseconds; `i64::MAX`: not by itself.
    next: AtomicI64,
    retired: AtomicBool,
}

impl Instance {
    /// Loads the plugin, declares its series, reads the memory. `before` is the instance whose place it takes.
    pub(super) async fn load(
        ingest: &Ingest,
        settings: config::Instance,
        before: Option<&Self>,
    ) -> anyhow::Result<Self> {
        let code = digest(&settings.plugin);
        let mut plugin = plugin(ingest, &settings, code.as_ref()).await?;
        let mut memory = Memory::load(&ingest.store, &settings.name)?;
        let mut series = BTreeMap::new();
        let (mut feeds, mut limit) = (Vec::new(), None);
        if let Ok(loaded) = &plugin {
            match define(&ingest.store, loaded.series(&settings), loaded.is_dynamic()) {
                Ok(defined) => series = defined,
                // Settings decide what a series is; what is kept under its name was something else.
                Err(Refused::Another(reason)) => plugin = Err(guest::Unusable::Settings(reason)),
                Err(Refused::Store(error)) => return Err(error.into()),
            }
        }
        let identity = plugin.as_ref().ok().filter(|plugin| plugin.is_source());
        let identity = identity.map(|plugin| plugin.identity(&settings)).unwrap_or_default();
        let another = identity::changed(&memory.identity, &identity);
        if !another.is_empty() && holds_points(&ingest.store, &series)? {
            plugin = Err(guest::Unusable::Settings(identity::refusal(&settings.name, &another)));
        } else if !identity.is_empty() && memory.identity != identity {
            memory.identity.extend(identity);
            let state = vec![memory.change(&settings.name)];
            ingest.store.commit(watteau_store::Commit { batches: vec![], state })?;
        }
        match &plugin {
            Ok(plugin) => {
                feeds = plugin.feeds(&settings);
                limit = plugin.limit(&settings);
            }
            Err(unusable) => tracing::error!(connector = settings.name, "{}", unusable.reason().en),
        }
        let hash = settings_hash(&settings, plugin.as_ref().map_or("", |plugin| plugin.version()));
        let changed = memory.adopt(&hash);
        if before.is_none() && !ingest.store.stats()?.clean_start {
            memory.calls.count_what_a_kill_may_hide(limit.as_ref(), ingest.clock.now_ms());
        }
        // What was asked with other settings says nothing of these.
        let first = changed || memory.last_run.is_none();
        let instance = Self {
            settings,
            plugin,
            series,
            feeds,
            limit,
            tokens: watteau_host::Tokens::default(),
            code,
            turn: before.map(|before| Arc::clone(&before.turn)).unwrap_or_default(),
            succeeds: AtomicBool::new(before.is_some()),
            running: AtomicBool::new(false),
            progress: Mutex::default(),
            folder_trouble: Mutex::default(),
            held_back: Mutex::default(),
            memory: Mutex::new(memory),
            next: AtomicI64::new(i64::MAX),
            retired: AtomicBool::new(false),
        };
        instance.schedule(&ingest.clock, ingest.jitter, first);
        Ok(instance)
    }

    /// Whether its secrets are still those that it was loaded with: a file of one may hold another by now.
    pub(super) fn knows_its_secrets(&self) -> bool {
        let version = self.plugin.as_ref().map_or("", |plugin| plugin.version());
        settings_hash(&self.settings, version) == self.memory().settings_hash
    }

    /// Waits until no run and no import is in progress, and keeps others waiting until the answer is dropped.
    pub(super) async fn turn(&self, store: &Store) -> tokio::sync::MutexGuard<'_, ()> {
        let turn = self.turn.lock().await;
        if self.succeeds.swap(false, Ordering::SeqCst) {
            match Memory::load(store, &self.settings.name) {
                Ok(mut learned) => {
                    let mut memory = self.memory();
                    learned.adopt(&memory.settings_hash);
                    *memory = learned;
                }
                Err(error) => tracing::warn!(%error, "what the connector remembers could not be read again"),
            }
        }
        turn
    }

    /// What it remembers.
    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A series by its name in the manifest.
    pub(super) fn owned(&self, name: &str) -> Option<&Owned> {
        self.series.get(name)
    }

    /// When it runs next by itself, epoch milliseconds.
    pub(super) fn due(&self) -> Option<i64> {
        let next = self.next.load(Ordering::SeqCst);
        let ready = next != i64::MAX
            && self.feeds_a_source()
            && !self.running.load(Ordering::SeqCst)
            && !self.retired.load(Ordering::SeqCst);
        ready.then_some(next)
    }

    /// The same, whether or not it could start now; for people.
    pub(super) fn next_ms(&self) -> Option<i64> {
        Some(self.next.load(Ordering::SeqCst)).filter(|next| *next != i64::MAX && self.feeds_a_source())
    }

    /// Fixes when it runs next: at once when it never ran, else by its troubles, its quota and its schedule.
    pub(super) fn schedule(&self, clock: &Clock, jitter: f64, at_once: bool) {
        let now = clock.local();
        let next = if !self.settings.enabled || self.plugin.is_err() {
            i64::MAX
        } else if at_once {
            now.timestamp().as_millisecond()
        } else {
            self.next_run(&now, jitter, PAUSE)
        };
        self.next.store(next, Ordering::SeqCst);
    }

    /// Once what is missing was looked at: what can be asked for is asked for at once.
    pub(super) fn schedule_after_survey(&self, clock: &Clock, jitter: f64) {
        let next = self.next_run(&clock.local(), jitter, 0);
        // What is not to run by itself stays so.
        let _ = self.next.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |before| {
            (before != i64::MAX).then(|| before.min(next))
        });
    }

    /// `pause`: how long to wait, in milliseconds, where something could be asked for at once.
    fn next_run(&self, now: &jiff::Zoned, jitter: f64, pause: i64) -> i64 {
        let memory = self.memory();
        if let Some(trouble) = &memory.trouble {
            return trouble.next_try.unwrap_or(i64::MAX);
        }
        let now_ms = now.timestamp().as_millisecond();
        let caught_up = {
            let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
            progress.values().all(|feed| feed.up_to_date)
        };
        let scheduled =
            self.settings.schedule_or_default(self.plugin.as_ref().ok().and_then(guest::Plugin::schedule));
        let mut next =
            scheduled.next(now, caught_up, jitter).map_or(i64::MAX, |at| at.timestamp().as_millisecond());
        // What is left of a history goes on as soon as the quota allows.
        let gate = memory.calls.gate(self.limit.as_ref(), now_ms);
        let free = match gate {
            Gate::NotBefore(free) => free,
            Gate::After(_) => now_ms + pause,
        };
        if memory.calls.refused_until(now_ms).is_some() {
            next = next.max(free);
        }
        if self.progress.lock().unwrap_or_else(PoisonError::into_inner).values().any(|feed| feed.left > 0) {
            next = next.min(free);
        }
        let feed_tries = memory.feeds.values().filter_map(|feed| feed.trouble.as_ref()?.next_try);
        feed_tries.fold(next, i64::min).max(now_ms)
    }

    /// It is no longer in the configuration: what runs ends, nothing new starts.
    pub(super) fn retire(&self) {
        self.retired.store(true, Ordering::SeqCst);
    }

    /// Whether it is out of the configuration, or another took its place.
    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::SeqCst)
    }

    /// Whether it reads files, and may.
    pub(super) fn reads_files(&self) -> bool {
        self.settings.enabled && self.plugin.as_ref().is_ok_and(|plugin| !plugin.is_source())
    }

    /// Whether its settings say what it reads and gives, and not its plugin alone.
    pub(super) fn is_described(&self) -> bool {
        self.plugin.as_ref().is_ok_and(guest::Plugin::is_dynamic)
    }

    /// The meter in its settings.
    pub(super) fn meter_setting(&self) -> Option<String> {
        let option = self.plugin.as_ref().ok()?.meter_option()?;
        Some(self.settings.settings.get(option)?.as_str()?.to_owned())
    }

    /// Whether it asks a source (and does not read files).
    pub(super) fn feeds_a_source(&self) -> bool {
        self.plugin.as_ref().is_ok_and(guest::Plugin::is_source)
    }
}

fn holds_points(store: &Store, series: &BTreeMap<String, Owned>) -> Result<bool, Error> {
    for Owned { def, .. } in series.values() {
        if store.find(&def.name)?.is_some_and(|kept| kept.points > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Loads the plugin of an instance, described as it was before where nothing changed.
async fn plugin(
    ingest: &Ingest,
    settings: &config::Instance,
    code: Option<&[u8; 32]>,
) -> Result<Result<guest::Plugin, guest::Unusable>, Error> {
    let code = code.copied().or_else(|| match &settings.plugin {
        PluginRef::Builtin(name) => super::builtin::find(name).map(|builtin| builtin.digest),
        PluginRef::File(_) => None,
    });
    let (store, name) = (&ingest.store, &settings.name);
    let basis = code.map(|code| described::basis(&code, &settings.settings, ingest.clock.zone()));
    let known = basis.as_deref().map(|basis| described::known(store, name, basis)).transpose()?.flatten();
    let was_known = known.is_some();
    let plugin = ingest.engine.load(settings, known).await;
    if let (Ok(plugin), Some(basis), false) = (&plugin, basis, was_known)
        && plugin.is_dynamic()
        && let Err(error) = described::keep(store, name, basis, plugin.described().to_vec())
    {
        tracing::warn!(connector = name, %error, "its series could not be kept; it is asked again at the next start");
    }
    Ok(plugin)
}

/// Why an instance that works goes on in the place of the one that was to follow it.
pub(super) fn obstacle(before: &Instance, next: &Instance) -> Option<Text> {
    let known = before.plugin.as_ref().ok()?;
    let plugin = match &next.plugin {
        Err(unusable) => return Some(unusable.reason().clone()),
        Ok(plugin) => plugin,
    };
    if before.settings.plugin != next.settings.plugin {
        // Another plugin by the user's own hand.
        return None;
    }
    let may = known.permissions(&before.settings).hosts;
    let more: Vec<String> = plugin.reach().into_iter().filter(|host| !may.contains(host)).collect();
    if more.is_empty() {
        return None;
    }
    let more = more.join(", ");
    Some(Text::new(
        format!(
            "Its new plugin wants to reach further: {more}. Restart watteau to let it, or put the old file back."
        ),
        format!(
            "Son nouveau greffon veut joindre davantage : {more}. Redémarrez watteau pour l’accepter, ou remettez l’ancien fichier."
        ),
    ))
}

/// Digest of a plugin's file; none for a built-in one, or a file that cannot be read.
pub(super) fn digest(plugin: &PluginRef) -> Option<[u8; 32]> {
    let PluginRef::File(path) = plugin else { return None };
    Some(Sha256::digest(std::fs::read(path).ok()?).into())
}

/// Why series cannot be declared.
enum Refused {
    /// What is kept under the name of one is something else.
    Another(Text),
    Store(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Redefined { .. } => Self::another(&error),
            error => Self::Store(error),
        }
    }
}

impl Refused {
    fn another(what: &dyn std::fmt::Display) -> Self {
        Self::Another(Text::new(
            format!(
                "What is kept under this name is something else: {what}. Give the connector or its series another name."
            ),
            format!(
                "Ce qui est gardé sous ce nom est autre chose : {what}. Donnez un autre nom au connecteur ou à sa série."
            ),
        ))
    }
}

/// Declares the series. Where settings describe them, another step than that of the points would leave both, one over
/// the other.
fn define(
    store: &Store,
    series: Vec<(String, SeriesDef)>,
    described: bool,
) -> Result<BTreeMap<String, Owned>, Refused> {
    let define = |(name, def): (String, SeriesDef)| {
        let kept = store.find(&def.name)?.filter(|kept| kept.points > 0);
        if let Some(kept) = kept.filter(|kept| described && kept.def.step != def.step) {
            let what = format!("series {} has the step {:?} and not {:?}", def.name, kept.def.step, def.step);
            return Err(Refused::another(&what));
        }
        Ok((name, Owned { id: store.define(&def)?, def }))
    };
    series.into_iter().map(define).collect()
}

/// What the settings look like, secrets included but not readable: another hash clears a trouble that these
/// settings met.
fn settings_hash(settings: &config::Instance, version: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(format!("{:?}{:?}{version}", settings.settings, settings.base_url));
    for (name, secret) in &settings.secrets {
        hasher.update(name);
        if let Ok(secret) = secret.read() {
            hasher.update(Sha256::digest(secret.expose().as_bytes()));
        }
    }
    hex(&hasher.finalize()[..16])
}

/// A number between 0 and 1 that stays the same for the life of the store.
pub(super) fn installation_jitter(store: &Store) -> anyhow::Result<f64> {
    const OWNER: &str = "watteau";
    const KEY: &str = "installation";
    let known = store.state(OWNER, KEY)?.and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
    let seed = match known {
        Some(seed) => seed,
        None => {
            let seed: u64 = rand::random();
            let value = Some(seed.to_le_bytes().to_vec());
            let state = vec![watteau_store::StateChange { owner: OWNER.into(), key: KEY.into(), value }];
            store.commit(watteau_store::Commit { batches: vec![], state })?;
            seed
        }
    };
    Ok(seed as f64 / u64::MAX as f64)
}
