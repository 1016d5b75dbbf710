//! Public holidays of mainland France, computed for any year.

use jiff::civil::{Date, date};

/// A public holiday (jour férié) of mainland France.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holiday {
    /// 1 January.
    NewYear,
    /// The Monday after Easter.
    EasterMonday,
    /// 1 May.
    Labour,
    /// 8 May.
    Victory,
    /// 39 days after Easter, a Thursday.
    Ascension,
    /// 50 days after Easter.
    PentecostMonday,
    /// 14 July.
    Bastille,
    /// 15 August.
    Assumption,
    /// 1 November.
    AllSaints,
    /// 11 November.
    Armistice,
    /// 25 December.
    Christmas,
}

/// Easter Sunday of a year of the Gregorian calendar, by the anonymous computus (Meeus, Astronomical Algorithms).
pub fn easter(year: i16) -> Date {
    let year32 = i32::from(year);
    let golden = year32 % 19;
    let (century, of_century) = (year32 / 100, year32 % 100);
    let lunar = (8 * century + 13) / 25;
    let epact = (19 * golden + century - century / 4 - lunar + 15) % 30;
    let sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let late = (golden + 11 * epact + 19 * sunday) / 433;
    let month = (epact + sunday - 7 * late + 90) / 25;
    let day = (epact + sunday - 7 * late + 33 * month + 19) % 32;
    date(year, month as i8, day as i8)
}

/// The public holiday that a date is, if any. When two meet, the movable one is named.
pub fn holiday(day: Date) -> Option<Holiday> {
    let after_easter = day.since(easter(day.year())).map_or(0, |span| span.get_days());
    let movable = match after_easter {
        1 => Some(Holiday::EasterMonday),
        39 => Some(Holiday::Ascension),
        50 => Some(Holiday::PentecostMonday),
        _ => None,
    };
    movable.or(match (day.month(), day.day()) {
        (1, 1) => Some(Holiday::NewYear),
        (5, 1) => Some(Holiday::Labour),
        (5, 8) => Some(Holiday::Victory),
        (7, 14) => Some(Holiday::Bastille),
        (8, 15) => Some(Holiday::Assumption),
        (11, 1) => Some(Holiday::AllSaints),
        (11, 11) => Some(Holiday::Armistice),
        (12, 25) => Some(Holiday::Christmas),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_almanacs_put_it() {
        for (year, month, day) in [
            (1999, 4, 4),
            (2008, 3, 23),
            (2016, 3, 27),
            (2021, 4, 4),
            (2024, 3, 31),
            (2025, 4, 20),
            (2038, 4, 25),
        ] {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn a_year_has_eleven_holidays() {
        for year in [2021, 2024, 2025] {
            let found =
                date(year, 1, 1).series(jiff::Span::new().days(1)).take(365).filter_map(holiday).count();
            assert_eq!(found, 11, "{year}");
        }
        assert_eq!(holiday(date(2025, 5, 29)), Some(Holiday::Ascension));
        assert_eq!(holiday(date(2025, 6, 9)), Some(Holiday::PentecostMonday));
        assert_eq!(holiday(date(2008, 5, 1)), Some(Holiday::Ascension));
        assert_eq!(holiday(date(2025, 6, 10)), None);
    }
}
