//! Months of an invented home, some of them with holes.

use watteau_analysis::degree_days::{Kind, Method, of_day};
use watteau_analysis::regression::{Fitted, Form, Request, fit};

use super::home::{Home, normal};

/// 3 kWh a day, 5 a degree-day.
fn home(seed: u64) -> Home {
    let mut home = Home::of(720, 5, |_, _| 0.0);
    for i in 0..720 {
        let degree_days = of_day(home.minimum[i], home.maximum[i], 18.0, Kind::Heating, Method::Weather);
        home.values[i] = Some(3.0 + 5.0 * degree_days.unwrap() + normal(seed, i));
    }
    home
}

const REQUEST: Request = Request { form: Form::Monthly, unit: "kWh", latitude: 46.5, from: None, to: None };

#[test]
fn months_with_holes_are_scaled_or_left_out() {
    let mut home = home(9);
    let whole = fit(&home.days(), &REQUEST).unwrap();
    // 720 days reach into the last days of December: the month is not whole.
    assert_eq!((whole.rows, whole.months.len()), (23, 23));
    assert!((whole.coefficients[1].value - 5.0).abs() < 0.1, "{:?}", whole.coefficients);
    assert_eq!(whole.coefficients[1].unit, "kWh/(degC.d)");
    assert!(whole.months.iter().all(|month| month.in_fit && month.coverage >= 1.0));
    // A day of February 2022 without a value and one of March without temperature: 96 % are enough.
    home.values[40] = None;
    home.minimum[65] = None;
    // April: half of it.
    home.values[95..110].fill(None);
    let holes = fit(&home.days(), &REQUEST).unwrap();
    assert_eq!((holes.rows, holes.months.len()), (22, 23));
    let april = &holes.months[3];
    assert_eq!((april.actual, april.coverage), (None, 0.0));
    let february = &holes.months[1];
    let sum: f64 = home.values[31..59].iter().flatten().sum();
    assert!((february.actual.unwrap() - sum * 28.0 / 27.0).abs() < 1e-9);
    assert!((february.coverage - 27.0 / 28.0).abs() < 1e-12);
    // A missing day is no warm day: March is expected to need what it needs.
    let (before, after) = (&whole.months[2], &holes.months[2]);
    assert!((before.predicted - after.predicted).abs() < 0.03 * before.predicted, "{before:?} {after:?}");
    assert!(after.degree_days.unwrap() < before.degree_days.unwrap());
}

#[test]
fn later_months_are_predicted_and_change_nothing() {
    let home = home(9);
    let to = home.first.plus(365);
    let fitted = fit(&home.days(), &Request { to: Some(to), ..REQUEST }).unwrap();
    assert_eq!((fitted.rows, fitted.months.iter().filter(|month| month.in_fit).count()), (12, 12));
    let mut changed = home.clone();
    changed.values[365..].iter_mut().for_each(|value| *value = value.map(|value| 2.0 * value));
    let again = fit(&changed.days(), &Request { to: Some(to), ..REQUEST }).unwrap();
    assert_eq!(fitted.coefficients, again.coefficients);
    let Fitted::Monthly(monthly) = &fitted.model else { panic!("another form") };
    // A month alone is what the table shows, and a sum of two is wider than each but narrower than both.
    let [january, february] = [0, 31].map(|from| {
        let (from, to) = (to.plus(from), to.plus(if from == 0 { 31 } else { 59 }));
        fitted.predict(&home.days(), from, to).unwrap()
    });
    assert!((january.upper - fitted.months[12].upper).abs() < 1e-9);
    let both = fitted.predict(&home.days(), to, to.plus(59)).unwrap();
    assert!((both.value - january.value - february.value).abs() < 1e-9);
    assert!(both.sd > january.sd && both.sd < january.sd + february.sd);
    assert!(!monthly.occupancy());
}

#[test]
fn intervals_hold_what_they_say() {
    let (mut months, mut inside) = (0, 0);
    for seed in 0..40 {
        let home = home(100 + seed);
        let fitted = fit(&home.days(), &Request { to: Some(home.first.plus(365)), ..REQUEST }).unwrap();
        for month in &fitted.months[12..] {
            let actual = month.actual.unwrap();
            months += 1;
            inside += usize::from(month.lower <= actual && actual <= month.upper);
        }
    }
    assert_eq!(months, 440);
    assert!((0.91..=0.98).contains(&(inside as f64 / f64::from(months))), "{inside}");
}
