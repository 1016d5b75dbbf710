//! The monthly model of the reference dashboard: use of a month by its degree-days and the mean of its occupancy.
//!
//! Degree-days are the weather services', base 18. A month is learnt when at least 95 % of its days have a value, both
//! temperatures and, where it is looked at, occupancy; its sums are then scaled to the whole month.

use serde::{Deserialize, Serialize};

use super::days::{Days, month};
use super::linear::{self, Driver, Linear, Prediction, dot, quadratic};
use super::refusal::Refusal;
use super::student;
use crate::calendar::Day;
use crate::degree_days::{Kind, Method, Sum, of_day};

/// Base of the degree-days, degC.
pub const BASE: f64 = 18.0;

/// The monthly model, fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Monthly {
    /// Constant, degree-days and, where it was looked at, occupancy.
    pub line: Linear,
    /// Root mean square error of months each left out, as a share of their mean.
    pub cv_rmse: Option<f64>,
    /// Months learnt, months counted on from year 0.
    pub learnt: Vec<i32>,
}

/// What is known of a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MonthSums {
    /// Months counted on from year 0.
    pub(crate) month: i32,
    pub(crate) value: Sum,
    pub(crate) degree_days: Sum,
    pub(crate) occupancy: Sum,
}

impl MonthSums {
    /// The drivers of a month that is known well enough.
    fn drivers(&self, occupancy: bool) -> Option<Vec<f64>> {
        let mut drivers = vec![self.degree_days.whole()?];
        if occupancy {
            self.occupancy.whole()?;
            drivers.push(self.occupancy.known / self.occupancy.days as f64);
        }
        Some(drivers)
    }
}

/// The months that the days `from..to` touch, with the days that are not among them as not known.
pub(crate) fn months(days: &Days, from: Day, to: Day) -> Vec<MonthSums> {
    let mut months: Vec<MonthSums> = Vec::new();
    let range = days.range(from, to);
    let Some(last) = range.clone().last() else { return months };
    // Whole months, so that one that begins before the days is not taken for complete.
    let first = days.day(range.start);
    let first = first.plus(1 - i32::from(first.date().day()));
    let end = days.day(last);
    let end = end.plus(i32::from(end.date().days_in_month()) - i32::from(end.date().day()));
    for day in first.to(end) {
        let index = days.index(day).filter(|index| range.contains(index));
        let number = month(day);
        if months.last().is_none_or(|last| last.month != number) {
            let (value, degree_days, occupancy) = Default::default();
            months.push(MonthSums { month: number, value, degree_days, occupancy });
        }
        let Some(sums) = months.last_mut() else { continue };
        let add = |sum: &mut Sum, value: Option<f64>| {
            sum.of += 1;
            sum.days += usize::from(value.is_some());
            sum.known += value.unwrap_or_default();
        };
        let extremes = index.and_then(|index| days.extremes(index));
        let (low, high) = extremes.unzip();
        add(&mut sums.value, index.and_then(|index| days.values[index]));
        add(&mut sums.degree_days, of_day(low, high, BASE, Kind::Heating, Method::Weather));
        add(&mut sums.occupancy, index.and_then(|index| days.occupancy?[index]));
    }
    months
}

impl Monthly {
    /// Fits the months that lie in `from..to`.
    pub fn fit(days: &Days, from: Day, to: Day) -> Result<Monthly, Refusal> {
        days.check()?;
        let occupancy = days.occupancy.is_some();
        let all = months(days, from, to);
        let known: Vec<(i32, f64, Vec<f64>)> = all
            .iter()
            .filter_map(|month| Some((month.month, month.value.whole()?, month.drivers(occupancy)?)))
            .collect();
        let values: Vec<f64> = known.iter().map(|month| month.1).collect();
        let columns: Vec<Vec<f64>> =
            (0..=usize::from(occupancy)).map(|j| known.iter().map(|month| month.2[j]).collect()).collect();
        let drivers: Vec<Driver> = ["degree_days", "occupancy"]
            .iter()
            .zip(&columns)
            .map(|(name, values)| Driver { name, values })
            .collect();
        let line = linear::fit(&drivers, &values, true)?;
        let squares: f64 = known
            .iter()
            .map(|(_, value, drivers)| {
                let x = with_constant(drivers);
                // A residual over what the month itself does not hold is the error without it.
                let own = quadratic(&line.inverse, &x);
                ((value - dot(&x, &line.coefficients)) / (1.0 - own)).powi(2)
            })
            .sum();
        let cv = (squares * values.len() as f64).sqrt() / values.iter().sum::<f64>().abs();
        let learnt = known.iter().map(|month| month.0).collect();
        Ok(Monthly { line, cv_rmse: Some(cv).filter(|cv| cv.is_finite()), learnt })
    }

    /// Whether occupancy is among the drivers.
    pub fn occupancy(&self) -> bool {
        self.line.coefficients.len() == 3
    }

    /// Expected value of a month with its 95 % interval; `None` where its drivers are not known well enough.
    pub(crate) fn predict(&self, month: &MonthSums) -> Option<Prediction> {
        self.line.predict(&month.drivers(self.occupancy())?, 0.95).ok()
    }

    /// The same of a sum of months.
    pub(crate) fn predict_sum(&self, months: &[MonthSums]) -> Option<Prediction> {
        let mut x = vec![0.0; self.line.coefficients.len()];
        for month in months {
            let row = with_constant(&month.drivers(self.occupancy())?);
            x.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        }
        let value = dot(&x, &self.line.coefficients);
        let sd = self.line.residual_sd * (months.len() as f64 + quadratic(&self.line.inverse, &x)).sqrt();
        let half = student::quantile(0.975, self.line.freedom as f64) * sd;
        Some(Prediction { value, sd, lower: value - half, upper: value + half })
    }
}

fn with_constant(drivers: &[f64]) -> Vec<f64> {
    std::iter::once(1.0).chain(drivers.iter().copied()).collect()
}
