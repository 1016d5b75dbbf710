//! Hourly values on a common clock: hours counted from the epoch, UTC.

/// Consecutive hourly values. An absent one is NaN, and so is everything outside.
#[derive(Debug, Clone, Default)]
pub struct Hourly {
    first: i64,
    values: Vec<f64>,
}

impl Hourly {
    /// From values in order, the first of them of hour `first` (hours since 1970-01-01T00:00Z).
    pub fn new(first: i64, values: Vec<f64>) -> Hourly {
        Hourly { first, values }
    }

    /// From (hour, value) in any order; of an hour given twice the last value holds.
    ///
    /// ```
    /// let load = watteau_analysis::Hourly::from_points([(10, 1.0), (12, 3.0)]);
    /// assert!(load.get(11).is_nan());
    /// assert_eq!(load.get(12), 3.0);
    /// assert_eq!((load.first(), load.end()), (10, 13));
    /// ```
    pub fn from_points(points: impl IntoIterator<Item = (i64, f64)>) -> Hourly {
        let points: Vec<(i64, f64)> = points.into_iter().collect();
        let first = points.iter().map(|point| point.0).min().unwrap_or_default();
        let end = points.iter().map(|point| point.0 + 1).max().unwrap_or_default();
        let mut values = vec![f64::NAN; usize::try_from(end - first).unwrap_or_default()];
        for (hour, value) in points {
            values[(hour - first) as usize] = value;
        }
        Hourly { first, values }
    }

    /// The value of an hour, or NaN.
    pub fn get(&self, hour: i64) -> f64 {
        usize::try_from(hour - self.first)
            .ok()
            .and_then(|index| self.values.get(index))
            .copied()
            .unwrap_or(f64::NAN)
    }

    /// Changes every value with `change(hour, value)`.
    #[must_use]
    pub fn map(&self, change: impl Fn(i64, f64) -> f64) -> Hourly {
        let values = (self.first..).zip(&self.values).map(|(hour, &value)| change(hour, value)).collect();
        Hourly { first: self.first, values }
    }

    /// First hour.
    pub fn first(&self) -> i64 {
        self.first
    }

    /// The hour after the last.
    pub fn end(&self) -> i64 {
        self.first + self.values.len() as i64
    }
}
