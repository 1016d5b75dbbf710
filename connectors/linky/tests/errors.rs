//! Every row of the error table at each gateway: what a refusal means, who failed, what the person reads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use connector_linky::{
    Feed, Gateway,
    errors::{Known, Refused, read},
    token::examine,
};
use serde_json::{Value, json};
use watteau_sdk::prelude::*;

const NOW: i64 = 1_770_000_000_000;
const PRM: &str = "12345678905678";
const GATEWAYS: [Gateway; 3] = [Gateway::ConsoApi, Gateway::MedV1, Gateway::MedV2];

fn known(gateway: Gateway, feed: Feed) -> Known<'static> {
    Known { gateway, feed, meter: &PRM[10..], now: NOW }
}

/// What is told apart in the tables below.
#[derive(Debug, PartialEq)]
struct Told {
    cause: String,
    party: Option<String>,
    en: String,
}

fn told(gateway: Gateway, feed: Feed, status: u16, body: &str) -> Told {
    let answer = Response { status, headers: vec![], body: body.as_bytes().to_vec() };
    let quiet = |cause: &str| Told { cause: cause.into(), party: None, en: String::new() };
    let failure = match read(&answer, known(gateway, feed)) {
        None => return quiet("an answer"),
        Some(Refused::NoData) => return quiet("no data"),
        Some(Refused::TooOld(_)) => return quiet("too old"),
        Some(Refused::TooLong) => return quiet("too long"),
        Some(Refused::Failure(failure)) => failure,
    };
    let (en, fr) = (failure.message.en, failure.message.fr.unwrap_or_default());
    assert!(!fr.is_empty() && fr != en, "{body}: said in French too");
    for text in [&en, &fr] {
        assert!(!text.contains(PRM) && !text.contains("hush"), "{body}: {text}");
    }
    let cause = format!("{:?}", failure.cause);
    let cause = cause.trim_start_matches("Cause::").split('(').next().unwrap_or_default();
    Told { cause: cause.to_owned(), party: failure.party, en }
}

/// Enedis' own words, which repeat the meter, as a gateway relays them. Version 2 keeps the status to itself.
fn relayed(gateway: Gateway, error: Value) -> String {
    let status = 1;
    match gateway {
        Gateway::ConsoApi => {
            json!({"status": status, "message": "The Enedis API returned an error", "error": error})
        }
        Gateway::MedV1 => json!({"detail": error.to_string()}),
        Gateway::MedV2 => json!({"success": false, "data": null, "error": {"code": "ENEDIS_ERROR",
            "message": format!("Enedis: {error}")}, "timestamp": "2026-02-02T10:00:00"}),
    }
    .to_string()
}

fn enedis(gateway: Gateway, code: &str) -> String {
    relayed(gateway, json!({"error": code, "error_description": format!("about {PRM} and hush-hush")}))
}

#[test]
fn each_refusal_of_enedis_is_told_alike_through_each_gateway() {
    let (of_enedis, nobody) = (Some("Enedis"), None);
    let cases: [(u16, &str, &str, Option<&str>, &str); 17] = [
        (403, "ADAM-DC-0008", "Consent", of_enedis, "no longer valid"),
        (403, "ADAM_DC_0008", "Consent", of_enedis, "no longer valid"),
        (400, "ADAM-DC-0007", "Unavailable", of_enedis, "known fault"),
        (403, "ADAM-DC-0007", "Unavailable", of_enedis, "…5678"),
        (404, "STM-ERR-0000019", "Settings", nobody, "…5678"),
        (400, "ADAM-ERR0061", "Settings", nobody, "does not give access"),
        (400, "ADAM-ERR0069", "NotOffered", of_enedis, "no consumption data"),
        (400, "ADAM-ERR0075", "NotOffered", of_enedis, "collection is off"),
        (404, "no_data_found", "no data", nobody, ""),
        (404, "STM-ERR-0000014", "no data", nobody, ""),
        (404, "STM-ERR-0000020", "no data", nobody, ""),
        (400, "ADAM-ERR0123", "too old", nobody, ""),
        (400, "ADAM-ERR0125", "too old", nobody, ""),
        (400, "ADAM-DC-0016", "too old", nobody, ""),
        (403, "ADAM-DC-0009", "too old", nobody, ""),
        (400, "ADAM-ERR0126", "too long", nobody, ""),
        (500, "STM-ERR-0000001", "Unavailable", of_enedis, "unavailable"),
    ];
    for gateway in GATEWAYS {
        for (status, code, cause, party, words) in cases {
            let status = if gateway == Gateway::MedV2 { 200 } else { status };
            let got = told(gateway, Feed::DailyEnergy, status, &enedis(gateway, code));
            let context = format!("{gateway:?} {status} {code}: {got:?}");
            assert_eq!((got.cause.as_str(), got.party.as_deref()), (cause, party), "{context}");
            assert!(got.en.contains(words), "{context}");
        }
    }
    // Codes without a family, which a sentence around them would hide.
    for gateway in [Gateway::ConsoApi, Gateway::MedV1] {
        let told = |status, code| told(gateway, Feed::DailyEnergy, status, &enedis(gateway, code));
        assert_eq!(told(403, "unauthorized_user").cause, "Consent");
        assert_eq!(told(400, "ADAM-DC-0015").cause, "too long");
        let ours = told(400, "Invalid_request");
        assert_eq!((ours.cause.as_str(), ours.party.as_deref()), ("Unreadable", None));
        assert!(ours.en.contains("defect of watteau"), "{ours:?}");
        assert_eq!(told(500, "technical_error").party.as_deref(), Some("Enedis"));
    }
}

#[test]
fn production_that_is_not_there_leaves_the_rest_alone() {
    for gateway in GATEWAYS {
        for feed in [Feed::DailyProduction, Feed::ProductionCurve] {
            for code in ["ADAM-ERR0069", "ADAM-DC-0008"] {
                let got = told(gateway, feed, 403, &enedis(gateway, code));
                assert_eq!(
                    (got.cause.as_str(), got.party.as_deref()),
                    ("NotOffered", Some("Enedis")),
                    "{got:?}"
                );
                assert!(got.en.contains("no production data for the meter …5678"), "{got:?}");
            }
            let over = told(Gateway::MedV1, feed, 409, r#"{"detail":"The consent has expired"}"#);
            assert_eq!(over.cause, "NotOffered");
            let off = told(gateway, feed, 400, &enedis(gateway, "ADAM-ERR0075"));
            assert!(off.en.contains("collection of the production is off"), "{off:?}");
        }
    }
}

/// Status, body, cause, party, words.
type Row = (u16, Value, &'static str, Option<&'static str>, &'static str);

fn check(gateway: Gateway, rows: &[Row]) {
    for (status, body, cause, party, words) in rows {
        let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        let got = told(gateway, Feed::DailyEnergy, *status, &body);
        let context = format!("{gateway:?} {status} {body}: {got:?}");
        assert_eq!((got.cause.as_str(), got.party.as_deref()), (*cause, *party), "{context}");
        assert!(got.en.contains(words), "{context}");
    }
}

#[test]
fn the_conso_api_speaks_for_itself() {
    let own = |text: &str| json!({"status": 0, "message": text});
    let fault = |code: u32| {
        json!({"status": 429, "message": "x",
            "error": {"fault": {"code": code, "message": "Message throttled out", "description": ""}}})
    };
    let conso = Some("Conso API");
    let rows: [Row; 16] = [
        (
            401,
            own("Votre token est invalide ou ne permet pas d'accéder à ce PRM"),
            "Consent",
            conso,
            "mistyped",
        ),
        (
            400,
            own("Le header 'Authorization' est manquant ou invalide"),
            "Consent",
            conso,
            "refuses the token",
        ),
        (400, own("Paramètres invalides"), "Settings", None, "…5678"),
        (500, own("Impossible de rafraîchir le token. Réessayez plus tard"), "Unavailable", conso, "log in"),
        (500, own("Erreur inconnue. Réessayez plus tard"), "Unavailable", Some("Enedis"), "Nothing is lost"),
        (405, own("Méthode non autorisée"), "Unreadable", conso, "HTTP 405"),
        (429, fault(900_807), "Quota", conso, "Nothing is lost"),
        (429, fault(900_804), "Quota", conso, "Nothing is lost"),
        (429, own("Quota Q3 reached"), "Quota", conso, "Nothing is lost"),
        (401, fault(900_901), "Unavailable", conso, "cannot log in"),
        (503, json!({}), "Unavailable", Some("Enedis"), "unavailable"),
        (418, json!({}), "Unreadable", conso, "HTTP 418"),
        (502, json!("<html>Bad gateway</html>"), "Unavailable", conso, "gateway"),
        (403, json!("<html>Cloudflare</html>"), "Unavailable", conso, "blocked"),
        (404, json!("<html>Not Found</html>"), "Unreadable", conso, "base_url is wrong"),
        (200, json!({"interval_reading": []}), "an answer", None, ""),
    ];
    check(Gateway::ConsoApi, &rows);
}

#[test]
fn version_1_speaks_for_itself() {
    let detail = |text: &str| json!({"detail": text});
    let med = Some("MyElectricalData");
    let rows: [Row; 20] = [
        (401, detail("Token invalid"), "Consent", med, "replaced when the consent was renewed"),
        (403, detail("Accès refusé"), "Consent", med, "myelectricaldata-v2"),
        (404, detail("no measure found for this usage point"), "no data", None, ""),
        (404, detail("Not Found"), "Unreadable", med, "base_url is wrong"),
        (409, detail("The consent has expired"), "Consent", Some("Enedis"), "site of MyElectricalData"),
        // Whatever the status is that goes with it.
        (409, detail("Vous avez dépassé votre quota journalier (50)"), "Quota", med, "Nothing is lost"),
        (429, detail("Vous avez dépassé votre quota journalier (500)"), "Quota", med, "Nothing is lost"),
        (200, detail("Vous avez dépassé votre quota journalier (500)"), "Quota", med, "Nothing is lost"),
        (
            429,
            detail(r#"{"code":"900804","message":"Message throttled out"}"#),
            "Quota",
            med,
            "Nothing is lost",
        ),
        (429, detail(r#"{"fault":{"code":900807,"message":"x"}}"#), "Quota", med, "Nothing is lost"),
        (429, json!({"fault": {"code": 900_807, "message": "x"}}), "Quota", med, "Nothing is lost"),
        (401, detail(r#"{"fault":{"code":900901,"message":"x"}}"#), "Unavailable", med, "cannot log in"),
        (500, detail("Internal error"), "Unavailable", Some("Enedis"), "unavailable"),
        (502, json!("<html>"), "Unavailable", med, "does not work"),
        (504, json!("upstream timeout"), "Unavailable", med, "does not work"),
        (429, json!("<html>"), "Quota", med, "Nothing is lost"),
        (403, json!("<html>"), "Unavailable", med, "blocked"),
        (
            422,
            json!({"detail": [{"loc": ["path", "start"], "msg": "bad date"}]}),
            "Unreadable",
            med,
            "HTTP 422",
        ),
        (200, detail("something else"), "Unreadable", med, "unexpected"),
        (200, json!({"meter_reading": {"interval_reading": []}}), "an answer", None, ""),
    ];
    check(Gateway::MedV1, &rows);
}

#[test]
fn version_2_speaks_for_itself() {
    let no = |code: &str| json!({"success": false, "data": null, "error": {"code": code, "message": "In words."}, "timestamp": "x"});
    let (med, of_enedis) = (Some("MyElectricalData"), Some("Enedis"));
    let partial = json!({"success": true, "data": {"meter_reading": {"interval_reading": []}},
        "error": {"code": "PARTIAL_DATA", "message": "some days failed"}});
    let throttled =
        json!({"success": false, "error": {"code": "ENEDIS_ERROR", "message": "Message throttled out"}});
    let rows: [Row; 16] = [
        (200, throttled, "Quota", med, "Nothing is lost"),
        (200, no("RATE_LIMIT_EXCEEDED"), "Quota", med, "Nothing is lost"),
        (200, no("ACCESS_DENIED"), "Consent", med, "account"),
        (200, no("ENEDIS_UNAVAILABLE"), "Unavailable", of_enedis, "unavailable"),
        (200, no("ENEDIS_ERROR"), "Unavailable", of_enedis, "unavailable"),
        (200, no("NO_DATA"), "no data", None, ""),
        (200, no("DATE_TOO_OLD"), "too old", None, ""),
        (200, no("ADAM-ERR0123"), "too old", None, ""),
        (200, no("INVALID_DATE_RANGE"), "Unreadable", None, "defect of watteau"),
        (200, no("INVALID_DATE_FORMAT"), "Unreadable", None, "defect of watteau"),
        (200, no("SOMETHING_NEW"), "Unreadable", med, "unexpected"),
        (401, json!({"detail": "Invalid credentials"}), "Consent", med, "version 1"),
        (403, json!({"detail": "Forbidden"}), "Consent", med, "version 1"),
        (404, json!({"detail": "Not Found"}), "Unreadable", med, "HTTP 404"),
        (502, json!("<html>"), "Unavailable", med, "does not work"),
        (200, partial, "an answer", None, ""),
    ];
    check(Gateway::MedV2, &rows);
}

#[test]
fn a_quota_says_until_when_where_the_gateway_does() {
    let until = |gateway, headers: &[(&str, &str)], body: String| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = Response { status: 429, headers, body: body.into_bytes() };
        let Some(Refused::Failure(failure)) = read(&answer, known(gateway, Feed::LoadCurve)) else {
            panic!("a failure")
        };
        format!("{:?}", failure.cause)
    };
    let throttled =
        |next: &str| json!({"code": "900804", "message": "Message throttled out", "nextAccessTime": next});
    let next = throttled("2026-Mar-02 23:00:00+0000 UTC");
    let at = "Cause::Quota(Some(1772492400000))";
    assert_eq!(until(Gateway::ConsoApi, &[], json!({"error": next}).to_string()), at);
    assert_eq!(until(Gateway::MedV1, &[], json!({"detail": next.to_string()}).to_string()), at);
    assert_eq!(
        until(
            Gateway::MedV1,
            &[],
            json!({"detail": "Vous avez dépassé votre quota journalier (50)"}).to_string()
        ),
        "Cause::Quota(None)"
    );
    let waiting =
        until(Gateway::MedV2, &[("retry-after", "600")], json!({"detail": "slow down"}).to_string());
    assert_eq!(waiting, format!("Cause::Quota(Some({}))", NOW + 600_000));
    // A past or senseless moment is none.
    for past in ["2020-Mar-02 23:00:00+0000 UTC", "soon", "2026-Xyz-02 23:00:00", "2026-Mar-99 23:00:00"] {
        let body = json!({"detail": throttled(past).to_string()}).to_string();
        assert_eq!(until(Gateway::MedV1, &[], body), "Cause::Quota(None)", "{past}");
    }
}

#[test]
fn too_old_says_from_when_where_the_gateway_does() {
    let too_old = |message: &str| {
        let body = json!({"success": false, "error": {"code": "DATE_TOO_OLD", "message": message}});
        let answer = Response { status: 200, headers: vec![], body: body.to_string().into_bytes() };
        read(&answer, known(Gateway::MedV2, Feed::LoadCurve))
    };
    let told = too_old(
        "Start date is too old. Detail endpoint only supports data up to 2 years back. Oldest allowed date: 2024-02-02",
    );
    assert_eq!(told, Some(Refused::TooOld(Date::new(2024, 2, 2))));
    assert_eq!(too_old("Start date is too old."), Some(Refused::TooOld(None)));
}

#[test]
fn a_token_is_examined_before_any_call() {
    let claims =
        |sub: &str, days: i64| format!(r#"{{"sub":{sub},"exp":{}}}"#, NOW / 1000 + days * 86_400 + 60);
    let conso = known(Gateway::ConsoApi, Feed::DailyEnergy);
    let at_conso = |claims: &str| examine(Some(claims), PRM, conso);
    assert_eq!(at_conso(&claims(&format!("[\"{PRM}\"]"), 400)), Ok(None));
    assert_eq!(at_conso(&claims(&format!("\"{PRM}\""), 400)), Ok(None));
    let soon = at_conso(&claims(&format!("[\"{PRM}\"]"), 12)).unwrap().unwrap();
    assert!(soon.en.contains("12 days"), "{}", soon.en);
    let over = at_conso(&claims(&format!("[\"{PRM}\"]"), -1)).unwrap_err();
    assert!(over.message.en.contains("no longer valid"));
    let other = at_conso(&claims(r#"["99999999999999"]"#, 400)).unwrap_err();
    assert!(other.message.en.contains("…5678") && !other.message.en.contains(PRM));
    assert_eq!(at_conso("not json"), Ok(None));
    assert_eq!(examine(None, PRM, conso), Ok(None));
    // The other gateways' tokens name accounts, which are no meters.
    for gateway in [Gateway::MedV1, Gateway::MedV2] {
        let known = known(gateway, Feed::DailyEnergy);
        assert_eq!(examine(Some(&claims(r#""user-7""#, -1)), PRM, known), Ok(None));
    }
}
