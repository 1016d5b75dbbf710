//! Tempo colours on recorded answers, natively and as a component.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::{Value, json};
use support::{TEMPO, Tape, account, both, done, lines, open, url};
use watteau_testing::Ended;

fn window(start: &str, end: &str) -> String {
    url(TEMPO, &[("start_date", start), ("end_date", end), ("fallback_status", "true")])
}

fn calendar(values: Value) -> Value {
    json!({"tempo_like_calendars": {"start_date": "", "end_date": "", "values": values}})
}

fn day(start: &str, end: &str, colour: &str, fallback: bool) -> Value {
    json!({"start_date": start, "end_date": end, "value": colour, "updated_date": start, "fallback": fallback})
}

#[test]
fn a_colour_runs_from_six_to_six_of_its_date() {
    let values = json!([
        day("2025-01-15T00:00:00+01:00", "2025-01-16T00:00:00+01:00", "RED", true),
        day("2025-01-14T00:00:00+01:00", "2025-01-15T00:00:00+01:00", "WHITE", false),
        {"start_date": "2025-01-13T00:00:00+01:00", "end_date": "2025-01-14T00:00:00+01:00", "value": null},
        day("2025-01-12T00:00:00+01:00", "2025-01-13T00:00:00+01:00", "BLUE", false),
    ]);
    let address = window("2025-01-12T00:00:00+01:00", "2025-01-16T00:00:00+01:00");
    let tape = Tape::account().get(address, 200, calendar(values));
    let scenario = account("2025-03-01T10:00:00Z").cassette(tape.cassette());
    // The host asks by the series' own days, which turn at six.
    let output = both(&scenario, "tempo", "2025-01-12T05:00:00Z", "2025-01-16T05:00:00Z");
    assert_eq!(
        lines(&output, "tempo"),
        [
            "2025-01-12T05:00:00Z 1440 min 1 measured",
            "2025-01-14T05:00:00Z 1440 min 2 measured",
            "2025-01-15T05:00:00Z 1440 min 3 estimated",
        ]
    );
    done(&output);
}

#[test]
fn the_days_of_the_clock_changes_are_23_and_25_hours_long() {
    let cases = [
        (
            "2025-03-29",
            "2025-03-29T00:00:00+01:00",
            "2025-03-30T00:00:00+01:00",
            "2025-03-29T05:00:00Z",
            "2025-03-30T04:00:00Z",
            1380,
        ),
        (
            "2025-10-25",
            "2025-10-25T00:00:00+02:00",
            "2025-10-26T00:00:00+02:00",
            "2025-10-25T04:00:00Z",
            "2025-10-26T05:00:00Z",
            1500,
        ),
    ];
    for (date, start, end, from, to, minutes) in cases {
        let tape =
            Tape::account().get(window(start, end), 200, calendar(json!([day(start, end, "BLUE", false)])));
        let scenario = account("2026-02-01T10:00:00Z").cassette(tape.cassette());
        let output = both(&scenario, "tempo", from, to);
        assert_eq!(lines(&output, "tempo"), [format!("{from} {minutes} min 1 measured")], "{date}");
    }
}

#[test]
fn tomorrow_comes_along_and_nothing_after_it_is_asked_for() {
    let address = window("2025-01-13T00:00:00+01:00", "2025-01-17T00:00:00+01:00");
    let values = json!([day("2025-01-16T00:00:00+01:00", "2025-01-17T00:00:00+01:00", "RED", false)]);
    let tape = Tape::account().get(address, 200, calendar(values));
    let scenario = account("2025-01-15T12:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "tempo", "2025-01-14T05:00:00Z", "2025-01-15T05:00:00Z");
    assert_eq!(lines(&output, "tempo"), ["2025-01-16T05:00:00Z 1440 min 3 measured"]);
}

#[test]
fn without_an_account_the_pages_of_the_seasons_are_read() {
    let season = |name: &str| url("/cms/open_data/v1/tempo", &[("season", name)]);
    let tape = Tape::default()
        .get(season("2023-2024"), 200, json!({"values": {"2024-08-30": "BLUE", "2024-08-31": "BLUE"}}))
        .get(season("2024-2025"), 200, json!({"values": {"2024-09-01": "BLUE", "2025-01-15": "RED"}}));
    let scenario = open("2025-03-01T10:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "tempo", "2024-08-31T04:00:00Z", "2024-09-02T04:00:00Z");
    assert_eq!(
        lines(&output, "tempo"),
        ["2024-08-31T04:00:00Z 1440 min 1 measured", "2024-09-01T04:00:00Z 1440 min 1 measured"]
    );
    // What is of today comes from the page of now too, provisional colours marked.
    let light = json!({"values": {"2025-01-15": "RED", "2025-01-15-fallback": "false", "2025-01-16": "WHITE", "2025-01-16-fallback": "true"}});
    let tape = Tape::default()
        .get(season("2024-2025"), 200, json!({"values": {"2025-01-14": "WHITE", "2025-01-15": "RED"}}))
        .get("/cms/open_data/v1/tempoLight", 200, light);
    let scenario = open("2025-01-15T12:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "tempo", "2025-01-14T05:00:00Z", "2025-01-15T05:00:00Z");
    assert_eq!(
        lines(&output, "tempo"),
        [
            "2025-01-14T05:00:00Z 1440 min 2 measured",
            "2025-01-15T05:00:00Z 1440 min 3 measured",
            "2025-01-15T05:00:00Z 1440 min 3 measured",
            "2025-01-16T05:00:00Z 1440 min 2 estimated",
        ]
    );
}

#[test]
fn other_shapes_are_rtes_fault_and_an_unknown_colour_is_refused() {
    let (start, end) = ("2025-01-15T00:00:00+01:00", "2025-01-16T00:00:00+01:00");
    let cases = [
        (json!({"tempo_like_calendars": {"values": []}}), "no-data"),
        (json!({"tempo_like_calendars": [1]}), "unreadable"),
        (json!({}), "unreadable"),
        (calendar(json!([day(start, end, "PURPLE", false)])), "unreadable"),
    ];
    for (body, cause) in cases {
        let tape = Tape::account().get(window(start, end), 200, body.clone());
        let scenario = account("2025-03-01T10:00:00Z").cassette(tape.cassette());
        let output = both(&scenario, "tempo", "2025-01-15T05:00:00Z", "2025-01-16T05:00:00Z");
        assert!(
            matches!(&output.ended, Ended::Failed(told, ..) if told == cause),
            "{body}: {:?}",
            output.ended
        );
    }
}
