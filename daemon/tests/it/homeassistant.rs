//! Home Assistant's side, played: statistics in the shape that versions from 2025.11 on take, and refusals.
//!
//! What a real one does is checked by `cargo xtask test --only homeassistant`; this one can do what a real one does not
//! do on demand: cut the connection in the middle of a year, refuse the old shape, refuse a token.

use crate::support::{Home, settle, wait_for};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};
use tokio_tungstenite::tungstenite::{Message, WebSocket, accept};

/// What the played one has, and how it behaves.
#[derive(Default)]
struct Assistant {
    /// Sums by statistic and hour, ms.
    kept: BTreeMap<String, BTreeMap<i64, f64>>,
    /// The hours of each import, in order.
    imports: Vec<usize>,
    /// What was wrong with a message.
    refused: Vec<String>,
    /// After so many more imports, the connection is cut.
    cut_after: Option<usize>,
    connections: usize,
}

struct Played {
    port: u16,
    state: Arc<Mutex<Assistant>>,
}

impl Played {
    /// One that is of this version.
    fn start(version: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::<Mutex<Assistant>>::default();
        let shared = Arc::clone(&state);
        // It ends with the process of the tests.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                // A connection that breaks is what some tests want.
                thread::spawn(move || converse(stream.unwrap(), version, &shared));
            }
        });
        Self { port, state }
    }

    fn with<T>(&self, look: impl FnOnce(&mut Assistant) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    fn settings(&self, home: &Home) -> String {
        let token = home.path().join("token");
        fs::write(&token, "good").unwrap();
        format!(
            "[homeassistant]\nurl = \"http://127.0.0.1:{}\"\ntoken = {{ file = {token:?} }}\n{}",
            self.port,
            meter(home)
        )
    }
}

fn converse(stream: TcpStream, version: &str, shared: &Mutex<Assistant>) -> Option<()> {
    let mut socket = accept(stream).ok()?;
    shared.lock().unwrap().connections += 1;
    say(&mut socket, &json!({ "type": "auth_required", "ha_version": version }))?;
    let auth = hear(&mut socket)?;
    if auth != json!({ "type": "auth", "access_token": "good" }) {
        return say(&mut socket, &json!({ "type": "auth_invalid", "message": "Invalid access token" }));
    }
    say(&mut socket, &json!({ "type": "auth_ok", "ha_version": version }))?;
    loop {
        let message = hear(&mut socket)?;
        let answer = {
            let mut state = shared.lock().unwrap();
            if message["type"] == "recorder/import_statistics" && state.cut_after == Some(0) {
                state.cut_after = None;
                return None;
            }
            answer(&mut state, &message)
        };
        let answer = match answer {
            Ok(result) => json!({ "id": message["id"], "type": "result", "success": true, "result": result }),
            Err(why) => {
                let error = json!({ "code": "invalid_format", "message": why });
                json!({ "id": message["id"], "type": "result", "success": false, "error": error })
            }
        };
        // Somebody else's event may come at any time.
        say(&mut socket, &json!({ "id": 999, "type": "event", "event": {} }))?;
        say(&mut socket, &answer)?;
    }
}

/// What versions from 2025.11 on answer.
fn answer(state: &mut Assistant, message: &Value) -> Result<Value, String> {
    let instant = |value: &Value| -> i64 {
        value.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_millisecond()
    };
    if message["type"] == "recorder/statistics_during_period" {
        let id = message["statistic_ids"][0].as_str().unwrap();
        let span = instant(&message["start_time"])..instant(&message["end_time"]);
        let rows: Vec<Value> = state
            .kept
            .get(id)
            .into_iter()
            .flat_map(|rows| rows.range(span.clone()))
            .map(|(start, sum)| json!({ "start": start, "end": start + 3_600_000, "sum": sum }))
            .collect();
        return Ok(if rows.is_empty() { json!({}) } else { json!({ id: rows }) });
    }
    let metadata = &message["metadata"];
    let known =
        ["has_sum", "mean_type", "name", "source", "statistic_id", "unit_class", "unit_of_measurement"];
    for key in metadata.as_object().unwrap().keys() {
        if !known.contains(&key.as_str()) {
            let why = format!("extra keys not allowed @ data['metadata']['{key}']");
            state.refused.push(why.clone());
            return Err(why);
        }
    }
    if metadata["mean_type"] != 0 || !metadata["unit_class"].is_string() {
        state.refused.push("required key not provided".to_owned());
        return Err("required key not provided".to_owned());
    }
    let rows = message["stats"].as_array().unwrap();
    let kept = state.kept.entry(metadata["statistic_id"].as_str().unwrap().to_owned()).or_default();
    for row in rows {
        let start = instant(&row["start"]);
        assert_eq!(start % 3_600_000, 0, "on the hour");
        kept.insert(start, row["sum"].as_f64().unwrap());
    }
    state.imports.push(rows.len());
    if let Some(left) = &mut state.cut_after {
        *left = left.saturating_sub(1);
    }
    Ok(Value::Null)
}

fn say(socket: &mut WebSocket<TcpStream>, message: &Value) -> Option<()> {
    socket.send(Message::text(message.to_string())).ok()
}

fn hear(socket: &mut WebSocket<TcpStream>) -> Option<Value> {
    loop {
        match socket.read().ok()? {
            Message::Text(text) => return serde_json::from_str(&text).ok(),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// A meter whose half-hours come as a CSV.
fn meter(home: &Home) -> String {
    format!(
        "[connectors.meter]\nplugin = \"csv\"\nwatch = {:?}\ntime = {{ column = \"time\", format = \"rfc3339\", \
         stamp = \"start\" }}\nstep = \"30min\"\nseries = [{{ column = \"watts\", name = \"load_curve\", unit = \"W\", \
         kind = \"power\", role = \"electricity.load_curve\" }}]\n",
        home.inbox()
    )
}

/// Half-hours from January to April 2025, the clock's spring day among them: 1 kW, and 3 kW from `heavy` on for a day.
fn drop_months(home: &Home, name: &str, heavy: &str) {
    let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
    let (from, to) = (at("2024-12-31T23:00:00Z"), at("2025-04-30T22:00:00Z"));
    let heavy = at(heavy)..at(heavy) + 86_400;
    let mut csv = "time,watts\n".to_owned();
    for second in (from..to).step_by(1800) {
        let time = jiff::Timestamp::from_second(second).unwrap();
        let _ = writeln!(csv, "{time},{}", if heavy.contains(&second) { 3000 } else { 1000 });
    }
    let path = home.inbox().join(name);
    fs::write(&path, csv).unwrap();
    settle(&path);
}

const ELECTRICITY: &str = "watteau:electricity_import";
/// 120 days, an hour less.
const HOURS: usize = 120 * 24 - 1;

/// The hours and the last sum, once every hour is as large as it has to be.
fn complete(played: &Played, total: f64) -> Option<()> {
    played.with(|state| {
        let rows = state.kept.get(ELECTRICITY)?;
        let mut before = 0.0;
        let whole = rows.values().all(|sum| {
            let hour = sum - std::mem::replace(&mut before, *sum);
            (hour - 1.0).abs() < 1e-6 || (hour - 3.0).abs() < 1e-6
        });
        (rows.len() == HOURS && whole && (before - total).abs() < 1e-6).then_some(())
    })
}

#[test]
fn a_newer_one_gets_the_shape_it_takes_and_a_cut_in_the_middle_is_mended() {
    let home = Home::new("");
    let played = Played::start("2025.11.2");
    home.configure(&played.settings(&home));
    played.with(|state| state.cut_after = Some(2));
    drop_months(&home, "months.csv", "2025-03-30T00:00:00Z");
    let running = home.start();
    let total = HOURS as f64 + 2.0 * 24.0;
    wait_for("every hour in spite of the cut", || complete(&played, total));
    let status = running.wait("/api/v1/status", |status| status["outputs"][0]["ok"] == true);
    assert_eq!(status["outputs"][0]["name"], "homeassistant");
    assert!(status["outputs"][0]["last_success"].is_string(), "{status}");
    played.with(|state| {
        assert_eq!(state.refused, [] as [String; 0]);
        // Two months came before the cut, and are not sent again.
        assert_eq!(state.imports.iter().sum::<usize>(), HOURS);
        assert_eq!(state.imports.len(), 4);
        assert!(state.connections >= 2);
        state.imports.clear();
    });

    // A correction in February sends what follows, and nothing before.
    drop_months(&home, "corrected.csv", "2025-02-10T00:00:00Z");
    // The day itself, which holds 48 kWh more now, and then all that follows it.
    let day = 1_739_145_600_000 + 23 * 3_600_000;
    let corrected = 40.0 * 24.0 + 25.0 + 48.0;
    wait_for("the corrected day", || {
        let sum = played.with(|state| state.kept[ELECTRICITY][&day]);
        ((sum - corrected).abs() < 1e-6).then_some(())
    });
    wait_for("the corrected sums", || complete(&played, total));
    let february = played.with(|state| state.kept[ELECTRICITY].range(..1_739_145_600_000).count());
    wait_for("the tail alone", || {
        played.with(|state| (state.imports.iter().sum::<usize>() == HOURS - february).then_some(()))
    });
    played.with(|state| assert_eq!(state.imports.len(), 3, "{:?}", state.imports));
    running.stop();
    let log = home.log();
    assert_eq!(log.matches("ended the connection").count(), 1, "{log}");
}

#[test]
fn a_token_that_is_none_is_told_once_and_a_good_one_is_taken_without_a_restart() {
    let home = Home::new("");
    let played = Played::start("2026.1.0");
    let settings = played.settings(&home);
    fs::write(home.path().join("token"), "bad").unwrap();
    home.configure(&settings);
    let running = home.start();
    let status = running.wait("/api/v1/status", |status| status["outputs"][0]["error"].is_string());
    let error = status["outputs"][0]["error"].as_str().unwrap();
    assert!(error.contains("token") && !error.contains("bad"), "{error}");
    fs::write(home.path().join("token"), "good").unwrap();
    running.wait("/api/v1/status", |status| status["outputs"][0]["ok"] == true);
    // Switched off, nobody is told and nothing is shown.
    home.configure(&settings.replace("[homeassistant]", "[homeassistant]\nenabled = false"));
    running.wait("/api/v1/status", |status| status["outputs"] == json!([]));
    running.stop();
    assert_eq!(home.log().matches("refuses the token").count(), 1, "{}", home.log());
}

#[test]
fn a_token_that_changes_in_its_file_is_tried_at_once() {
    let home = Home::new("");
    let played = Played::start("2026.1.0");
    home.configure(&played.settings(&home));
    let running = home.start();
    running.wait("/api/v1/status", |status| status["outputs"][0]["ok"] == true);
    fs::write(home.path().join("token"), "bad").unwrap();
    let refused = running.wait("/api/v1/status", |status| status["outputs"][0]["ok"] == false);
    assert!(refused["outputs"][0]["error"].as_str().unwrap().contains("refuses the token"), "{refused}");
    running.stop();
}

#[test]
fn the_page_to_paste_is_that_of_the_installation_with_or_without_the_daemon() {
    let home = Home::with_gas("");
    let page = |arguments: &[&str]| {
        let output = home.run(&[&["homeassistant", "--lang", "fr"], arguments].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let running = home.start();
    let told = page(&["--url", "http://pi.local:9288/"]);
    for expected in [
        "resource: \"http://pi.local:9288/api/v1/summary\"",
        "unique_id: watteau_gas_day",
        "unique_id: watteau_gas_volume_day",
        "Gaz, dernier jour",
    ] {
        assert!(told.contains(expected), "{expected} is not in\n{told}");
    }
    assert!(!told.contains("electricity") && !told.contains("watteau_bearer"), "{told}");
    running.stop();
    assert_eq!(page(&["--url", "http://pi.local:9288"]), told);
    assert!(page(&["--bearer"]).contains("Authorization: !secret watteau_bearer"));
    let json = home.json(&["homeassistant", "--json", "--lang", "fr", "--url", "http://pi.local:9288"]);
    assert_eq!((&json["url"], &json["bearer"]), (&json!("http://pi.local:9288"), &json!(false)));
    assert!(json["sensors"].as_array().unwrap().contains(&json!("gas_day")), "{json}");
    assert_eq!(json["yaml"].as_str(), Some(told.as_str()));
    let refused = home.run(&["homeassistant", "--url", "pi.local:9288"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("http://"));
}
