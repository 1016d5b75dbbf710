//! What a step of Chronos-T5 draws from.
//!
//! The reference's order matters: temperature, then the likeliest k, then the likeliest p of what those leave, then the
//! draw. No generator can repeat torch's draws, so every path has a stream of its own instead: the same seed draws the
//! same paths however many threads there are.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

/// Turns logits into a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampler {
    /// Logits are divided by it.
    pub temperature: f32,
    /// Only this many of the likeliest tokens stay, and those equal to the last of them; 0 keeps all.
    pub top_k: usize,
    /// The likeliest tokens that together reach this probability stay; 1 keeps all.
    pub top_p: f32,
}

impl Sampler {
    /// The tokens that may be drawn, with their probabilities.
    pub fn distribution(&self, logits: &[f32]) -> Vec<(u32, f32)> {
        let floor = self.kth_largest(logits);
        let mut kept: Vec<(u32, f32)> = logits
            .iter()
            .enumerate()
            .filter(|(_, logit)| **logit >= floor && **logit > f32::NEG_INFINITY)
            .map(|(token, logit)| (token as u32, logit / self.temperature))
            .collect();
        if self.top_p < 1.0 {
            kept.sort_by(|a, b| a.1.total_cmp(&b.1));
            let mut probabilities = kept.clone();
            normalise(&mut probabilities);
            let mut below = 0.0;
            let dropped = probabilities
                .iter()
                .take_while(|(_, probability)| {
                    below += probability;
                    below <= 1.0 - self.top_p
                })
                .count();
            kept.drain(..dropped.min(kept.len().saturating_sub(1)));
        }
        normalise(&mut kept);
        kept
    }

    fn kth_largest(&self, logits: &[f32]) -> f32 {
        if self.top_k == 0 || self.top_k >= logits.len() {
            return f32::NEG_INFINITY;
        }
        if self.top_k == 1 {
            return logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        }
        let mut logits = logits.to_vec();
        *logits.select_nth_unstable_by(self.top_k - 1, |a, b| b.total_cmp(a)).1
    }

    pub(crate) fn draw(&self, logits: &[f32], random: &mut Random) -> u32 {
        let kept = self.distribution(logits);
        let mut left = random.unit();
        for (token, probability) in &kept {
            left -= probability;
            if left < 0.0 {
                return *token;
            }
        }
        // Rounding may leave a remainder; NaN logits leave nothing to draw from.
        kept.last().map_or(0, |(token, _)| *token)
    }
}

fn normalise(kept: &mut [(u32, f32)]) {
    let largest = kept.iter().map(|(_, logit)| *logit).fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for (_, value) in kept.iter_mut() {
        *value = (*value - largest).exp();
        sum += *value;
    }
    for (_, value) in kept {
        *value /= sum;
    }
}

/// The random numbers of one path.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    pub(crate) fn new(seed: u64, path: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(path);
        Self(random)
    }

    /// From 0 up to, but not, 1.
    fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1 << 24) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_follow_the_distribution() {
        let logits: Vec<f32> = (0..40).map(|i| ((i * 17 % 23) as f32).sqrt()).collect();
        let sampler = Sampler { temperature: 0.8, top_k: 12, top_p: 0.9 };
        let expected = sampler.distribution(&logits);
        let mut counts = vec![0_u32; logits.len()];
        let mut random = Random::new(7, 3);
        let draws = 200_000;
        for _ in 0..draws {
            counts[sampler.draw(&logits, &mut random) as usize] += 1;
        }
        assert_eq!(counts.iter().filter(|count| **count > 0).count(), expected.len());
        let chi_square: f64 = expected
            .iter()
            .map(|(token, probability)| {
                let expected = f64::from(*probability) * f64::from(draws);
                (f64::from(counts[*token as usize]) - expected).powi(2) / expected
            })
            .sum();
        // Far beyond the 0.999 quantile for the degrees of freedom here, and the seed is fixed.
        assert!(chi_square < 40.0, "{chi_square} with {} tokens", expected.len());
    }

    #[test]
    fn paths_differ_and_repeat() {
        let first = |path| Random::new(1, path).unit();
        assert_eq!(first(0), first(0));
        assert_ne!(first(0), first(1));
    }
}
