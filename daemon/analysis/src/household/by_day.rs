//! Values of local days.

use crate::calendar::{Day, LocalDays};
use crate::hourly::Hourly;
use crate::random::Random;

/// Consecutive daily values. An absent one is NaN, and so is everything outside.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ByDay {
    first: i32,
    values: Vec<f64>,
}

impl ByDay {
    /// From (day, value) in any order; of a day given twice the last value holds.
    ///
    /// ```
    /// # use watteau_analysis::{Day, household::ByDay};
    /// let day = Day::new(jiff::civil::date(2024, 2, 28));
    /// let kwh = ByDay::from_points([(day, 9.5), (day.plus(2), 8.0)]);
    /// assert_eq!((kwh.get(day), kwh.get(day.plus(2))), (9.5, 8.0));
    /// assert!(kwh.get(day.plus(1)).is_nan());
    /// ```
    pub fn from_points(points: impl IntoIterator<Item = (Day, f64)>) -> ByDay {
        let points: Vec<(i32, f64)> = points.into_iter().map(|(day, value)| (day.number(), value)).collect();
        let first = points.iter().map(|point| point.0).min().unwrap_or_default();
        let last = points.iter().map(|point| point.0).max().unwrap_or(first - 1);
        let mut values = vec![f64::NAN; (last - first + 1) as usize];
        for (day, value) in points {
            values[(day - first) as usize] = value;
        }
        ByDay { first, values }
    }

    /// The middle of the lowest and the highest temperature of each day that has at least 18 of its hours: what the
    /// models take as a day's temperature.
    pub fn middles(temperature: &Hourly, days: &LocalDays) -> ByDay {
        ByDay::from_points(days.first().to(days.last()).filter_map(|day| {
            let known = || days.hours(day).map(|hour| temperature.get(hour)).filter(|t| t.is_finite());
            let (low, high) = known().fold((f64::MAX, f64::MIN), |(low, high), t| (low.min(t), high.max(t)));
            (known().count() >= 18).then_some((day, f64::midpoint(low, high)))
        }))
    }

    /// The value of a day, or NaN.
    pub fn get(&self, day: Day) -> f64 {
        let index = usize::try_from(day.number() - self.first).ok();
        index.and_then(|index| self.values.get(index)).copied().unwrap_or(f64::NAN)
    }

    /// First and last day, if there is any.
    pub fn span(&self) -> Option<(Day, Day)> {
        let first = Day::new(jiff::civil::date(1970, 1, 1)).plus(self.first);
        (!self.values.is_empty()).then(|| (first, first.plus(self.values.len() as i32 - 1)))
    }

    /// The same with an error: Gaussian, of `rmse`, drawn afresh for each day. Measured temperatures so stand in for a
    /// weather service's.
    #[must_use]
    pub fn noisy(&self, rmse: f64, seed: u64) -> ByDay {
        self.map(|day, value| value + rmse * Random::of(seed, day).normal())
    }

    /// Changes every value with `change(day, value)`.
    #[must_use]
    pub fn map(&self, change: impl Fn(Day, f64) -> f64) -> ByDay {
        let Some((first, last)) = self.span() else { return ByDay::default() };
        ByDay::from_points(first.to(last).map(|day| (day, change(day, self.get(day)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_middle_of_a_day_is_that_of_its_extremes() {
        let first = Day::new(date(2024, 10, 26));
        let days = LocalDays::paris(first, first.plus(2)).unwrap();
        // The second day has 25 hours, of the third most are missing.
        let hours = days.hours(first).start..days.hours(first.plus(2)).start + 10;
        let series = Hourly::from_points(hours.clone().map(|hour| (hour, (hour - hours.start) as f64)));
        let middles = ByDay::middles(&series, &days);
        assert!((middles.get(first) - 11.5).abs() < 1e-12);
        assert!((middles.get(first.plus(1)) - 36.0).abs() < 1e-12);
        assert!(middles.get(first.plus(2)).is_nan());
        assert_eq!(middles.span(), Some((first, first.plus(1))));
        assert_eq!(ByDay::default().map(|_, value| value).span(), None);
    }
}
