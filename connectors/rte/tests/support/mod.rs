//! A scenario run natively and as a component, on exchanges written down as a test needs them.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use connector_rte::Rte;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use watteau_testing::{Cassette, Ended, Output, PointLine, Scenario, component};

/// What the RTE paths begin with.
pub(crate) const SHORT_TERM: &str = "/open_api/consumption/v1/short_term";
pub(crate) const TEMPO: &str = "/open_api/tempo_like_supply_contract/v1/tempo_like_calendars";
pub(crate) const ECOWATT: &str = "/open_api/ecowatt/v5/signals";
pub(crate) const REAL_TIME: &str = "/api/explore/v2.1/catalog/datasets/eco2mix-national-tr/exports/json";
pub(crate) const CONSOLIDATED: &str =
    "/api/explore/v2.1/catalog/datasets/eco2mix-national-cons-def/exports/json";

/// The component, built once for all tests of a file.
pub(crate) fn wasm() -> &'static Path {
    static WASM: OnceLock<PathBuf> = OnceLock::new();
    WASM.get_or_init(|| component(env!("CARGO_MANIFEST_DIR")).expect("the component builds"))
}

/// Exchanges being written down.
#[derive(Default)]
pub(crate) struct Tape(Vec<Value>);

impl Tape {
    /// An account's tape: the token is given whenever it is asked for.
    pub(crate) fn account() -> Self {
        let token = json!({"access_token": "tok-1", "token_type": "Bearer", "expires_in": 7200});
        let request = json!({"method": "POST", "url": "/token/oauth/"});
        Self(vec![json!({"request": request, "response": {"body": token}})])
    }

    pub(crate) fn get(self, url: impl Into<String>, status: u16, body: Value) -> Self {
        self.with_headers(url, status, json!({}), body)
    }

    pub(crate) fn with_headers(
        mut self,
        url: impl Into<String>,
        status: u16,
        headers: Value,
        body: Value,
    ) -> Self {
        let response = json!({"status": status, "headers": headers, "body": body});
        self.0.push(json!({"request": {"url": url.into()}, "response": response}));
        self
    }

    pub(crate) fn cassette(&self) -> Cassette {
        Cassette::parse(&json!({"exchanges": self.0}).to_string()).expect("a cassette")
    }
}

/// An address with its query, as the connector encodes it.
pub(crate) fn url(path: &str, query: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    for (index, (name, value)) in query.iter().enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        write!(url, "{name}=").unwrap();
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                url.push(char::from(byte));
            } else {
                write!(url, "%{byte:02X}").unwrap();
            }
        }
    }
    url
}

/// The address of a window of `short_term`.
pub(crate) fn short_term(types: &str, start: &str, end: &str) -> String {
    url(SHORT_TERM, &[("type", types), ("start_date", start), ("end_date", end)])
}

/// An instance with an account.
pub(crate) fn account(now: &str) -> Scenario {
    Scenario::new("rte")
        .settings(json!({"client_id": "watteau-test"}))
        .secret("client_secret", "hush-hush")
        .now(now)
}

/// An instance without one, whose open sources are behind the recorded address.
pub(crate) fn open(now: &str) -> Scenario {
    Scenario::new("rte").settings(json!({"base_url": "http://recorded"})).now(now)
}

/// Both ways: the same output.
pub(crate) fn both(scenario: &Scenario, feed: &str, from: &str, to: &str) -> Output {
    let native = scenario.pull::<Rte>(feed, from, to);
    assert_eq!(scenario.pull_wasm(wasm(), feed, from, to).expect("the component runs"), native);
    native
}

/// A point as people read it: start, minutes, value, quality.
pub(crate) fn line(point: &PointLine) -> String {
    let start = jiff::Timestamp::from_millisecond(point.0).unwrap();
    format!("{start} {} min {} {}", point.1 / 60_000, point.2, point.3)
}

/// The lines of a series.
pub(crate) fn lines(output: &Output, series: &str) -> Vec<String> {
    output.points.get(series).into_iter().flatten().map(line).collect()
}

/// Asserts that a run came to its end.
pub(crate) fn done(output: &Output) {
    assert!(matches!(output.ended, Ended::Done(_)), "{:?}", output.ended);
}

/// A value of `short_term`: both bounds with their offsets.
pub(crate) fn value(start: &str, end: &str, updated: &str, value: impl Into<Value>) -> Value {
    json!({"start_date": start, "end_date": end, "updated_date": updated, "value": value.into()})
}

/// An answer of `short_term`.
pub(crate) fn answer(elements: &[(&str, Vec<Value>)]) -> Value {
    let elements: Vec<Value> = elements
        .iter()
        .map(|(kind, values)| json!({"type": kind, "start_date": "", "end_date": "", "values": values}))
        .collect();
    json!({"short_term": elements})
}

/// The quarter-hours of a Paris day as RTE writes them, the value counted up from `first`.
pub(crate) fn quarters(date: &str, first: i64) -> Vec<Value> {
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    let date: jiff::civil::Date = date.parse().unwrap();
    let at = |date: jiff::civil::Date| date.to_zoned(zone.clone()).unwrap().timestamp().as_second();
    let (from, to) = (at(date), at(date.tomorrow().unwrap()));
    let stamp = |second: i64| {
        jiff::Timestamp::from_second(second)
            .unwrap()
            .to_zoned(zone.clone())
            .strftime("%Y-%m-%dT%H:%M:%S%:z")
            .to_string()
    };
    (0..(to - from) / 900)
        .map(|index| {
            let start = from + index * 900;
            value(&stamp(start), &stamp(start + 900), &stamp(start + 1200), first + index)
        })
        .collect()
}
