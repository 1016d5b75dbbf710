//! The query string, with a problem that says what is wrong in it.

use super::error::Failure;
use axum::{
    extract::{FromRequestParts, Query as AxumQuery},
    http::request::Parts,
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
            .map_err(|error| Failure::bad_query(error.body_text()))
    }
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
