//! The evidence, for each possible first day, that a change of the whole use began on it.
//!
//! With e = residual / sigma and g = prediction / sigma, a change of the share δ from day s on makes e = δ g + noise
//! from s on. Noise that remembers (AR1 with phi, a gap of m days being phi^m) is whitened: u and g' are what is left of
//! e and g after the last known day, in units of their own standard deviation. Then
//!
//! C = Σ g'², d = Σ g'u / C, v = kappa² (1/C + x'Vx / (Σ prediction)²),
//! ln BF = -½ ln(1 + τ²/v) + ½ d² τ² / (v (v + τ²)), with a prior δ ~ N(0, τ²).
//!
//! A day has a voice of three standard deviations at most when it is asked whether and since when: one week without
//! heating is no change. How much is asked of the days as they are, or a large change would be taken for a smaller one.
//!
//! Sums from the first day on make each start a subtraction.

use crate::Day;

use super::{Judged, Trust};

/// Prior standard deviation of a change, as a share. Without it a percentage in summer, of almost nothing, explodes.
pub const TAU: f64 = 0.20;
/// Standard deviations that a day speaks with at most. Of 100 false alarms it leaves 41, and next to all of what is
/// found, see [`crate::change`].
pub const LOUDEST: f64 = 3.0;
/// Known days that a change has to last before it is looked at.
pub const LEAST_DAYS: usize = 14;
/// Days that a first day is sought in: one change a year is expected before anything was seen.
pub(super) const YEAR: i32 = 365;

/// Sums over the days before one.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    /// Σ g'².
    gg: f64,
    /// Σ g'u of days as loud as they may be.
    gu: f64,
    /// Σ g'u of days as they are.
    gu_all: f64,
    /// Σ prediction, kWh.
    predicted: f64,
}

/// Known days and their sums.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    days: Vec<Day>,
    /// Before each day, and after the last.
    sums: Vec<Sums>,
    /// Sums of rows, `width` by `width`.
    rows: Vec<f64>,
    /// Of the last known day: e as loud as it may be, e as it is, and g.
    last: [f64; 3],
}

/// One possible first day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    /// The day.
    pub(super) day: Day,
    /// First day of which the same would be said: the one after the last known day before.
    pub(super) earliest: Day,
    /// Logarithm of the Bayes factor.
    pub(super) ln_bf: f64,
    /// Logarithm of the weight among all starts: Bayes factor times days it stands for.
    pub(super) ln_weight: f64,
    /// Posterior mean and variance of the change if it began here, as a share.
    pub(super) size: (f64, f64),
}

impl Evidence {
    pub(super) fn new(width: usize) -> Evidence {
        let sums = vec![Sums::default()];
        Evidence { days: Vec::new(), sums, rows: vec![0.0; width], last: [0.0; 3] }
    }

    pub(super) fn last_day(&self) -> Option<Day> {
        self.days.last().copied()
    }

    /// Adds a day that was checked.
    pub(super) fn add(&mut self, judged: &Judged, phi: f64) {
        let memory = self.last_day().map_or(0.0, |last| phi.powi(judged.day.since(last)));
        let spread = (1.0 - memory * memory).sqrt();
        let z = judged.z();
        let now = [z.clamp(-LOUDEST, LOUDEST), z, judged.predicted / judged.sigma];
        let [u, u_all, g] = [0, 1, 2].map(|i| (now[i] - memory * self.last[i]) / spread);
        let before = self.sums[self.sums.len() - 1];
        self.sums.push(Sums {
            gg: before.gg + g * g,
            gu: before.gu + g * u,
            gu_all: before.gu_all + g * u_all,
            predicted: before.predicted + judged.predicted,
        });
        let width = judged.row.len();
        let end = self.rows.len() - width;
        for (i, x) in judged.row.iter().enumerate() {
            self.rows.push(self.rows[end + i] + x);
        }
        self.last = now;
        self.days.push(judged.day);
    }

    /// Possible first days up to the last day known, in their order.
    pub(super) fn starts(&self, trust: &Trust) -> Vec<Start> {
        let known = self.days.len();
        let Some(last) = self.last_day().filter(|_| known >= LEAST_DAYS) else { return Vec::new() };
        let oldest = self.days.partition_point(|day| last.since(*day) >= YEAR);
        let mut x = vec![0.0; trust.width()];
        (oldest..=known - LEAST_DAYS).map(|s| self.start(s, trust, &mut x)).collect()
    }

    fn start(&self, s: usize, trust: &Trust, x: &mut [f64]) -> Start {
        let (now, began) = (self.sums[self.days.len()], self.sums[s]);
        let information = now.gg - began.gg;
        let predicted = now.predicted - began.predicted;
        let width = x.len();
        let rows = self.rows[self.rows.len() - width..].iter().zip(&self.rows[s * width..]);
        x.iter_mut().zip(rows).for_each(|(x, (end, before))| *x = end - before);
        let day = self.days[s];
        // Nobody can have changed before the watch began, as far as it knows.
        let earliest = s.checked_sub(1).map_or(day, |before| self.days[before].plus(1));
        let prior = f64::from(day.since(earliest) + 1).ln();
        if !(information > 0.0 && predicted > 0.0) {
            return Start { day, earliest, ln_bf: 0.0, ln_weight: prior, size: (0.0, TAU * TAU) };
        }
        let tau2 = TAU * TAU;
        let variance = 1.0 / information + trust.variance(x) / (predicted * predicted);
        let v = trust.kappa() * trust.kappa() * variance;
        let d = (now.gu - began.gu) / information;
        let ln_bf = -0.5 * (tau2 / v).ln_1p() + 0.5 * d * d * tau2 / (v * (v + tau2));
        let d_all = (now.gu_all - began.gu_all) / information;
        let size = (d_all * tau2 / (tau2 + v), v * tau2 / (tau2 + v));
        Start { day, earliest, ln_bf, ln_weight: ln_bf + prior, size }
    }
}
