//! The open data on recorded answers, natively and as a component.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use connector_rte::odre::{Dataset, parse};
use serde_json::{Value, json};
use support::{CONSOLIDATED, REAL_TIME, Tape, both, done, lines, open, url};
use watteau_testing::{Ended, FakeHost, Scenario};

const LOAD: &str = "consommation";

fn export(dataset: &str, columns: &str, from: &str, to: &str) -> String {
    let present: Vec<String> = columns.split(',').map(|name| format!("{name} is not null")).collect();
    let filter =
        format!("date_heure >= date'{from}' and date_heure < date'{to}' and ({})", present.join(" or "));
    let select = format!("date,heure,date_heure,nature,{columns}");
    url(dataset, &[("select", &select), ("where", &filter), ("order_by", "date_heure"), ("timezone", "UTC")])
}

fn row(local: &str, utc: &str, mw: impl Into<Value>) -> Value {
    json!({"date": &local[..10], "heure": &local[11..], "date_heure": utc, "nature": "Données définitives", "consommation": mw.into()})
}

/// A curve of the load, natively: start and minutes and megawatts.
fn curve(dataset: Dataset, rows: Value) -> (Vec<String>, Vec<(i64, i64)>, Vec<String>) {
    let host = FakeHost::new(&Scenario::new("rte"));
    let found = parse(rows.to_string().as_bytes(), LOAD, dataset, host.context().clock()).unwrap();
    let line = |point: &watteau_sdk::prelude::Point| {
        let start = jiff::Timestamp::from_millisecond(point.start).unwrap();
        format!("{start} {} {}", point.duration / 60_000, point.value)
    };
    (
        found.parsed.rows.iter().map(|row| line(&row.point)).collect(),
        found.ambiguous.iter().map(|span| (span.start, span.end)).collect(),
        found.parsed.unusable.into_iter().map(|unusable| unusable.reason.0).collect(),
    )
}

#[test]
fn recent_days_come_in_real_time_with_yesterday_and_today() {
    let address = export(REAL_TIME, LOAD, "2025-01-07T23:00:00Z", "2025-01-15T23:00:00Z");
    let rows = json!([
        row("2025-01-15 10:15", "2025-01-15T09:15:00+00:00", 70_123),
        row("2025-01-15 10:30", "2025-01-15T09:30:00+00:00", "70200"),
        row("2025-01-15 10:45", "2025-01-15T09:45:00+00:00", Value::Null),
        row("2025-01-15 11:00", "2025-01-15T10:00:00+00:00", "ND"),
    ]);
    let tape = Tape::default().get(address, 200, rows);
    let scenario = open("2025-01-15T10:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "load", "2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z");
    assert_eq!(
        lines(&output, "load"),
        ["2025-01-15T09:15:00Z 15 min 70123 measured", "2025-01-15T09:30:00Z 15 min 70200 measured"]
    );
    done(&output);
}

#[test]
fn older_days_are_consolidated_and_real_time_fills_what_is_not_there_yet() {
    let tape = Tape::default()
        .get(
            export(CONSOLIDATED, LOAD, "2024-06-09T22:00:00Z", "2024-06-12T22:00:00Z"),
            200,
            json!([
                row("2024-06-10 00:00", "2024-06-09T22:00:00+00:00", 40_000),
                row("2024-06-10 00:15", "2024-06-09T22:15:00+00:00", Value::Null),
                row("2024-06-10 00:30", "2024-06-09T22:30:00+00:00", 40_100),
            ]),
        )
        .get(
            export(REAL_TIME, LOAD, "2024-06-10T22:00:00Z", "2024-06-12T22:00:00Z"),
            200,
            json!([row("2024-06-11 00:00", "2024-06-10T22:00:00+00:00", 41_000)]),
        );
    let scenario = open("2025-01-15T10:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "load", "2024-06-09T22:00:00Z", "2024-06-12T22:00:00Z");
    assert_eq!(
        lines(&output, "load"),
        [
            "2024-06-09T22:00:00Z 30 min 40000 measured",
            "2024-06-09T22:30:00Z 30 min 40100 measured",
            "2024-06-10T22:00:00Z 15 min 41000 measured",
        ]
    );
}

#[test]
fn forecasts_are_there_too_with_tomorrow() {
    let address =
        export(REAL_TIME, "prevision_j1,prevision_j", "2025-01-13T23:00:00Z", "2025-01-16T23:00:00Z");
    let future = |heure: &str, utc: &str, j1: Value, j: Value| json!({"date": "2025-01-16", "heure": heure, "date_heure": utc, "nature": "Données temps réel", "prevision_j1": j1, "prevision_j": j});
    let rows = json!([
        future("00:00", "2025-01-15T23:00:00+00:00", json!(69_800), json!(70_050)),
        future("00:15", "2025-01-15T23:15:00+00:00", json!(69_700), json!(null)),
    ]);
    let tape = Tape::default().get(address, 200, rows);
    let scenario = open("2025-01-15T20:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "forecasts", "2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z");
    assert_eq!(
        lines(&output, "forecast_d1"),
        ["2025-01-15T23:00:00Z 15 min 69800 estimated", "2025-01-15T23:15:00Z 15 min 69700 estimated"]
    );
    assert_eq!(lines(&output, "forecast_id"), ["2025-01-15T23:00:00Z 15 min 70050 estimated"]);
}

#[test]
fn the_filler_of_spring_is_left_out() {
    // The source counts 48 half-hours: two o'clock, which never was, repeats a neighbour under three o'clock's instant.
    let (points, ambiguous, refused) = curve(
        Dataset::Consolidated,
        json!([
            row("2025-03-30 01:30", "2025-03-30T00:30:00+00:00", 45_100),
            row("2025-03-30 02:00", "2025-03-30T01:00:00+00:00", 45_100),
            row("2025-03-30 02:30", "2025-03-30T01:30:00+00:00", 45_100),
            row("2025-03-30 03:00", "2025-03-30T01:00:00+00:00", 44_900),
            row("2025-03-30 03:30", "2025-03-30T01:30:00+00:00", 44_700),
        ]),
    );
    assert_eq!(
        points,
        ["2025-03-30T00:30:00Z 30 45100", "2025-03-30T01:00:00Z 30 44900", "2025-03-30T01:30:00Z 30 44700"]
    );
    assert!(ambiguous.is_empty() && refused.is_empty());
    // Copies that call both three o'clock leave no way to tell: neither is kept.
    let (points, _, refused) = curve(
        Dataset::Consolidated,
        json!([
            row("2025-03-30 03:00", "2025-03-30T01:00:00+00:00", 45_100),
            row("2025-03-30 03:00", "2025-03-30T01:00:00+00:00", 44_900),
            row("2025-03-30 03:30", "2025-03-30T01:30:00+00:00", 44_700),
        ]),
    );
    assert_eq!(
        (points.len(), refused.as_slice()),
        (1, &["two different values for one moment".to_owned()][..])
    );
}

#[test]
fn autumns_repeated_hour_is_kept_whole_or_not_at_all() {
    // 48 half-hours: one of the two hours is lost, and nothing says which.
    let (points, ambiguous, _) = curve(
        Dataset::Consolidated,
        json!([
            row("2025-10-26 01:30", "2025-10-25T23:30:00+00:00", 41_000),
            row("2025-10-26 02:00", "2025-10-26T00:00:00+00:00", 40_000),
            row("2025-10-26 02:30", "2025-10-26T01:30:00+00:00", 39_000),
            row("2025-10-26 03:00", "2025-10-26T02:00:00+00:00", 39_500),
        ]),
    );
    assert_eq!(points, ["2025-10-25T23:30:00Z 30 41000", "2025-10-26T02:00:00Z 30 39500"]);
    assert_eq!(ambiguous, [(1_761_436_800_000, 1_761_444_000_000)], "both hours are missing");
    let (points, ambiguous, _) = curve(
        Dataset::Consolidated,
        json!([
            row("2025-10-26 02:00", "2025-10-26T00:00:00+00:00", 40_000),
            row("2025-10-26 02:30", "2025-10-26T00:30:00+00:00", 39_800),
            row("2025-10-26 02:00", "2025-10-26T01:00:00+00:00", 39_600),
            row("2025-10-26 02:30", "2025-10-26T01:30:00+00:00", 39_400),
        ]),
    );
    assert_eq!((points.len(), ambiguous.len()), (4, 0), "both hours are there");
}

#[test]
fn the_ambiguous_hours_are_declared_absent() {
    let address = export(CONSOLIDATED, LOAD, "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z");
    let rows = json!([
        row("2024-10-27 01:30", "2024-10-26T23:30:00+00:00", 41_000),
        row("2024-10-27 02:00", "2024-10-27T00:00:00+00:00", 40_000),
    ]);
    let tape = Tape::default().get(address, 200, rows);
    let scenario = open("2025-03-15T10:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "load", "2024-10-26T22:00:00Z", "2024-10-27T23:00:00Z");
    assert_eq!(lines(&output, "load"), ["2024-10-26T23:30:00Z 30 min 41000 measured"]);
    assert_eq!(output.absences, [("load".to_owned(), 1_729_987_200_000, 1_729_994_400_000)]);
}

#[test]
fn final_values_replace_consolidated_ones_and_these_real_time() {
    let at = |nature: &str, mw: i64| json!({"date": "2024-06-10", "heure": "00:00", "date_heure": "2024-06-09T22:00:00+00:00", "nature": nature, "consommation": mw});
    let (points, ..) = curve(
        Dataset::Consolidated,
        json!([
            at("Données définitives", 40_002),
            at("Données temps réel", 40_000),
            at("Données consolidées", 40_001),
        ]),
    );
    assert_eq!(points, ["2024-06-09T22:00:00Z 30 40002"]);
}

#[test]
fn a_lone_value_has_the_usual_length_and_a_hole_does_not_stretch_its_neighbours() {
    let lone = json!([row("2025-01-15 00:00", "2025-01-14T23:00:00+00:00", 60_000)]);
    assert_eq!(curve(Dataset::RealTime, lone.clone()).0, ["2025-01-14T23:00:00Z 15 60000"]);
    assert_eq!(curve(Dataset::Consolidated, lone).0, ["2025-01-14T23:00:00Z 30 60000"]);
    let holed = json!([
        row("2025-01-15 00:00", "2025-01-14T23:00:00+00:00", 60_000),
        row("2025-01-15 00:30", "2025-01-14T23:30:00+00:00", 60_100),
        row("2025-01-15 00:45", "2025-01-14T23:45:00+00:00", 60_200),
    ]);
    assert!(curve(Dataset::RealTime, holed).0.iter().all(|line| line.contains("Z 15 ")));
}

#[test]
fn refusals_and_other_shapes_are_told() {
    let address = || export(REAL_TIME, LOAD, "2025-01-07T23:00:00Z", "2025-01-15T23:00:00Z");
    let cases = [
        (200, json!("[{\"date\":"), "unreadable", Some("ODRÉ")),
        (200, json!({"other": 1}), "unreadable", Some("ODRÉ")),
        (200, json!([row("2025-01-14 00:00", "some day", 60_000)]), "unreadable", Some("ODRÉ")),
        (
            400,
            json!({"error_code": "ODSQLError", "message": "Unknown field: consommation"}),
            "unreadable",
            None,
        ),
        (429, json!({}), "quota", Some("ODRÉ")),
        (503, json!("<html>"), "unavailable", Some("ODRÉ")),
    ];
    for (status, body, cause, party) in cases {
        let tape = Tape::default().get(address(), status, body.clone());
        let scenario = open("2025-01-15T10:00:00Z").cassette(tape.cassette());
        let ended = both(&scenario, "load", "2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z").ended;
        assert!(
            matches!(&ended, Ended::Failed(told, who, _) if told == cause && who.as_deref() == party),
            "{status} {body}: {ended:?}"
        );
    }
}
