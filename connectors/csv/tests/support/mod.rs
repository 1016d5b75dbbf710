//! Settings as a user writes them, and what is compared.
#![allow(dead_code, reason = "each test uses its part")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use watteau_host::Manifest;
use watteau_testing::{Output, Scenario};

pub(crate) const MANIFEST: &str = include_str!("../../manifest.toml");

/// What the guest sees of an instance's table, as the host makes it.
pub(crate) fn settings(table: &str) -> Value {
    let manifest = Manifest::parse(MANIFEST).expect("a manifest");
    let table: toml::Table = table.parse().unwrap_or_else(|error| panic!("{error} in {table}"));
    let found = manifest.validate_settings(&table);
    assert_eq!(found.problems, [], "{table}");
    Value::Object(found.settings)
}

pub(crate) fn scenario(table: &str) -> Scenario {
    Scenario::new("table").settings(settings(table)).now("2026-11-21T12:00:00Z")
}

/// The shared data are not part of the project: `WATTEAU_SHARED` says where they are, or they lie beside the workspace.
pub(crate) fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let data = std::env::var_os("WATTEAU_SHARED").map_or(beside, PathBuf::from).join("data");
    if !data.join("fr_load.csv.gz").is_file() {
        eprintln!("skipped: no shared data at {} (set WATTEAU_SHARED)", data.display());
        return None;
    }
    Some(data)
}

/// Milliseconds since the epoch.
pub(crate) fn instant(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().expect("an instant").as_millisecond()
}

/// The other way around.
pub(crate) fn utc(instant: i64) -> String {
    jiff::Timestamp::from_millisecond(instant).expect("an instant").to_string()
}

/// Start, minutes, value.
pub(crate) fn points(output: &Output, series: &str) -> Vec<(String, u64, f64)> {
    let points = output.points.get(series).into_iter().flatten();
    points.map(|(start, duration, value, _)| (utc(*start), duration / 60_000, *value)).collect()
}
