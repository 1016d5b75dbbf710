//! The configuration, checked: what the rest of the daemon reads.

use super::{remote_write::RemoteWrite, schedule::Schedule, secret::Secret};
use ipnet::IpNet;
use jiff::{
    civil::{Date, Time, time},
    tz::TimeZone,
};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    net::SocketAddr,
    path::PathBuf,
    time::Duration,
};
use url::Url;
use watteau_homeassistant::statistics::Statistic;

/// Everything the user decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// `[server]`.
    pub server: Server,
    /// `[store]`.
    pub store: StoreSettings,
    /// `[home]`.
    pub home: Home,
    /// `[access]`.
    pub access: AccessSettings,
    /// `[connectors.NAME]`, by name.
    pub connectors: BTreeMap<String, Instance>,
    /// `[jobs.NAME]` of the kind `forecast`, by name.
    pub jobs: BTreeMap<String, Job>,
    /// `[jobs.NAME]` of the kind `regression`, by name.
    pub regressions: BTreeMap<String, Regression>,
    /// `[mqtt]`, where it is there and switched on.
    pub mqtt: Option<Mqtt>,
    /// `[homeassistant]`, where it is there and switched on.
    pub homeassistant: Option<HomeAssistant>,
    /// `[remote_write]`; none: nothing is sent.
    pub remote_write: Option<RemoteWrite>,
}

/// `[mqtt]`: a broker that is told the summary, and by which Home Assistant finds its sensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mqtt {
    /// The broker's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who it is told we are.
    pub username: Option<String>,
    /// And how we prove it.
    pub password: Option<Secret>,
    /// Where Home Assistant listens for announcements.
    pub prefix: String,
    /// Where watteau speaks.
    pub topic: String,
}

/// `[homeassistant]`: the Home Assistant whose long-term statistics are fed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HomeAssistant {
    /// Its address.
    pub url: Url,
    /// A long-lived token of an administrator.
    pub token: Secret,
    /// What it is given.
    pub statistics: BTreeSet<Statistic>,
}

/// `[jobs.NAME]` of the kind `forecast`: a series that is forecast every day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// `[a-z0-9_]+`.
    pub name: String,
    /// The series that is forecast.
    pub target: String,
    /// A forecast by somebody else, scored beside ours: the grid operator's.
    pub official: Option<String>,
    /// Series of outdoor temperatures; `*` stands for any part of an id.
    pub drivers: Vec<String>,
    /// A series that says how much of the household is at home.
    pub presence: Option<String>,
    /// Chronos models that forecast beside.
    pub models: Vec<String>,
    /// When the next day is forecast, local time, ascending.
    pub at: Vec<Time>,
    /// How late the target is known.
    pub lag: Lag,
    /// Switched off, it keeps its forecasts and makes none.
    pub enabled: bool,
}

/// How late a series is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lag {
    /// Some hours after.
    Hours(u8),
    /// A day is known on the next.
    Day,
}

impl fmt::Display for Lag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hours(hours) => write!(f, "{hours}h"),
            Self::Day => f.write_str("day"),
        }
    }
}

impl Job {
    /// What a job of that target is unless it is told otherwise. The grid's load is known within the hour, a home's
    /// meters on the next day.
    pub fn new(name: &str, target: &str) -> Self {
        let instance = target.split('.').next().unwrap_or_default();
        let grid = target.rsplit('.').next() == Some("load");
        let times: &[Time] =
            if grid { &[time(10, 0, 0, 0), time(20, 0, 0, 0)] } else { &[time(10, 0, 0, 0)] };
        Self {
            name: name.to_owned(),
            target: target.to_owned(),
            official: grid.then(|| format!("{instance}.forecast_d1")),
            drivers: vec!["weather.*.temperature".to_owned(), "weather.temperature".to_owned()],
            presence: None,
            models: vec!["chronos".to_owned()],
            at: times.to_vec(),
            lag: if grid { Lag::Hours(1) } else { Lag::Day },
            enabled: true,
        }
    }
}

/// `[jobs.NAME]` of the kind `regression`: what the weather explains of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regression {
    /// `[a-z0-9_]+`.
    pub name: String,
    /// The series that is explained: an energy, a volume, or a power that is added up.
    pub target: String,
    /// A series that says how many are at home.
    pub occupancy: Option<String>,
    /// One series of outdoor temperatures by the hour, or two by the day: the minimum and the maximum. `*` stands for any
    /// part of an id; the first that is there is taken.
    pub temperature: Vec<String>,
    /// By which model.
    pub form: Form,
    /// First day that is fitted; none: the first there is.
    pub fit_from: Option<Date>,
    /// First day that is not fitted any more; none: all there is.
    pub fit_to: Option<Date>,
    /// How often it is fitted again.
    pub refit: Refit,
    /// Days on which something was changed, ascending.
    pub events: Vec<DatedEvent>,
    /// Switched off, it keeps its fits and makes none.
    pub enabled: bool,
}

/// By which model a series is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Days, by an effective temperature with a searched base.
    Daily,
    /// Months, by degree-days and occupancy.
    Monthly,
}

impl Form {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Monthly => "monthly",
        }
    }
}

/// How often a model is fitted again; each fit is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refit {
    /// Every day that has brought a new day.
    Day,
    /// Every week.
    Week,
    /// Every month.
    Month,
}

impl Refit {
    /// As it is written.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// Something that was changed on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedEvent {
    /// The first day after it.
    pub date: Date,
    /// What it was, in the user's words.
    pub name: String,
}

impl Regression {
    /// What a regression of that target is unless it is told otherwise.
    pub fn new(name: &str, target: &str) -> Self {
        Self {
            name: name.to_owned(),
            target: target.to_owned(),
            occupancy: None,
            temperature: vec!["weather.temperature".to_owned()],
            form: Form::Daily,
            fit_from: None,
            fit_to: None,
            refit: Refit::Week,
            events: vec![],
            enabled: true,
        }
    }
}

/// `[server]`: how the daemon is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The address of HTTP.
    pub listen: SocketAddr,
    /// The Unix socket of the commands.
    pub socket: PathBuf,
    /// The Unix socket of a reverse proxy, where there is one.
    pub http_socket: Option<HttpSocket>,
    /// Names that it is asked by, besides the machine's own.
    pub names: Vec<String>,
    /// Proxies that are believed about their clients.
    pub trusted_proxies: Vec<IpNet>,
}

/// A Unix socket on which HTTP is spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpSocket {
    /// Where it is.
    pub path: PathBuf,
    /// Who may open it.
    pub mode: u32,
}

/// `[access]`: who has to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccessSettings {
    /// Asks on this machine too.
    pub always: bool,
    /// Who may read.
    pub read: Reading,
}

/// Who may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// Whoever reaches the address.
    #[default]
    Open,
    /// Whoever signs in, or has a token.
    Password,
}

/// `[store]`: where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// The data folder; the daemon makes it.
    pub dir: PathBuf,
}

impl StoreSettings {
    /// The store's file.
    pub fn file(&self) -> PathBuf {
        self.dir.join("watteau.redb")
    }
}

/// `[home]`: what holds for the whole home.
#[derive(Debug, Clone, PartialEq)]
pub struct Home {
    /// The zone in which days turn.
    pub timezone: TimeZone,
    /// Its IANA name.
    pub timezone_name: String,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The dashboard's language; none: the browser's.
    pub language: Option<Lang>,
}

/// A language that watteau speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

/// One connector instance: its name is the first part of its series' ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// `[a-z0-9_]+`.
    pub name: String,
    /// What it runs.
    pub plugin: PluginRef,
    /// Switched off, it keeps its data and does nothing.
    pub enabled: bool,
    /// When it runs; none: when its plugin says.
    pub schedule: Option<Schedule>,
    /// How far back to fill; none: all there is.
    pub since: Option<Date>,
    /// The address of the source, where it is not the manifest's.
    pub base_url: Option<Url>,
    /// How often the source may be called, where the user decides it.
    pub quota: Option<QuotaSetting>,
    /// The folder whose files it reads.
    pub watch: Option<PathBuf>,
    /// What becomes of a file that was read.
    pub after_import: AfterImport,
    /// Walls that the user moves.
    pub limits: LimitSettings,
    /// The plugin's own options for the guest: defaults filled in, secrets left out.
    pub settings: Map<String, Value>,
    /// The plugin's secret options, by name.
    pub secrets: BTreeMap<String, Secret>,
}

impl Instance {
    /// The user's schedule, else the plugin's, else none by itself. A proposal that cannot be read counts as
    /// none: `watteau check` says so.
    pub fn schedule_or_default(&self, proposed: Option<&str>) -> Schedule {
        self.schedule
            .clone()
            .or_else(|| proposed.and_then(|text| text.parse().ok()))
            .unwrap_or(Schedule::Never)
    }
}

/// What an instance runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PluginRef {
    /// A connector of the binary, by name.
    Builtin(String),
    /// A component in a file.
    File(PathBuf),
}

impl fmt::Display for PluginRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builtin(name) => f.write_str(name),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// How often a source may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaSetting {
    /// So many calls...
    pub calls: u32,
    /// ...in any window this long.
    pub per: Duration,
    /// At least this long between two.
    pub spacing: Duration,
}

/// What becomes of a file that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AfterImport {
    /// It stays where it is.
    #[default]
    Keep,
    /// It goes to `imported/` or `refused/` beside, with the reason.
    Move,
}

/// Walls around a guest, where the user moves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LimitSettings {
    /// Linear memory.
    pub memory_bytes: Option<u64>,
    /// The guest's own computing in a call.
    pub cpu: Option<Duration>,
    /// A whole call.
    pub call: Option<Duration>,
    /// An answer over HTTP.
    pub body_bytes: Option<u64>,
    /// Points put in a call.
    pub points: Option<u64>,
    /// Lines of journal a minute.
    pub log_lines: Option<u32>,
}

/// What differs between two configurations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Instances that are new.
    pub added: Vec<String>,
    /// Instances that are gone.
    pub removed: Vec<String>,
    /// Instances whose settings changed.
    pub changed: Vec<String>,
    /// Sections that only a restart can apply: `server`, `store`, `home`.
    pub restart: Vec<&'static str>,
}

impl Changes {
    /// Whether the two are the same.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Config {
    /// Every secret that is in use, with the key that names it. What is switched off uses none.
    pub fn secrets(&self) -> impl Iterator<Item = (String, &Secret)> {
        let instances = self.connectors.values().filter(|instance| instance.enabled);
        let of_instances = instances.flat_map(|instance| {
            let key = move |(name, secret)| (format!("connectors.{}.{name}", instance.name), secret);
            instance.secrets.iter().map(key)
        });
        let mqtt =
            self.mqtt.iter().filter_map(|mqtt| Some(("mqtt.password".to_owned(), mqtt.password.as_ref()?)));
        let home = self.homeassistant.iter().map(|home| ("homeassistant.token".to_owned(), &home.token));
        let receiver = self.remote_write.iter().filter_map(|receiver| {
            let (key, secret) = receiver.auth.secret()?;
            Some((format!("remote_write.{key}"), secret))
        });
        of_instances.chain(mqtt).chain(home).chain(receiver)
    }

    /// What a new configuration changes, so that only that is started again.
    pub fn changed(old: &Self, new: &Self) -> Changes {
        let keys = |from: &Self, keep: &dyn Fn(&Instance) -> bool| -> Vec<String> {
            from.connectors.values().filter(|instance| keep(instance)).map(|i| i.name.clone()).collect()
        };
        let sections = [
            ("server", old.server != new.server),
            ("store", old.store != new.store),
            ("home", old.home != new.home),
        ];
        Changes {
            added: keys(new, &|instance| !old.connectors.contains_key(&instance.name)),
            removed: keys(old, &|instance| !new.connectors.contains_key(&instance.name)),
            changed: keys(new, &|instance| {
                old.connectors.get(&instance.name).is_some_and(|was| was != instance)
            }),
            restart: sections.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect(),
        }
    }
}
