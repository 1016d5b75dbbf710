//! The wire format's traps, on invented readings.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use connector_linky::parse::{daily, load_curve, max_power, readings};
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde_json::{Value, json};
use watteau_sdk::prelude::*;

/// Paris as the host resolves it.
fn paris(civil: Civil) -> Result<Moment, String> {
    let zone = TimeZone::get("Europe/Paris").map_err(|error| error.to_string())?;
    let text = civil.to_string();
    let datetime: jiff::civil::DateTime = text.parse().map_err(|error: jiff::Error| error.to_string())?;
    let at = |offset: jiff::tz::Offset| offset.to_timestamp(datetime).unwrap().as_millisecond();
    Ok(match zone.to_ambiguous_timestamp(datetime).offset() {
        AmbiguousOffset::Unambiguous { offset } => Moment::Once(at(offset)),
        AmbiguousOffset::Fold { before, after } => Moment::Twice((at(before), at(after))),
        AmbiguousOffset::Gap { before, after } => Moment::Never((at(before), at(after))),
    })
}

/// An answer with these stamps; the value is the position.
fn answer(stamps: &[&str], length: Option<&str>) -> Vec<u8> {
    let rows: Vec<Value> = stamps
        .iter()
        .enumerate()
        .map(|(i, stamp)| {
            let mut row = json!({ "value": i.to_string(), "date": stamp });
            if let Some(length) = length {
                row["interval_length"] = length.into();
            }
            row
        })
        .collect();
    json!({ "interval_reading": rows }).to_string().into_bytes()
}

/// Start, minutes and value of each point.
fn curve(body: &[u8]) -> Vec<(String, u64, f64)> {
    let parsed = load_curve(&readings(body).unwrap(), &paris);
    let point = |point: &Point| {
        let start = jiff::Timestamp::from_millisecond(point.start).unwrap().to_string();
        (start, point.duration / 60_000, point.value)
    };
    parsed.rows.iter().map(point).collect()
}

#[test]
fn a_stamp_is_the_end_of_its_interval() {
    let points = curve(&answer(&["2026-02-01 00:30:00", "2026-02-02 00:00:00"], Some("PT30M")));
    assert_eq!(points[0], ("2026-01-31T23:00:00Z".to_owned(), 30, 0.0));
    assert_eq!(points[1], ("2026-02-01T22:30:00Z".to_owned(), 30, 1.0));
}

#[test]
fn in_spring_three_oclock_follows_half_past_one() {
    let points =
        curve(&answer(&["2025-03-30 01:30:00", "2025-03-30 02:00:00", "2025-03-30 03:30:00"], Some("PT30M")));
    // 02:00 never shows on that day: the meter says 03:00. The row is refused, its neighbours are kept.
    assert_eq!(points.len(), 2);
    let points = curve(&answer(&["2025-03-30 01:30:00", "2025-03-30 03:00:00"], Some("PT30M")));
    assert_eq!(points[1], ("2025-03-30T00:30:00Z".to_owned(), 30, 1.0));
}

#[test]
fn in_autumn_the_first_of_two_equal_stamps_is_summer_time() {
    let stamps = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"].map(|t| format!("2025-10-26 {t}:00"));
    let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
    let starts: Vec<String> = curve(&answer(&stamps, Some("PT30M")))
        .into_iter()
        .map(|(start, ..)| start[11..16].to_owned())
        .collect();
    assert_eq!(starts, ["23:00", "23:30", "00:00", "00:30", "01:00", "01:30"]);
}

#[test]
fn a_lone_ambiguous_stamp_follows_the_one_before() {
    let points = curve(&answer(&["2025-10-26 02:00:00", "2025-10-26 02:30:00"], Some("PT30M")));
    assert_eq!(points[0].0, "2025-10-25T23:30:00Z");
    // After 03:00 had come, half past two can only be... the first: nothing before it says winter.
    let late = curve(&answer(&["2025-10-26 03:00:00"], Some("PT30M")));
    assert_eq!(late[0].0, "2025-10-26T01:30:00Z");
}

#[test]
fn the_step_is_each_points_own_and_may_change() {
    let body = json!({ "interval_reading": [
        { "value": "100", "date": "2025-06-01 10:30:00", "interval_length": "PT30M" },
        { "value": "200", "date": "2025-06-01 11:30:00", "interval_length": "PT60M" },
        { "value": "300", "date": "2025-06-01 12:30:00", "interval_length": "PT1H" },
        { "value": "400", "date": "2025-06-01 12:40:00", "interval_length": "PT10M" },
    ]});
    let lengths: Vec<u64> =
        curve(body.to_string().as_bytes()).iter().map(|(_, minutes, _)| *minutes).collect();
    assert_eq!(lengths, [30, 60, 60, 10]);
}

#[test]
fn a_missing_length_is_the_spacing_and_a_wrong_one_is_refused() {
    let spaced = curve(&answer(&["2025-06-01 10:15:00", "2025-06-01 10:30:00"], None));
    assert_eq!(spaced.iter().map(|(_, minutes, _)| *minutes).collect::<Vec<_>>(), [15, 15]);
    let parsed = load_curve(&readings(&answer(&["2025-06-01 10:15:00"], None)).unwrap(), &paris);
    assert_eq!((parsed.rows.len(), parsed.unusable.len()), (0, 1));
    let parsed = load_curve(&readings(&answer(&["2025-06-01 10:15:00"], Some("P1D"))).unwrap(), &paris);
    assert_eq!(parsed.unusable[0].reason.0, "“P1D” is not a length");
}

#[test]
fn an_empty_value_is_an_absence_and_nonsense_is_refused() {
    let body = json!({ "interval_reading": [
        { "value": "10250", "date": "2026-02-01" },
        { "value": 9875, "date": "2026-02-02" },
        { "value": "", "date": "2026-02-03" },
        { "value": null, "date": "2026-02-04" },
        { "value": "0", "date": "2026-02-05" },
        { "value": "n.c.", "date": "2026-02-06" },
        { "value": "1", "date": "2026-02-30" },
        { "value": "1", "date": "2026-02-07 12:00:00" },
    ]});
    let parsed = daily(&readings(body.to_string().as_bytes()).unwrap());
    let values: Vec<f64> = parsed.rows.iter().map(|(_, value)| *value).collect();
    assert_eq!(values, [10250.0, 9875.0, 0.0]);
    let places: Vec<usize> = parsed.unusable.iter().map(|unusable| unusable.place).collect();
    assert_eq!(places, [6, 7, 8]);
}

#[test]
fn a_maximum_belongs_to_the_day_of_its_moment() {
    let body = json!({ "interval_reading": [{ "value": "4800", "date": "2026-02-01 19:12:40" }] });
    let parsed = max_power(&readings(body.to_string().as_bytes()).unwrap());
    assert_eq!(parsed.rows, [(Date::new(2026, 2, 1).unwrap(), 4800.0)]);
}

#[test]
fn wrappers_differ_and_other_shapes_are_said() {
    let wrapped =
        json!({ "meter_reading": { "interval_reading": [{ "value": "1", "date": "2026-02-01" }] } });
    assert_eq!(readings(wrapped.to_string().as_bytes()).unwrap().len(), 1);
    assert_eq!(readings(br#"{"meter_reading":null}"#).unwrap().len(), 0);
    assert_eq!(readings(br#"{"interval_reading":null}"#).unwrap().len(), 0);
    for bad in [&b"<html>"[..], b"[]", b"{}", br#"{"interval_reading":7}"#, b""] {
        assert!(readings(bad).is_err(), "{}", String::from_utf8_lossy(bad));
    }
}
