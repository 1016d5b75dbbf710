//! MyElectricalData as a client meets it, and the production of the Conso API.

use super::{V1, V2};
use crate::{Fault, Gateway, testing::House};
use jiff::SignedDuration;
use serde_json::Value;

const NOW: &str = "2025-11-10T10:00:00Z";
const PRM: &str = "00000000000001";

fn v1(house: &House, path: &str) -> (u16, Value) {
    let reply = house.ask("GET", &format!("{V1}/{path}"), Some(&house.0.med_token));
    (reply.status, reply.json())
}

fn v2(house: &House, path: &str) -> (u16, Value) {
    let bearer = format!("Bearer {}", house.0.med_token);
    let reply = house.ask("GET", &format!("{V2}/enedis/{path}"), Some(&bearer));
    (reply.status, reply.json())
}

fn of_v1(kind: &str, start: &str, end: &str) -> String {
    format!("{kind}/{PRM}/start/{start}/end/{end}")
}

fn of_v2(kind: &str, start: &str, end: &str) -> String {
    format!("{kind}/{PRM}?start={start}&end={end}&use_cache=false")
}

fn rows(reading: &Value) -> &Vec<Value> {
    reading["meter_reading"]["interval_reading"].as_array().expect("readings")
}

fn dates(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["date"].as_str().expect("a stamp")).collect()
}

#[test]
fn both_versions_give_what_the_conso_api_gives_each_in_its_shape() {
    let house = House::at(NOW);
    let conso = |kind: &str| {
        let bearer = format!("Bearer {}", house.0.token);
        let url = format!("/api/{kind}?prm={PRM}&start=2025-11-01&end=2025-11-03");
        house.ask("GET", &url, Some(&bearer)).json()["interval_reading"].clone()
    };
    let cases = [
        ("daily_consumption", "daily_consumption", "consumption/daily", 2),
        ("consumption_load_curve", "consumption_load_curve", "consumption/detail", 96),
        ("consumption_max_power", "daily_consumption_max_power", "power", 2),
        ("daily_production", "daily_production", "production/daily", 2),
        ("production_load_curve", "production_load_curve", "production/detail", 96),
    ];
    for (bare, first, second, count) in cases {
        let expected = conso(bare);
        let (status, answer) = v1(&house, &of_v1(first, "2025-11-01", "2025-11-03"));
        assert_eq!((status, rows(&answer).len()), (200, count), "{first}");
        assert_eq!(answer["meter_reading"]["interval_reading"], expected, "{first}");
        let (status, answer) = v2(&house, &of_v2(second, "2025-11-01", "2025-11-03"));
        assert_eq!((status, &answer["success"]), (200, &Value::Bool(true)), "{second}");
        let values = |rows: &[Value]| rows.iter().map(|row| row["value"].clone()).collect::<Vec<_>>();
        assert_eq!(values(rows(&answer["data"])), values(expected.as_array().expect("readings")), "{second}");
    }
}

#[test]
fn clocks_that_change_show_in_ends_and_in_starts() {
    let house = House::at(NOW);
    let (_, ends) = v1(&house, &of_v1("consumption_load_curve", "2025-10-26", "2025-10-27"));
    let ends = dates(rows(&ends));
    assert_eq!(
        (ends.len(), ends[3], ends[5], ends[49]),
        (50, "2025-10-26 02:00:00", "2025-10-26 02:00:00", "2025-10-27 00:00:00")
    );
    let (_, starts) = v2(&house, &of_v2("consumption/detail", "2025-10-26", "2025-10-27"));
    let starts = dates(rows(&starts["data"]));
    // Sorted as texts: equal stamps are neighbours.
    assert_eq!(
        &starts[..6],
        ["00:00", "00:30", "01:00", "01:30", "01:30", "02:00"].map(|time| format!("2025-10-26 {time}:00"))
    );
    assert_eq!(starts.len(), 50);
    let (_, spring) = v2(&house, &of_v2("consumption/detail", "2025-03-30", "2025-03-31"));
    let spring = dates(rows(&spring["data"]));
    assert!(spring.len() == 46 && spring.contains(&"2025-03-30 02:30:00"), "an hour that does not exist");
}

#[test]
fn each_fault_has_the_words_of_its_version() {
    let day = |fault: Fault| {
        let house = House::at(NOW);
        house.0.faults.switch_on(fault);
        let first = v1(&house, &of_v1("daily_production", "2025-11-01", "2025-11-02"));
        let second = v2(&house, &of_v2("production/daily", "2025-11-01", "2025-11-02"));
        (first.0, first.1["detail"].to_string(), second.0, second.1.to_string())
    };
    let cases = [
        (Fault::ConsentExpired, 409, "consent", 200, "ADAM-DC-0008"),
        (Fault::TokenRefused, 401, "invalid", 401, "Invalid authentication"),
        (Fault::ConsentNotLinked, 400, "ADAM-DC-0007", 200, "ADAM-DC-0007"),
        (Fault::EnedisDown, 500, "technical_error", 200, "ENEDIS_UNAVAILABLE"),
        (Fault::Quota, 429, "2025-Nov-10 15:00:00+0000 UTC", 200, "RATE_LIMIT_EXCEEDED"),
        (Fault::NoProduction, 400, "ADAM-ERR0069", 200, "ADAM-ERR0069"),
        (Fault::Late("2025-11-01".parse().expect("a day")), 404, "no measure found", 200, "NO_DATA"),
    ];
    for (fault, status_1, words_1, status_2, words_2) in cases {
        let (first, said_1, second, said_2) = day(fault);
        assert_eq!((first, second), (status_1, status_2), "{fault:?}: {said_1} {said_2}");
        assert!(said_1.contains(words_1) && said_2.contains(words_2), "{fault:?}: {said_1} {said_2}");
    }
    for (fault, words) in [(Fault::GatewayDown, "Bad gateway"), (Fault::Blocked, "Access denied")] {
        let house = House::at(NOW);
        house.0.faults.switch_on(fault);
        let url = format!("{V1}/{}", of_v1("daily_production", "2025-11-01", "2025-11-02"));
        assert!(house.ask("GET", &url, Some(&house.0.med_token)).text.contains(words), "{fault:?}");
    }
}

#[test]
fn windows_and_history_are_those_of_each_version() {
    let house = House::at(NOW);
    let detail = |start: &str, end: &str| {
        v1(&house, &of_v1("consumption_load_curve", start, end)).1["detail"].to_string()
    };
    assert!(detail("2025-11-01", "2025-11-09").contains("ADAM-ERR0126"));
    assert!(detail("2023-10-01", "2023-10-05").contains("ADAM-ERR0123"));
    assert!(detail("2025-11-10", "2025-11-11").contains("Invalid_request"));
    // Version 2 counts its years to the day, and lets no window end after today.
    let told = v2(&house, &of_v2("consumption/detail", "2023-11-09", "2023-11-12")).1;
    assert_eq!(told["error"]["code"], "DATE_TOO_OLD");
    assert!(told["error"]["message"].as_str().expect("words").ends_with("2023-11-10"));
    let dates = |start: &str, end: &str| {
        let answer = v2(&house, &of_v2("consumption/daily", start, end)).1;
        dates(rows(&answer["data"])).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(dates("2025-11-08", "2025-11-20"), ["2025-11-08", "2025-11-09"]);
    house.0.faults.switch_on(Fault::MedEndsEarly);
    assert_eq!(dates("2025-11-08", "2025-11-10"), ["2025-11-08"]);
    assert_eq!(dates("2025-11-09", "2025-11-10"), ["2025-11-08"], "moved a day back");
}

#[test]
fn each_version_counts_its_calls_by_day() {
    let house = House::at(NOW);
    let week = || v1(&house, &of_v1("daily_consumption", "2025-11-01", "2025-11-08"));
    for call in 0..50 {
        assert_eq!(week().0, 200, "call {call}");
    }
    let (status, refused) = week();
    assert!(status == 409 && refused["detail"].as_str().expect("words").contains("(50)"), "{refused}");
    let access = v1(&house, &format!("valid_access/{PRM}")).1;
    assert_eq!((&access["valid"], &access["quota_reached"]), (&false.into(), &true.into()));
    assert_eq!(access["quota_reset_at"], "2025-11-10T23:59:59.999999");
    for _ in 0..50 {
        assert_eq!(v2(&house, &format!("contract/{PRM}?use_cache=false")).1["success"], true);
    }
    let refused = v2(&house, &format!("contract/{PRM}?use_cache=false")).1;
    assert_eq!(refused["error"]["code"], "RATE_LIMIT_EXCEEDED");
    assert_eq!(house.0.tally.busiest(Gateway::MedV1, SignedDuration::from_hours(24)), 51);
    assert_eq!(house.0.tally.busiest(Gateway::ConsoApi, SignedDuration::from_hours(24)), 0);
}

#[test]
fn the_contract_is_told_and_an_answer_may_break_off_be_empty_or_be_wrong() {
    let house = House::at(NOW);
    let contract = v1(&house, &format!("contracts/{PRM}")).1;
    assert_eq!(contract["customer"]["usage_points"][0]["contracts"]["subscribed_power"], "9 kVA");
    let other = v1(&house, "contracts/00000000000009");
    assert_eq!(other.0, 403);
    let denied = v2(&house, "contract/00000000000009").1;
    assert_eq!(denied["error"]["code"], "ACCESS_DENIED");
    house.0.faults.switch_on(Fault::WrongDates);
    let wrong = v1(&house, &of_v1("daily_consumption", "2025-11-01", "2025-11-02")).1;
    assert_eq!(dates(rows(&wrong)), ["2025-11-01 00:00:00"]);
    house.0.faults.clear();
    house.0.faults.switch_on(Fault::Empty);
    let empty = v1(&house, &of_v1("daily_consumption", "2025-11-01", "2025-11-02")).1;
    assert!(rows(&empty).is_empty());
    house.0.faults.clear();
    house.0.faults.switch_on(Fault::MedPartial);
    let partial = v2(&house, &of_v2("consumption/daily", "2025-11-01", "2025-11-05")).1;
    assert_eq!((rows(&partial["data"]).len(), &partial["error"]["code"]), (2, &"PARTIAL_DATA".into()));
    house.0.faults.switch_on(Fault::Truncated);
    let url = format!("{V1}/{}", of_v1("daily_consumption", "2025-11-01", "2025-11-02"));
    let text = house.ask("GET", &url, Some(&house.0.med_token)).text;
    assert!(serde_json::from_str::<Value>(&text).is_err(), "{text}");
}
