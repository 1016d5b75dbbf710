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

use crate::noise::Noise;
use jiff::{Timestamp, ToSpan as _, Zoned, civil::Date, tz::TimeZone};

/// The grid of a seed.
#[derive(Debug, Clone)]
pub struct Grid {
    zone: TimeZone,
    weather: Noise,
    load: Noise,
    errors: Noise,
}

impl Grid {
    /// The grid of a seed, in Paris.
    pub fn new(seed: u64) -> Self {
        Self {
            zone: TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC),
            weather: Noise::new(seed ^ 0x0da7_a5ee),
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

    /// Temperature of the country in degrees Celsius: the season, spells of several days, the time of day.
    fn temperature(&self, at: &Zoned) -> f64 {
        let hour = f64::from(at.hour()) + f64::from(at.minute()) / 60.0;
        let daily = 3.0 * (std::f64::consts::TAU * (hour - 15.5) / 24.0).cos();
        self.day_temperature(at.date()) + daily
    }

    /// Its mean over a day.
    fn day_temperature(&self, date: Date) -> f64 {
        let season =
            12.8 - 7.6 * (std::f64::consts::TAU * (f64::from(date.day_of_year()) - 22.0) / 365.25).cos();
        let day = day_number(date) as f64;
        season + 3.4 * self.weather.smooth(day / 6.0) + 1.3 * self.weather.smooth(day / 2.3 + 57.0)
    }
}

/// Days since the epoch, to place noise.
fn day_number(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_secs() / 86_400
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
