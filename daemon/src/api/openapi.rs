//! `GET /api/v1/openapi.json`: the description of this API, made of its handlers.

use super::{etag::Tag, need::Need};
use crate::config::Reading;
use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse as _, Response},
};
use std::sync::OnceLock;
use utoipa::openapi::{
    ComponentsBuilder, Info, License, OpenApi, OpenApiBuilder, RefOr,
    path::Operation,
    security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

/// How to be known where a door asks. On this machine none does, unless the configuration says so.
const BEARER: &str = "token";
const COOKIE: &str = "session";
const NO_SCOPES: [&str; 0] = [];

/// The description without its paths.
pub(super) fn header() -> OpenApi {
    let mut info = Info::new("watteau", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Energy of a home: what its meters said, where each value came from, and what is missing. \
         Instants go in as RFC 3339 and come out as epoch seconds; periods are half-open."
            .to_owned(),
    );
    info.license = Some(License::new("MIT OR Apache-2.0"));
    let mut token = Http::new(HttpAuthScheme::Bearer);
    token.description = Some("A token of `watteau token create`.".to_owned());
    let session = ApiKeyValue::with_description("watteau_session", "The cookie of `POST /api/v1/login`.");
    let components = ComponentsBuilder::new()
        .security_scheme(BEARER, SecurityScheme::Http(token))
        .security_scheme(COOKIE, SecurityScheme::ApiKey(ApiKey::Cookie(session)));
    OpenApiBuilder::new().info(info).components(Some(components.build())).build()
}

/// The whole description, as JSON.
pub fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let mut openapi = super::documented().into_openapi();
        for (path, item) in &mut openapi.paths.paths {
            finish("get", path, item.get.as_mut());
            finish("post", path, item.post.as_mut());
            finish("put", path, item.put.as_mut());
            finish("delete", path, item.delete.as_mut());
        }
        let mut json = openapi.to_pretty_json().unwrap_or_default();
        json.push('\n');
        json
    })
}

/// Gives an operation a name of its own (handlers are all called `get`) and its answers some words.
fn finish(method: &str, path: &str, operation: Option<&mut Operation>) {
    let Some(operation) = operation else { return };
    let words = path.trim_start_matches("/api/v1").split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<&str> = std::iter::once(method).chain(words).filter(|word| !word.is_empty()).collect();
    operation.operation_id = Some(words.join("_"));
    let method = method.to_uppercase().parse().unwrap_or_default();
    let need = |reading| Need::of(&method, Some(path), reading);
    let known = [SecurityRequirement::new(BEARER, NO_SCOPES), SecurityRequirement::new(COOKIE, NO_SCOPES)];
    operation.security = Some(match (need(Reading::Open), need(Reading::Password)) {
        (_, Need::Nothing) => vec![],
        // An empty one says that it also goes without.
        (Need::Nothing, _) => [SecurityRequirement::default()].into_iter().chain(known).collect(),
        _ => known.into(),
    });
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            match status.as_bytes().first() {
                Some(b'4') => "The request cannot be answered; `detail` says why",
                Some(b'5') => "watteau failed; `detail` says what to do",
                _ => "The answer",
            }
            .clone_into(&mut response.description);
        }
    }
}

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "status", responses(
    (status = 200, description = "OpenAPI 3.1", body = serde_json::Value, content_type = "application/json"),
    (status = 304, description = "Nothing has changed"),
))]
pub(super) async fn get(request: HeaderMap) -> Response {
    let tag = Tag::of_bytes(document().as_bytes());
    if tag.known(&request) {
        return tag.not_modified();
    }
    tag.stamp(([(header::CONTENT_TYPE, "application/json")], document()).into_response())
}
