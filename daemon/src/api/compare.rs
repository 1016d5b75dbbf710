//! `GET /api/v1/compare`: two periods of equal length.

use super::{
    AppState,
    degree_days::temperature,
    error::{Failure, Problem},
    etag,
    query::Asked,
    series::tag,
};
use crate::query::{self, Comparison, Period};
use axum::{extract::State, http::HeaderMap, response::Response};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which periods of which series.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct CompareQuery {
    /// The series: a power, an energy, a volume or an index.
    #[param(example = "gas.energy")]
    series: String,
    /// First day, or an instant in it.
    #[param(example = "2025-01-01")]
    from: String,
    /// First day no longer counted, or an instant in the last one that is.
    #[param(example = "2025-02-01")]
    to: String,
    /// First day of the period compared with; it has as many local days.
    #[param(value_type = String, example = "2024-01-01")]
    with_from: Date,
}

/// A period beside another of as many local days, with their degree-days.
#[utoipa::path(get, path = "/api/v1/compare", tag = "analysis", params(CompareQuery), responses(
    (status = 200, body = Comparison),
    (status = 304, description = "Nothing has changed"),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(
    State(state): State<AppState>,
    Asked(CompareQuery { series: id, from, to, with_from }): Asked<CompareQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let info = query::find(&state.store, &id)?;
            let period = Period { from: Some(&from), to: Some(&to) };
            // The temperatures count as well: any commit may have brought some.
            let tag =
                tag(&info, &[&"compare", &period, &with_from, &state.store.version(), &state.quarter()]);
            etag::unless_known(&tag, &request, || {
                let outside = temperature(state)?;
                let periods = (period, with_from);
                // What a model refuses is no reason to say nothing of the periods.
                let corrected = |first: &_, second: &_| {
                    let found = state.explainer.corrected(&id, first, second);
                    found.inspect_err(|error| tracing::debug!(%error, "no model compares")).ok().flatten()
                };
                query::compare(&state.store, &state.clock, outside.as_ref(), &id, periods, corrected)
            })
        })
        .await
}
