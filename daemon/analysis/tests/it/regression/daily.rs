//! Heating by the day, on invented homes.

use watteau_analysis::regression::daily::FIXED;
use watteau_analysis::regression::{Daily, Fit, Form, Refusal, Request, Status, Sufficiency, fit};

use super::home::{Home, normal};

const REQUEST: Request = Request { form: Form::Daily, unit: "kWh", latitude: 46.5, from: None, to: None };

fn fitted(home: &Home) -> Fit {
    fit(&home.days(), &REQUEST).unwrap()
}

#[test]
fn the_truth_is_found_again() {
    let fit = fitted(&Home::new(730));
    assert_eq!((fit.base, fit.sun, fit.status), (Some(16.0), Some(0.15), Status::Fitted));
    for (coefficient, expected) in fit.coefficients.iter().zip([2.0, 8.0]) {
        let within = coefficient.lower <= expected && expected <= coefficient.upper;
        assert!(within && coefficient.p < 1e-9, "{coefficient:?}");
    }
    assert!(fit.r2 > 0.99 && fit.cv_rmse.unwrap() < 0.02);
    assert_eq!((fit.months.len(), fit.days.len(), fit.rows), (24, 400, 730));
    let inside = fit.days.iter().filter(|day| {
        let actual = day.actual.unwrap();
        day.lower <= actual && actual <= day.upper
    });
    assert!((0.92..=0.98).contains(&(inside.count() as f64 / 400.0)));
}

#[test]
fn intervals_of_sums_hold_noise_that_hangs_together() {
    // Noise that keeps 0.6 from day to day, larger in the cold; each home is judged by the months after its two years.
    let (mut months, mut inside, mut independent) = (0, 0, 0);
    for seed in 0..12 {
        let mut noise = 0.0;
        let home = Home::of(1096, 20 + seed, |i, felt| {
            noise = 0.6 * noise + 0.8 * normal(50 + seed, i);
            let cold = (17.0 - felt.effective(0.2)).max(0.0);
            (2.0 + 10.0 * cold + noise * (1.0 + 1.5 * cold.min(8.0))).max(0.0)
        });
        let fit = fit(&home.days(), &Request { to: Some(home.first.plus(730)), ..REQUEST }).unwrap();
        let phi = fit.baseline().unwrap().noise.phi;
        assert!((0.4..=0.75).contains(&phi), "{phi}");
        let watched = fit.watch(&home.days(), home.first.plus(730), home.first.plus(1096));
        assert_eq!(watched.len(), 366);
        for month in fit.months.iter().filter(|month| !month.in_fit) {
            let error = (month.actual.unwrap() - month.predicted).abs();
            let days = watched.iter().filter(|day| day.day.date().first_of_month() == month.month);
            let variance: f64 = days.map(|day| day.sigma * day.sigma).sum();
            months += 1;
            inside += usize::from(error <= month.upper - month.predicted);
            independent += usize::from(error <= 1.96 * variance.sqrt());
        }
    }
    let share = |count: usize| count as f64 / f64::from(months);
    assert!((0.93..=1.0).contains(&share(inside)), "{inside} of {months}");
    assert!(share(independent) < 0.85, "days taken for independent: {independent} of {months}");
}

#[test]
fn absurd_values_bend_nothing() {
    let home = Home::new(730);
    let mut broken = home.clone();
    // An index read as a day's use, a day of another unit, and one below zero.
    broken.values[50] = Some(54_321.0);
    broken.values[60] = Some(9_000.0);
    broken.values[300] = Some(-4_000.0);
    let (good, fit) = (fitted(&home), fitted(&broken));
    let aside = [50, 60, 300].map(|day| home.first.plus(day).date());
    assert_eq!((fit.set_aside.as_slice(), good.set_aside.len()), (&aside[..], 0));
    assert_eq!((fit.base, fit.sun), (good.base, good.sun));
    for (coefficient, expected) in fit.coefficients.iter().zip(&good.coefficients) {
        assert!((coefficient.value - expected.value).abs() < 0.05, "{coefficient:?} {expected:?}");
    }
}

#[test]
fn days_that_are_not_known_are_no_zeros() {
    let home = Home::new(730);
    let mut holes = home.clone();
    holes.values[3..25].fill(None);
    holes.minimum[200..203].fill(None);
    holes.maximum[400] = Some(-60.0);
    let (whole, fit) = (fitted(&home), fitted(&holes));
    assert_eq!((fit.base, fit.rows), (whole.base, 730 - 22 - 3 - 1));
    assert!((fit.coefficients[1].value - whole.coefficients[1].value).abs() < 0.05);
    // January is compared over the days that are known, July without the days that have no temperature.
    let (january, july) = (&fit.months[0], &fit.months[6]);
    let known: f64 = holes.values[..31].iter().flatten().sum();
    assert!((january.actual.unwrap() - known).abs() < 1e-9 && (january.coverage - 9.0 / 31.0).abs() < 1e-12);
    assert!((january.predicted - known).abs() < 0.2 * known);
    assert!((july.coverage - 28.0 / 31.0).abs() < 1e-12 && !fit.days.is_empty());
    // A month ahead has no value: all of it is predicted.
    let mut ahead = home.clone();
    ahead.values[699..].fill(None);
    let fit = fitted(&ahead);
    let december = fit.months.last().unwrap();
    assert_eq!((december.actual, december.coverage, december.in_fit), (None, 0.0, false));
    let expected = fit.predict(&ahead.days(), home.first.plus(699), home.first.plus(730)).unwrap();
    assert!(
        (december.predicted - expected.value).abs() < 1e-9 && (december.upper - expected.upper).abs() < 1e-9
    );
}

#[test]
fn the_future_does_not_leak() {
    let home = Home::new(900);
    let to = home.first.plus(730);
    let request = Request { to: Some(to), ..REQUEST };
    let mut changed = home.clone();
    for i in 730..900 {
        changed.values[i] = Some(500.0);
        changed.minimum[i] = Some(-30.0);
    }
    let [fit, other] = [&home, &changed].map(|home| fit(&home.days(), &request).unwrap());
    assert_eq!(fit.model, other.model);
    assert_eq!(fit.months[..24], other.months[..24]);
    assert_ne!(fit.months[25..], other.months[25..]);
    assert_eq!(fit.predict(&home.days(), home.first, to), other.predict(&changed.days(), home.first, to));
}

#[test]
fn few_days_wait_and_more_are_provisional() {
    // From 1 January: cold days only, then a summer, then a second winter.
    let home = Home::new(760);
    let sufficiency = |count: i32| {
        let to = home.first.plus(count);
        Daily::fit(&home.days(), 46.5, home.first, to).map(|daily| (daily.sufficiency, daily.shape))
    };
    assert_eq!(sufficiency(40), Err(Refusal::Waiting { heating_days: 40, needed: 60 }));
    let (found, shape) = sufficiency(80).unwrap();
    assert_eq!(found, Sufficiency::Provisional { heating_days: 80, other_days: 0, spread: spread_of(found) });
    assert_eq!(shape, FIXED);
    let (found, shape) = sufficiency(730).unwrap();
    assert!(
        matches!(found, Sufficiency::Searched { heating_days: 150.., other_days: 60.., .. }),
        "{found:?}"
    );
    assert_eq!((shape.base, shape.sun), (16.0, 0.15));
    let provisional = fit(&home.days(), &Request { to: Some(home.first.plus(80)), ..REQUEST }).unwrap();
    assert_eq!(provisional.status, Status::Provisional);
    // Few months say little of their errors: at least the largest kappa that was seen.
    assert!(provisional.kappa.unwrap() >= 1.6);
}

fn spread_of(found: Sufficiency) -> f64 {
    match found {
        Sufficiency::Waiting { .. } => f64::NAN,
        Sufficiency::Provisional { spread, .. } | Sufficiency::Searched { spread, .. } => spread,
    }
}

#[test]
fn a_kept_fit_comes_back_as_it_was() {
    for form in [Form::Daily, Form::Monthly, Form::Level] {
        let home = Home::new(800);
        let kept = fit(&home.days(), &Request { form, ..REQUEST }).unwrap();
        let bytes = postcard::to_stdvec(&kept).unwrap();
        let back: Fit = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(kept, back);
        let (from, to) = (home.first.plus(31), home.first.plus(59));
        assert_eq!(kept.predict(&home.days(), from, to), back.predict(&home.days(), from, to));
    }
}
