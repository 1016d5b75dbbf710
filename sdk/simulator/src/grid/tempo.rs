//! Tempo: of each season, which turns on 1 September, the 22 coldest days from November to March that are neither
//! week-ends nor holidays are red, the 43 coldest of the others but Sundays are white, the rest is blue.

use super::{Grid, is_holiday, weekday};
use jiff::{Timestamp, ToSpan as _, civil::Date};

const RED_DAYS: usize = 22;
const WHITE_DAYS: usize = 43;

/// The colour of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Most days.
    Blue,
    /// Cold ones.
    White,
    /// The coldest.
    Red,
}

impl Colour {
    /// As RTE writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blue => "BLUE",
            Self::White => "WHITE",
            Self::Red => "RED",
        }
    }
}

impl Grid {
    /// The colours of the season that begins on 1 September of `year`, by date.
    pub fn tempo_season(&self, year: i16) -> Vec<(Date, Colour)> {
        let (Ok(first), Ok(end)) = (Date::new(year, 9, 1), Date::new(year + 1, 9, 1)) else {
            return Vec::new();
        };
        let days: Vec<Date> = first.series(1.day()).take_while(|day| *day < end).collect();
        let mut coldest = days.clone();
        coldest.sort_by(|a, b| self.day_temperature(*a).total_cmp(&self.day_temperature(*b)));
        let winter = |day: &Date| !(4..=10).contains(&day.month());
        let red: Vec<Date> = coldest
            .iter()
            .copied()
            .filter(|day| winter(day) && weekday(*day) < 5 && !is_holiday(*day))
            .take(RED_DAYS)
            .collect();
        let white: Vec<Date> = coldest
            .iter()
            .copied()
            .filter(|day| weekday(*day) != 6 && !red.contains(day))
            .take(WHITE_DAYS)
            .collect();
        let colour = |day: Date| {
            if red.contains(&day) {
                Colour::Red
            } else if white.contains(&day) {
                Colour::White
            } else {
                Colour::Blue
            }
        };
        days.into_iter().map(|day| (day, colour(day))).collect()
    }

    /// The year in which the season of a date begins.
    pub fn tempo_year(date: Date) -> i16 {
        if date.month() >= 9 { date.year() } else { date.year() - 1 }
    }

    /// When the colour of a day is announced as provisional, and when it is settled.
    pub fn tempo_announced(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let eve = date.yesterday().ok()?;
        let at =
            |hour, minute| Some(eve.at(hour, minute, 0, 0).to_zoned(self.zone.clone()).ok()?.timestamp());
        Some((at(6, 30)?, at(10, 40)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_season_has_22_red_and_43_white_days_where_they_may_be() {
        let grid = Grid::new(1);
        for year in [2022, 2023, 2024] {
            let season = grid.tempo_season(year);
            let count = |colour| season.iter().filter(|(_, found)| *found == colour).count();
            assert_eq!((count(Colour::Red), count(Colour::White)), (22, 43), "{year}");
            assert_eq!(season.len(), if year == 2023 { 366 } else { 365 });
            for (day, colour) in season {
                let may = match colour {
                    Colour::Red => weekday(day) < 5 && !(4..=10).contains(&day.month()) && !is_holiday(day),
                    Colour::White => weekday(day) != 6,
                    Colour::Blue => true,
                };
                assert!(may, "{day} {colour:?}");
            }
        }
    }
}
