//! A fitted line through days whose errors differ in size and hang together: coefficients by ordinary least squares, the
//! rest made honest afterwards.
//!
//! Coefficients have the covariance of Newey and West (Bartlett weights over 14 days), days the noise of
//! [`Noise`], and sums a factor `kappa` and Student's t by what months missed by that were left out with their quarter:
//! errors of days taken for independent give intervals that are half as wide as they should be.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::days::{Days, month, quarter};
use super::linear::{self, Driver, Linear, Prediction, dot, quadratic};
use super::noise::{Noise, Residual};
use super::refusal::Refusal;
use super::student;
use crate::calendar::Day;

/// Days over which errors of coefficients are taken to hang together.
const LAG: i32 = 14;
/// Days of a month that have to be known for it to count.
const DAYS_OF_A_MONTH: usize = 10;
/// Months below which their errors say too little: then at least the largest kappa that was seen.
const FEW_MONTHS: usize = 6;
const LARGEST_KAPPA: f64 = 1.6;

/// A day's row of drivers.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Drivers with a leading 1.
    pub x: Vec<f64>,
    /// How cold the day is, degC below the base: what its noise goes by.
    pub cold: f64,
}

/// A day with its row and its value.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    pub(crate) day: Day,
    pub(crate) row: Row,
    pub(crate) value: f64,
}

/// A fitted baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Names of the coefficients.
    pub names: Vec<String>,
    /// Coefficients.
    pub coefficients: Vec<f64>,
    /// Covariance V of the coefficients, Newey and West.
    pub covariance: Vec<Vec<f64>>,
    /// Noise of days.
    pub noise: Noise,
    /// Factor of the standard deviation of sums, at least 1. Above 1.6 the meter has causes that the drivers do not
    /// explain.
    pub kappa: f64,
    /// Months that kappa rests on.
    pub months: usize,
    /// Days learnt.
    pub days: usize,
    /// Share of the days' variance that is explained.
    pub r2: f64,
    /// Root mean square error of months left out with their quarter, as a share of their mean. `None`: less than two
    /// quarters are known.
    pub cv_rmse: Option<f64>,
    /// The same of days.
    pub cv_rmse_days: Option<f64>,
    /// Absolute residual over sigma of days left out with their quarter, ascending.
    pub scores: Vec<f64>,
    /// Whether predictions stop at 0.
    pub clipped: bool,
}

/// A month left out: its number, what it was, what it was expected to be, and the standard deviation of that.
#[derive(Debug, Clone, Copy)]
struct LeftOut {
    value: f64,
    error: f64,
    sd: f64,
}

/// What is expected of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Expected value, unit of the values.
    pub value: f64,
    /// Standard deviation of a day's noise, that of the coefficients not included.
    pub sigma: f64,
    /// Standard deviation that the coefficients add.
    pub parameters: f64,
}

/// A day that is watched: what it was beside what was expected.
#[derive(Debug, Clone, PartialEq)]
pub struct Watched {
    /// The day.
    pub day: Day,
    /// Its row of drivers, with a leading 1.
    pub x: Vec<f64>,
    /// Value less prediction, unit of the values.
    pub residual: f64,
    /// Expected value.
    pub prediction: f64,
    /// Standard deviation of a day's noise.
    pub sigma: f64,
}

impl Baseline {
    /// Fits all observations; `folds` gives for each quarter what it is judged by: the observations of the other
    /// quarters and its own, with the rows that a model without this quarter has.
    pub(crate) fn fit(
        names: &[&str],
        observations: &[Observation],
        clipped: bool,
        folds: impl Fn(i32) -> Vec<Observation>,
    ) -> Result<Baseline, Refusal> {
        let (mut fit, r2) = Baseline::plain(names, observations, clipped)?;
        fit.r2 = r2;
        fit.judge(names, observations, folds);
        Ok(fit)
    }

    /// Coefficients, their covariance and the noise; share of the variance explained.
    fn plain(names: &[&str], rows: &[Observation], clipped: bool) -> Result<(Baseline, f64), Refusal> {
        let values: Vec<f64> = rows.iter().map(|row| row.value).collect();
        let column = |j: usize| rows.iter().map(|row| row.row.x[j]).collect::<Vec<f64>>();
        let columns: Vec<Vec<f64>> = (1..names.len()).map(column).collect();
        let drivers = names[1..].iter().zip(&columns).map(|(name, values)| Driver { name, values });
        let line = linear::fit(&drivers.collect::<Vec<_>>(), &values, true)?;
        let residuals: Vec<Residual> = rows
            .iter()
            .map(|row| Residual {
                day: row.day,
                cold: row.row.cold,
                value: row.value - dot(&row.row.x, &line.coefficients),
            })
            .collect();
        let square = values.iter().map(|value| value * value).sum::<f64>() / values.len() as f64;
        let least = (1e-12 * square).max(f64::MIN_POSITIVE);
        let fit = Baseline {
            names: line.names.clone(),
            covariance: newey_west(&line, rows, &residuals),
            coefficients: line.coefficients,
            noise: Noise::of(&residuals, least),
            kappa: LARGEST_KAPPA,
            months: 0,
            days: rows.len(),
            r2: line.r2,
            cv_rmse: None,
            cv_rmse_days: None,
            scores: Vec::new(),
            clipped,
        };
        Ok((fit, line.r2))
    }

    /// Leaves out each quarter in turn.
    fn judge(&mut self, names: &[&str], all: &[Observation], folds: impl Fn(i32) -> Vec<Observation>) {
        let (mut months, mut days) = (Vec::new(), Vec::new());
        let mut quarters: Vec<i32> = all.iter().map(|row| quarter(row.day)).collect();
        quarters.dedup();
        for &left in &quarters {
            let rows = folds(left);
            let (own, rest): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| quarter(row.day) == left);
            let Ok((fold, _)) = Baseline::plain(names, &rest, self.clipped) else { continue };
            let mut by_month: BTreeMap<i32, Vec<&Observation>> = BTreeMap::new();
            for row in &own {
                let expected = fold.day(&row.row);
                days.push((row.value, row.value - expected.value));
                self.scores.push((row.value - expected.value).abs() / expected.sigma);
                by_month.entry(month(row.day)).or_default().push(row);
            }
            for rows in by_month.values().filter(|rows| rows.len() >= DAYS_OF_A_MONTH) {
                let (value, sd) = fold.sum(rows.iter().map(|row| (row.day, &row.row)));
                let actual: f64 = rows.iter().map(|row| row.value).sum();
                months.push(LeftOut { value: actual, error: actual - value, sd });
            }
        }
        self.scores.retain(|score| score.is_finite());
        self.scores.sort_by(f64::total_cmp);
        self.months = months.len();
        let squares = months.iter().map(|month| (month.error / month.sd).powi(2)).sum::<f64>();
        let observed = (squares / months.len().max(1) as f64).sqrt();
        let least = if months.len() < FEW_MONTHS { LARGEST_KAPPA } else { 1.0 };
        self.kappa = if observed.is_finite() { observed.max(least) } else { least };
        self.cv_rmse = share(months.iter().map(|month| (month.value, month.error)));
        self.cv_rmse_days = share(days.into_iter());
    }

    /// Expected value of a day and how far it may stray.
    pub fn day(&self, row: &Row) -> Expected {
        let value = dot(&row.x, &self.coefficients);
        Expected {
            value: if self.clipped { value.max(0.0) } else { value },
            sigma: self.noise.sigma(row.cold),
            parameters: quadratic(&self.covariance, &row.x).max(0.0).sqrt(),
        }
    }

    /// Expected sum of days, in order, and its standard deviation without `kappa`.
    pub fn sum<'a>(&self, rows: impl Iterator<Item = (Day, &'a Row)>) -> (f64, f64) {
        let mut x = vec![0.0; self.coefficients.len()];
        let mut value = 0.0;
        let mut days = Vec::new();
        for (day, row) in rows {
            let expected = self.day(row);
            value += expected.value;
            days.push((day, expected.sigma));
            x.iter_mut().zip(&row.x).for_each(|(sum, x)| *sum += x);
        }
        let variance = self.noise.of_sum(days) + quadratic(&self.covariance, &x);
        (value, variance.max(0.0).sqrt())
    }

    /// The days `from..to` that have a value and a row, in order. `rows` has one entry a day, as `days` has.
    pub fn watch(&self, days: &Days, rows: &[Option<Row>], from: Day, to: Day) -> Vec<Watched> {
        let watched = days.range(from, to).filter_map(|index| {
            let (value, row) = (days.values[index]?, rows.get(index)?.as_ref()?);
            let expected = self.day(row);
            Some(Watched {
                day: days.day(index),
                x: row.x.clone(),
                residual: value - expected.value,
                prediction: expected.value,
                sigma: expected.sigma,
            })
        });
        watched.collect()
    }

    /// 95 % interval of a single day: gaussian, as days are many.
    pub fn predict_day(&self, row: &Row) -> Prediction {
        let expected = self.day(row);
        let sd = expected.sigma.hypot(expected.parameters);
        self.around(expected.value, sd, student::quantile(0.975, f64::INFINITY))
    }

    /// 95 % interval of a sum of days, in order: Student's t by the months that kappa rests on.
    pub fn predict_sum<'a>(&self, rows: impl Iterator<Item = (Day, &'a Row)>) -> Prediction {
        let (value, sd) = self.sum(rows);
        self.around(value, self.kappa * sd, self.factor())
    }

    /// Student's t of the 95 % interval of a sum.
    pub fn factor(&self) -> f64 {
        student::quantile(0.975, self.months.saturating_sub(1).max(2) as f64)
    }

    fn around(&self, value: f64, sd: f64, factor: f64) -> Prediction {
        let least = if self.clipped { 0.0 } else { f64::NEG_INFINITY };
        Prediction { value, sd, lower: (value - factor * sd).max(least), upper: value + factor * sd }
    }
}

/// Root mean square of errors as a share of the mean of values.
fn share(pairs: impl ExactSizeIterator<Item = (f64, f64)>) -> Option<f64> {
    let count = pairs.len() as f64;
    let (sum, squares) =
        pairs.fold((0.0, 0.0), |(sum, squares), (value, error)| (sum + value, squares + error * error));
    let share = (squares / count).sqrt() / (sum / count).abs();
    share.is_finite().then_some(share)
}

/// Covariance of coefficients whose rows have errors that hang together over [`LAG`] days.
fn newey_west(line: &Linear, rows: &[Observation], residuals: &[Residual]) -> Vec<Vec<f64>> {
    let p = line.coefficients.len();
    // Rows times residual, by calendar day, so that a gap is not taken for a neighbour.
    let scores: Vec<(Day, Vec<f64>)> = rows
        .iter()
        .zip(residuals)
        .map(|(row, residual)| (row.day, row.row.x.iter().map(|x| x * residual.value).collect()))
        .collect();
    let mut middle = vec![vec![0.0; p]; p];
    for (i, (day, own)) in scores.iter().enumerate() {
        // The Bartlett-weighted sum of the neighbours after, once from each side, and the row itself.
        let mut near = own.clone();
        for (other, theirs) in scores[i + 1..].iter().take_while(|(other, _)| other.since(*day) <= LAG) {
            let weight = 1.0 - f64::from(other.since(*day)) / f64::from(LAG + 1);
            near.iter_mut().zip(theirs).for_each(|(sum, x)| *sum += 2.0 * weight * x);
        }
        for (row, own) in middle.iter_mut().zip(own) {
            row.iter_mut().zip(&near).for_each(|(cell, near)| *cell += own * near);
        }
    }
    // One side was counted twice instead of both once: the symmetric part is the sum of both.
    let middle: Vec<Vec<f64>> =
        (0..p).map(|i| (0..p).map(|j| f64::midpoint(middle[i][j], middle[j][i])).collect()).collect();
    let product = |a: &[Vec<f64>], b: &[Vec<f64>]| -> Vec<Vec<f64>> {
        (0..p).map(|i| (0..p).map(|j| (0..p).map(|k| a[i][k] * b[k][j]).sum()).collect()).collect()
    };
    product(&product(&line.inverse, &middle), &line.inverse)
}
