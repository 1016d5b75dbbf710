//! The connector on recorded HTTP, natively and as a component: the same output.

#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use connector_linky::Linky;
use serde_json::json;
use support::{
    PRM, at, both as both_ways, conso as url, failed, lines, med_v1, med_v2, recorded, wasm, wrapped_v1,
    wrapped_v2,
};
use watteau_sdk::prelude::*;
use watteau_testing::{Cassette, Ended, FakeHost, Output};

fn no_data() -> serde_json::Value {
    json!({"status": 404, "message": "The Enedis API returned an error",
        "error": {"error": "no_data_found", "error_description": "no measure"}})
}

fn too_old() -> serde_json::Value {
    json!({"status": 400, "message": "The Enedis API returned an error",
        "error": {"error": "ADAM-ERR0123", "error_description": "before activation"}})
}

fn day(date: &str, wh: &str) -> serde_json::Value {
    json!({"interval_reading": [{"value": wh, "date": date}]})
}

fn both(cassette: Cassette, feed: &str, from: &str, to: &str) -> Output {
    both_ways(&at("conso-api").cassette(cassette), feed, from, to)
}

#[test]
fn a_day_of_energy() {
    let cassette = Cassette::default().get(
        url("daily_consumption", "2026-02-01", "2026-02-02"),
        200,
        day("2026-02-01", "10251"),
    );
    let output = both(cassette, "daily_energy", "2026-01-31T23:00:00Z", "2026-02-01T23:00:00Z");
    assert_eq!(output.points["daily_energy"], [(1_769_900_400_000, 86_400_000, 10.251, "measured")]);
    assert!(matches!(output.ended, Ended::Done(_)));
}

#[test]
fn a_load_curve_that_is_not_collected_is_told_from_one_that_is_late() {
    let (start, end) = ("2026-02-03", "2026-02-10");
    let (from, to) = ("2026-02-02T23:00:00Z", "2026-02-09T23:00:00Z");
    let curve = || Cassette::default().get(url("consumption_load_curve", start, end), 404, no_data());
    let off = curve().get(url("daily_consumption", start, end), 200, day("2026-02-03", "9000"));
    let output = both(off, "load_curve", from, to);
    assert!(output.points.is_empty(), "the days only tell: they are no part of this feed");
    let ended = output.ended;
    assert!(
        matches!(&ended, Ended::Failed(_, Some(party), words) if party == "Enedis" && words.contains("collection is off")),
        "{ended:?}"
    );
    let nothing = curve().get(url("daily_consumption", start, end), 404, no_data());
    let ended = both(nothing, "load_curve", from, to).ended;
    assert!(
        matches!(&ended, Ended::Failed(_, _, words) if words.contains("nothing for these days")),
        "{ended:?}"
    );
}

#[test]
fn the_start_of_history_is_found_by_halving() {
    // The meter was switched on on 4 February; eight days are asked for.
    let mut cassette = Cassette::default();
    for (start, end) in [("2026-02-01", "2026-02-09"), ("2026-02-03", "2026-02-05")] {
        cassette = cassette.get(url("daily_consumption", start, end), 400, too_old());
    }
    cassette = cassette
        .get(url("daily_consumption", "2026-02-05", "2026-02-09"), 200, day("2026-02-05", "5000"))
        .get(url("daily_consumption", "2026-02-04", "2026-02-05"), 200, day("2026-02-04", "4000"));
    let output = both(cassette, "daily_energy", "2026-01-31T23:00:00Z", "2026-02-08T23:00:00Z");
    assert_eq!(output.points["daily_energy"].len(), 2);
    assert!(matches!(output.ended, Ended::Done(_)), "{:?}", output.ended);
}

#[test]
fn seven_days_that_are_too_long_are_asked_for_as_six_and_one() {
    let long =
        json!({"status": 400, "message": "x", "error": {"error": "ADAM-ERR0126", "error_description": "x"}});
    let half_hour = |date: &str| json!({"interval_reading": [{"value": "420", "date": format!("{date} 00:30:00"), "interval_length": "PT30M"}]});
    let cassette = Cassette::default()
        .get(url("consumption_load_curve", "2026-01-01", "2026-01-08"), 400, long)
        .get(url("consumption_load_curve", "2026-01-01", "2026-01-07"), 200, half_hour("2026-01-01"))
        .get(url("consumption_load_curve", "2026-01-07", "2026-01-08"), 200, half_hour("2026-01-07"));
    let output = both(cassette, "load_curve", "2025-12-31T23:00:00Z", "2026-01-07T23:00:00Z");
    assert_eq!(output.points["load_curve"].len(), 2);
}

#[test]
fn an_answer_that_is_not_json_is_nobodys_data() {
    let cassette =
        Cassette::default().get(url("daily_consumption", "2026-02-01", "2026-02-02"), 200, "{\"interval_re");
    let ended = both(cassette, "daily_energy", "2026-01-31T23:00:00Z", "2026-02-01T23:00:00Z").ended;
    assert!(
        matches!(&ended, Ended::Failed(cause, ..) if cause.to_lowercase().contains("unreadable")),
        "{ended:?}"
    );
}

const FROM: &str = "2026-01-31T23:00:00Z";
const TO: &str = "2026-02-01T23:00:00Z";

#[test]
fn each_gateway_gives_the_same_day() {
    let days = json!([{"value": "10251", "date": "2026-02-01"}]);
    let ends = json!([
        {"value": "420", "date": "2026-02-01 00:30:00", "interval_length": "PT30M", "measure_type": "B"},
        {"value": "380", "date": "2026-02-02 00:00:00", "interval_length": "PT30M", "measure_type": "E"},
    ]);
    let starts = json!([
        {"value": "420", "date": "2026-02-01 00:00:00", "interval_length": "PT30M", "measure_type": "B"},
        {"value": "380", "date": "2026-02-01 23:30:00", "interval_length": "PT30M", "measure_type": "E"},
    ]);
    let peak = json!([{"value": "4800", "date": "2026-02-01 19:12:40"}]);
    let (first, end) = ("2026-02-01", "2026-02-02");
    let bare = |readings: &serde_json::Value| json!({"interval_reading": readings});
    // Feed, then path and answer at each gateway.
    let cases = [
        ("daily_energy", "daily_consumption", "daily_consumption", "consumption/daily", &days, &days),
        (
            "load_curve",
            "consumption_load_curve",
            "consumption_load_curve",
            "consumption/detail",
            &ends,
            &starts,
        ),
        ("max_power", "consumption_max_power", "daily_consumption_max_power", "power", &peak, &peak),
        ("daily_production", "daily_production", "daily_production", "production/daily", &days, &days),
        (
            "production_curve",
            "production_load_curve",
            "production_load_curve",
            "production/detail",
            &ends,
            &starts,
        ),
    ];
    for (feed, at_conso, at_v1, at_v2, readings, of_v2) in cases {
        let scenarios = [
            recorded("conso-api", url(at_conso, first, end), 200, bare(readings)),
            recorded("myelectricaldata", med_v1(at_v1, first, end), 200, wrapped_v1(readings.clone())),
            recorded("myelectricaldata-v2", med_v2(at_v2, first, end), 200, wrapped_v2(of_v2.clone())),
        ];
        let expected = match feed {
            "max_power" => vec!["2026-01-31T23:00:00Z 1440 min 4800 measured"],
            "load_curve" | "production_curve" => {
                vec!["2026-01-31T23:00:00Z 30 min 420 measured", "2026-02-01T22:30:00Z 30 min 380 estimated"]
            }
            _ => vec!["2026-01-31T23:00:00Z 1440 min 10.251 measured"],
        };
        for scenario in scenarios {
            let output = both_ways(&scenario, feed, FROM, TO);
            support::done(&output);
            assert_eq!(output.points.keys().collect::<Vec<_>>(), [feed]);
            assert_eq!(lines(&output, feed), expected, "{scenario:?}");
        }
    }
}

#[test]
fn production_by_half_hour_that_is_not_collected_is_told_by_its_days() {
    let (start, end) = ("2026-02-03", "2026-02-10");
    let nothing = json!({"detail": "no measure found for this usage point"});
    let days = wrapped_v1(json!([{"value": "4000", "date": "2026-02-03"}]));
    let cassette = Cassette::default().get(med_v1("production_load_curve", start, end), 404, nothing).get(
        med_v1("daily_production", start, end),
        200,
        days,
    );
    let scenario = at("myelectricaldata").cassette(cassette);
    let output = both_ways(&scenario, "production_curve", "2026-02-02T23:00:00Z", "2026-02-09T23:00:00Z");
    let (cause, party, words) = failed(&output);
    assert_eq!((cause, party), ("not-offered", Some("Enedis")));
    assert!(words.contains("collection of the production is off"), "{words}");
}

#[test]
fn a_limit_that_is_told_is_not_searched_for() {
    let too_old = json!({"success": false, "data": null, "error": {"code": "DATE_TOO_OLD",
        "message": "Start date is too old. Oldest allowed date: 2024-02-10"}});
    let readings = wrapped_v2(json!([{"value": "5000", "date": "2024-02-11"}]));
    let cassette = Cassette::default()
        .get(med_v2("consumption/daily", "2024-02-01", "2024-02-15"), 200, too_old.clone())
        .get(med_v2("consumption/daily", "2024-02-10", "2024-02-15"), 200, readings);
    let scenario = at("myelectricaldata-v2").cassette(cassette);
    let output = both_ways(&scenario, "daily_energy", "2024-01-31T23:00:00Z", "2024-02-14T23:00:00Z");
    support::done(&output);
    assert_eq!(output.points["daily_energy"].len(), 1);
    // All of the days are before it: one call tells.
    let scenario = recorded(
        "myelectricaldata-v2",
        med_v2("consumption/daily", "2024-01-01", "2024-01-31"),
        200,
        too_old,
    );
    let output = both_ways(&scenario, "daily_energy", "2023-12-31T23:00:00Z", "2024-01-30T23:00:00Z");
    support::done(&output);
    assert!(output.points.is_empty());
}

#[test]
fn days_that_were_not_asked_for_are_not_believed() {
    let readings = wrapped_v1(json!([{"value": "10251", "date": "2025-07-14"}]));
    let scenario =
        recorded("myelectricaldata", med_v1("daily_consumption", "2026-02-01", "2026-02-02"), 200, readings);
    let output = both_ways(&scenario, "daily_energy", FROM, TO);
    let (cause, party, words) = failed(&output);
    assert_eq!((cause, party), ("unreadable", Some("MyElectricalData")));
    assert!(words.contains("not those that were asked for") && output.points.is_empty(), "{words}");
}

#[test]
fn null_and_missing_are_absent_and_zero_is_zero() {
    let readings = json!([
        {"value": "0", "date": "2026-02-01 00:30:00", "interval_length": "PT30M"},
        {"value": null, "date": "2026-02-01 01:00:00", "interval_length": "PT30M"},
        {"value": "", "date": "2026-02-01 01:30:00", "interval_length": "PT30M"},
        {"date": "2026-02-01 02:00:00", "interval_length": "PT30M"},
    ]);
    let address = med_v1("production_load_curve", "2026-02-01", "2026-02-02");
    let output = both_ways(
        &recorded("myelectricaldata", address, 200, wrapped_v1(readings)),
        "production_curve",
        FROM,
        TO,
    );
    assert_eq!(lines(&output, "production_curve"), ["2026-01-31T23:00:00Z 30 min 0 measured"]);
    assert_eq!((output.refusals, output.absences), (vec![], vec![]));
}

#[test]
fn an_answer_that_names_the_meter_is_told_without_it() {
    let address = || med_v1("daily_consumption", "2026-02-01", "2026-02-02");
    let named = json!({"value": "1", "date": format!("le {PRM}")});
    let scenario = recorded("myelectricaldata", address(), 200, wrapped_v1(json!([named])));
    let output = both_ways(&scenario, "daily_energy", FROM, TO);
    assert_eq!(failed(&output).0, "unreadable");
    // A row among good ones is refused without it.
    let good = json!({"value": "1", "date": "2026-02-01"});
    let nonsense = json!({"value": format!("le {PRM}"), "date": "2026-02-02"});
    let scenario = recorded("myelectricaldata", address(), 200, wrapped_v1(json!([good, nonsense])));
    let output = both_ways(&scenario, "daily_energy", FROM, TO);
    assert_eq!(output.refusals, [("reading 2".to_owned(), "“le …1234” is not a number".to_owned())]);
    // What is kept as evidence holds the answer, and not the number.
    let body = json!({"detail": format!("no idea about {PRM}")});
    let host = FakeHost::new(&recorded("myelectricaldata", address(), 418, body));
    let settings =
        serde_json::from_value(json!({"prm": PRM, "gateway": "myelectricaldata", "base_url": "http://x"}));
    let span = Span::new(1_769_900_400_000, 1_769_986_800_000);
    let job = Job { feed: "daily_energy".to_owned(), span };
    let failure = Linky::pull(host.context(), &settings.expect("settings"), &job).expect_err("a refusal");
    assert_eq!(failure.evidence.as_deref(), Some(r#"{"detail":"no idea about …1234"}"#));
}

#[test]
fn a_year_that_is_too_long_is_asked_for_in_halves() {
    let long = json!({"detail": r#"{"error":"ADAM-ERR0126","error_description":"too long"}"#});
    let half = |day: &str| wrapped_v1(json!([{"value": "5000", "date": day}]));
    let cassette = Cassette::default()
        .get(med_v1("daily_consumption", "2025-02-01", "2026-02-01"), 400, long)
        .get(med_v1("daily_consumption", "2025-02-01", "2025-08-03"), 200, half("2025-02-01"))
        .get(med_v1("daily_consumption", "2025-08-03", "2026-02-01"), 200, half("2025-08-03"));
    let scenario = at("myelectricaldata").cassette(cassette);
    let output = both_ways(&scenario, "daily_energy", "2025-01-31T23:00:00Z", "2026-01-31T23:00:00Z");
    support::done(&output);
    assert_eq!(output.points["daily_energy"].len(), 2);
}

#[test]
fn the_component_is_small() {
    let component = std::fs::read(wasm()).expect("the component");
    let bytecode = watteau_host::compile(&component).expect("bytecode");
    eprintln!("component {} kB, compiled {} kB", component.len() / 1000, bytecode.len() / 1000);
    assert!(component.len() < 450_000, "{} bytes", component.len());
}
