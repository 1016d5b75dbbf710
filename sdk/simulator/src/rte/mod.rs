//! RTE: the token endpoint, the APIs Consumption, Tempo and Ecowatt, and the open page of Tempo colours.
//!
//! Periods, error bodies, orders and offsets are those of the real ones; what is not documented is not simulated.

mod desk;
mod ecowatt;
mod period;
mod short_term;
mod tempo;
#[cfg(test)]
mod tests;

pub(crate) use desk::Desk;

use crate::{Fault, Inner, reply};
use axum::{
    Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Seconds that RTE says to wait.
const RETRY_AFTER: u32 = 120;

type Parameters = BTreeMap<String, String>;
/// An answer, or a refusal that is one already.
type Answer = Result<Value, Box<Response>>;

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/token/oauth", post(token))
        .route("/token/oauth/", post(token))
        .route("/open_api/consumption/v1/short_term", get(consumption))
        .route("/open_api/tempo_like_supply_contract/v1/tempo_like_calendars", get(calendar))
        .route("/open_api/ecowatt/v5/signals", get(signals))
        .route("/cms/open_data/v1/tempo", get(season))
        .route("/cms/open_data/v1/tempoLight", get(light))
        .with_state(inner)
}

async fn token(State(inner): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    inner.note("rte.token".to_owned());
    if inner.faults.has(Fault::RteDown) {
        return down();
    }
    let authorisation = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if inner.faults.has(Fault::RteTokenRefused) || !inner.rte.knows(authorisation) {
        return reply::empty(401);
    }
    let (token, seconds) = inner.rte.issue(inner.now());
    reply::body(&inner, json!({"access_token": token, "token_type": "Bearer", "expires_in": seconds}))
}

async fn consumption(
    State(inner): State<Arc<Inner>>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    let types = parameters.get("type").map_or("all", String::as_str);
    inner.note(format!("rte.short_term {types} {}", period::shown(&parameters)));
    respond(&inner, &headers, |inner| short_term::answer(inner, &parameters))
}

async fn calendar(
    State(inner): State<Arc<Inner>>,
    Query(parameters): Query<Parameters>,
    headers: HeaderMap,
) -> Response {
    inner.note(format!("rte.tempo {}", period::shown(&parameters)));
    respond(&inner, &headers, |inner| tempo::calendar(inner, &parameters))
}

async fn signals(State(inner): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    inner.note("rte.ecowatt".to_owned());
    respond(&inner, &headers, ecowatt::answer)
}

async fn season(State(inner): State<Arc<Inner>>, Query(parameters): Query<Parameters>) -> Response {
    let season = parameters.get("season").cloned().unwrap_or_default();
    inner.note(format!("rte.tempo_page {season}"));
    match tempo::season(&inner, &season) {
        Some(body) => reply::body(&inner, body),
        None => reply::empty(404),
    }
}

async fn light(State(inner): State<Arc<Inner>>) -> Response {
    inner.note("rte.tempo_light".to_owned());
    reply::body(&inner, tempo::light(&inner))
}

/// What stands before every API: faults of the house, then the token, then the subscription.
fn respond(inner: &Inner, headers: &HeaderMap, answer: impl FnOnce(&Inner) -> Answer) -> Response {
    if inner.faults.has(Fault::RteDown) {
        return down();
    }
    if inner.faults.has(Fault::RteQuota) {
        return quota();
    }
    if inner.faults.has(Fault::RteTokenExpired) {
        inner.rte.forget();
        inner.faults.switch_off(Fault::RteTokenExpired);
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !inner.rte.admits(bearer, inner.now()) {
        return reply::empty(401);
    }
    if inner.faults.has(Fault::RteNotSubscribed) {
        return reply::empty(403);
    }
    if inner.faults.has(Fault::RteTechnical) {
        return functional(500, "TECHNICAL_ERROR", "An error occurred.");
    }
    match answer(inner) {
        Ok(body) => reply::body(inner, body),
        Err(refusal) => *refusal,
    }
}

fn down() -> Response {
    let page = "<html><body><h1>Service Unavailable</h1></body></html>";
    (StatusCode::SERVICE_UNAVAILABLE, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

fn quota() -> Response {
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, RETRY_AFTER.to_string())]).into_response()
}

/// RTE's own error body.
fn functional(status: u16, code: &str, description: &str) -> Response {
    let details = json!({"transaction_id": "Id-0123456789abcdef"});
    reply::refuse(
        status,
        json!({"error": code, "error_description": description, "error_uri": "", "error_details": details}),
    )
}

/// An instant with the offset that Paris had then.
fn stamp(inner: &Inner, at: Timestamp) -> String {
    at.to_zoned(inner.grid.zone().clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
