//! Windows made into others that could have been.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::Window;
use crate::train::normal;

/// How much windows are changed; 0 everywhere leaves them as they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Share of windows into which another one is mixed.
    pub mix: f64,
    /// Standard deviation of the factor on what departs from the mean of a day, as a share.
    pub stretch: f32,
    /// Standard deviation of the growth from the start of a window to its end, as a share of the level.
    pub trend: f32,
    /// Standard deviation of noise, as a share of the window's own deviation.
    pub noise: f32,
    /// Share of windows of which values are made missing.
    pub gaps: f64,
    /// Share of windows of which only the last part of the context is left.
    pub short: f64,
    /// The shortest context that is left, in values.
    pub shortest: usize,
    /// Values in a day: what [`Settings::stretch`] departs from is the mean of so many.
    pub day: usize,
}

impl Default for Settings {
    /// For hourly series.
    fn default() -> Self {
        Self {
            mix: 0.3,
            stretch: 0.08,
            trend: 0.03,
            noise: 0.01,
            gaps: 0.1,
            short: 0.2,
            shortest: 48,
            day: 24,
        }
    }
}

/// Mixes a share of another window into this one. A value missing in one of them is missing.
pub fn mix(window: &mut Window, other: &Window, share: f32) {
    // Both end where the forecast begins; the older values of the longer one have no partner.
    let length = window.context.len().min(other.context.len());
    window.context.drain(..window.context.len() - length);
    let older = &other.context[other.context.len() - length..];
    window.target.truncate(other.target.len());
    let both = window.context.iter_mut().chain(&mut window.target);
    for (value, other) in both.zip(older.iter().chain(&other.target)) {
        *value += share * (other - *value);
    }
}

/// Stretches what departs from the day's mean, tilts the level and adds noise.
pub fn alter(window: &mut Window, settings: &Settings, rng: &mut ChaCha8Rng) {
    let factor = 1.0 + settings.stretch * normal(rng);
    let growth = settings.trend * normal(rng);
    let noise = settings.noise * deviation(&window.context) * rng.random::<f32>();
    let split = window.context.len();
    let mut values: Vec<f32> = window.context.iter().chain(&window.target).copied().collect();
    let length = values.len().max(1) as f32;
    let slow = moving_mean(&values, settings.day);
    for (number, (value, slow)) in values.iter_mut().zip(slow).enumerate() {
        let tilted = 1.0 + growth * (number as f32 / length - 0.5);
        *value = (slow + factor * (*value - slow)) * tilted + noise * normal(rng);
    }
    window.target = values.split_off(split);
    window.context = values;
}

/// Makes values missing and cuts off the older part, so that a network knows gaps and short histories.
pub fn forget(window: &mut Window, settings: &Settings, rng: &mut ChaCha8Rng) {
    if rng.random::<f64>() < settings.short && window.context.len() > settings.shortest {
        // Short ones are as frequent as long ones on a logarithmic scale.
        let (least, most) = (settings.shortest.max(1) as f32, window.context.len() as f32);
        let length = (least * (most / least).powf(rng.random::<f32>())) as usize;
        window.context.drain(..window.context.len() - length.clamp(1, window.context.len()));
    }
    if rng.random::<f64>() < settings.gaps {
        let length = window.context.len();
        for _ in 0..rng.random_range(1..=3) {
            let gap = rng.random_range(1..=(length / 6).max(1));
            let first = rng.random_range(0..=length - gap.min(length));
            // Something is left to know.
            for value in window.context.iter_mut().skip(first).take(gap.min(length / 2)) {
                *value = f32::NAN;
            }
        }
    }
}

/// The mean of the values around each, of about a day; missing ones are left out.
fn moving_mean(values: &[f32], day: usize) -> Vec<f32> {
    let mut sums = vec![(0.0_f64, 0_u32)];
    for value in values {
        let (sum, count) = sums[sums.len() - 1];
        let known = !value.is_nan();
        sums.push((sum + if known { f64::from(*value) } else { 0.0 }, count + u32::from(known)));
    }
    (0..values.len())
        .map(|at| {
            let from = sums[at.saturating_sub(day / 2)];
            let to = sums[(at + day.div_ceil(2)).min(values.len())];
            ((to.0 - from.0) / f64::from((to.1 - from.1).max(1))) as f32
        })
        .collect()
}

fn deviation(values: &[f32]) -> f32 {
    let place = crate::patches::Place::of(values);
    place.scale
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    const NONE: Settings = Settings {
        mix: 0.0,
        stretch: 0.0,
        trend: 0.0,
        noise: 0.0,
        gaps: 0.0,
        short: 0.0,
        shortest: 48,
        day: 24,
    };

    fn wave() -> Window {
        let value = |i: usize| 50.0 + 10.0 * (i as f32 * std::f32::consts::TAU / 24.0).sin();
        Window { context: (0..240).map(value).collect(), target: (240..264).map(value).collect() }
    }

    #[test]
    fn nothing_asked_changes_nothing() {
        let (mut window, mut rng) = (wave(), ChaCha8Rng::seed_from_u64(1));
        alter(&mut window, &NONE, &mut rng);
        forget(&mut window, &NONE, &mut rng);
        let pairs = window.context.iter().chain(&window.target);
        let before = wave();
        for (after, before) in pairs.zip(before.context.iter().chain(&before.target)) {
            assert!((after - before).abs() < 1e-4, "{after} was {before}");
        }
    }

    #[test]
    fn a_mix_lies_between_and_keeps_what_is_missing() {
        let mut window = Window { context: vec![9.0, 1.0, f32::NAN, 3.0], target: vec![4.0, 5.0] };
        let other = Window { context: vec![2.0, 2.0, f32::NAN], target: vec![8.0, f32::NAN] };
        mix(&mut window, &other, 0.25);
        assert_eq!(window.context[0], 1.25);
        assert!(window.context[1].is_nan() && window.context[2].is_nan());
        assert_eq!((window.context.len(), window.target[0]), (3, 5.0));
        assert!(window.target[1].is_nan());
    }

    #[test]
    fn a_stretch_widens_the_day_and_keeps_its_mean() {
        let mut window = wave();
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        alter(&mut window, &Settings { stretch: 0.3, ..NONE }, &mut rng);
        let middle = &window.context[96..144];
        let mean = middle.iter().sum::<f32>() / 48.0;
        let reach = middle.iter().fold(0.0_f32, |most, value| most.max((value - 50.0).abs()));
        assert!((mean - 50.0).abs() < 0.1, "{mean}");
        assert!((reach - 10.0).abs() > 0.5, "{reach}");
    }

    #[test]
    fn a_window_forgets_but_never_everything() {
        let settings = Settings { gaps: 1.0, short: 1.0, ..NONE };
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let (mut shortest, mut missing) = (usize::MAX, 0);
        for _ in 0..300 {
            let mut window = wave();
            forget(&mut window, &settings, &mut rng);
            assert!(window.context.iter().any(|value| value.is_finite()));
            assert_eq!(window.target, wave().target);
            shortest = shortest.min(window.context.len());
            missing += window.context.iter().filter(|value| value.is_nan()).count();
        }
        assert!((48..60).contains(&shortest) && missing > 300, "{shortest}, {missing}");
    }
}
