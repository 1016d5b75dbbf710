//! Rotary positions: a query and a key are turned by their positions, so that their product knows how far apart they are.

/// Cosines and sines for every position.
pub(crate) struct Rope {
    half: usize,
    /// `[positions, half]`.
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Rope {
    pub(crate) fn new(theta: f32, d_kv: usize, positions: usize) -> Self {
        let half = d_kv / 2;
        let frequencies: Vec<f32> =
            (0..half).map(|k| f64::from(theta).powf(-2.0 * k as f64 / d_kv as f64) as f32).collect();
        // Angles in float32, as the reference has them.
        let angles =
            || (0..positions).flat_map(|at| frequencies.iter().map(move |frequency| at as f32 * frequency));
        Self { half, cos: angles().map(f32::cos).collect(), sin: angles().map(f32::sin).collect() }
    }

    /// Turns all heads of a row; the halves of a head are the two coordinates.
    pub(crate) fn turn(&self, position: usize, heads: &mut [f32]) {
        let at = position * self.half..(position + 1) * self.half;
        let (cos, sin) = (&self.cos[at.clone()], &self.sin[at]);
        for head in heads.chunks_exact_mut(2 * self.half) {
            let (a, b) = head.split_at_mut(self.half);
            for (((a, b), cos), sin) in a.iter_mut().zip(b).zip(cos).zip(sin) {
                (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_depend_on_the_distance_alone() {
        let rope = Rope::new(10_000.0, 8, 50);
        let (q, k) =
            ([0.3, -1.0, 0.5, 2.0, 1.5, 0.1, -0.7, 0.9], [1.0, 0.2, -0.4, 0.6, -1.1, 0.8, 0.5, -0.3]);
        let product = |a: usize, b: usize| -> f32 {
            let (mut q, mut k) = (q, k);
            rope.turn(a, &mut q);
            rope.turn(b, &mut k);
            q.iter().zip(&k).map(|(q, k)| q * k).sum()
        };
        assert!((product(0, 0) - q.iter().zip(&k).map(|(q, k)| q * k).sum::<f32>()).abs() < 1e-6);
        assert!((product(5, 2) - product(40, 37)).abs() < 1e-5);
        assert!((product(5, 2) - product(2, 5)).abs() > 1e-2);
    }
}
