//! Remote write: to a real Prometheus through kills of both sides, and to a receiver that writes everything down.

mod prometheus;
mod receiver;

use super::support::{Home, Running, settle, wait_for};
use jiff::Timestamp;
use prometheus::Prometheus;
use receiver::{Manner, Receiver, Request};
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write as _, fs};

const HALF_HOUR: i64 = 1_800_000;
/// 2025-10-01T00:00:00Z: a month with the day of 25 hours.
const FIRST: i64 = 1_759_276_800_000;
const POINTS: i64 = 31 * 48;
const SERIES: [&str; 6] = ["oven", "boiler", "car", "pump", "light", "rest"];

/// What a series draws in a half-hour, in W.
fn watts(series: usize, half_hour: i64) -> f64 {
    (100 * (series as i64 + 1) + (half_hour * (7 + series as i64)) % 97) as f64 + 0.25
}

/// A meter of six circuits by file, and where to send it.
fn configure(home: &Home, receiver: &str, more: &str) {
    let columns: Vec<String> = SERIES
        .iter()
        .map(|name| format!("{{ column = \"{name}\", name = \"{name}\", unit = \"W\", kind = \"power\" }}"))
        .collect();
    home.configure(&format!(
        "[connectors.circuits]\nplugin = \"csv\"\nwatch = {:?}\nstep = \"30m\"\n\
         time = {{ column = \"start\", format = \"rfc3339\" }}\nseries = [{}]\n\
         {}[remote_write]\nurl = \"{receiver}\"\n{more}",
        home.inbox(),
        columns.join(", "),
        home.gas("gas", ""),
    ));
}

/// A file of the circuits' half-hours.
fn drop_half_hours(
    home: &Home,
    name: &str,
    half_hours: impl Iterator<Item = i64>,
    value: impl Fn(usize, i64) -> f64,
) {
    let mut text = format!("start,{}\n", SERIES.join(","));
    for n in half_hours {
        let start = Timestamp::from_millisecond(FIRST + n * HALF_HOUR).unwrap();
        let values: Vec<String> = (0..SERIES.len()).map(|series| value(series, n).to_string()).collect();
        writeln!(text, "{start},{}", values.join(",")).unwrap();
    }
    let path = home.inbox().join(name);
    fs::write(&path, text).unwrap();
    settle(&path);
}

/// Waits until all is sent that there is, at least `samples` since the start.
fn sent(daemon: &Running, samples: u64) -> Value {
    let status = daemon.wait("/api/v1/status", |status| {
        let remote = &status["remote_write"];
        let done = |key: &str| remote[key].as_u64().unwrap_or(0);
        done("sent_samples") + done("refused_samples") >= samples && done("pending_samples") == 0
    });
    status["remote_write"].clone()
}

fn answered(receiver: &Receiver, count: usize) -> Vec<Request> {
    wait_for("requests", || {
        let requests = receiver.requests();
        (requests.len() >= count).then_some(requests)
    })
}

/// Every sample that was accepted, in the order of arrival, by the series' label.
fn arrived(requests: &[Request]) -> BTreeMap<String, Vec<(i64, u64)>> {
    let mut arrived: BTreeMap<String, Vec<(i64, u64)>> = BTreeMap::new();
    for request in requests.iter().filter(|request| request.status.is_some_and(|status| status < 300)) {
        for series in &request.write.series {
            let name = series.labels.iter().find(|label| label.name == "series").unwrap().value.clone();
            let samples = series.samples.iter().map(|sample| (sample.at, sample.value.to_bits()));
            arrived.entry(name).or_default().extend(samples);
        }
    }
    arrived
}

fn all_of(series: usize) -> Vec<(i64, f64)> {
    (0..POINTS).map(|n| (FIRST + (n + 1) * HALF_HOUR, watts(series, n))).collect()
}

#[test]
fn a_month_arrives_in_prometheus_whole_through_kills_of_both_sides() {
    if !prometheus::is_installed() {
        return;
    }
    let mut prometheus = Prometheus::start(None);
    let receiver = Receiver::start(Manner::Pass(prometheus.address));
    let home = Home::new("");
    configure(&home, &receiver.url(), "labels = { home = \"mas\" }\n");
    drop_half_hours(&home, "month.csv", 0..POINTS, watts);

    // The eleventh request is taken, and whoever sent it never hears of that.
    receiver.hold_after(10);
    let daemon = home.start();
    answered(&receiver, 11);
    daemon.kill();
    receiver.hold_after(20);
    let daemon = home.start();
    answered(&receiver, 21);
    prometheus.kill();
    receiver.hold_after(usize::MAX);
    wait_for("a try that fails", || {
        let status = daemon.get("/api/v1/status");
        status["remote_write"]["trouble"]
            .as_str()
            .map(|trouble| assert!(trouble.contains("502"), "{trouble}"))
    });
    prometheus.start_again();
    let status = sent(&daemon, 1);
    assert_eq!(status["trouble"], Value::Null);
    daemon.stop();

    let kept = prometheus.samples("watteau_power_watts");
    assert_eq!(kept.len(), SERIES.len());
    for (labels, samples) in kept {
        let series = SERIES.iter().position(|name| labels["series"] == format!("circuits.{name}")).unwrap();
        assert_eq!(labels["home"], "mas");
        assert_eq!(samples.len(), POINTS as usize, "{labels:?}: each once");
        assert!(samples.iter().zip(all_of(series)).all(|(kept, sent)| *kept == sent), "{labels:?}");
    }
    let log = home.log();
    assert!(log.matches("remote write waits").count() <= 2, "said once: {log}");
    assert!(!prometheus.log().contains("panic"));
}

#[test]
fn what_is_late_or_corrected_arrives_too_where_it_is_taken() {
    if !prometheus::is_installed() {
        return;
    }
    let prometheus = Prometheus::start(Some("3650d"));
    let home = Home::new("");
    configure(&home, &format!("http://{}/api/v1/write", prometheus.address), "");
    // The tenth day is missing, and comes when the others have been sent.
    let tenth = 9 * 48..10 * 48;
    drop_half_hours(&home, "month.csv", (0..POINTS).filter(|n| !tenth.contains(n)), watts);
    let daemon = home.start();
    sent(&daemon, (POINTS as u64 - 48) * 6);
    drop_half_hours(&home, "late.csv", tenth, watts);
    let status = sent(&daemon, POINTS as u64 * 6);
    assert_eq!((&status["refused_samples"], &status["trouble"]), (&Value::from(0), &Value::Null));
    for (labels, samples) in prometheus.samples("watteau_power_watts") {
        let series = SERIES.iter().position(|name| labels["series"] == format!("circuits.{name}")).unwrap();
        assert_eq!(samples, all_of(series), "{labels:?}");
    }
    daemon.stop();
}

/// The value that says that a series is over.
const STALE: u64 = 0x7ff0_0000_0000_0002;

#[test]
fn time_never_goes_back_and_what_leaves_is_ended() {
    let receiver = Receiver::start(Manner::Answer(204));
    let home = Home::new("");
    fs::write(home.path().join("token"), "invented\n").unwrap();
    let bearer = "bearer = { file = \"token\" }\nlabels = { Site = \"mas\" }\n";
    configure(&home, &receiver.url(), bearer);
    drop_half_hours(&home, "month.csv", 0..POINTS, watts);
    let daemon = home.start();
    sent(&daemon, POINTS as u64 * 6);
    let requests = receiver.requests();
    assert!(requests.len() >= 31, "a request holds a day at most: {}", requests.len());
    let mut clock = i64::MIN;
    for request in &requests {
        let head = request.head.to_ascii_lowercase();
        for line in [
            "post /api/v1/write http/1.1",
            "content-type: application/x-protobuf",
            "content-encoding: snappy",
            "x-prometheus-remote-write-version: 0.1.0",
            "authorization: bearer invented",
            concat!("user-agent: watteau/", env!("CARGO_PKG_VERSION")),
        ] {
            assert!(head.lines().any(|found| found == line), "no {line} in {head}");
        }
        let instants =
            || request.write.series.iter().flat_map(|series| &series.samples).map(|sample| sample.at);
        assert!(instants().min() > Some(clock), "a request begins before the end of the last");
        clock = instants().max().unwrap();
        for series in &request.write.series {
            let labels: Vec<&str> = series.labels.iter().map(|label| label.name.as_str()).collect();
            assert_eq!(labels, ["Site", "__name__", "series"]);
            assert!(series.samples.windows(2).all(|two| two[0].at < two[1].at));
        }
    }
    for (number, name) in SERIES.iter().enumerate() {
        let expected = all_of(number).into_iter().map(|(at, value)| (at, value.to_bits()));
        assert!(arrived(&requests)[&format!("circuits.{name}")].iter().copied().eq(expected), "{name}");
    }

    // A value that is corrected is sent again, at its instant.
    drop_half_hours(&home, "corrected.csv", 5..6, |series, n| watts(series, n) + 1000.0);
    sent(&daemon, POINTS as u64 * 6 + 6);
    let late = arrived(&receiver.requests()[requests.len()..]);
    let instant = FIRST + 6 * HALF_HOUR;
    assert_eq!(late["circuits.oven"], [(instant, (watts(0, 5) + 1000.0).to_bits())]);

    // What is not sent any more is ended, once; what comes back goes on where it was.
    configure(&home, &receiver.url(), &format!("{bearer}series = [\"circuits.oven\"]\n"));
    let before = requests.len() + 1;
    let ended = arrived(&answered(&receiver, before + 1)[before..]);
    let last = FIRST + POINTS * HALF_HOUR;
    let names: Vec<&str> = ended.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["circuits.boiler", "circuits.car", "circuits.light", "circuits.pump", "circuits.rest"]
    );
    assert!(ended.values().all(|samples| samples[..] == [(last + 1, STALE)]), "{ended:?}");
    configure(&home, &receiver.url(), bearer);
    drop_half_hours(&home, "more.csv", POINTS..POINTS + 2, watts);
    let more = arrived(&answered(&receiver, before + 2)[before + 1..]);
    assert_eq!(more.len(), 6);
    assert!(more.values().all(|samples| samples.len() == 2), "{more:?}");
    daemon.stop();
}

#[test]
fn a_refusal_holds_up_nothing_and_a_wrong_password_loses_nothing() {
    let receiver = Receiver::start(Manner::Answer(400));
    let home = Home::new("");
    configure(&home, &receiver.url(), "");
    drop_half_hours(&home, "month.csv", 0..POINTS, watts);
    let daemon = home.start();
    let status = sent(&daemon, POINTS as u64 * 6);
    assert_eq!(status["refused_samples"], POINTS * 6);
    let metrics = |daemon: &Running| String::from_utf8(daemon.try_get("/metrics").unwrap().body).unwrap();
    let page = metrics(&daemon);
    assert!(
        page.contains(&format!("\nwatteau_remote_write_refused_samples_total {}\n", POINTS * 6)),
        "{page}"
    );

    receiver.behave(Manner::Answer(401));
    drop_half_hours(&home, "more.csv", POINTS..POINTS + 2, watts);
    let refused = daemon.wait("/api/v1/status", |status| !status["remote_write"]["trouble"].is_null());
    let refused = &refused["remote_write"];
    assert!(refused["trouble"].as_str().unwrap().contains("401"), "{refused}");
    assert_eq!(
        (&refused["pending_samples"], &refused["refused_samples"]),
        (&12.into(), &(POINTS * 6).into())
    );
    assert!(metrics(&daemon).contains("\nwatteau_remote_write_up 0\n"));

    // Settings that are read again are a reason to try at once.
    receiver.behave(Manner::Answer(200));
    configure(&home, &receiver.url(), "");
    let status = sent(&daemon, POINTS as u64 * 6 + 12);
    assert_eq!((&status["sent_samples"], &status["trouble"]), (&12.into(), &Value::Null));
    let page = metrics(&daemon);
    for line in [
        "watteau_remote_write_up 1",
        "watteau_remote_write_samples_total 12",
        "watteau_remote_write_pending_samples 0",
    ] {
        assert!(page.contains(&format!("\n{line}\n")), "no {line} in {page}");
    }
    daemon.stop();
    let log = home.log();
    assert_eq!(log.matches("are set aside").count(), 1, "{log}");
    assert_eq!(log.matches("remote write cannot go on").count(), 1, "{log}");
}

#[test]
fn what_prometheus_will_never_take_is_set_aside() {
    if !prometheus::is_installed() {
        return;
    }
    // Beyond its window one Prometheus answers 400, another 500; neither is asked for ever.
    for window in [None, Some("1h")] {
        let prometheus = Prometheus::start(window);
        let home = Home::new("");
        configure(&home, &format!("http://{}/api/v1/write", prometheus.address), "");
        drop_half_hours(&home, "day.csv", 480..528, watts);
        let daemon = home.start();
        sent(&daemon, 48 * 6);
        drop_half_hours(&home, "late.csv", 0..48, watts);
        drop_half_hours(&home, "next.csv", 528..576, watts);
        let status = sent(&daemon, 3 * 48 * 6);
        assert_eq!((&status["sent_samples"], &status["refused_samples"]), (&576.into(), &288.into()));
        assert_eq!(status["trouble"], Value::Null);
        daemon.stop();
        assert_eq!(home.log().matches("are set aside").count(), 1, "{}", home.log());
    }
}
