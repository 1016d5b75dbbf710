//! Degree-days (DJU, degrés-jours unifiés): how much a day asks for heating or cooling.
//!
//! From the lowest and the highest temperature by either of the two methods in use in France, or from hours as their
//! integral. A day of which the temperatures are not known has no degree-days: it is `None` and never 0, and a sum says
//! how many days it holds.
//!
//! Météo method, heating: `max(0, base - (low + high)/2)`. Method of the energy trade (COSTIC), the one of contracts:
//! the same on days that are cold throughout, none on days that are warm throughout, and between them
//! `(base - low) (0.08 + 0.42 (base - low)/(high - low))`, so that a mild day with a cold morning counts. Cooling is the
//! mirror image of each. Usual bases are 18 degC for heating (17 in French statistics) and 18 to 26 for cooling.

use serde::{Deserialize, Serialize};

use crate::calendar::{Day, LocalDays};
use crate::hourly::Hourly;

/// What the degrees ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Degrees below the base.
    Heating,
    /// Degrees above the base.
    Cooling,
}

/// How a day's extremes become degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By the middle of the extremes, as weather services and the national statistics do.
    Weather,
    /// By the extremes themselves, as contracts of the energy trade do (COSTIC).
    Trade,
}

/// Degree-days of a day by its extremes, degC d. `None` where one is not known, not a number, or they are the wrong way
/// round.
///
/// ```
/// use watteau_analysis::degree_days::{Kind, Method, of_day};
/// assert_eq!(of_day(Some(2.0), Some(9.0), 18.0, Kind::Heating, Method::Weather), Some(12.5));
/// assert_eq!(of_day(Some(19.0), Some(31.0), 22.0, Kind::Cooling, Method::Weather), Some(3.0));
/// assert_eq!(of_day(Some(2.0), None, 18.0, Kind::Heating, Method::Weather), None);
/// ```
pub fn of_day(low: Option<f64>, high: Option<f64>, base: f64, kind: Kind, method: Method) -> Option<f64> {
    let (low, high) = (low?, high?);
    if !(low.is_finite() && high.is_finite() && base.is_finite()) || high < low {
        return None;
    }
    // Cooling is heating in a mirror.
    let (low, high, base) = match kind {
        Kind::Heating => (low, high, base),
        Kind::Cooling => (-high, -low, -base),
    };
    let middle = base - f64::midpoint(low, high);
    Some(match method {
        Method::Weather => middle.max(0.0),
        Method::Trade if base > high => middle,
        Method::Trade if base <= low => 0.0,
        // Here the highest is above the lowest.
        Method::Trade => (base - low) * (0.08 + 0.42 * (base - low) / (high - low)),
    })
}

/// Degree-days of days by their extremes, entry by entry.
pub fn of_days(
    low: &[Option<f64>],
    high: &[Option<f64>],
    base: f64,
    kind: Kind,
    method: Method,
) -> Vec<Option<f64>> {
    low.iter().zip(high).map(|(&low, &high)| of_day(low, high, base, kind, method)).collect()
}

/// Lowest and highest temperature of each local day by its hours. A day with less than `least` of its 23, 24 or 25
/// hours, a share, is `None`.
pub fn extremes(hours: &Hourly, days: &LocalDays, least: f64) -> Vec<(Day, Option<(f64, f64)>)> {
    let extremes = days.first().to(days.last()).map(|day| {
        let (mut known, mut low, mut high) = (0, f64::INFINITY, f64::NEG_INFINITY);
        for value in days.hours(day).map(|hour| hours.get(hour)).filter(|value| value.is_finite()) {
            (known, low, high) = (known + 1, value.min(low), value.max(high));
        }
        let all = days.hours(day).count();
        (day, (known > 0 && f64::from(known) >= least * all as f64).then_some((low, high)))
    });
    extremes.collect()
}

/// Degree-days of each local day as the integral of its hours: the mean over the known hours of what each is below (or
/// above) the base. A day of 23 or 25 hours is one day. A day with less than `least` of its hours, a share, is `None`.
///
/// ```
/// use watteau_analysis::degree_days::{Kind, by_hours};
/// use watteau_analysis::{Day, Hourly, LocalDays};
/// let day = Day::new(jiff::civil::date(2024, 3, 31));
/// let days = LocalDays::paris(day, day)?;
/// // The clocks skip an hour: 23 of them, at 8 degC.
/// let hours = Hourly::from_points(days.hours(day).map(|hour| (hour, 8.0)));
/// assert_eq!(by_hours(&hours, &days, 18.0, Kind::Heating, 0.95), vec![(day, Some(10.0))]);
/// # Ok::<(), watteau_analysis::Error>(())
/// ```
pub fn by_hours(
    hours: &Hourly,
    days: &LocalDays,
    base: f64,
    kind: Kind,
    least: f64,
) -> Vec<(Day, Option<f64>)> {
    let degrees = |value: f64| match kind {
        Kind::Heating => (base - value).max(0.0),
        Kind::Cooling => (value - base).max(0.0),
    };
    let day_of = |day: Day| {
        let values = days.hours(day).map(|hour| hours.get(hour)).filter(|value| value.is_finite());
        let (sum, known) = values.fold((0.0, 0), |(sum, known), value| (sum + degrees(value), known + 1));
        let all = days.hours(day).count();
        (day, (known > 0 && f64::from(known) >= least * all as f64).then(|| sum / f64::from(known)))
    };
    days.first().to(days.last()).map(day_of).collect()
}

/// A sum of degree-days and how much of its period it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Sum {
    /// Sum over the known days, degC d.
    pub known: f64,
    /// Days that are known.
    pub days: usize,
    /// Days of the period.
    pub of: usize,
}

impl Sum {
    /// Of days in any order.
    ///
    /// ```
    /// let sum = watteau_analysis::degree_days::Sum::of([Some(10.0), None, Some(0.0)]);
    /// assert_eq!((sum.known, sum.days, sum.of), (10.0, 2, 3));
    /// assert_eq!(sum.whole(), None);
    /// ```
    pub fn of(days: impl IntoIterator<Item = Option<f64>>) -> Sum {
        let mut sum = Sum::default();
        for day in days {
            sum.of += 1;
            if let Some(value) = day {
                (sum.known, sum.days) = (sum.known + value, sum.days + 1);
            }
        }
        sum
    }

    /// Share of the days that is known, 0 of an empty period.
    pub fn coverage(&self) -> f64 {
        if self.of == 0 { 0.0 } else { self.days as f64 / self.of as f64 }
    }

    /// The sum of the whole period, scaled up where at least 95 % of its days are known, else `None`: a missing day is
    /// no warm day.
    pub fn whole(&self) -> Option<f64> {
        let coverage = self.coverage();
        (coverage >= 0.95).then(|| self.known / coverage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn both_methods_of_heating_and_cooling() {
        // low, high, then heating and cooling below and above 18 degC, each by both methods.
        for (low, high, expected) in [
            (2.0, 9.0, [12.5, 12.5, 0.0, 0.0]),
            (8.0, 22.0, [3.0, 3.8, 0.0, 0.8]),
            (12.0, 18.0, [3.0, 3.0, 0.0, 0.0]),
            (15.0, 25.0, [0.0, 0.618, 2.0, 2.618]),
            (19.0, 31.0, [0.0, 0.0, 7.0, 7.0]),
            (18.0, 18.0, [0.0; 4]),
            (18.0, 20.0, [0.0, 0.0, 1.0, 1.0]),
        ] {
            let of = |kind, method| of_day(Some(low), Some(high), 18.0, kind, method).unwrap();
            let found = [
                of(Kind::Heating, Method::Weather),
                of(Kind::Heating, Method::Trade),
                of(Kind::Cooling, Method::Weather),
                of(Kind::Cooling, Method::Trade),
            ];
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{low} {high}: {found} instead of {expected}");
            }
        }
    }

    #[test]
    fn the_trade_method_has_no_steps() {
        for kind in [Kind::Heating, Kind::Cooling] {
            let of = |base: f64| of_day(Some(10.0), Some(20.0), base, kind, Method::Trade).unwrap();
            for base in [10.0, 20.0] {
                assert!((of(base - 1e-9) - of(base + 1e-9)).abs() < 1e-8, "{kind:?} {base}");
            }
        }
    }

    #[test]
    fn a_day_that_is_not_known_is_not_zero() {
        let low = [Some(1.0), None, Some(1.0), Some(f64::NAN), Some(9.0)];
        let high = [Some(3.0), Some(4.0), None, Some(4.0), Some(8.0)];
        let days = of_days(&low, &high, 18.0, Kind::Heating, Method::Trade);
        assert_eq!(days, [Some(16.0), None, None, None, None]);
        let sum = Sum::of(days);
        assert_eq!((sum.days, sum.of, sum.whole()), (1, 5, None));
        let nearly = Sum::of((0..20).map(|i| (i > 0).then_some(2.0)));
        assert_eq!((nearly.coverage(), nearly.whole()), (0.95, Some(40.0)));
        assert_eq!(Sum::of([]).whole(), None);
    }

    #[test]
    fn days_of_23_and_25_hours_are_days() {
        let (spring, autumn) = (Day::new(date(2024, 3, 31)), Day::new(date(2024, 10, 27)));
        for (day, count) in [(spring, 23), (autumn, 25), (spring.plus(1), 24)] {
            let days = LocalDays::paris(day, day).unwrap();
            let start = days.hours(day).start;
            // One hour more than the base allows, the others on it.
            let hours = Hourly::from_points(
                days.hours(day).map(|hour| (hour, if hour == start { 6.0 } else { 18.0 })),
            );
            let found = by_hours(&hours, &days, 18.0, Kind::Heating, 1.0)[0].1.unwrap();
            assert!((found - 12.0 / f64::from(count)).abs() < 1e-12, "{day}: {found}");
            assert_eq!(by_hours(&hours, &days, 5.0, Kind::Heating, 1.0), [(day, Some(0.0))]);
            assert_eq!(extremes(&hours, &days, 1.0), [(day, Some((6.0, 18.0)))]);
            // Without that hour: not the whole day any more, but most of it.
            let rest = Hourly::from_points((start + 1..days.hours(day).end).map(|hour| (hour, 18.0)));
            assert_eq!(by_hours(&rest, &days, 18.0, Kind::Heating, 1.0), [(day, None)]);
            assert_eq!(extremes(&rest, &days, 1.0), [(day, None)]);
            assert_eq!(by_hours(&rest, &days, 16.0, Kind::Cooling, 0.9), [(day, Some(2.0))]);
        }
        let days = LocalDays::paris(spring, spring).unwrap();
        assert_eq!(by_hours(&Hourly::default(), &days, 18.0, Kind::Heating, 0.0), [(spring, None)]);
    }
}
