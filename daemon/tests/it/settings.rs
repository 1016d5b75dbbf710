//! Settings that change under a running daemon: what is taken, what waits, what is refused, and that each is said.

use super::support::{Home, Running};
use serde_json::Value;
use std::{fs, path::Path, process::Command};

/// Makes the daemon read its settings, which it does by itself a little later.
fn read_again(daemon: &Running) {
    let _ = Command::new("kill").arg("-HUP").arg(daemon.id().to_string()).status();
}

/// Waits for the notices to satisfy `check`.
fn notices(daemon: &Running, check: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let status =
        daemon.wait("/api/v1/status", |status| check(status["notices"].as_array().unwrap_or(&Vec::new())));
    status["notices"].as_array().unwrap().clone()
}

#[test]
fn what_only_a_restart_can_take_is_said_until_it_is_taken_back() {
    let home = Home::with_gas("");
    let daemon = home.start();
    let before = fs::read_to_string(home.config()).unwrap();
    fs::write(home.config(), before.replace("127.0.0.1:0", "127.0.0.1:9")).unwrap();
    read_again(&daemon);
    let standing = notices(&daemon, |notices| !notices.is_empty());
    assert_eq!(standing[0]["kind"], "your_turn");
    let text = standing[0]["text"]["en"].as_str().unwrap();
    assert!(text.contains("[server]") && text.contains("restart"), "{text}");
    assert!(!text.contains("[store]"), "{text}");

    fs::write(home.config(), before).unwrap();
    read_again(&daemon);
    notices(&daemon, <[Value]>::is_empty);
    daemon.stop();
}

#[test]
fn settings_with_a_mistake_are_said_on_every_page_and_the_earlier_ones_stay() {
    let home = Home::with_gas("");
    let daemon = home.start();
    let before = fs::read_to_string(home.config()).unwrap();
    fs::write(home.config(), format!("{before}\n[conectors.x]\n")).unwrap();
    read_again(&daemon);
    let standing = notices(&daemon, |notices| !notices.is_empty());
    assert!(standing[0]["text"]["en"].as_str().unwrap().contains("watteau check"));
    assert_eq!(daemon.get("/api/v1/connectors")[0]["name"], "gas");
    fs::write(home.config(), before).unwrap();
    read_again(&daemon);
    notices(&daemon, <[Value]>::is_empty);
    daemon.stop();
}

#[test]
fn the_journal_says_where_settings_and_store_are_and_that_it_stopped() {
    let home = Home::with_gas("");
    let extra = home.path().join("conf.d");
    fs::create_dir(&extra).unwrap();
    fs::write(extra.join("more.toml"), "[home]\nlanguage = \"fr\"\n").unwrap();
    // Named from here, and told whole.
    let mut command = Command::new(env!("CARGO_BIN_EXE_watteau"));
    command.current_dir(home.path()).args(["--config", "watteau.toml", "run"]).env_remove("WATTEAU_LOG");
    home.start_with(command).stop();
    let log = home.log();
    let files = format!("settings: {}, {}", home.config().display(), extra.join("more.toml").display());
    let store = format!("store: {}", home.data().join("watteau.redb").display());
    for expected in [&files, &store, "ready", "stopped, and the store is closed"] {
        assert_eq!(log.matches(expected).count(), 1, "{expected}: {log}");
    }
    assert!(!log.contains("no configuration file"), "{log}");
}

#[test]
fn a_daemon_without_any_settings_says_so() {
    if Path::new("/etc/watteau").exists() || Path::new("/usr/share/watteau").exists() {
        eprintln!("skipped: this machine has settings of its own");
        return;
    }
    let home = Home::new("");
    let mut command = Command::new(env!("CARGO_BIN_EXE_watteau"));
    command.args(["run", "--listen", "127.0.0.1:0", "--data-dir"]).arg(home.data());
    command.env("HOME", home.path()).env_remove("XDG_CONFIG_HOME").env_remove("WATTEAU_LOG");
    command.env("WATTEAU_SERVER__SOCKET", home.path().join("sock"));
    home.start_with(command).stop();
    let log = home.log();
    assert_eq!(log.matches("there is no configuration file at").count(), 1, "{log}");
    assert!(log.contains("/etc/watteau/watteau.toml"), "{log}");
}
