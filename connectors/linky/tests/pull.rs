//! The connector on recorded HTTP, natively and as a component: the same output.

use connector_linky::Linky;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use watteau_testing::{Cassette, Ended, Output, Scenario, component};

const PRM: &str = "12345678901234";

fn wasm() -> &'static Path {
    static WASM: OnceLock<PathBuf> = OnceLock::new();
    WASM.get_or_init(|| component(env!("CARGO_MANIFEST_DIR")).expect("the component builds"))
}

fn url(kind: &str, start: &str, end: &str) -> String {
    format!("/{kind}?prm={PRM}&start={start}&end={end}")
}

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
    let scenario = Scenario::new("linky")
        .settings(json!({ "prm": PRM, "gateway": "conso-api" }))
        .secret("token", "hush-hush")
        .now("2026-02-10T10:00:00Z")
        .cassette(cassette);
    let native = scenario.pull::<Linky>(feed, from, to);
    assert_eq!(scenario.pull_wasm(wasm(), feed, from, to).expect("the component runs"), native);
    native
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
    let ended = both(off, "load_curve", from, to).ended;
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
