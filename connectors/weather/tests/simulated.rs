//! The component in the real host, against Open-Meteo as it is simulated: months of back-fill and what they count for,
//! both changes of the clocks, an archive that catches up with its forecasts, and every fault.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use connector_weather::window;
use jiff::{Timestamp, ToSpan as _, civil::Date, civil::date, tz::TimeZone};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::{HOUR, done, instant, wasm};
use tokio::runtime::Runtime;
use watteau_host::compile;
use watteau_simulator::{Config, Element, Fault, Simulator, Spot};
use watteau_testing::{Ended, Output, Scenario};

const HOME: Spot = Spot { latitude: 45.76, longitude: 4.84 };
const DAY: i64 = 24 * HOUR;

/// The simulated hosts at a fixed moment.
struct Sky {
    now: String,
    simulator: Simulator,
    _runtime: Runtime,
}

impl Sky {
    fn at(now: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let config = Config { now: Some(now.parse().unwrap()), ..Config::default() };
        let simulator = runtime.block_on(Simulator::start(config)).unwrap();
        Self { now: now.to_owned(), simulator, _runtime: runtime }
    }

    fn with(&self, mut settings: Value) -> Scenario {
        settings["base_url"] = self.simulator.weather_url().into();
        Scenario::new("weather").settings(settings).now(&self.now).upstream(self.simulator.weather_url())
    }

    fn home(&self) -> Scenario {
        self.with(json!({"latitude": HOME.latitude, "longitude": HOME.longitude}))
    }

    /// One span of local days, as the daemon's plan asks for it.
    fn pull(scenario: &Scenario, feed: &str, first: Date, end: Date) -> Output {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let midnight = |day: Date| day.to_zoned(paris.clone()).unwrap().timestamp().to_string();
        scenario.pull_wasm(wasm(), feed, &midnight(first), &midnight(end)).expect("the component runs")
    }

    /// Days as the daemon asks for them: the newest first, running days with them, a year at most in one pull.
    fn back_fill(scenario: &mut Scenario, feed: &str, first: Date, end: Date, found: &mut Store) {
        let mut late = end;
        while late > first {
            let early = late.saturating_sub(365.days()).max(first);
            let output = Self::pull(scenario, feed, early, late);
            done(&output);
            found.take(&output);
            *scenario = scenario.clone().cursor(output.cursor);
            late = early;
        }
    }

    fn requests(&self) -> Vec<String> {
        self.simulator.requests()
    }

    /// What should hold of an hour's temperature, by the rule: the archive until it ends, the historical forecast until
    /// today, the forecast of now from there.
    fn best(&self, start: i64, archived: i64) -> (f64, &'static str) {
        if start < archived {
            return (self.truth(Element::Temperature, start), "measured");
        }
        let (at, now) = (Timestamp::from_millisecond(start).unwrap(), self.now.parse().unwrap());
        let over = start < instant(&self.now).div_euclid(DAY) * DAY;
        let issued = if over { at } else { now };
        (self.simulator.climate().forecast(Element::Temperature, HOME, at, issued), "estimated")
    }

    fn truth(&self, element: Element, start: i64) -> f64 {
        let at = Timestamp::from_millisecond(start).unwrap();
        self.simulator.climate().truth(element, HOME, at)
    }
}

/// What a store would hold: the last that was put over each hour.
#[derive(Default)]
struct Store(BTreeMap<String, BTreeMap<i64, (f64, &'static str)>>);

impl Store {
    fn take(&mut self, output: &Output) {
        for (series, points) in &output.points {
            let kept = self.0.entry(series.clone()).or_default();
            for (start, duration, value, quality) in points {
                assert_eq!(*duration, HOUR.unsigned_abs(), "{series}");
                kept.insert(*start, (*value, quality));
            }
        }
    }

    /// Asserts that a series has every hour of a span and no other.
    fn is_unbroken(&self, series: &str, from: &str, to: &str) {
        let starts: Vec<i64> = self.0[series].keys().copied().collect();
        let expected: Vec<i64> = (instant(from)..instant(to)).step_by(3_600_000).collect();
        assert_eq!((starts.first(), starts.len()), (expected.first(), expected.len()), "{series}");
        assert_eq!(starts, expected, "{series}");
    }
}

#[test]
fn six_months_are_exact_and_cost_three_calls_then_two_a_run() {
    let sky = Sky::at("2025-06-02T07:40:00Z");
    let (mut scenario, mut store) = (sky.home(), Store::default());
    let (first, end) = (date(2024, 12, 1), date(2025, 6, 5));
    Sky::back_fill(&mut scenario, "archive", first, end, &mut store);
    Sky::back_fill(&mut scenario, "historical_forecast", date(2025, 5, 23), end, &mut store);
    Sky::back_fill(&mut scenario, "forecast", date(2025, 5, 23), end, &mut store);
    assert_eq!(
        sky.requests(),
        [
            "open_meteo.archive 2024-11-30..2025-06-01",
            // The archive's last mean of radiation is stamped at the end of its hour, so it lacks an hour more.
            "open_meteo.historical_forecast 2025-05-27..2025-06-02",
            "open_meteo.forecast 2025-05-22..2025-06-04"
        ]
    );
    for series in ["temperature", "humidity", "cloud_cover", "wind_speed"] {
        store.is_unbroken(series, "2024-11-30T23:00:00Z", "2025-06-05T00:00:00Z");
    }
    store.is_unbroken("radiation", "2024-11-30T23:00:00Z", "2025-06-04T23:00:00Z");
    let archived = instant("2025-05-28T00:00:00Z");
    for (start, (value, quality)) in &store.0["temperature"] {
        assert_eq!((*value, *quality), sky.best(*start, archived), "{start}");
    }
    for (start, (value, _)) in store.0["radiation"].range(..archived - HOUR) {
        // The mean of an hour is stamped at its end.
        assert!((value - sky.truth(Element::Radiation, start + HOUR)).abs() < 1e-9);
    }
    let weight = sky.simulator.weather_weight();
    assert!(weight < 2.0 * window::HEAVIEST, "{weight}");
    // The next run asks for the running days alone: the last ten, and those to come. Yesterday is there.
    for feed in ["archive", "historical_forecast", "forecast"] {
        Sky::back_fill(&mut scenario, feed, date(2025, 6, 2), end, &mut store);
    }
    assert_eq!(
        sky.requests()[3..],
        ["open_meteo.archive 2025-05-23..2025-06-01", "open_meteo.forecast 2025-05-23..2025-06-04"]
    );
    let run = sky.simulator.weather_weight() - weight;
    assert!(run <= 2.0, "a run counts for {run}");
}

#[test]
fn twelve_cities_are_asked_for_in_pieces_below_every_limit() {
    let sky = Sky::at("2025-06-02T07:40:00Z");
    let mut scenario =
        sky.with(json!({"places": ["france"], "what": ["archive", "historical_forecast", "forecast", "previous_runs"]}));
    let mut store = Store::default();
    let (first, end) = (date(2024, 12, 1), date(2025, 6, 2));
    for feed in ["archive", "historical_forecast", "previous_runs", "forecast"] {
        let recent = feed.ends_with("forecast");
        Sky::back_fill(&mut scenario, feed, if recent { date(2025, 5, 23) } else { first }, end, &mut store);
    }
    let calls = sky.requests().len();
    let weight = sky.simulator.weather_weight();
    assert!(weight <= calls as f64 * window::HEAVIEST && weight < 600.0, "{calls} calls count for {weight}");
    assert_eq!(calls, 6 + 6 + 2, "183 days, 31 at a time");
    assert_eq!(store.0.len(), 13 * 5 * 2, "twelve cities and their mean");
    store.is_unbroken("temperature", "2024-11-30T23:00:00Z", "2025-06-05T00:00:00Z");
    store.is_unbroken("brest.wind_speed_d1", "2024-11-30T23:00:00Z", "2025-06-01T22:00:00Z");
    // The mean is that of its cities by their weights, and lies between them.
    let at = instant("2025-02-03T08:00:00Z");
    let of = |series: &str| store.0[series][&at].0;
    let weights = [
        ("paris", 0.30),
        ("lyon", 0.15),
        ("tours", 0.14),
        ("lille", 0.10),
        ("bordeaux", 0.08),
        ("toulouse", 0.08),
        ("strasbourg", 0.08),
        ("marseille", 0.07),
    ];
    let mean: f64 = weights.iter().map(|(city, weight)| weight * of(&format!("{city}.temperature"))).sum();
    assert!((mean - of("temperature")).abs() < 6e-4, "{mean} {}", of("temperature"));
    // What was foreseen the day before is near what came, and not the same.
    let errors: Vec<f64> = store.0["paris.temperature_d1"]
        .iter()
        .filter_map(|(start, (foreseen, _))| Some(foreseen - store.0["paris.temperature"].get(start)?.0))
        .collect();
    let rmse = (errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64).sqrt();
    assert!((0.2..1.5).contains(&rmse), "{rmse}");
}

#[test]
fn days_of_23_and_25_hours_are_the_truths_own() {
    let sky = Sky::at("2026-02-01T10:00:00Z");
    for (day, hours) in [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (date(2025, 6, 15), 24)] {
        let output = Sky::pull(&sky.home(), "archive", day, day.tomorrow().unwrap());
        done(&output);
        for (series, element, stamped) in
            [("temperature", Element::Temperature, 0), ("radiation", Element::Radiation, HOUR)]
        {
            let points = &output.points[series];
            assert_eq!(points.len(), hours, "{series} {day}");
            assert!(points.windows(2).all(|pair| pair[1].0 - pair[0].0 == HOUR), "{series} {day}");
            assert!(
                points.iter().all(|point| (point.2 - sky.truth(element, point.0 + stamped)).abs() < 1e-9),
                "{series} {day}"
            );
        }
    }
}

#[test]
fn day_after_day_the_best_holds_and_nothing_worse_takes_its_place() {
    let mut store = Store::default();
    let mut cursor = None;
    let mut measured: BTreeMap<i64, f64> = BTreeMap::new();
    for days in 0..8 {
        let today = date(2025, 6, 2).saturating_add(days.days());
        let sky = Sky::at(&format!("{today}T19:30:00Z"));
        let end = today.saturating_add(3.days());
        for feed in ["archive", "historical_forecast", "forecast"] {
            let output = Sky::pull(&sky.home().cursor(cursor), feed, today, end);
            done(&output);
            store.take(&output);
            let now = instant(&sky.now);
            let dated =
                output.statements.iter().all(|(_, made, _)| *made == (feed != "archive").then_some(now));
            assert!(dated, "{feed} {:?}", output.statements);
            cursor = output.cursor;
        }
        // Nothing that was measured is anything else since.
        for (start, value) in &measured {
            assert_eq!(store.0["temperature"][start], (*value, "measured"));
        }
        let settled = instant(&format!("{today}T00:00:00Z")) - 5 * DAY;
        for (start, (value, quality)) in &store.0["temperature"] {
            assert_eq!((*value, *quality), sky.best(*start, settled), "{start} on {today}");
            if *quality == "measured" {
                measured.insert(*start, *value);
            }
        }
    }
    assert_eq!(measured.len(), (5 + 7) * 24, "the archive went on by a day each day");
}

#[test]
fn within_one_run_the_forecast_knows_what_the_archive_has_just_said() {
    let sky = Sky::at("2025-06-02T07:40:00Z");
    let (from, to) = ("2025-06-01T22:00:00Z", "2025-06-04T22:00:00Z");
    let round = ["archive", "historical_forecast", "forecast"].map(|feed| (feed, from, to));
    let output = sky.home().pull_all_wasm(wasm(), &[round, round].concat()).expect("the component runs");
    done(&output);
    let archived = instant("2025-05-28T00:00:00Z");
    for (start, _, value, quality) in &output.points["temperature"] {
        assert_eq!((*value, *quality), sky.best(*start, archived));
    }
    // In the second round the historical forecast is not asked, and the forecast says nothing new.
    assert_eq!(sky.requests().len(), 5);
    assert_eq!(output.points["temperature"].len(), 2 * 5 * 24 + 8 * 24);
}

#[test]
fn holes_stay_holes_in_the_past_and_are_foreseen_in_the_last_days() {
    let sky = Sky::at("2025-06-02T07:40:00Z");
    let old = date(2025, 3, 10);
    sky.simulator.faults().switch_on(Fault::OpenMeteoHole(old));
    let output = Sky::pull(&sky.home(), "archive", old, old.tomorrow().unwrap());
    done(&output);
    assert_eq!((output.points["temperature"].len(), output.points["radiation"].len()), (24 - 6, 24 - 6));
    // A hole of the archive in the last days: the forecast has it.
    sky.simulator.faults().clear();
    sky.simulator.faults().switch_on(Fault::OpenMeteoHole(date(2025, 5, 25)));
    let (today, end) = (date(2025, 6, 2), date(2025, 6, 5));
    let past = Sky::pull(&sky.home(), "archive", today, end);
    sky.simulator.faults().clear();
    let foreseen = Sky::pull(&sky.home().cursor(past.cursor.clone()), "forecast", today, end);
    let mut store = Store::default();
    store.take(&past);
    store.take(&foreseen);
    store.is_unbroken("temperature", "2025-05-23T00:00:00Z", "2025-06-05T00:00:00Z");
    let hole = &store.0["temperature"][&instant("2025-05-25T05:00:00Z")];
    assert_eq!(hole.1, "estimated");
    assert_eq!(store.0["temperature"][&instant("2025-05-25T02:00:00Z")].1, "measured");
}

/// What one feed after the other leaves of an hour's temperature, with the cursor that goes from pull to pull.
struct Hour {
    start: i64,
    store: Store,
    cursor: Option<Vec<u8>>,
}

impl Hour {
    fn new(start: &str) -> Self {
        Self { start: instant(start), store: Store::default(), cursor: None }
    }

    fn after(&mut self, sky: &Sky, feed: &str) -> (f64, &'static str) {
        let today = sky.now[..10].parse::<Date>().unwrap();
        let output =
            Sky::pull(&sky.home().cursor(self.cursor.clone()), feed, today, today.saturating_add(3.days()));
        done(&output);
        self.store.take(&output);
        self.cursor = output.cursor.or(self.cursor.take());
        self.store.0["temperature"].get(&self.start).copied().unwrap_or((f64::NAN, "missing"))
    }
}

#[test]
fn what_the_historical_forecast_lacks_is_foreseen_and_asked_for_again() {
    let sky = Sky::at("2025-06-02T07:40:00Z");
    let mut hour = Hour::new("2025-05-30T05:00:00Z");
    hour.after(&sky, "archive");
    sky.simulator.faults().switch_on(Fault::OpenMeteoHole(date(2025, 5, 30)));
    assert_eq!(hour.after(&sky, "historical_forecast").1, "missing");
    sky.simulator.faults().clear();
    let (at, now) = (Timestamp::from_millisecond(hour.start).unwrap(), sky.now.parse().unwrap());
    let said =
        |issued| (sky.simulator.climate().forecast(Element::Temperature, HOME, at, issued), "estimated");
    assert_ne!(said(now), said(at), "or this test would show nothing");
    assert_eq!(hour.after(&sky, "forecast"), said(now));
    assert_eq!(hour.after(&sky, "historical_forecast"), said(at));
    assert_eq!(hour.after(&sky, "forecast"), said(at));
    assert_eq!(
        sky.requests()[3..4],
        ["open_meteo.historical_forecast 2025-05-30..2025-06-02"],
        "from the hole on, and no earlier"
    );
}

#[test]
fn an_hour_that_the_archive_loses_again_keeps_its_value() {
    let sky = Sky::at("2025-06-02T07:40:00Z");
    let mut hour = Hour::new("2025-05-25T05:00:00Z");
    let truth = (sky.truth(Element::Temperature, hour.start), "measured");
    assert_eq!(hour.after(&sky, "archive"), truth);
    sky.simulator.faults().switch_on(Fault::OpenMeteoHole(date(2025, 5, 25)));
    assert_eq!(hour.after(&sky, "archive"), truth);
    sky.simulator.faults().clear();
    for feed in ["historical_forecast", "forecast"] {
        assert_eq!(hour.after(&sky, feed), truth, "{feed}");
    }
}

#[test]
fn after_weeks_of_absence_the_archive_goes_on_where_it_stopped() {
    let before = Sky::at("2025-06-02T07:40:00Z");
    let mut hour = Hour::new("2025-06-01T12:00:00Z");
    for feed in ["archive", "historical_forecast", "forecast"] {
        assert_eq!(hour.after(&before, feed).1 == "estimated", feed != "archive", "{feed}");
    }
    // The day looks whole to the daemon, which asks for the running days alone.
    let sky = Sky::at("2025-07-01T07:40:00Z");
    assert_eq!(hour.after(&sky, "archive"), (sky.truth(Element::Temperature, hour.start), "measured"));
    assert_eq!(sky.requests(), ["open_meteo.archive 2025-05-28..2025-06-30"]);
}

#[test]
fn each_fault_names_its_party_and_stores_nothing() {
    let sky = Sky::at("2025-06-02T07:40:00Z");
    let open_meteo = Some("Open-Meteo");
    let cases = [
        (Fault::OpenMeteoMinute, "quota", open_meteo, "of the minute"),
        (Fault::OpenMeteoHour, "quota", open_meteo, "of the hour"),
        (Fault::OpenMeteoDay, "quota", open_meteo, "of the day"),
        (Fault::OpenMeteoConcurrent, "unavailable", open_meteo, "at once"),
        (Fault::OpenMeteoRange, "unreadable", None, "clock"),
        (Fault::OpenMeteoNowhere, "settings", None, "latitude"),
        (Fault::OpenMeteoDown, "unavailable", open_meteo, "HTTP 503"),
        (Fault::OpenMeteoUneven, "unreadable", open_meteo, "values for"),
        (Fault::Truncated, "unreadable", open_meteo, "EOF"),
    ];
    for (fault, cause, party, words) in cases {
        for feed in ["archive", "historical_forecast", "forecast"] {
            sky.simulator.faults().switch_on(fault);
            let output = Sky::pull(&sky.home(), feed, date(2025, 6, 2), date(2025, 6, 5));
            let Ended::Failed(told, who, message) = &output.ended else {
                panic!("{fault:?}: {:?}", output.ended)
            };
            assert_eq!((told.as_str(), who.as_deref()), (cause, party), "{fault:?} {message}");
            assert!(message.contains(words), "{fault:?}: {message}");
            assert!(output.points.is_empty() && output.cursor.is_none(), "{fault:?}");
            sky.simulator.faults().clear();
        }
    }
}

#[test]
fn the_component_is_small() {
    let component = std::fs::read(wasm()).unwrap();
    let bytecode = compile(&component).unwrap();
    eprintln!("component {} kB, compiled {} kB", component.len() / 1000, bytecode.len() / 1000);
    assert!(component.len() < 600_000, "{} bytes", component.len());
}
