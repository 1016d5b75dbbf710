//! Forecasts on an invented country: a store, a clock, and nothing else.

use super::{
    Asked, Error, Forecaster, Watch,
    record::{Method, Outlook},
    score::By,
    weather_case,
};
use crate::{
    clock::Clock,
    config::Job,
    query::testing::{Home, at, date, paris, point},
};
use jiff::{Timestamp, civil::time};
use std::collections::BTreeMap;
use watteau_analysis::{Day, LocalDays};
use watteau_store::{Kind, Step};

const HOUR: i64 = 3_600_000;
/// First day of the invented load.
const FIRST: &str = "2025-01-01";

/// Degrees of an hour: a year and a day, with some days warmer.
fn degrees(hour: i64) -> f64 {
    let day = hour as f64 / 24.0;
    11.0 - 7.0 * (std::f64::consts::TAU * (day - 20.0) / 365.25).cos()
        + 3.0 * (std::f64::consts::TAU * (hour - 14) as f64 / 24.0).cos()
        + 2.5 * (day / 5.0).sin()
}

/// MW of an hour: a working week, mornings and evenings, and heating.
fn load(hour: i64) -> f64 {
    let local = Timestamp::from_second(hour * 3600).unwrap().to_zoned(paris());
    let working = f64::from(u8::from(local.weekday().to_monday_zero_offset() < 5));
    let of_day = (std::f64::consts::TAU * (f64::from(local.hour()) - 7.0) / 24.0).sin();
    42_000.0 + 5_000.0 * working + 4_000.0 * of_day + 1_800.0 * (15.0 - degrees(hour)).max(0.0)
}

/// A store whose load is known up to `until` and whose temperatures reach `ahead` hours further.
fn country(until: &str, ahead: i64) -> Home {
    let home = Home::empty();
    let (first, until) = (at(&format!("{FIRST}T00:00:00Z")) / HOUR, at(until) / HOUR);
    let hourly = |from: i64, to: i64, value: &dyn Fn(i64) -> f64| {
        (from..to).map(|hour| point(hour * HOUR, (hour + 1) * HOUR, value(hour))).collect::<Vec<_>>()
    };
    let series = home.define("rte.load", "MW", Kind::Power, Step::Seconds(3600), 0, "");
    home.put("rte", series, hourly(first, until, &load));
    let series = home.define("rte.forecast_d1", "MW", Kind::Power, Step::Seconds(3600), 0, "");
    home.put("rte", series, hourly(first, until + 24, &|hour| load(hour) * 1.03));
    if ahead > 0 {
        let series = home.define("weather.temperature", "degC", Kind::Level, Step::Seconds(3600), 0, "");
        home.put("weather", series, hourly(first - 24 * 60, until + ahead, &degrees));
    }
    home
}

fn forecaster(home: &Home, now: &str) -> (Forecaster, Clock) {
    let clock = Clock::fixed(paris(), now.parse().unwrap());
    let job = Job::new("grid", "rte.load");
    let forecaster =
        Forecaster::new(home.store.clone(), clock.clone(), home.folder(), [(job.name.clone(), job)].into());
    (forecaster, clock)
}

fn day(text: &str) -> Day {
    Day::new(date(text))
}

#[test]
fn tomorrow_is_forecast_kept_and_scored() {
    // The day after has 23 hours.
    let home = country("2026-03-28T08:00:00Z", 72);
    let (forecaster, clock) = forecaster(&home, "2026-03-28T10:20:00+01:00");
    let job = forecaster.job_of("rte.load");
    let made = forecaster.run(&job, time(10, 0, 0, 0), day("2026-03-28")).unwrap();
    let [record, beside] = &made[..] else { panic!("{} forecasts", made.len()) };
    assert_eq!(
        (beside.model.as_str(), beside.method, beside.weather),
        ("chronos", Method::Chronos, Outlook::Unused)
    );
    assert_eq!((&beside.start, beside.value.len()), (&record.start, 23));
    assert_eq!((record.day, record.start.len()), (day("2026-03-29"), 23));
    assert_eq!(record.start[0], at("2026-03-29T00:00:00+01:00"));
    assert_eq!((record.method, record.weather), (Method::Adaptive, Outlook::Forecast));
    assert_eq!(record.known_until, at("2026-03-28T09:00:00+01:00"));
    assert_eq!(record.temperatures.len(), 15 + 23);
    for (start, value) in record.start.iter().zip(&record.value) {
        let error = (f64::from(*value) / load(start / HOUR) - 1.0).abs();
        assert!(error < 0.06, "{error} at {start}");
    }
    assert!(record.quantiles.iter().zip(&record.value).all(|(q, value)| q[0] < *value && *value < q[8]));

    // A year before it is kept as it would have been forecast; what is made again stays beside what counts.
    let view = forecaster.day("rte.load", date("2026-03-20")).unwrap();
    let models: Vec<(&str, &str, bool)> =
        view.runs.iter().map(|run| (run.model.as_str(), run.weather.as_str(), run.replayed)).collect();
    assert_eq!(models, [("watteau", "noisy:0.75", true), ("chronos", "none", true)]);
    let again = forecaster.run(&job, time(10, 0, 0, 0), day("2026-03-28")).unwrap();
    assert_eq!(again.len(), 2);
    clock.set("2026-03-28T11:00:00+01:00".parse().unwrap());
    forecaster.run(&job, time(10, 0, 0, 0), day("2026-03-28")).unwrap();
    assert_eq!(forecaster.day("rte.load", date("2026-03-29")).unwrap().runs.len(), 4);
    assert_eq!(forecaster.day("rte.load", date("2026-03-20")).unwrap().runs.len(), 2);

    let score =
        forecaster.score("rte.load", day("2026-02-01"), day("2026-03-27"), None, Some(By::Month)).unwrap();
    let names: Vec<&str> = score.models.iter().map(|model| model.model.as_str()).collect();
    assert_eq!(names, ["watteau", "chronos", "official", "naive_d1", "naive_d2", "naive_d7"]);
    assert_eq!((score.common_hours, score.replayed_hours), (55 * 24, 55 * 24));
    assert!((score.models[2].mape.unwrap() - 3.0).abs() < 1e-9, "{:?}", score.models[2]);
    assert!(score.models[0].mape < score.models[4].mape, "{score:?}");
    assert_eq!((score.groups.len(), score.groups[1].group.as_str()), (2, "2026-03"));

    let curve = forecaster.curve("rte.load", day("2026-03-28"), day("2026-03-29"), None).unwrap();
    assert_eq!(curve.start.len(), 24 + 23);
    let last = curve.start.len() - 1;
    assert!(curve.actual[last].is_none() && curve.value[last].is_some() && curve.actual[0].is_some());
    let targets = forecaster.targets().unwrap();
    assert_eq!(targets[0].last_day.as_deref(), Some("2026-03-29"));
    assert_eq!(targets[0].next_run.as_deref(), Some("2026-03-28T19:00:00Z"));
}

#[test]
fn what_is_due_is_made_once_and_made_up_for_after_a_stop() {
    let home = country("2026-03-20T08:00:00Z", 72);
    let (forecaster, clock) = forecaster(&home, "2026-03-20T09:30:00+01:00");
    let mut watch = Watch::default();
    assert!(
        forecaster.due(&mut watch).unwrap().is_empty() && watch.filling,
        "who knows what is still to come"
    );
    let due = |watch: &mut Watch| -> Vec<(String, String)> {
        let due = forecaster.due(watch).unwrap();
        due.iter().map(|due| (due.at.to_string(), due.eve.date().to_string())).collect()
    };
    // In the morning those of yesterday are still of use: today is not over.
    let of = |at: &str, eve: &str| (at.to_owned(), eve.to_owned());
    assert_eq!(due(&mut watch), [of("10:00:00", "2026-03-19"), of("20:00:00", "2026-03-19")]);
    clock.set("2026-03-20T10:00:01+01:00".parse().unwrap());
    assert_eq!(due(&mut watch), [of("10:00:00", "2026-03-20"), of("20:00:00", "2026-03-19")]);
    let first = forecaster.due(&mut watch).unwrap().remove(0);
    forecaster.run(&first.job, first.at, first.eve).unwrap();
    assert_eq!(due(&mut watch), [of("20:00:00", "2026-03-19")]);
    // A failure waits before it is tried again.
    watch.failures.insert(("grid".into(), time(20, 0, 0, 0)), clock.now_ms());
    assert!(due(&mut watch).is_empty());
    clock.set("2026-03-20T10:31:00+01:00".parse().unwrap());
    assert_eq!(due(&mut watch).len(), 1);
    // The evening's load has not come: it is waited for, and then done without.
    clock.set("2026-03-20T20:01:00+01:00".parse().unwrap());
    let mut again = watch.clone();
    again.failures.clear();
    assert!(due(&mut again).is_empty());
    clock.set("2026-03-20T20:46:00+01:00".parse().unwrap());
    assert_eq!(due(&mut again), [of("20:00:00", "2026-03-20")]);
    // Switched off for days: the last one is made up for, and no earlier ones.
    clock.set("2026-03-25T15:00:00+01:00".parse().unwrap());
    assert_eq!(due(&mut again), [of("10:00:00", "2026-03-25"), of("20:00:00", "2026-03-24")]);
}

#[test]
fn nothing_after_the_issue_changes_a_forecast_by_a_bit() {
    let make = |spoilt: bool| {
        let home = country("2026-02-10T08:00:00Z", 72);
        if spoilt {
            let series = home.store.find("rte.load").unwrap().unwrap().id;
            let late = at("2026-02-10T08:00:00Z") / HOUR;
            home.put(
                "rte",
                series,
                (late..late + 60).map(|h| point(h * HOUR, (h + 1) * HOUR, 99_000.0)).collect(),
            );
        }
        let (forecaster, _) = forecaster(&home, "2026-02-10T14:00:00+01:00");
        let job = forecaster.job_of("rte.load");
        forecaster.run(&job, time(10, 0, 0, 0), day("2026-02-10")).unwrap().remove(0)
    };
    let (clean, spoilt) = (make(false), make(true));
    assert_eq!((&clean.value, &clean.quantiles), (&spoilt.value, &spoilt.quantiles));
}

#[test]
fn with_little_to_go_on_it_says_so() {
    // No temperature at all: the last days, with their own spread.
    let home = country("2025-02-20T08:00:00Z", 0);
    let (bare, _) = forecaster(&home, "2025-02-20T10:20:00+01:00");
    let job = bare.job_of("rte.load");
    let made = bare.run(&job, time(10, 0, 0, 0), day("2025-02-20")).unwrap();
    assert_eq!((made[0].method, made[0].weather, made[0].value.len()), (Method::Recent, Outlook::Unused, 24));
    // No forecast of the weather: the usual one, and it is said.
    let home = country("2025-08-20T08:00:00Z", 1);
    let (usual, _) = forecaster(&home, "2025-08-20T10:20:00+02:00");
    let made = usual.run(&job, time(10, 0, 0, 0), day("2025-08-20")).unwrap();
    assert_eq!((made[0].method, made[0].weather), (Method::Adaptive, Outlook::Usual));
    // Two days are too few for anything, and no series is none.
    let home = country("2025-01-02T08:00:00Z", 72);
    let (new, _) = forecaster(&home, "2025-01-02T10:20:00+01:00");
    let refused = new.run(&job, time(10, 0, 0, 0), day("2025-01-02")).unwrap_err();
    assert!(new.last_run("grid").unwrap().error.is_some_and(|error| error == refused.to_string()));
    assert!(new.day("rte.load", date("2025-01-03")).unwrap().runs.is_empty());
    let other = Job::new("other", "rte.nothing");
    assert!(matches!(new.run(&other, time(10, 0, 0, 0), day("2025-01-02")), Err(Error::UnknownTarget(_))));
}

#[test]
fn a_home_has_a_scoreboard_from_its_first_run() {
    let home = Home::empty();
    let series = |name: &str, unit: &str, kind| home.define(name, unit, kind, Step::Days(1), 0, "csv");
    let (gas, cold) =
        (series("gas.energy", "kWh", Kind::Energy), series("weather.temperature", "degC", Kind::Level));
    let midnight = |day: Day| at(&format!("{}T00:00:00Z", day.date())) - 3_600_000;
    let (first, last) = (day("2024-12-01"), day("2025-03-16"));
    let (mut burnt, mut felt) = (Vec::new(), Vec::new());
    for day in first.to(last.plus(2)) {
        let [start, end] = [midnight(day), midnight(day.plus(1))];
        let degrees = 6.0 + 5.0 * (f64::from(day.number()) * 0.7).sin();
        felt.push(point(start, end, degrees));
        if day < last {
            burnt.push(point(start, end, 5.0 + 4.0 * (16.0 - degrees)));
        }
    }
    home.put("gas", gas, burnt);
    home.put("weather", cold, felt);
    let clock = Clock::fixed(paris(), "2025-03-16T10:20:00+01:00".parse().unwrap());
    let job = Job { drivers: vec!["weather.temperature".into()], ..Job::new("gas", "gas.energy") };
    let made =
        Forecaster::new(home.store.clone(), clock, home.folder(), [(job.name.clone(), job.clone())].into());
    assert_eq!(made.run(&job, time(10, 0, 0, 0), last).unwrap().len(), 2);
    let score = made.score("gas.energy", first, last, None, None).unwrap();
    assert!(score.common_hours > 60, "{score:?}");
    assert_eq!((score.replayed_hours, score.weather.as_str()), (score.common_hours, "noisy:0.75"));
    assert_eq!(score.last_day.as_deref(), Some("2025-03-15"));
    let mae = |model: &str| score.models.iter().find(|one| one.model == model).unwrap().mae.unwrap();
    assert!(mae("watteau") < 0.7 * mae("naive_d2"), "{score:?}");
    // What is there is not made again, and says nothing else.
    let before = made.day("gas.energy", date("2025-03-10")).unwrap();
    made.run(&job, time(10, 0, 0, 0), last).unwrap();
    assert_eq!(made.day("gas.energy", date("2025-03-10")).unwrap(), before);
    assert!(before.runs[0].replayed && before.runs[0].counts && before.runs[0].total.is_some());
}

#[test]
fn a_model_that_is_not_there_takes_nothing_from_the_others() {
    let home = country("2026-03-20T08:00:00Z", 72);
    let (forecaster, _) = forecaster(&home, "2026-03-20T10:20:00+01:00");
    let models = vec!["amazon/chronos-bolt-base".into(), "nonsense".into(), "chronos".into()];
    let job = Job { models, ..forecaster.job_of("rte.load") };
    let made = forecaster.run(&job, time(10, 0, 0, 0), day("2026-03-20")).unwrap();
    assert_eq!(made.iter().map(|record| record.model.as_str()).collect::<Vec<_>>(), ["watteau", "chronos"]);
    let run = forecaster.last_run("grid").unwrap();
    assert!(run.error.is_none() && run.without.len() == 2, "{run:?}");
    assert!(run.without[0].contains("model pull amazon/chronos-bolt-base"), "{run:?}");
    let asked = Asked {
        days: (date("2026-03-01"), date("2026-03-10")),
        at: None,
        weather: weather_case("none").unwrap(),
        models: vec!["chronos-bolt-tiny".into()],
    };
    assert!(matches!(forecaster.backtest("rte.load", &asked), Err(Error::Chronos(_))));
}

#[test]
fn a_backtest_tells_its_case_and_every_month() {
    let home = country("2026-03-28T08:00:00Z", 72);
    let (forecaster, _) = forecaster(&home, "2026-03-28T10:20:00+01:00");
    let asked = |weather: &str| Asked {
        days: (date("2025-10-01"), date("2025-10-31")),
        at: None,
        weather: weather_case(weather).unwrap(),
        models: vec!["official".into()],
    };
    let mut errors = BTreeMap::new();
    for (case, word) in [("archived", "measured"), ("noisy:2", "noisy:2"), ("none", "none")] {
        let tested = forecaster.backtest("rte.load", &asked(case)).unwrap();
        let days = LocalDays::paris(day("2025-10-01"), day("2025-10-31")).unwrap();
        let hours: usize = days.first().to(days.last()).map(|day| days.local_hours(day).len()).sum();
        assert_eq!((tested.weather.as_str(), tested.common_hours), (word, hours));
        assert_eq!((tested.models.len(), tested.groups.len(), tested.at.as_str()), (2, 1, "10:00"));
        errors.insert(case, tested.models[0].mape.unwrap());
    }
    assert!(errors["archived"] < errors["noisy:2"] && errors["archived"] < errors["none"], "{errors:?}");
    for wrong in ["", "noisy", "noisy:-1", "noisy:x", "archive"] {
        assert!(weather_case(wrong).is_err(), "{wrong}");
    }
    let backwards = Asked { days: (date("2025-10-31"), date("2025-10-01")), ..asked("none") };
    assert!(matches!(forecaster.backtest("rte.load", &backwards), Err(Error::Period(_))));
}
