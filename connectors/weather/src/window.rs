//! Windows of whole hours, the UTC dates that hold them, and pieces that Open-Meteo counts for little.
//!
//! Everything is asked in GMT: with a zone the server would use one offset for the whole answer, and half of a
//! year would be an hour off. Days of 23 and 25 hours are then nothing special: they are hours like the others.

use crate::{errors::ours, variable::VARIABLES};
use watteau_sdk::{prelude::*, time::HOUR};

pub(crate) const DAY: i64 = 24 * HOUR;
/// The most that one call may count for at Open-Meteo; the manifest's quota rests on it.
pub const HEAVIEST: f64 = 14.0;
/// Days that Open-Meteo counts once.
const LIGHT_DAYS: f64 = 14.0;
/// Variables that Open-Meteo counts once.
const LIGHT_VARIABLES: f64 = 10.0;

/// Hours, half-open, both bounds on a full hour (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Start of the first hour.
    pub from: Instant,
    /// End of the last.
    pub to: Instant,
}

impl Window {
    /// The hours that a span touches.
    pub fn of(span: Span) -> Self {
        let to = span.end.saturating_add(HOUR - 1);
        Self { from: span.start.div_euclid(HOUR) * HOUR, to: to.div_euclid(HOUR) * HOUR }
    }

    /// How many hours.
    pub fn hours(self) -> usize {
        usize::try_from((self.to - self.from) / HOUR).unwrap_or(0)
    }

    /// First and last UTC date to ask for, both included. The last hour of a mean is stamped at the window's end.
    pub fn dates(self, latest: Date) -> Result<(Date, Date), Failure> {
        let first = date(self.from)?;
        Ok((first, date(self.to)?.min(latest).max(first)))
    }

    /// The window in pieces, oldest first, none of which counts for more than [`HEAVIEST`].
    pub fn pieces(self, places: usize) -> impl Iterator<Item = Self> {
        // A piece touches one date more than it has days.
        let days = longest_days(places).saturating_sub(1).max(1);
        Span::new(self.from, self.to)
            .pieces(days * DAY)
            .map(|piece| Self { from: piece.start, to: piece.end })
    }
}

/// What a call counts for, by Open-Meteo's rule.
pub fn weight(places: usize, days: i64) -> f64 {
    let variables = VARIABLES.len() as f64 / LIGHT_VARIABLES;
    places as f64 * variables.max(variables * days as f64 / LIGHT_DAYS).max(1.0)
}

/// The most days of one call for so many places.
fn longest_days(places: usize) -> i64 {
    let variables = VARIABLES.len() as f64 / LIGHT_VARIABLES;
    (HEAVIEST / (places.max(1) as f64 * variables) * LIGHT_DAYS).floor() as i64
}

/// The UTC date of an instant.
pub(crate) fn date(instant: Instant) -> Result<Date, Failure> {
    i32::try_from(instant.div_euclid(DAY))
        .ok()
        .and_then(Date::from_days)
        .ok_or_else(|| ours("a date beyond the calendar"))
}

/// Midnight UTC of the day of an instant.
pub(crate) fn midnight(instant: Instant) -> Instant {
    instant.div_euclid(DAY) * DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_piece_is_too_heavy_and_none_is_lost() {
        let ten_years = Window { from: 0, to: 3_653 * DAY };
        for places in 1..=14 {
            let pieces: Vec<Window> = ten_years.pieces(places).collect();
            assert_eq!((pieces[0].from, pieces[pieces.len() - 1].to), (ten_years.from, ten_years.to));
            assert!(pieces.windows(2).all(|pair| pair[0].to == pair[1].from), "{places}");
            for piece in &pieces {
                let (first, last) = piece.dates(Date::from_days(100_000).unwrap()).unwrap();
                let weight = weight(places, i64::from(last.days() - first.days() + 1));
                assert!(weight <= HEAVIEST, "{places} places: {weight}");
            }
        }
        assert_eq!(ten_years.pieces(1).count(), 10, "a year of one place is one call");
    }

    #[test]
    fn what_a_call_counts_for() {
        for (places, days, expected) in
            [(1, 1, 1.0), (1, 28, 1.0), (1, 56, 2.0), (10, 10, 10.0), (12, 28, 12.0)]
        {
            assert!((weight(places, days) - expected).abs() < 1e-9, "{places} {days}");
        }
    }

    #[test]
    fn the_dates_of_a_window_hold_its_last_stamp() {
        let latest = Date::new(2030, 1, 1).unwrap();
        let dates = |from: i64, to: i64, latest| {
            let (first, last) = Window { from: from * HOUR, to: to * HOUR }.dates(latest).unwrap();
            (first.days(), last.days())
        };
        // A winter's day of Paris, 23 to 23 o'clock, and a whole UTC day, whose last hour is stamped the day after.
        assert_eq!(dates(-1, 23, latest), (-1, 0));
        assert_eq!(dates(0, 24, latest), (0, 1));
        assert_eq!(dates(0, 24, Date::from_days(0).unwrap()), (0, 0));
    }
}
