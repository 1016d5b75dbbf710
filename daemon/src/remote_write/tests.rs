//! What a sweep takes, and in which order; the way to a receiver is tested on the whole program.

#![allow(clippy::float_cmp, reason = "what is kept is what is sent")]

use super::{
    cursor::Cursor,
    sweep::{self, Memo, Plan},
};
use crate::query::testing::{Home, at, hours, point};
use std::collections::BTreeMap;
use watteau_store::{Kind, SeriesId, Step};

const HOUR: i64 = 3_600_000;

fn plan(home: &Home, cursor: &Cursor, memo: &Memo, now: i64) -> Plan {
    let wanted = home.store.series().unwrap();
    sweep::plan(&home.store, cursor, &wanted, &BTreeMap::new(), memo, now).unwrap()
}

/// Instants and values in the order in which they are sent.
fn sent(home: &Home, plan: &Plan) -> Vec<(i64, f64)> {
    let mut sent = Vec::new();
    for slice in plan.slices() {
        let mut samples = plan.read(&home.store, slice).unwrap();
        samples.sort_by_key(|sample| sample.at);
        sent.extend(samples.into_iter().map(|sample| (sample.at, sample.value)));
    }
    assert_eq!(sent.len() as u64, plan.samples(), "what is promised is read");
    sent
}

fn power(home: &Home, name: &str) -> SeriesId {
    home.define(name, "kW", Kind::Power, Step::Seconds(3600), 0, "")
}

#[test]
fn what_is_to_come_waits_for_its_time() {
    let (home, mut cursor, mut memo) =
        (Home::empty(), Cursor { since: i64::MIN, ..Cursor::default() }, Memo::new());
    let now = at("2025-11-05T10:20:00Z");
    let begin = at("2025-11-05T08:00:00Z");
    let id = power(&home, "linky.forecast");
    home.put("linky", id, hours(begin, begin + 6 * HOUR, |n| n as f64));
    let first = plan(&home, &cursor, &memo, now);
    // In W, at the end of each hour.
    assert_eq!(sent(&home, &first), [(begin + HOUR, 0.0), (begin + 2 * HOUR, 1000.0)]);
    first.finish(&mut cursor, &mut memo);
    assert_eq!(plan(&home, &cursor, &memo, now + HOUR / 2).samples(), 0);
    let later = plan(&home, &cursor, &memo, now + HOUR);
    assert_eq!(sent(&home, &later), [(begin + 3 * HOUR, 2000.0)]);
    later.finish(&mut cursor, &mut memo);
    // A program that was started again remembers nothing but the cursor.
    cursor.keep(&home.store).unwrap();
    let cursor = Cursor::load(&home.store, &cursor.receiver, i64::MIN).unwrap();
    let rest = plan(&home, &cursor, &Memo::new(), now + 24 * HOUR);
    assert_eq!(sent(&home, &rest), [3, 4, 5].map(|n| (begin + (n + 1) * HOUR, n as f64 * 1000.0)));
}

#[test]
fn what_is_new_goes_before_what_is_late() {
    let (home, mut cursor, mut memo) =
        (Home::empty(), Cursor { since: i64::MIN, ..Cursor::default() }, Memo::new());
    let begin = at("2025-10-01T00:00:00Z");
    let now = begin + 1000 * HOUR;
    let id = power(&home, "linky.curve");
    let some = |from: i64, to: i64, value: f64| hours(begin + from * HOUR, begin + to * HOUR, move |_| value);
    home.put("linky", id, some(0, 10, 1.0));
    home.put("linky", id, some(20, 100, 1.0));
    plan(&home, &cursor, &memo, now).finish(&mut cursor, &mut memo);
    home.put("linky", id, some(10, 12, 2.0));
    home.put("linky", id, some(30, 31, 3.0));
    home.put("linky", id, some(100, 102, 4.0));
    // The same again is no news.
    home.put("linky", id, some(40, 60, 1.0));
    let next = plan(&home, &cursor, &memo, now);
    let ends = [(101, 4.0), (102, 4.0), (11, 2.0), (12, 2.0), (31, 3.0)];
    assert_eq!(sent(&home, &next), ends.map(|(hour, kilowatts)| (begin + hour * HOUR, kilowatts * 1000.0)));
    // Somewhere in the middle it goes on, with nothing that came since.
    next.begin(&mut cursor);
    next.passed(&mut cursor, next.slices()[1], Some(begin + 11 * HOUR));
    cursor.keep(&home.store).unwrap();
    home.put("linky", id, some(102, 103, 5.0));
    home.put("linky", power(&home, "linky.other"), some(0, 2, 6.0));
    let mut cursor = Cursor::load(&home.store, "", i64::MIN).unwrap();
    let (mut memo, rest) = (Memo::new(), plan(&home, &cursor, &Memo::new(), now + HOUR));
    assert_eq!(
        sent(&home, &rest),
        [(12, 2.0), (31, 3.0)].map(|(hour, kw)| (begin + hour * HOUR, kw * 1000.0))
    );
    rest.finish(&mut cursor, &mut memo);
    let last = plan(&home, &cursor, &memo, now + HOUR);
    let expected = [(1, 6.0), (2, 6.0), (103, 5.0)];
    assert_eq!(sent(&home, &last), expected.map(|(hour, kw)| (begin + hour * HOUR, kw * 1000.0)));
}

#[test]
fn months_are_sampled_at_their_end_and_the_past_before_since_is_left_out() {
    let home = Home::empty();
    let months = ["2024-11-01", "2024-12-01", "2025-01-01", "2025-02-01", "2025-03-01"]
        .map(|date| at(&format!("{date}T00:00:00Z")));
    let id = home.define("gas.period_energy", "kWh", Kind::Energy, Step::Irregular, 0, "");
    home.put("gas", id, months.windows(2).map(|two| point(two[0], two[1], 100.0)).collect());
    let cursor = Cursor { since: months[1], ..Cursor::default() };
    let plan = plan(&home, &cursor, &Memo::new(), months[4]);
    assert_eq!(sent(&home, &plan), [2, 3, 4].map(|month| (months[month], 3.6e8)));
    let labels: Vec<(&str, &str)> = plan.labels[0].pairs().collect();
    assert_eq!(labels, [("__name__", "watteau_energy_joules"), ("series", "gas.period_energy")]);
}

#[test]
fn another_receiver_begins_anew_and_so_do_days_before_the_first() {
    let home = Home::empty();
    let mut cursor = Cursor { receiver: "one".to_owned(), since: 1000, ..Cursor::default() };
    cursor.series.insert("linky.curve".to_owned(), super::cursor::Reached { batch: 7, ..Default::default() });
    cursor.keep(&home.store).unwrap();
    for (receiver, since, same) in
        [("one", 1000, true), ("one", 2000, true), ("one", 999, false), ("two", 1000, false)]
    {
        let loaded = Cursor::load(&home.store, receiver, since).unwrap();
        assert_eq!((loaded.is_new(), loaded.since), (!same, since), "{receiver} {since}");
    }
}
