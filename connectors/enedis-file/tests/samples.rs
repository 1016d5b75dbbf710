//! Every shared sample file gives exactly what its table of expected values says, and goes to the right connector.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use connector_enedis_file::EnedisFile;
use connector_grdf::Grdf;
use serde_json::{Map, Value, json};
use support::{samples, utc};
use watteau_sdk::prelude::Files as _;
use watteau_testing::{Ended, Output, Scenario};

fn scenario() -> Scenario {
    Scenario::new("linky_files").settings(json!({})).now("2026-11-21T12:00:00Z")
}

#[test]
fn every_sample_gives_what_is_expected() {
    let Some(samples) = samples() else { return };
    let expected: Value =
        serde_json::from_slice(&fs::read(samples.join("expected.json")).expect("expected values"))
            .expect("JSON");
    let files = expected["files"].as_object().expect("files by path");
    let mut checked = 0;
    for (path, expected) in files.iter().filter(|(path, _)| path.starts_with("enedis/")) {
        let content = fs::read(samples.join(path)).expect("a sample");
        let output = scenario().ingest::<EnedisFile>("any name", &content);
        let Ended::Done(report) = &output.ended else { panic!("{path}: {:?}", output.ended) };
        assert_eq!(report.split(' ').next(), expected["kind"].as_str(), "{path}");
        assert_eq!(output.refusals, [], "{path}");
        if expected["unit"] == "half_hour" {
            half_hours(path, &output, expected);
        } else {
            days(path, &output, expected);
        }
        checked += 1;
    }
    assert!(checked >= 7, "only {checked} samples");
}

/// The local day of an instant.
fn day(instant: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(instant).expect("an instant");
    instant.to_zoned(jiff::tz::TimeZone::get("Europe/Paris").expect("Paris")).date().to_string()
}

fn half_hours(path: &str, output: &Output, expected: &Value) {
    assert_eq!(output.points.keys().collect::<Vec<_>>(), ["load_curve"], "{path}");
    let mut days: BTreeMap<String, (f64, u64, u64)> = BTreeMap::new();
    for (start, duration, watts, quality) in &output.points["load_curve"] {
        assert_eq!((*duration, *quality), (1_800_000, "measured"), "{path}");
        let of_day = days.entry(day(*start)).or_default();
        of_day.0 += watts / 2.0;
        of_day.1 += 1;
    }
    let mut absent = 0;
    for (series, start, end) in &output.absences {
        assert_eq!(series, "load_curve", "{path}");
        let slots = (end - start) / 1_800_000;
        absent += slots;
        days.entry(day(*start)).or_default().2 += slots as u64;
    }
    assert_eq!(output.points["load_curve"].len(), expected["slots"], "{path}");
    assert_eq!(absent, expected["slots_absent"], "{path}");
    assert_eq!(days.values().map(|day| day.0 as i64).sum::<i64>(), expected["total_wh"], "{path}");
    // A day counts the slots that have a value.
    let told: Map<String, Value> = days
        .into_iter()
        .map(|(day, (wh, slots, absent))| (day, json!({ "wh": wh as i64, "slots": slots, "absent": absent })))
        .collect();
    assert_eq!(Value::Object(told), expected["by_civil_day"], "{path}");
    let mut starts: Vec<i64> = output.points["load_curve"].iter().map(|point| point.0).collect();
    starts.dedup();
    assert_eq!(starts.len(), output.points["load_curve"].len(), "{path}: a start twice");
}

fn days(path: &str, output: &Output, expected: &Value) {
    let theirs = expected["series"].as_object().expect("series");
    for (direction, theirs) in theirs {
        let series = if direction == "production" { "daily_production" } else { "daily_energy" };
        let mut days = BTreeMap::new();
        for (start, _, kwh, quality) in output.points.get(series).into_iter().flatten() {
            let wh = (kwh * 1000.0).round() as i64;
            assert_eq!(kwh.to_bits(), (wh as f64 / 1000.0).to_bits(), "{path}: {kwh}");
            days.insert(day(*start), json!({ "date": day(*start), "quality": quality, "wh": wh }));
        }
        for (_, start, end) in output.absences.iter().filter(|(absent, _, _)| absent == series) {
            for noon in (*start..*end).step_by(86_400_000) {
                let date = day(noon + 43_200_000);
                days.insert(date.clone(), json!({ "date": date, "quality": "absent", "wh": null }));
            }
        }
        assert_eq!(days.into_values().collect::<Value>(), theirs["days"], "{path}");
    }
    let index = expected["kind"] == "enedis_csv_index";
    let known = ["daily_energy", "daily_production"];
    for series in output.points.keys().filter(|series| !known.contains(&series.as_str())) {
        assert!(index && series.starts_with("index"), "{path}: {series}");
    }
    if index {
        let first = output.points["index"][0];
        assert_eq!((utc(first.0), first.1), ("2024-02-29T23:00:00Z".to_owned(), 0), "{path}");
    }
}

/// Files of `folder` with what each connector thinks of them.
fn sniffed(folder: &Path) -> Vec<(String, u8, u8)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let content = fs::read(&path).expect("a file");
            let (size, head) = (content.len() as u64, &content[..content.len().min(64 << 10)]);
            let ours = EnedisFile::sniff("x", size, head);
            all.push((path.display().to_string(), ours, Grdf::sniff("x", size, head)));
        }
    }
    assert!(!all.is_empty());
    all
}

#[test]
fn each_connector_takes_its_own() {
    let Some(samples) = samples() else { return };
    for (path, ours, theirs) in sniffed(&samples.join("enedis")) {
        assert!(ours > 90 && theirs < 10, "{path}: {ours} against {theirs}");
    }
    for (path, ours, theirs) in
        sniffed(&samples.join("grdf")).into_iter().chain(sniffed(&samples.join("grdf/bad")))
    {
        assert!(ours < theirs, "{path}: {ours} against {theirs}");
    }
}

#[test]
fn a_file_of_the_other_network_is_named_as_such() {
    let Some(samples) = samples() else { return };
    let content = fs::read(samples.join("grdf/gaz_mai_2025_excel.csv")).expect("a sample");
    let output = scenario().ingest::<EnedisFile>("gaz.csv", &content);
    let Ended::Failed(code, _, message) = output.ended else { panic!("taken") };
    assert_eq!(code, "unrecognised_layout");
    assert!(message.contains("is a GRDF file (gas)"), "{message}");
}
