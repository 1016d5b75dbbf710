//! The engine and the plugins: what a manifest means to ingest.

use super::{
    super::{builtin, instance::Feed, plan::FeedRule, quota::Limit},
    values,
};
use crate::{
    cli::COMPILE,
    clock::Clock,
    config::{self, PluginRef},
    model::{Permissions, Text},
};
use anyhow::Context as _;
use jiff::{SignedDuration, Span, ToSpan as _, civil::Time};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use watteau_host::{Compiler, Host, manifest::PluginKind};
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

    /// Loads the plugin of an instance, or says why it cannot.
    pub(in crate::ingest) async fn load(&self, settings: &config::Instance) -> Result<Plugin, Text> {
        let loaded = match &settings.plugin {
            PluginRef::Builtin(name) => match builtin::find(name) {
                Some(builtin) => self.host.builtin(builtin.manifest, builtin.bytecode),
                None => {
                    return Err(Text::new(
                        format!("There is no built-in plugin called `{name}`."),
                        format!("Il n’y a pas de greffon intégré nommé « {name} »."),
                    ));
                }
            },
            PluginRef::File(path) => self.host.load(path, &self.compiler).await,
        };
        loaded.map(Plugin).map_err(|error| {
            Text::new(
                format!("The plugin {} cannot be used: {error}", settings.plugin),
                format!("Le greffon {} est inutilisable : {error}", settings.plugin),
            )
        })
    }
}

/// A loaded plugin.
pub(in crate::ingest) struct Plugin(pub(super) watteau_host::Plugin);

impl Plugin {
    pub(in crate::ingest) fn version(&self) -> &str {
        &self.0.manifest().version
    }

    /// Name and version, as provenance keeps them.
    pub(in crate::ingest) fn label(&self) -> String {
        let manifest = self.0.manifest();
        format!("{} {}", manifest.name, manifest.version)
    }

    pub(in crate::ingest) fn title(&self) -> Text {
        values::text(&self.0.manifest().title)
    }

    /// Whether it asks a source (and does not read files).
    pub(in crate::ingest) fn is_source(&self) -> bool {
        self.0.manifest().kind == PluginKind::Source
    }

    /// The schedule it proposes.
    pub(in crate::ingest) fn schedule(&self) -> Option<&str> {
        self.0.manifest().schedule.as_deref()
    }

    /// The option that names the meter.
    pub(in crate::ingest) fn meter_option(&self) -> Option<&str> {
        self.0.manifest().meter_option().map(|option| option.name.as_str())
    }

    /// Its series as an instance of that name keeps them, by their name in the manifest.
    pub(in crate::ingest) fn series(&self, settings: &config::Instance) -> Vec<(String, SeriesDef)> {
        let manifest = self.0.manifest();
        let definition =
            |series| (values::name(series), values::definition(series, &settings.name, &manifest.name));
        manifest.series.iter().map(definition).collect()
    }

    /// Its feeds, in the manifest's order. A feed whose series may have points in the future is asked for the
    /// running day too.
    pub(in crate::ingest) fn feeds(&self) -> Vec<Feed> {
        let manifest = self.0.manifest();
        let ahead = |feed: &watteau_host::manifest::Feed| {
            let series = feed.series.iter().filter_map(|name| manifest.find_series(name));
            series.map(|series| series.ahead.div_ceil(DAY_SECONDS)).max().unwrap_or(0)
        };
        manifest
            .feeds
            .iter()
            .map(|feed| Feed {
                name: feed.name.clone(),
                series: feed.series.clone(),
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
                    ahead_days: ahead(feed),
                },
            })
            .collect()
    }

    /// Calls allowed: the user's limit, else the manifest's.
    pub(in crate::ingest) fn limit(&self, settings: &config::Instance) -> Option<Limit> {
        if let Some(quota) = &settings.quota {
            return Some(Limit { calls: quota.calls, per: quota.per, spacing: quota.spacing });
        }
        let rule = self.0.manifest().quota.as_ref()?;
        Some(Limit { calls: rule.calls, per: rule.per, spacing: rule.spacing })
    }

    /// What an instance may reach.
    pub(in crate::ingest) fn permissions(&self, settings: &config::Instance) -> Permissions {
        let manifest = self.0.manifest();
        let mut hosts = manifest.permissions().hosts;
        hosts.extend(settings.base_url.as_ref().map(ToString::to_string));
        Permissions {
            hosts,
            folders: settings.watch.iter().map(|folder| folder.display().to_string()).collect(),
            memory_bytes: manifest.limits.memory_bytes,
        }
    }
}

fn time_of_day(seconds: u32) -> Time {
    Time::midnight().saturating_add(SignedDuration::from_secs(i64::from(seconds)))
}
