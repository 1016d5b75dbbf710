//! Version 1: everything in the path, the token bare in `Authorization`, refusals as `{"detail"}` with whatever Enedis
//! said as a string inside.

use crate::{
    Fault, Gateway, Inner,
    enedis::{self, Kind, Refusal},
    reply::{self, refuse},
};
use axum::{
    Router,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use serde_json::{Value, json};
use std::sync::Arc;

/// Calls of a token a day: the smallest number that was ever in force.
const CALLS_A_DAY: usize = 50;

/// A refusal: in words, or a page of someone before the gateway.
enum No {
    Detail(u16, Value),
    Page(u16, &'static str),
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        match refusal.code {
            "ADAM-DC-0008" => detail(409, "The consent has expired"),
            "no_data_found" => detail(404, refusal.text),
            _ => detail(refusal.status, refusal.body().to_string()),
        }
    }
}

fn answer(inner: &Inner, told: Result<Value, No>) -> Response {
    match told {
        Ok(body) => reply::body(inner, body),
        Err(No::Detail(status, words)) => refuse(status, json!({"detail": words})),
        Err(No::Page(status, words)) => reply::page(status, words),
    }
}

pub(super) fn router(inner: Arc<Inner>) -> Router {
    Router::new()
        .route("/{kind}/{prm}/start/{start}/end/{end}", get(readings))
        .route("/contracts/{prm}", get(contract))
        .route("/valid_access/{prm}", get(access))
        .with_state(inner)
}

fn kind(text: &str) -> Option<Kind> {
    match text {
        "daily_consumption" => Some(Kind::Daily),
        "consumption_load_curve" => Some(Kind::LoadCurve),
        "daily_consumption_max_power" => Some(Kind::MaxPower),
        "daily_production" => Some(Kind::DailyProduction),
        "production_load_curve" => Some(Kind::ProductionCurve),
        _ => None,
    }
}

fn detail(status: u16, words: impl Into<Value>) -> No {
    No::Detail(status, words.into())
}

async fn readings(
    State(inner): State<Arc<Inner>>,
    Path((name, prm, start, end)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Response {
    inner.note(format!("med_v1.{name} {start}..{end}"));
    reply::slow(&inner).await;
    let respond = || -> Result<Value, No> {
        admit(&inner, &prm, &headers)?;
        let kind = kind(&name).ok_or_else(|| detail(404, "Not Found"))?;
        let date = |text: &str| text.parse::<Date>().map_err(|_| detail(422, json!([{"msg": "bad date"}])));
        let reading = enedis::readings(&inner, kind, date(&start)?, date(&end)?)?;
        Ok(json!({"meter_reading": reading}))
    };
    answer(&inner, respond())
}

async fn contract(State(inner): State<Arc<Inner>>, Path(prm): Path<String>, headers: HeaderMap) -> Response {
    inner.note("med_v1.contracts".to_owned());
    let respond = || -> Result<Value, No> {
        admit(&inner, &prm, &headers)?;
        Ok(enedis::contract(&inner)?)
    };
    answer(&inner, respond())
}

/// The state of the token, which asks nothing of Enedis and counts for nothing.
async fn access(State(inner): State<Arc<Inner>>, Path(prm): Path<String>, headers: HeaderMap) -> Response {
    inner.note("med_v1.valid_access".to_owned());
    if let Err(no) = known(&inner, &prm, &headers) {
        return answer(&inner, Err(no));
    }
    let (midnight, called) = today(&inner);
    let expired = inner.faults.has(Fault::ConsentExpired);
    let reached = called >= CALLS_A_DAY || inner.faults.has(Fault::Quota);
    let words = if reached { exceeded() } else { String::new() };
    let at = |days: i64| {
        let at = inner.now().to_zoned(inner.household.zone().clone()).datetime().saturating_add(days.days());
        at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
    };
    let reset = midnight.strftime("%Y-%m-%dT23:59:59.999999").to_string();
    let body = json!({"valid": !expired && !reached, "information": words,
        "consent_expiration_date": at(if expired { -3 } else { 400 }), "call_number": called,
        "quota_limit": CALLS_A_DAY, "quota_reached": reached, "quota_reset_at": reset, "last_call": at(0),
        "ban": inner.faults.has(Fault::Blocked)});
    reply::body(&inner, body)
}

/// The day, and the calls counted in it.
fn today(inner: &Inner) -> (Date, usize) {
    let zone = inner.household.zone().clone();
    let day = inner.now().to_zoned(zone.clone()).date();
    let start = day.to_zoned(zone).map_or(Timestamp::UNIX_EPOCH, |start| start.timestamp());
    (day, inner.tally.since(Gateway::MedV1, start))
}

fn exceeded() -> String {
    format!("Vous avez dépassé votre quota journalier ({CALLS_A_DAY})")
}

/// Whether the token is one, and of this meter.
fn known(inner: &Inner, prm: &str, headers: &HeaderMap) -> Result<(), No> {
    if inner.faults.has(Fault::Blocked) {
        return Err(No::Page(403, "Access denied"));
    }
    if reply::authorization(headers) != Some(&inner.med_token) || inner.faults.has(Fault::TokenRefused) {
        return Err(detail(401, "Token invalid"));
    }
    if prm != inner.config.prm {
        return Err(detail(403, "The token is not for this usage point"));
    }
    Ok(())
}

/// Counts a call, or says why it may not be made.
fn admit(inner: &Inner, prm: &str, headers: &HeaderMap) -> Result<(), No> {
    known(inner, prm, headers)?;
    let (_, called) = today(inner);
    inner.tally.count(Gateway::MedV1, inner.now());
    if called >= CALLS_A_DAY {
        return Err(detail(409, exceeded()));
    }
    if inner.faults.has(Fault::GatewayDown) {
        return Err(No::Page(502, "Bad gateway"));
    }
    if inner.faults.has(Fault::Quota) {
        let next = inner.now().saturating_add(5.hours()).unwrap_or(Timestamp::MAX);
        let said = json!({"code": "900804", "message": "Message throttled out",
            "nextAccessTime": next.strftime("%Y-%b-%d %H:%M:%S+0000 UTC").to_string()});
        return Err(detail(429, said.to_string()));
    }
    Ok(())
}
