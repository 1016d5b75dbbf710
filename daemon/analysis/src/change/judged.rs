//! What a baseline says of days it did not learn, and how far it may be trusted.

use serde::{Deserialize, Serialize};

use crate::Day;
use crate::regression::{Baseline, Watched};

/// A measured day against its baseline. A day without a measurement has none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The day.
    pub day: Day,
    /// Measured minus predicted, kWh.
    pub residual: f64,
    /// Prediction, kWh. A line may promise less than nothing on a day unlike those it learnt.
    pub predicted: f64,
    /// Standard deviation of the day's own noise, kWh, above 0.
    pub sigma: f64,
    /// The day's row of regressors, in the order of the covariance.
    pub row: Vec<f64>,
}

impl Judged {
    /// Measured energy, kWh.
    pub fn actual(&self) -> f64 {
        self.predicted + self.residual
    }

    /// Residual in units of its standard deviation.
    pub fn z(&self) -> f64 {
        self.residual / self.sigma
    }

    fn is_sound(&self, width: usize) -> bool {
        let numbers = [self.residual, self.predicted, self.sigma];
        numbers.iter().chain(&self.row).all(|number| number.is_finite())
            && self.sigma > 0.0
            && self.row.len() == width
    }
}

impl From<Watched> for Judged {
    fn from(watched: Watched) -> Judged {
        let Watched { day, x, residual, prediction, sigma } = watched;
        Judged { day, residual, predicted: prediction, sigma, row: x }
    }
}

/// How far a baseline may be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trust {
    /// Newey-West covariance of the coefficients, row after row.
    covariance: Vec<f64>,
    /// Coefficients.
    width: usize,
    /// Correlation of the noise from one day to the next.
    phi: f64,
    /// What standard deviations of sums are multiplied with.
    kappa: f64,
    /// Quantile of Student's distribution for intervals of sums.
    student: f64,
}

impl Trust {
    /// From the `covariance` of the coefficients, square, row after row; the autocorrelation `phi` of scaled residuals;
    /// `kappa` of the recipe; and `student`, the 97.5 % quantile for as many degrees of freedom as months were learnt,
    /// less one.
    pub fn new(covariance: &[f64], phi: f64, kappa: f64, student: f64) -> Result<Trust, Refusal> {
        let width = covariance.len().isqrt();
        let sound = width * width == covariance.len()
            && covariance.iter().all(|number| number.is_finite())
            && (0..width).all(|i| covariance[i * width + i] >= 0.0);
        if !sound {
            return Err(Refusal::Covariance);
        }
        // Residuals that repel each other would promise sums more certain than independent days; days do not.
        let phi = if phi.is_finite() && phi < 1.0 { phi.max(0.0) } else { return Err(Refusal::Phi) };
        for factor in [kappa, student] {
            if !(factor.is_finite() && factor >= 1.0) {
                return Err(Refusal::Factor);
            }
        }
        Ok(Trust { covariance: covariance.to_vec(), width, phi, kappa, student })
    }

    /// Of a fitted baseline.
    pub fn of(baseline: &Baseline) -> Result<Trust, Refusal> {
        Trust::new(&baseline.covariance.concat(), baseline.noise.phi, baseline.kappa, baseline.factor())
    }

    /// Correlation of the noise from one day to the next.
    pub fn phi(&self) -> f64 {
        self.phi
    }

    /// What standard deviations of sums are multiplied with.
    pub fn kappa(&self) -> f64 {
        self.kappa
    }

    /// Quantile of Student's distribution for intervals of sums.
    pub fn student(&self) -> f64 {
        self.student
    }

    /// Coefficients.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// `x'Vx`: variance of the prediction of the days whose rows sum to `x`.
    pub(super) fn variance(&self, x: &[f64]) -> f64 {
        let rows = self.covariance.chunks_exact(self.width.max(1));
        let form: f64 =
            rows.zip(x).map(|(row, xi)| xi * row.iter().zip(x).map(|(v, xj)| v * xj).sum::<f64>()).sum();
        form.max(0.0)
    }

    /// Refuses a day that is not sound or not after `before`.
    pub(super) fn check(&self, judged: &Judged, before: Option<Day>) -> Result<(), Refusal> {
        if !judged.is_sound(self.width) {
            return Err(Refusal::Day { day: judged.day });
        }
        match before {
            Some(before) if judged.day <= before => Err(Refusal::Order { day: judged.day, before }),
            _ => Ok(()),
        }
    }
}

/// Why days were refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The covariance is not a square of finite numbers with a diagonal of at least 0.
    #[error("the covariance of the coefficients is not one; fit the baseline anew")]
    Covariance,
    /// The autocorrelation is 1 or more, or no number.
    #[error("the autocorrelation of the residuals has to be below 1; fit the baseline anew")]
    Phi,
    /// kappa or the quantile of Student is below 1 or no number.
    #[error("kappa and Student's quantile have to be 1 at least; fit the baseline anew")]
    Factor,
    /// A day with NaN, without noise or with a row of another baseline.
    #[error(
        "the values of {day} cannot be judged: they must be finite numbers with a noise above 0; leave a day out that is not known"
    )]
    Day {
        /// The day.
        day: Day,
    },
    /// Days have to come in their order, each once.
    #[error("{day} cannot follow {before}: give days in their order, each once")]
    Order {
        /// The day.
        day: Day,
        /// Last day before it.
        before: Day,
    },
    /// Nothing was measured or nothing expected.
    #[error("nothing was expected in these days: there is nothing to compare with")]
    Nothing,
}
