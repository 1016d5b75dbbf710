//! Ecowatt: cold days are tense, and their mornings and evenings most; mild nights are low-carbon.

use super::{Grid, weekday};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};

/// Days that a file holds.
const DAYS: usize = 4;

/// How tense a day is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tension {
    /// The day.
    pub date: Date,
    /// 1 green, 2 orange, 3 red.
    pub day: i64,
    /// 0 low-carbon, then as the day, for the hours 0 to 23 of the wall clock.
    pub hours: Vec<i64>,
}

impl Grid {
    /// When the file of `now` was made: at 17:05, on Fridays at 12:15.
    pub fn ecowatt_made(&self, now: Timestamp) -> Option<Timestamp> {
        let today = self.local(now).date();
        [today, today.yesterday().ok()?].into_iter().find_map(|date| {
            let (hour, minute) = if weekday(date) == 4 { (12, 15) } else { (17, 5) };
            let made = date.at(hour, minute, 0, 0).to_zoned(self.zone.clone()).ok()?.timestamp();
            (made <= now).then_some(made)
        })
    }

    /// The running day and the three after it, as foreseen when the file was made.
    pub fn ecowatt(&self, now: Timestamp) -> Vec<Tension> {
        let first = self.local(now).date();
        first.series(1.day()).take(DAYS).map(|date| self.tension(date)).collect()
    }

    fn tension(&self, date: Date) -> Tension {
        let cold = self.day_temperature(date);
        let day = match () {
            () if cold < -3.0 => 3,
            () if cold < 0.0 => 2,
            () => 1,
        };
        let hour = |hour: i64| match hour {
            8..=12 | 18..=20 => day,
            0..=5 if cold > 8.0 => 0,
            _ => day.min(1),
        };
        Tension { date, day, hours: (0..24).map(hour).collect() }
    }

    /// How long a client keeps the signals before it asks again.
    pub const ECOWATT_PAUSE: SignedDuration = SignedDuration::from_mins(15);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_four_days_and_was_made_on_the_last_afternoon() {
        let grid = Grid::new(1);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let days = grid.ecowatt(at("2025-01-15T12:00:00Z"));
        let dates: Vec<String> = days.iter().map(|day| day.date.to_string()).collect();
        assert_eq!(dates, ["2025-01-15", "2025-01-16", "2025-01-17", "2025-01-18"]);
        assert!(days.iter().all(|day| day.hours.len() == 24 && (1..=3).contains(&day.day)));
        let made = |now| grid.ecowatt_made(at(now)).unwrap();
        assert_eq!(made("2025-01-15T12:00:00Z"), at("2025-01-14T16:05:00Z"));
        assert_eq!(made("2025-01-15T17:00:00Z"), at("2025-01-15T16:05:00Z"));
        assert_eq!(made("2025-01-17T12:00:00Z"), at("2025-01-17T11:15:00Z"), "a Friday");
    }
}
