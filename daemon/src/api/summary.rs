//! `GET /api/v1/summary`: a few typed numbers, for Home Assistant and other displays.

use super::{AppState, etag};
use crate::query::{self, Summary};
use axum::{extract::State, response::Response};

/// The last complete day of electricity and gas, with its month and year, and what is outside and tomorrow: typed,
/// never null.
#[utoipa::path(get, path = "/api/v1/summary", tag = "status", responses(
    (status = 200, body = Summary),
    (status = 503, description = "The store cannot be read; no body, so that a sensor comes back by itself"),
))]
pub(super) async fn get(State(state): State<AppState>) -> Response {
    let answer = state.read(|state| {
        let (connectors, forecasts) = (state.services.connectors(), state.forecaster.tomorrow());
        etag::plain_json(&query::summary(&state.store, &state.clock, &connectors, &forecasts)?)
    });
    answer.await.unwrap_or_else(|_| super::error::unavailable())
}
