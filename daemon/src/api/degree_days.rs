//! `GET /api/v1/degree-days`: how cold or how warm it was.

use super::{
    AppState,
    error::{Failure, Problem},
    etag::{self, Tag},
    query::Asked,
};
use crate::query::{self, DegreeDays, DegreeStep, Degrees, Demand, Method, Period, Temperature, USUAL_BASE};
use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

/// Of which days, and how they are counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DegreeDaysQuery {
    /// First instant, RFC 3339 or a date; the first temperature by default. Widened to whole rows.
    #[param(example = "2025-01-01")]
    from: Option<String>,
    /// First instant no longer wanted, RFC 3339 or a date; the start of today by default.
    #[param(example = "2026-01-01")]
    to: Option<String>,
    /// By day, month or year.
    #[serde(default)]
    step: DegreeStep,
    /// The base, degC.
    #[serde(default = "usual_base")]
    #[param(default = 18.0, minimum = -50, maximum = 60)]
    base: f64,
    /// `min_max` by default; of a series of daily means, `mean`.
    method: Option<Method>,
    /// Degrees below the base or above it.
    #[serde(default)]
    kind: Demand,
    /// The temperatures: a level in degC, by the hour or the mean of each day; or two, `lowest,highest` of each day.
    /// By default the home's own.
    #[param(example = "weather.temperature")]
    series: Option<String>,
}

fn usual_base() -> f64 {
    USUAL_BASE
}

/// Degree-days (DJU) by day, month or year, heating or cooling, with any base. A missing day is null and never 0.
#[utoipa::path(get, path = "/api/v1/degree-days", tag = "analysis", params(DegreeDaysQuery), responses(
    (status = 200, body = DegreeDays),
    (status = 304, description = "Nothing has changed"),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(
    State(state): State<AppState>,
    Asked(asked): Asked<DegreeDaysQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    if !(-50.0..=60.0).contains(&asked.base) {
        return Err(Failure::bad_query("base: write degrees from -50 to 60"));
    }
    state
        .read(move |state| {
            // Any commit may have brought temperatures.
            let (words, moment) = (format!("{asked:?}"), (state.store.version(), state.quarter()));
            let tag = Tag::of(&[&"degree-days", &words, &moment.0, &moment.1]);
            etag::unless_known(&tag, &request, || {
                let temperature = match &asked.series {
                    Some(named) => Temperature::named(&state.store, named)?,
                    None => temperature(state)?.ok_or(query::Error::NoTemperature)?,
                };
                let period = Period { from: asked.from.as_deref(), to: asked.to.as_deref() };
                let degrees = Degrees { base: asked.base, method: asked.method, demand: asked.kind };
                query::degree_days(&state.store, &state.clock, &temperature, period, asked.step, degrees)
            })
        })
        .await
}

/// The temperature outside the home. What a regression goes by is taken first, then a series that a job of the home
/// names; a grid's places are those of a country.
pub(super) fn temperature(state: &AppState) -> Result<Option<Temperature>, query::Error> {
    for job in state.explainer.jobs() {
        let named = job.temperature.join(",");
        if !named.contains('*')
            && let Ok(found) = Temperature::named(&state.store, &named)
        {
            return Ok(Some(found));
        }
    }
    let jobs =
        state.forecaster.jobs().into_iter().filter(|job| job.target.rsplit('.').next() != Some("load"));
    let named: Vec<String> =
        jobs.flat_map(|job| job.drivers).filter(|driver| !driver.contains('*')).collect();
    query::outdoor(&state.store, &named)
}
