//! Open-Meteo: the hosts of the forecast, of the archive, of the historical forecast and of previous runs, all at one
//! address.
//!
//! Parameters, columns, nulls, refusals and the weight of a call are those of the real one, and so is its trap: a zone
//! gives one offset for the whole answer. Daily values, the choice of a model and the other formats are not simulated.

mod climate;
mod meter;
mod request;
#[cfg(test)]
mod tests;

pub use climate::{Climate, Element, Spot};
pub(crate) use meter::Meter;

use crate::{Fault, Inner, reply};
use axum::{
    Router,
    extract::{Query, State},
    response::Response,
    routing::get,
};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, tz::Offset, tz::TimeZone};
use request::{Host, Parameters, Request, Variable};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The archive is so many days late.
const ARCHIVE_LATE_DAYS: i64 = 5;
/// The historical forecast of France is null before.
const FIRST_HISTORICAL: &str = "2021-03-23T00:00:00Z";
/// No run before is kept.
const FIRST_RUN: &str = "2022-01-01T00:00:00Z";
const CONCURRENT: &str = "Too many concurrent requests";

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new().route("/v1/forecast", get(forecast)).route("/v1/archive", get(archive)).with_state(inner)
}

async fn forecast(State(inner): State<Arc<Inner>>, Query(parameters): Query<Parameters>) -> Response {
    respond(&inner, Host::of_forecasts(&parameters, inner.now()), &parameters)
}

async fn archive(State(inner): State<Arc<Inner>>, Query(parameters): Query<Parameters>) -> Response {
    respond(&inner, Host::Archive, &parameters)
}

fn respond(inner: &Inner, host: Host, parameters: &Parameters) -> Response {
    let shown = |name: &str| parameters.get(name).map_or("-", String::as_str);
    let previous = shown("hourly").contains("_previous_day");
    let host = if previous { Host::Forecast } else { host };
    let kind = match host {
        Host::Archive => "archive",
        Host::HistoricalForecast => "historical_forecast",
        Host::Forecast if previous => "previous_runs",
        Host::Forecast => "forecast",
    };
    inner.note(format!("open_meteo.{kind} {}..{}", shown("start_date"), shown("end_date")));
    let faults = &inner.faults;
    if faults.has(Fault::OpenMeteoDown) {
        return refuse(503, "The service is overloaded");
    }
    if faults.has(Fault::OpenMeteoConcurrent) {
        return refuse(429, CONCURRENT);
    }
    let used_up = [Fault::OpenMeteoMinute, Fault::OpenMeteoHour, Fault::OpenMeteoDay];
    for (fault, words) in used_up.into_iter().zip(meter::USED_UP) {
        if faults.has(fault) {
            return refuse(429, words);
        }
    }
    if faults.has(Fault::OpenMeteoNowhere) {
        return refuse(400, "No data is available for this location");
    }
    if faults.has(Fault::OpenMeteoRange) {
        let words = "Parameter 'start_date' is out of allowed range from 2024-10-14 to 2025-02-01";
        return refuse(400, words);
    }
    let request = match Request::read(host, parameters, inner.now()) {
        Ok(request) => request,
        Err(reason) => return refuse(400, &reason),
    };
    let weight = meter::weight(request.spots.len(), request.variables.len(), request.days());
    if let Err(words) = inner.open_meteo.count(weight, inner.now()) {
        return refuse(429, words);
    }
    let mut blocks: Vec<Value> =
        request.spots.iter().enumerate().map(|(index, spot)| block(inner, &request, index, *spot)).collect();
    let body = if blocks.len() == 1 { blocks.remove(0) } else { Value::Array(blocks) };
    reply::body(inner, body)
}

/// The answer for one place.
fn block(inner: &Inner, request: &Request, index: usize, spot: Spot) -> Value {
    let hours: Vec<Timestamp> = hours(request);
    let stamp = |at: &Timestamp| -> Value {
        if request.unixtime {
            return at.as_second().into();
        }
        let local = *at + SignedDuration::from_secs(request.offset);
        Offset::UTC.to_datetime(local).strftime("%Y-%m-%dT%H:%M").to_string().into()
    };
    let mut hourly = Map::from_iter([("time".to_owned(), hours.iter().map(stamp).collect::<Value>())]);
    let time = if request.unixtime { "unixtime" } else { "iso8601" };
    let mut units = Map::from_iter([("time".to_owned(), time.into())]);
    for variable in &request.variables {
        let mut column: Vec<Value> = hours
            .iter()
            .map(|at| value(inner, request, variable, spot, *at).map_or(Value::Null, Value::from))
            .collect();
        if inner.faults.has(Fault::OpenMeteoUneven) {
            column.pop();
        }
        hourly.insert(variable.name.clone(), column.into());
        units.insert(variable.name.clone(), unit(variable.element, request.kmh).into());
    }
    // What is echoed is the cell of the grid, and not the place that was asked for.
    let cell = |degrees: f64| (degrees * 10.0).round() / 10.0 + 0.01;
    let mut block = json!({
        "latitude": cell(spot.latitude), "longitude": cell(spot.longitude), "generationtime_ms": 0.12,
        "utc_offset_seconds": request.offset, "timezone": request.zone, "timezone_abbreviation": request.zone,
        "elevation": 38.0, "hourly_units": units, "hourly": hourly,
    });
    if index > 0 {
        block["location_id"] = index.into();
    }
    block
}

/// The hours of the days asked for, by the answer's one offset.
fn hours(request: &Request) -> Vec<Timestamp> {
    let midnight = |date: Date| {
        let at = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
        Some(at - request.offset)
    };
    let end = request.last.saturating_add(1.day());
    let (Some(from), Some(to)) = (midnight(request.first), midnight(end)) else { return Vec::new() };
    (from..to).step_by(3600).filter_map(|at| Timestamp::from_second(at).ok()).collect()
}

/// What is said of an hour, where something is.
fn value(inner: &Inner, request: &Request, variable: &Variable, spot: Spot, at: Timestamp) -> Option<f64> {
    let now = inner.now();
    let (element, climate) = (variable.element, &inner.climate);
    let utc = at.to_zoned(TimeZone::UTC);
    if (3..9).contains(&utc.hour()) && inner.faults.has(Fault::OpenMeteoHole(utc.date())) {
        return None;
    }
    let value = match (request.host, variable.previous_day) {
        (Host::Archive, _) => {
            let late = now.to_zoned(TimeZone::UTC).date().saturating_sub(ARCHIVE_LATE_DAYS.days());
            (utc.date() < late).then(|| climate.truth(element, spot, at))
        }
        // The first hours of each run, one after the other; the latest run goes on from there.
        (Host::HistoricalForecast, _) => {
            let begun = FIRST_HISTORICAL.parse().is_ok_and(|first: Timestamp| at >= first);
            begun.then(|| climate.forecast(element, spot, at, at.min(now)))
        }
        (Host::Forecast, None) => Some(climate.forecast(element, spot, at, now)),
        (Host::Forecast, Some(days)) => {
            let issued = at - SignedDuration::from_hours(days * 24);
            let kept = FIRST_RUN.parse().is_ok_and(|first: Timestamp| issued >= first) && issued <= now;
            kept.then(|| climate.forecast(element, spot, at, issued))
        }
    }?;
    Some(if element == Element::WindSpeed && request.kmh { (value * 36.0).round() / 10.0 } else { value })
}

fn unit(element: Element, kmh: bool) -> &'static str {
    match element {
        Element::Temperature => "°C",
        Element::Humidity | Element::CloudCover => "%",
        Element::WindSpeed if kmh => "km/h",
        Element::WindSpeed => "m/s",
        Element::Radiation => "W/m²",
    }
}

fn refuse(status: u16, reason: &str) -> Response {
    reply::refuse(status, json!({"error": true, "reason": reason}))
}
