//! The level that wanders, beside the same model written out as one large Gaussian.

use nalgebra::{DMatrix, DVector};
use watteau_analysis::regression::effective::felt;
use watteau_analysis::regression::{Fit, Fitted, Form, Level, Request, Status, fit};

use super::home::{Home, normal};

const REQUEST: Request = Request { form: Form::Level, unit: "kWh", latitude: 46.5, from: None, to: None };

/// A home with two absences whose level falls by 6 kWh after `change`.
fn home(count: usize, change: usize) -> Home {
    let there = |i: usize| f64::from(u8::from(!(60..70).contains(&(i % 150))));
    let mut home = Home::of(count, 3, |i, felt| {
        let cold = (18.0 - felt.blend).max(0.0);
        let level = if i < change { 20.0 } else { 14.0 };
        let size = if there(i) > 0.0 { 3.0 } else { 0.4 };
        5.0 + there(i) * (level + 2.0 * cold) + size * normal(4, i)
    });
    home.occupancy = Some((0..count).map(|i| Some(there(i))).collect());
    home
}

fn level(fit: &Fit) -> &Level {
    let Fitted::Level(level) = &fit.model else { panic!("another form") };
    level
}

#[test]
fn the_filter_is_the_large_gaussian() {
    let (count, origin) = (130_usize, 100_usize);
    let mut home = home(count, 50);
    home.values[20] = None;
    home.minimum[33] = None;
    let days = home.days();
    let request = Request { to: Some(home.first.plus(origin as i32)), ..REQUEST };
    let fit = fit(&days, &request).unwrap();
    let level = level(&fit);
    // The drivers again: constant, presence, cold, Sunday, Saturday, and the weights of level and noise.
    let felt = felt(&days, 46.5);
    let row = |i: usize| {
        let there = home.occupancy.as_ref().unwrap()[i].unwrap();
        let cold = there * (18.0 - felt[i].unwrap().blend).max(0.0);
        let weekday = home.first.plus(i as i32).weekday();
        let on = |wanted: usize| if weekday == wanted { there } else { 0.0 };
        let noise = if there > 0.0 { (1.0 + (cold / 8.0).min(1.0)).sqrt() } else { 0.15 };
        ([1.0, there, cold, on(6), on(5)], there, noise)
    };
    assert_eq!(level.names.len(), 5);
    let covariance = |i: usize, j: usize| {
        let apart = i.abs_diff(j) as i32;
        let ((_, there_i, noise_i), (_, there_j, noise_j)) = (row(i), row(j));
        let wander = level.wander;
        let steady = if wander.rho < 1.0 {
            wander.q / (1.0 - wander.rho * wander.rho) * wander.rho.powi(apart)
        } else {
            wander.q * i.min(j) as f64
        };
        there_i * there_j * steady + noise_i * noise_j * wander.phi.powi(apart)
    };
    let known: Vec<usize> =
        (0..origin).filter(|&i| home.values[i].is_some() && home.minimum[i].is_some()).collect();
    let ahead: Vec<usize> = (origin..count).collect();
    let rows = |of: &[usize]| DMatrix::from_fn(of.len(), 5, |i, j| row(of[i]).0[j]);
    let between =
        |a: &[usize], b: &[usize]| DMatrix::from_fn(a.len(), b.len(), |i, j| covariance(a[i], b[j]));
    let (x, y) = (rows(&known), DVector::from_fn(known.len(), |i, _| home.values[known[i]].unwrap()));
    let inverse = between(&known, &known).try_inverse().unwrap();
    let information = x.transpose() * &inverse * &x;
    let spread = information.clone().try_inverse().unwrap();
    let b = &spread * x.transpose() * &inverse * &y;
    let residual = &y - &x * &b;
    let variance = (residual.transpose() * &inverse * &residual)[0] / (known.len() as f64 - 5.0);
    let near = |found: f64, expected: f64, what: &str| {
        assert!(
            (found - expected).abs() < 1e-8 * (1.0 + expected.abs()),
            "{what}: {found} instead of {expected}"
        );
    };
    near(level.variance, variance, "variance");
    for j in 0..5 {
        near(level.coefficients[j], b[j], &level.names[j]);
        near(level.covariance[j][j], variance * spread[(j, j)], &level.names[j]);
    }
    // The sum of the days ahead, its variance with that of the coefficients.
    let ones = DVector::from_element(ahead.len(), 1.0);
    let gain = between(&ahead, &known) * &inverse;
    let value = (ones.transpose() * (rows(&ahead) * &b + &gain * &residual))[0];
    let inner = between(&ahead, &ahead) - &gain * between(&known, &ahead);
    let weights = (rows(&ahead) - &gain * &x).transpose() * &ones;
    let sum =
        variance * ((ones.transpose() * inner * &ones)[0] + (weights.transpose() * &spread * &weights)[0]);
    let found = fit.predict(&days, home.first.plus(origin as i32), home.first.plus(count as i32)).unwrap();
    near(found.value, value, "sum");
    near(found.sd, sum.sqrt(), "its standard deviation");
}

#[test]
fn a_level_follows_a_household_that_changes() {
    let home = home(1000, 600);
    let fit = fit(&home.days(), &REQUEST).unwrap();
    assert_eq!((fit.status, fit.left_out.len()), (Status::Fitted, 0));
    assert!(level(&fit).wander.q > 0.0);
    let last = fit.months.last().unwrap();
    let actual = last.actual.unwrap();
    assert!(last.lower <= actual && actual <= last.upper, "{last:?}");
    // Without a level the last month lies far above: the line learnt is that of both halves.
    let watched = fit.watch(&home.days(), home.first.plus(960), home.first.plus(1000));
    assert!(watched.iter().map(|day| day.residual).sum::<f64>() < -40.0);
    // Days show the month they belong to: what is expected of each adds up.
    let days = fit.days.iter().filter(|day| day.date.first_of_month() == last.month);
    assert!((days.map(|day| day.predicted).sum::<f64>() - last.predicted).abs() < 1e-6);
}

#[test]
fn values_after_the_morning_are_not_looked_at() {
    let home = home(800, 600);
    let (from, to) = (home.first.plus(700), home.first.plus(730));
    let request = Request { to: Some(from), ..REQUEST };
    let mut changed = home.clone();
    changed.values[700..].fill(Some(900.0));
    let [fit, other] = [&home, &changed].map(|home| fit(&home.days(), &request).unwrap());
    assert_eq!(fit.model, other.model);
    assert_eq!(fit.predict(&home.days(), from, to), other.predict(&changed.days(), from, to));
    assert_eq!(fit.predict_day(&home.days(), from), other.predict_day(&changed.days(), from));
    // The day after, it has been.
    assert_ne!(fit.predict_day(&home.days(), from.plus(1)), other.predict_day(&changed.days(), from.plus(1)));
}

#[test]
fn absurd_values_and_missing_occupancy() {
    let mut home = home(800, 900);
    let whole = fit(&home.days(), &REQUEST).unwrap();
    home.values[100] = Some(88_000.0);
    let fit_of = |home: &Home| fit(&home.days(), &REQUEST).unwrap();
    let broken = fit_of(&home);
    assert_eq!(broken.set_aside, [home.first.plus(100).date()]);
    for (a, b) in whole.coefficients.iter().zip(&broken.coefficients) {
        assert!((a.value - b.value).abs() < 0.3, "{a:?} {b:?}");
    }
    home.occupancy = None;
    let without = fit_of(&home);
    assert_eq!(without.left_out, ["occupancy"]);
    assert_eq!(without.coefficients.len(), 4);
    let summer = Request { from: Some(home.first.plus(190)), to: Some(home.first.plus(255)), ..REQUEST };
    assert_eq!(fit(&home.days(), &summer).unwrap().status, Status::Provisional);
}
