//! ODRÉ: the Explore API over the two datasets of the national load, with its filters, limits and daily quota.

mod filter;
mod rows;
#[cfg(test)]
mod tests;

use crate::{Fault, Inner, reply};
use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderName, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use filter::Filter;
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use rows::Dataset;
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Calls a day; RTE's real number is not documented.
const DAILY_CALLS: u32 = 5_000;
const MOST_RECORDS: usize = 100;
const DEFAULT_RECORDS: usize = 10;
const DEEPEST_RECORD: usize = 10_000;

type Parameters = BTreeMap<String, String>;

/// Calls of the running day (UTC).
#[derive(Debug, Default)]
pub(crate) struct Counter(Mutex<Option<(Date, u32)>>);

impl Counter {
    /// Counts a call; answers how many of the day's are left, none when it is one too many.
    fn count(&self, today: Date) -> Option<u32> {
        let mut day = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = day.filter(|(date, _)| *date == today).map_or(0, |(_, calls)| calls);
        *day = Some((today, calls.saturating_add(1)));
        DAILY_CALLS.checked_sub(calls + 1)
    }
}

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/api/explore/v2.1/catalog/datasets/{id}/exports/{format}", get(export))
        .route("/api/explore/v2.1/catalog/datasets/{id}/records", get(records))
        .with_state(inner)
}

async fn export(
    State(inner): State<Arc<Inner>>,
    Path((id, format)): Path<(String, String)>,
    Query(parameters): Query<Parameters>,
) -> Response {
    inner.note(format!("odre.export {id}"));
    if format != "json" {
        return refuse(400, "InvalidRESTParameterError", "This format is not simulated.");
    }
    guarded(&inner, |inner| select(inner, &id, &parameters).map(Value::Array))
}

async fn records(
    State(inner): State<Arc<Inner>>,
    Path(id): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Response {
    inner.note(format!("odre.records {id}"));
    guarded(&inner, |inner| {
        let number = |name: &str, default: usize| match parameters.get(name) {
            None => Ok(default),
            Some(text) => text.parse::<usize>().map_err(|_| format!("{name} is not a number")),
        };
        let read = |name, default| number(name, default).map_err(|why| Box::new(wrong(&why)));
        let (limit, offset) = (read("limit", DEFAULT_RECORDS)?, read("offset", 0)?);
        if limit > MOST_RECORDS || limit + offset > DEEPEST_RECORD {
            return Err(wrong("limit is at most 100, offset + limit at most 10000").into());
        }
        let rows = select(inner, &id, &parameters)?;
        let total = rows.len();
        let page: Vec<Value> = rows.into_iter().skip(offset).take(limit).collect();
        Ok(json!({"total_count": total, "results": page}))
    })
}

/// What stands before every dataset: faults, then the quota, whose headers every answer bears.
fn guarded(inner: &Inner, answer: impl FnOnce(&Inner) -> Result<Value, Box<Response>>) -> Response {
    if inner.faults.has(Fault::OdreDown) {
        return reply::empty(503);
    }
    let today = inner.now().to_zoned(TimeZone::UTC).date();
    let left = inner.odre.count(today).filter(|_| !inner.faults.has(Fault::OdreQuota));
    let response = match left {
        None => reply::refuse(429, json!({"errorcode": 10_002, "error": "Too many requests on the domain."})),
        Some(_) if inner.faults.has(Fault::OdreRenamed) => unknown_field("consommation"),
        Some(_) => answer(inner).map_or_else(|refusal| *refusal, |body| reply::body(inner, body)),
    };
    let reset = today.tomorrow().unwrap_or(today);
    let name = HeaderName::from_static;
    let headers = [
        (name("x-ratelimit-limit"), DAILY_CALLS.to_string()),
        (name("x-ratelimit-remaining"), left.unwrap_or(0).to_string()),
        (name("x-ratelimit-reset"), format!("{reset}T00:00:00+00:00")),
    ];
    (headers, response).into_response()
}

/// The rows that a request selects.
fn select(inner: &Inner, id: &str, parameters: &Parameters) -> Result<Vec<Value>, Box<Response>> {
    let dataset = Dataset::named(id).ok_or_else(|| {
        Box::new(refuse(404, "DatasetNotFoundError", &format!("The requested dataset {id} does not exist.")))
    })?;
    let columns: Vec<&str> = match parameters.get("select").map(String::as_str) {
        None | Some("" | "*") => rows::COLUMNS.to_vec(),
        Some(text) => text.split(',').map(str::trim).collect(),
    };
    if let Some(unknown) = columns.iter().find(|name| !rows::COLUMNS.contains(name)) {
        return Err(unknown_field(unknown).into());
    }
    let filter =
        Filter::parse(parameters.get("where").map_or("", String::as_str)).map_err(|why| wrong(&why))?;
    let zone = parameters.get("timezone").map_or("UTC", String::as_str);
    let zone = TimeZone::get(zone).map_err(|_| wrong(&format!("Unknown timezone: {zone}")))?;
    let descending = match parameters.get("order_by").map(String::as_str) {
        None | Some("date_heure" | "date_heure asc") => false,
        Some("date_heure desc") => true,
        Some(other) => return Err(wrong(&format!("order_by {other} is not simulated")).into()),
    };
    let (from, to) = dataset.extent(inner);
    let local = |at: Timestamp| at.to_zoned(inner.grid.zone().clone()).date();
    let first = filter.from.map_or(from, |at| local(at).max(from));
    let last = filter.to.map_or(to, |at| local(at).min(to));
    let days = first.series(1.day()).take_while(|day| *day <= last);
    let mut found: Vec<(Timestamp, Map<String, Value>)> =
        days.flat_map(|day| dataset.day(inner, day)).filter(|(at, row)| filter.keeps(*at, row)).collect();
    found.sort_by_key(|(at, _)| *at);
    if descending {
        found.reverse();
    }
    let pick = |at: Timestamp, row: &Map<String, Value>| -> Value {
        let value = |name: &str| match name {
            "date_heure" => at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().into(),
            name => row.get(name).cloned().unwrap_or(Value::Null),
        };
        columns.iter().map(|name| ((*name).to_owned(), value(name))).collect::<Map<_, _>>().into()
    };
    Ok(found.iter().map(|(at, row)| pick(*at, row)).collect())
}

fn unknown_field(name: &str) -> Response {
    wrong(&format!("Unknown field: {name}"))
}

fn wrong(message: &str) -> Response {
    refuse(400, "ODSQLError", message)
}

fn refuse(status: u16, code: &str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, axum::Json(json!({"error_code": code, "message": message}))).into_response()
}
