//! Archive, forecast and previous runs on recorded answers, natively and as a component.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

use connector_weather::memory::Memory;
use serde_json::{Value, json};
use support::{
    ARCHIVE, FORECAST, HOME, HOUR, answering, block, both, done, flat, home, instant, lines, starts, url,
    with,
};
use watteau_testing::{Cassette, Ended, Output};

const SERIES: [&str; 5] = ["temperature", "humidity", "cloud_cover", "wind_speed", "radiation"];

#[test]
fn each_stamp_stands_for_its_hour_and_radiation_for_the_one_before() {
    let value = |column: usize, hour: usize| match (column, hour) {
        // The hour from noon to one: instantaneous at 12:00, and for radiation the mean stamped 13:00.
        (0, 12) => json!(3.4),
        (1, 12) => json!(81),
        (2, 12) => json!(100),
        (3, 12) => json!(4.25),
        (4, 13) => json!(211.0),
        (0 | 4, 14) => json!(0),
        _ => Value::Null,
    };
    let address = url(ARCHIVE, HOME, ("2024-06-09", "2024-06-10"), "");
    let body = block("2024-06-09T00:00:00Z", 48, "", |column, hour| value(column, hour.wrapping_sub(24)));
    let output = both(
        &answering(home("2025-01-15T12:00:00Z"), address, body),
        "archive",
        "2024-06-09T22:00:00Z",
        "2024-06-10T22:00:00Z",
    );
    done(&output);
    let at_noon = ["3.4", "81", "100", "4.25", "211"];
    for (series, value) in SERIES.into_iter().zip(at_noon) {
        assert_eq!(lines(&output, series)[0], format!("2024-06-10T12:00:00Z 60 min {value} measured"));
    }
    // Null is absence; nought is a value.
    assert_eq!(lines(&output, "temperature")[1..], ["2024-06-10T14:00:00Z 60 min 0 measured"]);
    assert_eq!(lines(&output, "radiation")[1..], ["2024-06-10T13:00:00Z 60 min 0 measured"]);
    assert_eq!(output.points["humidity"].len(), 1);
    // The archive's is the state of now: not dated, so that asking again writes nothing.
    assert!(output.statements.iter().all(|(_, made, _)| made.is_none()), "{:?}", output.statements);
}

#[test]
fn days_of_23_and_25_hours_are_whole_in_every_series() {
    let cases = [
        ("2025-03-29", "2025-03-30", "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z", 23),
        ("2025-10-25", "2025-10-26", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z", 25),
        ("2025-06-14", "2025-06-15", "2025-06-14T22:00:00Z", "2025-06-15T22:00:00Z", 24),
    ];
    for (first, last, from, to, count) in cases {
        let body = block(&format!("{first}T00:00:00Z"), 48, "", flat);
        let scenario = answering(home("2026-02-01T12:00:00Z"), url(ARCHIVE, HOME, (first, last), ""), body);
        let output = both(&scenario, "archive", from, to);
        let expected: Vec<i64> = (0..count).map(|hour| instant(from) + hour * HOUR).collect();
        assert_eq!(expected.last().map(|start| start + HOUR), Some(instant(to)));
        for series in SERIES {
            assert_eq!(starts(&output, series), expected, "{series} {first}");
        }
    }
}

#[test]
fn a_forecast_is_dated_by_its_call_and_never_takes_the_archives_place() {
    let now = "2025-01-15T09:30:00Z";
    let midnight = instant("2025-01-05T00:00:00Z");
    let at = |start: i64| (start - midnight) / HOUR;
    // The archive has three days of the ten, but for two hours: null at hour 30, and at hour 5 of the wind alone.
    let archive = block("2025-01-05T00:00:00Z", 10 * 24, "", |column, hour| match (column, hour) {
        (_, 72.. | 30) | (3, 5) => Value::Null,
        _ => flat(column, hour),
    });
    let archive_url = url(ARCHIVE, HOME, ("2025-01-05", "2025-01-14"), "");
    // The plan asks for the running day: the connector looks at all that may still change.
    let (from, to) = ("2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z");
    let past = both(&answering(home(now), archive_url, archive), "archive", from, to);
    done(&past);
    assert_eq!(past.points["temperature"].len(), 71);
    let forecast = block("2025-01-05T00:00:00Z", 13 * 24, "", |column, _| json!(column + 1));
    let forecast_url = url(FORECAST, HOME, ("2025-01-05", "2025-01-17"), "");
    let scenario = answering(home(now), forecast_url, forecast).cursor(past.cursor.clone());
    let output = both(&scenario, "forecast", from, to);
    done(&output);
    let hours = |series: &str| starts(&output, series).into_iter().map(at).collect::<Vec<_>>();
    let rest = |from: i64| (from..13 * 24).collect::<Vec<_>>();
    assert_eq!(
        hours("temperature"),
        [vec![30], rest(72)].concat(),
        "a hole of the archive, and what it lacks"
    );
    assert_eq!(hours("wind_speed"), [vec![5, 30], rest(72)].concat());
    // Radiation is stamped an hour later: its last value belongs to the hour before, as does its hole.
    let radiation = hours("radiation");
    assert_eq!((radiation[0], radiation[1], *radiation.last().unwrap()), (29, 71, 13 * 24 - 2));
    assert!(output.points.values().flatten().all(|point| point.3 == "estimated"));
    assert!(output.statements.iter().all(|(_, made, _)| *made == Some(instant(now))), "the date of the call");
    let settled = |output: &Output| Memory::read(output.cursor.as_deref()).settled;
    assert_eq!(settled(&output), settled(&past), "a forecast changes nothing of what the archive has said");
    // Without an archive, the forecast is all there is.
    let alone = scenario.cursor(None);
    assert_eq!(both(&alone, "forecast", from, to).points["temperature"].len(), 13 * 24);
}

#[test]
fn between_the_archive_and_today_the_historical_forecast_has_the_hours() {
    let now = "2025-01-15T09:30:00Z";
    let midnight = instant("2025-01-05T00:00:00Z");
    let (from, to) = ("2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z");
    let hours = |output: &Output, series: &str| {
        starts(output, series).into_iter().map(|start| (start - midnight) / HOUR).collect::<Vec<_>>()
    };
    let archive =
        block(
            "2025-01-05T00:00:00Z",
            240,
            "",
            |column, hour| {
                if hour < 144 { flat(column, hour) } else { Value::Null }
            },
        );
    let address = url(ARCHIVE, HOME, ("2025-01-05", "2025-01-14"), "");
    let past = both(&answering(home(now), address, archive), "archive", from, to);
    // A mean of radiation is stamped at the end of its hour: the archive's last day lacks one. It is asked for from there,
    // and today's first stamp with it. Two hours of the wind are null.
    let recent = block("2025-01-10T00:00:00Z", 6 * 24, "", |column, hour| match (column, hour) {
        (3, 30 | 31) => Value::Null,
        _ => json!(column + 2),
    });
    let address = url(FORECAST, HOME, ("2025-01-10", "2025-01-15"), "");
    let scenario = answering(home(now), address, recent).cursor(past.cursor.clone());
    let output = both(&scenario, "historical_forecast", from, to);
    done(&output);
    assert_eq!(hours(&output, "temperature"), (144..240).collect::<Vec<_>>());
    assert_eq!(hours(&output, "radiation"), (143..240).collect::<Vec<_>>());
    let wind: Vec<i64> = (144..240).filter(|hour| ![150, 151].contains(hour)).collect();
    assert_eq!(hours(&output, "wind_speed"), wind);
    assert!(output.points.values().flatten().all(|point| point.3 == "estimated"));
    assert!(output.statements.iter().all(|(_, made, _)| *made == Some(instant(now))), "the date of the call");
    // The forecast has what comes after, and the two hours that nobody else has.
    let forecast = block("2025-01-05T00:00:00Z", 13 * 24, "", |column, _| json!(column + 1));
    let address = url(FORECAST, HOME, ("2025-01-05", "2025-01-17"), "");
    let scenario = answering(home(now), address, forecast).cursor(output.cursor.clone());
    let ahead = both(&scenario, "forecast", from, to);
    assert_eq!(hours(&ahead, "temperature"), (240..312).collect::<Vec<_>>());
    assert_eq!(hours(&ahead, "wind_speed"), [vec![150, 151], (240..312).collect()].concat());
    let kept = |output: &Output| Memory::read(output.cursor.as_deref());
    assert_eq!(kept(&ahead).held, kept(&output).held);
    assert_eq!(kept(&ahead).settled, kept(&past).settled);
    // The archive takes the place of both. With nothing missing, nothing is asked: there is no recording to answer.
    let whole = block("2025-01-05T00:00:00Z", 240, "", flat);
    let address = url(ARCHIVE, HOME, ("2025-01-05", "2025-01-14"), "");
    let late = both(&answering(home(now), address, whole).cursor(ahead.cursor.clone()), "archive", from, to);
    assert_eq!(late.points["temperature"].len(), 240);
    let nothing = both(&home(now).cursor(late.cursor), "historical_forecast", from, to);
    assert_eq!((nothing.ended, nothing.points.len()), (Ended::Done(String::new()), 0));
}

#[test]
fn what_the_forecast_said_already_is_not_dated_anew_by_the_historical_one() {
    let (from, to) = ("2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z");
    let forecast = block("2025-01-05T00:00:00Z", 13 * 24, "", flat);
    let address = url(FORECAST, HOME, ("2025-01-05", "2025-01-17"), "");
    let before = both(&answering(home("2025-01-15T05:30:00Z"), address, forecast), "forecast", from, to);
    let recent = block("2025-01-05T00:00:00Z", 11 * 24, "", |column, hour| {
        if column == 0 && hour == 9 { json!(7.7) } else { flat(column, hour) }
    });
    let address = url(FORECAST, HOME, ("2025-01-05", "2025-01-15"), "");
    let scenario = answering(home("2025-01-15T09:30:00Z"), address, recent).cursor(before.cursor);
    let output = both(&scenario, "historical_forecast", from, to);
    assert_eq!(lines(&output, "temperature"), ["2025-01-05T09:00:00Z 60 min 7.7 estimated"]);
    assert_eq!(output.points.len(), 1);
}

#[test]
fn of_a_forecast_only_what_is_new_is_a_statement() {
    let (from, to) = ("2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z");
    let address = || url(FORECAST, HOME, ("2025-01-05", "2025-01-17"), "");
    let at = |now: &str, changed: usize, cursor: Option<Vec<u8>>| {
        let body = block("2025-01-05T00:00:00Z", 13 * 24, "", move |column, hour| {
            if column == 0 && hour == changed { json!(7.7) } else { flat(column, hour) }
        });
        both(&answering(home(now), address(), body).cursor(cursor), "forecast", from, to)
    };
    let first = at("2025-01-15T05:30:00Z", 300, None);
    assert_eq!(first.points["temperature"].len(), 13 * 24);
    let same = at("2025-01-15T09:30:00Z", 300, first.cursor);
    done(&same);
    assert!(same.points.is_empty(), "each value keeps the date of the call that first brought it");
    let other = at("2025-01-15T15:30:00Z", 301, same.cursor);
    assert_eq!(
        lines(&other, "temperature"),
        ["2025-01-17T12:00:00Z 60 min 0 estimated", "2025-01-17T13:00:00Z 60 min 7.7 estimated"]
    );
    assert_eq!(other.statements, [("temperature".to_owned(), Some(instant("2025-01-15T15:30:00Z")), 2)]);
}

#[test]
fn the_archive_takes_the_place_of_a_forecast_when_it_catches_up() {
    let (from, to) = ("2025-01-14T23:00:00Z", "2025-01-15T23:00:00Z");
    let address = || url(ARCHIVE, HOME, ("2025-01-05", "2025-01-14"), "");
    let up_to =
        |hours: usize| {
            block("2025-01-05T00:00:00Z", 240, "", move |column, hour| {
                if hour < hours { flat(column, hour) } else { Value::Null }
            })
        };
    let early = both(&answering(home("2025-01-15T06:00:00Z"), address(), up_to(96)), "archive", from, to);
    let scenario =
        answering(home("2025-01-15T18:00:00Z"), address(), up_to(120)).cursor(early.cursor.clone());
    let late = both(&scenario, "archive", from, to);
    // All of it is put again: what is the same writes nothing, what a forecast had filled becomes measured.
    assert_eq!((early.points["temperature"].len(), late.points["temperature"].len()), (96, 120));
    assert_ne!(early.cursor, late.cursor);
    // An archive that answers nothing takes nothing back.
    let silent = both(
        &answering(home("2025-01-15T19:00:00Z"), address(), up_to(0)).cursor(late.cursor.clone()),
        "archive",
        from,
        to,
    );
    assert!(matches!(&silent.ended, Ended::Failed(cause, ..) if cause == "no-data"), "{:?}", silent.ended);
    assert_eq!(silent.cursor, late.cursor);
}

#[test]
fn several_places_come_in_one_call_with_their_mean() {
    let settings = json!({"places": [
        {"name": "north", "latitude": 50.5, "longitude": 3, "weight": 3},
        {"name": "south", "latitude": 43.25, "longitude": 5.5, "weight": 1},
        {"name": "isle", "latitude": 42, "longitude": 9},
    ]});
    let day = |temperatures: [Value; 3]| {
        block("2024-06-10T00:00:00Z", 48, "", move |column, hour| match (column, hour) {
            (0, 0..=2) => temperatures[hour].clone(),
            (1, 0) => json!(50),
            _ => Value::Null,
        })
    };
    let body = json!([
        day([json!(10.1), json!(11), json!(12)]),
        day([json!(20.2), Value::Null, json!(24)]),
        day([json!(30), json!(31), Value::Null]),
    ]);
    let address = url(ARCHIVE, ("50.5,43.25,42", "3,5.5,9"), ("2024-06-10", "2024-06-11"), "");
    let scenario = answering(with("2025-01-15T12:00:00Z", settings), address, body);
    let output = both(&scenario, "archive", "2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z");
    done(&output);
    let values = |series: &str| {
        output.points[series].iter().map(|point| (point.0 / HOUR % 24, point.2)).collect::<Vec<_>>()
    };
    assert_eq!(values("south.temperature"), [(0, 20.2), (2, 24.0)]);
    assert_eq!(values("isle.temperature"), [(0, 30.0), (1, 31.0)]);
    // No mean while a place that counts is missing; one without a weight does not count.
    assert_eq!(values("temperature"), [(0, 12.625), (2, 15.0)]);
    assert_eq!(values("humidity"), [(0, 50.0)]);
    assert_eq!(values("north.humidity"), [(0, 50.0)]);
}

#[test]
fn one_place_of_a_list_comes_as_an_object_and_is_its_own_mean() {
    let settings = json!({"places": ["lyon"]});
    let address = url(ARCHIVE, ("45.764", "4.8357"), ("2024-06-10", "2024-06-11"), "");
    let body = block("2024-06-10T00:00:00Z", 48, "", flat);
    let scenario = answering(with("2025-01-15T12:00:00Z", settings), address, body);
    let output = both(&scenario, "archive", "2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z");
    assert_eq!(lines(&output, "wind_speed"), lines(&output, "lyon.wind_speed"));
    assert_eq!(output.points["lyon.wind_speed"].len(), 24);
}

#[test]
fn previous_runs_are_series_of_their_own_and_start_in_2022() {
    let now = "2025-01-15T09:30:00Z";
    let settings = || json!({"latitude": 45.76, "longitude": 4.84, "what": ["previous_runs"]});
    let suffix = "_previous_day1";
    let address = url(FORECAST, HOME, ("2025-01-14", "2025-01-15"), suffix);
    let body = block("2025-01-14T00:00:00Z", 48, suffix, flat);
    let scenario = answering(with(now, settings()), address, body);
    let output = both(&scenario, "previous_runs", "2025-01-14T12:00:00Z", "2025-01-15T23:00:00Z");
    done(&output);
    // Of hours that are over, and none of the others.
    let expected: Vec<i64> = (0..21).map(|hour| instant("2025-01-14T12:00:00Z") + hour * HOUR).collect();
    for series in SERIES {
        assert_eq!(starts(&output, &format!("{series}_d1")), expected, "{series}");
    }
    assert_eq!(output.points.len(), 5);
    assert!(output.points.values().flatten().all(|point| point.3 == "estimated"));
    // Nothing before 2022 is asked for, and the answer says so.
    let address = url(FORECAST, HOME, ("2022-01-01", "2022-01-01"), suffix);
    let body = block("2022-01-01T00:00:00Z", 24, suffix, |_, _| Value::Null);
    let scenario = answering(with(now, settings()), address, body);
    done(&both(&scenario, "previous_runs", "2021-12-01T00:00:00Z", "2022-01-01T23:00:00Z"));
    done(&both(&with(now, settings()), "previous_runs", "2020-12-01T00:00:00Z", "2021-12-31T23:00:00Z"));
}

#[test]
fn what_came_before_the_quota_ended_is_kept() {
    let (from, to) = ("2023-01-01T00:00:00Z", "2024-02-10T00:00:00Z");
    let first = block(from, 392 * 24, "", flat);
    let refusal = json!({"error": true, "reason": "Hourly API request limit exceeded. Please try again in the next hour."});
    let tape = Cassette::default().get(url(ARCHIVE, HOME, ("2023-01-01", "2024-01-27"), ""), 200, first).get(
        url(ARCHIVE, HOME, ("2024-01-27", "2024-02-10"), ""),
        429,
        refusal,
    );
    let output = both(&home("2025-01-15T12:00:00Z").cassette(tape), "archive", from, to);
    assert!(matches!(&output.ended, Ended::Failed(cause, ..) if cause == "quota"), "{:?}", output.ended);
    assert_eq!(output.points["temperature"].len(), 391 * 24);
    assert!(output.cursor.is_some(), "the first piece is durable with its cursor");
}

#[test]
fn what_is_not_wanted_is_not_asked_for() {
    // Nothing is recorded: a call would fail.
    let now = "2025-01-15T09:30:00Z";
    let output = both(&home(now), "previous_runs", "2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z");
    assert_eq!((output.ended, output.points.len()), (Ended::Done(String::new()), 0));
    let only = with(now, json!({"latitude": 45.76, "longitude": 4.84, "what": ["archive"]}));
    done(&both(&only, "forecast", "2025-01-13T23:00:00Z", "2025-01-14T23:00:00Z"));
}

#[test]
fn an_answer_of_another_shape_is_refused_whole() {
    let good = || block("2024-06-10T00:00:00Z", 48, "", flat);
    let change = |change: fn(&mut Value)| {
        let mut body = good();
        change(&mut body);
        body
    };
    let truncated = good().to_string()[..900].to_owned();
    let cases = [
        (json!(truncated), "EOF"),
        (json!("<html>"), "expected value"),
        (json!({"error": true}), "missing field `hourly`"),
        (json!([good(), good()]), "2 places came and 1 were asked for"),
        (
            change(|body| drop(body["hourly"]["cloud_cover"].as_array_mut().unwrap().pop())),
            "cloud_cover has 47 values for 48 hours",
        ),
        (
            change(|body| drop(body["hourly"].as_object_mut().unwrap().remove("wind_speed_10m"))),
            "the column wind_speed_10m is missing",
        ),
        (
            change(|body| drop(body["hourly"].as_object_mut().unwrap().remove("time"))),
            "the column time is missing",
        ),
        (change(|body| body["hourly_units"]["wind_speed_10m"] = json!("km/h")), "in km/h and not in m/s"),
        (change(|body| body["hourly"]["time"][3] = json!(1_718_000_001)), "not a full hour"),
        (change(|body| body["hourly"]["time"][3] = json!("2024-06-10T03:00")), "invalid type: string"),
        (change(|body| body["hourly"]["temperature_2m"][3] = json!("cold")), "invalid type: string"),
        (change(|body| body["hourly"]["time"][3] = json!(null)), "a stamp is null"),
    ];
    for (body, words) in cases {
        let address = url(ARCHIVE, HOME, ("2024-06-10", "2024-06-11"), "");
        let scenario =
            home("2025-01-15T12:00:00Z").cassette(Cassette::default().get(address, 200, body.clone()));
        let output = both(&scenario, "archive", "2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z");
        let Ended::Failed(cause, party, message) = &output.ended else {
            panic!("{words}: {:?}", output.ended)
        };
        assert_eq!((cause.as_str(), party.as_deref()), ("unreadable", Some("Open-Meteo")), "{message}");
        assert!(message.contains(words), "{words}: {message}");
        assert!(output.points.is_empty(), "{words}");
    }
}
