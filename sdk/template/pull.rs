//! The connector on recorded answers, in this process and as the component that is shipped: both have to say the same.

use serde_json::{Value, json};
use watteau_testing::{Cassette, Ended, Output, Scenario, component};

const FROM: &str = "2025-10-25T22:00:00Z";
const TO: &str = "2025-10-26T23:00:00Z";

/// What the other side answers to the one question that is asked.
fn answering(status: u16, body: Value) -> Scenario {
    let url = "/v1/readings?id=7&from=1761429600000&to=1761519600000";
    let exchange = json!({ "request": { "url": url }, "response": { "status": status, "body": body } });
    let cassette = Cassette::parse(&json!({ "exchanges": [exchange] }).to_string()).expect("a cassette");
    Scenario::new("meter")
        .now("2025-10-27T09:00:00Z")
        .settings(json!({ "station": "7" }))
        .secret("key", "hush-hush-hush")
        .cassette(cassette)
}

/// Pulls natively and as WebAssembly.
fn pull(scenario: &Scenario) -> Output {
    let native = scenario.pull::<{crate}::Meter>("power", FROM, TO);
    let wasm = component(env!("CARGO_MANIFEST_DIR")).expect("the component builds");
    assert_eq!(scenario.pull_wasm(&wasm, "power", FROM, TO).expect("it runs"), native);
    native
}

#[test]
fn a_day_of_25_hours_is_fifty_half_hours_and_a_silence_is_no_zero() {
    let start = 1_761_429_600_000_i64;
    let readings: Vec<Value> = (0..50)
        .map(|slot| json!({ "at": start + slot * 1_800_000, "watts": (slot != 9).then_some(200 + slot) }))
        .collect();
    let output = pull(&answering(200, json!(readings)));
    let points = &output.points["power"];
    assert_eq!(points.len(), 49);
    assert_eq!(points[0], (start, 1_800_000, 200.0, "measured"));
    assert!(!points.iter().any(|point| point.2 == 0.0));
}

#[test]
fn a_refused_key_is_the_users_to_mend() {
    let output = pull(&answering(401, json!({ "error": "unauthorized" })));
    let Ended::Failed(kind, party, message) = &output.ended else { panic!("it failed") };
    assert_eq!((kind.as_str(), party.as_deref()), ("consent", Some("meter.example")));
    assert_eq!(message, "The key is refused.");
}
