//! The French grid, invented: its load, RTE's forecasts of it, the colours of Tempo and the signals of Ecowatt, as
//! functions of the instant. Orders of magnitude are the real ones; no value is.
//!
//! - `load`: what was consumed, what was first published of it, and what was foreseen.
//! - `tempo`: the colours of a season. `ecowatt`: how tense the coming days are.

mod ecowatt;
mod load;
mod tempo;

pub use ecowatt::Tension;
pub use load::{Forecast, Published};
pub use tempo::Colour;

use crate::{
    noise::Noise,
    open_meteo::{Climate, Spot},
};
use jiff::{Timestamp, ToSpan as _, Zoned, civil::Date, tz::TimeZone};

/// The middle of the country: its weather is the grid's.
const MIDDLE: Spot = Spot { latitude: 46.6, longitude: 2.5 };
/// Moments of a day that its mean is made of.
const MOMENTS: i64 = 8;

/// The grid of a seed.
#[derive(Debug, Clone)]
pub struct Grid {
    zone: TimeZone,
    climate: Climate,
    load: Noise,
    errors: Noise,
}

impl Grid {
    /// The grid of a seed, in Paris.
    pub fn new(seed: u64) -> Self {
        Self {
            zone: TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC),
            climate: Climate::new(seed),
            load: Noise::new(seed ^ 0x10ad),
            errors: Noise::new(seed ^ 0xe440),
        }
    }

    /// The zone of its days.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Start and end of a local day: 23, 24 or 25 hours apart.
    pub fn day(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let start = |day: Date| Some(day.to_zoned(self.zone.clone()).ok()?.timestamp());
        Some((start(date)?, start(date.tomorrow().ok()?)?))
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// Temperature of the country in degrees Celsius: that of the simulated weather service.
    fn temperature(&self, at: &Zoned) -> f64 {
        self.climate.temperature(MIDDLE, at.timestamp().as_second())
    }

    /// Its mean over a day.
    fn day_temperature(&self, date: Date) -> f64 {
        let Some((start, end)) = self.day(date) else { return 0.0 };
        let step = (end.as_second() - start.as_second()) / MOMENTS;
        let moments = (0..MOMENTS).map(|moment| start.as_second() + moment * step);
        moments.map(|at| self.climate.temperature(MIDDLE, at)).sum::<f64>() / MOMENTS as f64
    }
}

/// Public holidays of fixed date.
fn is_holiday(date: Date) -> bool {
    matches!((date.month(), date.day()), (1 | 5, 1) | (5, 8) | (7, 14) | (8, 15) | (11, 1 | 11) | (12, 25))
}

fn weekday(date: Date) -> i8 {
    date.weekday().to_monday_zero_offset()
}

/// A date so many days before.
fn before(date: Date, days: i64) -> Date {
    date.saturating_sub(days.days())
}
