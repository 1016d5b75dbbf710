//! The filter of [`super::level`]: two states, and the regressors run through it beside the values.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::baseline::Row;
use super::linear::dot;
use super::student;

/// Candidates: variance of a day's step of the level, as a share of the noise's.
const STEPS: [f64; 5] = [0.0, 0.001, 0.003, 0.01, 0.03];
/// Candidates: what is left of the level a day later.
const RETURNS: [f64; 5] = [0.95, 0.97, 0.985, 0.993, 1.0];
/// Candidates: what is left of the noise a day later.
const PERSISTENCES: [f64; 4] = [0.0, 0.2, 0.4, 0.55];
/// How the level and the noise wander.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wander {
    /// Variance of a day's step of the level, as a share of the noise's.
    pub q: f64,
    /// What is left of the level a day later.
    pub rho: f64,
    /// What is left of the noise a day later.
    pub phi: f64,
}

/// A day's drivers in the filter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Drivers {
    pub(crate) row: Row,
    /// Weight of the level.
    pub(crate) there: f64,
    /// Weight of the noise.
    pub(crate) noise: f64,
}

/// Expectation and covariance of (level, noise) before a day, for the values (first) and each regressor run through the
/// filter in their place. The covariance is in units of the noise's variance.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) means: Vec<[f64; 2]>,
    pub(crate) covariance: [f64; 3],
}

impl State {
    pub(crate) fn start(columns: usize, wander: Wander) -> State {
        // A level that never returns has no spread of its own: where it starts is the coefficient of presence.
        let level = if wander.rho < 1.0 { wander.q / (1.0 - wander.rho * wander.rho) } else { 0.0 };
        State { means: vec![[0.0; 2]; columns], covariance: [level, 0.0, 1.0] }
    }

    /// The next morning.
    pub(crate) fn step(&mut self, wander: Wander) {
        let Wander { q, rho, phi } = wander;
        for mean in &mut self.means {
            *mean = [rho * mean[0], phi * mean[1]];
        }
        let [level, both, noise] = self.covariance;
        self.covariance = [rho * rho * level + q, rho * phi * both, phi * phi * noise + 1.0 - phi * phi];
    }

    /// Learns a day's value. Gives the innovations of all columns, divided by the root of the variance, and it.
    pub(crate) fn learn(&mut self, drivers: &Drivers, value: f64, innovations: &mut [f64]) -> f64 {
        let z = [drivers.there, drivers.noise];
        let [level, both, noise] = self.covariance;
        let pz = [level * z[0] + both * z[1], both * z[0] + noise * z[1]];
        let variance = z[0] * pz[0] + z[1] * pz[1];
        let gain = [pz[0] / variance, pz[1] / variance];
        let columns = std::iter::once(value).chain(drivers.row.x.iter().copied());
        for ((mean, column), innovation) in self.means.iter_mut().zip(columns).zip(innovations.iter_mut()) {
            let error = column - z[0] * mean[0] - z[1] * mean[1];
            mean[0] += gain[0] * error;
            mean[1] += gain[1] * error;
            *innovation = error / variance.sqrt();
        }
        self.covariance = [level - gain[0] * pz[0], both - gain[0] * pz[1], noise - gain[1] * pz[1]];
        variance
    }

    /// Mean of a state once the coefficients are known.
    pub(crate) fn mean(&self, coefficients: &[f64]) -> [f64; 2] {
        let mut mean = self.means[0];
        for (column, b) in self.means[1..].iter().zip(coefficients) {
            mean[0] -= column[0] * b;
            mean[1] -= column[1] * b;
        }
        mean
    }
}

/// Coefficients by a candidate.
pub(crate) struct Candidate {
    pub(crate) wander: Wander,
    pub(crate) coefficients: DVector<f64>,
    pub(crate) inverse: DMatrix<f64>,
    pub(crate) variance: f64,
    pub(crate) deviance: f64,
}

/// Values and drivers of consecutive days.
pub(crate) struct Learnt<'a> {
    pub(crate) days: Vec<(Option<&'a Drivers>, Option<f64>)>,
    pub(crate) columns: usize,
}

impl Learnt<'_> {
    fn candidate(&self, wander: Wander) -> Option<Candidate> {
        let p = self.columns - 1;
        let mut state = State::start(self.columns, wander);
        let mut innovations = vec![0.0; self.columns];
        let mut cross = DMatrix::zeros(self.columns, self.columns);
        let (mut count, mut log_variance) = (0_usize, 0.0);
        for (drivers, value) in &self.days {
            if let (Some(drivers), Some(value)) = (drivers, value) {
                log_variance += state.learn(drivers, *value, &mut innovations).ln();
                count += 1;
                for i in 0..self.columns {
                    for j in 0..=i {
                        cross[(i, j)] += innovations[i] * innovations[j];
                    }
                }
            }
            state.step(wander);
        }
        let square = DMatrix::from_fn(p, p, |i, j| cross[(i.max(j) + 1, i.min(j) + 1)]);
        let with = DVector::from_fn(p, |i, _| cross[(i + 1, 0)]);
        let root = square.cholesky()?;
        let coefficients = root.solve(&with);
        let residual = cross[(0, 0)] - coefficients.dot(&with);
        let freedom = count.checked_sub(p).filter(|&freedom| freedom > 0)? as f64;
        let variance = residual / freedom;
        let determinant: f64 = root.l_dirty().diagonal().iter().map(|value: &f64| 2.0 * value.ln()).sum();
        let deviance = freedom * variance.ln() + freedom + log_variance + determinant;
        let found = deviance.is_finite() && variance > 0.0;
        found.then(|| Candidate { wander, coefficients, inverse: root.inverse(), variance, deviance })
    }

    /// The 95 % quantile of the absolute innovations over their standard deviation, not below the normal one.
    pub(crate) fn day_factor(&self, candidate: &Candidate) -> f64 {
        let mut state = State::start(self.columns, candidate.wander);
        let mut innovations = vec![0.0; self.columns];
        let mut scores = Vec::with_capacity(self.days.len());
        for (drivers, value) in &self.days {
            if let (Some(drivers), Some(value)) = (drivers, value) {
                state.learn(drivers, *value, &mut innovations);
                let explained = dot(&innovations[1..], candidate.coefficients.as_slice());
                scores.push((innovations[0] - explained).abs() / candidate.variance.sqrt());
            }
            state.step(candidate.wander);
        }
        scores.sort_by(f64::total_cmp);
        let quantile = scores.get(scores.len() * 95 / 100).copied().unwrap_or_default();
        quantile.max(student::quantile(0.975, f64::INFINITY))
    }

    pub(crate) fn best(&self) -> Option<Candidate> {
        let mut best: Option<Candidate> = None;
        for q in STEPS {
            for rho in RETURNS {
                // Without steps there is no level that could return.
                if q <= 0.0 && rho < 1.0 {
                    continue;
                }
                for phi in PERSISTENCES {
                    let Some(candidate) = self.candidate(Wander { q, rho, phi }) else { continue };
                    if best.as_ref().is_none_or(|best| candidate.deviance < best.deviance) {
                        best = Some(candidate);
                    }
                }
            }
        }
        best
    }
}
