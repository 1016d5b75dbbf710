//! The component in the real host, against the gateways as they are simulated: both changes of the clocks, every fault,
//! and what each gateway does in a way of its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use jiff::civil::{Date, date};
use support::{
    done, failed,
    home::{GATEWAYS, Home},
};
use watteau_simulator::Fault;
use watteau_testing::Ended;

const NOW: &str = "2025-11-10T10:00:00Z";

/// The points of days of a feed from a gateway: start, milliseconds, value.
fn read(home: &Home, gateway: &str, feed: &str, first: Date, end: Date) -> Vec<(i64, u64, f64)> {
    let output = home.pull(&home.instance(gateway, NOW), feed, first, end);
    done(&output);
    assert_eq!(output.refusals, [], "{gateway} {feed}");
    output.points[feed].iter().map(|point| (point.0, point.1, point.2)).collect()
}

#[test]
fn days_of_23_and_25_hours_are_exact_from_each_gateway() {
    let home = Home::at(NOW);
    // The day of the change alone, and inside of a week.
    let windows = [
        (date(2025, 3, 30), date(2025, 3, 31), 46),
        (date(2025, 10, 26), date(2025, 10, 27), 50),
        (date(2025, 3, 27), date(2025, 4, 3), 7 * 48 - 2),
        (date(2025, 10, 23), date(2025, 10, 30), 7 * 48 + 2),
        (date(2024, 10, 27), date(2024, 10, 28), 50),
    ];
    for gateway in GATEWAYS {
        for (first, end, half_hours) in windows {
            for feed in ["load_curve", "production_curve", "daily_energy", "daily_production", "max_power"] {
                let points = {
                    let mut points = read(&home, gateway, feed, first, end);
                    points.sort_by_key(|point| point.0);
                    points
                };
                let days = first.series(jiff::ToSpan::days(1)).take_while(|day| *day < end);
                let truth: Vec<_> = days.flat_map(|day| home.truth(feed, day)).collect();
                assert_eq!(points, truth, "{gateway} {feed} {first}");
                if feed.ends_with("curve") {
                    assert_eq!(points.len(), half_hours, "{gateway} {feed} {first}");
                }
            }
        }
    }
}

#[test]
fn each_fault_has_its_cause_and_its_party_and_costs_no_data() {
    let (first, end) = (date(2025, 11, 1), date(2025, 11, 3));
    let (enedis, none) = (Some("Enedis"), None);
    let gateway_itself =
        |gateway: &str| Some(if gateway == "conso-api" { "Conso API" } else { "MyElectricalData" });
    for gateway in GATEWAYS {
        let own = gateway_itself(gateway);
        let cases = [
            (Fault::ConsentExpired, "daily_energy", "consent", enedis),
            (Fault::TokenRefused, "daily_energy", "consent", own),
            (Fault::ConsentNotLinked, "load_curve", "unavailable", enedis),
            (Fault::EnedisDown, "max_power", "unavailable", enedis),
            (Fault::GatewayDown, "daily_energy", "unavailable", own),
            (Fault::Quota, "load_curve", "quota", own),
            (Fault::Blocked, "daily_energy", "unavailable", own),
            (Fault::Truncated, "daily_energy", "unreadable", own),
            (Fault::WrongDates, "daily_energy", "unreadable", own),
            (Fault::WrongDates, "load_curve", "unreadable", own),
            (Fault::Empty, "daily_energy", "no-data", enedis),
            (Fault::NoProduction, "daily_production", "not-offered", enedis),
            (Fault::NoProduction, "production_curve", "not-offered", enedis),
            (Fault::ConsentExpired, "daily_production", "not-offered", enedis),
        ];
        let home = Home::at(NOW);
        for (fault, feed, cause, party) in cases {
            home.simulator.faults().switch_on(fault);
            let output = home.pull(&home.instance(gateway, NOW), feed, first, end);
            assert!(matches!(output.ended, Ended::Failed(..)), "{gateway} {fault:?} {feed}: {output:?}");
            let (told, who, words) = failed(&output);
            assert_eq!((told, who), (cause, party), "{gateway} {fault:?} {feed}: {words}");
            assert!(output.points.is_empty(), "{gateway} {fault:?}");
            home.simulator.faults().clear();
        }
        // Production that is missing takes nothing from the consumption.
        home.simulator.faults().switch_on(Fault::NoProduction);
        assert_eq!(read(&home, gateway, "daily_energy", first, end).len(), 2);
        home.simulator.faults().clear();
        // Another meter than the token's, before any call or by the gateway's word.
        let mut other = home.instance(gateway, NOW);
        let url = match gateway {
            "conso-api" => home.simulator.base_url(),
            "myelectricaldata" => home.simulator.med_v1_url(),
            _ => home.simulator.med_v2_url(),
        };
        other =
            other.settings(serde_json::json!({"prm": "98765432109876", "gateway": gateway, "base_url": url}));
        let output = home.pull(&other, "daily_energy", first, end);
        let (cause, who, words) = failed(&output);
        let expected = if gateway == "conso-api" { ("settings", none) } else { ("consent", own) };
        assert_eq!((cause, who), expected, "{gateway}: {words}");
        assert!(!words.contains("98765432109876"), "{words}");
    }
}

#[test]
fn what_is_late_or_missing_is_no_failure_and_no_zero() {
    for gateway in GATEWAYS {
        let home = Home::at(NOW);
        let day = date(2025, 11, 9);
        home.simulator.faults().switch_on(Fault::Late(day));
        for feed in ["daily_energy", "load_curve", "daily_production"] {
            let output = home.pull(&home.instance(gateway, NOW), feed, day, day.tomorrow().unwrap());
            assert!(
                matches!(&output.ended, Ended::Failed(cause, ..) if cause == "no-data"),
                "{gateway} {feed}"
            );
        }
        let hole = date(2025, 11, 5);
        home.simulator.faults().switch_on(Fault::Hole(hole));
        let points = read(&home, gateway, "load_curve", hole, hole.tomorrow().unwrap());
        assert_eq!(points.len(), 43, "{gateway}");
        assert!(points.iter().all(|point| point.2 > 0.0), "{gateway}");
        // Collection that is off: the days are there.
        home.simulator.faults().switch_on(Fault::NoLoadCurve);
        let output =
            home.pull(&home.instance(gateway, NOW), "load_curve", date(2025, 11, 3), date(2025, 11, 9));
        let (cause, _, words) = failed(&output);
        assert!(cause == "not-offered" && words.contains("collection is off"), "{gateway}: {words}");
    }
}

#[test]
fn version_2_is_judged_by_the_days_that_come_back() {
    let home = Home::at(NOW);
    let scenario = home.instance("myelectricaldata-v2", NOW);
    home.simulator.faults().switch_on(Fault::MedEndsEarly);
    // Yesterday alone: the day before comes in its place, which is data but no answer.
    let output = home.pull(&scenario, "daily_energy", date(2025, 11, 9), date(2025, 11, 10));
    assert_eq!(failed(&output).0, "no-data");
    let points = read(&home, "myelectricaldata-v2", "load_curve", date(2025, 11, 8), date(2025, 11, 10));
    assert_eq!(points.len(), 48, "the days that there are");
    home.simulator.faults().clear();
    home.simulator.faults().switch_on(Fault::MedPartial);
    let points = read(&home, "myelectricaldata-v2", "daily_energy", date(2025, 11, 1), date(2025, 11, 5));
    assert_eq!(points.len(), 2, "half of the days");
}

#[test]
fn a_new_home_starts_where_its_meter_does() {
    // The first days of the history are before the meter's activation; the day is found, and said.
    let home = Home::at(NOW);
    let first = date(2022, 10, 26);
    for (gateway, calls, oldest) in [
        ("conso-api", 4, first),
        ("myelectricaldata", 4, first),
        ("myelectricaldata-v2", 2, date(2022, 11, 10)),
    ] {
        let before = home.simulator.requests().len();
        let end = oldest.saturating_add(jiff::ToSpan::days(4));
        let output = home.pull(
            &home.instance(gateway, NOW),
            "daily_energy",
            oldest.saturating_sub(jiff::ToSpan::days(5)),
            end,
        );
        done(&output);
        let start = support::home::midnight(oldest).as_millisecond();
        assert_eq!(output.history_start, Some(start), "{gateway}");
        let starts: std::collections::BTreeSet<i64> =
            output.points["daily_energy"].iter().map(|point| point.0).collect();
        assert_eq!((starts.len(), starts.first()), (4, Some(&start)), "{gateway}");
        assert!(home.simulator.requests().len() - before <= calls + 1, "{gateway}");
    }
}

#[test]
fn the_contract_is_read_from_either_version() {
    let home = Home::at(NOW);
    for gateway in ["myelectricaldata", "myelectricaldata-v2"] {
        let output =
            home.pull(&home.instance(gateway, NOW), "contract", date(2025, 11, 9), date(2025, 11, 10));
        let told = "Contract: 9 kVA, network tariff BTINFMUDT, off-peak HC (22H30-6H30).";
        assert_eq!(output.ended, Ended::Done(told.to_owned()), "{gateway}");
        assert_eq!(support::lines(&output, "subscribed_power"), ["2025-11-08T23:00:00Z 1440 min 9 measured"]);
    }
}
