//! What a plugin says of itself, before any of its code runs: what it reads, gives, wants to reach and needs set.
//!
//! `raw` is the TOML as written, `resolve` turns it into these types and reports every problem at once,
//! `settings` checks a user's table against the options, `shape` says a pattern in words, `values` holds the small formats (`30min`, `32MB`).

mod raw;
mod resolve;
mod settings;
mod shape;
mod values;

pub(crate) use resolve::{is_label_name, is_series_name};
pub use settings::{Problem, Settings, common_keys};
pub use values::{duration, size};

use crate::model::{Series, Text};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::time::Duration;
use url::Url;

/// A manifest, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The plugin's name: `[a-z0-9-]+`.
    pub name: String,
    /// The plugin's version.
    pub version: String,
    /// How it takes its data.
    pub kind: PluginKind,
    /// Its name for people.
    pub title: Text,
    /// One sentence about it.
    pub summary: Text,
    /// Whether `describe` gives more series than the manifest, by the settings.
    pub dynamic: bool,
    /// The walls it asks for.
    pub limits: Limits,
    /// What it wants to reach; none: nothing.
    pub http: Option<Http>,
    /// How often it may call its source.
    pub quota: Option<QuotaRule>,
    /// When it runs where the user says nothing.
    pub schedule: Option<String>,
    /// What the user may set.
    pub options: Vec<Opt>,
    /// What its source answers together.
    pub feeds: Vec<Feed>,
    /// What it gives.
    pub series: Vec<Series>,
}

/// How a plugin takes its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PluginKind {
    /// It asks a source over HTTP.
    Source,
    /// It reads files.
    Files,
}

/// The walls around a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of the guest.
    pub memory_bytes: u64,
    /// Time of the guest's own computing in one call.
    pub cpu: Duration,
    /// Time of the whole call, waiting included.
    pub call: Duration,
    /// An answer over HTTP.
    pub body_bytes: u64,
    /// Points put in one call.
    pub points: u64,
    /// Lines of journal a minute.
    pub log_lines: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 32 << 20,
            cpu: Duration::from_secs(10),
            call: Duration::from_mins(2),
            body_bytes: 16 << 20,
            points: 500_000,
            log_lines: 120,
        }
    }
}

/// What a plugin wants to reach.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Http {
    /// What addresses that start with `/` are under, where the user names no `base_url`.
    pub base_url: Option<Url>,
    /// The reach.
    pub allow: Vec<Allow>,
    /// The credentials.
    pub auth: Vec<Auth>,
}

/// A host that may be reached, over HTTPS, or over HTTP where the scheme says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allow {
    /// Exactly this host name.
    pub host: String,
    /// Prefixes of the path; empty: none.
    pub paths: Vec<String>,
    /// In upper case.
    pub methods: Vec<String>,
}

/// A credential that the host adds by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth {
    /// The name that requests use.
    pub name: String,
    /// How it is added.
    pub kind: AuthKind,
}

/// How a credential is added to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthKind {
    /// `Authorization: Bearer <secret>`.
    Bearer {
        /// The secret option.
        secret: String,
    },
    /// `Authorization: Basic …`.
    Basic {
        /// The option with the user's name.
        user: String,
        /// The secret option.
        password: String,
    },
    /// Any header.
    Header {
        /// Its name.
        header: String,
        /// The secret option.
        secret: String,
    },
    /// OAuth2 client credentials: a token, kept until shortly before it ends.
    OAuth2 {
        /// Where tokens are given: absolute, or under the base URL.
        token_url: String,
        /// The option with the client's id.
        client_id: String,
        /// The secret option.
        client_secret: String,
        /// How long before its end a token is renewed.
        margin: Duration,
    },
}

/// How often a source may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaRule {
    /// So many calls...
    pub calls: u32,
    /// ...in any window this long.
    pub per: Duration,
    /// At least this long between two.
    pub spacing: Duration,
}

/// What the source answers together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub title: Text,
    /// The series it fills.
    pub series: Vec<String>,
    /// The longest span of one pull, in local days.
    pub span_days: u32,
    /// How far back the source goes; none: not known.
    pub history: Option<History>,
    /// Seconds after local midnight from which yesterday is usually there.
    pub published: Option<u32>,
    /// Incomplete days younger than this are asked again.
    pub late_days: u32,
}

/// How far back a source goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// Calendar months, first.
    pub months: u32,
    /// Then days.
    pub days: u32,
}

/// Something the user may set.
#[derive(Debug, Clone, PartialEq)]
pub struct Opt {
    /// The key in the instance's table.
    pub name: String,
    /// The type.
    pub kind: OptionKind,
    /// Whether it must be set.
    pub required: bool,
    /// What the guest gets where it is not.
    pub default: Option<Value>,
    /// A regular expression for texts.
    pub pattern: Option<String>,
    /// The values of a choice.
    pub choices: Vec<String>,
    /// Whether another value is another meter or place, whose data must not join that of the first.
    pub identity: bool,
    /// Its name for people.
    pub label: Text,
    /// A sentence about it.
    pub help: Text,
}

/// The type of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `2024-01-31`.
    Date,
    /// `30min`.
    Duration,
    /// `http` or `https`.
    Url,
    /// Text, or where to find it: `{ file = … }`, `{ credential = … }`, `{ env = … }`.
    Secret,
    /// The number of a meter: text.
    Meter,
    /// One of the choices.
    Choice,
    /// A table that the guest checks itself.
    Table,
    /// A list that the guest checks itself.
    List,
    /// A list of names of feeds: the others are left out. All of them where nothing is said.
    Feeds,
}

/// What a plugin may do, for `inspect` and the dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Permissions {
    /// `GET conso.boris.sh/api/`.
    pub hosts: Vec<String>,
    /// The secret options it may use by name.
    pub secrets: Vec<String>,
    /// Linear memory.
    pub memory_bytes: u64,
}

/// Why a manifest cannot be used: every problem, one a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .problems.join("; "))]
pub struct ManifestError {
    /// Each names the key and says what is wrong.
    pub problems: Vec<String>,
}

impl ManifestError {
    pub(crate) fn not_text() -> Self {
        Self { problems: vec!["it is not UTF-8 text".to_owned()] }
    }
}

impl Manifest {
    /// Parses and checks a manifest; reports every problem at once.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        resolve::resolve(text)
    }

    /// Checks the table of an instance, and makes what its guest will see.
    pub fn validate_settings(&self, table: &toml::Table) -> Settings {
        settings::validate(self, table)
    }

    /// The option that names the instance's meter.
    pub fn meter_option(&self) -> Option<&Opt> {
        self.options.iter().find(|option| option.kind == OptionKind::Meter)
    }

    /// The feeds that these settings want: all, unless an option of type `feeds` names some.
    pub fn wanted_feeds(&self, settings: &Map<String, Value>) -> impl Iterator<Item = &Feed> {
        let option = self.options.iter().find(|option| option.kind == OptionKind::Feeds);
        let words = option.and_then(|option| settings.get(&option.name)?.as_array().cloned());
        self.feeds.iter().filter(move |feed| {
            words.as_ref().is_none_or(|words| words.iter().any(|word| word.as_str() == Some(&feed.name)))
        })
    }

    /// A feed by name.
    pub fn feed(&self, name: &str) -> Option<&Feed> {
        self.feeds.iter().find(|feed| feed.name == name)
    }

    /// A declared series by name.
    pub fn find_series(&self, name: &str) -> Option<&Series> {
        self.series.iter().find(|series| series.name == name)
    }

    /// What it may do.
    pub fn permissions(&self) -> Permissions {
        let reach = self.http.iter().flat_map(|http| &http.allow);
        Permissions {
            hosts: reach
                .map(|allow| format!("{} {}{}", allow.methods.join(","), allow.host, allow.paths.join(" ")))
                .collect(),
            secrets: self
                .options
                .iter()
                .filter(|option| option.kind == OptionKind::Secret)
                .map(|option| option.name.clone())
                .collect(),
            memory_bytes: self.limits.memory_bytes,
        }
    }

    /// A description for `inspect` and the API.
    pub fn describe(&self) -> Value {
        json!({
            "name": self.name,
            "version": self.version,
            "kind": self.kind,
            "title": self.title,
            "summary": self.summary,
            "permissions": self.permissions(),
            "limits": {
                "memory_bytes": self.limits.memory_bytes,
                "cpu_seconds": self.limits.cpu.as_secs_f64(),
                "call_seconds": self.limits.call.as_secs_f64(),
                "body_bytes": self.limits.body_bytes,
                "points": self.limits.points,
                "log_lines": self.limits.log_lines,
            },
            "quota": self.quota.map(|quota| json!({
                "calls": quota.calls,
                "per_seconds": quota.per.as_secs_f64(),
                "spacing_seconds": quota.spacing.as_secs_f64(),
            })),
            "schedule": self.schedule,
            "options": self.options.iter().map(|option| json!({
                "name": option.name,
                "type": option.kind,
                "required": option.required,
                "default": option.default,
                "pattern": option.pattern,
                "choices": option.choices,
                "label": option.label,
                "help": option.help,
            })).collect::<Vec<_>>(),
            "feeds": self.feeds.iter().map(|feed| json!({
                "name": feed.name,
                "title": feed.title,
                "series": feed.series,
                "span_days": feed.span_days,
                "history": feed.history.map(|history| json!({ "months": history.months, "days": history.days })),
                "published_seconds": feed.published,
                "late_days": feed.late_days,
            })).collect::<Vec<_>>(),
            "series": self.series.iter().map(|series| json!({
                "name": series.name,
                "unit": series.unit,
                "kind": series.kind,
                "title": series.title,
                "day_start_seconds": series.day_start,
            })).collect::<Vec<_>>(),
        })
    }
}
