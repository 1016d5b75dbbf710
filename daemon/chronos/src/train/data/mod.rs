//! What a network learns from: windows of real series, made more by augmentation, and invented series.
//!
//! Everything here is a pure function of slices and of a seeded generator. NaN is a missing value.

pub mod augment;
pub mod synthetic;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// A piece of a series: what a forecast sees, and what came next.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// The values that are known, the latest last.
    pub context: Vec<f32>,
    /// The values that follow; NaN where nothing is known or nothing is asked.
    pub target: Vec<f32>,
}

impl Window {
    /// The window of a series that begins to forecast at `at`: up to `context` values before it, and `horizon` from it
    /// on, as far as the series goes.
    pub fn of(series: &[f32], at: usize, context: usize, horizon: usize) -> Self {
        let at = at.min(series.len());
        Self {
            context: series[at.saturating_sub(context)..at].to_vec(),
            target: series[at..(at + horizon).min(series.len())].to_vec(),
        }
    }
}

/// A series to learn from, and where in it forecasts begin.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Evenly spaced values.
    pub values: Vec<f32>,
    /// Indices of first forecast values, rising. More frequent ones may be named several times.
    pub starts: Vec<usize>,
    /// Values between a window and another that may be mixed into it: a week, so that the same days of the week meet.
    pub period: usize,
    /// Periods of a year: windows are mixed across years in about the same season. 0 for any season.
    pub season: usize,
    /// A window this many values old is drawn half as often as the newest; none for all alike.
    pub half_life: Option<f64>,
}

impl Series {
    /// A series that is forecast from everywhere.
    pub fn everywhere(values: Vec<f32>, shortest: usize, period: usize) -> Self {
        let starts = (shortest.min(values.len())..values.len()).collect();
        Self { values, starts, period, season: 0, half_life: None }
    }

    /// Draws where a forecast begins.
    fn start(&self, rng: &mut ChaCha8Rng) -> usize {
        let newest = self.starts.last().copied().unwrap_or(0);
        loop {
            let start = self.starts[rng.random_range(0..self.starts.len())];
            let age = (newest - start) as f64;
            let keep = self.half_life.map_or(1.0, |half_life| (-age / half_life).exp2());
            // Never so rare that drawing takes long.
            if rng.random::<f64>() < keep.max(0.02) {
                return start;
            }
        }
    }

    /// Another place that is whole periods away, in about the same season; none when the series is too short.
    fn other(&self, start: usize, context: usize, rng: &mut ChaCha8Rng) -> Option<usize> {
        let period = self.period.max(1) as i64;
        for _ in 0..8 {
            let periods = if self.season > 0 {
                let years = rng.random_range(-12_i64..=12);
                years * self.season as i64 + rng.random_range(-2..=2)
            } else {
                rng.random_range(-60_i64..=60)
            };
            let other = start as i64 + periods * period;
            if periods != 0 && other >= context as i64 && other <= *self.starts.last()? as i64 {
                return Some(other as usize);
            }
        }
        None
    }
}

/// What windows are drawn from, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Corpus {
    /// Real series; each is drawn as often as it is long.
    pub series: Vec<Series>,
    /// Longest context.
    pub context: usize,
    /// Steps to forecast.
    pub horizon: usize,
    /// Share of windows that are invented.
    pub synthetic: f64,
    /// How real windows are changed.
    pub augment: augment::Settings,
}

impl Corpus {
    /// Draws a window.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> Window {
        let all: usize = self.series.iter().map(|series| series.starts.len()).sum();
        let mut window = if all == 0 || rng.random::<f64>() < self.synthetic {
            let values = synthetic::series(self.context + self.horizon, rng);
            Window::of(&values, self.context, self.context, self.horizon)
        } else {
            let mut number = rng.random_range(0..all);
            let mut chosen = &self.series[0];
            for series in &self.series {
                chosen = series;
                if number < series.starts.len() {
                    break;
                }
                number -= series.starts.len();
            }
            self.real(chosen, rng)
        };
        augment::forget(&mut window, &self.augment, rng);
        window
    }

    fn real(&self, series: &Series, rng: &mut ChaCha8Rng) -> Window {
        let start = series.start(rng);
        let cut = |start| Window::of(&series.values, start, self.context, self.horizon);
        let mut window = cut(start);
        if rng.random::<f64>() < self.augment.mix
            && let Some(other) = series.other(start, self.context, rng)
        {
            augment::mix(&mut window, &cut(other), rng.random_range(0.0..0.5));
        }
        augment::alter(&mut window, &self.augment, rng);
        window
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    fn corpus(synthetic: f64) -> Corpus {
        let values: Vec<f32> = (0..5000).map(|i| 100.0 + (i as f32 * 0.26).sin() * 10.0).collect();
        Corpus {
            series: vec![Series::everywhere(values, 100, 168)],
            context: 300,
            horizon: 64,
            synthetic,
            augment: augment::Settings::default(),
        }
    }

    #[test]
    fn the_same_seed_draws_the_same_windows() {
        for synthetic in [0.0, 0.5, 1.0] {
            let corpus = corpus(synthetic);
            let draw = |seed| {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let windows = (0..50).map(|_| corpus.draw(&mut rng));
                // NaN is not equal to itself.
                windows
                    .flat_map(|window| window.context.into_iter().chain(window.target))
                    .map(f32::to_bits)
                    .collect::<Vec<_>>()
            };
            assert_eq!(draw(7), draw(7));
            assert_ne!(draw(7), draw(8));
        }
    }

    #[test]
    fn windows_are_finite_or_missing_and_never_too_long() {
        let corpus = corpus(0.5);
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for _ in 0..500 {
            let window = corpus.draw(&mut rng);
            assert!((1..=300).contains(&window.context.len()) && window.target.len() <= 64);
            assert!(window.context.iter().chain(&window.target).all(|value| !value.is_infinite()));
            assert!(window.context.iter().any(|value| value.is_finite()));
        }
    }

    #[test]
    fn newer_windows_are_drawn_more_often() {
        let mut series = Series::everywhere(vec![0.0; 4000], 0, 168);
        series.half_life = Some(1000.0);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let newer = (0..2000).filter(|_| series.start(&mut rng) >= 2000).count();
        // Two half-lives of four: (1 - 1/4) / (1 - 1/16) of the draws.
        assert!((1500..1700).contains(&newer), "{newer}");
    }

    #[test]
    fn what_is_mixed_is_whole_periods_away() {
        let mut series = Series::everywhere(vec![0.0; 60_000], 0, 168);
        series.season = 52;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut found = 0;
        for _ in 0..200 {
            if let Some(other) = series.other(30_000, 500, &mut rng) {
                let weeks = (other as i64 - 30_000) / 168;
                assert_eq!((other as i64 - 30_000) % 168, 0);
                assert!(weeks != 0 && (weeks.rem_euclid(52) <= 2 || weeks.rem_euclid(52) >= 50), "{weeks}");
                found += 1;
            }
        }
        assert!(found > 100, "{found}");
    }
}
