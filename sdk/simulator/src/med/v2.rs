//! Version 2: accounts, an envelope around everything, most refusals with the status 200. It stamps the load curve with
//! the START of each interval, taken from Enedis' END on the naive clock, and sorts the stamps as texts.

use crate::{
    Fault, Gateway, Inner,
    enedis::{self, Kind, Refusal},
    reply::{self, refuse},
};
use axum::{
    Router,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Calls of a user a day (UTC) that the gateway's own memory does not answer.
const CALLS_A_DAY: usize = 50;

pub(super) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/enedis/{direction}/{form}/{prm}", get(readings))
        .route("/enedis/{what}/{prm}", get(one))
        .with_state(inner)
}

#[derive(Debug, Default, Deserialize)]
struct Window {
    start: Option<String>,
    end: Option<String>,
}

/// A refusal: the status, and the code and words of the envelope; or a detail without one.
enum No {
    Detail(u16, &'static str),
    Said(String, String),
    Page(u16, &'static str),
}

impl No {
    fn said(code: &str, words: impl Into<String>) -> Self {
        Self::Said(code.to_owned(), words.into())
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        match refusal.code {
            "no_data_found" => Self::said("NO_DATA", refusal.text),
            "ADAM-ERR0123" => Self::said("ADAM-ERR0123", refusal.text),
            "technical_error" => {
                Self::said("ENEDIS_UNAVAILABLE", "L'API Enedis est temporairement indisponible.")
            }
            code => Self::said("ENEDIS_ERROR", format!("Enedis API error: {code} {}", refusal.text)),
        }
    }
}

async fn readings(
    State(inner): State<Arc<Inner>>,
    Path((direction, form, prm)): Path<(String, String, String)>,
    Query(window): Query<Window>,
    headers: HeaderMap,
) -> Response {
    let kind = match (direction.as_str(), form.as_str()) {
        ("consumption", "daily") => Some(Kind::Daily),
        ("consumption", "detail") => Some(Kind::LoadCurve),
        ("production", "daily") => Some(Kind::DailyProduction),
        ("production", "detail") => Some(Kind::ProductionCurve),
        _ => None,
    };
    reply::slow(&inner).await;
    answer(&inner, &format!("{direction}/{form}"), kind, &prm, &window, &headers)
}

async fn one(
    State(inner): State<Arc<Inner>>,
    Path((what, prm)): Path<(String, String)>,
    Query(window): Query<Window>,
    headers: HeaderMap,
) -> Response {
    if what == "contract" {
        inner.note("med_v2.contract".to_owned());
        let told = admit(&inner, &prm, &headers).and_then(|()| Ok(enedis::contract(&inner)?));
        return envelope(&inner, told.map(|contract| (contract, false)));
    }
    let kind = (what == "power").then_some(Kind::MaxPower);
    reply::slow(&inner).await;
    answer(&inner, &what, kind, &prm, &window, &headers)
}

fn answer(
    inner: &Inner,
    name: &str,
    kind: Option<Kind>,
    prm: &str,
    window: &Window,
    headers: &HeaderMap,
) -> Response {
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    inner.note(format!("med_v2.{name} {}..{}", said(&window.start), said(&window.end)));
    let respond = || -> Result<(Value, bool), No> {
        let kind = kind.ok_or(No::Detail(404, "Not Found"))?;
        admit(inner, prm, headers)?;
        let date = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Date>().ok());
        let (Some(start), Some(end)) = (date(&window.start), date(&window.end)) else {
            return Err(No::said("INVALID_DATE_FORMAT", "Invalid date format. Expected YYYY-MM-DD."));
        };
        let (start, end) = adjusted(inner, start, end);
        old_enough(inner, kind, start)?;
        let mut reading = enedis::readings(inner, kind, start, end)?;
        if kind.is_curve() {
            shift(&mut reading);
        }
        let partial = inner.faults.has(Fault::MedPartial);
        if partial && let Some(rows) = reading["interval_reading"].as_array_mut() {
            rows.truncate(rows.len() / 2);
        }
        Ok((json!({"meter_reading": reading}), partial))
    };
    envelope(inner, respond())
}

fn envelope(inner: &Inner, told: Result<(Value, bool), No>) -> Response {
    let now = inner.now().to_string();
    match told {
        Ok((data, partial)) => {
            let error =
                partial.then(|| json!({"code": "PARTIAL_DATA", "message": "Some days could not be read"}));
            reply::body(inner, json!({"success": true, "data": data, "error": error, "timestamp": now}))
        }
        Err(No::Said(code, words)) => {
            let error = json!({"code": code, "message": words});
            refuse(200, json!({"success": false, "data": null, "error": error, "timestamp": now}))
        }
        Err(No::Detail(status, words)) => refuse(status, json!({"detail": words})),
        Err(No::Page(status, words)) => reply::page(status, words),
    }
}

/// Counts a call, or says why it may not be made.
fn admit(inner: &Inner, prm: &str, headers: &HeaderMap) -> Result<(), No> {
    if inner.faults.has(Fault::Blocked) {
        return Err(No::Page(403, "Access denied"));
    }
    if reply::bearer(headers) != Some(&inner.med_token) || inner.faults.has(Fault::TokenRefused) {
        return Err(No::Detail(401, "Invalid authentication credentials"));
    }
    if prm != inner.config.prm {
        return Err(No::said(
            "ACCESS_DENIED",
            "Accès refusé : PDL introuvable ou non associé à votre compte.",
        ));
    }
    let midnight = inner.now().to_zoned(TimeZone::UTC).start_of_day();
    let midnight = midnight.map_or(Timestamp::UNIX_EPOCH, |midnight| midnight.timestamp());
    let called = inner.tally.since(Gateway::MedV2, midnight);
    inner.tally.count(Gateway::MedV2, inner.now());
    if called >= CALLS_A_DAY || inner.faults.has(Fault::Quota) {
        let words =
            format!("Daily rate limit exceeded ({called}/{CALLS_A_DAY}). Use cache to increase limit.");
        return Err(No::said("RATE_LIMIT_EXCEEDED", words));
    }
    if inner.faults.has(Fault::GatewayDown) {
        return Err(No::Page(502, "Bad gateway"));
    }
    Ok(())
}

/// The window that the gateway makes of one: it ends today at the latest, and is a day long at least.
fn adjusted(inner: &Inner, start: Date, end: Date) -> (Date, Date) {
    let mut last = inner.now().to_zoned(inner.household.zone().clone()).date();
    if inner.faults.has(Fault::MedEndsEarly) {
        last = last.saturating_sub(1.day());
    }
    let end = end.min(last);
    (if start >= end { end.saturating_sub(1.day()) } else { start }, end)
}

/// Two years of half-hours, three of days, to the day.
fn old_enough(inner: &Inner, kind: Kind, start: Date) -> Result<(), No> {
    let years = if kind.is_curve() { 2 } else { 3 };
    let oldest = inner.now().to_zoned(inner.household.zone().clone()).date().saturating_sub(years.years());
    if start >= oldest {
        return Ok(());
    }
    let words =
        format!("Start date is too old. Only data up to {years} years back. Oldest allowed date: {oldest}");
    Err(No::said("DATE_TOO_OLD", words))
}

/// From ENDs to STARTs on the naive clock, sorted as texts.
fn shift(reading: &mut Value) {
    let Some(rows) = reading["interval_reading"].as_array_mut() else { return };
    for row in rows.iter_mut() {
        // What is no moment stays where it is.
        let stamp = row["date"].as_str().filter(|stamp| stamp.len() > 10).unwrap_or_default();
        let Ok(end) = stamp.parse::<DateTime>() else { continue };
        row["date"] = end.saturating_sub(30.minutes()).strftime("%Y-%m-%d %H:%M:%S").to_string().into();
    }
    rows.sort_by(|a, b| a["date"].as_str().cmp(&b["date"].as_str()));
}
