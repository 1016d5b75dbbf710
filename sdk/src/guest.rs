//! The host as a component sees it: the imports behind the [`Host`] trait.

use crate::{
    bindings::plugin::watteau::connector::{clock, files, http, log, settings, sink, state},
    context::{Host, SinkError},
    files::{Decision, FileBytes, MeterRows},
    http::{HttpError, Request, Response},
    time::{Civil, Instant, Moment, Span},
    types::{Batch, Level, Refusal, Text},
};

/// The component's imports.
pub(crate) struct Imports;

impl Host for Imports {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let Request { method, url, headers, body, auth, timeout_ms } = request.clone();
        match http::send(&http::Request { method, url, headers, body, auth, timeout_ms }) {
            Ok(http::Response { status, headers, body }) => Ok(Response { status, headers, body }),
            Err(error) => Err(match error {
                http::Error::Denied(why) => HttpError::Denied(why),
                http::Error::Invalid(why) => HttpError::Invalid(why),
                http::Error::Quota(until) => HttpError::Quota(until),
                http::Error::Unreachable(why) => HttpError::Unreachable(why),
                http::Error::TimedOut => HttpError::TimedOut,
                http::Error::TooLarge(limit) => HttpError::TooLarge(limit),
                http::Error::Credential(why) => HttpError::Credential(why),
            }),
        }
    }

    fn claims(&self, auth: &str) -> Option<String> {
        http::claims(auth)
    }

    fn now(&self) -> Instant {
        clock::now()
    }

    fn home_zone(&self) -> String {
        clock::home_zone()
    }

    fn resolve(&self, zone: &str, civil: Civil) -> Result<Moment, String> {
        clock::resolve(zone, civil)
    }

    fn local(&self, zone: &str, instant: Instant) -> Result<(Civil, i32), String> {
        clock::local(zone, instant)
    }

    fn settings(&self) -> String {
        settings::get()
    }

    fn instance(&self) -> String {
        settings::instance()
    }

    fn cursor(&self) -> Option<Vec<u8>> {
        state::cursor()
    }

    fn put(&self, batch: Batch) -> Result<u32, SinkError> {
        sink::put(&batch).map_err(Into::into)
    }

    fn absent(&self, series: &str, spans: &[Span], reason: &Text) -> Result<(), SinkError> {
        sink::absent(series, spans, reason).map_err(Into::into)
    }

    fn refuse(&self, refusal: Refusal) {
        sink::refuse(&refusal);
    }

    fn checkpoint(&self, cursor: Option<&[u8]>) -> Result<(), SinkError> {
        sink::checkpoint(cursor).map_err(Into::into)
    }

    fn log(&self, level: Level, message: &str, fields: &[(String, String)]) {
        log::write(level, message, fields);
    }

    fn claim(&self, meters: &[MeterRows]) -> Decision {
        files::claim(meters)
    }
}

impl From<sink::Error> for SinkError {
    fn from(error: sink::Error) -> Self {
        match error {
            sink::Error::Contract(what) => Self::Contract(what),
            sink::Error::TooMuch(what) => Self::TooMuch(what),
            sink::Error::Store(what) => Self::Store(what),
        }
    }
}

/// A file of the host.
pub(crate) struct HostFile(pub(crate) files::File);

impl FileBytes for HostFile {
    fn name(&self) -> String {
        self.0.name()
    }

    fn size(&self) -> u64 {
        self.0.size()
    }

    fn modified(&self) -> Option<Instant> {
        self.0.modified()
    }

    fn read_at(&self, offset: u64, length: u32) -> Result<Vec<u8>, String> {
        self.0.read(offset, length)
    }
}
