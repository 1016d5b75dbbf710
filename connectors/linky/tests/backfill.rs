//! Months and years filled from each simulated gateway, day after day, within what it takes of calls: every value is
//! the household's, nothing is asked twice, and a day after all is there one call for each feed is enough.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, civil::date};
use std::collections::BTreeSet;
use support::home::{Daemon, GATEWAYS, Home, counted};
use watteau_simulator::Gateway;

const ALL: [&str; 5] = ["daily_energy", "load_curve", "max_power", "daily_production", "production_curve"];
const HOME: [&str; 3] = ["daily_energy", "load_curve", "max_power"];

/// Ten o'clock (UTC) of a day, so many days later.
fn hour(first: Date, days: i64) -> String {
    format!("{}T10:00:00Z", first.saturating_add(days.days()))
}

/// Runs once a day until a day needs no more than a call for each feed; the number of days.
fn fill(daemon: &mut Daemon<'_>, first: Date, feeds: usize) -> i64 {
    for day in 0..40 {
        if daemon.run(&hour(first, day)) <= feeds && day > 0 {
            return day;
        }
    }
    panic!("not filled in forty days");
}

/// The values of every day of a series are the household's, and nothing else is there.
fn exact(home: &Home, daemon: &Daemon<'_>, series: &str, first: Date, end: Date) {
    let points = &daemon.points[series];
    let days = first.series(1.day()).take_while(|day| *day < end);
    let truth: Vec<(i64, u64, f64)> = days.flat_map(|day| home.truth(series, day)).collect();
    assert_eq!(points.len(), truth.len(), "{series}");
    for (point, (start, length, value)) in points.values().zip(truth) {
        assert_eq!((point.0, point.1, point.2.to_bits()), (start, length, value.to_bits()), "{series}");
    }
}

/// What the gateway documents was never exceeded.
fn within_quota(home: &Home, gateway: &str) {
    let busiest = |hours| home.simulator.busiest(counted(gateway), SignedDuration::from_hours(hours));
    match counted(gateway) {
        // An address is banned from 100 calls in half a day on.
        Gateway::ConsoApi => assert!(busiest(12) < 100, "{}", busiest(12)),
        Gateway::MedV1 | Gateway::MedV2 => assert!(busiest(24) <= 50, "{}", busiest(24)),
    }
    assert!(busiest(23) <= 20, "{} calls in a day", busiest(23));
}

#[test]
fn six_months_come_in_four_days_from_each_gateway() {
    let (start, since) = (date(2025, 11, 10), date(2025, 5, 10));
    for gateway in GATEWAYS {
        let home = Home::at(&hour(start, 0));
        let mut daemon = Daemon::new(&home, gateway, &ALL, Some(since));
        let days = fill(&mut daemon, start, ALL.len());
        let end = start.saturating_add(days.days());
        for series in ALL {
            exact(&home, &daemon, series, since, end);
        }
        within_quota(&home, gateway);
        // A run on the same day has nothing to ask; on the next one it asks for a day of each feed.
        assert_eq!(daemon.run(&hour(start, days)), 0, "{gateway}");
        assert_eq!(daemon.run(&hour(start, days + 1)), ALL.len(), "{gateway}");
        let requests = home.simulator.requests();
        let distinct: BTreeSet<&String> = requests.iter().collect();
        assert_eq!(distinct.len(), requests.len(), "{gateway}: asked twice");
        // 3 feeds of days in one call, 27 weeks of two curves; then a call for each feed on each of five days.
        assert_eq!((days, requests.len()), (4, 3 + 2 * 27 + 5 * 5), "{gateway}");
    }
}

#[test]
fn three_years_come_in_a_week_and_stop_where_each_gateway_does() {
    let start = date(2025, 11, 10);
    // The first day of the days and of the half-hours.
    let limits = [
        (date(2022, 10, 26), date(2023, 10, 26)),
        (date(2022, 10, 26), date(2023, 10, 26)),
        (date(2022, 11, 10), date(2023, 11, 10)),
    ];
    for (gateway, (oldest_day, oldest_half_hour)) in GATEWAYS.into_iter().zip(limits) {
        let home = Home::at(&hour(start, 0));
        let mut daemon = Daemon::new(&home, gateway, &HOME, None);
        let days = fill(&mut daemon, start, HOME.len());
        within_quota(&home, gateway);
        eprintln!("{gateway}: {days} days, {} calls", home.simulator.requests().len());
        assert!(days <= 8, "{gateway}: {days} days");
        // What was at the edge of the history on the first day is past it when its turn comes.
        let first = |series: &str| {
            let first = Timestamp::from_millisecond(*daemon.points[series].keys().next().unwrap()).unwrap();
            first.to_zoned(home.simulator.household().zone().clone()).date()
        };
        let (first_day, first_half_hour) = (first("daily_energy"), first("load_curve"));
        assert!((oldest_day..=oldest_day.saturating_add(1.day())).contains(&first_day), "{first_day}");
        let late = oldest_half_hour.saturating_add(days.days());
        assert!((oldest_half_hour..=late).contains(&first_half_hour), "{gateway}: {first_half_hour}");
        let end = start.saturating_add(days.days());
        exact(&home, &daemon, "daily_energy", first_day, end);
        exact(&home, &daemon, "load_curve", first_half_hour, end);
        assert_eq!(daemon.run(&hour(start, days)), 0, "{gateway}");
    }
}
