//! An invented home whose true model is known: a constant and degree-days, with noise that remembers and grows.

use crate::Day;
use crate::random::Random;

use super::{Judged, Trust};

/// Day `n` of the invented home, the first being the 1st of November 2021.
pub(crate) fn day(n: i32) -> Day {
    Day::new(jiff::civil::date(2021, 11, 1)).plus(n)
}

/// What a fit of two years would say of its coefficients.
pub(crate) fn trust(phi: f64, kappa: f64) -> Trust {
    Trust::new(&[1.0, -0.1, -0.1, 0.05], phi, kappa, 2.07).unwrap()
}

pub(crate) struct Home(Random);

/// The home of a seed.
pub(crate) fn home(seed: u64) -> Home {
    Home(Random::new(seed))
}

impl Home {
    /// Days from the first on, with a use of `factor` times what is expected.
    pub(crate) fn judged(&mut self, days: i32, factor: f64) -> Vec<Judged> {
        self.judged_by(days, |_| factor)
    }

    /// The same with a factor by day.
    pub(crate) fn judged_by(&mut self, days: i32, factor: impl Fn(i32) -> f64) -> Vec<Judged> {
        let mut noise = 0.0;
        let one = |n: i32| {
            let season = (f64::from(n - 75) / 365.25 * std::f64::consts::TAU).cos();
            let heating = (6.0 + 7.0 * season + 2.0 * self.0.normal()).max(0.0);
            let (predicted, sigma) = (2.0 + 9.0 * heating, 1.5 + 1.8 * heating);
            noise = 0.4 * noise + (1.0_f64 - 0.16).sqrt() * self.0.normal();
            let actual = factor(n) * (predicted + sigma * noise);
            Judged { day: day(n), residual: actual - predicted, predicted, sigma, row: vec![1.0, heating] }
        };
        (0..days).map(one).collect()
    }
}
