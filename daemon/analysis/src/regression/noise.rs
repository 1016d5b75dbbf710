//! How far days stray from a model: more on cold days, and alike from one day to the next.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;

/// Cold beyond which days stray no farther, degC.
const COLDEST: f64 = 8.0;

/// Standard deviation of a day by its cold, and how much of a deviation is left the day after.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Noise {
    /// Standard deviation without heating, before `scale`; unit of the values.
    pub rest: f64,
    /// Variance on a heating day: constant, before `scale`.
    pub constant: f64,
    /// Variance per degC of cold, up to 8 degC, before `scale`.
    pub slope: f64,
    /// Least variance of a heating day, before `scale`.
    pub floor: f64,
    /// Factor that brings the root mean square of residual over sigma to 1.
    pub scale: f64,
    /// Autocorrelation from day to day.
    pub phi: f64,
}

/// A residual of a day with its cold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Residual {
    pub(crate) day: Day,
    pub(crate) cold: f64,
    pub(crate) value: f64,
}

impl Noise {
    /// Of the residuals of consecutive or not so consecutive days, in order. `least` is a variance that no day goes below:
    /// a line through all points leaves none, and nobody is to divide by 0.
    pub(crate) fn of(residuals: &[Residual], least: f64) -> Noise {
        let (warm, cold): (Vec<&Residual>, Vec<&Residual>) =
            residuals.iter().partition(|residual| residual.cold <= 0.0);
        let all = mean(residuals.iter().map(|residual| residual.value * residual.value));
        let rest =
            if warm.is_empty() { all } else { mean(warm.iter().map(|residual| residual.value.powi(2))) };
        // A meter that stands still all summer leaves nothing either: a thousandth of the deviation of the others.
        let rest = rest.max(1e-6 * all).max(least);
        let mut squares: Vec<f64> = cold.iter().map(|residual| residual.value.powi(2)).collect();
        let depths: Vec<f64> = cold.iter().map(|residual| residual.cold.min(COLDEST)).collect();
        let (constant, slope) = line(&depths, &squares);
        squares.sort_by(f64::total_cmp);
        let floor = if squares.is_empty() { rest } else { median(&squares).max(rest) };
        let mut noise = Noise { rest: rest.sqrt(), constant, slope, floor, scale: 1.0, phi: 0.0 };
        let scores: Vec<f64> =
            residuals.iter().map(|residual| residual.value / noise.sigma(residual.cold)).collect();
        let power: f64 = scores.iter().map(|z| z * z).sum();
        if all > least && power.is_finite() {
            noise.scale = (power / scores.len() as f64).sqrt();
            let pairs = residuals.windows(2).zip(scores.windows(2));
            let next = pairs.filter(|(days, _)| days[1].day.since(days[0].day) == 1);
            noise.phi = (next.map(|(_, z)| z[0] * z[1]).sum::<f64>() / power).clamp(0.0, 0.98);
        }
        noise
    }

    /// Standard deviation of a day, unit of the values. `cold` is how far the effective temperature is below the base,
    /// degC, 0 without heating.
    pub fn sigma(&self, cold: f64) -> f64 {
        if cold <= 0.0 {
            return self.scale * self.rest;
        }
        self.scale * (self.constant + self.slope * cold.min(COLDEST)).max(self.floor).sqrt()
    }

    /// Variance of a sum of days, in order.
    pub fn of_sum(&self, days: impl IntoIterator<Item = (Day, f64)>) -> f64 {
        let (mut variance, mut carried, mut before) = (0.0, 0.0, None::<Day>);
        for (day, sigma) in days {
            // What the days before have in common with this one, brought up to it.
            carried *= before.map_or(0.0, |before| self.phi.powi(day.since(before)));
            variance += sigma * sigma + 2.0 * sigma * carried;
            carried += sigma;
            before = Some(day);
        }
        variance
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

/// The middle of sorted values.
pub(crate) fn median(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { f64::midpoint(sorted[half - 1], sorted[half]) }
}

/// Constant and slope of the line of least squares; flat where the abscissae do not differ.
fn line(x: &[f64], y: &[f64]) -> (f64, f64) {
    let (mx, my) = (mean(x.iter().copied()), mean(y.iter().copied()));
    let sxx: f64 = x.iter().map(|x| (x - mx).powi(2)).sum();
    let sxy: f64 = x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum();
    let slope = if sxx > 1e-12 { sxy / sxx } else { 0.0 };
    (my - slope * mx, slope)
}
