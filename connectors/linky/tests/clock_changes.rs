//! The days of 23 and 25 hours from each gateway, natively and as a component, in every step that meters have: each
//! interval once, from one midnight to the next, with its own value.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date, civil::date};
use serde_json::{Value, json};
use support::{both, conso, done, home::midnight, med_v1, med_v2, recorded, wrapped_v1, wrapped_v2};
use watteau_testing::Scenario;

/// The intervals of a day, as Enedis stamps them: END on the wall clock, the value counted up.
fn ends(day: Date, minutes: i64) -> Vec<Value> {
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    let (from, to) = (midnight(day), midnight(day.tomorrow().unwrap()));
    let count = to.duration_since(from).as_mins() / minutes;
    let end = |i: i64| from.saturating_add(SignedDuration::from_mins(minutes * i)).unwrap();
    let stamp = |at: Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let length = format!("PT{minutes}M");
    (1..=count)
        .map(|i| json!({"value": i.to_string(), "date": stamp(end(i)), "interval_length": length}))
        .collect()
}

/// The same as version 2 stamps them: the step taken away on the naive clock.
fn starts(ends: &[Value], minutes: i64) -> Vec<Value> {
    let start = |end: &Value| {
        let stamp: jiff::civil::DateTime = end["date"].as_str().unwrap().parse().unwrap();
        let mut row = end.clone();
        row["date"] =
            stamp.saturating_sub(minutes.minutes()).strftime("%Y-%m-%d %H:%M:%S").to_string().into();
        row
    };
    ends.iter().map(start).collect()
}

fn sorted(rows: &[Value]) -> Vec<Value> {
    let mut rows = rows.to_vec();
    rows.sort_by(|a, b| a["date"].as_str().cmp(&b["date"].as_str()));
    rows
}

#[test]
fn each_interval_is_there_once_at_its_instant() {
    // Day, then how many intervals of 10, 15, 30 and 60 minutes.
    let days = [
        (date(2025, 3, 30), [138, 92, 46, 23]),
        (date(2025, 10, 26), [150, 100, 50, 25]),
        (date(2025, 6, 1), [144, 96, 48, 24]),
    ];
    for (day, counts) in days {
        let next = day.tomorrow().unwrap();
        let (first, end) = (day.to_string(), next.to_string());
        let (from, to) = (midnight(day), midnight(next));
        for (minutes, count) in [10, 15, 30, 60].into_iter().zip(counts) {
            let ends = ends(day, minutes);
            assert_eq!(ends.len(), count, "{day} {minutes}");
            let starts = starts(&ends, minutes);
            let bare = json!({"interval_reading": ends});
            let at_v2 = || med_v2("consumption/detail", &first, &end);
            let scenarios: [Scenario; 4] = [
                recorded("conso-api", conso("consumption_load_curve", &first, &end), 200, bare),
                recorded(
                    "myelectricaldata",
                    med_v1("consumption_load_curve", &first, &end),
                    200,
                    wrapped_v1(json!(ends)),
                ),
                recorded("myelectricaldata-v2", at_v2(), 200, wrapped_v2(json!(sorted(&starts)))),
                recorded("myelectricaldata-v2", at_v2(), 200, wrapped_v2(json!(starts))),
            ];
            for scenario in scenarios {
                let output = both(&scenario, "load_curve", &from.to_string(), &to.to_string());
                done(&output);
                assert_eq!(output.refusals, [], "{day} {minutes} {scenario:?}");
                let mut points = output.points["load_curve"].clone();
                points.sort_by_key(|point| point.0);
                let length = minutes * 60_000;
                let whole: Vec<(i64, u64, f64, &str)> = (0..count as i64)
                    .map(|i| {
                        let start = from.as_millisecond() + i * length;
                        (start, length.unsigned_abs(), (i + 1) as f64, "measured")
                    })
                    .collect();
                assert_eq!(points, whole, "{day} {minutes} {scenario:?}");
                assert_eq!(points.last().unwrap().0 + length, to.as_millisecond());
            }
        }
    }
}

#[test]
fn a_day_is_as_long_as_it_is() {
    for (day, hours) in [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (date(2025, 6, 1), 24)] {
        let next = day.tomorrow().unwrap();
        let (first, end) = (day.to_string(), next.to_string());
        let rows = json!([{"value": "1000", "date": first}]);
        let scenario =
            recorded("myelectricaldata-v2", med_v2("production/daily", &first, &end), 200, wrapped_v2(rows));
        let output =
            both(&scenario, "daily_production", &midnight(day).to_string(), &midnight(next).to_string());
        let expected = (midnight(day).as_millisecond(), hours * 3_600_000, 1.0, "measured");
        assert_eq!(output.points["daily_production"], [expected]);
    }
}
