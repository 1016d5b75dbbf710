//! `GET` and `PUT /api/v1/occupancy`: who is at home on which days.

use super::{
    AppState,
    error::{Failure, Problem},
    etag,
    query::{Asked, told},
};
use crate::{
    model::Event,
    occupancy::{self, Changed, Entry, INSTANCE, Occupancy, SERIES},
};
use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct OccupancyQuery {
    /// First local day; a year ago by default.
    #[param(value_type = Option<String>, example = "2025-08-01")]
    from: Option<Date>,
    /// First local day no longer wanted; in a year by default.
    #[param(value_type = Option<String>, example = "2025-09-01")]
    to: Option<Date>,
}

/// Who is at home, day by day; null where nobody said.
#[utoipa::path(get, path = "/api/v1/occupancy", tag = "occupancy", params(OccupancyQuery), responses(
    (status = 200, body = Occupancy),
    (status = 304, description = "Nothing has changed"),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(
    State(state): State<AppState>,
    Asked(OccupancyQuery { from, to }): Asked<OccupancyQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    state
        .read(move |state| etag::json(&request, &occupancy::read(&state.store, &state.clock, from, to)?))
        .await
}

/// Says who is at home on some days, past or to come. Answers those days once they are durable.
#[utoipa::path(put, path = "/api/v1/occupancy", tag = "occupancy", request_body = Entry, responses(
    (status = 200, body = Occupancy),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn put(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Occupancy>, Failure> {
    let entry: Entry = told(body).await?;
    // The dashboard is a page, and a browser says so.
    let source = if headers.contains_key(header::ORIGIN) { "dashboard" } else { "API" };
    state
        .work(move |state| {
            if state.services.connectors().iter().any(|connector| connector.name == INSTANCE) {
                let detail = format!("the connector `{INSTANCE}` has the name of `{SERIES}`; rename it");
                return Err(Failure::new(StatusCode::CONFLICT, "taken", detail));
            }
            let changed = occupancy::write(&state.store, &state.clock, &entry, source)?;
            if let Some(Changed { from, to, version }) = changed {
                let (from, to) = (from.div_euclid(1000), to.div_euclid(1000));
                state.services.announce(Event::Points { series: SERIES.to_owned(), from, to, version });
            }
            Ok(Json(occupancy::read(&state.store, &state.clock, Some(entry.from), Some(entry.to))?))
        })
        .await
}

impl From<occupancy::Error> for Failure {
    fn from(error: occupancy::Error) -> Self {
        use occupancy::Error;
        let status = match &error {
            Error::EmptyPeriod | Error::TooLong => StatusCode::BAD_REQUEST,
            Error::Persons => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Taken(_) => StatusCode::CONFLICT,
            Error::Store(cause) => {
                tracing::error!(%cause, "an entry of who is at home could not be kept");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(status, error.code(), error.to_string())
    }
}
