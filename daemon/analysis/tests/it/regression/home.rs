//! An invented home whose truth is known.

use jiff::civil::date;
use watteau_analysis::Day;
use watteau_analysis::regression::Days;
use watteau_analysis::regression::effective::{Felt, felt};

/// Standard normal numbers by a hash of their place: the same on every machine.
pub(crate) fn normal(seed: u64, place: usize) -> f64 {
    let mut state =
        seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (place as u64).wrapping_mul(0xD1B5_4A32_D192_ED03);
    let mut uniform = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let radius = (-2.0 * (1.0 - uniform()).ln()).sqrt();
    radius * (std::f64::consts::TAU * uniform()).cos()
}

/// Days of an invented home from 2022-01-01 on.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) first: Day,
    pub(crate) values: Vec<Option<f64>>,
    pub(crate) minimum: Vec<Option<f64>>,
    pub(crate) maximum: Vec<Option<f64>>,
    pub(crate) occupancy: Option<Vec<Option<f64>>>,
}

impl Home {
    /// Temperatures of a temperate place and heating below 16 degC with a sun of 0.15, 2 + 8 kWh per degC, little noise.
    pub(crate) fn new(count: usize) -> Home {
        Home::of(count, 1, |i, felt| 2.0 + 8.0 * (16.0 - felt.effective(0.15)).max(0.0) + normal(2, i))
    }

    /// The same temperatures with another use.
    pub(crate) fn of(count: usize, seed: u64, mut value: impl FnMut(usize, &Felt) -> f64) -> Home {
        let middle = |i: usize| {
            let slow: f64 = (0..6).map(|back| normal(seed, i + 1000 - back)).sum();
            11.5 - 8.0 * ((i as f64 - 15.0) / 365.25 * std::f64::consts::TAU).cos() + 1.2 * slow
        };
        let half = |i: usize| 4.0 + 2.5 * normal(seed + 7, i).tanh();
        let mut home = Home {
            first: Day::new(date(2022, 1, 1)),
            values: vec![None; count],
            minimum: (0..count).map(|i| Some(middle(i) - half(i))).collect(),
            maximum: (0..count).map(|i| Some(middle(i) + half(i))).collect(),
            occupancy: None,
        };
        let felt = felt(&home.days(), 46.5);
        home.values = felt.iter().enumerate().map(|(i, felt)| felt.map(|felt| value(i, &felt))).collect();
        home
    }

    pub(crate) fn days(&self) -> Days<'_> {
        Days {
            first: self.first,
            values: &self.values,
            minimum: &self.minimum,
            maximum: &self.maximum,
            occupancy: self.occupancy.as_deref(),
        }
    }
}
