//! Plugins of others: series that come from settings, and files that are replaced under a running daemon.

use super::{
    misbehaviour::guest,
    support::{Home, Running, wait_for},
};
use serde_json::Value;
use std::{fs, path::Path};

/// The guest as its next version.
fn next_version() -> Vec<u8> {
    with(fs::read(guest()).unwrap(), "version = \"0.1.0\"", "version = \"0.2.0\"")
}

/// The component with other words of the same length in its manifest.
fn with(mut wasm: Vec<u8>, old: &str, new: &str) -> Vec<u8> {
    let (old, new) = (old.as_bytes(), new.as_bytes());
    // Component and module both hold it.
    let places: Vec<usize> = (0..wasm.len() - old.len()).filter(|at| wasm[*at..].starts_with(old)).collect();
    assert!(!places.is_empty(), "the manifest is inside");
    for at in places {
        wasm[at..at + new.len()].copy_from_slice(new);
    }
    wasm
}

/// Puts a plugin in place as a careful person does.
fn replace(plugin: &Path, bytes: &[u8]) {
    let fresh = plugin.with_extension("new");
    fs::write(&fresh, bytes).unwrap();
    fs::rename(fresh, plugin).unwrap();
}

fn odd(plugin: &Path, options: &str) -> String {
    format!("[connectors.odd]\nplugin = {plugin:?}\n{options}\n")
}

/// The state of the instance once it satisfies `check`.
fn state(daemon: &Running, check: impl Fn(&Value) -> bool) -> Value {
    daemon.wait("/api/v1/connectors", |states| check(&states[0]))[0].clone()
}

fn notice(daemon: &Running) -> Option<String> {
    let status = daemon.get("/api/v1/status");
    Some(status["notices"].as_array()?.first()?["text"]["en"].as_str()?.to_owned())
}

fn has_run(state: &Value) -> bool {
    state["running"] == false && state["last_run"]["ok"] == true
}

#[test]
fn series_that_the_settings_name_are_described_filled_and_kept_apart() {
    let home = Home::new("");
    let series = "deed = \"put-more\"\nmore = { \"paris.power\" = \"W\", \"lyon.power\" = \"kW\" }";
    home.configure(&odd(guest(), series));
    let daemon = home.start();
    let state = state(&daemon, has_run);
    assert_eq!(
        state["series"],
        serde_json::json!(["odd.daily", "odd.lyon.power", "odd.paris.power", "odd.power"])
    );
    let all = daemon.get("/api/v1/series");
    let lyon = all.as_array().unwrap().iter().find(|series| series["id"] == "odd.lyon.power").unwrap();
    assert_eq!((&lyon["unit"], &lyon["labels"]["place"]), (&"kW".into(), &"lyon.power".into()), "{lyon}");
    assert!(lyon["points"].as_u64().unwrap() > 100, "{lyon}");

    // What a series is stays as it was kept, whatever the settings say later; the old ones go on.
    home.configure(&odd(guest(), &series.replace("kW", "MW")));
    let said = wait_for("a notice", || notice(&daemon));
    assert!(said.contains("odd goes on as it was before") && said.contains("\"kW\""), "{said}");
    home.configure(&odd(guest(), &series.replace("\"kW\"", "3")));
    let said = wait_for("another notice", || notice(&daemon).filter(|text| text.contains("more.lyon.power")));
    assert!(said.contains("it must be a unit"), "{said}");
    home.configure(&odd(guest(), series));
    wait_for("no notice", || notice(&daemon).is_none().then_some(()));
    daemon.stop();
}

#[test]
fn a_plugin_is_replaced_while_it_runs_and_a_broken_one_leaves_the_old() {
    let home = Home::new("");
    let plugin = home.path().join("odd.wasm");
    fs::copy(guest(), &plugin).unwrap();
    home.configure(&odd(&plugin, "deed = \"put\""));
    let daemon = home.start();
    assert_eq!(state(&daemon, has_run)["version"], "0.1.0");

    replace(&plugin, &next_version());
    state(&daemon, |state| state["version"] == "0.2.0" && has_run(state));
    assert_eq!(notice(&daemon), None);

    let whole = next_version();
    for broken in [&whole[..whole.len() / 2], b"\0asm\x01\0\0\0", b"", b"<html>"] {
        replace(&plugin, broken);
        let said = wait_for("a notice", || notice(&daemon));
        assert!(said.contains("odd") || said.contains("watteau check"), "{said}");
        // A plugin that was taken again runs by itself first.
        let ran = wait_for("its own run to end", || {
            let ran = daemon.post("/api/v1/connectors/odd/run?wait=true", b"").unwrap();
            let ran: Value = serde_json::from_slice(&ran.body).unwrap();
            (ran["code"] != "already_running").then_some(ran)
        });
        assert_eq!(ran["ok"], true, "{ran}");
        let state = state(&daemon, |_| true);
        assert_eq!(state["version"], "0.2.0");
        assert_eq!(state["state"] == "attention", said.contains("odd"), "{state}");
        replace(&plugin, &whole);
        wait_for("no notice", || notice(&daemon).is_none().then_some(()));
    }
    daemon.stop();
}

#[test]
fn a_plugin_that_wants_to_reach_further_waits_for_a_person() {
    let home = Home::new("");
    let plugin = home.path().join("odd.wasm");
    fs::copy(guest(), &plugin).unwrap();
    home.configure(&odd(&plugin, "deed = \"put\""));
    let daemon = home.start();
    state(&daemon, has_run);
    replace(&plugin, &with(next_version(), "example.invalid", "tracker.invalid"));
    let said = wait_for("a notice", || notice(&daemon));
    assert!(said.contains("tracker.invalid") && said.contains("Restart"), "{said}");
    assert_eq!(state(&daemon, |_| true)["version"], "0.1.0");
    daemon.stop();
    let daemon = home.start();
    assert_eq!(state(&daemon, |_| true)["version"], "0.2.0");
    daemon.stop();
}

#[test]
fn a_run_in_progress_ends_before_its_successor_begins() {
    let home = Home::new("");
    home.configure(&odd(guest(), "deed = \"spin\"\nlimits = { cpu = \"3s\" }"));
    let daemon = home.start();
    state(&daemon, |state| state["running"] == true);
    home.configure(&odd(guest(), "deed = \"put\""));
    let after = state(&daemon, has_run);
    assert_eq!(after["error"], Value::Null, "{after}");
    assert!(after["last_run"]["new"].as_u64().unwrap() > 0, "{after}");
    daemon.stop();
    // The first was stopped at its limit, and its successor started after it.
    let log = home.log();
    assert!(log.contains("computed for longer") || log.contains("CPU") || log.contains("comput"), "{log}");
}
