//! Dates with times as files write them: French or ISO 8601, with an offset or without, or a workbook's serial number.

use watteau_sdk::prelude::{Civil, Instant};

use crate::day::Day;

const SECOND_MS: i64 = 1000;

/// A date and time of a cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stamp {
    /// What a clock showed; which clock is for the reader to know.
    Wall(Civil),
    /// An instant: the cell says its offset.
    Instant(Instant),
}

impl Stamp {
    /// `01/02/2025`, `01/02/2025 00:30[:00]`, `2025-02-01[ 00:30:00]`, `2025-02-01T00:30:00+01:00`, `...Z`.
    ///
    /// ```
    /// use watteau_tabular::Stamp;
    ///
    /// assert_eq!(Stamp::parse("1970-01-01T01:00:00+01:00"), Some(Stamp::Instant(0)));
    /// assert!(matches!(Stamp::parse("31/12/2025 23:30:00"), Some(Stamp::Wall(civil)) if civil.hour == 23));
    /// assert_eq!(Stamp::parse("30/02/2025 23:30"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, rest) = text.split_at_checked(10)?;
        let iso = date.as_bytes().get(4) == Some(&b'-');
        let day = if iso { Day::from_iso(date) } else { Day::from_french(date) }?;
        if rest.is_empty() {
            return Some(Self::Wall(day.date().midnight()));
        }
        // By bytes, since a table holds many: `T06:30`, then what may follow.
        let [b'T' | b't' | b' ', hour @ .., b':', minute_1, minute_2] = rest.as_bytes().get(..6)? else {
            return None;
        };
        let (hour, minute) = (pair(hour)?, pair(&[*minute_1, *minute_2])?);
        let (second, rest) = match rest.as_bytes().get(6..9) {
            Some([b':', second @ ..]) => (pair(second)?, rest.get(9..)?),
            _ => (0, rest.get(6..)?),
        };
        let (milliseconds, rest) = match rest.strip_prefix('.') {
            Some(fraction) => milliseconds(fraction)?,
            None => (0, rest),
        };
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let rest = rest.trim_start();
        if !rest.is_empty() {
            let seconds = i64::from(day.date().days()) * 86_400
                + (i64::from(hour) * 60 + i64::from(minute)) * 60
                + i64::from(second);
            return Some(Self::Instant((seconds - offset(rest)?) * SECOND_MS + milliseconds));
        }
        (milliseconds == 0).then(|| Self::Wall(Civil { second, ..day.date().at(hour, minute) }))
    }

    /// The date and time that a workbook's serial number stands for, to the second.
    pub fn from_serial(digits: &str, since_1904: bool) -> Option<Self> {
        let serial: f64 = digits.parse().ok()?;
        if !(0.0..3_000_000.0).contains(&serial) {
            return None;
        }
        // A second is 1e-5 of a day: far coarser than what the float keeps.
        let seconds = (serial * 86_400.0).round() as i64;
        let day = Day::from_serial(seconds / 86_400, since_1904)?;
        let second = seconds % 86_400;
        let civil = day.date().at((second / 3600) as u8, (second / 60 % 60) as u8);
        Some(Self::Wall(Civil { second: (second % 60) as u8, ..civil }))
    }
}

/// Seconds east of UTC: `Z`, `+01:00`, `-0330`, `+02`.
fn offset(text: &str) -> Option<i64> {
    let (sign, hours, minutes) = match *text.as_bytes() {
        [b'Z' | b'z'] => return Some(0),
        [sign @ (b'+' | b'-'), h1, h2] => (sign, [h1, h2], [b'0', b'0']),
        [sign @ (b'+' | b'-'), h1, h2, m1, m2] | [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            (sign, [h1, h2], [m1, m2])
        }
        _ => return None,
    };
    let (hours, minutes) = (pair(&hours)?, pair(&minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = (i64::from(hours) * 60 + i64::from(minutes)) * 60;
    Some(if sign == b'-' { -seconds } else { seconds })
}

/// Two digits and nothing else.
fn pair(digits: &[u8]) -> Option<u8> {
    match *digits {
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Some((a - b'0') * 10 + b - b'0'),
        _ => None,
    }
}

/// The decimals of a second, cut to thousandths, and what follows them.
fn milliseconds(text: &str) -> Option<(i64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (fraction, rest) = text.split_at(length);
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |digit| i64::from(digit - b'0'));
    (length > 0).then(|| (digit(0) * 100 + digit(1) * 10 + digit(2), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_of_every_dress() {
        let wall = |text: &str| Some(Stamp::Wall(text.parse().expect("a civil time")));
        let instant = |seconds: i64| Some(Stamp::Instant(seconds * 1000));
        for (text, expected) in [
            ("2025-02-01", wall("2025-02-01 00:00")),
            (" 01/02/2025 ", wall("2025-02-01 00:00")),
            ("01/02/2025 00:30", wall("2025-02-01 00:30")),
            ("01/02/2025 23:59:59", wall("2025-02-01 23:59:59")),
            ("2025-02-01T06:00:00", wall("2025-02-01 06:00")),
            ("2025-02-01T06:00:00.000", wall("2025-02-01 06:00")),
            ("2025-02-01T00:30:00+01:00", instant(1_738_366_200)),
            ("2025-02-01T00:30:00+0100", instant(1_738_366_200)),
            ("2025-01-31T23:30:00Z", instant(1_738_366_200)),
            ("2025-01-31 20:00:00-03:30", instant(1_738_366_200)),
            ("2025-01-31T23:30:00.000000Z", instant(1_738_366_200)),
            ("2025-01-31T23:30:00.5Z", Some(Stamp::Instant(1_738_366_200_500))),
            ("2025-02-30 00:00", None),
            ("01/02/2025 24:00", None),
            ("01/02/2025 00:60", None),
            ("01/02/2025 0:30", None),
            ("01/02/25 00:30", None),
            ("2025-02-01T00:30:00+1:00", None),
            ("2025-02-01T00:30:00+25:00", None),
            ("2025-02-01T00:30:00:00", None),
            ("2025-02-01T00:30:00.", None),
            ("2025-02-01X00:30:00", None),
            ("", None),
            ("é025-02-01", None),
        ] {
            assert_eq!(Stamp::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn serials_to_the_second() {
        for (digits, since_1904, expected) in [
            ("45658", false, Some("2025-01-01 00:00")),
            ("45658.020833333336", false, Some("2025-01-01 00:30")),
            ("45658.99998842593", false, Some("2025-01-01 23:59:59")),
            ("44196.5", true, Some("2025-01-01 12:00")),
            ("-1", false, None),
            ("1e300", false, None),
            ("NaN", false, None),
            ("x", false, None),
        ] {
            let expected = expected.map(|text| Stamp::Wall(text.parse().expect("a civil time")));
            assert_eq!(Stamp::from_serial(digits, since_1904), expected, "{digits}");
        }
    }
}
