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
            // A day ends on a quarter of an hour at the latest, whatever the zone.
            let tag = tag(&info, &[&"year-to-date", &state.clock.now_ms().div_euclid(900_000)]);
            if tag.known(&request) {
                return Ok(tag.not_modified());
            }
            let answer = query::year_to_date(&state.store, &state.clock, &id)?;
            Ok::<_, Failure>(tag.stamp(etag::plain_json(&answer)?))
        })
        .await
}
