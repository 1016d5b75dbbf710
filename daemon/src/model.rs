//! The values that the stages share: what a person or a program is told of connectors, runs and imports.
//!
//! No I/O here, and no stage: a module may depend on these types and on nothing else of its neighbours.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A sentence for a person, in the dashboard's two languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Default)]
pub struct Text {
    /// English.
    pub en: String,
    /// French; the English one where the author wrote no other.
    pub fr: String,
}

impl Text {
    /// Both languages.
    pub fn new(en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { en: en.into(), fr: fr.into() }
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en)
    }
}

/// How a connector takes its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectorKind {
    /// It asks a source over HTTP.
    Source,
    /// It reads files.
    Files,
}

/// What a connector is doing, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Its last run did all there was to do.
    Ok,
    /// A run is in progress.
    Running,
    /// Nothing is wrong: the source has not published yet, or the quota is used up.
    Waiting,
    /// The person has something to do (a consent, a setting).
    Attention,
    /// It failed, and tries again by itself.
    Failed,
    /// Switched off in the configuration.
    Disabled,
    /// It has not run since it was configured.
    NeverRun,
}

/// The class of a trouble: it fixes what the daemon does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TroubleKind {
    /// The configuration is wrong; no retry until it changes.
    Settings,
    /// Credentials or consent refused; the person acts.
    Consent,
    /// No more calls for now.
    Quota,
    /// The source or the gateway is down; retried with a growing delay.
    Unavailable,
    /// The source answered something that cannot be read.
    Unreadable,
    /// The source does not offer this for this meter.
    NotOffered,
    /// The host stopped the connector (loop, memory, panic, flood, a lie about units).
    Stopped,
    /// Watteau could not write.
    Store,
}

impl TroubleKind {
    /// The stable name, as in JSON and in metric labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Consent => "consent",
            Self::Quota => "quota",
            Self::Unavailable => "unavailable",
            Self::Unreadable => "unreadable",
            Self::NotOffered => "not_offered",
            Self::Stopped => "stopped",
            Self::Store => "store",
        }
    }
}

/// What is wrong, who failed, since when, and what happens next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Trouble {
    /// Its class.
    pub kind: TroubleKind,
    /// Who failed, by name (`Enedis`, `Conso API`); none when it is the connector, the settings or watteau.
    pub party: Option<String>,
    /// What happened.
    pub message: Text,
    /// First time in a row, RFC 3339.
    pub since: String,
    /// How many times in a row.
    pub tries: u32,
    /// When it is tried again by itself, RFC 3339; none when it waits for the person.
    pub next_try: Option<String>,
    /// What the person can do; none when there is nothing to do but wait.
    pub what_to_do: Option<Text>,
}

/// The last run of a connector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunRecord {
    /// RFC 3339.
    pub started: String,
    /// RFC 3339.
    pub ended: String,
    /// Whether it ended without trouble.
    pub ok: bool,
    /// Points that were not there before.
    pub new: u64,
    /// Points that were there already with the same value.
    pub unchanged: u64,
    /// Points whose value changed; the old ones are kept as revisions.
    pub corrected: u64,
    /// Points refused by the checks.
    pub refused: u64,
    /// What went wrong in it, in the order it was met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Text>,
}

/// Days fetched of a history still being filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Backfill {
    /// Days that are there, or that the source is known not to have.
    pub done_days: u32,
    /// Days there are to ask in all.
    pub total_days: u32,
}

/// One feed of a connector: what its source answers together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedState {
    /// The feed's name in the manifest.
    pub name: String,
    /// Its name for people.
    pub title: Text,
    /// Ids of the series it gives.
    pub series: Vec<String>,
    /// What is wrong with this feed alone.
    pub error: Option<Trouble>,
    /// End of the last complete day, RFC 3339.
    pub complete_until: Option<String>,
    /// Where the source's data begins, once the source has said so, RFC 3339.
    pub history_start: Option<String>,
    /// Progress of the history.
    pub backfill: Option<Backfill>,
}

/// How much of its quota an instance has used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuotaState {
    /// Calls allowed in the window.
    pub calls: u32,
    /// Length of the window in seconds.
    pub per_seconds: u64,
    /// Calls made in the window.
    pub used: u32,
    /// When the window is empty again, RFC 3339.
    pub resets_at: Option<String>,
}

/// What a connector may reach; nothing else exists for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Permissions {
    /// Hosts and paths.
    pub hosts: Vec<String>,
    /// Folders it is given files from.
    pub folders: Vec<String>,
    /// Memory cap in bytes.
    pub memory_bytes: u64,
}

/// One connector instance, as the dashboard, the CLI and the API show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConnectorState {
    /// The instance's name in the configuration.
    pub name: String,
    /// The plugin it runs.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
    /// How it takes its data.
    pub kind: ConnectorKind,
    /// What it is, for a person.
    pub title: Text,
    /// One word.
    pub state: Condition,
    /// One sentence about now.
    pub text: Text,
    /// RFC 3339.
    pub last_success: Option<String>,
    /// The last run that ended.
    pub last_run: Option<RunRecord>,
    /// When it runs next by itself, RFC 3339.
    pub next_run: Option<String>,
    /// What is wrong with the whole connector.
    pub error: Option<Trouble>,
    /// Its feeds (sources only).
    pub feeds: Vec<FeedState>,
    /// Its quota (sources only).
    pub quota: Option<QuotaState>,
    /// The folder it watches (files only).
    pub watch: Option<String>,
    /// Ids of its series.
    pub series: Vec<String>,
    /// Whether a run is in progress.
    pub running: bool,
    /// What it may reach.
    pub permissions: Permissions,
}

/// Why a file gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportError {
    /// A stable class: `empty_file`, `missing_column`, `which_meter`...
    pub code: String,
    /// What to read, in English.
    pub message: String,
    /// The same in French.
    pub message_fr: String,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefusedRow {
    /// Where in the file.
    pub row: String,
    /// The day it would have been, ISO 8601.
    pub date: Option<String>,
    /// Why, in English.
    pub reason: String,
    /// Why, in French.
    pub reason_fr: String,
}

/// Rows of a file whose meter no instance has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OtherMeter {
    /// Last four characters of the meter's number.
    pub meter: String,
    /// How many rows.
    pub rows: u32,
    /// What to add to the configuration.
    pub advice: Text,
}

/// What would happen, or happened, to one point of a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// Series id.
    pub series: String,
    /// Epoch seconds.
    pub start: i64,
    /// Epoch seconds.
    pub end: i64,
    /// The value in the file.
    pub value: f64,
    /// `measured`, `estimated`, `corrected` or `filled`.
    pub quality: String,
    /// `new`, `unchanged`, `corrected` or `older`.
    pub outcome: String,
    /// The value that is there now, for `corrected` and `older`.
    pub old: Option<f64>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportStatus {
    /// Stored whole.
    Imported,
    /// Stored but for the rows listed.
    ImportedWithRejects,
    /// All of it was known already.
    Unchanged,
    /// A good file with no reading inside.
    Empty,
    /// Not a file for anybody (a download in progress, an owner file).
    Ignored,
    /// Nothing was stored; `error` says why.
    Error,
}

/// The report of one file for one instance: what `watteau import --json` lists and the API answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// The file's name, never its path.
    pub file: String,
    /// What became of it.
    pub status: ImportStatus,
    /// What it was recognised as.
    pub format: Option<String>,
    /// The instance that read it.
    pub connector: Option<String>,
    /// Why nothing was stored.
    pub error: Option<ImportError>,
    /// Last four characters of the meter's number.
    pub meter: Option<String>,
    /// First day inside, ISO 8601.
    pub from: Option<String>,
    /// Last day inside, ISO 8601.
    pub to: Option<String>,
    /// Day on which the source made the file, ISO 8601.
    pub exported: Option<String>,
    /// Points that were not there before.
    pub new: u64,
    /// Points that were there already.
    pub unchanged: u64,
    /// Points whose value changed.
    pub corrected: u64,
    /// Rows that could not be used.
    pub refused: Vec<RefusedRow>,
    /// Days that the file itself declares without a value.
    pub absent: u32,
    /// Whether this was a rehearsal: nothing was written.
    pub dry_run: bool,
    /// Rows of meters that no instance has.
    pub other_meters: Vec<OtherMeter>,
    /// Things worth a word that are not errors.
    pub remarks: Vec<Text>,
    /// Point by point, up to 400; only in a rehearsal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// A past import, as it is remembered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PastImport {
    /// RFC 3339.
    pub at: String,
    /// What was reported.
    #[serde(flatten)]
    pub report: ImportReport,
}

/// How urgent a notice is, and whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Nothing to do.
    Waiting,
    /// The person has something to do.
    YourTurn,
    /// A source or gateway failed.
    TheirFault,
    /// Watteau failed.
    OurFault,
}

/// One sentence for the top of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Whose turn it is.
    pub kind: NoticeKind,
    /// The instance it is about.
    pub connector: Option<String>,
    /// The sentence.
    pub text: Text,
    /// The one thing to do.
    pub action: Option<NoticeAction>,
    /// RFC 3339.
    pub since: Option<String>,
    /// RFC 3339.
    pub next_try: Option<String>,
}

/// A link of the dashboard that helps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NoticeAction {
    /// What it says.
    pub text: Text,
    /// Where it leads, within the dashboard.
    pub href: String,
}

/// What the rest of the program is told when something happens; also the server-sent events.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Points were written.
    Points {
        /// Series id.
        series: String,
        /// First instant touched, epoch seconds.
        from: i64,
        /// End of the last instant touched, epoch seconds.
        to: i64,
        /// The store's version after the write.
        version: u64,
    },
    /// A connector's state changed.
    Connector(Box<ConnectorState>),
    /// A run makes progress.
    Run {
        /// Instance.
        connector: String,
        /// Feed.
        feed: String,
        /// Spans fetched.
        done: u32,
        /// Spans to fetch in this run.
        total: u32,
    },
    /// A file was read.
    Import(Box<ImportReport>),
    /// A job ended: there is a new forecast or a new fit, or a reason why not.
    Job {
        /// The job.
        job: String,
        /// What it does: `forecast`, `regression`.
        kind: &'static str,
        /// The series it is about.
        target: String,
        /// Whether something new is there to be read.
        ok: bool,
    },
}

impl Event {
    /// The name of the server-sent event.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Points { .. } => "points",
            Self::Connector(_) => "connector",
            Self::Run { .. } => "run",
            Self::Import(_) => "import",
            Self::Job { .. } => "job",
        }
    }
}
