//! Answers, and the ones that break off in the middle.

use crate::{Fault, Inner};
use axum::{
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use std::time::Duration;

/// The source says "slow" and means it.
const SLOW: Duration = Duration::from_secs(130);

/// A long wait, while that fault is on.
pub(crate) async fn slow(inner: &Inner) {
    if inner.faults.has(Fault::Slow) {
        tokio::time::sleep(SLOW).await;
    }
}

/// The header that holds a credential.
pub(crate) fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok())
}

/// The token after `Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    authorization(headers)?.strip_prefix("Bearer ")
}

/// A good answer; half of it while that fault is on.
pub(crate) fn body(inner: &Inner, body: Value) -> Response {
    if !inner.faults.has(Fault::Truncated) {
        return axum::Json(body).into_response();
    }
    let text = body.to_string();
    let half = text.floor_char_boundary(text.len() / 2);
    ([(header::CONTENT_TYPE, "application/json")], text[..half].to_owned()).into_response()
}

/// A refusal.
pub(crate) fn refuse(status: u16, body: Value) -> Response {
    (code(status), axum::Json(body)).into_response()
}

/// A page in the place of an answer.
pub(crate) fn page(status: u16, words: &str) -> Response {
    let page = format!("<!DOCTYPE html><html><body>{words}</body></html>");
    (code(status), [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

/// A refusal without a word.
pub(crate) fn empty(status: u16) -> Response {
    code(status).into_response()
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
