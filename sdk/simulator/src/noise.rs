//! Noise as a function of a position: the same seed and place always give the same number.

/// A field of noise.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Between 0 and 1 at a whole position (SplitMix64's finaliser: Steele, Lea, Flood, OOPSLA 2014).
    pub(crate) fn unit(self, at: i64) -> f64 {
        let mut z = self.0.wrapping_add((at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Between about -1 and 1, smooth along a real position.
    pub(crate) fn smooth(self, at: f64) -> f64 {
        let cell = at.floor();
        let t = at - cell;
        let ease = t * t * (3.0 - 2.0 * t);
        let corner = |cell: f64| 2.0 * self.unit(cell as i64) - 1.0;
        1.6 * (corner(cell) * (1.0 - ease) + corner(cell + 1.0) * ease)
    }
}
