//! `GET /api/v1/connectors`, `POST /api/v1/connectors/{name}/run`.

use super::{
    AppState,
    error::{Failure, Problem},
    etag,
    query::Asked,
};
use crate::{
    model::{ConnectorState, RunRecord},
    services::RunOptions,
};
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Every connector, with what it does now and what is wrong.
#[utoipa::path(get, path = "/api/v1/connectors", tag = "connectors", responses(
    (status = 200, body = [ConnectorState]),
    (status = 304, description = "Nothing has changed"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(State(state): State<AppState>, request: HeaderMap) -> Result<Response, Failure> {
    etag::json(&request, &state.services.connectors())
}

/// How to run.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RunQuery {
    /// Ask again for every day from this one on, whatever is stored.
    #[param(value_type = Option<String>, format = "date")]
    since: Option<Date>,
    /// Fetch and check, and write nothing.
    #[serde(default)]
    dry_run: bool,
    /// Answer when the run has ended, with what it did.
    #[serde(default)]
    wait: bool,
}

/// A run has begun.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Started {
    /// Always true.
    started: bool,
}

/// Runs a connector now. Progress comes by events.
#[utoipa::path(post, path = "/api/v1/connectors/{name}/run", tag = "connectors",
    params(("name" = String, Path, description = "Instance"), RunQuery),
    responses(
        (status = 200, body = RunRecord, description = "The run has ended (`wait=true`)"),
        (status = 202, body = Started, description = "The run has begun"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn run(
    State(state): State<AppState>,
    Path(name): Path<String>,
    Asked(RunQuery { since, dry_run, wait }): Asked<RunQuery>,
) -> Result<Response, Failure> {
    let options = RunOptions { since, dry_run };
    if wait {
        return Ok(Json(state.services.run(&name, options).await?).into_response());
    }
    state.services.run_now(&name, options)?;
    Ok((StatusCode::ACCEPTED, Json(Started { started: true })).into_response())
}
