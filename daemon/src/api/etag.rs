//! Strong entity tags: from the store's version where an answer follows from the store alone, from the
//! answer itself elsewhere.

use super::error::Failure;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Personal, and always checked again: the tag makes that cheap.
const CACHE_CONTROL: HeaderValue = HeaderValue::from_static("private, no-cache");

/// A strong tag, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(String);

impl Tag {
    /// From what an answer follows from. The program's version is always among it: shapes may change.
    pub(super) fn of(parts: &[&dyn std::fmt::Display]) -> Self {
        let mut text = String::from(env!("CARGO_PKG_VERSION"));
        for part in parts {
            let _ = write!(text, "\n{part}");
        }
        Self::of_bytes(text.as_bytes())
    }

    /// From an answer itself.
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        let hash = Sha256::digest(bytes);
        Self(hash[..12].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
    }

    /// Whether the client has this already.
    pub(super) fn known(&self, request: &HeaderMap) -> bool {
        request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|value| {
            value
                .split(',')
                .map(str::trim)
                .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"') == self.0)
        })
    }

    /// Says that nothing has changed.
    pub(super) fn not_modified(&self) -> Response {
        self.stamp(StatusCode::NOT_MODIFIED.into_response())
    }

    /// Puts the tag on an answer.
    pub(super) fn stamp(&self, mut response: Response) -> Response {
        if let Ok(value) = HeaderValue::from_str(&format!("\"{}\"", self.0)) {
            response.headers_mut().insert(header::ETAG, value);
        }
        response.headers_mut().insert(header::CACHE_CONTROL, CACHE_CONTROL);
        response
    }
}

/// JSON that is tagged by what it says, for answers that follow from more than the store.
pub(super) fn json(request: &HeaderMap, value: &impl Serialize) -> Result<Response, Failure> {
    let body = body(value)?;
    let tag = Tag::of_bytes(&body);
    Ok(if tag.known(request) { tag.not_modified() } else { tag.stamp(json_response(body)) })
}

/// JSON that follows from what its tag is made of: only worked out for a client that does not have it.
pub(super) fn unless_known<T: Serialize, E: Into<Failure>>(
    tag: &Tag,
    request: &HeaderMap,
    answer: impl FnOnce() -> Result<T, E>,
) -> Result<Response, Failure> {
    if tag.known(request) {
        return Ok(tag.not_modified());
    }
    Ok(tag.stamp(plain_json(&answer().map_err(Into::into)?)?))
}

/// JSON as it is.
pub(super) fn plain_json(value: &impl Serialize) -> Result<Response, Failure> {
    Ok(json_response(body(value)?))
}

fn body(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Failure::defect()
    })
}

fn json_response(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// A strong tag names the very bytes, so a compressed answer has another one than the plain: the name of the
/// encoding is added on the way out and taken off on the way in.
pub(super) async fn encoded(mut request: Request, next: Next) -> Response {
    let asked = request.headers().get(header::IF_NONE_MATCH).cloned();
    if let Some(value) = asked.as_ref().and_then(|value| value.to_str().ok()) {
        let plain = value.replace("-gzip\"", "\"").replace("-br\"", "\"");
        if let Ok(value) = HeaderValue::from_str(&plain) {
            request.headers_mut().insert(header::IF_NONE_MATCH, value);
        }
    }
    let mut response = next.run(request).await;
    if response.status() == StatusCode::NOT_MODIFIED {
        // What the client has stays valid under the name that it has it by.
        if let Some(tag) = asked.filter(|tag| !tag.as_bytes().contains(&b',') && tag != "*") {
            response.headers_mut().insert(header::ETAG, tag);
        }
        return response;
    }
    let headers = response.headers_mut();
    let encoding = headers.get(header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let tag = headers.get(header::ETAG).and_then(|value| value.to_str().ok());
    if let (Some(encoding), Some(tag)) = (encoding, tag)
        && let Ok(value) = HeaderValue::from_str(&format!("{}-{encoding}\"", tag.trim_end_matches('"')))
    {
        headers.insert(header::ETAG, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_in_any_list() {
        let tag = Tag::of(&[&"linky.load_curve", &7]);
        let quoted = format!("\"{}\"", tag.0);
        for (value, known) in [
            (quoted.clone(), true),
            (format!("\"x\", {quoted}"), true),
            (format!("W/{quoted}"), true),
            ("*".to_owned(), true),
            ("\"x\"".to_owned(), false),
            (String::new(), false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, value.parse().unwrap())]);
            assert_eq!(tag.known(&headers), known, "{value}");
        }
        assert_ne!(tag, Tag::of(&[&"linky.load_curve", &8]));
        assert_ne!(Tag::of(&[&"a", &"b"]), Tag::of(&[&"ab"]));
    }
}
