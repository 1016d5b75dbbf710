//! Switches faults and lists requests over HTTP, for tests that run the daemon as another process.

use crate::{Fault, Inner};
use axum::{Json, Router, extract::State, http::StatusCode, routing::get, routing::put};
use std::sync::Arc;

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/__simulator/faults", put(switch_on).delete(switch_off))
        .route("/__simulator/requests", get(requests))
        .with_state(inner)
}

async fn switch_on(State(inner): State<Arc<Inner>>, Json(fault): Json<Fault>) -> StatusCode {
    inner.faults.switch_on(fault);
    StatusCode::NO_CONTENT
}

async fn switch_off(State(inner): State<Arc<Inner>>, Json(fault): Json<Fault>) -> StatusCode {
    inner.faults.switch_off(fault);
    StatusCode::NO_CONTENT
}

async fn requests(State(inner): State<Arc<Inner>>) -> Json<Vec<String>> {
    Json(inner.requests())
}
