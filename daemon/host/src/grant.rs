//! What one instance of a plugin is given.

use crate::{
    http::Tokens,
    limits::Journal,
    manifest::{Allow, Limits},
    model::Series,
    run::Plugin,
    services::{Clock, Meters, NoMeters, NoQuota, NoSecrets, NoSink, Quota, Secrets, Sink, SystemClock},
};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// Everything a run may use: its settings, its reach, its limits and the daemon's services.
#[derive(Clone)]
pub struct Grant {
    /// The instance's name, first part of its series' ids.
    pub instance: String,
    /// The options for the guest: defaults filled in, secrets left out.
    pub settings: Map<String, Value>,
    /// The user's own address: a grant of exactly that origin and path prefix, private addresses included.
    pub base_url: Option<Url>,
    /// What it may reach besides.
    pub allow: Vec<Allow>,
    /// The walls.
    pub limits: Limits,
    /// The home's zone: its days decide what a point by day is.
    pub zone: TimeZone,
    /// The series it may put.
    pub series: Vec<Series>,
    /// What its last checkpoint kept.
    pub cursor: Option<Vec<u8>>,
    /// Now.
    pub clock: Arc<dyn Clock>,
    /// Its secrets.
    pub secrets: Arc<dyn Secrets>,
    /// Its budget of calls.
    pub quota: Arc<dyn Quota>,
    /// Where its points go.
    pub sink: Arc<dyn Sink>,
    /// Whose rows of a file it takes.
    pub meters: Arc<dyn Meters>,
    /// Tokens obtained with its credentials; kept across runs by whoever keeps a clone.
    pub tokens: Tokens,
    /// Lines written so far, over all the calls of a run.
    pub(crate) journal: Journal,
    /// The cursor of this run's last checkpoint: the next call sees it, whatever `cursor` was at the start.
    pub(crate) kept: Kept,
}

/// A cursor that the calls of a run share.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Option<Vec<u8>>>>);

impl Kept {
    pub(crate) fn get(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set(&self, cursor: Vec<u8>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(cursor);
    }
}

impl Grant {
    /// What the manifest asks for, no settings, and services that give nothing.
    pub fn new(plugin: &Plugin, instance: impl Into<String>) -> Self {
        let manifest = plugin.manifest();
        Self {
            instance: instance.into(),
            settings: Map::new(),
            base_url: None,
            allow: manifest.http.as_ref().map(|http| http.allow.clone()).unwrap_or_default(),
            limits: manifest.limits,
            zone: TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC),
            series: manifest.series.clone(),
            cursor: None,
            clock: Arc::new(SystemClock),
            secrets: Arc::new(NoSecrets),
            quota: Arc::new(NoQuota),
            sink: Arc::new(NoSink),
            meters: Arc::new(NoMeters),
            tokens: Tokens::default(),
            journal: Journal::default(),
            kept: Kept::default(),
        }
    }
}
