//! Every row of the error table: what a refusal means, who failed, what the person reads.

use connector_linky::{
    errors::{Refused, read},
    token::examine,
};
use watteau_sdk::prelude::*;

/// What is told apart in the table below.
fn class(status: u16, body: &str) -> (String, Option<String>, String) {
    let answer = Response { status, headers: vec![], body: body.as_bytes().to_vec() };
    match read(&answer, "5678") {
        Refused::NoData => ("no data".into(), None, String::new()),
        Refused::TooOld => ("too old".into(), None, String::new()),
        Refused::TooLong => ("too long".into(), None, String::new()),
        Refused::Failure(failure) => {
            let cause = format!("{:?}", failure.cause);
            let cause = cause.trim_start_matches("Cause::").split('(').next().unwrap_or_default();
            assert!(failure.message.fr.is_some(), "{body}: said in French too");
            (cause.to_owned(), failure.party, failure.message.en)
        }
    }
}

fn enedis(code: &str) -> String {
    format!(
        r#"{{"status":1,"message":"The Enedis API returned an error","error":{{"error":"{code}","error_description":"text"}}}}"#
    )
}

#[test]
fn each_refusal_is_told_by_enedis_code_first() {
    let fault = |code: u32| {
        format!(
            r#"{{"status":429,"message":"x","error":{{"fault":{{"code":{code},"message":"Message throttled out","description":""}}}}}}"#
        )
    };
    let cases: [(u16, String, &str, Option<&str>, &str); 27] = [
        (403, enedis("ADAM-DC-0008"), "Consent", Some("Enedis"), "no longer valid"),
        (403, enedis("ADAM_DC_0008"), "Consent", Some("Enedis"), "no longer valid"),
        (403, enedis("unauthorized_user"), "Consent", Some("Enedis"), "no longer valid"),
        (400, enedis("ADAM-DC-0007"), "Unavailable", Some("Enedis"), "known fault"),
        (403, enedis("ADAM-DC-0007"), "Unavailable", Some("Enedis"), "…5678"),
        (404, enedis("STM-ERR-0000019"), "Settings", None, "…5678"),
        (400, enedis("ADAM-ERR0061"), "Settings", None, "does not give access"),
        (400, enedis("ADAM-ERR0069"), "NotOffered", Some("Enedis"), "no consumption data"),
        (400, enedis("ADAM-ERR0075"), "NotOffered", Some("Enedis"), "collection is off"),
        (404, enedis("no_data_found"), "no data", None, ""),
        (404, enedis("STM-ERR-0000014"), "no data", None, ""),
        (404, enedis("STM-ERR-0000020"), "no data", None, ""),
        (400, enedis("ADAM-ERR0123"), "too old", None, ""),
        (400, enedis("ADAM-ERR0125"), "too old", None, ""),
        (400, enedis("ADAM-DC-0016"), "too old", None, ""),
        (403, enedis("ADAM-DC-0009"), "too old", None, ""),
        (400, enedis("ADAM-ERR0126"), "too long", None, ""),
        (400, enedis("ADAM-DC-0015"), "too long", None, ""),
        (400, enedis("Invalid_request"), "Unreadable", None, "defect of watteau"),
        (500, enedis("technical_error"), "Unavailable", Some("Enedis"), "unavailable"),
        (500, enedis("STM-ERR-0000001"), "Unavailable", Some("Enedis"), "unavailable"),
        (429, fault(900_807), "Quota", Some("Conso API"), "Nothing is lost"),
        (429, fault(900_804), "Quota", Some("Conso API"), "Nothing is lost"),
        (401, fault(900_901), "Unavailable", Some("Conso API"), "cannot log in"),
        (503, "{}".to_owned(), "Unavailable", Some("Enedis"), "unavailable"),
        (418, "{}".to_owned(), "Unreadable", Some("Conso API"), "HTTP 418"),
        (502, "<html>Bad gateway</html>".to_owned(), "Unavailable", Some("Conso API"), "gateway"),
    ];
    for (status, body, cause, party, words) in cases {
        let (told, who, message) = class(status, &body);
        assert_eq!((told.as_str(), who.as_deref()), (cause, party), "{status} {body}: {message}");
        assert!(message.contains(words), "{status} {body}: {message}");
    }
}

#[test]
fn the_gateways_own_refusals_are_told_by_their_words() {
    let message =
        |status: u16, text: &str| class(status, &format!(r#"{{"status":{status},"message":"{text}"}}"#));
    assert_eq!(message(401, "Votre token est invalide ou ne permet pas d'accéder à ce PRM").0, "Consent");
    assert_eq!(message(400, "Le header 'Authorization' est manquant ou invalide").0, "Consent");
    assert_eq!(message(400, "Paramètres invalides").0, "Settings");
    assert_eq!(
        message(500, "Impossible de rafraîchir le token. Réessayez plus tard").1.as_deref(),
        Some("Conso API")
    );
    assert_eq!(message(500, "Erreur inconnue. Réessayez plus tard").1.as_deref(), Some("Enedis"));
    let (cause, party, words) = class(403, "<html>Cloudflare</html>");
    assert_eq!((cause.as_str(), party.as_deref()), ("Unavailable", Some("Conso API")));
    assert!(words.contains("blocked"));
}

#[test]
fn a_quota_says_until_when_where_the_gateway_does() {
    let body = r#"{"error":{"code":"900804","message":"Message throttled out","nextAccessTime":"2026-Mar-02 23:00:00+0000 UTC"}}"#;
    let answer = Response { status: 429, headers: vec![], body: body.into() };
    let Refused::Failure(failure) = read(&answer, "5678") else { panic!("a failure") };
    assert!(format!("{:?}", failure.cause).contains("1772492400000"), "{:?}", failure.cause);
}

const NOW: i64 = 1_770_000_000_000;

#[test]
fn a_token_is_examined_before_any_call() {
    let claims =
        |sub: &str, days: i64| format!(r#"{{"sub":{sub},"exp":{}}}"#, NOW / 1000 + days * 86_400 + 60);
    let examine = |claims: &str| examine(Some(claims), "12345678901234", NOW);
    assert_eq!(examine(&claims(r#"["12345678901234"]"#, 400)), Ok(None));
    assert_eq!(examine(&claims(r#""12345678901234""#, 400)), Ok(None));
    let soon = examine(&claims(r#"["12345678901234"]"#, 12)).unwrap().unwrap();
    assert!(soon.en.contains("12 days"), "{}", soon.en);
    assert!(
        examine(&claims(r#"["12345678901234"]"#, -1)).unwrap_err().message.en.contains("no longer valid")
    );
    let other = examine(&claims(r#"["99999999999999"]"#, 400)).unwrap_err();
    assert!(other.message.en.contains("…1234") && !other.message.en.contains("12345678901234"));
    assert_eq!(examine("not json"), Ok(None));
    assert_eq!(connector_linky::token::examine(None, "12345678901234", NOW), Ok(None));
}
