//! Intervals that hold as often as they say, whatever the errors look like: conformal prediction on the last 60 days.
//!
//! For each hour the absolute logarithms of (load / forecast) of the last days are sorted. The interval that should
//! hold a share c of the time is the forecast times `exp(±q)`, q being the ⌈c (n + 1)⌉-th smallest of n errors.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// Levels of the quantiles of a forecast.
pub const LEVELS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// Days that are looked back on.
pub const WINDOW: usize = 60;
/// Errors of an hour below which those of all hours are taken together.
const ENOUGH: usize = 15;
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
    /// Half-widths by hour while too few days are known; empty for the general ones.
    assumed: Vec<[f32; 4]>,
}

impl Calibration {
    /// Adds the logarithms of (load / forecast) of a day by local hour, NaN where unknown.
    pub fn add(&mut self, errors: &[f64; 24]) {
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
            return assumed.map(f64::from);
        }
        if errors.len() < ENOUGH {
            errors = known(&mut self.days.iter().flatten().copied());
        }
        std::array::from_fn(|i| {
            let share = [0.8, 0.6, 0.4, 0.2][i];
            if errors.len() < ENOUGH { ASSUMED[i] } else { conformal(&errors, share).unwrap_or(ASSUMED[i]) }
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
        let widths = calibration.widths(3);
        // 49th smallest of six times 1 to 10 thousandths.
        assert!((widths[0] - 0.009).abs() < 1e-7, "{widths:?}");
        assert!((calibration.widths(5)[0] - 0.009).abs() < 1e-7, "all hours together");
        assert!(calibration.quantiles(3, 50_000.0).is_sorted());
    }
}
