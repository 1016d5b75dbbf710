//! The routes of a dashboard of this field that others already read, kept so that they can move over: the country's load,
//! our forecast of it and the grid operator's, with right instants.
//!
//! The original reads its instants back as if they were local, an hour or two off; these are not. It also merges the two
//! hours that the clocks repeat; here each is a row.

use super::{
    AppState,
    error::{Failure, Problem},
    etag,
    query::Asked,
};
use axum::{extract::State, response::Response};
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use watteau_analysis::Day;

/// Days that are answered where nothing else is asked for.
const USUAL_DAYS: i64 = 90;

/// Which part of the history.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RangeQuery {
    /// `7d`, `30d` or `90d` up to now; anything else is 90 days.
    range: Option<String>,
    /// First instant, RFC 3339, in the place of `range`; alone, up to the end of what is forecast.
    #[param(example = "2025-05-01T00:00:00Z")]
    start: Option<String>,
    /// Last instant, included; alone, of 90 days.
    #[param(example = "2025-05-31T23:00:00Z")]
    end: Option<String>,
}

/// One hour of each of the three series, null where absent.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Row {
    /// First instant of the hour, UTC.
    #[schema(example = "2026-02-19T22:00:00.000Z")]
    date: String,
    /// What happened, MW.
    #[serde(rename = "true value")]
    #[schema(rename = "true value")]
    actual: Option<f64>,
    /// The grid operator's forecast, MW.
    #[serde(rename = "rte forecast")]
    #[schema(rename = "rte forecast")]
    official: Option<f64>,
    /// Ours, MW.
    #[serde(rename = "our forecast")]
    #[schema(rename = "our forecast")]
    ours: Option<f64>,
}

/// What happened, the grid operator's forecast and ours, by the hour.
#[utoipa::path(get, path = "/api/data", tag = "reference", params(RangeQuery), responses(
    (status = 200, body = Vec<Row>),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn data(
    State(state): State<AppState>,
    Asked(asked): Asked<RangeQuery>,
) -> Result<Response, Failure> {
    state.read(move |state| etag::plain_json(&rows(state, &asked)?)).await
}

/// What happened, by the hour.
#[utoipa::path(get, path = "/api/data/real", tag = "reference", params(RangeQuery), responses(
    (status = 200, body = Vec<Value>),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn real(
    State(state): State<AppState>,
    Asked(asked): Asked<RangeQuery>,
) -> Result<Response, Failure> {
    one(state, asked, "true value", ("source", "RTE"), |row| row.actual).await
}

/// Our forecast, by the hour.
#[utoipa::path(get, path = "/api/data/predictions", tag = "reference", params(RangeQuery), responses(
    (status = 200, body = Vec<Value>),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn predictions(
    State(state): State<AppState>,
    Asked(asked): Asked<RangeQuery>,
) -> Result<Response, Failure> {
    one(state, asked, "our forecast", ("model", "watteau"), |row| row.ours).await
}

/// The grid operator's forecast, by the hour.
#[utoipa::path(get, path = "/api/data/rte-forecasts", tag = "reference", params(RangeQuery), responses(
    (status = 200, body = Vec<Value>),
    (status = "4XX", body = Problem, content_type = "application/problem+json"),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn official(
    State(state): State<AppState>,
    Asked(asked): Asked<RangeQuery>,
) -> Result<Response, Failure> {
    one(state, asked, "rte forecast", ("source", "RTE"), |row| row.official).await
}

/// How much there is of each.
#[utoipa::path(get, path = "/api/status", tag = "reference", responses(
    (status = 200, body = Value),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn status(State(state): State<AppState>) -> Result<Response, Failure> {
    state
        .read(|state| {
            let target = state.forecaster.grid_target();
            let info = state.store.find(&target)?;
            let official = match state.forecaster.job_of(&target).official {
                Some(id) => state.store.find(&id)?,
                None => None,
            };
            let of = |info: Option<watteau_store::SeriesInfo>| {
                let last = info.as_ref().and_then(|info| info.last).map(|point| instant(point.start));
                json!({"count": info.map_or(0, |info| info.points), "last_timestamp": last})
            };
            let (count, made) = state.forecaster.hours_kept(&target)?;
            let status = json!({
                "historical_data": of(info),
                "predictions": {"count": count, "last_generated": made.map(instant)},
                "rte_forecasts": of(official),
            });
            etag::plain_json(&status)
        })
        .await
}

/// That it answers.
#[utoipa::path(get, path = "/api/health", tag = "reference", responses(
    (status = 200, body = Value),
    (status = "5XX", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn health(State(state): State<AppState>) -> Result<Response, Failure> {
    etag::plain_json(&json!({"status": "ok", "timestamp": instant(state.clock.now_ms())}))
}

async fn one(
    state: AppState,
    asked: RangeQuery,
    key: &'static str,
    (name, origin): (&'static str, &'static str),
    value: impl Fn(&Row) -> Option<f64> + Send + 'static,
) -> Result<Response, Failure> {
    state
        .read(move |state| {
            let rows = rows(state, &asked)?;
            let known = rows.iter().filter_map(|row| Some((row, value(row)?)));
            let objects: Vec<Map<String, Value>> = known
                .map(|(row, value)| {
                    let pairs = [("date", json!(row.date)), (key, json!(value)), (name, json!(origin))];
                    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
                })
                .collect();
            etag::plain_json(&objects)
        })
        .await
}

fn rows(state: &AppState, asked: &RangeQuery) -> Result<Vec<Row>, Failure> {
    let now = state.clock.now();
    let [start, end] = [("start", &asked.start), ("end", &asked.end)]
        .map(|(name, text)| text.as_deref().map(|text| parsed(name, text)).transpose());
    let back = |from: Timestamp, days: i64| from.checked_sub((days * 24).hours()).unwrap_or(from);
    // Tomorrow is what they came for.
    let ahead = now.checked_add(48.hours()).unwrap_or(now);
    let (first, last) = match (start?, end?) {
        (Some(start), Some(end)) => (start, end),
        (Some(start), None) => (start, ahead.max(start)),
        (None, Some(end)) => (back(end, USUAL_DAYS), end),
        (None, None) => {
            let days = match asked.range.as_deref() {
                Some("7d") => 7,
                Some("30d") => 30,
                _ => USUAL_DAYS,
            };
            (back(now, days), ahead)
        }
    };
    if first > last {
        return Err(Failure::bad_query("`start` must not be after `end`"));
    }
    let day = |instant: Timestamp| Day::new(instant.to_zoned(state.clock.zone().clone()).date());
    let target = state.forecaster.grid_target();
    if state.store.find(&target)?.is_none() {
        return Ok(Vec::new());
    }
    let curve = state.forecaster.curve(&target, day(first), day(last), None)?;
    let within = first.as_second()..=last.as_second();
    let rows = curve.start.iter().enumerate().filter(|(_, start)| within.contains(start));
    Ok(rows
        .map(|(row, start)| Row {
            date: instant(start * 1000),
            actual: curve.actual[row],
            official: curve.official[row],
            ours: curve.value[row],
        })
        .collect())
}

fn parsed(name: &str, text: &str) -> Result<Timestamp, Failure> {
    text.parse().map_err(|_| {
        Failure::bad_query(format!("{name}: `{text}` is no instant; write 2025-05-31T00:00:00Z"))
    })
}

/// With milliseconds, as the original writes them.
fn instant(ms: i64) -> String {
    let timestamp = Timestamp::from_millisecond(ms).unwrap_or_default();
    timestamp.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}
