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

#[test]
fn points_are_all_there_are_unless_a_period_is_named() {
    let home = Home::with_gas("");
    let file = file(&home);
    assert!(home.run(&["import", &file]).status.success());
    let all = home.json(&["points", "gas.energy", "--json"]);
    assert_eq!(all["value"].as_array().unwrap().len(), 31);
    let elsewhere = home.run(&["points", "gas.energy", "--since", "2020-01-01", "--until", "2020-02-01"]);
    let said = String::from_utf8_lossy(&elsewhere.stderr).into_owned();
    assert!(said.contains("gas.energy has 31, from 2025-01-01"), "{said}");
    let hours = home.run(&["points", "gas.energy", "--step", "hour"]);
    assert!(String::from_utf8_lossy(&hours.stderr).contains("never cut into hours"));
    let turned = home.run(&["points", "gas.energy", "--since", "2025-02-01", "--until", "2025-01-01"]);
    assert_eq!(turned.status.code(), Some(3));
}

#[test]
fn one_bad_argument_keeps_no_other_file_from_being_imported() {
    let home = Home::with_gas("");
    let good = file(&home);
    let pipe = home.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let folder = home.path().join("folder");
    fs::create_dir(&folder).unwrap();
    let (pipe, folder) = (pipe.to_str().unwrap(), folder.to_str().unwrap());
    let output = home.run(&["import", "/nowhere.csv", folder, pipe, &good, "--json"]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    for words in ["/nowhere.csv was not imported", "it is a folder", "it is no file"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let reports: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((reports.as_array().unwrap().len(), &reports[0]["new"]), (4, &31.into()));
    assert!(reports.as_array().unwrap()[1..].iter().all(|report| report["error"]["code"] == "unread"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let home = Home::with_gas("");
    let file = file(&home);
    for command in [
        &["import", &file][..],
        &["series"],
        &["connectors"],
        &["check"],
        &["export"],
        &["points", "gas.energy"],
    ] {
        let mut child = home
            .command(command)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !said.contains("panicked"), "{command:?}: {said}");
    }
}

#[test]
fn looking_makes_no_store() {
    let home = Home::with_gas("");
    let file = file(&home);
    for (command, code) in
        [(&["series", "--json"][..], 0), (&["connectors"], 0), (&["export"], 0), (&["verify"], 1)]
    {
        let output = home.run(command);
        assert_eq!(output.status.code(), Some(code), "{command:?}");
        let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
        assert!(said.contains("there is no store in"), "{command:?}: {said}");
    }
    let rehearsed = home.json(&["import", &file, "--dry-run", "--json"]);
    assert_eq!(rehearsed[0]["new"], 31);
    assert!(!home.data().exists());
}

#[test]
fn a_folder_that_is_missing_is_said_and_found_again() {
    let home = Home::with_gas("");
    let file = file(&home);
    assert!(home.run(&["import", &file]).status.success());
    let elsewhere = home.path().join("elsewhere");
    fs::rename(home.inbox(), &elsewhere).unwrap();
    // A disk that is not plugged in keeps nobody from what is kept.
    let series = home.run(&["series"]);
    assert!(series.status.success());
    assert!(String::from_utf8_lossy(&series.stderr).contains("does not exist"));

    // It is a mistake of the settings where nothing runs yet...
    assert_eq!(home.run(&["check"]).status.code(), Some(3));
    fs::rename(&elsewhere, home.inbox()).unwrap();
    let daemon = home.start();
    // ...and the connector's trouble once it does.
    fs::rename(home.inbox(), &elsewhere).unwrap();
    assert_eq!(daemon.post("/api/v1/connectors/gas/run?wait=true", b"").unwrap().status, 200);
    let state = daemon.wait("/api/v1/connectors", |states| states[0]["state"] == "attention");
    assert!(state[0]["text"]["en"].as_str().unwrap().contains("inbox"), "{state}");
    let metrics = String::from_utf8(daemon.try_get("/metrics").unwrap().body).unwrap();
    assert!(metrics.contains("watteau_connector_up{connector=\"gas\"} 0"));

    fs::rename(&elsewhere, home.inbox()).unwrap();
    assert_eq!(daemon.post("/api/v1/connectors/gas/run?wait=true", b"").unwrap().status, 200);
    daemon.wait("/api/v1/connectors", |states| states[0]["state"] == "ok");
    // And watched again, by events.
    let path = home.inbox().join("encore.xlsx");
    fs::copy(&file, &path).unwrap();
    settle(&path);
    assert_eq!(daemon.imports(2)[0]["file"], "encore.xlsx");
    daemon.stop();
}
