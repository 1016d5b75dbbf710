//! Regressions of an invented home: a store, a clock, and nothing else.

use super::{Error, Explainer, view::Detail};
use crate::{
    clock::Clock,
    config::{DatedEvent, Form, Regression},
    occupancy,
    query::testing::{Home, at, date, paris, point},
};
use std::sync::Arc;
use watteau_analysis::Day;
use watteau_store::{Kind, Step};

const NOW: &str = "2025-04-01T09:00:00+02:00";

fn day(text: &str) -> Day {
    Day::new(date(text))
}

/// Lowest and highest temperature of a day: a year, and days that differ.
fn extremes(day: Day) -> (f64, f64) {
    let number = f64::from(day.number());
    let middle = 11.0 - 8.0 * (number / 365.25 * std::f64::consts::TAU).cos() + 3.0 * (number * 1.7).sin();
    (middle - 4.0, middle + 4.0)
}

/// What a well-known home burns on a day, with a little noise; from `better` on a fifth less.
fn burnt(day: Day, better: Day) -> f64 {
    let (low, high) = extremes(day);
    let noise = 3.0 * (f64::from(day.number()) * 12.9898).sin() * (f64::from(day.number()) * 0.37).cos();
    let whole = 2.0 + 9.0 * (17.0 - f64::midpoint(low, high)).max(0.0) + noise;
    if day >= better { 0.75 * whole } else { whole }.max(0.0)
}

/// Gas by its own day, temperatures by the hour, or by two series of days.
fn home(first: &str, better: &str) -> Home {
    let home = Home::empty();
    let gas = home.define("gas.energy", "kWh", Kind::Energy, Step::Days(1), 6 * 3600, "grdf");
    let cold = home.define("weather.temperature", "degC", Kind::Level, Step::Seconds(3600), 0, "weather");
    let local = |day: Day, hour: i8| {
        at(&day.date().at(hour, 0, 0, 0).to_zoned(paris()).unwrap().timestamp().to_string())
    };
    let (mut burns, mut hours) = (Vec::new(), Vec::new());
    for one in day(first).to(day("2025-03-31")) {
        if one <= day("2025-03-30") {
            burns.push(point(local(one, 6), local(one.plus(1), 6), burnt(one, day(better))));
        }
        let (low, high) = extremes(one);
        // Days of 23 and 25 hours have as many points.
        let (start, end) = (local(one, 0), local(one.plus(1), 0));
        for (hour, start) in (start..end).step_by(3_600_000).enumerate() {
            let value = if hour == 5 {
                low
            } else if hour == 15 {
                high
            } else {
                f64::midpoint(low, high)
            };
            hours.push(point(start, start + 3_600_000, value));
        }
    }
    home.put("gas", gas, burns);
    home.put("weather", cold, hours);
    home
}

fn explainer(home: &Home, job: &Regression) -> Explainer {
    let clock = Clock::fixed(paris(), NOW.parse().unwrap());
    Explainer::new(home.store.clone(), clock, Some(46.5), [(job.name.clone(), job.clone())].into())
}

fn gas() -> Regression {
    Regression::new("gas_model", "gas.energy")
}

#[test]
fn a_heating_is_explained_kept_and_told() {
    let home = home("2023-01-01", "2030-01-01");
    let explainer = explainer(&home, &gas());
    assert_eq!(explainer.due().unwrap(), ["gas_model"]);
    // Nobody has to wait for the schedule, and a look keeps nothing.
    let looked = explainer.detail("gas_model").unwrap();
    assert_eq!((looked.overview.status.as_str(), looked.overview.fitted_at), ("fitted", None));
    let told = explainer.fit("gas_model").unwrap();
    assert_eq!(told.overview.fitted_at, Some(at(NOW) / 1000));
    let Detail { coefficients, months, days, changes, unit, .. } = &*told;
    assert_eq!((unit.as_str(), coefficients.len(), months.len(), days.len()), ("kWh", 2, 27, 400));
    assert!((coefficients[1].value - 9.0).abs() < 0.5, "{coefficients:?}");
    assert!(coefficients[1].lower < coefficients[1].value && coefficients[1].value < coefficients[1].upper);
    assert!(told.overview.r2.unwrap() > 0.95 && changes.is_empty(), "{told:?}");
    let january = months.iter().find(|month| month.month == "2024-01").unwrap();
    assert!(january.in_fit && (january.coverage - 1.0).abs() < 1e-9);
    let actual: f64 = day("2024-01-01").to(day("2024-01-31")).map(|one| burnt(one, day("2030-01-01"))).sum();
    assert!((january.actual.unwrap() - actual).abs() < 1e-6, "{january:?}");
    assert!((january.lower..=january.upper).contains(&actual));
    // Kept once, read again the same, and not due before a week has brought days.
    assert!(Arc::ptr_eq(&told, &explainer.detail("gas_model").unwrap()));
    assert!(explainer.due().unwrap().is_empty());
    assert_eq!(told.history.len(), 1);
    let again = self::explainer(&home, &gas());
    assert_eq!(*again.detail("gas_model").unwrap(), *told);
}

#[test]
fn what_changed_and_what_was_done_are_told_with_intervals() {
    let home = home("2022-01-01", "2024-11-15");
    let event = DatedEvent { date: date("2024-11-15"), name: "Attic".into() };
    let early = DatedEvent { date: date("2022-01-10"), name: "Curtains".into() };
    let job = Regression { events: vec![early, event], ..gas() };
    let told = explainer(&home, &job).detail("gas_model").unwrap();
    let [change] = &told.changes[..] else { panic!("{:?}", told.changes) };
    assert!((date("2024-11-01")..=date("2024-12-01")).contains(&change.since), "{change:?}");
    assert!(change.since_from <= date("2024-11-15") && date("2024-11-15") <= change.since_to, "{change:?}");
    assert!((change.lower..=change.upper).contains(&-25.0), "{change:?}");
    assert!(change.sentence_fr.contains('%') && change.sentence_en.contains("less"), "{change:?}");
    let [early, attic] = &told.events[..] else { panic!("{:?}", told.events) };
    assert!(early.percent.is_none() && early.sentence_en.contains("cannot be told yet"), "{early:?}");
    assert!(attic.visible && (attic.lower.unwrap()..=attic.upper.unwrap()).contains(&-25.0), "{attic:?}");
}

#[test]
fn months_by_degree_days_as_the_reference_has_them() {
    let home = home("2023-01-01", "2030-01-01");
    let (from, to) = (Some(date("2023-01-01")), Some(date("2025-01-01")));
    let job = Regression { form: Form::Monthly, fit_from: from, fit_to: to, ..gas() };
    let told = explainer(&home, &job).detail("gas_model").unwrap();
    assert_eq!((told.overview.form.as_str(), told.base, told.coefficients.len()), ("monthly", Some(18.0), 2));
    let fitted = told.overview.fitted.as_ref().unwrap();
    assert_eq!((fitted.from, fitted.to), (date("2023-01-01"), date("2025-01-01")));
    let january = told.months.iter().find(|month| month.month == "2025-01").unwrap();
    assert!(!january.in_fit && (january.lower..=january.upper).contains(&january.actual.unwrap()));
    assert!(told.days.is_empty() && told.changes.is_empty());
}

#[test]
fn days_away_that_were_entered_are_known_and_so_are_the_others() {
    let home = home("2023-01-01", "2030-01-01");
    let away = home.define(occupancy::SERIES, "1", Kind::Level, Step::Days(1), 0, "home");
    let midnight = |text: &str| at(&format!("{text}T00:00:00+02:00"));
    let weeks = [("2023-08-01", "2023-08-02"), ("2023-08-02", "2023-08-03"), ("2024-08-05", "2024-08-06")];
    home.put("home", away, weeks.iter().map(|(from, to)| point(midnight(from), midnight(to), 0.0)).collect());
    let months = Regression { form: Form::Monthly, occupancy: Some(occupancy::SERIES.into()), ..gas() };
    let told = explainer(&home, &months).detail("gas_model").unwrap();
    assert_eq!(told.coefficients.len(), 3, "{told:?}");
    assert!(told.overview.r2.unwrap() > 0.9);
}

#[test]
fn what_is_missing_is_said_and_nothing_is_made_up() {
    // A month of winter: the first heating days.
    let young = home("2025-03-01", "2030-01-01");
    let told = explainer(&young, &gas()).detail("gas_model").unwrap();
    assert_eq!(told.overview.status, "waiting");
    assert!(told.waiting.unwrap().heating_days < told.waiting.unwrap().needed, "{told:?}");
    assert!(told.months.is_empty() && told.overview.message.is_some());
    assert!(matches!(explainer(&young, &gas()).fit("gas_model"), Err(Error::Refused(_))));
    // A refusal is not tried again at once.
    let tried = explainer(&young, &gas());
    assert!(tried.fit("gas_model").is_err() && tried.due().unwrap().is_empty());

    let nowhere = Regression { temperature: vec!["here.low".into(), "here.high".into()], ..gas() };
    let told = explainer(&young, &nowhere).detail("gas_model").unwrap();
    assert_eq!(told.overview.status, "refused");
    assert!(told.overview.message.as_ref().unwrap().en.contains("here.low"), "{told:?}");
    let level = Regression::new("odd", "weather.temperature");
    let told = explainer(&young, &level).detail("odd").unwrap();
    assert!(told.overview.message.as_ref().unwrap().en.contains("does not add up"), "{told:?}");
    let nothing = explainer(&young, &gas());
    assert!(matches!(nothing.detail("no"), Err(Error::NoJob { .. })));
    assert!(nothing.detail("no").unwrap_err().to_string().contains("gas_model"));
    let gone = Regression::new("gone", "gas.nothing");
    assert_eq!(explainer(&young, &gone).detail("gone").unwrap().overview.status, "refused");
}
