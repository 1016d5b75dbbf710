//! Alive, and ready: 200 or 503, never a body, never a source asked. Why a daemon is not ready is in a header, for
//! whoever looks with `curl -i`; in the status; and on the dashboard.

use super::{AppState, error::Bare};
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse as _, Response},
};

/// Why the daemon is not ready.
const REASON: HeaderName = HeaderName::from_static("watteau-unready");

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
    (status = 503, description = "Not ready; no body, the reason in the header `Watteau-Unready`"),
))]
pub(super) async fn ready(State(state): State<AppState>) -> Response {
    let Some(reason) = state.services.unready() else {
        return StatusCode::OK.into_response();
    };
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    if let Ok(reason) = HeaderValue::from_str(&reason) {
        response.headers_mut().insert(REASON, reason);
    }
    response.extensions_mut().insert(Bare);
    response
}
