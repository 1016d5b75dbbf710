//! The test of the connection: what is asked, and what the person reads.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use connector_rte::{Rte, Settings};
use serde_json::{Value, json};
use support::{REAL_TIME, TEMPO, Tape, account, answer, open, short_term, url};
use watteau_host::compile;
use watteau_sdk::prelude::*;
use watteau_testing::FakeHost;

const NOW: &str = "2025-01-15T12:00:00Z";
const START: &str = "2025-01-14T00:00:00+01:00";
const END: &str = "2025-01-15T00:00:00+01:00";

fn check(tape: &Tape, settings: Value) -> Result<Text, Failure> {
    let scenario = if settings["client_id"].is_string() { account(NOW) } else { open(NOW) };
    let host = FakeHost::new(&scenario.cassette(tape.cassette()));
    let settings: Settings = serde_json::from_value(settings).unwrap();
    let told = Rte::check(host.context(), &settings);
    assert!(told.is_err() || host.output().points.keys().all(|series| series == "load" || series == "tempo"));
    told
}

fn calendar() -> String {
    url(TEMPO, &[("start_date", START), ("end_date", END), ("fallback_status", "true")])
}

#[test]
fn each_api_that_is_wanted_is_asked_once_save_ecowatt() {
    let consumption = || Tape::account().get(short_term("REALISED", START, END), 200, answer(&[]));
    let both = consumption().get(calendar(), 200, json!({"tempo_like_calendars": {"values": []}}));
    let told = check(&both, json!({"client_id": "watteau-test"})).unwrap();
    assert_eq!(told.en, "RTE answers: Consumption, Tempo Like Supply Contract.");
    // Only what is recorded can be asked.
    let told =
        check(&consumption(), json!({"client_id": "watteau-test", "what": ["load", "ecowatt"]})).unwrap();
    assert_eq!(told.en, "RTE answers: Consumption.");
    let told = check(&Tape::account(), json!({"client_id": "watteau-test", "what": ["ecowatt"]})).unwrap();
    assert!(told.en.contains("the next run will tell"), "{}", told.en);
}

#[test]
fn a_missing_subscription_is_told_with_its_api() {
    let tape = Tape::account().get(short_term("REALISED", START, END), 200, answer(&[])).get(
        calendar(),
        403,
        json!(""),
    );
    let failure = check(&tape, json!({"client_id": "watteau-test"})).unwrap_err();
    assert!(failure.message.en.contains("Tempo Like Supply Contract"), "{failure}");
}

#[test]
fn without_an_account_the_open_data_are_asked() {
    let filter = "date_heure >= date'2025-01-13T23:00:00Z' and date_heure < date'2025-01-14T23:00:00Z' and (consommation is not null)";
    let address = url(
        REAL_TIME,
        &[
            ("select", "date,heure,date_heure,nature,consommation"),
            ("where", filter),
            ("order_by", "date_heure"),
            ("timezone", "UTC"),
        ],
    );
    let told =
        check(&Tape::default().get(address.clone(), 200, json!([])), json!({"base_url": "http://recorded"}));
    assert!(told.unwrap().en.contains("ODRÉ answer"));
    let told = check(&Tape::default().get(address, 503, json!("")), json!({"base_url": "http://recorded"}));
    assert_eq!(told.unwrap_err().party.as_deref(), Some("ODRÉ"));
}

#[test]
fn the_component_is_small() {
    let component = std::fs::read(support::wasm()).unwrap();
    let bytecode = compile(&component).unwrap();
    eprintln!("component {} kB, compiled {} kB", component.len() / 1000, bytecode.len() / 1000);
    assert!(component.len() < 600_000, "{} bytes", component.len());
}
