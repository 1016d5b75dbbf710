//! Answers, and the ones that break off in the middle.

use crate::{Fault, Inner};
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

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

/// A refusal without a word.
pub(crate) fn empty(status: u16) -> Response {
    code(status).into_response()
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
