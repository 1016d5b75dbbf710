//! The Linky connector in the daemon, against the simulated gateway and its faults.

use super::support::{Home, Running, wait_for};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde_json::Value;
use std::fs;
use tokio::runtime::Runtime;
use watteau_simulator::{Config, Fault, Gateway, Simulator};

/// The upstreams, on a runtime of their own.
pub(super) struct Upstream {
    simulator: Simulator,
    _runtime: Runtime,
}

impl Upstream {
    pub(super) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let simulator = runtime.block_on(Simulator::start(Config::default())).unwrap();
        Self { simulator, _runtime: runtime }
    }

    pub(super) const fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Tables for an instance of each source that is asked over HTTP, all with the same `options`.
    pub(super) fn every_source(&self, options: &str) -> String {
        format!(
            "[home]\nlatitude = 45.76\nlongitude = 4.84\n{}\n[connectors.rte]\nplugin = \"rte\"\n\
             client_id = {:?}\nclient_secret = {:?}\nbase_url = {:?}\n{options}\n[connectors.weather]\n\
             plugin = \"weather\"\nbase_url = {:?}\n{options}\n",
            self.linky(options),
            self.simulator.rte_client_id(),
            self.simulator.rte_client_secret(),
            self.simulator.grid_url(),
            self.simulator.weather_url(),
        )
    }

    /// A table for a Linky instance of this household, through the Conso API.
    fn linky(&self, options: &str) -> String {
        self.linky_through(Gateway::ConsoApi, options)
    }

    /// A table for a Linky instance of this household, through a gateway.
    pub(super) fn linky_through(&self, gateway: Gateway, options: &str) -> String {
        let simulator = &self.simulator;
        let (name, token, base_url) = match gateway {
            Gateway::ConsoApi => ("conso-api", simulator.token(), simulator.base_url()),
            Gateway::MedV1 => ("myelectricaldata", simulator.med_token(), simulator.med_v1_url()),
            Gateway::MedV2 => ("myelectricaldata-v2", simulator.med_token(), simulator.med_v2_url()),
        };
        format!(
            "[connectors.linky]\nplugin = \"linky\"\ngateway = {name:?}\nprm = {:?}\ntoken = {token:?}\n\
             base_url = {base_url:?}\n{options}\n",
            simulator.prm(),
        )
    }
}

pub(super) const UNLIMITED: &str = "quota = { calls = 100000, per = \"1d\", spacing = \"0s\" }";

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn today() -> Date {
    Timestamp::now().to_zoned(paris()).date()
}

pub(super) fn days_ago(days: i64) -> Date {
    today().checked_sub(days.days()).unwrap()
}

/// The instance's state once a run has ended.
fn after_a_run(daemon: &Running) -> Value {
    let states = daemon.wait("/api/v1/connectors", |states| {
        states[0]["running"] == false && !states[0]["last_run"].is_null()
    });
    states[0].clone()
}

/// What is kept of a local day of the load curve: starts and watts.
pub(super) fn curve(daemon: &Running, day: Date) -> Vec<(i64, f64)> {
    let next = day.tomorrow().unwrap();
    let path = format!("/api/v1/series/linky.load_curve/points?step=raw&from={day}&to={next}");
    let columns = daemon.get(&path);
    let starts = columns["start"].as_array().unwrap();
    let value = |i: usize| columns["value"][i].as_f64().unwrap();
    starts.iter().enumerate().map(|(i, start)| (start.as_i64().unwrap(), value(i))).collect()
}

pub(super) fn truth(upstream: &Upstream, day: Date) -> Vec<(i64, f64)> {
    let curve = upstream.simulator.household().load_curve(day);
    curve.into_iter().map(|(start, watts)| (start.as_second(), f64::from(watts))).collect()
}

/// The clock changes of the last two years.
fn clock_changes() -> Vec<Date> {
    let now = Timestamp::now();
    let from = now.checked_sub((24 * 700).hours()).unwrap();
    let zone = paris();
    let changes = zone.following(from).take_while(|change| change.timestamp() < now);
    changes.map(|change| change.timestamp().to_zoned(zone.clone()).date()).collect()
}

#[test]
fn the_whole_history_is_filled_and_every_half_hour_is_the_meters() {
    let upstream = Upstream::start();
    let home = Home::new(&upstream.linky(UNLIMITED));
    let daemon = home.start();
    let state = after_a_run(&daemon);
    assert_eq!((&state["error"], &state["last_run"]["ok"]), (&Value::Null, &Value::Bool(true)), "{state}");
    for feed in state["feeds"].as_array().unwrap() {
        assert_eq!(feed["backfill"]["done_days"], feed["backfill"]["total_days"], "{feed}");
    }
    let changes = clock_changes();
    assert!(changes.len() >= 3);
    for day in changes.into_iter().chain([days_ago(3), days_ago(100), days_ago(400)]) {
        let expected = truth(&upstream, day);
        assert!([46, 48, 50].contains(&expected.len()));
        assert_eq!(curve(&daemon, day), expected, "{day}");
    }
    let day = days_ago(30);
    let path = format!("/api/v1/series/linky.daily_energy/points?step=day&from={day}&to={}", days_ago(29));
    let wh = upstream.simulator.household().day_watt_hours(day);
    assert_eq!(daemon.get(&path)["value"][0].as_f64().unwrap().to_bits(), (f64::from(wh) / 1000.0).to_bits());

    // Nothing is asked again for what is there.
    let before = upstream.simulator.requests().len();
    let answer = daemon.post("/api/v1/connectors/linky/run?wait=true", &[]).unwrap();
    let again: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((&again["new"], &again["corrected"]), (&0.into(), &0.into()), "{again}");
    assert!(upstream.simulator.requests().len() <= before + 3, "{:?}", upstream.simulator.requests());
    daemon.stop();
}

#[test]
fn the_quota_is_kept_across_restarts_and_the_history_goes_on_where_it_was() {
    let upstream = Upstream::start();
    let home = Home::new(&upstream.linky("quota = { calls = 5, per = \"1d\", spacing = \"0s\" }"));
    let daemon = home.start();
    let state = after_a_run(&daemon);
    assert_eq!(upstream.simulator.requests().len(), 5);
    assert_eq!((&state["quota"]["used"], &state["quota"]["calls"]), (&5.into(), &5.into()));
    assert!(state["error"].is_null(), "a used quota is no failure: {state}");
    daemon.kill();
    let daemon = home.start();
    daemon.post("/api/v1/connectors/linky/run?wait=true", &[]).unwrap();
    assert_eq!(upstream.simulator.requests().len(), 5, "no call before the window is over");
    daemon.stop();

    home.configure(&upstream.linky(UNLIMITED));
    let daemon = home.start();
    daemon.post("/api/v1/connectors/linky/run?wait=true", &[]);
    daemon.wait("/api/v1/connectors", |states| {
        let feeds = states[0]["feeds"].as_array().unwrap();
        feeds.iter().all(|feed| feed["backfill"]["done_days"] == feed["backfill"]["total_days"])
    });
    let mut asked = upstream.simulator.requests();
    let all = asked.len();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), all, "no window was asked twice");
    daemon.stop();
}

#[test]
fn who_failed_is_told_with_what_to_do_and_the_next_try() {
    let cases = [
        (Fault::Quota, "quota", Some("Conso API"), "Nothing is lost"),
        (Fault::ConsentExpired, "consent", Some("Enedis"), "Renew it"),
        (Fault::TokenRefused, "consent", Some("Conso API"), "refuses the token"),
        (Fault::ConsentNotLinked, "unavailable", Some("Enedis"), "known fault of Enedis"),
        (Fault::EnedisDown, "unavailable", Some("Enedis"), "Enedis is unavailable"),
        (Fault::GatewayDown, "unavailable", Some("Conso API"), "cannot log in to Enedis"),
        (Fault::Blocked, "unavailable", Some("Conso API"), "blocked"),
    ];
    for (fault, kind, party, words) in cases {
        let upstream = Upstream::start();
        upstream.simulator.faults().switch_on(fault);
        let home = Home::new(&upstream.linky(UNLIMITED));
        let daemon = home.start();
        let state = after_a_run(&daemon);
        let error = &state["error"];
        assert_eq!(
            (error["kind"].as_str(), error["party"].as_str()),
            (Some(kind), party),
            "{fault:?}: {state}"
        );
        assert!(error["message"]["en"].as_str().unwrap().contains(words), "{fault:?}: {error}");
        assert!(!error["message"]["fr"].as_str().unwrap().is_empty());
        assert_eq!(state["last_success"], Value::Null, "{fault:?}: {state}");
        assert!(error["since"].is_string() && error["next_try"].is_string(), "{fault:?}: {error}");
        assert_eq!(upstream.simulator.requests().len(), 1, "{fault:?}: one call says enough");
        let notices = daemon.get("/api/v1/status")["notices"].clone();
        assert_eq!(notices[0]["connector"], "linky", "{fault:?}: {notices}");

        // Once it is over, asking by hand clears it.
        upstream.simulator.faults().clear();
        if kind != "quota" {
            daemon.post("/api/v1/connectors/linky/run?wait=true", &[]).unwrap();
            assert_eq!(after_a_run(&daemon)["error"], Value::Null, "{fault:?}");
        }
        no_secret(&home, &daemon, &upstream);
        daemon.stop();
    }
}

#[test]
fn a_secret_that_is_corrected_in_its_file_is_tried_at_once() {
    let (upstream, home) = (Upstream::start(), Home::new(""));
    let (token, secret) = (home.path().join("token"), upstream.simulator.token().to_owned());
    fs::write(&token, "no.such.token-at-all").unwrap();
    let linky = upstream.linky(UNLIMITED).replace(&format!("{secret:?}"), &format!("{{ file = {token:?} }}"));
    home.configure(&linky);
    let daemon = home.start();
    let refused = daemon.wait("/api/v1/connectors", |states| states[0]["state"] == "attention");
    assert_eq!(refused[0]["last_success"], Value::Null, "{refused}");
    fs::write(&token, format!("{secret}\n")).unwrap();
    daemon.wait("/api/v1/connectors", |states| {
        states[0]["state"] == "ok" && states[0]["last_run"]["ok"] == true
    });
    daemon.stop();
}

#[test]
fn another_meter_or_place_never_joins_the_series_of_the_first() {
    let (upstream, home) = (Upstream::start(), Home::new(""));
    let options = format!("since = \"{}\"\n{UNLIMITED}", days_ago(8));
    let tables = upstream.every_source(&options).replace("\"conso-api\"", "\"myelectricaldata\"");
    let tables = tables.replace(upstream.simulator.token(), upstream.simulator.med_token());
    let tables = tables.replace(&upstream.simulator.base_url(), &upstream.simulator.med_v1_url());
    home.configure(&tables);
    let daemon = home.start();
    let points = |series: &str| {
        let all = daemon.get("/api/v1/series");
        let one = all.as_array().unwrap().iter().find(|one| one["id"] == series);
        one.and_then(|one| one["points"].as_u64()).unwrap_or(0)
    };
    wait_for("some points", || {
        (points("linky.load_curve") > 0 && points("weather.temperature") > 0).then_some(())
    });
    let moved = tables.replace(upstream.simulator.prm(), "99999999999999").replace("45.76", "48.85");
    home.configure(&moved);
    let said = daemon.wait("/api/v1/status", |status| {
        let told = status["notices"].to_string();
        told.contains("prm: another meter or place") && told.contains("latitude: another meter or place")
    });
    assert!(!said.to_string().contains("99999999999999"), "{said}");
    // A home that is told more exactly is the same.
    home.configure(&tables.replace("45.76", "45.764"));
    daemon.wait("/api/v1/status", |status| !status["notices"].to_string().contains("another meter or place"));
    daemon.stop();
    // At a start there is nothing that could go on.
    home.configure(&moved);
    let daemon = home.start();
    let states = daemon.wait("/api/v1/connectors", |states| states[0]["state"] == "attention");
    assert!(states[0]["text"]["en"].as_str().unwrap().contains("another meter or place"), "{states}");
    daemon.stop();
}

/// Neither the token nor the meter's number is anywhere that somebody looks.
fn no_secret(home: &Home, daemon: &Running, upstream: &Upstream) {
    let mut shown = home.log();
    for path in ["/metrics", "/api/v1/status", "/api/v1/connectors", "/api/v1/series"] {
        shown.push_str(&String::from_utf8_lossy(&daemon.try_get(path).unwrap().body));
    }
    let check = home.run(&["check"]);
    shown.push_str(&String::from_utf8_lossy(&check.stdout));
    assert!(!shown.contains(upstream.simulator.token()), "the token is shown");
    assert!(!shown.contains(upstream.simulator.prm()), "the meter's number is shown");
}

#[test]
fn a_truncated_answer_stores_nothing_and_is_nobodys_data() {
    let upstream = Upstream::start();
    upstream.simulator.faults().switch_on(Fault::Truncated);
    let home = Home::new(&upstream.linky(UNLIMITED));
    let daemon = home.start();
    let state = after_a_run(&daemon);
    let troubles: Vec<&Value> =
        state["feeds"].as_array().unwrap().iter().map(|feed| &feed["error"]["kind"]).collect();
    assert!(troubles.iter().all(|kind| **kind == "unreadable"), "{state}");
    assert_eq!(state["last_success"], Value::Null, "no feed was answered: {state}");
    let series = daemon.get("/api/v1/series");
    assert!(series.as_array().unwrap().iter().all(|series| series["points"] == 0));
    daemon.stop();
}

#[test]
fn a_load_curve_that_is_not_collected_is_told_and_the_days_come_all_the_same() {
    let upstream = Upstream::start();
    upstream.simulator.faults().switch_on(Fault::NoLoadCurve);
    let home = Home::new(&upstream.linky(UNLIMITED));
    let daemon = home.start();
    let state = after_a_run(&daemon);
    let feed = |name: &str| {
        state["feeds"].as_array().unwrap().iter().find(|feed| feed["name"] == name).unwrap().clone()
    };
    assert_eq!(feed("load_curve")["error"]["kind"], "not_offered", "{state}");
    assert_eq!(state["state"], "attention");
    let days = feed("daily_energy");
    assert_eq!(days["backfill"]["done_days"], days["backfill"]["total_days"]);
    daemon.stop();
}

#[test]
fn a_hole_is_shown_as_a_hole_and_a_late_day_fills_by_itself() {
    let upstream = Upstream::start();
    let (hole, late) = (days_ago(20), days_ago(4));
    upstream.simulator.faults().switch_on(Fault::Hole(hole));
    upstream.simulator.faults().switch_on(Fault::Late(late));
    let since = format!("since = {:?}\n{UNLIMITED}", days_ago(40).to_string());
    let home = Home::new(&upstream.linky(&since));
    let daemon = home.start();
    after_a_run(&daemon);
    let path = format!("/api/v1/series/linky.load_curve/coverage?from={}&to={}", days_ago(30), days_ago(2));
    let coverage = daemon.get(&path);
    let gaps = coverage["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 2, "{coverage}");
    assert_eq!(gaps[0]["missing"], 5);
    let day = |date: Date| {
        let days = coverage["days"].as_array().unwrap();
        days.iter().find(|day| day["date"] == date.to_string()).unwrap().clone()
    };
    assert_eq!((&day(hole)["present"], &day(late)["present"]), (&43.into(), &0.into()));

    upstream.simulator.faults().clear();
    let since = days_ago(6);
    let answer = daemon.post(&format!("/api/v1/connectors/linky/run?wait=true&since={since}"), &[]).unwrap();
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(curve(&daemon, late), truth(&upstream, late));
    assert_eq!(curve(&daemon, hole).len(), 43, "an old hole is not asked for again by itself");
    daemon.stop();
}

#[test]
fn a_run_by_command_is_the_same_with_and_without_a_daemon() {
    let upstream = Upstream::start();
    let since = format!("since = {:?}\n{UNLIMITED}", days_ago(20).to_string());
    let home = Home::new(&upstream.linky(&since));
    let rehearsal = home.json(&["connector", "run", "linky", "--dry-run", "--json"]);
    assert!(rehearsal["run"]["new"].as_u64().unwrap() > 300, "{rehearsal}");
    let done = home.json(&["connector", "run", "linky", "--json"]);
    assert!(done["run"]["new"].as_u64().unwrap() > 900, "{done}");
    let daemon = home.start();
    let again = home.json(&["connector", "run", "linky", "--json"]);
    assert_eq!((&again["run"]["new"], &again["run"]["ok"]), (&0.into(), &true.into()), "{again}");
    daemon.stop();
}
