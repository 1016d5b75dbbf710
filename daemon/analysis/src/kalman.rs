//! One linear model whose coefficients wander: a Kalman filter with a scalar observation of unit noise.
//!
//! The covariance is a packed lower triangle in f64: f32 was not trusted at a condition of 1e8. A step needs `P x` of
//! the new row and `P -= g (P x)'` of the last one. Both are done in one walk over the triangle, so that each number is
//! fetched from memory once a step: the correction of a step is kept as a vector until the next one walks by.

use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};

/// How the level of the noise follows the innovations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Share of the level that is kept at each step.
    pub memory: f64,
    /// Days before it starts to follow.
    pub warm_up: u32,
}

/// The pace of the national load.
const NATIONAL: Pace = Pace { memory: 0.99, warm_up: 30 };

/// A filter: coefficients, their covariance and the level of the noise.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Filter {
    /// Coefficients.
    b: Vec<f64>,
    /// Covariance, rows of the lower triangle one after the other.
    p: Vec<f64>,
    /// Variance of the noise relative to the unit that is assumed.
    noise: f64,
    /// Days seen, observed or not.
    days: u32,
    /// Days of growth and the last correction, not yet in `p`.
    #[serde(skip)]
    pending: Pending,
}

#[derive(Debug, Clone, Default)]
struct Pending {
    /// Days of process noise.
    growth: f64,
    /// The covariance loses `weight * column * column'`.
    weight: f64,
    column: Vec<f64>,
}

/// What a forecast of a row was, against what happened.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Innovation {
    /// Observed minus expected.
    pub error: f64,
    /// Share of the correction that is left once outliers are tamed: `1 / (x'Px + R)`.
    weight: f64,
}

impl Filter {
    /// A filter that expects `mean` with independent variances `variance`.
    pub fn new(mean: &[f64], variance: &[f64]) -> Filter {
        let n = mean.len();
        let mut p = vec![0.0; n * (n + 1) / 2];
        for (i, &variance) in variance.iter().enumerate().take(n) {
            p[diagonal(i)] = variance;
        }
        Filter::with_covariance(mean.to_vec(), p)
    }

    /// A filter that expects `mean` with a covariance given as the rows of its lower triangle.
    pub fn with_covariance(mean: Vec<f64>, covariance: Vec<f64>) -> Filter {
        debug_assert_eq!(covariance.len(), mean.len() * (mean.len() + 1) / 2);
        let column = vec![0.0; mean.len()];
        Filter {
            b: mean,
            p: covariance,
            noise: 1.0,
            days: 0,
            pending: Pending { growth: 0.0, weight: 0.0, column },
        }
    }

    /// Coefficients.
    pub fn coefficients(&self) -> &[f64] {
        &self.b
    }

    /// Variance of the noise relative to 1.
    pub fn noise(&self) -> f64 {
        self.noise
    }

    /// Sets the level of the noise and how many days stand behind it, as a prior does.
    pub(crate) fn set_noise(&mut self, noise: f64, days: u32) {
        (self.noise, self.days) = (noise, days);
    }

    /// Whether the lengths agree, which bytes from outside may not.
    pub(crate) fn is_sound(&self, n: usize) -> bool {
        self.b.len() == n
            && self.p.len() == n * (n + 1) / 2
            && self.noise.is_finite()
            && self.b.iter().chain(&self.p).all(|value| value.is_finite())
    }

    /// Expected value of a row.
    pub fn expect(&self, x: &[f64]) -> f64 {
        dot(&self.b, x)
    }

    /// A day goes by: variances grow by `q` at the next step.
    pub fn grow(&mut self) {
        self.pending.growth += 1.0;
        self.days += 1;
    }

    /// Days go by of which nothing will be known.
    pub(crate) fn idle(&mut self, days: i32) {
        self.pending.growth += f64::from(days);
    }

    /// All variances grow by a factor: the filter forgets at one rate.
    pub fn inflate(&mut self, factor: f64) {
        self.days += 1;
        self.p.iter_mut().for_each(|p| *p *= factor);
        // The correction that waits belongs to the covariance of before.
        self.pending.weight *= factor;
    }

    /// Judges an observation `y` of the row `x` without learning from it: the innovation, and in `px` the direction
    /// that a correction takes. Outliers beyond `hub` standard deviations count less.
    pub fn judge(&mut self, x: &[f64], y: f64, q: &[f64], hub: f64, px: &mut [f64]) -> Innovation {
        self.walk(x, q, px);
        self.weigh(x, y, hub, px)
    }

    fn weigh(&self, x: &[f64], y: f64, hub: f64, px: &[f64]) -> Innovation {
        let error = y - self.expect(x);
        let spread = dot(x, px);
        let score = error.abs() / ((1.0 + spread) * self.noise).sqrt();
        let r = if score <= hub { 1.0 } else { score / hub };
        Innovation { error, weight: 1.0 / (spread + r) }
    }

    /// Expected value of `x` once the judged observation (`px` of [`Filter::judge`]) is believed. Learns nothing.
    pub fn expect_after(&self, x: &[f64], innovation: Innovation, px: &[f64]) -> f64 {
        self.expect(x) + innovation.error * innovation.weight * dot(x, px)
    }

    /// Learns an observation and returns its innovation.
    pub fn learn(&mut self, x: &[f64], y: f64, q: &[f64], hub: f64) -> Innovation {
        self.learn_at(NATIONAL, x, y, q, hub)
    }

    /// The same with a pace of the noise other than the national load's.
    pub fn learn_at(&mut self, pace: Pace, x: &[f64], y: f64, q: &[f64], hub: f64) -> Innovation {
        let mut fresh = vec![0.0; x.len()];
        self.walk(x, q, &mut fresh);
        let innovation = self.weigh(x, y, hub, &fresh);
        let step = innovation.error * innovation.weight;
        for (b, px) in self.b.iter_mut().zip(&fresh) {
            *b += step * px;
        }
        let spread = dot(x, &fresh);
        let score = innovation.error.abs() / ((1.0 + spread) * self.noise).sqrt();
        if self.days >= pace.warm_up {
            self.noise *= pace.memory + (1.0 - pace.memory) * score.min(hub).powi(2);
        }
        self.pending.column = fresh;
        self.pending.weight = innovation.weight;
        innovation
    }

    /// Brings the covariance up to date, so that `p` alone says it.
    pub(crate) fn settle(&mut self, q: &[f64]) {
        let zero = vec![0.0; self.b.len()];
        self.walk(&zero, q, &mut zero.clone());
    }

    /// Covariance, rows of the lower triangle; of a filter that was settled.
    pub(crate) fn covariance(&self) -> &[f64] {
        &self.p
    }

    /// Makes room again for what is not saved.
    pub(crate) fn restore(&mut self) {
        self.pending = Pending { growth: 0.0, weight: 0.0, column: vec![0.0; self.b.len()] };
    }

    /// Applies what is pending and multiplies: `px = P x`.
    fn walk(&mut self, x: &[f64], q: &[f64], px: &mut [f64]) {
        let Pending { growth, weight, column } = &mut self.pending;
        Arch::new().dispatch(Walk { p: &mut self.p, column, weight: *weight, growth: *growth, q, x, px });
        (*growth, *weight) = (0.0, 0.0);
    }
}

/// One walk over a covariance, compiled once for each width of vectors, of which the last bits of a sum depend.
struct Walk<'a> {
    p: &'a mut [f64],
    column: &'a [f64],
    weight: f64,
    growth: f64,
    q: &'a [f64],
    x: &'a [f64],
    px: &'a mut [f64],
}

/// The vectors that the rows of a walk share.
struct Ends<'a> {
    column: &'a [f64],
    x: &'a [f64],
    px: &'a mut [f64],
}

impl WithSimd for Walk<'_> {
    type Output = ();

    #[allow(clippy::inline_always, reason = "code is compiled for wider vectors only where it is inlined")]
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Walk { p, column, weight, growth, q, x, px } = self;
        let n = x.len();
        let mut rest = p;
        px.fill(0.0);
        let mut i = 0;
        // Two rows at a time share what they read of the vectors.
        while i < n {
            let two = i + 1 < n;
            let (upper, after) = rest.split_at_mut(i + 1);
            let (lower, after) = after.split_at_mut(if two { i + 2 } else { 0 });
            rest = after;
            let scaled = weight * column[i];
            upper[i] += growth * q[i] - scaled * column[i];
            px[i] += upper[i] * x[i];
            if !two {
                px[i] += one_row(&mut upper[..i], column, x, px, scaled, x[i]);
                break;
            }
            let below = weight * column[i + 1];
            lower[i + 1] += growth * q[i + 1] - below * column[i + 1];
            lower[i] -= below * column[i];
            px[i + 1] += lower[i + 1] * x[i + 1] + lower[i] * x[i];
            px[i] += lower[i] * x[i + 1];
            let scaled = [scaled, below];
            let mut ends = Ends { column, x, px };
            let rows = [&mut upper[..i], &mut lower[..i]];
            let sums = two_rows(simd, rows, &mut ends, scaled, [x[i], x[i + 1]]);
            px[i] += sums[0];
            px[i + 1] += sums[1];
            i += 2;
        }
    }
}

/// Index of the diagonal of row `i` in the packed triangle.
pub(crate) fn diagonal(i: usize) -> usize {
    i * (i + 3) / 2
}

const LANES: usize = 8;

/// Of two rows: `row -= scaled * column`, `px += row * xi`; returns `row . x` of each.
#[allow(clippy::inline_always, reason = "code is compiled for wider vectors only where it is inlined")]
#[inline(always)]
fn two_rows<S: Simd>(
    simd: S,
    rows: [&mut [f64]; 2],
    walk: &mut Ends<'_>,
    scaled: [f64; 2],
    xi: [f64; 2],
) -> [f64; 2] {
    let n = rows[0].len();
    let [upper, lower] = rows;
    let (uppers, upper_rest) = S::as_mut_simd_f64s(upper);
    let (lowers, lower_rest) = S::as_mut_simd_f64s(lower);
    let (columns, column_rest) = S::as_simd_f64s(&walk.column[..n]);
    let (xs, x_rest) = S::as_simd_f64s(&walk.x[..n]);
    let (pxs, px_rest) = S::as_mut_simd_f64s(&mut walk.px[..n]);
    let [minus_upper, minus_lower] = scaled.map(|scaled| simd.splat_f64s(-scaled));
    let [upper_x, lower_x] = xi.map(|x| simd.splat_f64s(x));
    let (mut first, mut second) = (simd.splat_f64s(0.0), simd.splat_f64s(0.0));
    for ((((upper, lower), &column), &x), px) in uppers.iter_mut().zip(lowers).zip(columns).zip(xs).zip(pxs) {
        let a = simd.mul_add_e_f64s(minus_upper, column, *upper);
        let b = simd.mul_add_e_f64s(minus_lower, column, *lower);
        (*upper, *lower) = (a, b);
        first = simd.mul_add_e_f64s(a, x, first);
        second = simd.mul_add_e_f64s(b, x, second);
        *px = simd.mul_add_e_f64s(b, lower_x, simd.mul_add_e_f64s(a, upper_x, *px));
    }
    [
        simd.reduce_sum_f64s(first) + one_row(upper_rest, column_rest, x_rest, px_rest, scaled[0], xi[0]),
        simd.reduce_sum_f64s(second) + one_row(lower_rest, column_rest, x_rest, px_rest, scaled[1], xi[1]),
    ]
}

/// The same of one row.
#[allow(clippy::inline_always, reason = "code is compiled for wider vectors only where it is inlined")]
#[inline(always)]
fn one_row(row: &mut [f64], column: &[f64], x: &[f64], px: &mut [f64], scaled: f64, xi: f64) -> f64 {
    let mut sum = 0.0;
    for (((row, column), x), px) in row.iter_mut().zip(column).zip(x).zip(px) {
        *row -= scaled * column;
        sum += *row * x;
        *px += *row * xi;
    }
    sum
}

/// Scalar product.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use nalgebra::{DMatrix, DVector};

    /// The textbook filter on full matrices.
    struct Plain {
        b: DVector<f64>,
        p: DMatrix<f64>,
        noise: f64,
        days: u32,
    }

    impl Plain {
        fn learn(&mut self, x: &DVector<f64>, y: Option<f64>, q: &DVector<f64>, hub: f64) {
            self.p += DMatrix::from_diagonal(q);
            self.days += 1;
            let Some(y) = y else { return };
            let error = y - x.dot(&self.b);
            let px = &self.p * x;
            let score = error.abs() / ((1.0 + x.dot(&px)) * self.noise).sqrt();
            let gain = &px / (x.dot(&px) + (score / hub).max(1.0));
            self.b += &gain * error;
            self.p -= &gain * px.transpose();
            if self.days >= 30 {
                self.noise = 0.99 * self.noise + 0.01 * score.min(hub).powi(2) * self.noise;
            }
        }
    }

    #[test]
    fn the_packed_filter_is_the_textbook_filter() {
        let (n, hub) = (37, 1.6);
        let mut random = Random::new(1);
        let variance: Vec<f64> = (0..n).map(|i| 10.0 / (1.0 + i as f64)).collect();
        let q: Vec<f64> = (0..n).map(|i| 1e-4 * (1 + i % 5) as f64).collect();
        let mut filter = Filter::new(&vec![0.0; n], &variance);
        let mut plain = Plain {
            b: DVector::zeros(n),
            p: DMatrix::from_diagonal(&DVector::from_vec(variance)),
            noise: 1.0,
            days: 0,
        };
        let mut px = vec![0.0; n];
        for day in 0..200 {
            let x: Vec<f64> = (0..n).map(|_| random.normal()).collect();
            let outlier = if day % 17 == 0 { 30.0 } else { 0.0 };
            let y = (day % 11 != 0).then(|| x[0] * 3.0 - x[5] + random.normal() + outlier);
            filter.grow();
            let row = DVector::from_vec(x.clone());
            if let Some(y) = y {
                let judged = filter.judge(&x, y, &q, hub, &mut px);
                let next: Vec<f64> = x.iter().map(|x| x * 0.9 + 0.1).collect();
                let believed = filter.expect_after(&next, judged, &px);
                assert_eq!(filter.learn(&x, y, &q, hub), judged);
                assert!((filter.expect(&next) - believed).abs() < 1e-9);
            }
            plain.learn(&row, y, &DVector::from_vec(q.clone()), hub);
            for i in 0..n {
                assert!((filter.coefficients()[i] - plain.b[i]).abs() < 1e-9, "day {day}");
            }
            assert!((filter.noise() - plain.noise).abs() < 1e-9);
        }
        filter.settle(&q);
        let p = filter.covariance();
        assert!((p[diagonal(7) - 3] - plain.p[(7, 4)]).abs() < 1e-9);
        assert!((p[diagonal(36)] - plain.p[(36, 36)]).abs() < 1e-9);
    }

    #[test]
    fn inflating_reaches_the_correction_that_waits() {
        let q = [0.0; 3];
        let mut now = Filter::new(&[0.0; 3], &[1.0; 3]);
        now.learn(&[1.0, 2.0, 0.5], 1.0, &q, 3.0);
        let mut settled = now.clone();
        settled.settle(&q);
        now.inflate(1.5);
        now.settle(&q);
        settled.inflate(1.5);
        for (a, b) in now.covariance().iter().zip(settled.covariance()) {
            assert!((a - b).abs() < 1e-12);
        }
    }
}
