//! Run a watteau connector natively or as WebAssembly against recorded HTTP, and compare.
//!
//! A [`Scenario`] says what the instance is given: settings, secrets, the hour, and a [`Cassette`] of HTTP
//! exchanges. [`Scenario::pull`] and [`Scenario::ingest`] call the connector's trait in this process, quick and
//! easy to debug; [`Scenario::pull_wasm`] and [`Scenario::ingest_wasm`] run the component in the real host. Both
//! answer an [`Output`] of the same shape, so that one `assert_eq!` says that the component does what the
//! tested code does:
//!
//! ```no_run
//! # use watteau_testing::{Cassette, Scenario, component};
//! # fn example<T: watteau_sdk::source::Source>() -> anyhow::Result<()> {
//! let scenario = Scenario::new("meter")
//!     .settings(serde_json::json!({ "station": "7" }))
//!     .secret("key", "hush-hush")
//!     .now("2024-06-04T10:00:00Z")
//!     .cassette(Cassette::parse(include_str!("lib.rs"))?);
//! let native = scenario.pull::<T>("readings", "2024-06-02T22:00:00Z", "2024-06-03T22:00:00Z");
//! let wasm = scenario.pull_wasm(&component(env!("CARGO_MANIFEST_DIR"))?, "readings", "2024-06-02T22:00:00Z", "2024-06-03T22:00:00Z")?;
//! assert_eq!(native, wasm);
//! # Ok(())
//! # }
//! ```
//!
//! The native side checks nothing of what is put: what the host refuses shows as a difference.

mod cassette;
mod native;
mod output;
mod wasm;

pub use cassette::Cassette;
pub use native::FakeHost;
pub use output::{Ended, Output, PointLine};
pub use wasm::component;

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use watteau_host::MeterRows;
use watteau_sdk::{files::Files, source::Source};

/// What an instance is given.
#[derive(Debug, Clone)]
pub struct Scenario {
    instance: String,
    settings: Map<String, Value>,
    secrets: BTreeMap<String, String>,
    now: i64,
    zone: String,
    cassette: Cassette,
    upstream: Option<String>,
    meter: Option<String>,
    cursor: Option<Vec<u8>>,
    calls: Option<u32>,
}

impl Scenario {
    /// An instance without settings, in Paris, on 2025-01-15, whose upstream answers nothing.
    pub fn new(instance: impl Into<String>) -> Self {
        Self {
            instance: instance.into(),
            settings: Map::new(),
            secrets: BTreeMap::new(),
            now: instant("2025-01-15T12:00:00Z"),
            zone: "Europe/Paris".to_owned(),
            cassette: Cassette::default(),
            upstream: None,
            meter: None,
            cursor: None,
            calls: None,
        }
    }

    /// The options as the guest sees them: an object, defaults filled in, secrets left out.
    ///
    /// # Panics
    /// When it is no object.
    #[must_use]
    pub fn settings(mut self, settings: Value) -> Self {
        let Value::Object(settings) = settings else { panic!("settings are a JSON object") };
        self.settings = settings;
        self
    }

    /// A secret option.
    #[must_use]
    pub fn secret(mut self, option: impl Into<String>, value: impl Into<String>) -> Self {
        self.secrets.insert(option.into(), value.into());
        self
    }

    /// The hour, RFC 3339.
    #[must_use]
    pub fn now(mut self, now: &str) -> Self {
        self.now = instant(now);
        self
    }

    /// What the upstream answers.
    #[must_use]
    pub fn cassette(mut self, cassette: Cassette) -> Self {
        self.cassette = cassette;
        self
    }

    /// A server that answers in the cassette's place, for components alone: a simulator on loopback.
    #[must_use]
    pub fn upstream(mut self, base_url: impl Into<String>) -> Self {
        self.upstream = Some(base_url.into());
        self
    }

    /// The instance's meter, for files. Without it the only meter of a file is taken.
    #[must_use]
    pub fn meter(mut self, meter: impl Into<String>) -> Self {
        self.meter = Some(meter.into());
        self
    }

    /// What the last checkpoint of an earlier run kept: [`Output::cursor`].
    #[must_use]
    pub fn cursor(mut self, cursor: Option<Vec<u8>>) -> Self {
        self.cursor = cursor;
        self
    }

    /// So many calls over HTTP are left of the quota, of which the last is followed by a day without any. Any number
    /// where this is not said.
    #[must_use]
    pub fn calls(mut self, calls: u32) -> Self {
        self.calls = Some(calls);
        self
    }

    /// Pulls one span (RFC 3339) in this process.
    pub fn pull<T: Source>(&self, feed: &str, from: &str, to: &str) -> Output {
        native::pull::<T>(self, feed, instant(from), instant(to))
    }

    /// Pulls one span as a component in the real host.
    pub fn pull_wasm(
        &self,
        wasm: &std::path::Path,
        feed: &str,
        from: &str,
        to: &str,
    ) -> anyhow::Result<Output> {
        self.pull_all_wasm(wasm, &[(feed, from, to)])
    }

    /// Pulls one span after another as a component, in one run of the real host: feed, from, to. It ends with the last
    /// of them, or with the first that fails.
    pub fn pull_all_wasm(
        &self,
        wasm: &std::path::Path,
        jobs: &[(&str, &str, &str)],
    ) -> anyhow::Result<Output> {
        let jobs = jobs.iter().map(|(feed, from, to)| watteau_host::Job {
            feed: (*feed).to_owned(),
            span: instant(from)..instant(to),
        });
        wasm::pull(self, wasm, jobs.collect())
    }

    /// Reads a file in this process.
    pub fn ingest<T: Files>(&self, name: &str, content: &[u8]) -> Output {
        native::ingest::<T>(self, name, content)
    }

    /// Reads a file as a component in the real host.
    pub fn ingest_wasm(&self, wasm: &std::path::Path, name: &str, content: &[u8]) -> anyhow::Result<Output> {
        wasm::ingest(self, wasm, name, content)
    }

    /// How sure a component in the real host is that it can read a file.
    pub fn sniff_wasm(&self, wasm: &std::path::Path, name: &str, content: &[u8]) -> anyhow::Result<u8> {
        wasm::sniff(self, wasm, name, content)
    }

    /// Counts a call of a run that has made `made` before it; or says until when there is none left.
    fn acquire(&self, made: u32) -> Result<(), i64> {
        match self.calls {
            Some(calls) if made >= calls => Err(self.now + 86_400_000),
            _ => Ok(()),
        }
    }

    /// The same answer on both sides: this scenario's meter, or the only one.
    fn claim(&self, meters: &[MeterRows]) -> watteau_host::Decision {
        use watteau_host::Decision;
        match (&self.meter, meters) {
            (_, []) => Decision::Take(None),
            (Some(own), _) if meters.iter().any(|found| found.meter == *own) => {
                Decision::Take(Some(own.clone()))
            }
            (Some(_), _) => Decision::Leave,
            (None, [only]) => Decision::Take(Some(only.meter.clone())),
            (None, _) => Decision::WhichMeter,
        }
    }
}

/// Milliseconds since the epoch of an RFC 3339 instant.
///
/// # Panics
/// When it is none: a test's own mistake.
fn instant(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap_or_else(|error| panic!("{text}: {error}")).as_millisecond()
}
