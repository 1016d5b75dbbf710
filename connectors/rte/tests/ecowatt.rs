//! Ecowatt signals on recorded answers, natively and as a component.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use connector_rte::Rte;
use serde_json::{Value, json};
use support::{ECOWATT, Tape, account, both, done, lines, open};
use watteau_sdk::{prelude::*, source::Job};
use watteau_testing::{Ended, FakeHost};

fn signal(day: &str, level: i64, hours: &[i64]) -> Value {
    let hours: Vec<Value> = hours.iter().map(|pas| json!({"pas": pas, "hvalue": pas % 4})).collect();
    json!({"GenerationFichier": "2025-01-15T17:05:00+01:00", "jour": day, "dvalue": level, "message": "…", "values": hours})
}

#[test]
fn signals_by_hour_and_by_day() {
    // Hours come in any order, and some are missing.
    let signals = json!({"signals": [
        signal("2025-01-16T00:00:00+01:00", 2, &[19, 0, 7]),
        signal("2025-01-15T00:00:00+01:00", 1, &[]),
    ]});
    let tape = Tape::account().get(ECOWATT, 200, signals);
    let scenario = account("2025-01-15T18:00:00Z").cassette(tape.cassette());
    let output = both(&scenario, "ecowatt", "2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z");
    assert_eq!(
        lines(&output, "ecowatt"),
        [
            "2025-01-15T23:00:00Z 60 min 0 estimated",
            "2025-01-16T06:00:00Z 60 min 3 estimated",
            "2025-01-16T18:00:00Z 60 min 3 estimated",
        ]
    );
    assert_eq!(
        lines(&output, "ecowatt_day"),
        ["2025-01-14T23:00:00Z 1440 min 1 estimated", "2025-01-15T23:00:00Z 1440 min 2 estimated"]
    );
    done(&output);
}

#[test]
fn the_hour_that_spring_skips_is_left_out_and_the_one_that_autumn_repeats_holds_twice() {
    let all: Vec<i64> = (0..24).collect();
    let cases = [
        (
            "2025-03-30T00:00:00+01:00",
            "2025-03-29T18:00:00Z",
            23,
            1380,
            "2025-03-30T01:00:00Z 60 min 3 estimated",
        ),
        (
            "2025-10-26T00:00:00+02:00",
            "2025-10-25T18:00:00Z",
            25,
            1500,
            "2025-10-26T01:00:00Z 60 min 2 estimated",
        ),
    ];
    for (day, now, hours, minutes, after_two) in cases {
        let tape = Tape::account().get(ECOWATT, 200, json!({"signals": [signal(day, 1, &all)]}));
        let output = both(
            &account(now).cassette(tape.cassette()),
            "ecowatt",
            "2025-01-13T23:00:00Z",
            "2025-01-14T23:00:00Z",
        );
        let found = lines(&output, "ecowatt");
        assert_eq!(found.len(), hours, "{day}");
        assert!(found.iter().any(|line| line == after_two), "{day}: {found:?}");
        let points = &output.points["ecowatt"];
        assert!(points.windows(2).all(|pair| pair[1].0 - pair[0].0 == 3_600_000), "{day}: hour after hour");
        assert_eq!(output.points["ecowatt_day"][0].1, minutes * 60_000, "{day}");
    }
}

#[test]
fn a_second_call_within_a_quarter_of_an_hour_is_not_made() {
    let tape = Tape::account()
        .get(ECOWATT, 200, json!({"signals": [signal("2025-01-15T00:00:00+01:00", 1, &[0])]}))
        .get(ECOWATT, 429, json!(""));
    let host = FakeHost::new(&account("2025-01-15T18:00:00Z").cassette(tape.cassette()));
    let settings = connector_rte::Settings { client_id: Some("watteau-test".into()), ..Default::default() };
    let job = Job { feed: "ecowatt".to_owned(), span: Span::new(1_736_809_200_000, 1_736_895_600_000) };
    Rte::pull(host.context(), &settings, &job).unwrap();
    // The recording would refuse it.
    Rte::pull(host.context(), &settings, &job).unwrap();
    assert_eq!(host.output().points["ecowatt"].len(), 1);
}

#[test]
fn bad_levels_are_refused_and_other_shapes_are_rtes_fault() {
    let odd = json!({"signals": [{"jour": "2025-01-15T00:00:00+01:00", "dvalue": 1, "values": [
        {"pas": 1, "hvalue": 7}, {"pas": 24, "hvalue": 1}, {"hvalue": 1}, {"pas": 3, "hvalue": null}, {"pas": 4, "hvalue": 2}
    ]}]});
    let tape = Tape::account().get(ECOWATT, 200, odd);
    let output = both(
        &account("2025-01-15T18:00:00Z").cassette(tape.cassette()),
        "ecowatt",
        "2025-01-13T23:00:00Z",
        "2025-01-14T23:00:00Z",
    );
    assert_eq!(lines(&output, "ecowatt"), ["2025-01-15T03:00:00Z 60 min 2 estimated"]);
    assert_eq!(output.refusals, [("signal 1 hour 1".to_owned(), "“7” is not a level of Ecowatt".to_owned())]);
    for body in [json!({}), json!("{\"signals\":["), json!({"signals": [{"jour": "tomorrow"}]})] {
        let tape = Tape::account().get(ECOWATT, 200, body.clone());
        let scenario = account("2025-01-15T18:00:00Z").cassette(tape.cassette());
        let ended = both(&scenario, "ecowatt", "2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z").ended;
        assert!(matches!(&ended, Ended::Failed(cause, ..) if cause == "unreadable"), "{body}: {ended:?}");
    }
}

#[test]
fn without_an_account_it_is_passed_over_unless_it_was_named() {
    let now = "2025-01-15T18:00:00Z";
    let (from, to) = ("2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z");
    done(&both(&open(now), "ecowatt", from, to));
    let named = open(now).settings(json!({"what": ["ecowatt"]}));
    let ended = both(&named, "ecowatt", from, to).ended;
    assert!(
        matches!(&ended, Ended::Failed(cause, None, words) if cause == "not-offered" && words.contains("needs an account")),
        "{ended:?}"
    );
    // What is not named is not asked for, account or not: there is no recording to answer.
    let others = account(now).settings(json!({"client_id": "watteau-test", "what": ["tempo"]}));
    for feed in ["load", "forecasts", "ecowatt"] {
        done(&both(&others, feed, from, to));
    }
    let chunk = account(now).settings(json!({"client_id": "watteau-test", "chunk_days": 0}));
    assert!(matches!(both(&chunk, "load", from, to).ended, Ended::Failed(cause, ..) if cause == "settings"));
}
