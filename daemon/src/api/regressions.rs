//! `/api/v1/regressions`: what the weather explains of each series, and what it does not. `/api/v1/anomalies`.

use super::{
    AppState,
    error::{Failure, Problem},
    etag,
    query::{Asked, PeriodQuery},
};
use crate::{
    explain::{
        self,
        view::{AnomalyView, Detail, Overview},
    },
    query::Calendar,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use std::sync::Arc;

/// Every regression in short. One that cannot be made says what is missing.
#[utoipa::path(get, path = "/api/v1/regressions", tag = "regressions", responses(
    (status = 200, body = Vec<Overview>),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(State(state): State<AppState>) -> Result<Response, Failure> {
    state.read(|state| etag::plain_json(&state.explainer.overview()?)).await
}

/// A regression with its coefficients, months, days, changes, events and odd days.
#[utoipa::path(get, path = "/api/v1/regressions/{name}", tag = "regressions",
    params(("name" = String, Path, description = "The job", example = "gas_model")), responses(
    (status = 200, body = Detail),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn get(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let detail = state.explainer.detail(&name)?;
            etag::plain_json(&*detail)
        })
        .await
}

/// Fits a regression now and keeps the fit.
#[utoipa::path(post, path = "/api/v1/regressions/{name}/fit", tag = "regressions",
    params(("name" = String, Path, description = "The job", example = "gas_model")), responses(
    (status = 200, body = Detail),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn fit(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Json<Detail>, Failure> {
    let fit = move |state: &AppState| Ok::<_, Failure>(state.explainer.fit(&name)?);
    state.work(fit).await.map(|detail| Json(Arc::unwrap_or_clone(detail)))
}

/// Everything odd that the regressions show, newest first; of the last 60 days by default.
#[utoipa::path(get, path = "/api/v1/anomalies", tag = "regressions", params(PeriodQuery), responses(
    (status = 200, body = Vec<AnomalyView>),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn anomalies(
    State(state): State<AppState>,
    Asked(asked): Asked<PeriodQuery>,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let calendar = Calendar::new(state.clock.zone().clone(), 0);
            let date = |name: &'static str, text: &Option<String>| match text {
                Some(text) => {
                    let instant = crate::query::parse_instant(name, text, &calendar)?;
                    Ok::<_, crate::query::Error>(Some(calendar.date_of(instant)))
                }
                None => Ok(None),
            };
            let (from, to) = (date("from", &asked.from)?, date("to", &asked.to)?);
            if from.zip(to).is_some_and(|(from, to)| from >= to) {
                return Err(crate::query::Error::EmptyPeriod.into());
            }
            etag::plain_json(&state.explainer.anomalies(from, to)?)
        })
        .await
}

impl From<explain::Error> for Failure {
    fn from(error: explain::Error) -> Self {
        use explain::Error;
        let status = match &error {
            Error::NoJob { .. } | Error::NoSeries(_) => StatusCode::NOT_FOUND,
            Error::Query(_) => StatusCode::BAD_REQUEST,
            Error::Kind { .. }
            | Error::Nothing(_)
            | Error::NoTemperature(_)
            | Error::Refused(_)
            | Error::Search(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Store(cause) => {
                tracing::error!(%cause, "the store could not be read");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(status, error.code(), error.to_string())
    }
}
