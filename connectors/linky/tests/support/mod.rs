//! A scenario run natively and as a component, on exchanges written down as a test needs them.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

pub(crate) mod home;

use connector_linky::Linky;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use watteau_testing::{Cassette, Ended, Output, PointLine, Scenario, component};

pub(crate) const PRM: &str = "12345678901234";
pub(crate) const TOKEN: &str = "hush-hush";

/// The component, built once for all tests of a file.
pub(crate) fn wasm() -> &'static Path {
    static WASM: OnceLock<PathBuf> = OnceLock::new();
    WASM.get_or_init(|| component(env!("CARGO_MANIFEST_DIR")).expect("the component builds"))
}

/// An instance at a gateway, whose address is the recorded one.
pub(crate) fn at(gateway: &str) -> Scenario {
    Scenario::new("linky")
        .settings(json!({"prm": PRM, "gateway": gateway, "base_url": "http://recorded"}))
        .secret("token", TOKEN)
        .now("2026-02-10T10:00:00Z")
}

/// Both ways: the same output, without the meter or the token in anything that is said.
pub(crate) fn both(scenario: &Scenario, feed: &str, from: &str, to: &str) -> Output {
    let native = scenario.pull::<Linky>(feed, from, to);
    assert_eq!(scenario.pull_wasm(wasm(), feed, from, to).expect("the component runs"), native);
    discreet(&native);
    native
}

/// Nothing that is said names the meter or the token.
pub(crate) fn discreet(output: &Output) {
    let said = format!("{:?} {:?}", output.ended, output.refusals);
    assert!(!said.contains(PRM) && !said.contains(TOKEN), "{said}");
}

/// An address of the Conso API.
pub(crate) fn conso(kind: &str, start: &str, end: &str) -> String {
    format!("/{kind}?prm={PRM}&start={start}&end={end}")
}

/// An address of MyElectricalData 1.
pub(crate) fn med_v1(kind: &str, start: &str, end: &str) -> String {
    format!("/{kind}/{PRM}/start/{start}/end/{end}")
}

/// An address of MyElectricalData 2.
pub(crate) fn med_v2(kind: &str, start: &str, end: &str) -> String {
    format!("/enedis/{kind}/{PRM}?start={start}&end={end}&use_cache=false")
}

/// Readings in the wrapper of MyElectricalData 2.
pub(crate) fn wrapped_v2(readings: Value) -> Value {
    json!({"success": true, "data": {"meter_reading": {"usage_point_id": PRM, "interval_reading": readings}},
        "error": null, "timestamp": "2026-02-10T10:00:00"})
}

/// Readings in the wrapper of MyElectricalData 1.
pub(crate) fn wrapped_v1(readings: Value) -> Value {
    json!({"meter_reading": {"usage_point_id": PRM, "quality": "BRUT", "interval_reading": readings}})
}

/// What a cassette answers to one address, from one gateway.
pub(crate) fn recorded(gateway: &str, url: String, status: u16, body: impl Into<Value>) -> Scenario {
    at(gateway).cassette(Cassette::default().get(url, status, body))
}

/// Asserts that a run came to its end.
pub(crate) fn done(output: &Output) {
    assert!(matches!(output.ended, Ended::Done(_)), "{:?}", output.ended);
}

/// Cause, party and words of a failure.
pub(crate) fn failed(output: &Output) -> (&str, Option<&str>, &str) {
    match &output.ended {
        Ended::Failed(cause, party, words) => (cause, party.as_deref(), words),
        other => unreachable!("a failure, and not {other:?}"),
    }
}

/// A point as people read it: start, minutes, value, quality.
pub(crate) fn line(point: &PointLine) -> String {
    let start = jiff::Timestamp::from_millisecond(point.0).expect("an instant");
    format!("{start} {} min {} {}", point.1 / 60_000, point.2, point.3)
}

/// The lines of a series.
pub(crate) fn lines(output: &Output, series: &str) -> Vec<String> {
    output.points.get(series).into_iter().flatten().map(line).collect()
}
