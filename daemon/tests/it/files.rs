//! A person drops files into a folder.

use super::support::{Home, Running, settle, wait_for};
use jiff::civil::{Date, date};
use serde_json::Value;
use std::fs;
use watteau_simulator::{Config, gas_export_xlsx};

const PCE: &str = "09999999000011";

/// A file as GRDF gives it, of an invented household.
fn export(seed: u64, from: Date, to: Date, exported: Date) -> Vec<u8> {
    gas_export_xlsx(&Config { seed, ..Config::default() }, PCE, from, to, exported)
}

fn january() -> Vec<u8> {
    export(1, date(2025, 1, 1), date(2025, 1, 31), date(2025, 2, 2))
}

fn put(home: &Home, name: &str, body: &[u8]) {
    let path = home.inbox().join(name);
    fs::write(&path, body).unwrap();
    settle(&path);
}

fn energies(daemon: &Running) -> Value {
    daemon.get("/api/v1/series/gas.energy/points?step=day&from=2025-01-01&to=2025-02-01")["value"].clone()
}

#[test]
fn a_dropped_file_becomes_days_and_a_second_copy_changes_nothing_and_says_so() {
    let home = Home::with_gas("");
    let daemon = home.start();
    put(&home, "gaz.xlsx", &january());
    let first = daemon.imports(1);
    assert_eq!(first[0]["status"], "imported", "{}", first[0]);
    assert_eq!(first[0]["new"], 31);
    assert_eq!(first[0]["meter"], "0011");
    let days = energies(&daemon);
    assert_eq!(days.as_array().unwrap().iter().filter(|day| day.is_number()).count(), 31);

    put(&home, "gaz (1).xlsx", &january());
    let second = daemon.imports(2);
    assert_eq!((&second[0]["new"], &second[0]["unchanged"]), (&Value::from(0), &Value::from(31)));
    assert_eq!(second[0]["corrected"], 0);
    assert_eq!(energies(&daemon), days);
    assert!(home.inbox().join("gaz.xlsx").exists(), "the user's files stay where they are");
    daemon.stop();
}

#[test]
fn a_corrected_file_shows_old_and_new() {
    let home = Home::with_gas("");
    let daemon = home.start();
    put(&home, "a.xlsx", &january());
    daemon.imports(1);
    let before = energies(&daemon);
    put(&home, "b.xlsx", &export(2, date(2025, 1, 1), date(2025, 1, 31), date(2025, 3, 1)));
    let imports = daemon.imports(2);
    assert!(imports[0]["corrected"].as_u64().unwrap() > 25, "{}", imports[0]);
    let after = energies(&daemon);
    let revisions = daemon.get("/api/v1/series/gas.energy/revisions?from=2025-01-01&to=2025-02-01");
    let first = &revisions["revisions"][0];
    assert_eq!(first["old"]["value"], before[0]);
    assert_eq!(first["new"]["value"], after[0]);
    let batch = &revisions["batches"][first["new"]["batch"].to_string()];
    assert_eq!(batch["source"], "b.xlsx");
    assert_eq!(batch["sha256"].as_str().unwrap().len(), 64);

    // The first file comes back after the second: the later export still holds.
    put(&home, "a again.xlsx", &january());
    daemon.imports(3);
    assert_eq!(energies(&daemon), after);
    daemon.stop();
}

#[test]
fn a_bad_file_is_reported_once_in_words_and_read_again_only_when_it_changes() {
    let home = Home::with_gas("");
    let daemon = home.start();
    put(&home, "gaz.xlsx", b"<!DOCTYPE html><html><body>Session expir\xc3\xa9e</body></html>");
    let imports = daemon.imports(1);
    assert_eq!(imports[0]["error"]["code"], "not_a_spreadsheet");
    assert!(imports[0]["error"]["message"].as_str().unwrap().contains("gaz.xlsx"), "{}", imports[0]);
    for _ in 0..2 {
        daemon.post("/api/v1/connectors/gas/run?wait=true", &[]).unwrap();
    }
    assert_eq!(daemon.imports(1).len(), 1, "reported once");
    put(&home, "gaz.xlsx", &january());
    let fixed = daemon.imports(2);
    assert_eq!(fixed[0]["new"], 31);
    daemon.stop();
}

#[test]
fn files_are_put_away_when_asked() {
    let home = Home::with_gas("after_import = \"move\"");
    let daemon = home.start();
    put(&home, "bon.xlsx", &january());
    put(&home, "mauvais.xlsx", b"bonjour");
    daemon.imports(2);
    wait_for("both files to be moved", || {
        let there = |path: &str| home.inbox().join(path).exists();
        (there("imported/bon.xlsx") && there("refused/mauvais.xlsx.txt")).then_some(())
    });
    let reason = fs::read_to_string(home.inbox().join("refused/mauvais.xlsx.txt")).unwrap();
    assert!(reason.contains("mauvais.xlsx"), "{reason}");
    assert!(!home.inbox().join("bon.xlsx").exists());
    daemon.stop();
}

#[test]
fn a_meter_that_no_instance_has_is_named_by_its_last_digits_and_read_once_it_is_configured() {
    let home = Home::with_gas("pce = \"09999999000022\"");
    let daemon = home.start();
    put(&home, "gaz.xlsx", &january());
    let imports = daemon.imports(1);
    assert_eq!(imports[0]["error"]["code"], "other_meter", "{}", imports[0]);
    let text = imports[0].to_string();
    assert!(text.contains("0011") && !text.contains(PCE), "{text}");

    home.configure(&format!(
        "{}{}",
        home.gas("gas", "pce = \"09999999000022\""),
        home.gas("boiler", &format!("pce = {PCE:?}"))
    ));
    let _ = std::process::Command::new("kill").arg("-HUP").arg(daemon.id().to_string()).status();
    let imports = daemon.imports(2);
    assert_eq!((&imports[0]["connector"], &imports[0]["new"]), (&Value::from("boiler"), &Value::from(31)));
    assert!(!home.log().contains(PCE), "the journal never has a meter's number");
    daemon.stop();
}

#[test]
fn a_rehearsal_writes_nothing_and_tells_each_change() {
    let home = Home::with_gas("");
    let daemon = home.start();
    let answer = daemon.post("/api/v1/import?filename=gaz.xlsx&dry_run=true", &january()).unwrap();
    let reports: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((&reports[0]["new"], &reports[0]["dry_run"]), (&Value::from(31), &Value::from(true)));
    assert!(reports[0]["changes"].as_array().unwrap().len() >= 62);
    assert_eq!(daemon.get("/api/v1/imports"), Value::Array(vec![]));
    let series = daemon.get("/api/v1/series");
    assert!(series.as_array().unwrap().iter().all(|series| series["points"] == 0));
    daemon.stop();
}

#[test]
fn gas_days_around_the_clock_changes_last_23_and_25_hours() {
    let home = Home::with_gas("");
    let daemon = home.start();
    put(&home, "a.xlsx", &export(1, date(2025, 3, 25), date(2025, 4, 2), date(2025, 4, 5)));
    put(&home, "b.xlsx", &export(1, date(2025, 10, 20), date(2025, 10, 30), date(2025, 11, 2)));
    daemon.imports(2);
    let length = |day: &str, next: &str| {
        let columns = daemon.get(&format!("/api/v1/series/gas.energy/points?step=day&from={day}&to={next}"));
        columns["end"][0].as_i64().unwrap() - columns["start"][0].as_i64().unwrap()
    };
    assert_eq!(length("2025-03-29", "2025-03-30"), 23 * 3600);
    assert_eq!(length("2025-10-25", "2025-10-26"), 25 * 3600);
    assert_eq!(length("2025-10-26", "2025-10-27"), 24 * 3600);
    daemon.stop();
}

const MONTHS: &str = "Date de relevé;Volume consommé (m3);Énergie consommée (kWh);Qualification\n\
    Octobre 2024;15;168;Mesuré\nNovembre 2024;30;333;Mesuré\n";
const BILLS: &str = r#"{"01234567890123":{"releves":[
    {"dateDebutReleve":"2024-10-01T06:00:00+00:00","dateFinReleve":"2024-10-03T06:00:00+00:00","journeeGaziere":null,
     "volumeBrutConsomme":1,"energieConsomme":11,"natureReleve":"Publiée","qualificationReleve":"Mesuré"},
    {"dateDebutReleve":"2024-10-03T06:00:00+00:00","dateFinReleve":"2024-11-01T06:00:00+00:00","journeeGaziere":null,
     "volumeBrutConsomme":14,"energieConsomme":157,"natureReleve":"Publiée","qualificationReleve":"Mesuré"}]}}"#;

/// A bill of two days begins with the month: neither hides the other, and no sum counts a day twice.
#[test]
fn months_and_bills_of_the_same_days_stand_beside_each_other_in_any_order() {
    for order in [["months.csv", "bills.json"], ["bills.json", "months.csv"]] {
        let home = Home::with_gas("pce = \"01234567890123\"");
        for name in order {
            let path = home.path().join(name);
            fs::write(&path, if name == "bills.json" { BILLS } else { MONTHS }).unwrap();
            let reports = home.json(&["import", path.to_str().unwrap(), "--json"]);
            assert_eq!(
                (&reports[0]["new"], &reports[0]["status"]),
                (&2.into(), &"imported".into()),
                "{reports}"
            );
            let again = home.json(&["import", path.to_str().unwrap(), "--json"]);
            assert_eq!((&again[0]["new"], &again[0]["corrected"]), (&0.into(), &0.into()), "{again}");
        }
        let values = |series: &str, step: &str| {
            let period = ["--since", "2024-09-01", "--until", "2025-01-01", "--step", step, "--json"];
            let points = home.json(&[&["points", series], &period[..]].concat());
            points["value"].as_array().unwrap().iter().filter_map(Value::as_f64).collect::<Vec<_>>()
        };
        assert_eq!(values("gas.monthly_energy", "raw"), [168.0, 333.0], "{order:?}");
        assert_eq!(values("gas.billed_energy", "raw"), [11.0, 157.0], "{order:?}");
        assert_eq!(values("gas.monthly_volume", "raw"), [15.0, 30.0], "{order:?}");
        assert_eq!(values("gas.period_energy", "month"), [168.0, 333.0], "{order:?}");
        assert_eq!(values("gas.period_energy", "year"), [501.0], "{order:?}");
    }
}

#[test]
fn the_series_of_a_meter_never_take_another_meters_readings() {
    let home = Home::with_gas(&format!("pce = {PCE:?}"));
    let import = |name: &str, meter: &str, month: i8| {
        let (from, path) = (date(2025, month, 1), home.path().join(name));
        let body = gas_export_xlsx(&Config::default(), meter, from, from.last_of_month(), date(2025, 6, 1));
        fs::write(&path, body).unwrap();
        let output = home.run(&["import", path.to_str().unwrap(), "--json"]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    assert_eq!(import("janvier.xlsx", PCE, 1)[0]["new"], 31);
    // The settings now name another meter; the series still hold the first one.
    home.configure(&home.gas("gas", "pce = \"09999999000022\""));
    let refused = import("fevrier.xlsx", "09999999000022", 2);
    assert_eq!(refused[0]["error"]["code"], "other_meter", "{refused}");
    let message = refused[0]["error"]["message"].as_str().unwrap();
    assert!(message.contains("…0022") && message.contains("…0011") && message.contains("[connectors.NAME]"));
    // A table of its own takes it.
    home.configure(&format!(
        "{}{}",
        home.gas("gas", &format!("pce = {PCE:?}")),
        home.gas("boiler", "pce = \"09999999000022\"")
    ));
    let taken = import("fevrier.xlsx", "09999999000022", 2);
    assert_eq!((&taken[0]["connector"], &taken[0]["new"]), (&"boiler".into(), &28.into()), "{taken}");
    assert_eq!(import("mars.xlsx", PCE, 3)[0]["connector"], "gas");
}

#[test]
fn files_count_in_the_metrics_of_their_connector() {
    let home = Home::with_gas("");
    let daemon = home.start();
    put(&home, "gaz.xlsx", &january());
    daemon.imports(1);
    put(&home, "mauvais.xlsx", b"bonjour");
    daemon.imports(2);
    let page = String::from_utf8(daemon.try_get("/metrics").unwrap().body).unwrap();
    for line in [
        "watteau_connector_runs_total{connector=\"gas\"} 2",
        "watteau_connector_failures_total{connector=\"gas\"} 1",
        "watteau_connector_written_points_total{connector=\"gas\"} 31",
    ] {
        assert!(page.contains(line), "{line} is not in {page}");
    }
    daemon.stop();
}
