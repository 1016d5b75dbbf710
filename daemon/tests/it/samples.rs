//! The shared sample files through a watched folder: exactly the days of `expected.json`.

use super::support::{Home, Running, settle, shared};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// Epoch seconds of 6:00 in Paris on a gas day.
fn gas_day(date: &str) -> i64 {
    let date: jiff::civil::Date = date.parse().unwrap();
    date.at(6, 0, 0, 0).in_tz("Europe/Paris").unwrap().timestamp().as_second()
}

/// Value and quality by start, of a whole series.
fn points(daemon: &Running, series: &str) -> BTreeMap<i64, (f64, String)> {
    let path = format!("/api/v1/series/{series}/points?step=raw&from=2000-01-01&to=2030-01-01");
    let columns = daemon.get(&path);
    let start = columns["start"].as_array().unwrap();
    start
        .iter()
        .enumerate()
        .filter_map(|(i, start)| {
            let value = columns["value"][i].as_f64()?;
            Some((start.as_i64().unwrap(), (value, columns["quality"][i].as_str().unwrap().to_owned())))
        })
        .collect()
}

/// What the expectation says of the days with a value: Wh, dm3, quality.
fn expected(days: &Value) -> BTreeMap<i64, (f64, Option<f64>, String)> {
    let with_value = days.as_array().unwrap().iter().filter(|day| day["wh"].is_i64());
    with_value
        .map(|day| {
            let start = gas_day(day["date"].as_str().unwrap());
            let kwh = day["wh"].as_i64().unwrap() as f64 / 1000.0;
            let m3 = day["dm3"].as_i64().map(|dm3| dm3 as f64 / 1000.0);
            (start, (kwh, m3, day["quality"].as_str().unwrap().to_owned()))
        })
        .collect()
}

fn check_days(daemon: &Running, instance: &str, days: &Value, what: &str) {
    let (energy, volume) =
        (points(daemon, &format!("{instance}.energy")), points(daemon, &format!("{instance}.volume")));
    let expected = expected(days);
    let starts = |map: &BTreeMap<i64, (f64, String)>| map.keys().copied().collect::<Vec<_>>();
    assert_eq!(starts(&energy), expected.keys().copied().collect::<Vec<_>>(), "{what}: days");
    for (start, (kwh, m3, quality)) in expected {
        let (value, q) = &energy[&start];
        assert_eq!(value.to_bits(), kwh.to_bits(), "{what}: energy of {start}");
        assert_eq!(*q, quality, "{what}: quality of {start}");
        if let Some(m3) = m3 {
            assert_eq!(volume[&start].0.to_bits(), m3.to_bits(), "{what}: volume of {start}");
        }
    }
}

fn drop_in(home: &Home, source: &Path) {
    let target = home.inbox().join(source.file_name().unwrap());
    fs::copy(source, &target).unwrap();
    settle(&target);
}

/// Drops every file of the scenario and waits until each was reported.
fn drop_everything(home: &Home, samples: &Path, all: &Value) -> Running {
    let daemon = home.start();
    let files = all["scenarios"]["bad_then_good"]["files"].as_array().unwrap();
    let files: Vec<&str> = files.iter().filter_map(Value::as_str).collect();
    for file in &files {
        drop_in(home, &samples.join(file));
    }
    let mut expected: Vec<&str> = files
        .iter()
        .filter(|file| all["files"][**file]["status"] != "ignored")
        .map(|file| Path::new(file).file_name().unwrap().to_str().unwrap())
        .collect();
    expected.sort_unstable();
    expected.dedup();
    daemon.wait("/api/v1/imports?limit=500", |imports| {
        let reported: Vec<&str> =
            imports.as_array().unwrap().iter().filter_map(|import| import["file"].as_str()).collect();
        expected.iter().all(|file| reported.contains(file))
    });
    daemon
}

#[test]
fn every_file_dropped_together_gives_the_days_of_the_default_meter() {
    let Some(samples) = shared("samples") else { return };
    let all: Value = serde_json::from_slice(&fs::read(samples.join("expected.json")).unwrap()).unwrap();
    let scenario = &all["scenarios"]["bad_then_good"];
    let meter = scenario["default_meter"].as_str().unwrap();
    let home = Home::with_gas(&format!("pce = {meter:?}"));
    let daemon = drop_everything(&home, &samples, &all);
    check_days(&daemon, "gas", &scenario["meters"][meter]["days"], meter);
    daemon.stop();
}

#[test]
fn with_several_meters_each_instance_takes_its_own_and_a_file_without_a_number_asks_whose_it_is() {
    let Some(samples) = shared("samples") else { return };
    let all: Value = serde_json::from_slice(&fs::read(samples.join("expected.json")).unwrap()).unwrap();
    let scenario = &all["scenarios"]["bad_then_good"];
    let home = Home::new("");
    let meters: Vec<&String> = scenario["meters"].as_object().unwrap().keys().collect();
    let tables =
        meters.iter().enumerate().map(|(i, meter)| home.gas(&format!("gas{i}"), &format!("pce = {meter:?}")));
    home.configure(&tables.collect::<String>());
    let daemon = drop_everything(&home, &samples, &all);
    for (i, meter) in meters.iter().enumerate() {
        if scenario["default_meter"] == meter.as_str() {
            continue;
        }
        check_days(&daemon, &format!("gas{i}"), &scenario["meters"][meter.as_str()]["days"], meter);
    }
    let imports = daemon.get("/api/v1/imports?limit=500");
    for import in imports.as_array().unwrap() {
        let file = format!("grdf/{}", import["file"].as_str().unwrap());
        let unnamed = all["files"][&file].get("meter").is_some_and(Value::is_null);
        assert!(!unnamed || import["error"]["code"] == "which_meter", "{import}");
    }
    assert!(imports.as_array().unwrap().iter().any(|import| import["error"]["code"] == "which_meter"));
    daemon.stop();
}

#[test]
fn an_export_and_its_correction_come_in_any_order() {
    let Some(samples) = shared("samples") else { return };
    let all: Value = serde_json::from_slice(&fs::read(samples.join("expected.json")).unwrap()).unwrap();
    let scenario = &all["scenarios"]["grdf_reexport_any_order"];
    let files: Vec<&str> = scenario["files"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for order in [[0, 1], [1, 0]] {
        let home = Home::with_gas("");
        let daemon = home.start();
        for (count, index) in order.into_iter().enumerate() {
            drop_in(&home, &samples.join(files[index]));
            daemon.imports(count + 1);
        }
        check_days(&daemon, "gas", &scenario["days"], "reexport");
        let revisions = daemon.get("/api/v1/series/gas.energy/revisions?from=2025-01-01&to=2025-02-01");
        assert!(!revisions["revisions"].as_array().unwrap().is_empty(), "old and new are shown");
        daemon.stop();
    }
}

#[test]
fn each_file_alone_gives_its_status_and_its_error_class() {
    let Some(samples) = shared("samples") else { return };
    let all: Value = serde_json::from_slice(&fs::read(samples.join("expected.json")).unwrap()).unwrap();
    let home = Home::with_gas("pce = \"09999999000011\"");
    let daemon = home.start();
    for (file, expectation) in all["files"].as_object().unwrap() {
        if !file.starts_with("grdf/") || expectation["status"] == "ignored" {
            continue;
        }
        let name = Path::new(file).file_name().unwrap().to_str().unwrap();
        let encoded: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let body = fs::read(samples.join(file)).unwrap();
        let path = format!("/api/v1/import?filename={encoded}&dry_run=true");
        let answer = daemon.post(&path, &body).unwrap();
        let value: Value = serde_json::from_slice(&answer.body).unwrap();
        let others: Vec<&Value> = expectation["also_accepted"].as_array().into_iter().flatten().collect();
        if answer.status == 200 {
            let status = value[0]["status"].as_str().unwrap();
            let fits = expectation["status"] == status
                || others.iter().any(|other| **other == status)
                || expectation.get("if_imported").is_some();
            assert!(fits, "{file}: {status} {value}");
        } else {
            assert_eq!(answer.status, 422, "{file}: {value}");
            let code = value["code"].as_str().unwrap();
            let fits = expectation["error"] == code
                || others.iter().any(|other| **other == code)
                || code == "other_meter" && expectation["meter"] != "09999999000011";
            assert!(fits, "{file}: {code} {value}");
        }
    }
    daemon.stop();
}
