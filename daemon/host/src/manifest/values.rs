//! The small formats of manifests and settings: `30min`, `32MB`, `06:00`, `24 months 15 days`.

use super::History;
use crate::model::Step;
use std::time::Duration;

/// `10s`, `2min`, `1d`, `1h 30min`.
pub fn duration(text: &str) -> Result<Duration, String> {
    if text.trim() == "0" {
        return Ok(Duration::ZERO);
    }
    humantime::parse_duration(text.trim())
        .map_err(|error| format!("`{text}` is not a duration ({error}); write `30s`, `2min`, `1h` or `1d`"))
}

/// `32MB` (binary, as memory is counted), `64KB`, `1GB`, `1000`.
pub fn size(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let unit = match text[digits..].trim() {
        "" | "B" => 1,
        "kB" | "KB" | "KiB" => 1 << 10,
        "MB" | "MiB" => 1 << 20,
        "GB" | "GiB" => 1 << 30,
        _ => 0,
    };
    text[..digits]
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(unit))
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| format!("`{text}` is not a size; write `64KB`, `32MB`"))
}

/// Seconds after midnight from `06:00`.
pub(super) fn time_of_day(text: &str) -> Result<u32, String> {
    let parts = text.split_once(':').and_then(|(hour, minute)| {
        let (hour, minute) = (hour.parse::<u32>().ok()?, minute.parse::<u32>().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 3600 + minute * 60)
    });
    parts.ok_or_else(|| format!("`{text}` is not a time of day; write `06:00`"))
}

/// Whole days from `7d`.
pub(super) fn days(text: &str) -> Result<u32, String> {
    let length = duration(text)?.as_secs();
    match u32::try_from(length / 86_400) {
        Ok(days) if length % 86_400 == 0 => Ok(days),
        _ => Err(format!("`{text}` is not a whole number of days; write `7d`")),
    }
}

/// `24 months 15 days`, `3 years`, `90d`.
pub(super) fn history(text: &str) -> Result<History, String> {
    let wrong = || format!("`{text}` is not a length of history; write `24 months 15 days`");
    let mut found = History { months: 0, days: 0 };
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
        let count: u32 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = rest[digits..].trim_start();
        let word = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (months, days) = match &rest[..word] {
            "year" | "years" | "y" => (12, 0),
            "month" | "months" | "mo" => (1, 0),
            "week" | "weeks" | "w" => (0, 7),
            "day" | "days" | "d" => (0, 1),
            _ => return Err(wrong()),
        };
        let add =
            |sum: u32, unit: u32| count.checked_mul(unit).and_then(|n| sum.checked_add(n)).ok_or_else(wrong);
        found = History { months: add(found.months, months)?, days: add(found.days, days)? };
        rest = rest[word..].trim_start();
    }
    if found == (History { months: 0, days: 0 }) { Err(wrong()) } else { Ok(found) }
}

/// `30min`, `1d`, `1 month`, `irregular`.
pub(super) fn step(text: &str) -> Result<Step, String> {
    let trimmed = text.trim();
    if trimmed == "irregular" {
        return Ok(Step::Irregular);
    }
    let narrow = |count: u32| u16::try_from(count).map_err(|_| format!("`{text}` is too long a step"));
    if let Ok(History { months, days }) = history(trimmed) {
        return match (months, days) {
            (0, days) => Ok(Step::Days(narrow(days)?)),
            (months, 0) => Ok(Step::Months(narrow(months)?)),
            _ => Err(format!("`{text}` mixes months and days; write `30min`, `1d` or `1 month`")),
        };
    }
    let length = duration(trimmed)?;
    match u32::try_from(length.as_secs()) {
        Ok(seconds) if seconds > 0 && length.subsec_nanos() == 0 => Ok(Step::Seconds(seconds)),
        _ => Err(format!("`{text}` is not a step; write `30min`, `1d`, `1 month` or `irregular`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read() {
        assert_eq!(size("32MB"), Ok(32 << 20));
        assert_eq!(size("64 KiB"), Ok(64 << 10));
        assert_eq!(time_of_day("06:30"), Ok(23_400));
        assert_eq!(days("7d"), Ok(7));
        assert_eq!(history("24 months 15 days"), Ok(History { months: 24, days: 15 }));
        assert_eq!(history("3 years"), Ok(History { months: 36, days: 0 }));
        assert_eq!(step("30min"), Ok(Step::Seconds(1800)));
        assert_eq!(step("1h"), Ok(Step::Seconds(3600)));
        assert_eq!(step("1d"), Ok(Step::Days(1)));
        assert_eq!(step("1 month"), Ok(Step::Months(1)));
        assert_eq!(step("irregular"), Ok(Step::Irregular));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "32", "MB", "-1MB", "32 apples", "99999999999999999999GB"] {
            assert!(text == "32" || size(text).is_err(), "{text}");
        }
        for text in ["24:00", "6", "06:60", "a:b"] {
            assert!(time_of_day(text).is_err(), "{text}");
        }
        for text in ["", "months", "0 days", "4 fortnights", "99999999999 years"] {
            assert!(history(text).is_err(), "{text}");
        }
        for text in ["", "0s", "1 month 2 days", "often", "1500ms"] {
            assert!(step(text).is_err(), "{text}");
        }
        assert!(days("36h").is_err());
    }
}
