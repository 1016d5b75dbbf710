//! Alive, and ready: 200 or 503, never a body, never a source asked.

use super::{AppState, error::Bare};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};

/// Whether the process answers.
#[utoipa::path(get, path = "/-/healthy", tag = "health", responses((status = 200, description = "Alive; no body")))]
pub(super) async fn healthy() -> StatusCode {
    StatusCode::OK
}

/// The same as `/-/healthy`, for those who ask there.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, description = "Alive; no body")))]
pub(super) async fn healthz() -> StatusCode {
    StatusCode::OK
}

/// Whether the store is open and the configuration valid.
#[utoipa::path(get, path = "/-/ready", tag = "health", responses(
    (status = 200, description = "Ready; no body"),
    (status = 503, description = "Not ready; no body"),
))]
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    let status = match state.services.unready() {
        None => StatusCode::OK,
        Some(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let mut response = status.into_response();
    response.extensions_mut().insert(Bare);
    response
}
