//! Every row of the error tables of RTE and of ODRÉ: what it means, who is at fault, what the person reads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use connector_rte::{
    errors::{Api, Refused, lost, needs_account, read},
    odre::read_refusal,
};
use serde_json::json;
use watteau_sdk::prelude::*;

/// Status, body, whether a shorter window may pass, cause, party at fault, words.
type Row = (u16, String, bool, &'static str, Option<&'static str>, &'static str);

const NOW: i64 = 1_770_000_000_000;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.as_bytes().to_vec() }
}

fn functional(code: &str) -> String {
    json!({"error": code, "error_description": "In words.", "error_uri": "",
        "error_details": {"transaction_id": "Id-0123456789abcdef"}})
    .to_string()
}

/// Cause, party, and the sentences, which are said in both languages.
fn told(failure: &Failure) -> (String, Option<String>, String) {
    let cause = format!("{:?}", failure.cause).trim_start_matches("Cause::").to_owned();
    let french = failure.message.fr.as_deref().unwrap_or_default();
    assert!(!french.is_empty() && french != failure.message.en, "{}: said in French too", failure.message.en);
    (cause, failure.party.clone(), failure.message.en.clone())
}

#[test]
fn each_refusal_of_rte_has_its_cause_its_party_and_its_words() {
    let code = |number: u8| functional(&format!("CONSUMPTION_SHORTTERM_F0{number}"));
    let html = "<html><body>Service Unavailable</body></html>".to_owned();
    let none = String::new;
    let rte = Some("RTE");
    let cases: Vec<Row> = vec![
        (400, code(1), false, "Unreadable", None, "defect of watteau"),
        (400, code(2), false, "Unreadable", None, "defect of watteau"),
        (400, code(3), true, "Unreadable", rte, "even a single day"),
        (400, code(4), true, "Unreadable", rte, "F04"),
        (400, code(5), false, "Unreadable", None, "defect of watteau"),
        (400, code(6), false, "Unreadable", None, "defect of watteau"),
        (400, code(7), false, "Unreadable", None, "CONSUMPTION_SHORTTERM_F07"),
        (
            400,
            functional("TMPLIKSUPCON_TMPLIKCAL_F03"),
            true,
            "Unreadable",
            rte,
            "TMPLIKSUPCON_TMPLIKCAL_F03",
        ),
        (400, html.clone(), false, "Unreadable", rte, "HTTP 400"),
        (401, none(), false, "Consent", None, "check client_id and client_secret"),
        (401, html.clone(), false, "Consent", None, "check client_id and client_secret"),
        (403, none(), false, "NotOffered", None, "not subscribed to the API Consumption"),
        (404, none(), false, "Unreadable", None, "a newer watteau is needed"),
        (408, none(), false, "Unavailable(None)", rte, "asked again"),
        (413, none(), true, "Unreadable", rte, "HTTP 413"),
        (414, none(), false, "Unreadable", None, "defect of watteau"),
        (429, none(), false, "Quota(None)", rte, "Nothing is lost"),
        (500, code(9), false, "Unavailable(None)", rte, "CONSUMPTION_SHORTTERM_F09"),
        (500, none(), false, "Unavailable(None)", rte, "HTTP 500"),
        (502, html.clone(), false, "Unavailable(None)", rte, "HTTP 502"),
        (503, none(), false, "Unavailable(None)", rte, "HTTP 503"),
        (509, none(), false, "Unavailable(None)", rte, "HTTP 509"),
        (418, none(), false, "Unreadable", rte, "HTTP 418"),
    ];
    for (status, body, shorten, cause, party, words) in cases {
        let failure = match read(&answer(status, &[], &body), Api::Consumption, NOW) {
            Refused::Shorten(failure) if shorten => failure,
            Refused::Failure(failure) if !shorten => failure,
            other => panic!("{status} {body}: {other:?}"),
        };
        let (told_cause, told_party, message) = told(&failure);
        assert_eq!(
            (told_cause.as_str(), told_party.as_deref()),
            (cause, party),
            "{status} {body}: {message}"
        );
        assert!(message.contains(words), "{status} {body}: {message}");
    }
}

#[test]
fn a_missing_subscription_names_its_api() {
    let apis = [
        (Api::Consumption, "Consumption"),
        (Api::Tempo, "Tempo Like Supply Contract"),
        (Api::Ecowatt, "Ecowatt"),
    ];
    for (api, name) in apis {
        let Refused::Failure(failure) = read(&answer(403, &[], ""), api, NOW) else { panic!("a failure") };
        let (_, _, message) = told(&failure);
        assert!(message.contains(&format!("the API {name} ")), "{message}");
    }
}

#[test]
fn a_quota_says_until_when_where_it_is_known() {
    let quota = |api, headers: &[(&str, &str)]| match read(&answer(429, headers, ""), api, NOW) {
        Refused::Failure(failure) => told(&failure).0,
        Refused::Shorten(_) => panic!("a failure"),
    };
    let until = |seconds: i64| format!("Quota(Some({}))", NOW + seconds * 1_000);
    assert_eq!(quota(Api::Consumption, &[]), "Quota(None)");
    assert_eq!(quota(Api::Consumption, &[("retry-after", "120")]), until(120));
    // Ecowatt takes one call in a quarter of an hour, whatever it says.
    assert_eq!(quota(Api::Ecowatt, &[]), until(900));
    assert_eq!(quota(Api::Ecowatt, &[("retry-after", "120")]), until(900));
    assert_eq!(quota(Api::Ecowatt, &[("retry-after", "1800")]), until(1800));
    let down = read(&answer(503, &[("retry-after", "60")], ""), Api::Consumption, NOW);
    let Refused::Failure(down) = down else { panic!("a failure") };
    assert_eq!(told(&down).0, "Unavailable(Some(60))");
}

#[test]
fn each_refusal_of_odre_has_its_cause_its_party_and_its_words() {
    let body = r#"{"error_code":"ODSQLError","message":"Unknown field: consommation"}"#;
    let odre = Some("ODRÉ");
    let cases = [
        (400, body, "Unreadable", None, "Unknown field: consommation"),
        (404, r#"{"error_code":"DatasetNotFound","message":""}"#, "Unreadable", None, "DatasetNotFound"),
        (429, r#"{"errorcode":10002}"#, "Quota(None)", odre, "Nothing is lost"),
        (500, "", "Unavailable(None)", odre, "asked again"),
        (503, "<html>", "Unavailable(None)", odre, "asked again"),
        (418, "", "Unreadable", odre, "HTTP 418"),
    ];
    for (status, body, cause, party, words) in cases {
        let failure = read_refusal(&answer(status, &[], body), NOW);
        let (told_cause, told_party, message) = told(&failure);
        assert_eq!(
            (told_cause.as_str(), told_party.as_deref()),
            (cause, party),
            "{status} {body}: {message}"
        );
        assert!(message.contains(words), "{status} {body}: {message}");
    }
    let reset = |value: &str| told(&read_refusal(&answer(429, &[("x-ratelimit-reset", value)], ""), NOW)).0;
    let until = |instant: i64| format!("Quota(Some({instant}))");
    assert_eq!(reset("2026-02-03T00:00:00+00:00"), until(1_770_076_800_000));
    assert_eq!(reset("1770076800"), until(1_770_076_800_000));
    assert_eq!(reset("600"), until(NOW + 600_000));
    for past_or_nonsense in ["2020-01-01T00:00:00Z", "soon", ""] {
        assert_eq!(reset(past_or_nonsense), "Quota(None)", "{past_or_nonsense}");
    }
}

#[test]
fn without_an_answer_the_account_or_the_way_is_at_fault() {
    let cases = [
        (
            HttpError::Credential("the setting `client_secret` is missing".into()),
            "Settings",
            None,
            "without its secret",
        ),
        (HttpError::Credential("no token is given for it (HTTP 401)".into()), "Consent", None, "HTTP 401"),
        (
            HttpError::Credential("the answer to the request for a token is unreadable".into()),
            "Unavailable(None)",
            Some("RTE"),
            "token cannot be read",
        ),
        (HttpError::Credential("no such file".into()), "Consent", None, "cannot be used: no such file"),
        (
            HttpError::Unreachable("no token is given (HTTP 503)".into()),
            "Unavailable(None)",
            Some("RTE"),
            "HTTP 503",
        ),
        (HttpError::TimedOut, "Unavailable(None)", Some("RTE"), "in time"),
        (HttpError::TooLarge(9), "Unreadable", Some("RTE"), "9 bytes"),
    ];
    for (error, cause, party, words) in cases {
        let (told_cause, told_party, message) = told(&lost(error.clone()));
        assert!(told_cause.starts_with(cause), "{error}: {told_cause}");
        assert_eq!(told_party.as_deref(), party, "{error}");
        assert!(message.contains(words), "{error}: {message}");
    }
    let (cause, party, message) = told(&needs_account("ecowatt"));
    assert_eq!((cause.as_str(), party), ("NotOffered", None));
    assert!(message.contains("data.rte-france.com"), "{message}");
}
