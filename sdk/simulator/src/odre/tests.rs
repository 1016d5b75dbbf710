//! ODRÉ as a client meets it.

use crate::{
    Fault,
    testing::{House, Reply, encode},
};
use serde_json::Value;

const BASE: &str = "/api/explore/v2.1/catalog/datasets";

fn export(house: &House, dataset: &str, select: &str, filter: &str) -> Reply {
    let (select, filter) = (encode(select), encode(filter));
    house.get(&format!("{BASE}/{dataset}/exports/json?select={select}&where={filter}&order_by=date_heure"))
}

fn rows(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json().as_array().expect("rows").clone()
}

/// A Paris day of the load.
fn day(from: &str, to: &str) -> String {
    format!("date_heure >= date'{from}' and date_heure < date'{to}'")
}

#[test]
fn history_is_half_hourly_with_rows_for_every_quarter() {
    let house = House::at("2026-02-01T10:00:00Z");
    let filter = day("2025-05-31T22:00:00Z", "2025-06-01T22:00:00Z");
    let found =
        rows(&export(&house, "eco2mix-national-cons-def", "date_heure,consommation,prevision_j1", &filter));
    let there = |name: &str| found.iter().filter(|row| !row[name].is_null()).count();
    assert_eq!((found.len(), there("consommation"), there("prevision_j1")), (96, 48, 96));
    let filter = format!("{filter} and consommation is not null");
    assert_eq!(rows(&export(&house, "eco2mix-national-cons-def", "consommation", &filter)).len(), 48);
}

#[test]
fn real_time_ends_now_and_forecasts_go_on() {
    let house = House::at("2025-06-02T10:02:00Z");
    let filter = day("2025-06-01T22:00:00Z", "2025-06-02T22:00:00Z");
    let found = rows(&export(
        &house,
        "eco2mix-national-tr",
        "date,heure,date_heure,consommation,prevision_j",
        &filter,
    ));
    let there = |name: &str| found.iter().filter(|row| !row[name].is_null()).count();
    assert_eq!((found.len(), there("consommation"), there("prevision_j")), (96, 47, 96));
    assert_eq!(found[0]["date_heure"], "2025-06-01T22:00:00+00:00");
    assert_eq!((&found[0]["date"], &found[0]["heure"]), (&"2025-06-02".into(), &"00:00".into()));
    assert!(found[0].get("nature").is_none(), "what is not selected is not there");
}

#[test]
fn a_day_has_96_rows_whatever_the_clocks_do() {
    let house = House::at("2026-02-01T10:00:00Z");
    let spring = day("2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z");
    let found = rows(&export(&house, "eco2mix-national-cons-def", "heure,date_heure,consommation", &spring));
    let of = |hour: &str| found.iter().find(|row| row["heure"] == hour).expect("a row").clone();
    assert_eq!(found.len(), 96);
    assert_eq!(of("02:00")["date_heure"], of("03:00")["date_heure"], "filler under another's instant");
    assert_eq!(of("02:00")["consommation"], of("01:00")["consommation"], "a copy of a neighbour");
    let autumn = day("2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z");
    let found = rows(&export(&house, "eco2mix-national-cons-def", "heure,date_heure", &autumn));
    assert_eq!(found.len(), 96, "an hour is lost");
    assert!(found.iter().all(|row| row["date_heure"] != "2025-10-26T01:00:00+00:00"));
}

#[test]
fn wrong_requests_are_refused_with_its_body() {
    let house = House::at("2025-06-02T10:00:00Z");
    let real_time = "eco2mix-national-tr";
    let cases = [
        (export(&house, real_time, "consomation", ""), 400, "ODSQLError"),
        (export(&house, real_time, "consommation", "consomation is not null"), 400, "ODSQLError"),
        (export(&house, real_time, "consommation", "date_heure > 2025"), 400, "ODSQLError"),
        (export(&house, "eco2mix", "consommation", ""), 404, "DatasetNotFoundError"),
        (house.get(&format!("{BASE}/{real_time}/records?limit=101")), 400, "ODSQLError"),
        (house.get(&format!("{BASE}/{real_time}/records?limit=100&offset=9950")), 400, "ODSQLError"),
    ];
    for (reply, status, code) in cases {
        assert_eq!((reply.status, &reply.json()["error_code"]), (status, &code.into()), "{}", reply.text);
    }
    let page = house.get(&format!(
        "{BASE}/{real_time}/records?limit=3&order_by=date_heure%20desc&timezone=Europe%2FParis"
    ));
    let page = page.json();
    assert_eq!(page["results"].as_array().map(Vec::len), Some(3));
    assert_eq!(page["results"][0]["date_heure"], "2025-06-02T23:45:00+02:00");
    assert!(page["total_count"].as_u64().is_some_and(|total| total > 10_000));
}

#[test]
fn calls_are_counted_and_faults_answer_as_documented() {
    let house = House::at("2025-06-02T10:00:00Z");
    let ask = || house.get(&format!("{BASE}/eco2mix-national-tr/records?limit=1"));
    let left = |reply: &Reply| reply.headers["x-ratelimit-remaining"].parse::<u32>().expect("a number");
    let first = left(&ask());
    assert_eq!(left(&ask()), first - 1);
    assert_eq!(ask().headers["x-ratelimit-reset"], "2025-06-03T00:00:00+00:00");
    for (fault, status) in [(Fault::OdreQuota, 429), (Fault::OdreDown, 503), (Fault::OdreRenamed, 400)] {
        house.0.faults.switch_on(fault);
        assert_eq!(ask().status, status, "{fault:?}");
        house.0.faults.clear();
    }
    for _ in 0..first {
        house.0.odre.count(jiff::civil::date(2025, 6, 2));
    }
    assert_eq!(ask().status, 429, "the day's calls are used up");
}
