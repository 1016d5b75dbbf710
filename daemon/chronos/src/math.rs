//! Norms, softmax and the exponential, written so that the compiler makes vectors of them.
//!
//! They are dispatched as types of their own: a closure is compiled for the least processor before it is handed over.

use pulp::{Simd, WithSimd};

/// [`rms_norm`] for the vectors of this machine.
pub(crate) struct RmsNorm<'a> {
    pub(crate) x: &'a [f32],
    pub(crate) weight: &'a [f32],
    pub(crate) epsilon: f32,
    pub(crate) out: &'a mut [f32],
}

impl WithSimd for RmsNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        rms_norm(self.x, self.weight, self.epsilon, self.out);
    }
}

/// [`softmax`] of rows that begin every `width` numbers, for the vectors of this machine.
pub(crate) struct Softmax<'a, B> {
    pub(crate) scores: &'a mut [f32],
    pub(crate) width: usize,
    /// Scores in a row.
    pub(crate) tokens: usize,
    /// What is added to the scores of a row before.
    pub(crate) bias: B,
    pub(crate) mask: Option<&'a [bool]>,
}

impl<'b, B: Fn(usize) -> Option<&'b [f32]>> WithSimd for Softmax<'_, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (row, scores) in self.scores.chunks_exact_mut(self.width).enumerate() {
            let scores = &mut scores[..self.tokens];
            if let Some(bias) = (self.bias)(row) {
                scores.iter_mut().zip(bias).for_each(|(score, bias)| *score += bias);
            }
            softmax(scores, self.mask);
        }
    }
}

/// `w ⊙ x / sqrt(mean(x²) + ε)` for every row of `x`.
#[inline(always)]
fn rms_norm(x: &[f32], w: &[f32], epsilon: f32, out: &mut [f32]) {
    for (x, out) in x.chunks_exact(w.len()).zip(out.chunks_exact_mut(w.len())) {
        let scale = 1.0 / (crate::kernel::dot(x, x) / w.len() as f32 + epsilon).sqrt();
        out.iter_mut().zip(x).zip(w).for_each(|((out, x), w)| *out = x * scale * w);
    }
}

/// The exponential, within two units in the last place for what a softmax asks: arguments up to zero.
#[inline(always)]
fn exp(x: f32) -> f32 {
    /// Adding it leaves an integer in the last bits; taking it away again rounds.
    const ROUND: f32 = 12_582_912.0;
    const LN2_HIGH: f32 = 0.693_359_4;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN2_HIGH - n * LN2_LOW;
    // The polynomial of the Cephes library for e^r on ±ln 2 / 2.
    let mut p = 1.987_569_1e-4;
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p * r + c;
    }
    let y = p * r * r + r + 1.0;
    let power = (shifted.to_bits() << 23).wrapping_add(0x3f80_0000);
    y * f32::from_bits(power)
}

/// Turns scores into weights that sum to 1, in place. Keys that `mask` hides get exactly 0, and so does every key when
/// it hides them all: whoever asks with nothing to see is itself never read.
#[inline(always)]
fn softmax(scores: &mut [f32], mask: Option<&[bool]>) {
    if let Some(mask) = mask {
        scores.iter_mut().zip(mask).for_each(|(score, seen)| *score = if *seen { *score } else { f32::MIN });
    }
    let largest = largest(scores);
    if largest <= f32::MIN {
        scores.fill(0.0);
        return;
    }
    let mut sums = [0.0; 16];
    let (chunks, tail) = scores.as_chunks_mut::<16>();
    for chunk in chunks {
        for (score, sum) in chunk.iter_mut().zip(&mut sums) {
            *score = weight(*score, largest);
            *sum += *score;
        }
    }
    let mut total: f32 = sums.iter().sum();
    for score in tail {
        *score = weight(*score, largest);
        total += *score;
    }
    let scale = 1.0 / total;
    for score in scores {
        *score *= scale;
    }
}

#[inline(always)]
fn weight(score: f32, largest: f32) -> f32 {
    if score > f32::MIN { exp(score - largest) } else { 0.0 }
}

#[inline(always)]
fn largest(values: &[f32]) -> f32 {
    let (chunks, tail) = values.as_chunks::<16>();
    let mut most = [f32::MIN; 16];
    for chunk in chunks {
        for (most, value) in most.iter_mut().zip(chunk) {
            *most = most.max(*value);
        }
    }
    most.iter().chain(tail).copied().fold(f32::MIN, f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_close_over_its_range() {
        let mut worst = 0.0_f64;
        for i in 0..=870_000 {
            let x = i as f32 * -1e-4;
            let exact = f64::from(x).exp();
            worst = worst.max((f64::from(exp(x)) - exact).abs() / exact);
        }
        assert!(worst < 3e-7, "{worst}");
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn hidden_keys_weigh_nothing() {
        let mut scores: Vec<f32> = (0..21).map(|i| (i as f32 * 0.37).sin() * 5.0).collect();
        let seen: Vec<bool> = (0..21).map(|i| i % 4 != 1).collect();
        let total: f64 =
            scores.iter().zip(&seen).filter(|(_, seen)| **seen).map(|(s, _)| f64::from(*s).exp()).sum();
        let expected: Vec<f64> = scores
            .iter()
            .zip(&seen)
            .map(|(s, seen)| if *seen { f64::from(*s).exp() / total } else { 0.0 })
            .collect();
        softmax(&mut scores, Some(&seen));
        for (found, expected) in scores.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-6);
        }
        softmax(&mut scores, Some(&[false; 21]));
        assert!(scores.iter().all(|weight| *weight == 0.0));
    }

    #[test]
    fn a_norm_has_unit_mean_square() {
        let (x, w, mut out) = ([3.0, -4.0, 0.0, 5.0], [1.0, 2.0, 1.0, 1.0], [0.0; 4]);
        rms_norm(&x, &w, 1e-6, &mut out);
        let scale = 12.5_f32.sqrt();
        for (out, expected) in out.iter().zip([3.0 / scale, -8.0 / scale, 0.0, 5.0 / scale]) {
            assert!((out - expected).abs() < 1e-6);
        }
    }
}
