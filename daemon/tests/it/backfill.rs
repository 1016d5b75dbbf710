//! Six months of every source at once: a daemon that is killed asks for nothing twice, and no quota is passed.

use super::{
    sources::{UNLIMITED, Upstream, curve, days_ago, truth},
    support::{Home, Running, wait_for},
};
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeMap;
use watteau_simulator::Gateway;

/// Options for six months.
fn half_a_year(options: &str) -> String {
    format!("since = \"{}\"\n{options}", days_ago(183))
}

fn configure(home: &Home, upstream: &Upstream, options: &str) {
    home.configure(&upstream.every_source(&half_a_year(options)));
}

/// A daemon that was killed three times while its sources answered, and then went on to the end.
fn killed_and_resumed(home: &Home, upstream: &Upstream, sources: &[&str]) -> Running {
    for calls in [3, 9, 20] {
        let daemon = home.start();
        wait_for("some calls", || (upstream.simulator().requests().len() >= calls).then_some(()));
        daemon.kill();
    }
    let daemon = home.start();
    for source in sources {
        daemon.post(&format!("/api/v1/connectors/{source}/run?wait=true"), &[]).unwrap();
    }
    is_whole(&rest(&daemon));
    for (source, asked) in asked(upstream) {
        assert!(repeated(&asked) <= 3, "{source}, killed three times: {asked:?}");
    }
    daemon
}

/// Waits until no source is at work and each has run.
fn rest(daemon: &Running) -> Vec<Value> {
    let at_rest = |states: &Value| {
        let states = states.as_array().unwrap();
        states.iter().all(|state| state["running"] == false && !state["last_run"].is_null())
    };
    daemon.wait("/api/v1/connectors", at_rest).as_array().unwrap().clone()
}

/// How often each question was asked, by source.
fn asked(upstream: &Upstream) -> BTreeMap<&'static str, BTreeMap<String, usize>> {
    let mut asked = BTreeMap::new();
    // A token is no data: RTE counts the calls of its APIs.
    for request in upstream.simulator().requests().into_iter().filter(|request| request != "rte.token") {
        let source = match request.split_once('.') {
            Some(("rte", _)) => "rte",
            Some(("open_meteo", _)) => "weather",
            _ => "linky",
        };
        *asked.entry(source).or_insert_with(BTreeMap::new).entry(request).or_default() += 1;
    }
    asked
}

/// Of the questions about days that are long over, how many were asked more than once.
fn repeated(asked: &BTreeMap<String, usize>) -> usize {
    let over = |question: &str| {
        let last = question.rsplit_once("..").and_then(|(_, last)| last.parse::<Date>().ok());
        last.is_some_and(|last| last < days_ago(15))
    };
    asked.iter().filter(|(question, _)| over(question)).map(|(_, times)| times - 1).sum()
}

/// All that should be there is there.
fn is_whole(states: &[Value]) {
    for state in states {
        assert_eq!(
            (&state["error"], &state["last_run"]["ok"]),
            (&Value::Null, &Value::Bool(true)),
            "{state}"
        );
        for feed in state["feeds"].as_array().unwrap() {
            assert_eq!(feed["backfill"]["done_days"], feed["backfill"]["total_days"], "{feed}");
        }
    }
}

#[test]
fn a_quota_holds_over_a_kill_and_the_history_goes_on_where_it_was() {
    let (home, upstream) = (Home::new(""), Upstream::start());
    configure(&home, &upstream, "quota = { calls = 6, per = \"1d\", spacing = \"0s\" }");
    let daemon = home.start();
    rest(&daemon);
    let first = asked(&upstream);
    for (source, expected) in [("linky", 6), ("rte", 6), ("weather", 3)] {
        let calls: usize = first[source].values().sum();
        assert_eq!(calls, expected, "{source}: {first:?}");
    }
    daemon.kill();
    let daemon = home.start();
    for source in ["linky", "rte"] {
        daemon.post(&format!("/api/v1/connectors/{source}/run?wait=true"), &[]).unwrap();
    }
    assert_eq!((&asked(&upstream)["linky"], &asked(&upstream)["rte"]), (&first["linky"], &first["rte"]));
    daemon.stop();

    configure(&home, &upstream, UNLIMITED);
    let daemon = home.start();
    for source in ["linky", "rte", "weather"] {
        daemon.post(&format!("/api/v1/connectors/{source}/run?wait=true"), &[]).unwrap();
    }
    is_whole(&rest(&daemon));
    for (source, asked) in asked(&upstream) {
        assert_eq!(repeated(&asked), 0, "{source}: {asked:?}");
    }
    daemon.stop();
}

#[test]
fn a_kill_while_sources_answer_costs_one_question_each_at_most() {
    let (home, upstream) = (Home::new(""), Upstream::start());
    configure(&home, &upstream, UNLIMITED);
    let daemon = killed_and_resumed(&home, &upstream, &["linky", "rte", "weather"]);
    // Days of 23, 24 and 25 hours alike, by the quarter hours and the hours of their sources.
    for (series, minutes) in [("rte.load", 15), ("linky.load_curve", 30), ("weather.temperature", 60)] {
        let path =
            format!("/api/v1/series/{series}/points?step=raw&from={}&to={}", days_ago(170), days_ago(3));
        let columns = daemon.get(&path);
        let starts: Vec<i64> =
            columns["start"].as_array().unwrap().iter().map(|start| start.as_i64().unwrap()).collect();
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] == minutes * 60), "{series}");
        assert!(starts.len() as i64 >= 166 * 24 * 60 / minutes, "{series}: {}", starts.len());
    }
    daemon.stop();
}

#[test]
fn a_clean_stop_and_changed_settings_leave_no_history_for_tomorrow() {
    let (home, upstream) = (Home::new(""), Upstream::start());
    let spaced = |spacing: &str| format!("quota = {{ calls = 1000, per = \"1h\", spacing = \"{spacing}\" }}");
    let calls = |count: usize| {
        wait_for("some calls", || (upstream.simulator().requests().len() >= count).then_some(()));
    };
    configure(&home, &upstream, &spaced("100ms"));
    let daemon = home.start();
    calls(6);
    daemon.stop();
    let daemon = home.start();
    for (count, spacing) in [(12, "101ms"), (18, "102ms")] {
        calls(count);
        configure(&home, &upstream, &spaced(spacing));
    }
    let whole = |state: &Value| {
        let days = |feed: &Value| {
            feed["backfill"]["total_days"].as_u64().zip(feed["backfill"]["done_days"].as_u64())
        };
        state["feeds"]
            .as_array()
            .unwrap()
            .iter()
            .all(|feed| days(feed).is_some_and(|(all, done)| all == done))
    };
    let states = daemon.wait("/api/v1/connectors", |states| states.as_array().unwrap().iter().all(whole));
    is_whole(states.as_array().unwrap());
    daemon.stop();

    // What is there is known before anything is asked, by a command as well; a longer history is asked for at once.
    let told =
        |home: &Home| home.json(&["--json", "connectors"])[0]["text"]["en"].as_str().unwrap().to_owned();
    assert!(told(&home).starts_with("Up to date, to "), "{}", told(&home));
    let before = upstream.simulator().requests().len();
    home.configure(&upstream.every_source(&format!("since = \"{}\"\n{UNLIMITED}", days_ago(400))));
    assert!(told(&home).starts_with("Filling the history"), "{}", told(&home));
    let daemon = home.start();
    calls(before + 3);
    daemon.stop();
}

#[test]
fn every_half_hour_comes_through_myelectricaldata_whatever_is_killed() {
    for gateway in [Gateway::MedV1, Gateway::MedV2] {
        let (home, upstream) = (Home::new(""), Upstream::start());
        home.configure(&upstream.linky_through(gateway, &half_a_year(UNLIMITED)));
        let daemon = killed_and_resumed(&home, &upstream, &["linky"]);
        // Half a year has a change of the clocks.
        for day in (3..=180).map(days_ago) {
            assert_eq!(curve(&daemon, day), truth(&upstream, day), "{gateway:?} {day}");
        }
        let calls = upstream.simulator().gateway_calls(gateway);
        assert!((27..=50).contains(&calls), "{gateway:?}: {calls} of the 50 calls of a day");
        daemon.stop();
    }
}

#[test]
fn corrected_settings_ask_at_once() {
    let (home, upstream) = (Home::new(""), Upstream::start());
    let right = upstream.every_source(&format!("since = \"{}\"\n{UNLIMITED}", days_ago(20)));
    let wrong = right.replace(upstream.simulator().token(), "no-token-of-theirs-at-all");
    home.configure(&wrong);
    let daemon = home.start();
    let linky = |states: &[Value]| states.iter().find(|state| state["name"] == "linky").unwrap().clone();
    let state = linky(&rest(&daemon));
    assert!(!state["error"].is_null(), "{state}");
    home.configure(&right);
    daemon.wait("/api/v1/connectors", |states| {
        let state = linky(states.as_array().unwrap());
        state["error"].is_null() && state["last_run"]["new"].as_u64().unwrap_or(0) > 500
    });
    daemon.stop();
}
