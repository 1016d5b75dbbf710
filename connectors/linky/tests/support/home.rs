//! A simulated home behind each gateway, and a daemon in small that fills from it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::{discreet, wasm};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use tokio::runtime::Runtime;
use watteau_host::Manifest;
use watteau_simulator::{Config, Gateway, Simulator};
use watteau_testing::{Ended, Output, PointLine, Scenario};

pub(crate) const GATEWAYS: [&str; 3] = ["conso-api", "myelectricaldata", "myelectricaldata-v2"];

/// The simulated home.
pub(crate) struct Home {
    pub(crate) simulator: Simulator,
    _runtime: Runtime,
}

impl Home {
    pub(crate) fn at(now: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let config = Config { now: Some(now.parse().unwrap()), ..Config::default() };
        let simulator = runtime.block_on(Simulator::start(config)).unwrap();
        Self { simulator, _runtime: runtime }
    }

    /// An instance at a gateway, at an hour.
    pub(crate) fn instance(&self, gateway: &str, now: &str) -> Scenario {
        let (url, token) = match gateway {
            "conso-api" => (self.simulator.base_url(), self.simulator.token()),
            "myelectricaldata" => (self.simulator.med_v1_url(), self.simulator.med_token()),
            _ => (self.simulator.med_v2_url(), self.simulator.med_token()),
        };
        Scenario::new("linky")
            .settings(json!({"prm": self.simulator.prm(), "gateway": gateway, "base_url": url}))
            .secret("token", token)
            .now(now)
            .upstream(url)
    }

    /// Days of a feed, `end` excluded, as the daemon asks for them.
    pub(crate) fn pull(&self, scenario: &Scenario, feed: &str, first: Date, end: Date) -> Output {
        let output = scenario
            .pull_wasm(wasm(), feed, &midnight(first).to_string(), &midnight(end).to_string())
            .expect("the component runs");
        let said = format!("{:?} {:?}", output.ended, output.refusals);
        let told = [self.simulator.prm(), self.simulator.token(), self.simulator.med_token()];
        assert!(told.iter().all(|secret| !said.contains(secret)), "{said}");
        discreet(&output);
        output
    }

    /// The points of a series over a day, as the household has them: start, minutes, value.
    pub(crate) fn truth(&self, series: &str, day: Date) -> Vec<(i64, u64, f64)> {
        let home = self.simulator.household();
        let (start, length) =
            (midnight(day), midnight(day.tomorrow().unwrap()).duration_since(midnight(day)));
        let whole =
            |value: f64| vec![(start.as_millisecond(), length.unsigned_abs().as_millis() as u64, value)];
        let curve = |points: Vec<(Timestamp, u32)>| {
            points.into_iter().map(|(at, watts)| (at.as_millisecond(), 1_800_000, f64::from(watts))).collect()
        };
        match series {
            "daily_energy" => whole(f64::from(home.day_watt_hours(day)) / 1000.0),
            "daily_production" => whole(f64::from(home.day_production_watt_hours(day)) / 1000.0),
            "max_power" => whole(f64::from(home.max_power(day).unwrap().1)),
            "load_curve" => curve(home.load_curve(day)),
            "production_curve" => curve(home.production_curve(day)),
            other => unreachable!("{other}"),
        }
    }
}

/// The gateway that the simulator counts for a setting.
pub(crate) fn counted(gateway: &str) -> Gateway {
    match gateway {
        "conso-api" => Gateway::ConsoApi,
        "myelectricaldata" => Gateway::MedV1,
        _ => Gateway::MedV2,
    }
}

pub(crate) fn midnight(day: Date) -> Timestamp {
    day.to_zoned(TimeZone::get("Europe/Paris").unwrap()).unwrap().timestamp()
}

/// What the daemon remembers of a feed.
#[derive(Default)]
struct Memory {
    complete: BTreeSet<Date>,
    /// Old days that stayed without a value: holes.
    closed: BTreeSet<Date>,
    start: Option<Date>,
}

/// The daemon in small: newest days first, feeds in turn, so many calls a day, nothing asked that is there.
pub(crate) struct Daemon<'a> {
    home: &'a Home,
    gateway: &'a str,
    feeds: Vec<&'a str>,
    since: Option<Date>,
    manifest: Manifest,
    memory: BTreeMap<String, Memory>,
    /// Points by series and start.
    pub(crate) points: BTreeMap<String, BTreeMap<i64, PointLine>>,
}

impl<'a> Daemon<'a> {
    pub(crate) fn new(home: &'a Home, gateway: &'a str, feeds: &[&'a str], since: Option<Date>) -> Self {
        let manifest = Manifest::parse(include_str!("../../manifest.toml")).unwrap();
        let feeds = feeds.to_vec();
        Self { home, gateway, feeds, since, manifest, memory: BTreeMap::new(), points: BTreeMap::new() }
    }

    /// A run at an hour with the manifest's quota for the day; how many calls it made.
    pub(crate) fn run(&mut self, now: &str) -> usize {
        let at: Timestamp = now.parse().unwrap();
        let today = at.to_zoned(TimeZone::get("Europe/Paris").unwrap()).date();
        self.home.simulator.set_now(at);
        let calls = || self.home.simulator.gateway_calls(counted(self.gateway));
        let (before, quota) = (calls(), self.manifest.quota.as_ref().unwrap().calls);
        let mut plans: Vec<VecDeque<(Date, Date)>> =
            self.feeds.iter().map(|feed| self.plan(feed, today).into()).collect();
        while plans.iter().any(|plan| !plan.is_empty()) {
            for (index, plan) in plans.iter_mut().enumerate() {
                let Some((first, last)) = plan.pop_front() else { continue };
                let made = u32::try_from(calls() - before).unwrap();
                if made >= quota {
                    return calls() - before;
                }
                let feed = self.feeds[index];
                let scenario = self.home.instance(self.gateway, now).calls(quota - made);
                let output = self.home.pull(&scenario, feed, first, last.tomorrow().unwrap());
                match &output.ended {
                    Ended::Done(_) => {}
                    Ended::Failed(cause, ..) if cause == "no-data" => {}
                    Ended::Failed(cause, ..) if cause == "quota" => return calls() - before,
                    other => panic!("{feed} {first}..{last}: {other:?}"),
                }
                learn(self.memory.entry(feed.to_owned()).or_default(), feed, &output, (first, last), today);
                for (series, points) in output.points {
                    let known = self.points.entry(series).or_default();
                    known.extend(points.into_iter().map(|point| (point.0, point)));
                }
            }
        }
        calls() - before
    }

    /// The first day of a feed.
    fn oldest(&self, feed: &str, today: Date) -> Date {
        let history = self.manifest.feed(feed).unwrap().history.as_ref().unwrap();
        let oldest = today.saturating_sub(i64::from(history.months).months().days(i64::from(history.days)));
        let start = self.memory.get(feed).and_then(|memory| memory.start);
        [self.since, start].into_iter().flatten().fold(oldest, Date::max)
    }

    /// Spans of missing days, newest first, both ends included.
    fn plan(&self, feed: &str, today: Date) -> Vec<(Date, Date)> {
        let longest = self.manifest.feed(feed).unwrap().span_days as i32;
        let memory = self.memory.get(feed);
        let done = |day: &Date| memory.is_some_and(|it| it.complete.contains(day) || it.closed.contains(day));
        let mut spans: Vec<(Date, Date)> = Vec::new();
        let mut day = today.yesterday().unwrap();
        while day >= self.oldest(feed, today) {
            if !done(&day) {
                match spans.last_mut() {
                    Some((first, last)) if (*last - day).get_days() < longest => *first = day,
                    _ => spans.push((day, day)),
                }
            }
            day = day.yesterday().unwrap();
        }
        spans
    }
}

/// Which days are whole now, by the time that their intervals cover; which are too old to be asked for again.
fn learn(memory: &mut Memory, feed: &str, output: &Output, (first, last): (Date, Date), today: Date) {
    memory.start = output.history_start.map_or(memory.start, |start| {
        let at = Timestamp::from_millisecond(start).unwrap();
        Some(at.to_zoned(TimeZone::get("Europe/Paris").unwrap()).date())
    });
    let series = if feed == "contract" { "subscribed_power" } else { feed };
    let empty = Vec::new();
    let points = output.points.get(series).unwrap_or(&empty);
    for day in first.series(1.day()).take_while(|day| *day <= last) {
        let (from, to) = (midnight(day).as_millisecond(), midnight(day.tomorrow().unwrap()).as_millisecond());
        let covered: u64 =
            points.iter().filter(|point| (from..to).contains(&point.0)).map(|point| point.1).sum();
        if covered == (to - from).unsigned_abs() {
            memory.complete.insert(day);
        } else if day < today.saturating_sub(10.days()) {
            memory.closed.insert(day);
        }
    }
}
