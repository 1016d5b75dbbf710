//! A connector that does what it must not is stopped, named and backed off, and the rest goes on.

use super::support::{Home, Running, settle, wait_for};
use jiff::civil::date;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};
use watteau_simulator::{Config, gas_export_xlsx};

/// The misbehaving guest of the host's own tests, built once.
pub(super) fn guest() -> &'static Path {
    static GUEST: OnceLock<PathBuf> = OnceLock::new();
    GUEST.get_or_init(|| {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("host/tests/guests/misbehave/Cargo.toml");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--release", "--target", "wasm32-wasip2", "--manifest-path"])
            .arg(manifest)
            .arg("--target-dir")
            .arg(&target)
            .env_remove("CARGO_TARGET_DIR")
            .status()
            .unwrap();
        assert!(built.success(), "the guest does not build: is the target wasm32-wasip2 installed?");
        target.join("wasm32-wasip2/release/misbehave.wasm")
    })
}

fn misbehave(home: &Home, deed: &str) -> Running {
    home.configure(&format!(
        "{}[connectors.odd]\nplugin = {:?}\ndeed = {deed:?}\n",
        home.gas("gas", ""),
        guest()
    ));
    home.start()
}

/// The state of the misbehaving instance once its run has ended.
fn state(daemon: &Running) -> Value {
    let states = daemon.wait("/api/v1/connectors", |states| {
        let odd = states.as_array().unwrap().iter().find(|state| state["name"] == "odd").unwrap();
        odd["running"] == false && !odd["last_run"].is_null()
    });
    states.as_array().unwrap().iter().find(|state| state["name"] == "odd").unwrap().clone()
}

/// Stopped, by name, with a next try; meanwhile a file is read as if nothing had happened.
fn is_stopped_while_the_rest_goes_on(deed: &str) {
    let home = Home::new("");
    let daemon = misbehave(&home, deed);
    let path = home.inbox().join("gaz.xlsx");
    let from = date(2025, 1, 1);
    let body =
        gas_export_xlsx(&Config::default(), "09999999000011", from, from.last_of_month(), date(2025, 2, 3));
    fs::write(&path, body).unwrap();
    settle(&path);
    assert_eq!(daemon.imports(1)[0]["new"], 31, "{deed}: the other connector works");
    let odd = state(&daemon);
    assert_eq!(odd["error"]["kind"], "stopped", "{deed}: {odd}");
    assert_eq!(odd["last_run"]["ok"], false);
    assert!(odd["error"]["next_try"].is_string(), "{deed}: it is tried again later: {odd}");
    assert!(!odd["error"]["message"]["fr"].as_str().unwrap().is_empty());
    assert!(daemon.try_get("/-/ready").is_some_and(|answer| answer.status == 200));
    daemon.stop();
}

#[test]
fn an_endless_loop() {
    is_stopped_while_the_rest_goes_on("spin");
}

#[test]
fn endless_allocation() {
    is_stopped_while_the_rest_goes_on("alloc");
}

#[test]
fn a_panic() {
    is_stopped_while_the_rest_goes_on("panic");
}

#[test]
fn a_flood_of_points() {
    is_stopped_while_the_rest_goes_on("flood-points");
}

#[test]
fn a_lie_about_units() {
    is_stopped_while_the_rest_goes_on("lie-unit");
}

#[test]
fn a_flood_of_log_lines_is_cut_and_harms_nobody() {
    let home = Home::new("");
    let daemon = misbehave(&home, "flood-log");
    let odd = state(&daemon);
    assert_eq!(odd["error"], Value::Null, "{odd}");
    let lines = wait_for("the journal", || {
        let lines = home.log().lines().filter(|line| line.contains("line ")).count();
        (lines > 0).then_some(lines)
    });
    assert!(lines <= 60, "{lines} lines came through");
    daemon.stop();
}

#[test]
fn a_plugin_that_is_no_component_is_an_instance_in_trouble_and_not_a_daemon_that_does_not_start() {
    let home = Home::new("");
    let wasm = home.path().join("odd.wasm");
    fs::write(&wasm, b"\0asm\x01\0\0\0").unwrap();
    home.configure(&format!("[connectors.odd]\nplugin = {wasm:?}\n"));
    let daemon = home.start();
    let states = daemon.get("/api/v1/connectors");
    assert_eq!((&states[0]["state"], &states[0]["error"]["kind"]), (&"attention".into(), &"settings".into()));
    daemon.stop();
}
