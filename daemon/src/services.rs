//! What the API and the command socket may ask of the running daemon.
//!
//! The supervisor implements it; the API knows only this trait, so that the flow of data never turns back
//! and the routes can be tested on a store alone.

use crate::model::{ConnectorState, Event, ImportReport, Notice, PastImport, RunRecord};
use bytes::Bytes;
use std::{future::Future, pin::Pin};
use tokio::sync::broadcast;

/// The largest file that is read, in bytes, however it comes: no household downloads a larger one, five years of
/// half-hours as CSV are 6 MB. A connector may set a lower limit of its own.
pub const LARGEST_FILE: u64 = 20 << 20;

/// A file handed over on purpose (API, CLI), as opposed to one found in a watched folder.
#[derive(Debug, Clone)]
pub struct ImportRequest {
    /// As the user knows it; only shown, never opened.
    pub filename: String,
    /// The file's bytes.
    pub body: Bytes,
    /// When the file was last changed, ms since the epoch, where that is known.
    pub modified: Option<i64>,
    /// The instance to use; none: whoever recognises it.
    pub connector: Option<String>,
    /// Tell what would change, and write nothing.
    pub dry_run: bool,
}

/// How a run that somebody asked for differs from a scheduled one.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Ask again for every day from this one on, whatever the store has.
    pub since: Option<jiff::civil::Date>,
    /// Fetch and check, and write nothing.
    pub dry_run: bool,
}

/// Why a request could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// No instance has that name.
    #[error("no connector is called `{0}`; `watteau connectors` lists them")]
    UnknownConnector(String),
    /// The instance runs already.
    #[error("connector `{0}` is already running")]
    AlreadyRunning(String),
    /// The instance reads files: there is nothing to run but its folder's scan.
    #[error("connector `{0}` is switched off in the configuration")]
    Disabled(String),
    /// No instance reads files.
    #[error(
        "no connector reads files: add one to the configuration, for example [connectors.gas] with plugin = \"grdf\""
    )]
    NoReader,
    /// The store or the machine failed.
    #[error("{0}")]
    Internal(String),
}

/// A boxed future, so that the trait can be an object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The running daemon, as the API sees it.
pub trait Services: Send + Sync + 'static {
    /// Every connector instance, in the order of the configuration.
    fn connectors(&self) -> Vec<ConnectorState>;
    /// The sentences that belong on top of a page now.
    fn notices(&self) -> Vec<Notice>;
    /// Starts a run now; answers at once (`POST /connectors/{name}/run`).
    fn run_now(&self, connector: &str, options: RunOptions) -> Result<(), ServiceError>;
    /// Starts a run now and answers when it has ended (`POST /connectors/{name}/run?wait=true`).
    fn run(&self, connector: &str, options: RunOptions) -> BoxFuture<'_, Result<RunRecord, ServiceError>>;
    /// Reads a file: one report for each instance that took rows, or one that says why none did.
    fn import(&self, request: ImportRequest) -> BoxFuture<'_, Result<Vec<ImportReport>, ServiceError>>;
    /// Past imports, newest first.
    fn imports(&self, limit: usize) -> Vec<PastImport>;
    /// Tells all who listen what was written beside the connectors.
    fn announce(&self, event: Event);
    /// Everything that happens from now on.
    fn subscribe(&self) -> broadcast::Receiver<Event>;
    /// Why the daemon is not ready (none: it is).
    fn unready(&self) -> Option<String>;
}
