//! The questions, asked of a store.

#![allow(clippy::float_cmp, reason = "sums of these values are exact")]

use super::{
    Bucket, Calendar, Error, Period, ReasonCode,
    ReasonCode::{DeclaredEmpty, NotAskedYet, NotPublishedYet, SourceHasNone},
    coverage, missing_seconds, names, origin, points, revisions, summary,
    testing::{Home, NOW, at, clock, date, days, half_hours, paris, period},
    year_to_date,
};
use crate::{clock::Clock, model};
use jiff::Timestamp;
use watteau_store::{Kind, Quality, Step};

#[test]
fn a_power_adds_up_to_energy_by_local_day() {
    let home = Home::filled();
    // 200 W and 10 W more at each half-hour, starting again every 48: known sums for 46, 48 and 50 slots.
    for (day, slots) in [("2025-03-29", 48), ("2025-03-30", 46), ("2025-10-26", 50), ("2025-10-27", 48)] {
        let first = (at("2025-03-01T00:00:00+01:00"), Calendar::new(paris(), 0).start_of(date(day)));
        let first = (first.1 - first.0) / 1_800_000;
        let expect: i64 = (first..first + slots).map(|n| (200 + n % 48 * 10) * 500).sum();
        let next = date(day).tomorrow().unwrap().to_string();
        let answer =
            points(&home.store, &clock(NOW), "linky.load_curve", period(day, &next), Bucket::Day).unwrap();
        assert_eq!(answer.unit, "kWh");
        assert_eq!(answer.value, [Some(expect as f64 / 1e6)], "{day}");
        assert_eq!(answer.coverage, [1.0]);
        assert_eq!((answer.end[0] - answer.start[0]) / 1_800_000, slots);
        let hours =
            points(&home.store, &clock(NOW), "linky.load_curve", period(day, &next), Bucket::Hour).unwrap();
        assert_eq!(hours.value.len() as i64, slots / 2, "{day}");
        let raw =
            points(&home.store, &clock(NOW), "linky.load_curve", period(day, &next), Bucket::Raw).unwrap();
        assert_eq!((raw.value.len() as i64, raw.unit.as_str()), (slots, "W"), "{day}");
    }
}

#[test]
fn a_hole_is_null_and_never_zero() {
    let home = Home::filled();
    let asked = period("2025-06-15T09:00:00+02:00", "2025-06-15T13:00:00+02:00");
    let hours = points(&home.store, &clock(NOW), "linky.load_curve", asked, Bucket::Hour).unwrap();
    assert_eq!(hours.value.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false, false, true]);
    assert_eq!(hours.quality, [Some(Quality::Measured), None, None, Some(Quality::Measured)]);
    let day =
        points(&home.store, &clock(NOW), "linky.load_curve", period("2025-06-15", "2025-06-16"), Bucket::Day);
    assert_eq!(day.unwrap().coverage, [44.0 / 48.0]);
}

#[test]
fn gas_counts_by_its_own_days() {
    let home = Home::filled();
    for (bucket, from, to, start, end) in [
        (Bucket::Day, "2025-03-29", "2025-03-30", "2025-03-29T06:00:00+01:00", "2025-03-30T06:00:00+02:00"),
        (Bucket::Day, "2025-10-25", "2025-10-26", "2025-10-25T06:00:00+02:00", "2025-10-26T06:00:00+01:00"),
        (Bucket::Month, "2025-03-15", "2025-03-16", "2025-03-01T06:00:00+01:00", "2025-04-01T06:00:00+02:00"),
        (Bucket::Year, "2025-03-15", "2025-03-16", "2025-01-01T06:00:00+01:00", "2026-01-01T06:00:00+01:00"),
    ] {
        let answer = points(&home.store, &clock(NOW), "gas.energy", period(from, to), bucket).unwrap();
        assert_eq!((answer.start, answer.end), (vec![at(start)], vec![at(end)]), "{bucket:?}");
        assert!(answer.value[0].is_some());
    }
    // A day is never spread over its hours.
    let hours =
        points(&home.store, &clock(NOW), "gas.energy", period("2025-03-29", "2025-03-30"), Bucket::Hour);
    assert!(hours.unwrap().value.iter().all(Option::is_none));
    let corrected =
        points(&home.store, &clock(NOW), "gas.energy", period("2025-10-01", "2025-11-01"), Bucket::Month);
    assert_eq!(corrected.unwrap().quality, [Some(Quality::Corrected)]);
}

#[test]
fn what_is_left_out_is_filled_in() {
    let home = Home::filled();
    let raw = points(&home.store, &clock(NOW), "linky.load_curve", Period::default(), Bucket::Raw).unwrap();
    assert_eq!(raw.start.first(), Some(&at("2025-10-29T10:00:00+01:00")));
    let years =
        points(&home.store, &clock(NOW), "linky.daily_energy", Period::default(), Bucket::Year).unwrap();
    assert_eq!(years.start, [at("2024-01-01T00:00:00+01:00"), at("2025-01-01T00:00:00+01:00")]);
    let peak = points(&home.store, &clock(NOW), "linky.max_power", Period::default(), Bucket::Month).unwrap();
    let october = (peak.min.unwrap()[0], peak.max.unwrap()[0]);
    assert_eq!(october, (Some(5639.0), Some(5669.0)));
    let empty = Home::empty();
    empty.define("a.b", "W", Kind::Power, Step::Seconds(1800), 0, "x");
    assert!(
        points(&empty.store, &clock(NOW), "a.b", Period::default(), Bucket::Day).unwrap().start.is_empty()
    );
    assert!(coverage(&empty.store, &clock(NOW), &[], "a.b", Period::default()).unwrap().days.is_empty());
}

#[test]
fn bad_questions_are_refused_by_name() {
    let home = Home::filled();
    for (id, from, to, bucket, code) in [
        ("linky.nothing", "2025-01-01", "2025-01-02", Bucket::Day, "unknown_series"),
        ("linky.load_curve", "2025-01-02", "2025-01-01", Bucket::Day, "empty_period"),
        ("linky.load_curve", "soon", "2025-01-01", Bucket::Day, "bad_instant"),
        ("linky.load_curve", "0001-01-01", "9999-01-01", Bucket::Hour, "too_many_rows"),
    ] {
        let error = points(&home.store, &clock(NOW), id, period(from, to), bucket).unwrap_err();
        assert_eq!(error.code(), code);
    }
    let factor = year_to_date(&home.store, &clock(NOW), "gas.coefficient").unwrap_err();
    assert!(matches!(factor, Error::NotSummable { .. }));
    assert_eq!(origin(&home.store, "gas.energy", 0).unwrap_err().code(), "no_point");
    assert_eq!(origin(&home.store, "gas.energy", i64::MAX).unwrap_err().code(), "no_point");
}

#[test]
fn completeness_is_by_interval_identity() {
    let home = Home::filled();
    let coverage = coverage(&home.store, &clock(NOW), &[], "linky.load_curve", Period::default()).unwrap();
    let day = |text: &str| coverage.days.iter().find(|day| day.date == date(text)).unwrap();
    for (text, expected, present) in [
        ("2025-03-30", 46, 46),
        ("2025-10-26", 50, 50),
        ("2025-06-15", 48, 44),
        ("2025-07-14", 48, 46),
        ("2025-11-05", 48, 0),
    ] {
        assert_eq!((day(text).expected, day(text).present), (expected, present), "{text}");
    }
    assert_eq!(coverage.step_seconds, Some(1800));
    assert_eq!(coverage.ranges.len(), 3);
    let gaps: Vec<_> = coverage.gaps.iter().map(|gap| (gap.missing, gap.reason.code)).collect();
    // The last: two days, less the one that lasts, of which 20 half-hours are over.
    assert_eq!(gaps, [(4, ReasonCode::Unknown), (2, DeclaredEmpty), (68, ReasonCode::Unknown)]);
    assert_eq!(
        (coverage.gaps[1].reason.en.as_str(), coverage.gaps[1].reason.fr.as_str()),
        ("No reading.", "Pas de relevé.")
    );
    let info = home.store.find("linky.load_curve").unwrap().unwrap();
    assert_eq!(missing_seconds(&home.store, &clock(NOW), &info).unwrap(), 3.0 * 3600.0);
}

#[test]
fn rows_of_another_length_cover_what_they_cover() {
    let home = Home::empty();
    let series = home.define("a.curve", "W", Kind::Power, Step::Seconds(1800), 0, "x");
    let midnight = at("2025-01-10T00:00:00+01:00");
    let minutes =
        |start: i64, end: i64| super::testing::point(midnight + start * 60_000, midnight + end * 60_000, 1.0);
    // An hour is two half-hours, three times ten minutes are one, two times are none, and neither is a shifted one.
    let rows = [(0, 60), (60, 70), (70, 80), (80, 90), (90, 100), (100, 110), (130, 160)];
    home.put("a", series, rows.map(|(start, end)| minutes(start, end)).to_vec());
    let answer =
        coverage(&home.store, &clock(NOW), &[], "a.curve", period("2025-01-10", "2025-01-11")).unwrap();
    assert_eq!((answer.days[0].expected, answer.days[0].present), (48, 3));
}

#[test]
fn reasons_come_from_the_connector() {
    let home = Home::filled();
    let mut connector = crate::api::testing::linky();
    let codes = |connector: &model::ConnectorState| {
        let asked = Period { from: Some("2025-02-27"), to: None };
        let answer =
            coverage(&home.store, &clock(NOW), std::slice::from_ref(connector), "linky.load_curve", asked)
                .unwrap();
        answer
            .gaps
            .into_iter()
            .map(|gap| (gap.missing, gap.reason.code, gap.reason.next_try))
            .collect::<Vec<_>>()
    };
    let next = connector.next_run.clone();
    assert!(next.is_some());
    let rest = |hole| [(4, hole, None), (2, DeclaredEmpty, None), (68, NotPublishedYet, next.clone())];
    connector.feeds[0].history_start = Some("2025-03-01T00:00:00+01:00".to_owned());
    connector.feeds[0].backfill = None;
    assert_eq!(codes(&connector)[0], (96, SourceHasNone, None));
    assert_eq!(codes(&connector)[1..], rest(SourceHasNone));
    connector.feeds[0].history_start = None;
    assert_eq!(codes(&connector)[0], (96, NotAskedYet, next.clone()));
    connector.feeds[0].backfill = Some(model::Backfill { done_days: 3, total_days: 9 });
    assert_eq!(codes(&connector)[1], (4, NotAskedYet, next.clone()));
    connector.kind = model::ConnectorKind::Files;
    assert!(codes(&connector)[2].1 == DeclaredEmpty && codes(&connector)[3].1 == ReasonCode::Unknown);
}

#[test]
fn this_year_against_the_last_to_the_same_date() {
    let home = Home::filled();
    let answer = year_to_date(&home.store, &clock(NOW), "linky.daily_energy").unwrap();
    assert_eq!((answer.unit.as_str(), answer.until), ("kWh", Some(date("2025-11-03"))));
    let [earlier, this] = &answer.years[..] else { panic!("two years") };
    // The value of day n is 8000 + 10 n Wh; 2024 has 308 days to 3 November, 2025 has 307.
    let sum = |from: i64, days: i64| (from..from + days).map(|n| 8_000 + 10 * n).sum::<i64>() as f64 / 1000.0;
    assert_eq!((earlier.value, earlier.full_year_value), (sum(0, 308), Some(sum(0, 366))));
    assert_eq!((this.value, this.full_year_value), (sum(366, 307), None));
    assert_eq!((earlier.coverage, earlier.full_year_coverage, this.coverage), (1.0, 1.0, 1.0));
    assert_eq!(this.full_year_coverage, (307.0f64 / 365.0 * 1e4).round() / 1e4);
    let delta = (sum(366, 307) / sum(0, 308) - 1.0) * 100.0;
    assert!((earlier.delta_percent.unwrap() - delta).abs() < 1e-4);
    assert_eq!(this.delta_percent, None);
    // Gas is known from October 2024 only: too little of it to compare.
    let gas = year_to_date(&home.store, &clock(NOW), "gas.energy").unwrap();
    assert_eq!((gas.years[0].delta_percent, gas.years[0].first), (None, date("2024-10-01")));
    assert!(gas.years[0].coverage < 0.2);
    // A half-hourly power gives the same kind of answer, in kWh.
    let curve = year_to_date(&home.store, &clock(NOW), "linky.load_curve").unwrap();
    assert_eq!((curve.unit.as_str(), curve.until, curve.years.len()), ("kWh", Some(date("2025-11-03")), 1));
}

#[test]
fn on_new_years_day_the_year_that_ended_is_still_this_one() {
    let home = Home::empty();
    let series = home.define("a.e", "kWh", Kind::Energy, Step::Days(1), 0, "electricity.daily");
    home.put("a", series, days(&Calendar::new(paris(), 0), "2023-01-01", "2025-01-01", |_| 1.0));
    let answer = year_to_date(&home.store, &clock("2025-01-01T12:00:00+01:00"), "a.e").unwrap();
    assert_eq!(answer.until, Some(date("2024-12-31")));
    assert_eq!(
        answer.years.iter().map(|row| (row.year, row.value)).collect::<Vec<_>>(),
        [(2023, 365.0), (2024, 366.0)]
    );
    let summary = summary(&home.store, &clock("2025-01-01T12:00:00+01:00"), &[], &[]).unwrap();
    assert_eq!((summary.electricity.year.kwh, summary.electricity.month.days), (366.0, 31));
    // 29 February compares with 28.
    let leap = year_to_date(&home.store, &clock("2024-03-01T00:00:00+01:00"), "a.e").unwrap();
    assert_eq!(leap.until, Some(date("2024-02-29")));
    assert_eq!(leap.years.iter().map(|row| row.value).collect::<Vec<_>>(), [59.0, 60.0]);
}

#[test]
fn the_summary_is_of_the_last_complete_day() {
    let home = Home::filled();
    let answer = summary(&home.store, &clock(NOW), &[], &[]).unwrap();
    let day = &answer.electricity.day;
    assert_eq!((day.date, day.kwh, day.complete), (date("2025-11-03"), 14.72, true));
    assert_eq!(
        (day.start.as_str(), day.end.as_str()),
        ("2025-11-03T00:00:00+01:00", "2025-11-04T00:00:00+01:00")
    );
    assert_eq!(answer.electricity.age_seconds, 34 * 3600);
    assert_eq!((answer.electricity.month.days, answer.electricity.year.days), (3, 307));
    assert_eq!(answer.electricity.year.start, "2025-01-01T00:00:00+01:00");
    let gas = &answer.gas;
    assert_eq!((gas.day.date, gas.m3_available), (date("2025-10-30"), true));
    assert_eq!(gas.day.start, "2025-10-30T06:00:00+01:00");
    assert!((gas.day.kwh - gas.day.m3 * 10.0).abs() < 1e-9);
    assert_eq!((answer.max_power.unit.as_str(), answer.max_power.available), ("VA", true));
    let nothing = summary(&Home::empty().store, &clock(NOW), &[], &[]).unwrap();
    let json = serde_json::to_value(&nothing).unwrap();
    assert_eq!(json["status"], "empty");
    assert_eq!(json["electricity"]["day"]["kwh"], 0.0);
    assert!(!json.to_string().contains("null"), "{json}");
}

#[test]
fn a_total_is_settled_once_its_history_is_there() {
    let home = Home::filled();
    let mut linky = crate::api::testing::linky();
    let settled = |linky: &model::ConnectorState| {
        let answer = summary(&home.store, &clock(NOW), std::slice::from_ref(linky), &[]).unwrap();
        (answer.electricity.settled, answer.gas.settled)
    };
    assert_eq!(settled(&linky), (true, true));
    let daily = linky.feeds.iter_mut().find(|feed| feed.name == "daily").unwrap();
    daily.backfill = Some(model::Backfill { done_days: 299, total_days: 300 });
    assert_eq!(settled(&linky), (false, true));
}

#[test]
fn every_value_leads_to_its_batch_and_to_what_it_was() {
    let home = Home::filled();
    let start = at("2025-10-15T06:00:00+02:00") / 1000;
    let point = origin(&home.store, "gas.energy", start).unwrap();
    assert_eq!((point.value, point.quality, point.end), (12.5, "corrected", start + 86_400));
    let batch = point.batch.unwrap();
    assert_eq!((batch.source.as_str(), batch.sha256.unwrap()), ("export.xlsx", "ab".repeat(32)));
    let answer = revisions(&home.store, &clock(NOW), "gas.energy", Period::default(), 10).unwrap();
    let [revision] = &answer.revisions[..] else { panic!("one correction") };
    assert_eq!((revision.new.value, revision.old.quality), (12.5, "measured"));
    assert_eq!(serde_json::to_value(revision.kept).unwrap(), "new");
    assert_eq!(revision.replaced_at, at("2025-11-04T08:00:00Z") / 1000);
    assert!(answer.batches.contains_key(&revision.new.batch.to_string()));
    assert!(
        revisions(&home.store, &clock(NOW), "gas.energy", Period::default(), 0).unwrap().revisions.is_empty()
    );
}

#[test]
fn five_years_of_half_hours() {
    let home = Home::empty();
    let series = home.define("a.curve", "W", Kind::Power, Step::Seconds(1800), 0, "x");
    home.put("a", series, half_hours(&Calendar::new(paris(), 0), "2020-01-01", "2025-01-01", |_| 1000.0));
    let clock = Clock::fixed(paris(), "2025-01-01T00:00:00+01:00".parse::<Timestamp>().unwrap());
    let answer = points(&home.store, &clock, "a.curve", Period::default(), Bucket::Day).unwrap();
    assert_eq!(answer.value.len(), 1827);
    assert_eq!(answer.value.iter().flatten().sum::<f64>(), 1827.0 * 24.0);
    assert!(answer.coverage.iter().all(|&coverage| (coverage - 1.0).abs() < f64::EPSILON));
}

#[test]
fn roles_are_told_or_known() {
    let def = |name: &str, labels: &[(&str, &str)]| watteau_store::SeriesDef {
        name: name.to_owned(),
        unit: "kWh".to_owned(),
        kind: Kind::Energy,
        step: Step::Days(1),
        day_start: 0,
        title: watteau_store::Title::default(),
        labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    for (name, labels, expect) in [
        ("heat.pump", &[("role", "electricity.daily")][..], Some("electricity.daily")),
        ("meter2.daily_energy", &[("plugin", "linky")], Some("electricity.daily")),
        ("gas.energy", &[("plugin", "grdf")], Some("gas.energy")),
        ("gas.energy", &[("plugin", "csv")], None),
        ("gas.energy", &[], None),
    ] {
        assert_eq!(super::role(&def(name, labels)), expect, "{name} {labels:?}");
    }
}

#[test]
fn patterns_name_whole_parts() {
    for (pattern, id, expected) in [
        ("weather.*.temperature", "weather.paris.temperature", true),
        ("weather.*.temperature", "weather.temperature", false),
        ("weather.temperature", "weather.temperature", true),
        ("*.temperature", "weather.temperature", true),
        ("weather.*", "weather.paris.temperature", false),
    ] {
        assert_eq!(names(pattern, id), expected, "{pattern} {id}");
    }
}
