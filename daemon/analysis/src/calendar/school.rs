//! School holidays by zone (A, B, C), from a list of dates.

use jiff::civil::Date;

use super::Day;
use crate::Error;

/// Which of the three zones are on holiday.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Zones {
    /// Zone A: Besançon, Bordeaux, Clermont-Ferrand, Dijon, Grenoble, Limoges, Lyon, Poitiers.
    pub a: bool,
    /// Zone B: the north, the west, the east and the south-east.
    pub b: bool,
    /// Zone C: Paris, Créteil, Versailles, Montpellier, Toulouse.
    pub c: bool,
}

impl Zones {
    /// Share of the country's pupils that are on holiday, 0 to 1.
    pub fn share(self) -> f64 {
        let part = |on: bool, weight: f64| if on { weight } else { 0.0 };
        part(self.a, 0.28) + part(self.b, 0.35) + part(self.c, 0.37)
    }
}

/// A calendar of school holidays. A year that the list does not know has none.
#[derive(Debug, Clone, Default)]
pub struct SchoolHolidays {
    periods: Vec<(Day, Day, Zones)>,
}

const BUILT_IN: &str = include_str!("../../data/school_holidays.csv");

impl SchoolHolidays {
    /// The ministry's calendar as far as it was published when this version was made.
    ///
    /// ```
    /// # use watteau_analysis::{Day, SchoolHolidays};
    /// let school = SchoolHolidays::built_in();
    /// assert_eq!(school.zones(Day::new(jiff::civil::date(2024, 8, 1))).share(), 1.0);
    /// assert_eq!(school.zones(Day::new(jiff::civil::date(2099, 8, 1))).share(), 0.0);
    /// ```
    pub fn built_in() -> SchoolHolidays {
        SchoolHolidays::parse(BUILT_IN).unwrap_or_default()
    }

    /// Reads lines `first_day,last_day,zones,name`; lines of `#` and the header are skipped.
    pub fn parse(text: &str) -> Result<SchoolHolidays, Error> {
        let mut periods = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') || line.starts_with("first_day") {
                continue;
            }
            let mut fields = line.split(',');
            let mut next = || fields.next().unwrap_or_default().trim();
            let date = |text: &str| text.parse::<Date>().map(Day::new);
            let (Ok(first), Ok(last), zones) = (date(next()), date(next()), next()) else {
                return Err(Error::SchoolLine { line: index + 1 });
            };
            if last < first || zones.is_empty() || !zones.chars().all(|zone| "ABC".contains(zone)) {
                return Err(Error::SchoolLine { line: index + 1 });
            }
            let zones = Zones { a: zones.contains('A'), b: zones.contains('B'), c: zones.contains('C') };
            periods.push((first, last, zones));
        }
        Ok(SchoolHolidays { periods })
    }

    /// The zones on holiday on a day.
    pub fn zones(&self, day: Day) -> Zones {
        let mut on = Zones::default();
        for (_, _, zones) in self.periods.iter().filter(|(first, last, _)| (*first..=*last).contains(&day)) {
            on = Zones { a: on.a | zones.a, b: on.b | zones.b, c: on.c | zones.c };
        }
        on
    }

    /// The last day that the list speaks of.
    pub fn known_until(&self) -> Option<Day> {
        self.periods.iter().map(|(_, last, _)| *last).max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_built_in_list_is_read_whole() {
        let school = SchoolHolidays::built_in();
        assert_eq!(school.periods.len(), 158);
        assert!(school.known_until().unwrap() > Day::new(date(2027, 1, 1)));
        let on = school.zones(Day::new(date(2012, 2, 20)));
        assert_eq!(on, Zones { a: true, b: false, c: true });
        assert!((on.share() - 0.65).abs() < 1e-12);
    }

    #[test]
    fn a_bad_line_is_named() {
        for bad in
            ["2024-01-01,2023-01-01,A,x", "2024-13-01,2024-12-01,A,x", "2024-01-01,2024-01-02,D,x", "nothing"]
        {
            let text = format!("first_day,last_day,zones,name\n{bad}\n");
            assert!(matches!(SchoolHolidays::parse(&text), Err(Error::SchoolLine { line: 2 })), "{bad}");
        }
    }
}
