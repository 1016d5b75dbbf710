//! Days far from what was expected of them.

use serde::{Deserialize, Serialize};

use super::quantile;
use crate::Day;
use crate::change::Judged;

/// Share of the days learnt from that are not called odd.
pub const SHARE: f64 = 0.995;
/// Days below which that quantile would be an extreme value or a guess.
pub const LEAST: usize = 200;
/// Expected energy from which on a heating that is off stands out, kWh.
pub const HEATING: f64 = 25.0;
/// Share of what is expected below which a heating is off.
pub const OFF: f64 = 0.2;

/// How far a day may be from what is expected of it, in standard deviations of its noise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limit(f64);

impl Limit {
    /// From residuals of the days learnt from, each predicted without its own quarter and divided by its sigma, sign or
    /// not. None with fewer than 200 numbers; others than numbers do not count.
    pub fn new(z: impl IntoIterator<Item = f64>) -> Option<Limit> {
        let mut z: Vec<f64> = z.into_iter().map(f64::abs).filter(|z| z.is_finite()).collect();
        z.sort_by(f64::total_cmp);
        let limit = if z.len() < LEAST { None } else { quantile(&z, SHARE) };
        limit.filter(|limit| *limit > 0.0).map(Limit)
    }

    /// Standard deviations.
    pub fn deviations(self) -> f64 {
        self.0
    }
}

/// A day far outside its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OddDay {
    /// The day.
    pub day: Day,
    /// Measured, kWh.
    pub actual: f64,
    /// Expected, kWh.
    pub expected: f64,
    /// Least that is not odd, kWh, 0 at least.
    pub lower: f64,
    /// Most that is not odd, kWh.
    pub upper: f64,
    /// Measured minus expected in standard deviations.
    pub z: f64,
}

/// The day, if it is odd.
pub fn odd_day(judged: &Judged, limit: Limit) -> Option<OddDay> {
    let (z, most) = (judged.z(), limit.0 * judged.sigma);
    (z.is_finite() && z.abs() > limit.0).then(|| OddDay {
        day: judged.day,
        actual: judged.actual(),
        expected: judged.predicted,
        lower: (judged.predicted - most).max(0.0),
        upper: judged.predicted + most,
        z,
    })
}

/// A heating that does not heat.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeatingOff {
    /// The day.
    pub day: Day,
    /// Measured, kWh.
    pub actual: f64,
    /// Expected, kWh.
    pub expected: f64,
}

/// The day, if heating was off: more than 25 kWh expected and less than a fifth of it used. For the carrier that heats
/// only.
pub fn heating_off(judged: &Judged) -> Option<HeatingOff> {
    let (actual, expected) = (judged.actual(), judged.predicted);
    (actual.is_finite() && expected > HEATING && actual < OFF * expected).then_some(HeatingOff {
        day: judged.day,
        actual,
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::fixture::{day, home};

    fn judged(actual: f64, predicted: f64) -> Judged {
        Judged { day: day(0), residual: actual - predicted, predicted, sigma: 4.0, row: vec![1.0] }
    }

    #[test]
    fn the_limit_is_what_most_days_keep_to() {
        let days = home(30).judged(730, 1.0);
        let limit = Limit::new(days.iter().map(Judged::z)).unwrap();
        let odd = days.iter().filter_map(|judged| odd_day(judged, limit)).count();
        assert_eq!(odd, 4, "0.5 % of 730 days");
        assert!((2.4..3.4).contains(&limit.deviations()), "{limit:?}");
        assert_eq!(Limit::new((0..199).map(f64::from)), None);
        assert_eq!(Limit::new([0.0; 500]), None, "days that are all alike have no limit");
        assert_eq!(Limit::new([f64::NAN; 500]), None);
    }

    #[test]
    fn odd_days_carry_what_would_not_have_been() {
        let limit = Limit::new((0..1000).map(|n| f64::from(n) / 333.0)).unwrap();
        let odd = odd_day(&judged(45.0, 30.0), limit).unwrap();
        assert!(odd.upper < 45.0 && odd.upper > 41.0 && odd.lower > 17.0 && odd.z > 3.0, "{odd:?}");
        assert_eq!(odd_day(&judged(1.0, 5.0), limit), None);
        assert!(odd_day(&judged(20.0, 5.0), limit).unwrap().lower.abs() < 1e-12);
        assert_eq!(odd_day(&judged(f64::NAN, 30.0), limit), None);
    }

    #[test]
    fn a_heating_is_off_when_much_was_expected_and_little_used() {
        for (actual, predicted, off) in [
            (4.9, 25.1, true),
            (0.0, 80.0, true),
            (5.1, 25.1, false),
            (0.0, 24.9, false),
            (f64::NAN, 80.0, false),
        ] {
            assert_eq!(heating_off(&judged(actual, predicted)).is_some(), off, "{actual} of {predicted}");
        }
    }
}
