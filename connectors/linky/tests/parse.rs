//! The wire format's traps, on invented readings.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use connector_linky::parse::{Day, daily, ends_of_starts, load_curve, max_power, readings};
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
    let values: Vec<f64> = parsed.rows.iter().map(|day| day.value).collect();
    assert_eq!(values, [10250.0, 9875.0, 0.0]);
    let places: Vec<usize> = parsed.unusable.iter().map(|unusable| unusable.place).collect();
    assert_eq!(places, [6, 7, 8]);
}

#[test]
fn a_maximum_belongs_to_the_day_of_its_moment() {
    let body = json!({ "interval_reading": [{ "value": "4800", "date": "2026-02-01 19:12:40" }] });
    let parsed = max_power(&readings(body.to_string().as_bytes()).unwrap());
    let date = Date::new(2026, 2, 1).unwrap();
    assert_eq!(parsed.rows, [Day { date, value: 4800.0, quality: Quality::Measured }]);
}

#[test]
fn wrappers_differ_and_other_shapes_are_said() {
    let rows = json!([{ "value": "1", "date": "2026-02-01" }]);
    let good = [
        json!({ "interval_reading": rows }),
        json!({ "meter_reading": { "interval_reading": rows } }),
        json!({ "success": true, "data": { "meter_reading": { "interval_reading": rows } }, "error": null }),
        json!({ "success": true, "data": { "interval_reading": rows }, "error": { "code": "PARTIAL_DATA" } }),
        // The form of 2026.
        json!({ "success": true, "data": { "etapeMetier": "BRUT", "grandeur": [
            { "unite": "Wh", "points": [{ "v": "1", "d": "2026-02-01" }] }] } }),
    ];
    for answer in good {
        let parsed = daily(&readings(answer.to_string().as_bytes()).unwrap());
        let date = Date::new(2026, 2, 1).unwrap();
        assert_eq!(parsed.rows, [Day { date, value: 1.0, quality: Quality::Measured }], "{answer}");
    }
    let empty = [
        r#"{"meter_reading":null}"#,
        r#"{"interval_reading":null}"#,
        r#"{"meter_reading":{"interval_reading":[]}}"#,
        r#"{"success":true,"data":null}"#,
        r#"{"success":true,"data":{"meter_reading":null}}"#,
        r#"{"success":true,"data":{"grandeur":[]}}"#,
    ];
    for answer in empty {
        assert_eq!(readings(answer.as_bytes()), Ok(vec![]), "{answer}");
    }
    for bad in [
        "<html>",
        "[]",
        "{}",
        r#"{"interval_reading":7}"#,
        "",
        r#"{"success":true}"#,
        r#"{"success":true,"data":{}}"#,
    ] {
        assert!(readings(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn what_enedis_estimated_or_corrected_is_marked() {
    let body = json!({ "quality": "BRUT", "interval_reading": [
        { "value": "1", "date": "2026-02-01", "measure_type": "B" },
        { "value": "2", "date": "2026-02-02", "measure_type": "C" },
        { "value": "3", "date": "2026-02-03", "measure_type": "E" },
        { "value": "4", "date": "2026-02-04" },
    ]});
    let of = |body: &Value| -> Vec<Quality> {
        daily(&readings(body.to_string().as_bytes()).unwrap()).rows.iter().map(|day| day.quality).collect()
    };
    let measured = Quality::Measured;
    assert_eq!(of(&body), [measured, Quality::Corrected, Quality::Estimated, measured]);
    // A mark on the whole answer is that of the readings which have none.
    let body = json!({ "quality": "CORRIGE", "interval_reading": [
        { "value": "1", "date": "2026-02-01" }, { "value": "2", "date": "2026-02-02", "measure_type": "B" }]});
    assert_eq!(of(&body), [Quality::Corrected, measured]);
}

/// Start and minutes of each point of a curve stamped with its STARTs.
fn of_starts(stamps: &[&str], length: Option<&str>) -> Vec<(String, u64, f64)> {
    let readings = ends_of_starts(readings(&answer(stamps, length)).unwrap());
    let parsed = load_curve(&readings, &paris);
    assert_eq!(parsed.unusable, []);
    let start = |point: &Point| jiff::Timestamp::from_millisecond(point.start).unwrap().to_string();
    parsed.rows.iter().map(|point| (start(point), point.duration / 60_000, point.value)).collect()
}

#[test]
fn starts_on_the_naive_clock_are_the_same_instants() {
    let day = of_starts(&["2026-02-01 00:00:00", "2026-02-01 23:30:00"], Some("PT30M"));
    assert_eq!(day[0], ("2026-01-31T23:00:00Z".to_owned(), 30, 0.0));
    assert_eq!(day[1], ("2026-02-01T22:30:00Z".to_owned(), 30, 1.0));
    // Spring: half past two never shows, and is what is left when the step is taken from three o'clock.
    let spring =
        of_starts(&["2025-03-30T01:00:00", "2025-03-30T02:30:00", "2025-03-30T03:00:00"], Some("PT30M"));
    let starts: Vec<&str> = spring.iter().map(|(start, ..)| &start[11..16]).collect();
    assert_eq!(starts, ["00:00", "00:30", "01:00"]);
    // Autumn, in Enedis' order and sorted as texts: the first of two equal stamps is summer time.
    let times = |times: &[&str]| -> Vec<(String, f64)> {
        let stamps: Vec<String> = times.iter().map(|time| format!("2025-10-26 {time}:00")).collect();
        let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
        let points = of_starts(&stamps, Some("PT30M"));
        points.into_iter().map(|(start, _, value)| (start[5..16].to_owned(), value)).collect()
    };
    let order = |values: [f64; 5]| {
        let starts = ["10-25T23:30", "10-26T00:00", "10-26T00:30", "10-26T01:00", "10-26T01:30"];
        starts.map(str::to_owned).into_iter().zip(values).collect::<Vec<_>>()
    };
    assert_eq!(times(&["01:30", "02:00", "01:30", "02:00", "02:30"]), order([0.0, 1.0, 2.0, 3.0, 4.0]));
    let mut sorted = times(&["01:30", "01:30", "02:00", "02:00", "02:30"]);
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(sorted, order([0.0, 2.0, 1.0, 3.0, 4.0]));
}

#[test]
fn a_step_that_starts_do_not_say_is_their_spacing() {
    let points = of_starts(&["2026-02-01 10:00:00", "2026-02-01 10:15:00", "2026-02-01 10:30:00"], None);
    assert_eq!(points.iter().map(|(_, minutes, _)| *minutes).collect::<Vec<_>>(), [15, 15, 15]);
    assert_eq!(points[0].0, "2026-02-01T09:00:00Z");
    // A step that makes no sense moves nothing, and is refused.
    let readings = ends_of_starts(readings(&answer(&["2026-02-01 10:00:00"], Some("P1D"))).unwrap());
    let parsed = load_curve(&readings, &paris);
    assert_eq!((parsed.rows.len(), parsed.unusable.len()), (0, 1));
}

#[test]
fn of_two_values_for_one_interval_neither_is_believed() {
    let body = json!({ "interval_reading": [
        { "value": "100", "date": "2026-02-01 10:30:00", "interval_length": "PT30M" },
        { "value": "200", "date": "2026-02-01 11:00:00", "interval_length": "PT30M" },
        { "value": "300", "date": "2026-02-01 11:00:00", "interval_length": "PT30M" },
        // Said twice, but the same.
        { "value": "400", "date": "2026-02-01 11:30:00", "interval_length": "PT30M" },
        { "value": "400", "date": "2026-02-01 11:30:00", "interval_length": "PT30M" },
    ]});
    let parsed = load_curve(&readings(body.to_string().as_bytes()).unwrap(), &paris);
    let values: Vec<f64> = parsed.rows.iter().map(|point| point.value).collect();
    assert_eq!(values, [100.0, 400.0, 400.0]);
    let places: Vec<usize> = parsed.unusable.iter().map(|unusable| unusable.place).collect();
    assert_eq!(places, [2, 3]);
    // A third stamp of the hour that comes twice.
    let stamps = ["02:00", "02:00", "02:00"].map(|time| format!("2025-10-26 {time}:00"));
    let stamps: Vec<&str> = stamps.iter().map(String::as_str).collect();
    let parsed = load_curve(&readings(&answer(&stamps, Some("PT30M"))).unwrap(), &paris);
    assert_eq!((parsed.rows.len(), parsed.unusable.len()), (1, 2));
    let days = json!({ "interval_reading": [
        { "value": "1", "date": "2026-02-01" }, { "value": "2", "date": "2026-02-01" }]});
    assert_eq!(daily(&readings(days.to_string().as_bytes()).unwrap()).rows, []);
}

#[test]
fn an_answer_cut_anywhere_is_told_and_odd_stamps_are_refused() {
    let row = json!({ "value": "1", "date": "2025-10-26 02:00:00", "interval_length": "PT30M" });
    let shapes = [
        json!({ "interval_reading": [row] }),
        json!({ "meter_reading": { "interval_reading": [row] } }),
        json!({ "success": true, "data": { "meter_reading": { "interval_reading": [row] } } }),
        json!({ "success": true, "data": { "grandeur": [{ "points": [{ "v": "é", "d": "2025-10-26" }] }] } }),
    ];
    for shape in shapes {
        let text = shape.to_string();
        for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            assert!(readings(&text.as_bytes()[..cut]).is_err(), "{}", &text[..cut]);
        }
    }
    let stamps = [
        "",
        "é",
        "2025-10-2é 02:00:00",
        "99999-10-26 02:00:00",
        "2025-10-26 25:00:00",
        "0000-00-00 00:00:00",
    ];
    for length in [None, Some("PT30M"), Some("PT"), Some(""), Some("PT9999999999999999999M"), Some("é")] {
        let all = readings(&answer(&stamps, length)).unwrap();
        for readings in [all.clone(), ends_of_starts(all)] {
            let parsed = load_curve(&readings, &paris);
            assert_eq!((parsed.rows.len(), parsed.unusable.len()), (0, stamps.len()), "{length:?}");
            assert_eq!(daily(&readings).rows, [], "{length:?}");
            assert_eq!(max_power(&readings).rows.len(), 1, "{length:?}: the hour is not looked at");
        }
    }
}
