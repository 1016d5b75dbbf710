//! Every row of the table of errors: what it means, who is at fault, what the person reads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use connector_weather::{Settings, Weather, errors::read};
use serde_json::{Value, json};
use watteau_sdk::{failure::Cause, prelude::*};
use watteau_testing::{Cassette, FakeHost};

/// 2026-02-02T14:53:20Z.
const NOW: i64 = 1_770_044_000_000;
const OPEN_METEO: Option<&str> = Some("Open-Meteo");

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: body.as_bytes().to_vec() }
}

/// A refusal as Open-Meteo writes it.
fn because(reason: &str) -> String {
    json!({"error": true, "reason": reason}).to_string()
}

/// Cause, party, and the sentence, which is said in both languages.
fn told(failure: &Failure) -> (String, Option<&str>, String) {
    let cause = match &failure.cause {
        Cause::Settings(problems) => format!("settings {}", problems[0].option),
        other => format!("{other:?}").trim_start_matches("Cause::").to_owned(),
    };
    let french = failure.message.fr.as_deref().unwrap_or_default();
    assert!(!french.is_empty() && french != failure.message.en, "{}: said in French too", failure.message.en);
    (cause, failure.party.as_deref(), failure.message.en.clone())
}

#[test]
fn each_refusal_has_its_cause_its_party_and_its_words() {
    let until = |instant: i64| format!("Quota(Some({instant}))");
    let (minute, hour, day) = (NOW + 60_000, 1_770_044_400_000, 1_770_076_800_000);
    let range = "Parameter 'start_date' is out of allowed range from 2024-10-14 to 2025-02-01";
    let unknown =
        "Data corrupted at path ''. Cannot initialize ForecastVariable from invalid String value sun.";
    let cases: Vec<(u16, String, String, Option<&str>, &str)> = vec![
        (400, because(range), "Unreadable".into(), None, "check this machine's clock"),
        (400, because(unknown), "Unreadable".into(), None, "a newer watteau is needed"),
        (
            400,
            because("Invalid date format. Make sure to use 'YYYY-MM-DD'"),
            "Unreadable".into(),
            None,
            "defect of watteau",
        ),
        (
            400,
            because("End-date must be larger or equals than start-date"),
            "Unreadable".into(),
            None,
            "defect of watteau",
        ),
        (
            400,
            because("Parameter 'start_date' and 'past_days' are mutually exclusive"),
            "Unreadable".into(),
            None,
            "defect of watteau",
        ),
        (400, because("Invalid timezone"), "Unreadable".into(), None, "defect of watteau"),
        (
            400,
            because("Latitude must be in range of -90 to 90°. Given: 91.0."),
            "settings places".into(),
            None,
            "Given: 91.0",
        ),
        (
            400,
            because("Longitude must be in range of -180 to 180°. Given: 181.0."),
            "settings places".into(),
            None,
            "are in degrees",
        ),
        (
            400,
            because("No data is available for this location"),
            "settings places".into(),
            None,
            "check its latitude",
        ),
        (400, "<html>".into(), "Unreadable".into(), OPEN_METEO, "HTTP 400"),
        (401, String::new(), "Consent".into(), OPEN_METEO, "non-commercial"),
        (403, "<html>".into(), "Consent".into(), OPEN_METEO, "check base_url"),
        (404, because("Not Found"), "Unreadable".into(), None, "base_url is wrong"),
        (408, String::new(), "Unavailable(None)".into(), OPEN_METEO, "asked again"),
        (
            429,
            because("Minutely API request limit exceeded. Please try again in one minute."),
            until(minute),
            OPEN_METEO,
            "of the minute",
        ),
        (
            429,
            because("Hourly API request limit exceeded. Please try again in the next hour."),
            until(hour),
            OPEN_METEO,
            "of the hour",
        ),
        (
            429,
            because("Daily API request limit exceeded. Please try again tomorrow."),
            until(day),
            OPEN_METEO,
            "of the day",
        ),
        (
            429,
            because("Too many concurrent requests"),
            "Unavailable(Some(60))".into(),
            OPEN_METEO,
            "too many at once",
        ),
        (429, String::new(), "Quota(None)".into(), OPEN_METEO, "Nothing is lost"),
        (500, String::new(), "Unavailable(None)".into(), OPEN_METEO, "HTTP 500"),
        (502, "<html>".into(), "Unavailable(None)".into(), OPEN_METEO, "HTTP 502"),
        (503, because("The service is overloaded"), "Unavailable(None)".into(), OPEN_METEO, "overloaded"),
        (418, String::new(), "Unreadable".into(), OPEN_METEO, "HTTP 418"),
    ];
    for (status, body, cause, party, words) in cases {
        let failure = read(&answer(status, &[], &body), "places", NOW);
        let (told_cause, told_party, message) = told(&failure);
        assert_eq!((told_cause, told_party), (cause, party), "{status} {body}: {message}");
        assert!(message.contains(words), "{status} {body}: {message}");
    }
}

#[test]
fn a_header_says_how_long_where_the_words_do_not() {
    let read =
        |status, seconds| told(&read(&answer(status, &[("retry-after", seconds)], ""), "latitude", NOW)).0;
    assert_eq!(read(429, "120"), format!("Quota(Some({}))", NOW + 120_000));
    assert_eq!(read(503, "30"), "Unavailable(Some(30))");
    assert_eq!(read(429, "soon"), "Quota(None)");
}

/// The test of the connection, natively.
fn check(settings: Value, status: u16, body: Value) -> Result<Text, Failure> {
    let path = "/v1/forecast?latitude=45.76&longitude=4.84&wind_speed_unit=ms&timezone=GMT&timeformat=unixtime\
                &start_date=2025-01-15&end_date=2025-01-15&hourly=temperature_2m";
    let scenario =
        support::home("2025-01-15T12:00:00Z").cassette(Cassette::default().get(path, status, body));
    let settings: Settings = serde_json::from_value(settings).unwrap();
    Weather::check(FakeHost::new(&scenario).context(), &settings)
}

#[test]
fn the_connection_is_tested_by_one_light_call_that_names_the_publisher() {
    let home = || json!({"latitude": 45.76, "longitude": 4.84, "base_url": "http://recorded"});
    let text = check(home(), 200, json!({"hourly": {}})).unwrap();
    assert!(text.en.contains("Weather data by Open-Meteo.com (CC BY 4.0)"), "{}", text.en);
    assert_eq!(told(&check(home(), 200, json!("<html>")).unwrap_err()).1, OPEN_METEO);
    let failure = check(home(), 503, json!("")).unwrap_err();
    assert_eq!((failure.cause.clone(), failure.party.as_deref()), (Cause::Unavailable(None), OPEN_METEO));
}

#[test]
fn settings_that_cannot_work_are_told_before_any_call() {
    let cases = [
        (json!({}), "settings latitude", "Say where"),
        (json!({"latitude": 45.76}), "settings longitude", "Say where"),
        (json!({"latitude": 145.76, "longitude": 4.84}), "settings latitude", "-90 to 90"),
        (json!({"places": []}), "settings places", "from 1 to 14"),
        (json!({"places": ["lion"]}), "settings places[0]", "`lion` is neither france nor one of bayonne"),
        (
            json!({"latitude": 45.76, "longitude": 4.84, "forecast_days": 17}),
            "settings forecast_days",
            "1 to 16",
        ),
    ];
    for (settings, cause, words) in cases {
        let failure = check(settings.clone(), 200, json!({})).unwrap_err();
        let (told_cause, _, message) = told(&failure);
        assert_eq!(told_cause, cause, "{settings}");
        assert!(message.contains(words), "{settings}: {message}");
    }
}
