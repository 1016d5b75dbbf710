//! The query string, with a problem that says what is wrong in it.

use super::error::Failure;
use axum::{
    body::Body,
    extract::{FromRequestParts, Query as AxumQuery, rejection::QueryRejection},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

/// A query string read into `T`. Parameters that `T` does not know are refused: a word misspelt would
/// otherwise answer another question.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        AxumQuery::try_from_uri(&parts.uri)
            .map(|AxumQuery(query)| Self(query))
            .map_err(|error| Failure::bad_query(what_is_wrong(&error)))
    }
}

/// The reason alone: that it is about a query string is the library's news.
fn what_is_wrong(error: &QueryRejection) -> String {
    let text = error.body_text();
    text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text).to_owned()
}

/// Bytes of a body that says what to keep: a sentence, not a file.
const LARGEST_BODY: usize = 16 << 10;

/// A body of JSON read into `T`.
pub(super) async fn told<T: DeserializeOwned>(body: Body) -> Result<T, Failure> {
    let bad = |detail: String| Failure::new(StatusCode::BAD_REQUEST, "bad_body", detail);
    let bytes = axum::body::to_bytes(body, LARGEST_BODY)
        .await
        .map_err(|_| bad(format!("the body did not arrive whole, or is longer than {LARGEST_BODY} bytes")))?;
    serde_json::from_slice(&bytes).map_err(|error| bad(format!("the body is not what is expected: {error}")))
}

/// A half-open period.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PeriodQuery {
    /// First instant, RFC 3339, or a date: the start of that day of the series.
    #[param(example = "2025-03-30")]
    pub(super) from: Option<String>,
    /// First instant no longer wanted, RFC 3339 or a date; now by default.
    #[param(example = "2025-03-31T00:00:00+02:00")]
    pub(super) to: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_without_the_librarys_words() {
        for (query, expected) in [
            ("fom=2025-01-01", "fom: unknown field `fom`, expected `from` or `to`"),
            ("from=1&from=2", "duplicate field `from`"),
        ] {
            let uri = format!("/?{query}").parse().unwrap();
            let error = AxumQuery::<PeriodQuery>::try_from_uri(&uri).unwrap_err();
            assert_eq!(what_is_wrong(&error), expected);
        }
    }
}
