//! The commands give the same answers with the daemon and without it.

use super::support::{Home, settle};
use jiff::civil::date;
use std::fs;
use watteau_simulator::{Config, gas_export_xlsx};

fn file(home: &Home) -> String {
    let path = home.path().join("gaz.xlsx");
    let from = date(2025, 1, 1);
    let body =
        gas_export_xlsx(&Config::default(), "09999999000011", from, from.last_of_month(), date(2025, 2, 3));
    fs::write(&path, body).unwrap();
    settle(&path);
    path.to_str().unwrap().to_owned()
}

const QUESTIONS: [&[&str]; 3] = [
    &["series", "--json"],
    &["points", "gas.energy", "--since", "2025-01-01", "--until", "2025-02-01", "--step", "day", "--json"],
    &["points", "gas.energy", "--since", "2025-01-01", "--until", "2025-02-01", "--format", "csv"],
];

#[test]
fn answers_are_the_same_with_and_without_a_daemon() {
    let home = Home::with_gas("");
    let file = file(&home);
    let offline = home.json(&["import", &file, "--json"]);
    assert_eq!(offline[0]["new"], 31, "{offline}");
    let before: Vec<_> = QUESTIONS.iter().map(|question| home.run(question).stdout).collect();
    assert!(before.iter().all(|answer| !answer.is_empty()));

    let daemon = home.start();
    let again = home.json(&["import", &file, "--json"]);
    assert_eq!((&again[0]["new"], &again[0]["unchanged"]), (&0.into(), &31.into()));
    let during: Vec<_> = QUESTIONS.iter().map(|question| home.run(question).stdout).collect();
    for (question, (before, during)) in QUESTIONS.iter().zip(before.iter().zip(&during)) {
        assert_eq!(String::from_utf8_lossy(before), String::from_utf8_lossy(during), "{question:?}");
    }
    let states = home.json(&["connectors", "--json"]);
    assert_eq!((&states[0]["name"], &states[0]["plugin"]), (&"gas".into(), &"grdf".into()));
    daemon.stop();
}

#[test]
fn a_rehearsed_import_writes_nothing() {
    let home = Home::with_gas("");
    let file = file(&home);
    let reports = home.json(&["import", &file, "--dry-run", "--json"]);
    assert_eq!((&reports[0]["new"], &reports[0]["dry_run"]), (&31.into(), &true.into()));
    let reports = home.json(&["import", &file, "--json"]);
    assert_eq!(reports[0]["new"], 31);
}

#[test]
fn a_bad_file_exits_with_3_and_says_what_to_do() {
    let home = Home::with_gas("");
    let path = home.path().join("facture.xlsx");
    fs::write(&path, "%PDF-1.7").unwrap();
    let output = home.run(&["import", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("facture.xlsx"), "{text}");
}

#[test]
fn check_and_run_refuse_a_wrong_configuration_with_the_same_text_and_exit_code_3() {
    let home = Home::new(
        "[connectors.linky]\nplugin = \"linky\"\nprm = \"12\"\nsinse = \"2024-01-01\"\n\
         token = { file = \"/nonexistent/token\" }\n[connectors.gas]\nplugin = \"grdf\"\nwatch = \"/nonexistent/inbox\"\n",
    );
    let check = home.run(&["check"]);
    let run = home.run(&["run"]);
    assert_eq!((check.status.code(), run.status.code()), (Some(3), Some(3)));
    let text = String::from_utf8_lossy(&check.stderr).into_owned();
    assert_eq!(text, String::from_utf8_lossy(&run.stderr));
    for expected in ["prm", "since", "/nonexistent/token", "/nonexistent/inbox", "watteau.toml:"] {
        assert!(text.contains(expected), "{expected} is missing in: {text}");
    }
}

#[test]
fn an_unknown_series_is_the_inputs_fault() {
    let home = Home::with_gas("");
    let output = home.run(&["points", "gas.enrgy"]);
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_store_has_one_owner_and_the_second_says_so_in_a_sentence() {
    let home = Home::with_gas("");
    let daemon = home.start();
    let second = home.run(&["run", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    let text = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(text.contains("watteau.redb"), "{text}");
    assert!(
        daemon.try_get("/-/healthy").is_some_and(|answer| answer.status == 200 && answer.body.is_empty())
    );
    daemon.stop();
}
