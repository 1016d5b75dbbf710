//! Problems, as RFC 9457 has them: written in one place, each with a code that never changes.

use crate::{model::ImportReport, query, services::ServiceError};
use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// What went wrong with a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A name for this kind of problem: `urn:watteau:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    pub(super) kind: String,
    /// What the status means.
    pub(super) title: String,
    /// The HTTP status.
    pub(super) status: u16,
    /// What happened and what to do, for a person.
    pub(super) detail: String,
    /// The same in French, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) detail_fr: Option<String>,
    /// The path that was asked.
    pub(super) instance: String,
    /// A stable name for programs.
    pub(super) code: String,
    /// What became of a file that gave nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(super) reports: Vec<ImportReport>,
}

/// Why a handler has no answer.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    status: StatusCode,
    code: String,
    detail: String,
    detail_fr: Option<String>,
    reports: Vec<ImportReport>,
    wait: Option<Duration>,
}

/// Says to leave a response as it is: health and summary fail with an empty body, which sensors survive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bare;

impl Failure {
    pub(super) fn new(status: StatusCode, code: impl Into<String>, detail: impl Into<String>) -> Self {
        let (code, detail) = (code.into(), detail.into());
        Self { status, code, detail, detail_fr: None, reports: Vec::new(), wait: None }
    }

    /// The same in French, for the dashboard.
    pub(super) fn in_french(self, detail: impl Into<String>) -> Self {
        Self { detail_fr: Some(detail.into()), ..self }
    }

    /// When to ask again.
    pub(super) fn after(self, wait: Duration) -> Self {
        Self { wait: Some(wait), ..self }
    }

    pub(super) fn bad_query(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_query", detail)
    }

    pub(super) fn defect() -> Self {
        let detail = "watteau met a defect of its own while answering; its log has the details";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// A file that gave nothing, with the reports that say so.
    pub(super) fn unreadable(reports: Vec<ImportReport>) -> Self {
        let error = reports.iter().find_map(|report| report.error.clone());
        let (code, en, fr) = error.map_or_else(
            || ("unreadable".to_owned(), "nothing could be read from this file".to_owned(), None),
            |error| (error.code, error.message, Some(error.message_fr)),
        );
        Self { detail_fr: fr, reports, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, en) }
    }

    fn problem(self, instance: &str) -> Problem {
        Problem {
            kind: format!("urn:watteau:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            detail_fr: self.detail_fr,
            instance: instance.to_owned(),
            code: self.code,
            reports: self.reports,
        }
    }
}

impl From<Failure> for Response {
    /// Leaves the body to [`render`], which knows the path.
    fn from(failure: Failure) -> Self {
        let mut response = failure.status.into_response();
        response.extensions_mut().insert(failure);
        response
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        self.into()
    }
}

impl From<query::Error> for Failure {
    fn from(error: query::Error) -> Self {
        use query::Error;
        let status = match &error {
            Error::UnknownSeries(_) | Error::NoPoint { .. } => StatusCode::NOT_FOUND,
            Error::BadInstant { .. } | Error::EmptyPeriod | Error::TooManyRows { .. } => {
                StatusCode::BAD_REQUEST
            }
            Error::NotSummable { .. }
            | Error::WrongKind { .. }
            | Error::TooCoarse { .. }
            | Error::TooFewDays { .. }
            | Error::NoTemperature
            | Error::Method { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Store(cause) => {
                tracing::error!(%cause, "the store could not be read");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(status, error.code(), error.to_string())
    }
}

impl From<watteau_store::Error> for Failure {
    fn from(error: watteau_store::Error) -> Self {
        query::Error::Store(error).into()
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let (status, code) = match &error {
            ServiceError::UnknownConnector(_) => (StatusCode::NOT_FOUND, "unknown_connector"),
            ServiceError::AlreadyRunning(_) => (StatusCode::CONFLICT, "already_running"),
            ServiceError::Disabled(_) => (StatusCode::CONFLICT, "disabled"),
            ServiceError::NoReader => (StatusCode::CONFLICT, "no_reader"),
            ServiceError::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        Self::new(status, code, error.to_string())
    }
}

/// The right path, the wrong method.
pub(super) async fn method_not_allowed() -> Failure {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path does not take that method")
}

/// Writes every failure of the API as a problem, whoever made it.
pub(super) async fn render(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let status = response.status();
    let failure = match response.extensions_mut().remove::<Failure>() {
        Some(failure) => failure,
        None if response.extensions().get::<Bare>().is_some() => return response,
        // A layer of ours (a time limit, a missing page) answered in its own words.
        None if (status.is_client_error() || status.is_server_error()) && path.starts_with("/api/") => {
            match status {
                StatusCode::NOT_FOUND => Failure::new(status, "not_found", "there is nothing at this path"),
                StatusCode::SERVICE_UNAVAILABLE => {
                    Failure::new(status, "timeout", "the answer took too long")
                }
                _ => Failure::new(status, "refused", "the request was refused"),
            }
        }
        None => return response,
    };
    let allow = response.headers_mut().remove(header::ALLOW);
    let mut response = rendered(failure, &path);
    if let Some(allow) = allow {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}

/// A failure as a problem about that path.
pub(super) fn rendered(failure: Failure, path: &str) -> Response {
    let (status, wait) = (failure.status, failure.wait);
    let body = serde_json::to_vec(&failure.problem(path)).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(wait) = wait {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"watteau\""));
    }
    response
}

/// Out of service, without a body, for those who would stumble over one.
pub(super) fn unavailable() -> Response {
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    response.extensions_mut().insert(Bare);
    response
}
