//! Load and forecasts of RTE on recorded answers, natively and as a component.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use connector_rte::short_term::parse;
use serde_json::{Value, json};
use support::{Tape, account, answer, both, done, line, lines, quarters, short_term, value};
use watteau_testing::Ended;

/// A day of REALISED alone, well in the past.
fn one_day(start: &str, end: &str, values: Vec<Value>) -> Tape {
    Tape::account().get(short_term("REALISED", start, end), 200, answer(&[("REALISED", values)]))
}

#[test]
fn values_are_kept_as_they_come_each_with_its_own_length() {
    let mut values = vec![
        value("2025-01-15T00:30:00+01:00", "2025-01-15T01:00:00+01:00", "2025-01-15T01:05:00+01:00", 60_900),
        value(
            "2025-01-15T00:15:00+01:00",
            "2025-01-15T00:30:00+01:00",
            "2025-01-15T00:35:00+01:00",
            61_312.5,
        ),
        value("2025-01-15T00:00:00+01:00", "2025-01-15T00:15:00+01:00", "2025-01-15T00:20:00+01:00", 61_840),
    ];
    values.push(json!({"start_date": "2025-01-15T01:00:00+01:00", "end_date": "2025-01-15T01:15:00+01:00", "value": null}));
    let tape = one_day("2025-01-15T00:00:00+01:00", "2025-01-16T00:00:00+01:00", values);
    let scenario = account("2025-03-01T10:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "load", "2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z");
    assert_eq!(
        lines(&output, "load"),
        [
            "2025-01-14T23:00:00Z 15 min 61840 measured",
            "2025-01-14T23:15:00Z 15 min 61312.5 measured",
            "2025-01-14T23:30:00Z 30 min 60900 measured",
        ]
    );
    done(&output);
}

#[test]
fn days_of_23_and_25_hours_are_placed_by_the_offset_of_each_value() {
    let cases = [
        (
            "2025-03-30",
            "2025-03-30T00:00:00+01:00",
            "2025-03-31T00:00:00+02:00",
            "2025-03-29T23:00:00Z",
            "2025-03-30T22:00:00Z",
            92,
        ),
        (
            "2025-10-26",
            "2025-10-26T00:00:00+02:00",
            "2025-10-27T00:00:00+01:00",
            "2025-10-25T22:00:00Z",
            "2025-10-26T23:00:00Z",
            100,
        ),
    ];
    for (date, start, end, from, to, count) in cases {
        let mut values = quarters(date, 40_000);
        values.reverse();
        for (feed, types, kind, series) in
            [("load", "REALISED", "REALISED", "load"), ("forecasts", "ID,D-1,D-2", "D-1", "forecast_d1")]
        {
            let body = answer(&[(kind, values.clone())]);
            let tape = Tape::account().get(short_term(types, start, end), 200, body);
            let scenario = account("2026-02-01T10:00:00Z").cassette(tape.cassette());
            let output = both(&scenario, feed, from, to);
            let mut points = output.points[series].clone();
            points.sort_by_key(|point| point.0);
            assert_eq!(points.len(), count, "{date} {series}");
            // Every quarter of an hour from one midnight to the next, none twice and none missing.
            let first: i64 = from.parse::<jiff::Timestamp>().unwrap().as_millisecond();
            for (index, point) in points.iter().enumerate() {
                assert_eq!((point.0, point.1), (first + index as i64 * 900_000, 900_000), "{}", line(point));
                assert!((point.2 - (40_000.0 + index as f64)).abs() < f64::EPSILON, "{}", line(point));
            }
        }
    }
}

#[test]
fn forecasts_are_series_of_their_own_and_estimates() {
    let (start, end) = ("2025-01-15T00:00:00+01:00", "2025-01-16T00:00:00+01:00");
    let quarter =
        |updated: &str, mw: i64| value("2025-01-15T10:00:00+01:00", "2025-01-15T10:15:00+01:00", updated, mw);
    let half =
        value("2025-01-15T10:00:00+01:00", "2025-01-15T10:30:00+01:00", "2025-01-13T07:00:00+01:00", 63_000);
    let body = answer(&[
        ("ID", vec![quarter("2025-01-15T09:45:00+01:00", 61_000)]),
        ("D-1", vec![quarter("2025-01-14T19:10:00+01:00", 62_000)]),
        ("D-2", vec![half]),
        ("CORRECTED", vec![quarter("2025-01-15T09:45:00+01:00", 1)]),
    ]);
    let tape = Tape::account().get(short_term("ID,D-1,D-2", start, end), 200, body);
    let scenario = account("2025-03-01T10:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "forecasts", "2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z");
    assert_eq!(lines(&output, "forecast_id"), ["2025-01-15T09:00:00Z 15 min 61000 estimated"]);
    assert_eq!(lines(&output, "forecast_d1"), ["2025-01-15T09:00:00Z 15 min 62000 estimated"]);
    assert_eq!(lines(&output, "forecast_d2"), ["2025-01-15T09:00:00Z 30 min 63000 estimated"]);
    assert_eq!(output.points.len(), 3, "nothing else");
}

#[test]
fn of_two_values_for_one_moment_the_later_update_holds() {
    let at =
        |updated: &str, mw: i64| value("2025-01-15T00:00:00+01:00", "2025-01-15T00:15:00+01:00", updated, mw);
    let values = vec![
        at("2025-01-15T00:20:00+01:00", 61_000),
        at("2025-01-18T06:00:00+01:00", 61_250),
        at("2025-01-15T00:40:00+01:00", 61_100),
    ];
    let tape = one_day("2025-01-15T00:00:00+01:00", "2025-01-16T00:00:00+01:00", values);
    let scenario = account("2025-03-01T10:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "load", "2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z");
    assert_eq!(lines(&output, "load"), ["2025-01-14T23:00:00Z 15 min 61250 measured"]);
}

#[test]
fn a_span_that_reaches_today_is_read_again_for_a_week_and_on_to_what_is_known() {
    let now = "2025-01-15T12:00:00Z";
    let load = |mw: i64| {
        let start =
            value("2025-01-15T11:00:00+01:00", "2025-01-15T11:15:00+01:00", "2025-01-15T11:20:00+01:00", mw);
        answer(&[("REALISED", vec![start])])
    };
    // Asked for yesterday: a week back, and all of today.
    let tape = Tape::account().get(
        short_term("REALISED", "2025-01-08T00:00:00+01:00", "2025-01-16T00:00:00+01:00"),
        200,
        load(60_000),
    );
    let output =
        both(&account(now).cassette(tape.cassette()), "load", "2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z");
    assert_eq!(lines(&output, "load"), ["2025-01-15T10:00:00Z 15 min 60000 measured"]);
    // Asked for today and beyond: today alone, which is all there can be.
    let tape = Tape::account().get(
        short_term("REALISED", "2025-01-15T00:00:00+01:00", "2025-01-16T00:00:00+01:00"),
        200,
        load(60_001),
    );
    let output =
        both(&account(now).cassette(tape.cassette()), "load", "2025-01-14T23:00:00Z", "2025-01-17T23:00:00Z");
    assert_eq!(lines(&output, "load"), ["2025-01-15T10:00:00Z 15 min 60001 measured"]);
    // Forecasts reach the day after tomorrow.
    let body = answer(&[(
        "D-2",
        vec![value(
            "2025-01-17T23:30:00+01:00",
            "2025-01-18T00:00:00+01:00",
            "2025-01-15T07:00:00+01:00",
            59_000,
        )],
    )]);
    let tape = Tape::account().get(
        short_term("ID,D-1,D-2", "2025-01-14T00:00:00+01:00", "2025-01-18T00:00:00+01:00"),
        200,
        body,
    );
    let output = both(
        &account(now).cassette(tape.cassette()),
        "forecasts",
        "2025-01-13T23:00:00Z",
        "2025-01-14T23:00:00Z",
    );
    assert_eq!(lines(&output, "forecast_d2"), ["2025-01-17T22:30:00Z 30 min 59000 estimated"]);
}

#[test]
fn a_window_goes_in_pieces_and_what_is_too_long_is_halved() {
    let too_long = |code: &str| json!({"error": code, "error_description": "Too long.", "error_uri": "", "error_details": {}});
    let window = |start: &str, end: &str| {
        short_term(
            "REALISED",
            &format!("2025-01-{start}T00:00:00+01:00"),
            &format!("2025-01-{end}T00:00:00+01:00"),
        )
    };
    let one = |day: &str| {
        answer(&[(
            "REALISED",
            vec![value(
                &format!("2025-01-{day}T00:00:00+01:00"),
                &format!("2025-01-{day}T00:15:00+01:00"),
                &format!("2025-01-{day}T00:20:00+01:00"),
                60_000,
            )],
        )])
    };
    // Ten days in pieces of four; the second is refused, and its first half too.
    let tape = Tape::account()
        .get(window("01", "05"), 200, one("01"))
        .get(window("05", "09"), 400, too_long("CONSUMPTION_SHORTTERM_F03"))
        .get(window("05", "07"), 400, too_long("CONSUMPTION_SHORTTERM_F04"))
        .get(window("05", "06"), 200, one("05"))
        .get(window("06", "07"), 200, one("06"))
        .get(window("07", "09"), 200, one("07"))
        .get(window("09", "11"), 200, one("09"));
    let scenario = account("2025-03-01T10:00:00Z")
        .settings(json!({"client_id": "watteau-test", "chunk_days": 4}))
        .cassette(tape.cassette());
    let output = both(&scenario, "load", "2024-12-31T23:00:00Z", "2025-01-10T23:00:00Z");
    done(&output);
    let days: Vec<String> = lines(&output, "load").iter().map(|line| line[..10].to_owned()).collect();
    assert_eq!(days, ["2024-12-31", "2025-01-04", "2025-01-05", "2025-01-06", "2025-01-08"]);
    // A single day that is too long is told.
    let tape = Tape::account().get(window("05", "06"), 400, too_long("CONSUMPTION_SHORTTERM_F03"));
    let scenario = account("2025-03-01T10:00:00Z").cassette(tape.cassette());
    let ended = both(&scenario, "load", "2025-01-04T23:00:00Z", "2025-01-05T23:00:00Z").ended;
    assert!(
        matches!(&ended, Ended::Failed(cause, Some(party), words)
            if cause == "unreadable" && party == "RTE" && words.contains("even a single day")),
        "{ended:?}"
    );
}

#[test]
fn a_day_to_come_that_is_not_taken_yet_is_no_failure() {
    let early = json!({"error": "CONSUMPTION_SHORTTERM_F04", "error_description": "Too far ahead."});
    let window = |start: u8, end: u8| {
        short_term(
            "ID,D-1,D-2",
            &format!("2025-01-{start}T00:00:00+01:00"),
            &format!("2025-01-{end}T00:00:00+01:00"),
        )
    };
    let today = answer(&[(
        "D-1",
        vec![value(
            "2025-01-15T00:00:00+01:00",
            "2025-01-15T00:15:00+01:00",
            "2025-01-14T19:10:00+01:00",
            60_000,
        )],
    )]);
    let tape = Tape::account()
        .get(window(14, 18), 400, early.clone())
        .get(window(14, 16), 200, today)
        .get(window(16, 18), 400, early.clone())
        .get(window(16, 17), 200, answer(&[]))
        .get(window(17, 18), 400, early);
    let scenario = account("2025-01-15T12:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "forecasts", "2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z");
    done(&output);
    assert_eq!(output.points["forecast_d1"].len(), 1);
}

#[test]
fn an_empty_answer_is_no_data_and_an_unreadable_one_is_rtes_fault() {
    let (start, end) = ("2025-01-15T00:00:00+01:00", "2025-01-16T00:00:00+01:00");
    let cases: Vec<(u16, Value, &str, Option<&str>)> = vec![
        (200, json!({"short_term": []}), "no-data", Some("RTE")),
        (200, answer(&[("REALISED", vec![])]), "no-data", Some("RTE")),
        (200, json!({"short_term": [{"type": "REALISED"}]}), "no-data", Some("RTE")),
        (200, json!({"other": []}), "unreadable", Some("RTE")),
        (200, json!("{\"short_term\":[{\"type\":\"REAL"), "unreadable", Some("RTE")),
        (200, json!("<html>Maintenance</html>"), "unreadable", Some("RTE")),
        (
            200,
            answer(&[("REALISED", vec![value("yesterday", "today", "", 60_000)])]),
            "unreadable",
            Some("RTE"),
        ),
        (401, json!(""), "consent", None),
        (403, json!(""), "not-offered", None),
        (429, json!(""), "quota", Some("RTE")),
        (503, json!("<html>"), "unavailable", Some("RTE")),
    ];
    for (status, body, cause, party) in cases {
        let tape = Tape::account().get(short_term("REALISED", start, end), status, body.clone());
        let scenario = account("2025-03-01T10:00:00Z").cassette(tape.cassette());
        let output = both(&scenario, "load", "2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z");
        assert!(
            matches!(&output.ended, Ended::Failed(told, who, _) if told == cause && who.as_deref() == party),
            "{status} {body}: {:?}",
            output.ended
        );
        assert!(output.points.is_empty(), "{body}");
    }
}

#[test]
fn a_token_that_ended_early_is_asked_anew_once() {
    let address = short_term("REALISED", "2025-01-15T00:00:00+01:00", "2025-01-16T00:00:00+01:00");
    let body = answer(&[("REALISED", quarters("2025-01-15", 60_000))]);
    let tape = Tape::account().get(address.clone(), 401, json!("")).get(address, 200, body);
    // Only the real host has tokens.
    let output = account("2025-03-01T10:00:00Z")
        .cassette(tape.cassette())
        .pull_wasm(support::wasm(), "load", "2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z")
        .unwrap();
    done(&output);
    assert_eq!(output.points["load"].len(), 96);
}

#[test]
fn bad_values_are_refused_and_the_good_ones_kept() {
    let good = value("2025-01-15T00:00:00+01:00", "2025-01-15T00:15:00+01:00", "", 61_000);
    let rows = json!({"short_term": [{"type": "REALISED", "values": [
        good,
        {"start_date": "2025-01-15T00:15:00+01:00", "end_date": "2025-01-15T00:30:00+01:00", "value": "n/a"},
        {"start_date": "2025-01-15T00:30:00", "end_date": "2025-01-15T00:45:00+01:00", "value": 1},
        {"start_date": "2025-01-15T00:45:00+01:00", "end_date": "2025-01-15T00:45:00+01:00", "value": 1},
        {"start_date": "2025-01-15T01:00:00+01:00", "end_date": "2025-01-15T04:00:00+01:00", "value": 1},
        {"start_date": "2025-01-15T01:00:00+01:00", "end_date": "2025-01-15T01:15:00+01:00", "value": ""},
        {"start_date": "2025-01-15T01:15:00+01:00", "end_date": "2025-01-15T01:30:00+01:00"},
    ]}]});
    let parsed = &parse(rows.to_string().as_bytes()).unwrap()["load"];
    assert_eq!(parsed.rows.len(), 1);
    let places: Vec<&str> = parsed.unusable.iter().map(|unusable| unusable.place.as_str()).collect();
    assert_eq!(places, ["REALISED value 2", "REALISED value 3", "REALISED value 4", "REALISED value 5"]);
}
