//! A connector of one's own, from the command that begins it to its points in the store.

use super::support::Home;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Cargo on a project, in a build folder of its own that is kept from run to run.
fn cargo(project: &Path, arguments: &[&str]) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stranger");
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(project)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}: {said}", arguments.join(" "));
}

fn sdk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk").canonicalize().unwrap()
}

#[test]
fn a_new_connector_builds_passes_its_tests_and_is_taken_up() {
    let home = Home::new("");
    let project = home.path().join("my-meter");
    let folder = project.display().to_string();
    let sdk = sdk();
    let made = home.run(&["connector", "new", &folder, "--sdk", sdk.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    // With what the project itself was built with, nothing has to be fetched.
    fs::copy(sdk.join("../Cargo.lock"), project.join("Cargo.lock")).unwrap();
    cargo(&project, &["test", "--quiet", "--offline"]);
    cargo(
        &project,
        &["build", "--quiet", "--offline", "--profile", "connector", "--target", "wasm32-wasip2"],
    );
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stranger/wasm32-wasip2/connector/my_meter.wasm");

    let told = home.run(&["connector", "inspect", built.to_str().unwrap()]);
    let told = String::from_utf8(told.stdout).unwrap();
    for line in
        ["my-meter 0.1.0: My meter", "GET meter.example/v1/", "key: added by watteau", "100 calls in 1 d"]
    {
        assert!(told.contains(line), "{line} in {told}");
    }

    home.configure(&format!(
        "[connectors.mine]\nplugin = {built:?}\nstation = \"7\"\nkey = \"hush\"\nbase_url = \"http://127.0.0.1:9\"\n"
    ));
    let daemon = home.start();
    let states = daemon.wait("/api/v1/connectors", |states| !states[0]["last_run"].is_null());
    assert_eq!(states[0]["error"]["kind"], "unavailable", "nobody listens there: {states}");
    assert_eq!(states[0]["permissions"]["hosts"][0], "GET meter.example/v1/");
    daemon.stop();
}

#[test]
fn what_is_no_place_or_no_connector_is_told_in_a_sentence() {
    let home = Home::new("");
    let there = home.path().display().to_string();
    let shouted = home.path().join("My_Meter").display().to_string();
    let nowhere = home.path().join("meter").display().to_string();
    for (arguments, said) in [
        (vec!["connector", "new", &there], "name"),
        (vec!["connector", "new", &shouted], "a to z"),
        (vec!["connector", "new", &nowhere, "--sdk", &there], "is not the folder `sdk`"),
        (vec!["connector", "inspect", &nowhere], "cannot be read"),
        (vec!["connector", "inspect", env!("CARGO_BIN_EXE_watteau")], "is no connector"),
    ] {
        let output = home.run(&arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(said), "{arguments:?}: {error}");
        assert!(!Path::new(&nowhere).exists(), "nothing is left half made");
    }
}
