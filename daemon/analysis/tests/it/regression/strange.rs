//! Strange homes: whatever is given, an answer in numbers or a refusal, never a panic.

use watteau_analysis::regression::{Form, Request, fit};

use super::home::{Home, normal};

/// A number of `0..below` by a hash.
fn pick(seed: u64, place: usize, below: usize) -> usize {
    (normal(seed, place).abs() * 1e6) as usize % below
}

/// A home with holes, steps, zeros, extreme values and lengths by a seed.
fn strange(seed: u64) -> Home {
    let count = [1, 2, 20, 70, 200, 400, 800][pick(seed, 1, 7)];
    let kind = pick(seed, 2, 7);
    let mut home = Home::of(count, seed, |i, felt| match kind {
        0 => 0.0,
        1 => (17.0 - felt.blend).max(0.0),
        2 => 1e300 * normal(seed, i),
        3 => 1e-300 * normal(seed, i).abs(),
        4 => f64::from(u8::from(i % 2 == 0)),
        5 => -5.0 + normal(seed, i),
        _ => 10.0 + (16.0 - felt.blend).max(0.0) + 3.0 * normal(seed, i),
    });
    let holes = [0, 1, 10, 60, 99][pick(seed, 3, 5)];
    for i in 0..count {
        let missing = |column: usize| pick(seed, 10 * i + column, 100) < holes;
        if missing(4) {
            home.values[i] = None;
        }
        if missing(5) {
            home.minimum[i] = None;
        }
        if missing(6) {
            home.maximum[i] = home.minimum[i];
        }
    }
    match pick(seed, 7, 5) {
        0 => home.minimum.iter_mut().for_each(|low| *low = low.map(|low| low - 1e9)),
        1 => home.maximum[count / 2] = Some(1e200),
        2 => home.minimum[..count / 2].fill(None),
        _ => {}
    }
    home.occupancy = match pick(seed, 8, 5) {
        0 => None,
        1 => Some(vec![Some(0.0); count]),
        2 => Some(vec![None; count]),
        3 => Some((0..count).map(|i| Some((i % 4) as f64)).collect()),
        _ => Some((0..count).map(|i| (i % 7 > 0).then_some(f64::from(u8::from(i % 30 > 5)))).collect()),
    };
    home
}

#[test]
fn an_answer_in_numbers_or_a_refusal() {
    let (mut fitted, mut refused) = (0, 0);
    for seed in 0..600 {
        let home = strange(seed);
        let days = home.days();
        for form in [Form::Daily, Form::Monthly, Form::Level] {
            for latitude in [46.5, 80.0, -90.0] {
                let request = Request { form, unit: "kWh", latitude, from: None, to: None };
                let Ok(fit) = fit(&days, &request) else {
                    refused += 1;
                    continue;
                };
                fitted += 1;
                let ordered = |lower: f64, value: f64, upper: f64| lower <= value && value <= upper;
                for month in &fit.months {
                    assert!(ordered(month.lower, month.predicted, month.upper), "{seed} {form:?}: {month:?}");
                    assert!((0.0..=1.0).contains(&month.coverage), "{seed} {form:?}: {month:?}");
                }
                for day in &fit.days {
                    assert!(ordered(day.lower, day.predicted, day.upper), "{seed} {form:?}: {day:?}");
                }
                for watched in fit.watch(&days, home.first, home.first.plus(900)) {
                    assert!(
                        watched.residual.is_finite() && watched.sigma > 0.0,
                        "{seed} {form:?}: {watched:?}"
                    );
                }
                for coefficient in &fit.coefficients {
                    assert!(coefficient.value.is_finite(), "{seed} {form:?}: {coefficient:?}");
                }
            }
        }
    }
    assert!(fitted > 500 && refused > 500, "{fitted} {refused}");
}
