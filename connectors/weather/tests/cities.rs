//! The cities of the country are those that models of the load were fitted with, under the same names.
//!
//! The history is not part of the project: it is found by `WATTEAU_SHARED`, or beside the workspace.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use connector_weather::Weather;
use flate2::read::GzDecoder;
use serde_json::json;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};
use watteau_sdk::prelude::Source;
use watteau_testing::{FakeHost, Scenario};

#[test]
fn each_city_of_the_history_has_its_live_series() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("WATTEAU_SHARED").map_or(beside, PathBuf::from);
    let file = shared.join("data/fr_temperature.csv.gz");
    let Ok(history) = File::open(&file) else {
        eprintln!("skipped: there is no {} (set WATTEAU_SHARED)", file.display());
        return;
    };
    let header = BufReader::new(GzDecoder::new(history)).lines().next().unwrap().unwrap();
    let host = FakeHost::new(&Scenario::new("weather"));
    let settings = serde_json::from_value(json!({"places": ["france"]})).unwrap();
    let series: Vec<String> =
        Weather::describe(host.context(), &settings).unwrap().into_iter().map(|one| one.name).collect();
    let cities: Vec<&str> = header.split(',').skip(1).collect();
    assert_eq!(cities.len(), 10);
    for city in cities {
        assert!(series.contains(&format!("{city}.temperature")), "{city}");
    }
}
