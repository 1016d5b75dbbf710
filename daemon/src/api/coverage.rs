//! `GET /api/v1/series/{id}/coverage`: what is there, what is missing, and why.

use super::{
    AppState,
    error::{Failure, Problem},
    etag,
    query::{Asked, PeriodQuery},
};
use crate::query::{self, Coverage, Period};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};

/// The covered periods of a series, its holes with their reasons, and how complete each day is.
#[utoipa::path(get, path = "/api/v1/series/{id}/coverage", tag = "series",
    params(("id" = String, Path, description = "Series"), PeriodQuery),
    responses(
        (status = 200, body = Coverage),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn get(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Asked(PeriodQuery { from, to }): Asked<PeriodQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let period = Period { from: from.as_deref(), to: to.as_deref() };
            let connectors = state.services.connectors();
            etag::json(&request, &query::coverage(&state.store, &state.clock, &connectors, &id, period)?)
        })
        .await
}
