//! The real home of the shared samples, beside what the measured recipe reached.

use watteau_analysis::regression::{Fitted, Form, Request, fit};

use crate::samples::common::days::{self, HomeDays, Summary, read, rolling};
use crate::samples::common::golden::{self, Months};
use crate::samples::common::{day, shared};

fn home() -> Option<HomeDays> {
    if shared::folder().is_none() {
        eprintln!("skipped: no shared samples; set WATTEAU_SHARED");
        return None;
    }
    Some(read().unwrap())
}

fn request(form: Form, from: i16) -> Request<'static> {
    days::request(form, day(from, 1, 1), day(2025, 1, 1))
}

#[test]
fn the_reference_months_are_found_again() {
    let Some(home) = home() else { return };
    for (values, golden) in [(&home.electricity, golden::ELECTRICITY), (&home.gas, golden::GAS)] {
        let Months { rows, r2, residual_sd, exact, month } = golden;
        let fit = fit(&home.of(values, Some(&home.present)), &request(Form::Monthly, 2023)).unwrap();
        let Fitted::Monthly(monthly) = &fit.model else { panic!("another form") };
        assert_eq!(fit.rows, 24);
        for ((found, expected), exact) in fit.coefficients.iter().zip(rows).zip(exact) {
            assert!((found.value - expected[0]).abs() < 1e-6, "{found:?}");
            assert!((found.value - exact).abs() < 1e-10 * exact.abs(), "{found:?}");
            assert!((found.lower - expected[1]).abs() < 5.1e-5, "{found:?}");
            assert!((found.upper - expected[2]).abs() < 5.1e-5, "{found:?}");
        }
        assert!((fit.r2 - r2).abs() < 1e-6 && (monthly.line.residual_sd - residual_sd).abs() < 1e-4);
        let found = monthly.line.predict(&[300.0, 1.0], 0.95).unwrap();
        for (found, expected) in [found.value, found.sd, found.lower, found.upper].into_iter().zip(month) {
            assert!((found - expected).abs() < 1e-8, "{found} instead of {expected}");
        }
    }
}

#[test]
fn gas_is_explained_as_well_as_the_recipe_does() {
    let Some(home) = home() else { return };
    let fit = fit(&home.gas(), &request(Form::Daily, 2023)).unwrap();
    let baseline = fit.baseline().unwrap();
    assert_eq!((fit.base, fit.sun, baseline.months), (Some(17.0), Some(0.2), 24));
    for (coefficient, expected) in fit.coefficients.iter().zip([1.74, 9.95]) {
        assert!((coefficient.value - expected).abs() < 0.005, "{coefficient:?}");
    }
    let (months, days) = (fit.cv_rmse.unwrap(), baseline.cv_rmse_days.unwrap());
    assert!(months <= 0.105 && days <= 0.406, "{months} {days}");
    assert!((0.35..=0.45).contains(&baseline.noise.phi));
    let request = Request { from: Some(day(2022, 11, 1)), ..request(Form::Daily, 2022) };
    let rolling = rolling(&home.gas(), &request, day(2023, 11, 1), day(2025, 1, 1)).unwrap();
    let all = Summary::of(rolling.iter());
    assert!(all.months == 14 && all.cv <= 12.5 && all.inside >= 13 && all.width <= 28.0, "{all:?}");
    assert!((93.0..=98.0).contains(&all.days), "{all:?}");
}

#[test]
fn electricity_is_followed_as_well_as_the_recipe_does() {
    let Some(home) = home() else { return };
    let fit = fit(&home.electricity(), &request(Form::Level, 2022)).unwrap();
    // Least squares of 2022 to 2024 as the recipe has them.
    for (found, expected) in fit.baseline().unwrap().coefficients.iter().zip([6.1, 21.0, 1.84, 9.1, 5.2]) {
        assert!((found - expected).abs() < 0.05, "{found} instead of {expected}");
    }
    let (first, to) = (day(2023, 1, 1), day(2025, 1, 1));
    let rolling = rolling(&home.electricity(), &request(Form::Level, 2022), first, to).unwrap();
    let all = Summary::of(rolling.iter());
    assert!(all.months == 24 && all.cv <= 15.3 && all.inside >= 22 && all.width <= 30.0, "{all:?}");
    assert!((92.0..=97.0).contains(&all.days), "{all:?}");
}
