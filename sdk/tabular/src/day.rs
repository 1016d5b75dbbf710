//! Dates as tables hold them, without a zone: the host alone turns them into instants.

use std::fmt;

use watteau_sdk::time::Date;

/// A day: the SDK's date, with the ways in which files write it and the sums that periods need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// 1899-12-30: with it serial 61 is 1900-03-01, so Excel's false 29 February 1900 needs no other care.
const SERIAL_1900: i64 = -25_569;
/// 1904-01-01 is serial 0 of the other date system.
const SERIAL_1904: i64 = -24_107;

impl Day {
    /// None when the date does not exist, or lies outside the years 1 to 9999.
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        Date::new(year, month, day).map(Self)
    }

    /// Before the year 2000: no communicating meter is so old, and a broken date often is.
    pub fn is_too_old(self) -> bool {
        self.0.parts().0 < 2000
    }

    /// The day a workbook's serial number stands for. None outside the years 1 to 9999.
    pub fn from_serial(serial: i64, since_1904: bool) -> Option<Self> {
        let days = serial.checked_add(if since_1904 { SERIAL_1904 } else { SERIAL_1900 })?;
        Date::from_days(i32::try_from(days).ok()?).map(Self)
    }

    /// `2025-10-01`, and nothing else.
    pub fn from_iso(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// `01/10/2025`, and nothing else: two digits, two digits, four digits, the day first.
    pub fn from_french(text: &str) -> Option<Self> {
        let [d1, d2, b'/', m1, m2, b'/', y1, y2, y3, y4] = *text.as_bytes() else { return None };
        Self::new(number(&[y1, y2, y3, y4])?, number(&[m1, m2])? as u8, number(&[d1, d2])? as u8)
    }

    /// As the SDK has it.
    pub fn date(self) -> Date {
        self.0
    }

    /// The year it lies in.
    pub fn year(self) -> i16 {
        self.0.parts().0
    }

    /// The following day.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// This day moved by a number of days; itself at the ends of the calendar.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        self.0.plus(days).map_or(self, Self)
    }

    /// Days from `earlier` to this one.
    pub fn since(self, earlier: Self) -> i32 {
        self.0.days() - earlier.0.days()
    }

    /// Whether weeks begin with this day.
    pub fn is_monday(self) -> bool {
        (self.0.days() + 3).rem_euclid(7) == 0
    }

    /// The last day of this day's month.
    #[must_use]
    pub fn month_end(self) -> Self {
        let (year, month, _) = self.0.parts();
        [31, 30, 29].into_iter().find_map(|last| Self::new(year, month, last)).unwrap_or(self.plus(27))
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self(date)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |n, d| d.is_ascii_digit().then(|| n * 10 + i16::from(d - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_and_months() {
        let monday = Day::new(2024, 12, 30).expect("a day");
        assert_eq!((-7..7).filter(|&days| monday.plus(days).is_monday()).collect::<Vec<_>>(), [-7, 0]);
        for (first, last) in [((2023, 2), 28), ((2024, 2), 29), ((2025, 4), 30), ((2025, 12), 31)] {
            assert_eq!(Day::new(first.0, first.1, 1).map(Day::month_end), Day::new(first.0, first.1, last));
        }
    }

    #[test]
    fn texts_that_name_a_day() {
        let day = Day::new(2025, 10, 1);
        assert_eq!(Day::from_french("01/10/2025"), day);
        assert_eq!(Day::from_iso("2025-10-01"), day);
        for wrong in
            ["30/02/2025", "45/13/2025", "1/10/2025", "01/10/25", "2025", "", "99999999", "10/13/2025"]
        {
            assert_eq!(Day::from_french(wrong), None, "{wrong}");
            assert_eq!(Day::from_iso(wrong), None, "{wrong}");
        }
        assert_eq!(Day::from_iso("2025-02-30"), None);
    }

    #[test]
    fn serials_of_both_date_systems() {
        assert_eq!(Day::from_serial(61, false), Day::new(1900, 3, 1));
        assert_eq!(Day::from_serial(36_526, false), Day::new(2000, 1, 1));
        assert_eq!(Day::from_serial(45_658, false), Day::new(2025, 1, 1));
        assert_eq!(Day::from_serial(45_658 - 1462, true), Day::new(2025, 1, 1));
        assert_eq!(Day::from_serial(i64::MAX, false), None);
    }
}
