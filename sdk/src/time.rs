//! Dates, civil time and spans. Guests carry no zone database: the host resolves.

pub use crate::bindings::plugin::watteau::connector::{
    clock::Moment,
    types::{Civil, Instant, Span},
};
use crate::context::Host;
use std::{fmt, str::FromStr};

/// Milliseconds in an hour.
pub const HOUR: i64 = 3_600_000;

/// A day of the proleptic Gregorian calendar, without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    days: i32,
}

impl Date {
    /// None where no such day exists, or where the year is outside 1 to 9999.
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        if !(1..=9999).contains(&year) || day == 0 || day > last {
            return None;
        }
        // Years that start in March put the leap day last (the usual era arithmetic).
        let (year, month, day) = (i32::from(year), i32::from(month), i32::from(day));
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        Some(Self { days: era * 146_097 + of_era - 719_468 })
    }

    /// From days since 1970-01-01; none outside the years 1 to 9999.
    pub fn from_days(days: i32) -> Option<Self> {
        (-719_162..=2_932_896).contains(&days).then_some(Self { days })
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i32 {
        self.days
    }

    /// Year, month and day.
    pub fn parts(self) -> (i16, u8, u8) {
        let days = self.days + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year + era * 400 + i32::from(month <= 2);
        (year as i16, month as u8, day as u8)
    }

    /// So many days later (earlier when negative); none outside the years 1 to 9999.
    pub fn plus(self, days: i32) -> Option<Self> {
        Self::from_days(self.days.checked_add(days)?)
    }

    /// This day's midnight, as a wall clock shows it.
    pub fn midnight(self) -> Civil {
        self.at(0, 0)
    }

    /// A time of this day, as a wall clock shows it.
    pub fn at(self, hour: u8, minute: u8) -> Civil {
        let (year, month, day) = self.parts();
        Civil { year, month, day, hour, minute, second: 0 }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// A text that is not a date, or not a date and time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date and time (2024-01-31, 2024-01-31 06:30:00)")]
pub struct NotATime(String);

impl FromStr for Date {
    type Err = NotATime;

    /// ISO 8601: `2024-01-31`.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        parse_date(text).ok_or_else(|| NotATime(text.to_owned()))
    }
}

fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    Date::new(number(&bytes[..4])?.try_into().ok()?, number(&bytes[5..7])? as u8, number(&bytes[8..])? as u8)
}

/// Digits and nothing else; the callers bound their count.
fn number(digits: &[u8]) -> Option<u16> {
    digits
        .iter()
        .try_fold(0_u16, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0')))
}

impl Civil {
    /// The day.
    pub fn date(&self) -> Option<Date> {
        Date::new(self.year, self.month, self.day)
    }
}

impl fmt::Display for Civil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
    }
}

impl FromStr for Civil {
    type Err = NotATime;

    /// `2024-01-31`, or with a space or `T` and `06:30` or `06:30:00` after it.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        parse_civil(text).ok_or_else(|| NotATime(text.to_owned()))
    }
}

fn parse_civil(text: &str) -> Option<Civil> {
    let date = parse_date(text.get(..10)?)?;
    let time = &text.as_bytes()[10..];
    if !matches!(time.first(), None | Some(b' ' | b'T')) {
        return None;
    }
    let (hour, minute, second) = match time.len() {
        0 => (0, 0, 0),
        6 if time[3] == b':' => (number(&time[1..3])?, number(&time[4..6])?, 0),
        9 if time[3] == b':' && time[6] == b':' => {
            (number(&time[1..3])?, number(&time[4..6])?, number(&time[7..9])?)
        }
        _ => return None,
    };
    (hour < 24 && minute < 60 && second < 60)
        .then(|| Civil { second: second as u8, ..date.at(hour as u8, minute as u8) })
}

impl Moment {
    /// The earlier reading: before the clock goes back; for a time that never shows, the instant it would
    /// be by the offset after the change.
    pub fn earlier(&self) -> Instant {
        match *self {
            Self::Once(instant) => instant,
            Self::Twice((a, b)) | Self::Never((a, b)) => a.min(b),
        }
    }

    /// The later reading: after the clock has gone back; for a time that never shows, the instant it would
    /// be by the offset before the change (what calendars do).
    pub fn later(&self) -> Instant {
        match *self {
            Self::Once(instant) => instant,
            Self::Twice((a, b)) | Self::Never((a, b)) => a.max(b),
        }
    }

    /// What most calendars take: the first of two, and after the gap for a time that never shows.
    pub fn compatible(&self) -> Instant {
        match self {
            Self::Never(_) => self.later(),
            Self::Once(_) | Self::Twice(_) => self.earlier(),
        }
    }
}

impl Span {
    /// Half-open: `start` belongs to it, `end` does not.
    pub fn new(start: Instant, end: Instant) -> Self {
        Self { start, end }
    }

    /// Whether an instant is inside.
    pub fn contains(&self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }

    /// Consecutive pieces of `step` milliseconds; the last may be shorter. None for a step that is not
    /// positive.
    pub fn pieces(self, step: i64) -> impl Iterator<Item = Span> {
        let mut from = self.start;
        std::iter::from_fn(move || {
            if step <= 0 || from >= self.end {
                return None;
            }
            let piece = Span { start: from, end: from.saturating_add(step).min(self.end) };
            from = piece.end;
            Some(piece)
        })
    }
}

/// Now, and civil time by the host's zone database.
#[derive(Clone, Copy)]
pub struct Clock<'a> {
    host: &'a dyn Host,
}

impl<'a> Clock<'a> {
    pub(crate) fn new(host: &'a dyn Host) -> Self {
        Self { host }
    }

    /// The instant.
    pub fn now(self) -> Instant {
        self.host.now()
    }

    /// The home's zone, an IANA name.
    pub fn home_zone(self) -> String {
        self.host.home_zone()
    }

    /// The instants at which a zone's clocks show a civil time. The error says what is wrong with it.
    pub fn resolve(self, zone: &str, civil: Civil) -> Result<Moment, String> {
        self.host.resolve(zone, civil)
    }

    /// What a zone's clocks show at an instant, and their offset from UTC in seconds.
    pub fn local(self, zone: &str, instant: Instant) -> Result<(Civil, i32), String> {
        self.host.local(zone, instant)
    }

    /// The day that a zone's calendars show at an instant.
    pub fn date(self, zone: &str, instant: Instant) -> Result<Date, String> {
        let (civil, _) = self.local(zone, instant)?;
        civil.date().ok_or_else(|| format!("{civil} is not a date"))
    }

    /// The instant at which a day starts in a zone.
    pub fn midnight(self, zone: &str, date: Date) -> Result<Instant, String> {
        self.resolve(zone, date.midnight()).map(|moment| moment.compatible())
    }

    /// A day's span in a zone: 23, 24 or 25 hours.
    pub fn day(self, zone: &str, date: Date) -> Result<Span, String> {
        let next = date.plus(1).ok_or("the calendar ends with the year 9999")?;
        Ok(Span::new(self.midnight(zone, date)?, self.midnight(zone, next)?))
    }

    /// The days that a span touches in a zone: from the one its start is in to the one before its end.
    pub fn days(self, zone: &str, span: Span) -> Result<Vec<Date>, String> {
        if span.end <= span.start {
            return Ok(Vec::new());
        }
        let (first, last) = (self.date(zone, span.start)?, self.date(zone, span.end - 1)?);
        Ok((first.days()..=last.days()).filter_map(Date::from_days).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_days() {
        let cases = [
            ("1970-01-01", 0),
            ("1969-12-31", -1),
            ("2000-02-29", 11_016),
            ("2024-03-31", 19_813),
            ("9999-12-31", 2_932_896),
            ("0001-01-01", -719_162),
        ];
        for (text, days) in cases {
            let date: Date = text.parse().unwrap();
            assert_eq!(date.days(), days, "{text}");
            assert_eq!(Date::from_days(days).unwrap().to_string(), text);
        }
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        let first = Date::new(1900, 1, 1).unwrap().days();
        for days in first..first + 146_097 {
            let (year, month, day) = Date::from_days(days).unwrap().parts();
            assert_eq!(Date::new(year, month, day).map(Date::days), Some(days));
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in
            ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-1-1", "20240101", "", "2024-01-+1"]
        {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn civil_times_parse_and_print() {
        let cases = [
            ("2024-01-31", Some("2024-01-31 00:00:00")),
            ("2024-01-31 06:30", Some("2024-01-31 06:30:00")),
            ("2024-01-31T23:59:59", Some("2024-01-31 23:59:59")),
            ("2024-01-31 24:00:00", None),
            ("2024-01-31 06:30:00Z", None),
            ("2024-01-3é 06:30", None),
        ];
        for (text, printed) in cases {
            assert_eq!(text.parse::<Civil>().ok().map(|c| c.to_string()).as_deref(), printed, "{text}");
        }
    }

    #[test]
    fn spans_fall_in_pieces() {
        let pieces: Vec<_> = Span::new(0, 25).pieces(10).map(|p| (p.start, p.end)).collect();
        assert_eq!(pieces, [(0, 10), (10, 20), (20, 25)]);
        assert_eq!(Span::new(0, 25).pieces(0).count(), 0);
    }
}
