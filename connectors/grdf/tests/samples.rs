//! Every shared sample file, good or bad, gives exactly what its table of expected values says.
//!
//! The samples are not part of the project: they are found by `WATTEAU_SHARED`, or beside the workspace.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use connector_grdf::collect::{Import, Meter};
use connector_grdf::context::Context;
use connector_grdf::recognise;
use connector_grdf::words::Qualification;
use serde_json::{Map, Value};
use watteau_tabular::Day;

fn samples() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("WATTEAU_SHARED").map_or(beside, PathBuf::from);
    let samples = shared.join("samples");
    if !samples.join("expected.json").is_file() {
        eprintln!("skipped: no shared samples at {} (set WATTEAU_SHARED)", samples.display());
        return None;
    }
    Some(samples)
}

#[test]
fn every_sample_gives_what_is_expected() {
    let Some(samples) = samples() else { return };
    let expected: Value =
        serde_json::from_slice(&fs::read(samples.join("expected.json")).expect("expected values"))
            .expect("JSON");
    let files = expected["files"].as_object().expect("files by path");
    let mut checked = 0;
    for (path, expected) in files.iter().filter(|(path, _)| path.starts_with("grdf/")) {
        // Names that the watcher ignores never reach a connector.
        if expected["status"] == "ignored" {
            continue;
        }
        let file = File::open(samples.join(path)).expect("a sample");
        let name = path.rsplit('/').next().unwrap_or(path);
        let context = Context { today: Day::from_iso("2026-11-21"), fresh: false };
        let read = recognise::read(file, name, context);
        let problem = match (&read, expected["error"].as_str()) {
            (Err(failure), Some(code)) => (failure.code() != code && !accepted(expected, failure.code()))
                .then(|| format!("failed as {}, not {code}", failure.code())),
            (Err(failure), None) => (!accepted(expected, failure.code()))
                .then(|| format!("failed: {failure} ({})", failure.code())),
            (Ok(_), Some(code)) => {
                (!accepted(expected, "imported")).then(|| format!("taken, not refused as {code}"))
            }
            (Ok(import), None) => compare(import, expected).err(),
        };
        assert_eq!(problem, None, "{path}");
        if let Err(failure) = &read {
            for message in [failure.english(name), failure.french(name)] {
                assert!(message.contains(name), "{path}: {message}");
            }
        }
        checked += 1;
    }
    assert!(checked > 40, "only {checked} samples");
}

fn accepted(expected: &Value, outcome: &str) -> bool {
    expected["also_accepted"].as_array().is_some_and(|also| also.iter().any(|one| one == outcome))
}

fn compare(import: &Import, expected: &Value) -> Result<(), String> {
    let expect = |what: &str, ours: Value, theirs: &Value| {
        if ours == *theirs { Ok(()) } else { Err(format!("{what}: {ours} instead of {theirs}")) }
    };
    let status = match (import.meters.iter().all(|meter| meter.rows == 0), import.refusals.is_empty()) {
        (true, true) => "empty",
        (_, true) => "imported",
        (_, false) => "imported_with_rejects",
    };
    expect("status", status.into(), &expected["status"])?;
    if status == "empty" {
        return Ok(());
    }
    expect("kind", import.format.into(), &expected["kind"])?;
    expect("export date", import.exported.map(|day| day.to_string()).into(), &expected["export_date"])?;

    let total: i64 = import.meters.iter().map(total).sum();
    expect("total", total.into(), &expected["total_wh"])?;
    if let Some(meters) = expected["meters"].as_object() {
        let numbers: Vec<_> = import.meters.iter().filter_map(|meter| meter.number.clone()).collect();
        expect("meters", Value::from(numbers), &meters.keys().cloned().collect::<Vec<_>>().into())?;
        for meter in &import.meters {
            let theirs = &meters[meter.number.as_deref().unwrap_or_default()];
            expect("days", days(meter), &tidy(&theirs["days"]))?;
        }
    } else {
        let [meter] = &import.meters[..] else { return Err(format!("{} meters", import.meters.len())) };
        expect("meter", meter.number.clone().into(), &expected["meter"])?;
        if expected["unit"] == "period" {
            let mut theirs = expected["periods"].clone();
            for period in theirs.as_array_mut().into_iter().flatten() {
                period.as_object_mut().map(|period| period.remove("label"));
            }
            expect("periods", periods(meter), &theirs)?;
        } else {
            expect("days", days(meter), &tidy(&expected["days"]))?;
        }
    }
    let refusals: Vec<Value> = import
        .refusals
        .iter()
        .map(|refusal| {
            let mut one = Map::new();
            let json = import.format.starts_with("grdf_json");
            one.insert(if json { "record" } else { "sheet_row" }.into(), refusal.number.into());
            one.insert(if json { "field" } else { "column" }.into(), refusal.column.into());
            if !json {
                one.insert("date".into(), refusal.day.map(|day| day.to_string()).into());
            }
            one.insert("text".into(), refusal.text.clone().into());
            one.into()
        })
        .collect();
    expect("refused", refusals.into(), expected.get("rejected_rows").unwrap_or(&Value::Array(Vec::new())))
}

/// Numbers written `-0` and `11.20` are the numbers `0` and `11.2`.
fn tidy(days: &Value) -> Value {
    let mut days = days.clone();
    for day in days.as_array_mut().into_iter().flatten() {
        for key in ["coef", "temp_c"] {
            if let Some(text) = day[key].as_str() {
                day[key] = decimal(watteau_tabular::decimal::thousandths(text).expect("a decimal")).into();
            }
        }
    }
    days
}

fn decimal(thousandths: i64) -> String {
    format!("{}", watteau_tabular::decimal::float(thousandths))
}

fn quality(qualification: Qualification) -> &'static str {
    match qualification {
        Qualification::Absent => "absent",
        Qualification::Estimated => "estimated",
        Qualification::Measured => "measured",
        Qualification::Corrected => "corrected",
    }
}

fn total(meter: &Meter) -> i64 {
    let days: i64 = meter.days.values().filter_map(|day| day.wh).map(i64::from).sum();
    days + meter.periods.iter().filter_map(|period| period.wh).sum::<i64>()
}

fn days(meter: &Meter) -> Value {
    let day = |(day, reading): (&Day, &connector_grdf::reading::DayReading)| {
        serde_json::json!({
            "date": day.to_string(),
            "quality": quality(reading.qualification),
            "wh": reading.wh,
            "dm3": reading.dm3,
            "coef": reading.coefficient.map(|coefficient| decimal(i64::from(coefficient))),
            "temp_c": reading.temperature.map(|temperature| decimal(i64::from(temperature))),
            "index_start": reading.index_start,
            "index_end": reading.index_end,
        })
    };
    meter.days.iter().map(day).collect()
}

fn periods(meter: &Meter) -> Value {
    let period = |period: &connector_grdf::reading::Period| {
        serde_json::json!({
            "start": period.start.to_string(),
            "end_inclusive": period.last.to_string(),
            "wh": period.wh,
            "dm3": period.dm3,
            "may_be_partial": period.may_be_partial,
            "quality": quality(period.qualification),
        })
    };
    meter.periods.iter().map(period).collect()
}
