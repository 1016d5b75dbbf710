//! `/api/v1/forecasts`: what is forecast, what was, and how good it was.

use super::{
    AppState,
    error::{Failure, Problem},
    etag,
    query::Asked,
};
use crate::forecast::{
    self,
    score::{By, Score},
    view::{Curve, DayView, TargetView},
    weather_case,
};
use axum::{Json, extract::State, http::StatusCode, response::Response};
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use watteau_analysis::Day;

/// Everything that is forecast.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Targets {
    /// One for each job that is not switched off.
    targets: Vec<TargetView>,
}

/// What is forecast, by which job, and what became of its last run.
#[utoipa::path(get, path = "/api/v1/forecasts/targets", tag = "forecasts", responses(
    (status = 200, body = Targets),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn targets(State(state): State<AppState>) -> Result<Response, Failure> {
    let read = |state: &AppState| etag::plain_json(&Targets { targets: state.forecaster.targets()? });
    state.read(read).await
}

/// Which day of which series.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DayQuery {
    /// The series that is forecast.
    #[param(example = "rte.load")]
    target: String,
    /// The local day; tomorrow by default.
    #[param(value_type = Option<String>, example = "2025-05-31")]
    day: Option<Date>,
}

/// Every forecast of a day that is kept, with its quantiles.
#[utoipa::path(get, path = "/api/v1/forecasts", tag = "forecasts", params(DayQuery), responses(
    (status = 200, body = DayView),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn day(
    State(state): State<AppState>,
    Asked(DayQuery { target, day }): Asked<DayQuery>,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let tomorrow = || state.clock.local().date().tomorrow().unwrap_or(Date::MAX);
            let view = state.forecaster.day(&target, day.unwrap_or_else(tomorrow))?;
            etag::plain_json(&view)
        })
        .await
}

/// Which days of which series.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SpanQuery {
    /// The series that is forecast.
    #[param(example = "rte.load")]
    target: String,
    /// First day, or an instant of it; 31 days before `to` by default.
    #[param(example = "2025-05-01")]
    from: Option<String>,
    /// The day after the last, or an instant; the end of tomorrow by default.
    #[param(example = "2025-06-01")]
    to: Option<String>,
    /// Local time of issue; the job's first by default.
    #[param(example = "10:00")]
    at: Option<String>,
    /// Tell scores apart by local hour or by month.
    by: Option<By>,
}

impl SpanQuery {
    /// First and last day, and the time of issue.
    fn span(&self, state: &AppState) -> Result<(Day, Day, Option<Time>), Failure> {
        let (from, to) = state.forecaster.days(self.from.as_deref(), self.to.as_deref())?;
        Ok((from, to, self.at.as_deref().map(time_of_day).transpose()?))
    }
}

/// What was forecast beside what happened, by the hour.
#[utoipa::path(get, path = "/api/v1/forecasts/curve", tag = "forecasts", params(SpanQuery), responses(
    (status = 200, body = Curve),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn curve(
    State(state): State<AppState>,
    Asked(asked): Asked<SpanQuery>,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let (from, to, at) = asked.span(state)?;
            etag::plain_json(&state.forecaster.curve(&asked.target, from, to, at)?)
        })
        .await
}

/// How good the forecasts of some days were, beside the official one and the naive ones.
#[utoipa::path(get, path = "/api/v1/forecasts/score", tag = "forecasts", params(SpanQuery), responses(
    (status = 200, body = Score),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn score(
    State(state): State<AppState>,
    Asked(asked): Asked<SpanQuery>,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let (from, to, at) = asked.span(state)?;
            let score = state.forecaster.score(&asked.target, from, to, at, asked.by)?;
            etag::plain_json(&score)
        })
        .await
}

/// What is to be forecast.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RunQuery {
    /// The series to forecast.
    #[param(example = "rte.load")]
    target: String,
    /// As for this local time of issue, which has passed today; the last of the job's that has, or its first, by default.
    #[param(example = "10:00")]
    at: Option<String>,
}

/// Forecasts tomorrow now, keeps it, and answers it.
#[utoipa::path(post, path = "/api/v1/forecasts/run", tag = "forecasts", params(RunQuery), responses(
    (status = 200, body = DayView),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn run(
    State(state): State<AppState>,
    Asked(RunQuery { target, at }): Asked<RunQuery>,
) -> Result<Json<DayView>, Failure> {
    let work = move |state: &AppState| {
        let job = state.forecaster.job_of(&target);
        let local = state.clock.local();
        let at = match at.as_deref().map(time_of_day).transpose()? {
            Some(at) if at > local.time() => {
                return Err(forecast::Error::NotYet(at.strftime("%H:%M").to_string()).into());
            }
            Some(at) => at,
            None => {
                let passed = job.at.iter().rev().find(|at| **at <= local.time());
                passed.or(job.at.first()).copied().unwrap_or_default()
            }
        };
        let eve = Day::new(local.date());
        state.forecaster.run(&job, at, eve)?;
        let tomorrow = eve.plus(1).date();
        Ok::<_, Failure>(Json(state.forecaster.day(&target, tomorrow)?))
    };
    state.work(work).await
}

/// What is to be forecast again.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct BacktestQuery {
    /// The series.
    #[param(example = "rte.load")]
    target: String,
    /// First day.
    #[param(value_type = String, example = "2024-06-01")]
    since: Date,
    /// Last day.
    #[param(value_type = String, example = "2025-05-31")]
    until: Date,
    /// Local time of issue; the job's first by default.
    #[param(example = "10:00")]
    at: Option<String>,
    /// What stands in for weather forecasts: `archived` (the temperatures measured later), `none`, or `noisy:DEGC`.
    #[param(example = "archived")]
    weather: Option<String>,
    /// Models that are wanted beside ours, with commas between; all by default.
    #[param(example = "official,naive_d7")]
    models: Option<String>,
}

/// Forecasts every day of the past again with what was known then, and scores it. Keeps nothing.
#[utoipa::path(post, path = "/api/v1/forecasts/backtest", tag = "forecasts", params(BacktestQuery), responses(
    (status = 200, body = Score),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn backtest(
    State(state): State<AppState>,
    Asked(asked): Asked<BacktestQuery>,
) -> Result<Json<Score>, Failure> {
    let work = move |state: &AppState| {
        let models = asked.models.as_deref().unwrap_or_default();
        let question = forecast::Asked {
            days: (asked.since, asked.until),
            at: asked.at.as_deref().map(time_of_day).transpose()?,
            weather: weather_case(asked.weather.as_deref().unwrap_or("archived"))?,
            models: models
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(Into::into)
                .collect(),
        };
        Ok::<_, Failure>(Json(state.forecaster.backtest(&asked.target, &question)?))
    };
    state.work(work).await
}

fn time_of_day(text: &str) -> Result<Time, Failure> {
    let wrong = || Failure::bad_query(format!("at: `{text}` is no time of day; write 10:00"));
    text.parse().ok().filter(|_| text.len() == 5).ok_or_else(wrong)
}

impl From<forecast::Error> for Failure {
    fn from(error: forecast::Error) -> Self {
        use forecast::Error;
        let status = match &error {
            Error::UnknownTarget(_) => StatusCode::NOT_FOUND,
            Error::Period(_) | Error::Case(_) | Error::Issue(_) | Error::NotYet(_) | Error::NoLine { .. } => {
                StatusCode::BAD_REQUEST
            }
            Error::Busy => StatusCode::CONFLICT,
            Error::Kind { .. }
            | Error::NoTemperature
            | Error::ShortHistory { .. }
            | Error::Model(_)
            | Error::Chronos(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Store(cause) => {
                tracing::error!(%cause, "the store could not be read");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        Self::new(status, error.code(), error.to_string())
    }
}
