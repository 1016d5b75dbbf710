//! What a connector may ask of its host.
//!
//! [`Host`] is the contract's imports as a trait; [`Context`] is a small copyable handle on one, with a facade
//! per service. A connector only ever sees the context: it cannot tell a component's host from a test's fake.

use crate::{
    files::{Decision, MeterRows},
    http::{Http, HttpError, Request, Response},
    time::{Civil, Clock, Instant, Moment, Span},
    types::{Batch, Level, Refusal, Text},
};
use std::fmt;

/// The services of the host. Implemented by the SDK for components, and by fakes in tests.
#[allow(missing_docs, reason = "each method is the function of the same name in wit/since-v1/host.wit")]
pub trait Host {
    fn send(&self, request: &Request) -> Result<Response, HttpError>;
    fn claims(&self, auth: &str) -> Option<String>;
    fn now(&self) -> Instant;
    fn home_zone(&self) -> String;
    fn resolve(&self, zone: &str, civil: Civil) -> Result<Moment, String>;
    fn local(&self, zone: &str, instant: Instant) -> Result<(Civil, i32), String>;
    fn settings(&self) -> String;
    fn instance(&self) -> String;
    fn cursor(&self) -> Option<Vec<u8>>;
    fn put(&self, batch: Batch) -> Result<u32, SinkError>;
    fn absent(&self, series: &str, spans: &[Span], reason: &Text) -> Result<(), SinkError>;
    fn refuse(&self, refusal: Refusal);
    fn checkpoint(&self, cursor: Option<&[u8]>) -> Result<(), SinkError>;
    fn log(&self, level: Level, message: &str, fields: &[(String, String)]);
    fn claim(&self, meters: &[MeterRows]) -> Decision;
}

/// The host, as handed to every call of a connector.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    host: &'a dyn Host,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Context")
    }
}

impl<'a> Context<'a> {
    /// A context over a host: the SDK does this for components, tests do it for their fakes.
    pub fn new(host: &'a dyn Host) -> Self {
        Self { host }
    }

    /// The only way out: HTTP, checked by the host.
    pub fn http(self) -> Http<'a> {
        Http::new(self.host)
    }

    /// Now, and civil time by the host's zone database.
    pub fn clock(self) -> Clock<'a> {
        Clock::new(self.host)
    }

    /// Where points go.
    pub fn sink(self) -> Sink<'a> {
        Sink { host: self.host }
    }

    /// The journal.
    pub fn log(self) -> Log<'a> {
        Log { host: self.host }
    }

    /// The instance's name, first part of its series' ids.
    pub fn instance(self) -> String {
        self.host.instance()
    }

    /// The settings as the JSON object that the host gives. Calls receive them typed already.
    pub fn settings_json(self) -> String {
        self.host.settings()
    }

    /// What the last checkpoint kept.
    pub fn cursor(self) -> Option<Vec<u8>> {
        self.host.cursor()
    }

    /// Tells the host which meters a file names; it answers whose rows to take.
    pub fn claim(self, meters: &[MeterRows]) -> Decision {
        self.host.claim(meters)
    }
}

/// Where points go. What is put since the last checkpoint becomes durable together, or not at all.
#[derive(Clone, Copy)]
pub struct Sink<'a> {
    host: &'a dyn Host,
}

impl Sink<'_> {
    /// Puts points; answers how many of them the host refused (it counts and explains them itself).
    pub fn put(self, batch: Batch) -> Result<u32, SinkError> {
        self.host.put(batch)
    }

    /// Says that the source has no value over these spans and will not have one.
    pub fn absent(self, series: &str, spans: &[Span], reason: impl Into<Text>) -> Result<(), SinkError> {
        self.host.absent(series, spans, &reason.into())
    }

    /// Reports a row or value that cannot be used.
    pub fn refuse(self, refusal: Refusal) {
        self.host.refuse(refusal);
    }

    /// Makes everything put so far durable, with this cursor. Not offered while a file is read.
    pub fn checkpoint(self, cursor: Option<&[u8]>) -> Result<(), SinkError> {
        self.host.checkpoint(cursor)
    }
}

/// Why points could not be put.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SinkError {
    /// The series is not declared, or its unit is another: a mistake of the connector. The host stops the call.
    #[error("the host refuses this batch: {0}")]
    Contract(String),
    /// More points than a call may put. The host stops the call.
    #[error("too many points for one call: {0}")]
    TooMuch(String),
    /// The store cannot write at present.
    #[error("the store cannot write: {0}")]
    Store(String),
}

/// The journal. Long messages are cut, and too many lines a minute are dropped and counted.
#[derive(Clone, Copy)]
pub struct Log<'a> {
    host: &'a dyn Host,
}

impl Log<'_> {
    /// For whoever writes the connector.
    pub fn debug(self, message: impl AsRef<str>) {
        self.host.log(Level::Debug, message.as_ref(), &[]);
    }

    /// For whoever runs the daemon.
    pub fn info(self, message: impl AsRef<str>) {
        self.host.log(Level::Info, message.as_ref(), &[]);
    }

    /// Something unexpected that was dealt with.
    pub fn warn(self, message: impl AsRef<str>) {
        self.host.log(Level::Warn, message.as_ref(), &[]);
    }

    /// Something lost.
    pub fn error(self, message: impl AsRef<str>) {
        self.host.log(Level::Error, message.as_ref(), &[]);
    }

    /// A line with named values beside the message.
    pub fn write(self, level: Level, message: &str, fields: &[(String, String)]) {
        self.host.log(level, message, fields);
    }
}
