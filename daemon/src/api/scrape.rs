//! `GET /metrics`, and the count of requests that it shows.

use super::{AppState, error::Failure, error::Problem};
use crate::metrics::{Exposition, Vitals};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use std::{sync::Arc, time::Instant};

/// Metrics for Prometheus: text 0.0.4, or OpenMetrics 1.0 where `Accept` asks for it. No timestamps.
#[utoipa::path(get, path = "/metrics", tag = "health", responses(
    (status = 200, content((String = "text/plain"), (String = "application/openmetrics-text"))),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn metrics(State(state): State<AppState>, request: HeaderMap) -> Result<Response, Failure> {
    let accept = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let exposition = Exposition::negotiate(accept);
    state
        .read(move |state| {
            let text = state.scraper.scrape(exposition).map_err(|error| {
                tracing::error!(%error, "metrics could not be written");
                Failure::defect()
            })?;
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(exposition.content_type())),
                (header::VARY, HeaderValue::from_static("accept")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            Ok::<_, Failure>((headers, text).into_response())
        })
        .await
}

/// Counts a request by its route, never by its path: what is asked for has no place in a label.
pub(super) async fn count(State(vitals): State<Arc<Vitals>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    };
    let response = next.run(request).await;
    let route = route.as_ref().map_or("dashboard", MatchedPath::as_str);
    vitals.request(method, route, response.status().as_u16(), started.elapsed());
    response
}
