//! The engine and the plugins: what a manifest means to ingest.

use super::{
    super::{
        builtin,
        identity::{self, Identity},
        instance::Feed,
        plan::FeedRule,
        quota::Limit,
    },
    values,
};
use crate::{
    cli::COMPILE,
    clock::Clock,
    config::{self, PluginRef},
    model::{Permissions, Text, TroubleKind},
};
use anyhow::Context as _;
use jiff::{SignedDuration, Span, ToSpan as _, civil::Time};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use watteau_host::{Compiler, Grant, Host, Series, manifest::PluginKind};
use watteau_store::SeriesDef;

/// Compiling a connector takes seconds on a small machine; longer is a plugin that should not be.
const COMPILE_TIMEOUT: Duration = Duration::from_mins(5);
const COMPILE_MEMORY: u64 = 1 << 30;
const DAY_SECONDS: u32 = 86_400;
/// A source that says nothing of its history is asked for this long.
const DEFAULT_HISTORY_MONTHS: i32 = 36;

/// What loads plugins.
pub struct Engine {
    host: Host,
    compiler: Compiler,
    pub(super) clock: Arc<HostClock>,
}

/// The daemon's clock as the host reads it.
pub(super) struct HostClock(pub(super) Clock);

impl watteau_host::Clock for HostClock {
    fn now(&self) -> jiff::Timestamp {
        self.0.now()
    }
}

impl Engine {
    /// An engine that keeps what it compiles under `dir`.
    pub fn new(dir: &Path, clock: &Clock) -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("the path of this program is not known")?;
        let cache = std::env::var_os("CACHE_DIRECTORY").map_or_else(|| dir.join("cache"), PathBuf::from);
        Ok(Self {
            host: Host::new()?,
            compiler: Compiler {
                program,
                args: vec![COMPILE.into()],
                cache,
                timeout: COMPILE_TIMEOUT,
                memory_bytes: COMPILE_MEMORY,
            },
            clock: Arc::new(HostClock(clock.clone())),
        })
    }

    /// Loads the plugin of an instance, or says why it cannot. It is asked for its series where they are not `known`.
    pub(in crate::ingest) async fn load(
        &self,
        settings: &config::Instance,
        known: Option<Vec<Series>>,
    ) -> Result<Plugin, Unusable> {
        let loaded = match &settings.plugin {
            PluginRef::Builtin(name) => match builtin::find(name) {
                Some(builtin) => self.host.builtin(builtin.manifest, builtin.bytecode),
                None => {
                    return Err(Unusable::Plugin(Text::new(
                        format!("There is no built-in plugin called `{name}`."),
                        format!("Il n’y a pas de greffon intégré nommé « {name} »."),
                    )));
                }
            },
            PluginRef::File(path) => self.host.load(path, &self.compiler).await,
        };
        let code = loaded.map_err(|error| {
            Unusable::Plugin(Text::new(
                format!("The plugin {} cannot be used: {error}", settings.plugin),
                format!("Le greffon {} est inutilisable : {error}", settings.plugin),
            ))
        })?;
        let series = match known {
            Some(series) => series,
            None => self.describe(&code, settings).await?,
        };
        Ok(Plugin { code, series })
    }

    /// The series that these settings give.
    async fn describe(
        &self,
        code: &watteau_host::Plugin,
        settings: &config::Instance,
    ) -> Result<Vec<Series>, Unusable> {
        let mut grant = Grant::new(code, &settings.name);
        grant.settings.clone_from(&settings.settings);
        grant.clock = Arc::clone(&self.clock) as Arc<dyn watteau_host::Clock>;
        grant.zone = self.clock.0.zone().clone();
        let described = code.start(grant).describe().await;
        let mut series = described.map_err(|error| {
            let met = values::met(&error, self.clock.0.now_ms());
            match met.kind {
                TroubleKind::Settings => Unusable::Settings(met.message),
                _ => Unusable::Plugin(met.message),
            }
        })?;
        // A series of feeds that are all left out is nothing to keep a place for.
        let manifest = code.manifest();
        let wanted: Vec<&str> =
            manifest.wanted_feeds(&settings.settings).map(|feed| feed.name.as_str()).collect();
        series.retain(|series| {
            let mut feeds = manifest.feeds.iter().filter(|feed| gives(feed, series)).peekable();
            feeds.peek().is_none() || feeds.any(|feed| wanted.contains(&feed.name.as_str()))
        });
        Ok(series)
    }
}

/// Why an instance has no plugin that works, by what would mend it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ingest) enum Unusable {
    /// Another file, or another name of a plugin.
    Plugin(Text),
    /// Other settings of the instance.
    Settings(Text),
}

impl Unusable {
    pub(in crate::ingest) const fn reason(&self) -> &Text {
        match self {
            Self::Plugin(reason) | Self::Settings(reason) => reason,
        }
    }
}

/// A plugin, loaded for an instance.
pub(in crate::ingest) struct Plugin {
    pub(super) code: watteau_host::Plugin,
    /// What it gives by the settings of the instance.
    pub(super) series: Vec<Series>,
}

impl Plugin {
    pub(in crate::ingest) fn version(&self) -> &str {
        &self.code.manifest().version
    }

    /// Name and version, as provenance keeps them.
    pub(in crate::ingest) fn label(&self) -> String {
        let manifest = self.code.manifest();
        format!("{} {}", manifest.name, manifest.version)
    }

    pub(in crate::ingest) fn title(&self) -> Text {
        values::text(&self.code.manifest().title)
    }

    /// Whether it asks a source (and does not read files).
    pub(in crate::ingest) fn is_source(&self) -> bool {
        self.code.manifest().kind == PluginKind::Source
    }

    /// Whether its series come from its settings.
    pub(in crate::ingest) fn is_dynamic(&self) -> bool {
        self.code.manifest().dynamic
    }

    /// Which meter or place settings name.
    pub(in crate::ingest) fn identity(&self, settings: &config::Instance) -> Identity {
        identity::of(self.code.manifest(), &settings.settings)
    }

    /// The schedule it proposes.
    pub(in crate::ingest) fn schedule(&self) -> Option<&str> {
        self.code.manifest().schedule.as_deref()
    }

    /// The option that names the meter.
    pub(in crate::ingest) fn meter_option(&self) -> Option<&str> {
        self.code.manifest().meter_option().map(|option| option.name.as_str())
    }

    /// What it was described with.
    pub(in crate::ingest) fn described(&self) -> &[Series] {
        &self.series
    }

    /// Its series as an instance of that name keeps them, by their name in the instance.
    pub(in crate::ingest) fn series(&self, settings: &config::Instance) -> Vec<(String, SeriesDef)> {
        let plugin = &self.code.manifest().name;
        let definition = |series| (values::name(series), values::definition(series, &settings.name, plugin));
        self.series.iter().map(definition).collect()
    }

    /// The feeds that its settings want, in the manifest's order. A feed whose series may have points in the future is asked for the
    /// running day too.
    pub(in crate::ingest) fn feeds(&self, settings: &config::Instance) -> Vec<Feed> {
        self.code.manifest().wanted_feeds(&settings.settings).map(|feed| self.feed(feed)).collect()
    }

    fn feed(&self, feed: &watteau_host::manifest::Feed) -> Feed {
        let given: Vec<&Series> = self.series.iter().filter(|series| gives(feed, series)).collect();
        // What may be missing decides nothing, unless nothing else is there.
        let deciding = given.iter().filter(|series| !series.optional);
        let mut deciding: Vec<String> = deciding.map(|series| series.name.clone()).collect();
        if deciding.is_empty() {
            deciding.extend(given.first().map(|series| series.name.clone()));
        }
        Feed {
            name: feed.name.clone(),
            title: values::text(&feed.title),
            series: given.iter().map(|series| series.name.clone()).collect(),
            deciding,
            rule: FeedRule {
                span_days: feed.span_days,
                history: feed.history.as_ref().map_or_else(
                    || DEFAULT_HISTORY_MONTHS.months(),
                    |history| {
                        let (months, days) = (i64::from(history.months), i64::from(history.days));
                        Span::new().months(months).days(days)
                    },
                ),
                published: time_of_day(feed.published.unwrap_or(0)),
                late_days: feed.late_days,
                ahead_days: given.iter().map(|series| series.ahead.div_ceil(DAY_SECONDS)).max().unwrap_or(0),
            },
        }
    }

    /// Calls allowed: the user's limit, else the manifest's.
    pub(in crate::ingest) fn limit(&self, settings: &config::Instance) -> Option<Limit> {
        if let Some(quota) = &settings.quota {
            return Some(Limit { calls: quota.calls, per: quota.per, spacing: quota.spacing });
        }
        let rule = self.code.manifest().quota.as_ref()?;
        Some(Limit { calls: rule.calls, per: rule.per, spacing: rule.spacing })
    }

    /// What its manifest asks to reach.
    pub(in crate::ingest) fn reach(&self) -> Vec<String> {
        self.code.manifest().permissions().hosts
    }

    /// What an instance may reach.
    pub(in crate::ingest) fn permissions(&self, settings: &config::Instance) -> Permissions {
        let manifest = self.code.manifest();
        let mut hosts = manifest.permissions().hosts;
        hosts.extend(settings.base_url.as_ref().map(ToString::to_string));
        Permissions {
            hosts,
            folders: settings.watch.iter().map(|folder| folder.display().to_string()).collect(),
            memory_bytes: manifest.limits.memory_bytes,
        }
    }
}

/// Whether a feed fills a series, by its manifest or by what was described.
fn gives(feed: &watteau_host::manifest::Feed, series: &Series) -> bool {
    feed.series.contains(&series.name) || series.feed.as_ref().is_some_and(|name| *name == feed.name)
}

fn time_of_day(seconds: u32) -> Time {
    Time::midnight().saturating_add(SignedDuration::from_secs(i64::from(seconds)))
}
