//! What is kept can be taken out, copied, checked and put back, by commands alone.

use super::support::{Home, settle};
use jiff::civil::date;
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Command};
use watteau_simulator::{Config, gas_export_xlsx};

/// A home that has a month of gas.
fn home() -> Home {
    let home = Home::with_gas("");
    import(&home, 1);
    home
}

/// Imports a month of 2025.
fn import(home: &Home, month: i8) {
    let path = home.path().join("gaz.xlsx");
    let from = date(2025, month, 1);
    let exported = date(2025, month + 1, 5);
    let body = gas_export_xlsx(&Config::default(), "09999999000011", from, from.last_of_month(), exported);
    fs::write(&path, body).unwrap();
    settle(&path);
    assert!(home.run(&["import", path.to_str().unwrap()]).status.success());
}

fn file(home: &Home, name: &str) -> (PathBuf, String) {
    let path = home.path().join(name);
    let text = path.to_str().unwrap().to_owned();
    (path, text)
}

/// Every point there is.
fn points(home: &Home) -> Value {
    home.json(&["export", "--json"])["series"].clone()
}

#[test]
fn an_export_is_the_same_with_and_without_a_daemon_and_in_a_file() {
    let home = home();
    for format in ["csv", "openmetrics"] {
        let offline = home.run(&["export", "--format", format]);
        assert!(offline.status.success());
        let daemon = home.start();
        assert_eq!(home.run(&["export", "--format", format]).stdout, offline.stdout, "{format}");
        let (path, text) = file(&home, "out");
        assert!(home.run(&["export", "--format", format, "--output", &text]).status.success());
        assert_eq!(fs::read(path).unwrap(), offline.stdout, "{format}");
        daemon.stop();
    }
    let one = home.run(&["export", "gas.energy"]);
    assert_eq!(String::from_utf8_lossy(&one.stdout).lines().count(), 1 + 31);
    let unknown = home.run(&["export", "gas.nothing"]);
    assert_eq!(unknown.status.code(), Some(3), "{}", String::from_utf8_lossy(&unknown.stderr));
    let nowhere = home.run(&["export", "--output", "/nowhere/at/all.csv"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("/nowhere/at/all.csv"));
}

#[test]
fn prometheus_makes_blocks_of_an_export() {
    let home = home();
    let (path, text) = file(&home, "history.om");
    assert!(home.run(&["export", "--format", "openmetrics", "-o", &text]).status.success());
    let samples = fs::read_to_string(&path).unwrap().lines().filter(|line| !line.starts_with('#')).count();
    let blocks = home.path().join("blocks");
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=720h", &text])
        .arg(&blocks)
        .output();
    let Ok(made) = made else {
        eprintln!("skipped: promtool is not here");
        return;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let mut kept = 0;
    for block in fs::read_dir(&blocks).unwrap() {
        let meta = fs::read(block.unwrap().path().join("meta.json")).unwrap();
        kept += serde_json::from_slice::<Value>(&meta).unwrap()["stats"]["numSamples"].as_u64().unwrap();
    }
    assert_eq!(kept, samples as u64);
}

#[test]
fn a_backup_made_while_the_daemon_works_is_put_back_whole() {
    let home = home();
    let then = points(&home);
    let daemon = home.start();
    let (_, backup) = file(&home, "kept.redb");
    let made = home.run(&["backup", &backup]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    for kept in [&backup, &home.data().join("watteau.redb").display().to_string()] {
        let mode = fs::metadata(kept).unwrap().permissions().mode();
        assert_eq!(mode & 0o137, 0, "{kept}: no stranger reads what a home used");
    }
    // Nothing is ever written over.
    assert_eq!(home.run(&["backup", &backup]).status.code(), Some(1));
    assert!(home.json(&["verify", &backup, "--json"])["sound"].as_bool().unwrap());
    assert!(home.json(&["verify", "--json"])["sound"].as_bool().unwrap());

    // Nobody pulls the store from under a daemon.
    let refused = home.run(&["restore", &backup, "--replace"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("stop it first"));
    import(&home, 3);
    daemon.kill();

    let now = points(&home);
    assert_ne!(now, then);
    let refused = home.run(&["restore", &backup]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--replace"));
    assert_eq!(points(&home), now);

    let restored = home.run(&["restore", &backup, "--replace"]);
    let said = String::from_utf8_lossy(&restored.stderr).into_owned();
    assert!(restored.status.success(), "{said}");
    assert_eq!(points(&home), then);
    // What was there is beside it, and can come back.
    let aside = said.lines().find_map(|line| line.strip_prefix("what was there is now ")).unwrap().to_owned();
    assert!(home.run(&["restore", &aside, "--replace"]).status.success());
    assert_eq!(points(&home), now);
}

#[test]
fn a_backup_that_is_damaged_or_none_is_refused() {
    let home = home();
    let before = points(&home);
    let (path, backup) = file(&home, "kept.redb");
    assert!(home.run(&["backup", &backup]).status.success());
    let whole = fs::read(&path).unwrap();
    let half = whole[..whole.len() / 2].to_vec();
    for bytes in [half, b"not a store at all".to_vec(), vec![]] {
        fs::write(&path, bytes).unwrap();
        for command in [&["verify", &backup][..], &["restore", &backup, "--replace"]] {
            let output = home.run(command);
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(1), "{command:?}: {said}");
            assert!(said.contains(&backup) && said.lines().count() == 1, "{command:?}: {said}");
        }
    }
    assert_eq!(points(&home), before);
}

#[test]
fn a_backup_that_is_not_there_is_told_before_anything_is_made() {
    let home = Home::new("");
    let (path, backup) = file(&home, "none.redb");
    let output = home.run(&["restore", &backup]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(
        said,
        format!("there is no {}; name a file that `watteau backup FILE` wrote\n", path.display())
    );
    assert!(!home.data().exists());
}

#[test]
fn a_store_damaged_anywhere_is_told_in_a_sentence_and_left_as_it_is() {
    let home = home();
    let store = home.path().join("data/watteau.redb");
    let whole = fs::read(&store).unwrap();
    let before = points(&home);
    for at in [0, 64, 2_048, 4_096, 8_192, 16_384, whole.len() / 2, whole.len() - 9_000] {
        let mut bytes = whole.clone();
        let end = (at + 8_192).min(bytes.len());
        bytes[at..end].fill(0xA5);
        fs::write(&store, &bytes).unwrap();
        let output = home.run(&["series"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("panicked") && !said.contains("registry/src"), "{at}: {said}");
        if !output.status.success() {
            assert_eq!(output.status.code(), Some(1), "{at}: {said}");
            assert!(said.contains("watteau.redb") && said.contains("damaged"), "{at}: {said}");
        }
    }
    fs::write(&store, &whole).unwrap();
    assert_eq!(points(&home), before);
}
