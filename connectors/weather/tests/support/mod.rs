//! A scenario run natively and as a component, on answers written down as a test needs them. Every value is invented.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use connector_weather::Weather;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use watteau_testing::{Cassette, Ended, Output, PointLine, Scenario, component};

pub(crate) const ARCHIVE: &str = "/v1/archive";
pub(crate) const FORECAST: &str = "/v1/forecast";
pub(crate) const HOME: (&str, &str) = ("45.76", "4.84");
pub(crate) const HOUR: i64 = 3_600_000;
/// As Open-Meteo calls them, with their units.
pub(crate) const COLUMNS: [(&str, &str); 5] = [
    ("temperature_2m", "°C"),
    ("relative_humidity_2m", "%"),
    ("cloud_cover", "%"),
    ("wind_speed_10m", "m/s"),
    ("shortwave_radiation", "W/m²"),
];

/// The component, built once for all tests of a file.
pub(crate) fn wasm() -> &'static Path {
    static WASM: OnceLock<PathBuf> = OnceLock::new();
    WASM.get_or_init(|| component(env!("CARGO_MANIFEST_DIR")).expect("the component builds"))
}

pub(crate) fn instant(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

/// The address of a call, as the connector encodes it. `suffix` is what the variables' names end with.
pub(crate) fn url(path: &str, at: (&str, &str), dates: (&str, &str), suffix: &str) -> String {
    let columns: Vec<String> = COLUMNS.iter().map(|(name, _)| format!("{name}{suffix}")).collect();
    let query = [
        ("latitude", at.0),
        ("longitude", at.1),
        ("wind_speed_unit", "ms"),
        ("timezone", "GMT"),
        ("timeformat", "unixtime"),
        ("start_date", dates.0),
        ("end_date", dates.1),
        ("hourly", &columns.join(",")),
    ];
    let mut url = path.to_owned();
    for (index, (name, value)) in query.into_iter().enumerate() {
        write!(url, "{}{name}=", if index == 0 { '?' } else { '&' }).unwrap();
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

/// An answer for one place: so many hours from a stamp, the columns by the hour's index.
pub(crate) fn block(from: &str, hours: usize, suffix: &str, value: impl Fn(usize, usize) -> Value) -> Value {
    let from = instant(from) / 1_000;
    let stamps: Vec<i64> = (0..hours).map(|hour| from + hour as i64 * 3_600).collect();
    let mut hourly = json!({"time": stamps});
    let mut units = json!({"time": "unixtime"});
    for (index, (name, unit)) in COLUMNS.into_iter().enumerate() {
        let name = format!("{name}{suffix}");
        hourly[&name] = (0..hours).map(|hour| value(index, hour)).collect();
        units[&name] = unit.into();
    }
    json!({
        "latitude": 45.8, "longitude": 4.8, "generationtime_ms": 0.1, "utc_offset_seconds": 0, "timezone": "GMT",
        "timezone_abbreviation": "GMT", "elevation": 200.0, "hourly_units": units, "hourly": hourly,
    })
}

/// The same value all the time in a column: 0 for the temperature, 10 for the humidity, ...
pub(crate) fn flat(column: usize, _: usize) -> Value {
    json!(column * 10)
}

/// A home, whose source is behind the recorded address.
pub(crate) fn home(now: &str) -> Scenario {
    with(now, json!({"latitude": 45.76, "longitude": 4.84}))
}

/// An instance with these settings besides the address.
pub(crate) fn with(now: &str, mut settings: Value) -> Scenario {
    settings["base_url"] = "http://recorded".into();
    Scenario::new("weather").settings(settings).now(now)
}

/// Both ways: the same output.
pub(crate) fn both(scenario: &Scenario, feed: &str, from: &str, to: &str) -> Output {
    let native = scenario.pull::<Weather>(feed, from, to);
    assert_eq!(scenario.pull_wasm(wasm(), feed, from, to).expect("the component runs"), native);
    native
}

/// An exchange that is played.
pub(crate) fn answering(scenario: Scenario, url: String, body: Value) -> Scenario {
    scenario.cassette(Cassette::default().get(url, 200, body))
}

/// A point as people read it.
pub(crate) fn line(point: &PointLine) -> String {
    let start = jiff::Timestamp::from_millisecond(point.0).unwrap();
    format!("{start} {} min {} {}", point.1 / 60_000, point.2, point.3)
}

/// The lines of a series.
pub(crate) fn lines(output: &Output, series: &str) -> Vec<String> {
    output.points.get(series).into_iter().flatten().map(line).collect()
}

/// The starts of a series' points.
pub(crate) fn starts(output: &Output, series: &str) -> Vec<i64> {
    output.points.get(series).into_iter().flatten().map(|point| point.0).collect()
}

/// Asserts that a run came to its end.
pub(crate) fn done(output: &Output) {
    assert!(matches!(output.ended, Ended::Done(_)), "{:?}", output.ended);
}
