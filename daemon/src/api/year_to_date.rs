//! `GET /api/v1/year-to-date`: this year against each earlier one, to the same date.

use super::{
    AppState,
    error::{Failure, Problem},
    etag,
    query::Asked,
    series::tag,
};
use crate::query::{self, YearToDate};
use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

/// Of which series.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct YearToDateQuery {
    /// The series: a power, an energy, a volume or an index.
    #[param(example = "linky.daily_energy")]
    series: String,
}

/// This year and each earlier one, up to the last complete day.
#[utoipa::path(get, path = "/api/v1/year-to-date", tag = "series", params(YearToDateQuery), responses(
    (status = 200, body = YearToDate),
    (status = 304, description = "Nothing has changed"),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(
    State(state): State<AppState>,
    Asked(YearToDateQuery { series: id }): Asked<YearToDateQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let info = query::find(&state.store, &id)?;
            let tag = tag(&info, &[&"year-to-date", &state.quarter()]);
            etag::unless_known(&tag, &request, || query::year_to_date(&state.store, &state.clock, &id))
        })
        .await
}
