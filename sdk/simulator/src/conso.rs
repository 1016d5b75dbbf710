//! The Conso API: the wire format of conso.boris.sh and its own refusals, before Enedis is asked.

use crate::{
    Fault, Gateway, Inner,
    enedis::{self, Kind},
    reply::{self, refuse},
};
use axum::{
    Router,
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
    routing::any,
};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) fn router(inner: Arc<Inner>) -> Router {
    Router::new().route("/api/{kind}", any(answer)).with_state(inner)
}

#[derive(Debug, Default, Deserialize)]
struct Window {
    prm: Option<String>,
    start: Option<String>,
    end: Option<String>,
}

fn kind(text: &str) -> Option<Kind> {
    match text {
        "daily_consumption" => Some(Kind::Daily),
        "consumption_load_curve" => Some(Kind::LoadCurve),
        "consumption_max_power" => Some(Kind::MaxPower),
        "daily_production" => Some(Kind::DailyProduction),
        "production_load_curve" => Some(Kind::ProductionCurve),
        _ => None,
    }
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    Path(kind): Path<String>,
    Query(window): Query<Window>,
    method: axum::http::Method,
    headers: HeaderMap,
) -> Response {
    inner.tally.count(Gateway::ConsoApi, inner.now());
    inner.note(format!(
        "{kind} {}..{}",
        window.start.as_deref().unwrap_or("-"),
        window.end.as_deref().unwrap_or("-")
    ));
    if method != axum::http::Method::GET {
        return refuse(405, json!({"status": 405, "message": "Méthode non autorisée"}));
    }
    reply::slow(&inner).await;
    match respond(&inner, &kind, &window, &headers) {
        Ok(body) => reply::body(&inner, body),
        Err(response) => *response,
    }
}

fn respond(inner: &Inner, path: &str, window: &Window, headers: &HeaderMap) -> Result<Value, Box<Response>> {
    let no = |status: u16, body: Value| Box::new(refuse(status, body));
    if inner.faults.has(Fault::Blocked) {
        return Err(Box::new(reply::page(403, "Access denied")));
    }
    let Some(token) = reply::bearer(headers) else {
        let message = "Le header 'Authorization' est manquant ou invalide";
        return Err(no(400, json!({"status": 400, "message": message})));
    };
    let invalid =
        || no(400, json!({"status": 400, "message": "Paramètres invalides", "error": {"issues": []}}));
    let kind = kind(path).ok_or_else(invalid)?;
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
    // The content of Enedis' `meter_reading`, which this gateway unwraps.
    enedis::readings(inner, kind, start, end)
        .map_err(|refusal| no(refusal.status, wrap(refusal.status, &refusal.body())))
}

fn wrap(status: u16, error: &Value) -> Value {
    json!({"status": status, "message": "The Enedis API returned an error", "error": error})
}
