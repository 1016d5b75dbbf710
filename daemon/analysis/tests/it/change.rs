//! Change detection on the shared samples: simulated years of a real home's gas, and the home itself.

use watteau_analysis::Day;
use watteau_analysis::change::Change;

use crate::samples::common::change::real::Known;
use crate::samples::common::change::score::Scores;
use crate::samples::common::change::simulate::{Truth, years};
use crate::samples::common::change::{real, weather};
use crate::samples::common::days::{HomeDays, read};
use crate::samples::common::{day, shared};

/// The home, or a line that says why nothing was tested.
fn home() -> Option<HomeDays> {
    if shared::folder().is_none() {
        eprintln!("skipped: no shared samples; set WATTEAU_SHARED");
        return None;
    }
    Some(read().unwrap())
}

fn share(count: usize, of: usize) -> f64 {
    count as f64 / of as f64
}

#[test]
fn simulated_years_of_gas_raise_few_false_alarms_and_show_what_was_planted() {
    let Some(home) = home() else { return };
    let weather = weather::winters(&home).unwrap();
    let unknown = vec![None; weather.minimum.len()];
    let world = weather.days(&unknown);
    let truth = Truth::gas(&home, &world).unwrap();
    let winter = |year: i16, runs: u64, effects: &[f64]| {
        years(&truth, &world, (24, day(year, 11, 1)), 30, runs, effects).unwrap()
    };

    let last = winter(2024, 200, &[-20.0, -30.0]);
    assert!(share(last.alarms, last.runs) <= 0.15, "{} alarms", last.alarms);
    for ((effect, scores), least) in last.effects.iter().zip([0.50, 0.80]) {
        assert!(scores.within[0] >= least, "{effect} %: {scores:?}");
        assert!(scores.start_covers >= 0.95 && scores.size_covers >= 0.95, "{effect} %: {scores:?}");
        assert!((-7..=7).contains(&scores.start[1]), "{effect} %: {scores:?}");
    }

    let others: Vec<_> = (2018..2024).map(|year| winter(year, 60, &[-20.0])).collect();
    let alarms: usize = others.iter().map(|one| one.alarms).sum();
    let runs: usize = others.iter().map(|one| one.runs).sum();
    assert!(share(alarms, runs) <= 0.15, "{alarms} alarms in {runs} years");
    let found = others.iter().map(|one| one.effects[0].1.within[0]).sum::<f64>() / others.len() as f64;
    assert!(found >= 0.50, "-20 % within 60 days in {found} of six winters");
}

#[test]
fn simulated_electricity_that_does_not_drift_raises_few_false_alarms() {
    let Some(home) = home() else { return };
    let truth = Truth::electricity(&home).unwrap();
    let simulated = years(&truth, &home.electricity(), (24, day(2024, 1, 1)), 30, 100, &[-30.0]).unwrap();
    assert!(share(simulated.alarms, simulated.runs) <= 0.15, "{} alarms", simulated.alarms);
    let scores = &simulated.effects[0].1;
    assert!(scores.within[0] >= 0.80 && scores.size_covers >= 0.95, "{scores:?}");
}

#[test]
fn the_real_changes_of_electricity_are_found_with_their_intervals() {
    let Some(home) = home() else { return };
    for Known { learnt_to, alarm, since: [from, since, until], percent: (percent, half) } in real::known() {
        let found = real::electricity(&home, day(2022, 1, 1), learnt_to, learnt_to.plus(365));
        let found = found.unwrap().unwrap();
        let Change { since_from, since_to, lower, upper, .. } = found;
        assert_eq!(found.since, since);
        assert!(found.found_on.since(alarm).abs() <= 5, "{found:?}");
        assert!(since_from.since(from).abs() <= 20 && since_to.since(until).abs() <= 5, "{found:?}");
        assert!(
            (found.percent - percent).abs() <= 4.0 && ((upper - lower) / 2.0 - half).abs() <= 2.0,
            "{found:?}"
        );
    }
    let history = real::electricity_history(&home).unwrap();
    assert_eq!(history.len(), 2, "{history:?}");
    assert!(history[0].upper < 0.0 && history[1].lower > 0.0, "{history:?}");
    assert!((history[1].since_from..=history[1].since_to).contains(&day(2024, 7, 30)), "{history:?}");
}

#[test]
fn real_gas_is_left_alone_until_something_is_planted_in_it() {
    let Some(home) = home() else { return };
    assert_eq!(real::untouched(&home).unwrap(), [None; 3]);
    for (percent, least) in [(-20.0, 0.5), (-30.0, 0.85)] {
        let scores = Scores::of(&real::planted(&home, percent).unwrap());
        assert!(scores.within[0] >= least && scores.size_covers >= 0.95, "{percent} %: {scores:?}");
        assert!(scores.start_covers >= 0.95, "{percent} %: {scores:?}");
    }
}

#[test]
fn days_without_an_event_show_none() {
    let Some(home) = home() else { return };
    for (length, widest) in [(30, 32.0), (60, 26.0), (90, 25.0), (180, 22.0)] {
        let events = real::windows(&home, length, 0.0).unwrap();
        let invisible = events.iter().filter(|event| !event.visible).count();
        assert!(events.len() >= 25 && share(invisible, events.len()) >= 0.95, "{length} days");
        let half =
            events.iter().map(|event| (event.upper - event.lower) / 2.0).sum::<f64>() / events.len() as f64;
        assert!(half <= widest, "{length} days: {half} %");
    }
    let seen = real::windows(&home, 90, -20.0).unwrap();
    assert!(share(seen.iter().filter(|event| event.visible).count(), seen.len()) >= 0.7);
}

#[test]
fn odd_days_are_few_and_the_week_without_heating_is_seen() {
    let Some(home) = home() else { return };
    let (count, odd, off) = real::odd_days(&home).unwrap();
    assert_eq!(count, 427);
    assert!((1..=7).contains(&odd.len()), "{odd:?}");
    let week: Vec<Day> = day(2024, 2, 24).to(day(2024, 3, 1)).collect();
    assert!(week.iter().all(|day| off.contains(day)), "{off:?}");
    assert!(off.len() <= 11, "{off:?}");
}

#[test]
fn the_base_load_of_the_mild_days_is_that_of_the_prototype() {
    let Some(home) = home() else { return };
    let weather = weather::read(&home, day(2024, 12, 1), day(2025, 5, 31)).unwrap();
    let days = real::base_load(&weather).unwrap();
    let mut mild: Vec<f64> = days.iter().filter(|day| day.valid).filter_map(|day| day.level).collect();
    mild.sort_by(f64::total_cmp);
    // The first mild days still remember heated nights.
    assert!(mild.len() >= 5 && (85.0..=110.0).contains(&mild[mild.len() / 2]), "{mild:?}");
    assert!(days.iter().all(|day| !day.alarm));
}
