//! RTE as a client meets it.

use crate::{
    Fault,
    testing::{House, Reply, encode},
};
use serde_json::Value;

fn short_term(house: &House, token: &str, query: &str) -> Reply {
    house.ask("GET", &format!("/open_api/consumption/v1/short_term?{query}"), Some(token))
}

fn period(start: &str, end: &str) -> String {
    format!("start_date={}&end_date={}", encode(start), encode(end))
}

fn values(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["short_term"][0]["values"].as_array().expect("values").clone()
}

#[test]
fn a_token_is_given_for_the_credentials_and_ends() {
    let house = House::at("2025-06-01T10:00:00Z");
    assert_eq!(house.ask("POST", "/token/oauth/", Some("Basic bm9ib2R5")).status, 401);
    assert_eq!(house.ask("POST", "/token/oauth", None).status, 401);
    assert_eq!(short_term(&house, "Bearer made-up", "").status, 401);
    let token = house.token();
    assert_eq!(short_term(&house, &token, "").status, 200);
    house.0.faults.switch_on(Fault::RteTokenExpired);
    assert_eq!(short_term(&house, &token, "").status, 401);
    assert_eq!(short_term(&house, &token, "").status, 401, "gone for good");
    assert_eq!(short_term(&house, &house.token(), "").status, 200, "the next one holds");
    house.0.faults.switch_on(Fault::RteTokenRefused);
    assert_eq!(house.ask_token().status, 401);
}

#[test]
fn both_clock_changes_are_exact() {
    let house = House::at("2026-02-01T10:00:00Z");
    let token = house.token();
    let cases = [
        ("2025-03-30T00:00:00+01:00", "2025-03-31T00:00:00+02:00", 92, 46),
        ("2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00", 100, 50),
    ];
    for (start, end, quarters, halves) in cases {
        for (kind, count) in [("REALISED", quarters), ("ID", quarters), ("D-1", quarters), ("D-2", halves)] {
            let values = values(&short_term(&house, &token, &format!("type={kind}&{}", period(start, end))));
            assert_eq!(values.len(), count, "{kind} {start}");
            assert_eq!(
                (&values[0]["start_date"], &values[count - 1]["end_date"]),
                (&start.into(), &end.into())
            );
            assert!(
                values.windows(2).all(|pair| pair[0]["end_date"] == pair[1]["start_date"]),
                "{kind} {start}"
            );
        }
    }
}

#[test]
fn without_dates_it_is_the_running_period_with_what_is_known() {
    let house = House::at("2025-06-02T10:02:00Z");
    let token = house.token();
    let answer = short_term(&house, &token, "").json();
    let counts: Vec<(&str, usize)> = answer["short_term"]
        .as_array()
        .expect("elements")
        .iter()
        .map(|element| {
            (element["type"].as_str().unwrap_or_default(), element["values"].as_array().map_or(0, Vec::len))
        })
        .collect();
    // Realised up to 11:45 local; D-1 of tomorrow comes at 19:10; D-2 of the day after was made at seven.
    assert_eq!(counts, [("REALISED", 47), ("ID", 96), ("D-1", 96), ("D-2", 144)]);
}

#[test]
fn wrong_periods_are_refused_with_rtes_body() {
    let house = House::at("2025-06-02T10:00:00Z");
    let token = house.token();
    let (day, next) = ("2025-01-15T00:00:00+01:00", "2025-01-16T00:00:00+01:00");
    let cases = [
        (format!("start_date={}", encode(day)), "F01"),
        (period(next, day), "F02"),
        (period("2024-01-01T00:00:00+01:00", day), "F03"),
        (period("2025-01-15", next), "F06"),
        // A plus sign that is not encoded is a space.
        ("start_date=2025-01-15T00:00:00+01:00&end_date=2025-01-16T00:00:00+01:00".to_owned(), "F06"),
        (format!("type=D-3&{}", period(day, next)), "F07"),
    ];
    for (query, code) in cases {
        let reply = short_term(&house, &token, &query);
        assert_eq!(reply.status, 400, "{query}");
        let body = reply.json();
        assert_eq!(body["error"], format!("CONSUMPTION_SHORTTERM_{code}"), "{query}");
        assert!(body["error_details"]["transaction_id"].is_string());
    }
    let month = period("2025-01-01T00:00:00+01:00", "2025-01-31T00:00:00+01:00");
    assert_eq!(short_term(&house, &token, &month).status, 200);
    house.0.faults.switch_on(Fault::RteNarrow);
    assert_eq!(short_term(&house, &token, &month).json()["error"], "CONSUMPTION_SHORTTERM_F04");
}

#[test]
fn faults_answer_as_documented() {
    let house = House::at("2025-06-02T10:00:00Z");
    let token = house.token();
    let cases = [
        (Fault::RteNotSubscribed, 403),
        (Fault::RteQuota, 429),
        (Fault::RteTechnical, 500),
        (Fault::RteDown, 503),
    ];
    for (fault, status) in cases {
        house.0.faults.switch_on(fault);
        let reply = short_term(&house, &token, "");
        assert_eq!(reply.status, status, "{fault:?}");
        assert_eq!(reply.headers.get("retry-after").map(String::as_str), (status == 429).then_some("120"));
        assert_eq!(reply.text.is_empty(), matches!(status, 403 | 429), "{}", reply.text);
        house.0.faults.clear();
    }
    house.0.faults.switch_on(Fault::Truncated);
    let reply = short_term(&house, &token, "");
    assert!(reply.status == 200 && serde_json::from_str::<Value>(&reply.text).is_err());
    house.0.faults.clear();
    house.0.faults.switch_on(Fault::RteHole(jiff::civil::date(2025, 6, 1)));
    let day = period("2025-06-01T00:00:00+02:00", "2025-06-02T00:00:00+02:00");
    let values = values(&short_term(&house, &token, &format!("type=REALISED&{day}")));
    assert_eq!((values.len(), values.iter().filter(|value| value["value"].is_null()).count()), (91, 1));
}

#[test]
fn revisions_are_dated_and_settle() {
    let day = period("2025-06-02T00:00:00+02:00", "2025-06-03T00:00:00+02:00");
    let of = |now: &str| {
        let house = House::at(now);
        let token = house.token();
        values(&short_term(&house, &token, &format!("type=REALISED&{day}")))
    };
    let (early, late, later) =
        (of("2025-06-03T06:00:00Z"), of("2025-06-09T06:00:00Z"), of("2025-07-09T06:00:00Z"));
    assert_eq!(late, later);
    let revised: Vec<_> =
        early.iter().zip(&late).filter(|(early, late)| early["value"] != late["value"]).collect();
    assert!(revised.len() > 30, "{}", revised.len());
    assert!(
        revised.iter().all(|(early, late)| early["updated_date"].as_str() < late["updated_date"].as_str())
    );
}

#[test]
fn tempo_is_announced_in_the_morning_and_settled_before_noon() {
    let tomorrow = |now: &str| {
        let house = House::at(now);
        let token = house.token();
        let query = format!(
            "{}&fallback_status=true",
            period("2025-01-15T00:00:00+01:00", "2025-01-17T00:00:00+01:00")
        );
        let url = format!("/open_api/tempo_like_supply_contract/v1/tempo_like_calendars?{query}");
        let values = house.ask("GET", &url, Some(&token)).json()["tempo_like_calendars"]["values"].clone();
        values.as_array().expect("values").clone()
    };
    assert_eq!(tomorrow("2025-01-15T05:00:00Z").len(), 1, "at six nothing of tomorrow");
    let early = tomorrow("2025-01-15T06:00:00Z");
    assert_eq!((early.len(), &early[0]["fallback"]), (2, &Value::Bool(true)));
    assert_eq!(early[0]["start_date"], "2025-01-16T00:00:00+01:00", "newest first");
    let settled = tomorrow("2025-01-15T10:00:00Z");
    assert_eq!((&settled[0]["fallback"], &settled[0]["value"]), (&Value::Bool(false), &early[0]["value"]));
}

#[test]
fn tempo_has_limits_of_its_own() {
    let house = House::at("2025-06-02T10:00:00Z");
    let token = house.token();
    let code = |start: &str, end: &str| {
        let url =
            format!("/open_api/tempo_like_supply_contract/v1/tempo_like_calendars?{}", period(start, end));
        let reply = house.ask("GET", &url, Some(&token));
        (reply.status == 400).then(|| reply.json()["error"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(code("2024-06-01T00:00:00+02:00", "2025-06-02T00:00:00+02:00"), None);
    assert_eq!(
        code("2024-06-01T00:00:00+02:00", "2025-06-03T00:00:00+02:00").as_deref(),
        Some("TMPLIKSUPCON_TMPLIKCAL_F03")
    );
    assert_eq!(
        code("2025-06-01T00:00:00+02:00", "2025-06-05T00:00:00+02:00").as_deref(),
        Some("TMPLIKSUPCON_TMPLIKCAL_F04")
    );
    assert_eq!(
        code("2025-06-01T00:00:00+02:00", "2025-06-01T06:00:00+02:00").as_deref(),
        Some("TMPLIKSUPCON_TMPLIKCAL_F05")
    );
}

#[test]
fn the_open_pages_hold_a_season_and_the_running_days() {
    let house = House::at("2025-01-15T08:00:00Z");
    let season = house.get("/cms/open_data/v1/tempo?season=2024-2025").json();
    let days = season["values"].as_object().expect("values");
    assert_eq!(days.len(), 30 + 31 + 30 + 31 + 15, "what is settled, from September on");
    assert_eq!(house.get("/cms/open_data/v1/tempo?season=2025-2026").status, 404);
    assert_eq!(house.get("/cms/open_data/v1/tempo?season=lately").status, 404);
    let light = house.get("/cms/open_data/v1/tempoLight").json();
    assert_eq!(light["values"]["2025-01-15"], days["2025-01-15"]);
    assert_eq!(light["values"]["2025-01-16-fallback"], "true");
}

#[test]
fn ecowatt_takes_one_call_in_a_quarter_of_an_hour() {
    let house = House::at("2025-01-15T18:00:00Z");
    let token = house.token();
    let first = house.ask("GET", "/open_api/ecowatt/v5/signals", Some(&token));
    let signals = first.json();
    assert_eq!(signals["signals"].as_array().map(Vec::len), Some(4));
    assert_eq!(signals["signals"][0]["GenerationFichier"], "2025-01-15T17:05:00+01:00");
    assert_eq!(signals["signals"][0]["values"].as_array().map(Vec::len), Some(24));
    assert_eq!(house.ask("GET", "/open_api/ecowatt/v5/signals", Some(&token)).status, 429);
    assert_eq!(house.0.requests(), ["rte.token", "rte.ecowatt", "rte.ecowatt"]);
}
