//! What past forecasts of energy missed by, as the interval of the next one.

use super::mix::stretch;
use super::weighted::{self, bell};
use crate::interval::LEVELS;

/// Share of the mean energy that is added before errors are compared, so that empty days do not rule.
const OFFSET: f64 = 0.13;
/// How fast widths answer to days that were inside too often or too seldom, and how far they may.
const HASTE: f64 = 0.06;
const MOST_STRETCH: f64 = 0.7;

/// How far back errors are looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) days: usize,
    pub(crate) half_life: f64,
    /// Width of the bell of relative differences of the forecasts' roots: only like forecasts miss alike.
    pub(crate) alike: f64,
}

/// Past errors of forecasts of energy, from which intervals are made.
#[derive(Debug, Clone)]
pub(crate) struct Errors {
    /// Day, forecast and energy, where both are known.
    past: Vec<(usize, f64, f64)>,
    /// Mean of these energies up to each of them.
    means: Vec<f64>,
    memory: Memory,
}

impl Errors {
    /// Errors of the forecasts whose days are known.
    pub(crate) fn new(made: &[f64], measured: &[f64], memory: Memory) -> Errors {
        let both =
            made.iter().zip(measured).enumerate().map(|(day, (&made, &measured))| (day, made, measured));
        let past: Vec<_> = both.filter(|(_, made, measured)| (made + measured).is_finite()).collect();
        let mut sum = 0.0;
        let means = past.iter().zip(1..).map(|((.., measured), count)| {
            sum += measured;
            sum / f64::from(count)
        });
        Errors { means: means.collect(), past, memory }
    }

    /// Errors known up to day `known`.
    pub(crate) fn count(&self, known: usize) -> usize {
        self.past.partition_point(|(day, ..)| *day <= known)
    }

    /// Quantiles of day `index` around its forecast, from the errors up to day `known`.
    pub(crate) fn quantiles(&self, index: usize, known: usize, kwh: f64) -> Option<[f64; 9]> {
        let past = &self.past[..self.count(known)];
        let offset = OFFSET * self.means.get(past.len().checked_sub(1)?)?.max(0.1);
        let root = |kwh: f64| (kwh + offset).sqrt();
        let here = root(kwh);
        let mut errors: Vec<(f64, f64)> = past
            .iter()
            .rev()
            .take_while(|(day, ..)| known - day < self.memory.days)
            .map(|&(day, made, measured)| {
                let age = 0.5_f64.powf((index - day) as f64 / self.memory.half_life);
                let made = root(made);
                (root(measured) - made, age * bell((made - here) / (self.memory.alike * here)) + 1e-9)
            })
            .collect();
        let errors = weighted::quantiles(&mut errors, LEVELS)?;
        Some(errors.map(|error| ((here + error).max(0.0).powi(2) - offset).max(0.0)))
    }

    /// Quantiles of all days, each from the errors known `lead` days before it, and stretched by a factor that follows
    /// how often the last bands held, as [`crate::interval`] does: a heating season begins with errors like no others.
    pub(crate) fn followed(&self, made: &[f64], measured: &[f64], lead: usize) -> Vec<Option<[f64; 9]>> {
        let mut stretched = vec![None; made.len()];
        // Logarithm of the factor after each day.
        let mut followed = vec![0.0_f64; made.len()];
        for index in lead..made.len() {
            let before = followed[index - 1];
            followed[index] = before;
            let Some(band) = self.quantiles(index, index - lead, made[index]) else { continue };
            let band = stretch(&band, [followed[index - lead].exp(); 4], 0.0);
            if measured[index].is_finite() {
                let inside = (band[0]..=band[8]).contains(&measured[index]);
                let step = HASTE * (0.8 - f64::from(inside));
                followed[index] = (before + step).clamp(-MOST_STRETCH, MOST_STRETCH);
            }
            stretched[index] = Some(band);
        }
        stretched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: Memory = Memory { days: 365, half_life: 120.0, alike: 0.35 };

    #[test]
    fn bands_hold_as_often_as_they_say_and_widen_in_bad_times() {
        // From day 200 on errors are three times as large.
        let wave = |day: usize| (day as f64 * 2.399).sin();
        let made: Vec<f64> = (0..400).map(|day| 30.0 + 5.0 * wave(7 * day)).collect();
        let measured = made.iter().enumerate();
        let measured: Vec<f64> =
            measured.map(|(day, made)| made + wave(day) * if day < 200 { 2.0 } else { 6.0 }).collect();
        let errors = Errors::new(&made, &measured, MEMORY);
        for lead in [1, 2] {
            let bands = errors.followed(&made, &measured, lead);
            let share = |days: std::ops::Range<usize>| {
                let inside = |&day: &usize| {
                    bands[day].is_some_and(|band| (band[0]..=band[8]).contains(&measured[day]))
                };
                days.clone().filter(inside).count() as f64 / days.len() as f64
            };
            assert!((0.74..0.86).contains(&share(60..200)), "{}", share(60..200));
            assert!((0.70..0.86).contains(&share(230..400)), "{}", share(230..400));
            let width = |day: usize| bands[day].map(|band| band[8] - band[0]).unwrap();
            assert!(width(390) > 2.0 * width(190), "{} {}", width(190), width(390));
            assert!(bands.iter().flatten().all(|band| band.is_sorted() && band[0] >= 0.0));
            assert!(bands[..lead].iter().all(Option::is_none), "nothing was scored yet");
            assert!(bands[lead].is_some());
        }
    }

    #[test]
    fn only_like_forecasts_speak() {
        // Small forecasts are right, large ones are off by a third.
        let made: Vec<f64> = (0..100).map(|day| if day % 2 == 0 { 5.0 } else { 60.0 }).collect();
        let measured = made.iter().enumerate().map(|(day, made)| match day % 4 {
            1 => made * 1.3,
            3 => made * 0.7,
            _ => *made,
        });
        let measured: Vec<f64> = measured.collect();
        let errors = Errors::new(&made, &measured, MEMORY);
        let [small, large] = [5.0, 60.0].map(|kwh| errors.quantiles(99, 98, kwh).unwrap());
        assert!(small[8] - small[0] < 1.0 && large[8] - large[0] > 30.0, "{small:?} {large:?}");
    }
}
