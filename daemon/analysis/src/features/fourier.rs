//! Random Fourier functions (Rahimi and Recht 2007): cosines of random directions in a space of thirteen quantities,
//! whose linear combinations approximate any smooth function of them, interactions included.

use super::{DayLags, DayWeather, Scale, calendar::phase, flag};
use crate::calendar::DayFacts;
use crate::random::Random;

const INPUTS: usize = 13;
/// Distance in the scaled space over which the function may bend.
const LENGTH: f64 = 3.0;

/// A set of functions, the same for ever for a seed.
#[derive(Debug, Clone)]
pub struct Fourier {
    directions: Vec<[f64; INPUTS]>,
    shifts: Vec<f64>,
    seed: u64,
}

impl Fourier {
    /// `count` functions.
    pub fn new(count: usize, seed: u64) -> Fourier {
        let mut random = Random::new(seed);
        let directions =
            (0..count).map(|_| std::array::from_fn(|_| random.normal() / LENGTH)).collect::<Vec<_>>();
        let shifts = (0..count).map(|_| std::f64::consts::TAU * random.uniform()).collect();
        Fourier { directions, shifts, seed }
    }

    /// How many functions.
    pub fn len(&self) -> usize {
        self.shifts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.shifts.is_empty()
    }

    /// The seed they were drawn with.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    pub(super) fn row(
        &self,
        scale: &Scale,
        facts: &DayFacts,
        weather: &DayWeather,
        lags: &DayLags,
        hour: usize,
        out: &mut [f64],
    ) {
        let sample = &weather.hours[hour];
        let [_, e12, e24, _, e96, e240] = sample.smooth;
        let w = phase(facts);
        let years = f64::from(facts.day.number() - 16_801) / 365.25;
        let z: [f64; INPUTS] = [
            (sample.national - 12.0) / 3.5,
            (e24 - 12.0) / 10.0,
            (e96 - 12.0) / 2.35,
            1.44 * w.cos(),
            0.22 * w.sin(),
            0.6 * flag(facts.work),
            0.6 * flag(facts.effective == 5),
            0.6 * facts.school,
            (weather.range - 8.0) / 6.5,
            (e12 - e24) / 1.25,
            (e240 - 12.0) / 4.7,
            0.8 * scale.morning(lags),
            years / 6.0,
        ];
        let height = (2.0 / self.len() as f64).sqrt();
        for ((out, direction), shift) in out.iter_mut().zip(&self.directions).zip(&self.shifts) {
            let angle = direction.iter().zip(&z).map(|(d, z)| d * z).sum::<f64>() + shift;
            *out = height * angle.cos();
        }
    }
}
