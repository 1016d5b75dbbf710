//! `GET /api/v1/status`: what runs, since when, how much it keeps, and what to tell the person.

use super::{AppState, error::Failure, error::Problem, etag};
use crate::{
    forecast::view::{RunView, TargetView},
    model::{ConnectorState, Notice},
    outputs::OutputView,
    remote_write::RemoteWriteStatus,
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The size of the store.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoreStatus {
    /// Length of the file.
    bytes: u64,
    /// Points of all series.
    points: u64,
    /// Series.
    series: u64,
    /// Values that were replaced and are kept.
    revisions: u64,
    /// Version of the file's format.
    format: u64,
}

/// A recurring piece of work on stored data.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JobStatus {
    /// Its name in the configuration.
    name: String,
    /// What it does: `forecast`.
    kind: &'static str,
    /// The series that it is about.
    target: String,
    /// Last day that it forecast; null while there is none.
    last_day: Option<String>,
    /// What became of its last run since the daemon started.
    last_run: Option<RunView>,
    /// When it is due next, RFC 3339.
    next_run: Option<String>,
}

impl From<TargetView> for JobStatus {
    fn from(view: TargetView) -> Self {
        let TargetView { job: name, target, last_day, last_run, next_run, .. } = view;
        Self { name, kind: "forecast", target, last_day, last_run, next_run }
    }
}

/// The daemon as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Status {
    /// The program's version.
    version: &'static str,
    /// RFC 3339.
    started_at: String,
    /// Since it started.
    uptime_seconds: u64,
    /// RFC 3339.
    now: String,
    /// The home's zone, in which days turn.
    timezone: String,
    /// The address and port that the daemon listens on; not there where a command answers without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    listen: Option<String>,
    /// What is kept.
    store: StoreStatus,
    /// Whether the store is open and the configuration valid.
    ready: bool,
    /// Why it is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    unready: Option<String>,
    /// The sentences that belong on top of a page.
    notices: Vec<Notice>,
    /// Every connector.
    connectors: Vec<ConnectorState>,
    /// Every job.
    jobs: Vec<JobStatus>,
    /// Those who are told what is known, as far as they are switched on.
    outputs: Vec<OutputView>,
    /// What is sent to a receiver of remote write; null where none is configured.
    remote_write: Option<RemoteWriteStatus>,
}

/// What runs, since when, and how much it keeps.
#[utoipa::path(get, path = "/api/v1/status", tag = "status", responses(
    (status = 200, body = Status),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(State(state): State<AppState>) -> Result<Response, Failure> {
    state
        .read(|state| {
            let stats = state.store.stats()?;
            let now = state.clock.now();
            let unready = state.services.unready();
            etag::plain_json(&Status {
                version: env!("CARGO_PKG_VERSION"),
                started_at: state.started.to_string(),
                uptime_seconds: now.duration_since(state.started).as_secs().max(0).unsigned_abs(),
                now: now.to_string(),
                timezone: state.clock.zone().iana_name().unwrap_or("UTC").to_owned(),
                listen: state.address.get().map(ToString::to_string),
                store: StoreStatus {
                    bytes: stats.file_bytes,
                    points: stats.points,
                    series: stats.series,
                    revisions: stats.revisions,
                    format: stats.format,
                },
                ready: unready.is_none(),
                unready,
                notices: state.services.notices(),
                connectors: state.services.connectors(),
                jobs: state.forecaster.targets()?.into_iter().map(JobStatus::from).collect(),
                outputs: state.vitals.outputs.views(),
                remote_write: state.vitals.remote_write.status(),
            })
        })
        .await
}
