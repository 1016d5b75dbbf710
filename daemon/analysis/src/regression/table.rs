//! The months and the last days that a fit shows.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;

use super::days::{Days, month};
use super::fit::{DayFit, Fit, Fitted, MonthFit};
use super::linear::Prediction;
use super::monthly::{MonthSums, months};

/// Days of which a fit shows each.
const SHOWN: usize = 400;

impl Fit {
    /// All months and the last days.
    pub(super) fn table(&self, days: &Days) -> (Vec<MonthFit>, Vec<DayFit>) {
        let end = days.first.plus(days.len() as i32);
        let sums = months(days, days.first, end);
        let by_month = stretches(days);
        let has_value = |index: usize| days.values[index].is_some();
        // Where some days of a month have a value, the others are not compared with anything.
        let partly: BTreeMap<i32, bool> =
            by_month.iter().map(|(number, range)| (*number, range.clone().any(has_value))).collect();
        let wanted = |index: usize| has_value(index) || partly.get(&month(days.day(index))) == Some(&false);
        let (mut shown, mut expected) = (Vec::new(), Vec::new());
        match &self.model {
            Fitted::Monthly(monthly) => {
                expected.extend(sums.iter().map(|sums| {
                    let value = sums.value.whole();
                    (monthly.predict(sums), value, value.map_or(0, |_| sums.value.days))
                }));
            }
            Fitted::Daily(daily) => {
                let rows = daily.rows(days);
                for (_, range) in &by_month {
                    let known = || range.clone().filter_map(|index| Some((index, rows[index].as_ref()?)));
                    let in_sum = || known().filter(|(index, _)| wanted(*index));
                    shown.extend(known().map(|(index, row)| (index, daily.baseline.predict_day(row))));
                    let prediction = in_sum().next().is_some().then(|| {
                        daily.baseline.predict_sum(in_sum().map(|(index, row)| (days.day(index), row)))
                    });
                    expected.push(actual(days, prediction, in_sum().map(|(index, _)| index)));
                }
            }
            Fitted::Level(level) => {
                let ranges: Vec<Range<usize>> = by_month.iter().map(|(_, range)| range.clone()).collect();
                for ahead in level.ahead(days, &ranges, wanted) {
                    let known = ahead.days.iter().map(|(index, _)| *index).filter(|&index| wanted(index));
                    expected.push(actual(days, ahead.sum, known));
                    shown.extend(ahead.days);
                }
            }
        }
        let months = sums.iter().zip(expected).filter_map(|(sums, (prediction, actual, count))| {
            Some(self.month(sums, &prediction?, actual, count))
        });
        let months = months.collect();
        let skip = shown.len().saturating_sub(SHOWN);
        let shown = shown.into_iter().skip(skip).map(|(index, prediction)| DayFit {
            date: days.day(index).date(),
            actual: days.values[index],
            predicted: prediction.value,
            lower: prediction.lower,
            upper: prediction.upper,
        });
        (months, shown.collect())
    }

    fn month(
        &self,
        sums: &MonthSums,
        prediction: &Prediction,
        actual: Option<f64>,
        count: usize,
    ) -> MonthFit {
        let year = i16::try_from(sums.month.div_euclid(12)).unwrap_or_default();
        let first = Date::new(year, sums.month.rem_euclid(12) as i8 + 1, 1).unwrap_or_default();
        MonthFit {
            month: first,
            actual,
            predicted: prediction.value,
            lower: prediction.lower,
            upper: prediction.upper,
            coverage: count as f64 / sums.value.of.max(1) as f64,
            degree_days: (sums.degree_days.days > 0).then_some(sums.degree_days.known),
            in_fit: first >= self.from && first.last_of_month() < self.to,
        }
    }
}

/// Entries of each calendar month.
fn stretches(days: &Days) -> Vec<(i32, Range<usize>)> {
    let mut stretches: Vec<(i32, Range<usize>)> = Vec::new();
    for index in 0..days.len() {
        let number = month(days.day(index));
        match stretches.last_mut() {
            Some((last, range)) if *last == number => range.end = index + 1,
            _ => stretches.push((number, index..index + 1)),
        }
    }
    stretches
}

/// A prediction with the sum of what was used on its days, if any, and on how many.
fn actual(
    days: &Days,
    prediction: Option<Prediction>,
    indices: impl Iterator<Item = usize>,
) -> (Option<Prediction>, Option<f64>, usize) {
    let values = indices.filter_map(|index| days.values[index]);
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (prediction, (count > 0).then_some(sum), count)
}
