//! Calls as Open-Meteo counts them: by variables, days and places, in windows of a minute, an hour and a day.

use jiff::Timestamp;
use std::sync::{Mutex, PoisonError};

/// Seconds of a window, what may be counted in it, and the words of a refusal.
const WINDOWS: [(i64, f64, &str); 3] = [
    (60, 600.0, "Minutely API request limit exceeded. Please try again in one minute."),
    (3_600, 5_000.0, "Hourly API request limit exceeded. Please try again in the next hour."),
    (86_400, 10_000.0, "Daily API request limit exceeded. Please try again tomorrow."),
];

/// The words when the calls of a minute, an hour or a day are used up.
pub(super) const USED_UP: [&str; 3] = [WINDOWS[0].2, WINDOWS[1].2, WINDOWS[2].2];

/// What one call counts for.
pub(super) fn weight(places: usize, variables: usize, days: i64) -> f64 {
    let variables = variables as f64 / 10.0;
    places as f64 * variables.max(variables * days as f64 / 14.0).max(1.0)
}

/// What was counted so far.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    total: f64,
    /// Of each of [`WINDOWS`]: which one is running, and its sum.
    windows: [(i64, f64); 3],
}

impl Meter {
    /// Counts a call, or says which window is full.
    pub(super) fn count(&self, weight: f64, now: Timestamp) -> Result<(), &'static str> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (index, (seconds, most, words)) in WINDOWS.into_iter().enumerate() {
            let running = now.as_second().div_euclid(seconds);
            if counted.windows[index].0 != running {
                counted.windows[index] = (running, 0.0);
            }
            if counted.windows[index].1 + weight > most {
                return Err(words);
            }
        }
        for window in &mut counted.windows {
            window.1 += weight;
        }
        counted.total += weight;
        Ok(())
    }

    /// What all calls count for.
    pub(crate) fn total(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).total
    }
}
