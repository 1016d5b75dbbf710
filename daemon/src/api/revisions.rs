//! `GET /api/v1/series/{id}/revisions` and `…/points/{start}/origin`: what a value was, and where it is from.

use super::{
    AppState,
    error::{Failure, Problem},
    etag,
    query::Asked,
    series::tag,
};
use crate::query::{self, Origin, Period, Revisions};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use utoipa::IntoParams;

/// More than anybody reads; a shorter period shows others.
const MOST: usize = 10_000;

/// Which corrections.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RevisionsQuery {
    /// Of points that start from here on, RFC 3339 or a date; all by default.
    from: Option<String>,
    /// Of points that start before, RFC 3339 or a date; all by default.
    to: Option<String>,
    /// At most so many, the newest.
    #[serde(default = "hundred")]
    #[param(default = 100, maximum = 10_000)]
    limit: usize,
}

fn hundred() -> usize {
    100
}

/// The corrections of a series, newest first, with the batches that brought either value.
#[utoipa::path(get, path = "/api/v1/series/{id}/revisions", tag = "series",
    params(("id" = String, Path, description = "Series"), RevisionsQuery),
    responses(
        (status = 200, body = Revisions),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn get(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Asked(RevisionsQuery { from, to, limit }): Asked<RevisionsQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let info = query::find(&state.store, &id)?;
            let (first, last) = (from.as_deref().unwrap_or_default(), to.as_deref().unwrap_or_default());
            // A statement that came late is kept beside, and leaves the points as they were: any commit counts.
            let tag = tag(&info, &[&"revisions", &first, &last, &limit, &state.store.version()]);
            if tag.known(&request) {
                return Ok(tag.not_modified());
            }
            let period = Period { from: from.as_deref(), to: to.as_deref() };
            let answer = query::revisions(&state.store, &state.clock, &id, period, limit.min(MOST))?;
            Ok::<_, Failure>(tag.stamp(etag::plain_json(&answer)?))
        })
        .await
}

/// A point with the delivery it came from.
#[utoipa::path(get, path = "/api/v1/series/{id}/points/{start}/origin", tag = "series",
    params(
        ("id" = String, Path, description = "Series"),
        ("start" = i64, Path, description = "Start of the point, epoch seconds"),
    ),
    responses(
        (status = 200, body = Origin),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn origin(
    State(state): State<AppState>,
    Path((id, start)): Path<(String, String)>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    let start: i64 =
        start.parse().map_err(|_| Failure::bad_query("`start` is the start of a point in epoch seconds"))?;
    state.read(move |state| etag::json(&request, &query::origin(&state.store, &id, start)?)).await
}
