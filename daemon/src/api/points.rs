//! `GET /api/v1/series/{id}/points`: the points of a series, as stored or by hour, day, week, month, year.

use super::{
    AppState,
    error::{Failure, Problem},
    etag,
    query::Asked,
    series::tag,
};
use crate::{
    clock::Clock,
    query::{self, Bucket, Columns, Period},
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use std::fmt::Write as _;
use utoipa::IntoParams;

const HOUR_MS: i64 = 3_600_000;

/// Which points, and how grouped.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PointsQuery {
    /// First instant, RFC 3339, or a date: the start of that day of the series. By default a week before `to`
    /// (raw and hours) or the first point. Widened to whole rows.
    #[param(example = "2025-03-01")]
    from: Option<String>,
    /// First instant no longer wanted, RFC 3339 or a date; now by default.
    #[param(example = "2025-04-01")]
    to: Option<String>,
    /// How to group. From `hour` on, a power becomes an energy in kWh.
    #[serde(default)]
    step: Bucket,
}

/// The points of a series in columns, or as `text/csv` where `Accept` asks for it.
#[utoipa::path(get, path = "/api/v1/series/{id}/points", tag = "series",
    params(("id" = String, Path, description = "Series"), PointsQuery),
    responses(
        (status = 200, content((Columns = "application/json"), (String = "text/csv"))),
        (status = 304, description = "Nothing has changed"),
        (status = "4XX", body = Problem, content_type = "application/problem+json"),
        (status = "5XX", body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn get(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Asked(asked): Asked<PointsQuery>,
    request: HeaderMap,
) -> Result<Response, Failure> {
    let csv = wants_csv(&request);
    state
        .read(move |state| {
            let info = query::find(&state.store, &id)?;
            let PointsQuery { from, to, step } = &asked;
            // Up to now: rows come with the hours, points with the clock.
            let moment = match (to, step) {
                (Some(_), _) => 0,
                (None, Bucket::Raw) => state.clock.now_ms(),
                (None, _) => state.clock.now_ms().div_euclid(HOUR_MS),
            };
            let (first, last) = (from.as_deref().unwrap_or_default(), to.as_deref().unwrap_or_default());
            let tag = tag(&info, &[&"points", &first, &last, &step.as_str(), &moment, &csv]);
            if tag.known(&request) {
                return Ok(tag.not_modified());
            }
            let period = Period { from: from.as_deref(), to: to.as_deref() };
            let columns = query::points(&state.store, &state.clock, &id, period, *step)?;
            let mut response = if csv {
                ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], to_csv(&columns, &state.clock))
                    .into_response()
            } else {
                etag::plain_json(&columns)?
            };
            response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
            Ok::<_, Failure>(tag.stamp(response))
        })
        .await
}

/// Whether the client names CSV and not JSON.
fn wants_csv(request: &HeaderMap) -> bool {
    let accept = request.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("text/csv") && !accept.contains("application/json")
}

/// A line a row, instants with the home's offset. Nothing in it needs quotes.
fn to_csv(columns: &Columns, clock: &Clock) -> String {
    let mut text = String::from("start,end,value,unit,coverage,quality");
    if columns.min.is_some() {
        text.push_str(",min,max");
    }
    text.push('\n');
    let instant = |ms: i64| clock.with_offset(ms);
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for (row, (&start, &end)) in columns.start.iter().zip(&columns.end).enumerate() {
        let quality = columns.quality[row].map_or("", watteau_store::Quality::as_str);
        let coverage = (columns.coverage[row] * 1e4).floor() / 1e4;
        let value = number(columns.value[row]);
        let _ =
            write!(text, "{},{},{value},{},{coverage},{quality}", instant(start), instant(end), columns.unit);
        if let (Some(min), Some(max)) = (&columns.min, &columns.max) {
            let _ = write!(text, ",{},{}", number(min[row]), number(max[row]));
        }
        text.push('\n');
    }
    text
}
