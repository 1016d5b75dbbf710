//! `GET /api/v1/series/{id}/profile`, `/distribution`, `/peaks`, `/base-load`: what the values of a series look like.

use super::{
    AppState,
    degree_days::temperature,
    error::{Failure, Problem},
    etag,
    query::{Asked, PeriodQuery},
    series::tag,
};
use crate::query::{self, BaseLoad, Bucket, Distribution, Peaks, Period, Profile};
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Bins at most.
const MOST_BINS: usize = 200;
/// Peaks at most.
const MOST_PEAKS: usize = 366;

/// The mean of each hour of the week, of a series with values by the hour or finer and a week of them at least.
#[utoipa::path(get, path = "/api/v1/series/{id}/profile", tag = "series",
    params(("id" = String, Path, description = "Series"), PeriodQuery),
    responses(
        (status = 200, body = Profile),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn profile(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Asked(PeriodQuery { from, to }): Asked<PeriodQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let info = query::find(&state.store, &id)?;
            let period = Period { from: from.as_deref(), to: to.as_deref() };
            let tag = tag(&info, &[&"profile", &period, &state.quarter()]);
            etag::unless_known(&tag, &request, || query::profile(&state.store, &state.clock, &id, period))
        })
        .await
}

/// Which values, and how they are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DistributionQuery {
    /// First instant, RFC 3339, or a date: the start of that day of the series. The first point by default.
    #[param(example = "2025-03-01")]
    from: Option<String>,
    /// First instant no longer wanted, RFC 3339 or a date; now by default.
    #[param(example = "2025-04-01")]
    to: Option<String>,
    /// Of values as stored, or of hours, days, months and so on known to 98 %.
    #[serde(default)]
    step: Bucket,
    /// Bins of the histogram; by default as many as the values make sensible, 60 at most.
    #[param(minimum = 1, maximum = 200)]
    bins: Option<usize>,
}

/// How the values of a series are spread, and the times between its points.
#[utoipa::path(get, path = "/api/v1/series/{id}/distribution", tag = "series",
    params(("id" = String, Path, description = "Series"), DistributionQuery),
    responses(
        (status = 200, body = Distribution),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn distribution(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Asked(DistributionQuery { from, to, step, bins }): Asked<DistributionQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    if bins.is_some_and(|bins| !(1..=MOST_BINS).contains(&bins)) {
        return Err(Failure::bad_query(format!("bins: write a number from 1 to {MOST_BINS}")));
    }
    state
        .read(move |state| {
            let info = query::find(&state.store, &id)?;
            let period = Period { from: from.as_deref(), to: to.as_deref() };
            let asked = (step.as_str(), bins.unwrap_or_default());
            let tag = tag(&info, &[&"distribution", &period, &asked.0, &asked.1, &state.quarter()]);
            let answer = || query::distribution(&state.store, &state.clock, &id, period, step, bins);
            etag::unless_known(&tag, &request, answer)
        })
        .await
}

/// Which peaks, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PeaksQuery {
    /// First instant, RFC 3339, or a date: the start of that day of the series. The first point by default.
    #[param(example = "2025-03-01")]
    from: Option<String>,
    /// First instant no longer wanted, RFC 3339 or a date; now by default.
    #[param(example = "2025-04-01")]
    to: Option<String>,
    /// How many at most.
    #[serde(default = "ten")]
    #[param(default = 10, minimum = 1, maximum = 366)]
    count: usize,
}

fn ten() -> usize {
    10
}

/// The highest values of a series, one a local day at most.
#[utoipa::path(get, path = "/api/v1/series/{id}/peaks", tag = "series",
    params(("id" = String, Path, description = "Series"), PeaksQuery),
    responses(
        (status = 200, body = Peaks),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn peaks(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Asked(PeaksQuery { from, to, count }): Asked<PeaksQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    if !(1..=MOST_PEAKS).contains(&count) {
        return Err(Failure::bad_query(format!("count: write a number from 1 to {MOST_PEAKS}")));
    }
    state
        .read(move |state| {
            let info = query::find(&state.store, &id)?;
            let period = Period { from: from.as_deref(), to: to.as_deref() };
            let tag = tag(&info, &[&"peaks", &period, &count, &state.quarter()]);
            etag::unless_known(&tag, &request, || {
                query::peaks(&state.store, &state.clock, &id, period, count)
            })
        })
        .await
}

/// What runs day and night, from the lowest half-hour of each day; and whether something new does.
#[utoipa::path(get, path = "/api/v1/series/{id}/base-load", tag = "series",
    params(("id" = String, Path, description = "Series"), PeriodQuery),
    responses(
        (status = 200, body = BaseLoad),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn base_load(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Asked(PeriodQuery { from, to }): Asked<PeriodQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let info = query::find(&state.store, &id)?;
            let period = Period { from: from.as_deref(), to: to.as_deref() };
            // The temperatures count as well: any commit may have brought some.
            let tag = tag(&info, &[&"base-load", &period, &state.store.version(), &state.quarter()]);
            etag::unless_known(&tag, &request, || {
                let outside = temperature(state)?;
                query::base_load(&state.store, &state.clock, outside.as_ref(), &id, period)
            })
        })
        .await
}
