//! The Conso API: the wire format of conso.boris.sh, its bodies for every refusal, its windows and delays.

use crate::{
    Fault, Inner,
    reply::{self, refuse},
};
use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// The source says "slow" and means it.
const SLOW: Duration = Duration::from_secs(130);
/// Yesterday is there from this hour on, local time.
const PUBLISHED_HOUR: i8 = 8;

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new().route("/api/{kind}", any(answer)).with_state(inner)
}

#[derive(Debug, Default, Deserialize)]
struct Window {
    prm: Option<String>,
    start: Option<String>,
    end: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Daily,
    LoadCurve,
    MaxPower,
}

impl Kind {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "daily_consumption" => Some(Self::Daily),
            "consumption_load_curve" => Some(Self::LoadCurve),
            "consumption_max_power" => Some(Self::MaxPower),
            _ => None,
        }
    }

    /// Longest window in days, and how far back the source goes in months.
    const fn reach(self) -> (i32, i32) {
        match self {
            Self::LoadCurve => (7, 24),
            Self::Daily | Self::MaxPower => (365, 36),
        }
    }
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    Path(kind): Path<String>,
    Query(window): Query<Window>,
    method: axum::http::Method,
    headers: HeaderMap,
) -> Response {
    inner.note(format!(
        "{kind} {}..{}",
        window.start.as_deref().unwrap_or("-"),
        window.end.as_deref().unwrap_or("-")
    ));
    if method != axum::http::Method::GET {
        return refuse(405, json!({"status": 405, "message": "Méthode non autorisée"}));
    }
    if inner.faults.has(Fault::Slow) {
        tokio::time::sleep(SLOW).await;
    }
    match respond(&inner, &kind, &window, &headers) {
        Ok(body) => reply::body(&inner, body),
        Err(response) => *response,
    }
}

fn respond(inner: &Inner, kind: &str, window: &Window, headers: &HeaderMap) -> Result<Value, Box<Response>> {
    let no = |status: u16, body: Value| Box::new(refuse(status, body));
    if inner.faults.has(Fault::Blocked) {
        let page = "<!DOCTYPE html><html><body>Access denied</body></html>";
        return Err(Box::new(
            (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/html")], page).into_response(),
        ));
    }
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(token) = bearer.and_then(|value| value.strip_prefix("Bearer ")) else {
        let message = "Le header 'Authorization' est manquant ou invalide";
        return Err(no(400, json!({"status": 400, "message": message})));
    };
    let invalid =
        || no(400, json!({"status": 400, "message": "Paramètres invalides", "error": {"issues": []}}));
    let kind = Kind::parse(kind).ok_or_else(invalid)?;
    let prm = window.prm.as_deref().filter(|prm| prm.len() == 14).ok_or_else(invalid)?;
    let date = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Date>().ok());
    let (start, end) = (date(&window.start).ok_or_else(invalid)?, date(&window.end).ok_or_else(invalid)?);
    if token != inner.token || prm != inner.config.prm || inner.faults.has(Fault::TokenRefused) {
        let message = "Votre token est invalide ou ne permet pas d'accéder à ce PRM";
        return Err(no(401, json!({"status": 401, "message": message})));
    }
    if inner.faults.has(Fault::GatewayDown) {
        let message = "Impossible de rafraîchir le token. Réessayez plus tard";
        return Err(no(500, json!({"status": 500, "message": message})));
    }
    if inner.faults.has(Fault::Quota) {
        let fault = json!({"fault": {"code": 900_807, "message": "Message throttled out",
            "description": "You have exceeded your quota"}});
        return Err(no(429, wrap(429, &fault)));
    }
    let enedis = |status: u16, code: &str, text: &str| {
        no(status, wrap(status, &json!({"error": code, "error_description": text})))
    };
    if inner.faults.has(Fault::ConsentExpired) {
        return Err(enedis(403, "ADAM-DC-0008", "Consent is no longer valid"));
    }
    if inner.faults.has(Fault::ConsentNotLinked) {
        return Err(enedis(400, "ADAM-DC-0007", "The customer is not linked to this usage point"));
    }
    if inner.faults.has(Fault::EnedisDown) {
        return Err(enedis(500, "technical_error", "A technical error occurred"));
    }
    let now = inner.now().to_zoned(inner.household.zone().clone());
    let (longest, months) = kind.reach();
    if start >= end || end > now.date() {
        return Err(enedis(400, "Invalid_request", "Start date should be before end date"));
    }
    if (end - start).get_days() > longest {
        return Err(enedis(400, "ADAM-ERR0126", "The requested period is too long"));
    }
    if start < now.date().saturating_sub(months.months().days(15)) {
        return Err(enedis(
            400,
            "ADAM-ERR0123",
            "The requested period is before the meter's last activation date",
        ));
    }
    let published = |day: &Date| {
        let yesterday = now.date().yesterday().is_ok_and(|yesterday| *day == yesterday);
        let too_early = yesterday && now.hour() < PUBLISHED_HOUR;
        !too_early && !inner.faults.has(Fault::Late(*day))
    };
    let days: Vec<Date> = start.series(1.day()).take_while(|day| *day < end).filter(published).collect();
    if days.is_empty() || (kind == Kind::LoadCurve && inner.faults.has(Fault::NoLoadCurve)) {
        return Err(enedis(404, "no_data_found", "no measure found for this usage point"));
    }
    Ok(reading(inner, kind, &days, start, end))
}

/// The content of Enedis' `meter_reading`, which this gateway unwraps.
fn reading(inner: &Inner, kind: Kind, days: &[Date], start: Date, end: Date) -> Value {
    let home = &inner.household;
    let local =
        |at: Timestamp| at.to_zoned(home.zone().clone()).datetime().strftime("%Y-%m-%d %H:%M:%S").to_string();
    let (reading_type, rows): (Value, Vec<Value>) = match kind {
        Kind::Daily => (
            json!({"measurement_kind": "energy", "measuring_period": "P1D", "unit": "Wh", "aggregate": "sum"}),
            days.iter()
                .map(|day| json!({"value": home.day_watt_hours(*day).to_string(), "date": day.to_string()}))
                .collect(),
        ),
        Kind::MaxPower => (
            json!({"measurement_kind": "power", "measuring_period": "P1D", "unit": "VA", "aggregate": "maximum"}),
            days.iter()
                .filter_map(|day| home.max_power(*day))
                .map(|(at, va)| json!({"value": va.to_string(), "date": local(at)}))
                .collect(),
        ),
        // The stamp is the END of the interval, on the wall clock, without an offset.
        Kind::LoadCurve => (
            json!({"measurement_kind": "power", "unit": "W", "aggregate": "average"}),
            days.iter()
                .flat_map(|day| {
                    let hole = inner.faults.has(Fault::Hole(*day));
                    home.load_curve(*day)
                        .into_iter()
                        .enumerate()
                        .filter(move |(i, _)| !hole || !(20..25).contains(i))
                })
                .filter_map(|(_, (at, watts))| Some((at.checked_add(30.minutes()).ok()?, watts)))
                .map(|(end, watts)| {
                    json!({"value": watts.to_string(), "date": local(end), "interval_length": "PT30M",
                        "measure_type": "B"})
                })
                .collect(),
        ),
    };
    json!({"usage_point_id": inner.config.prm, "start": start.to_string(), "end": end.to_string(),
        "quality": "BRUT", "reading_type": reading_type, "interval_reading": rows})
}

fn wrap(status: u16, error: &Value) -> Value {
    json!({"status": status, "message": "The Enedis API returned an error", "error": error})
}
