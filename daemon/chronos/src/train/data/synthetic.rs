//! Invented series of the kinds a home and a grid have, so that a network learns what a season is and not one series.
//!
//! A series is a level, a day's shape with its own weekend, a year, a slow wander as of the weather, pulses as of
//! appliances, heating below a threshold, trends, level shifts and noise, each present or not by chance.

use std::f32::consts::TAU;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use crate::train::normal;

/// Days of a year.
const YEAR: f32 = 365.25;

/// Draws a series of this length.
pub fn series(length: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let mut values = match rng.random_range(0..10) {
        0..=4 => seasonal(length, rng),
        5..=6 => household(length, rng),
        7..=8 => heating(length, rng),
        _ => wander(length, rng),
    };
    if rng.random_bool(0.2) {
        shift(&mut values, rng);
    }
    if rng.random_bool(0.05) {
        for value in &mut values {
            *value = -*value;
        }
    }
    values
}

/// A step's place in the day, the week and the year.
struct Clock {
    /// Steps of a day.
    day: f32,
    /// Where in the week and in the year the series begins, in days.
    first: f32,
    season: f32,
    /// Days of the week that are like a Sunday.
    weekend: [bool; 7],
}

impl Clock {
    fn draw(day: f32, rng: &mut ChaCha8Rng) -> Self {
        let mut weekend = [false, false, false, false, false, true, true];
        if rng.random_bool(0.15) {
            weekend[5] = false;
        }
        // Series begin at any hour: the network must find where it is.
        Self { day, first: rng.random_range(0.0..7.0), season: rng.random_range(0.0..YEAR), weekend }
    }

    /// Time of day from 0 to 1.
    fn time(&self, step: usize) -> f32 {
        (self.first + step as f32 / self.day).fract()
    }

    fn weekday(&self, step: usize) -> usize {
        (self.first + step as f32 / self.day) as usize % 7
    }

    /// From -1 in midwinter to 1 in midsummer.
    fn summer(&self, step: usize) -> f32 {
        ((self.season + step as f32 / self.day) * TAU / YEAR).sin()
    }
}

/// Steps of a day: mostly hours, and halves and quarters of them.
fn day(rng: &mut ChaCha8Rng) -> f32 {
    match rng.random_range(0..10) {
        0..=6 => 24.0,
        7..=8 => 48.0,
        _ => 96.0,
    }
}

/// A few waves that repeat every day.
struct Shape(Vec<(f32, f32)>);

impl Shape {
    fn draw(waves: usize, rng: &mut ChaCha8Rng) -> Self {
        let decay = rng.random_range(0.4..1.3);
        Self(
            (1..=waves)
                .map(|k| (normal(rng) * (k as f32).powf(-decay), rng.random_range(0.0..TAU)))
                .collect(),
        )
    }

    /// One with some of another's waves changed.
    fn near(&self, by: f32, rng: &mut ChaCha8Rng) -> Self {
        Self(self.0.iter().map(|(size, phase)| (size + by * normal(rng), phase + by * normal(rng))).collect())
    }

    /// Its values at so many times of the day.
    fn table(&self, steps: usize) -> Vec<f32> {
        (0..steps)
            .map(|step| {
                let time = step as f32 / steps as f32;
                self.0
                    .iter()
                    .enumerate()
                    .map(|(k, (size, phase))| size * ((k + 1) as f32 * time * TAU + phase).sin())
                    .sum()
            })
            .collect()
    }
}

/// A wander that returns to zero, with deviation 1 and half gone after `memory` steps.
fn weather(length: usize, memory: f32, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let keep = (-1.0 / memory.max(0.1)).exp2();
    let fresh = (1.0 - keep * keep).sqrt();
    let mut now = normal(rng);
    (0..length)
        .map(|_| {
            now = keep * now + fresh * normal(rng);
            now
        })
        .collect()
}

/// The mean of the last steps: weather does not jump.
fn smooth(values: &mut [f32], steps: f32) {
    let share = 1.0 / steps.max(1.0);
    let Some(mut mean) = values.first().copied() else { return };
    for value in values {
        mean += share * (*value - mean);
        *value = mean;
    }
}

/// As the load of a country or a town: a day, a weekend, a year, weather.
fn seasonal(length: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let clock = Clock::draw(day(rng), rng);
    let steps = clock.day as usize;
    let waves = rng.random_range(2..=8);
    let (winter, by) = (Shape::draw(waves, rng), rng.random_range(0.0..0.5));
    let tables = [
        [winter.table(steps), winter.near(by, rng).table(steps)],
        [winter.near(by, rng).table(steps), winter.near(by, rng).table(steps)],
    ];
    let drop = rng.random_range(0.0_f32..2.0) * if rng.random_bool(0.8) { -1.0 } else { 0.4 };
    let own: [f32; 7] = std::array::from_fn(|_| 0.15 * normal(rng));
    let yearly = rng.random_range(0.0..3.0);
    let memory = clock.day * rng.random_range(0.5..8.0);
    let mut wandering = weather(length, memory, rng);
    smooth(&mut wandering, clock.day / 4.0);
    let (wander, noise) = (rng.random_range(0.0..1.0), rng.random_range(0.0_f32..0.6).powi(2));
    let growth = if rng.random_bool(0.3) { normal(rng) } else { 0.0 };
    let level = rng.random_range(2.0..12.0);
    let multiplied = rng.random_bool(0.3);
    (0..length)
        .map(|step| {
            let free = usize::from(clock.weekend[clock.weekday(step)]);
            let summer = clock.summer(step);
            let time = ((clock.time(step) * clock.day) as usize).min(steps - 1);
            let share = 0.5 + 0.5 * summer;
            let daily = tables[0][free][time] * (1.0 - share) + tables[1][free][time] * share;
            let slow = own[clock.weekday(step)] + drop * free as f32 - yearly * summer
                + wander * wandering[step]
                + growth * step as f32 / length as f32;
            let value = if multiplied { (level + slow) * (1.0 + 0.15 * daily) } else { level + slow + daily };
            value + noise * normal(rng)
        })
        .collect()
}

/// As the electricity of a home: a base, pulses at favourite times, a heater in winter.
fn household(length: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let clock = Clock::draw(day(rng), rng);
    let base = rng.random_range(0.05..0.4);
    let mut values: Vec<f32> = vec![base; length];
    for _ in 0..rng.random_range(2..=6) {
        let (at, spread) = (rng.random::<f32>(), rng.random_range(0.01..0.12));
        let (often, weekend) = (rng.random_range(0.2..1.0), rng.random_range(0.3..1.5));
        let (height, steps) = (rng.random_range(0.2..3.0), clock.day * rng.random_range(0.02..0.15));
        let days = (length as f32 / clock.day) as usize + 1;
        for number in 0..days {
            let free = clock.weekend[(clock.first as usize + number) % 7];
            if rng.random::<f32>() > if free { often * weekend } else { often } {
                continue;
            }
            let begin = (number as f32 - clock.first.fract() + at + spread * normal(rng)) * clock.day;
            let steps = (steps * (1.0 + 0.3 * normal(rng))).max(1.0);
            let height = height * (1.0 + 0.2 * normal(rng)).max(0.1);
            for (step, value) in values.iter_mut().enumerate().skip(begin.max(0.0) as usize) {
                // What a pulse covers of a step.
                let covered = (step as f32 + 1.0).min(begin + steps) - (step as f32).max(begin);
                if covered <= 0.0 {
                    break;
                }
                *value += height * covered.min(1.0);
            }
        }
    }
    let heater = if rng.random_bool(0.5) { rng.random_range(0.1..1.5) } else { 0.0 };
    let mut cold = weather(length, clock.day * 4.0, rng);
    smooth(&mut cold, clock.day / 3.0);
    // Nobody at home for some days.
    let away = rng.random_bool(0.2).then(|| {
        let first = rng.random_range(0..length);
        first..first + (clock.day * rng.random_range(1.0..10.0)) as usize
    });
    let noise = rng.random_range(0.02..0.3);
    for (step, value) in values.iter_mut().enumerate() {
        *value += heater * (cold[step] - 1.5 * clock.summer(step)).max(0.0);
        *value *= (noise * normal(rng)).exp();
        if away.as_ref().is_some_and(|away| away.contains(&step)) {
            *value = base * (1.0 + 0.1 * normal(rng));
        }
    }
    values
}

/// As gas for heating: nothing to speak of in summer, and the weather in winter. Mostly a value a day.
fn heating(length: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let daily = rng.random_bool(0.7);
    let clock = Clock::draw(if daily { 1.0 } else { 24.0 }, rng);
    let (base, slope) = (rng.random_range(0.0..4.0), rng.random_range(0.5..12.0));
    let (mean, swing) = (rng.random_range(8.0..15.0), rng.random_range(5.0..10.0));
    let threshold = rng.random_range(14.0..19.0);
    let mut wandering = weather(length, clock.day * rng.random_range(1.0..5.0), rng);
    smooth(&mut wandering, clock.day / 3.0);
    let table = Shape::draw(4, rng).table(24);
    let weekend = 1.0 + 0.25 * normal(rng);
    let noise = rng.random_range(0.03..0.25);
    (0..length)
        .map(|step| {
            let temperature = mean + swing * clock.summer(step) + 3.0 * wandering[step];
            let mut value = base + slope * (threshold - temperature).max(0.0);
            if !daily {
                value *= (0.4 * table[((clock.time(step) * 24.0) as usize).min(23)]).exp();
            }
            if clock.weekend[clock.weekday(step)] {
                value *= weekend;
            }
            (value * (1.0 + noise * normal(rng))).max(0.0)
        })
        .collect()
}

/// No season at all: a random walk, a wander, or nothing but noise or zeros with some events.
fn wander(length: usize, rng: &mut ChaCha8Rng) -> Vec<f32> {
    let memory = rng.random_range(0.0_f32..9.0).exp2();
    let mut values = weather(length, memory, rng);
    let level = 5.0 * normal(rng);
    match rng.random_range(0..4) {
        0 => {
            let mut sum = 0.0;
            for value in &mut values {
                sum += *value;
                *value = sum;
            }
        }
        1 => {
            let often = rng.random_range(0.02..0.3);
            for value in &mut values {
                *value = if rng.random_bool(often) { value.abs() } else { 0.0 };
            }
        }
        2 => {
            let steps = rng.random_range(5.0..60.0);
            smooth(&mut values, steps);
        }
        _ => {}
    }
    for value in &mut values {
        *value += level;
    }
    values
}

/// From somewhere on, another level.
fn shift(values: &mut [f32], rng: &mut ChaCha8Rng) {
    let place = crate::patches::Place::of(values);
    let by = place.scale * 1.5 * normal(rng);
    let from = rng.random_range(0..values.len().max(1));
    values.iter_mut().skip(from).for_each(|value| *value += by);
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    /// The correlation of a series with itself some steps before.
    fn repeats(values: &[f32], lag: usize) -> f32 {
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        let product = |lag: usize| -> f32 {
            values[lag..].iter().zip(values).map(|(a, b)| (a - mean) * (b - mean)).sum()
        };
        product(lag) / product(0).max(1e-9)
    }

    #[test]
    fn series_are_finite_of_the_length_asked_for_and_not_all_alike() {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let mut first = Vec::new();
        for length in [1, 30, 400, 900] {
            for _ in 0..200 {
                let values = series(length, &mut rng);
                assert_eq!(values.len(), length);
                assert!(values.iter().all(|value| value.is_finite()), "{values:?}");
                first.push(values[0].to_bits());
            }
        }
        first.sort_unstable();
        first.dedup();
        assert!(first.len() > 700, "{}", first.len());
    }

    #[test]
    fn a_seasonal_series_repeats_every_day() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let (mut day, mut elsewhere) = (0.0, 0.0);
        for _ in 0..100 {
            let values = seasonal(24 * 28, &mut rng);
            day += repeats(&values, 96 * 7) + repeats(&values, 24 * 7);
            elsewhere += repeats(&values, 96 * 7) + repeats(&values, 24 * 7 + 11);
        }
        assert!(day > elsewhere + 20.0, "{day} against {elsewhere}");
    }

    #[test]
    fn a_home_and_its_heating_use_and_never_give() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        for _ in 0..100 {
            assert!(household(500, &mut rng).iter().all(|value| *value >= 0.0));
            assert!(heating(500, &mut rng).iter().all(|value| *value >= 0.0));
        }
    }
}
