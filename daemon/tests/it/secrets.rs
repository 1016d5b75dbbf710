//! No token, no password, no meter's number anywhere that somebody looks: journal, pages, metrics, exports, store.

use super::{
    sources::{UNLIMITED, Upstream, days_ago},
    support::{Home, Running, wait_for},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::fs;
use watteau_simulator::{Fault, Simulator};

/// What must not be seen, with the name to tell it by.
fn secrets(simulator: &Simulator) -> Vec<(&'static str, String)> {
    let (id, secret) = (simulator.rte_client_id(), simulator.rte_client_secret());
    let mut secrets = vec![
        ("the gateway's token", simulator.token().to_owned()),
        ("RTE's client secret", secret.to_owned()),
        ("RTE's credentials", STANDARD.encode(format!("{id}:{secret}"))),
        ("a token of RTE", "simulated-token-".to_owned()),
        ("the meter's number", simulator.prm().to_owned()),
    ];
    // The token's own middle says what it is for, the meter included.
    secrets.extend(simulator.token().split('.').skip(1).map(|part| ("a part of the token", part.to_owned())));
    secrets
}

/// Everything that a person or a program may read.
fn everything(home: &Home, daemon: &Running) -> Vec<(String, Vec<u8>)> {
    let mut seen = vec![("the journal".to_owned(), home.log().into_bytes())];
    for path in [
        "/metrics",
        "/-/ready",
        "/api/v1/status",
        "/api/v1/connectors",
        "/api/v1/series",
        "/api/v1/store",
        "/api/v1/imports",
        "/api/v1/verification",
        "/api/v1/export?format=csv",
        "/api/v1/export?format=json",
        "/api/v1/export?format=openmetrics",
        "/api/v1/nothing",
    ] {
        seen.extend(daemon.try_get(path).map(|answer| (path.to_owned(), answer.body)));
    }
    for command in [
        &["check"][..],
        &["--json", "check"],
        &["connectors"],
        &["series"],
        &["verify"],
        &["--json", "doctor"],
    ] {
        let output = home.run(command);
        seen.push((format!("watteau {}", command.join(" ")), [output.stdout, output.stderr].concat()));
    }
    // State, evidence and provenance lie in the clear in the files of the store.
    for file in fs::read_dir(home.data()).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_file() {
            seen.push((file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap()));
        }
    }
    seen
}

fn holds(text: &[u8], secret: &str) -> bool {
    text.windows(secret.len()).any(|bytes| bytes == secret.as_bytes())
}

#[test]
fn nothing_secret_is_seen_whatever_fails() {
    let (home, upstream) = (Home::new(""), Upstream::start());
    let options = format!("since = \"{}\"\n{UNLIMITED}", days_ago(20));
    home.configure(&upstream.every_source(&options));
    let mut command = home.command(&["run"]);
    command.env("WATTEAU_LOG", "trace");
    let daemon = home.start_with(command);
    let faults = upstream.simulator().faults();
    for fault in [
        None,
        Some(Fault::Quota),
        Some(Fault::ConsentExpired),
        Some(Fault::TokenRefused),
        Some(Fault::ConsentNotLinked),
        Some(Fault::EnedisDown),
        Some(Fault::GatewayDown),
        Some(Fault::Blocked),
        Some(Fault::Truncated),
        Some(Fault::RteTokenRefused),
        Some(Fault::RteTokenExpired),
        Some(Fault::RteNotSubscribed),
        Some(Fault::RteTechnical),
        Some(Fault::RteDown),
        Some(Fault::OpenMeteoDown),
        Some(Fault::OpenMeteoUneven),
    ] {
        let _ = fault.inspect(|fault| faults.switch_on(*fault));
        for source in ["linky", "rte", "weather"] {
            let path = format!("/api/v1/connectors/{source}/run?wait=true&since={}", days_ago(3));
            // One run at a time: the daemon's own comes first.
            let ran = || daemon.post(&path, &[]).filter(|answer| answer.status != 409);
            assert_eq!(wait_for("a run", ran).status, 200);
        }
        faults.clear();
    }
    let seen = everything(&home, &daemon);
    assert!(seen.iter().any(|(place, text)| place == "the journal" && text.len() > 10_000), "it says little");
    let secrets = secrets(upstream.simulator());
    assert!(
        upstream.simulator().requests().iter().any(|request| request == "rte.token"),
        "RTE gave no token"
    );
    for (place, text) in &seen {
        for (what, secret) in &secrets {
            assert!(secret.len() >= 10, "{what} is too short to be looked for");
            assert!(!holds(text, secret), "{what} is in {place}");
        }
    }
    daemon.stop();
}
