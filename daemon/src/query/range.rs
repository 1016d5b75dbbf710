//! The period and the step of a question.

use super::{Calendar, Error};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::fmt;
use utoipa::ToSchema;

/// The most rows that one answer may have: 17 years of half-hours.
pub(super) const MAX_ROWS: usize = 300_000;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long the rows of an answer are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Bucket {
    /// As stored, each point a row.
    #[default]
    Raw,
    /// Hours.
    Hour,
    /// Days of the series.
    Day,
    /// Weeks from Monday.
    Week,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

impl Bucket {
    /// The name used in requests and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The usual length in ms, only to foresee the size of an answer.
    pub(super) const fn nominal_ms(self) -> i64 {
        match self {
            Self::Raw | Self::Hour => HOUR_MS,
            Self::Day => DAY_MS,
            Self::Week => 7 * DAY_MS,
            Self::Month => 28 * DAY_MS,
            Self::Year => 365 * DAY_MS,
        }
    }
}

impl std::str::FromStr for Bucket {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Raw, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year]
            .into_iter()
            .find(|bucket| bucket.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not a step: raw, hour, day, week, month or year"))
    }
}

/// What was asked: two optional ends of a half-open period, as typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Period<'a> {
    /// First instant, RFC 3339 or a date.
    pub from: Option<&'a str>,
    /// First instant no longer wanted, RFC 3339 or a date.
    pub to: Option<&'a str>,
}

/// As it was asked, for what tells one question from another.
impl fmt::Display for Period<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.from.unwrap_or_default(), self.to.unwrap_or_default())
    }
}

impl Period<'_> {
    /// The period in ms, with the given ends where none were asked.
    pub(super) fn resolve(self, calendar: &Calendar, from: i64, to: i64) -> Result<(i64, i64), Error> {
        let end = |name, text: Option<&str>, default| match text {
            Some(text) => parse_instant(name, text, calendar),
            None => Ok(default),
        };
        let to = end("to", self.to, to)?;
        let from = end("from", self.from, from.min(to))?;
        // Only a period that was asked for can be wrong; a default one is at worst empty.
        if from >= to && self.from.is_some() {
            return Err(Error::EmptyPeriod);
        }
        Ok((from, to))
    }
}

/// Reads an instant (RFC 3339) or a date, which is the start of that day of the series. Answers ms since the
/// epoch.
pub fn parse_instant(name: &'static str, text: &str, calendar: &Calendar) -> Result<i64, Error> {
    if let Ok(date) = text.parse::<Date>()
        && text.len() == "2025-03-30".len()
    {
        return Ok(calendar.start_of(date));
    }
    // A `+` that was not escaped in a query string arrives as a space.
    let repaired = text.replacen(' ', "+", 1);
    text.parse::<Timestamp>()
        .or_else(|error| if text.contains('T') { repaired.parse() } else { Err(error) })
        .map(Timestamp::as_millisecond)
        .map_err(|_| Error::BadInstant { name, value: text.chars().take(40).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{at, paris};

    #[test]
    fn instants_and_dates() {
        let gas = Calendar::new(paris(), 21_600);
        for (text, expect) in [
            ("2025-03-30", Some("2025-03-30T06:00:00+02:00")),
            ("2025-03-30T00:00:00Z", Some("2025-03-30T00:00:00Z")),
            ("2025-03-30T00:00:00+01:00", Some("2025-03-29T23:00:00Z")),
            ("2025-03-30T00:00:00 01:00", Some("2025-03-29T23:00:00Z")),
            ("2025-03-30T00:00:00", None),
            ("2025-02-29", None),
            ("yesterday", None),
            ("", None),
            ("99999-01-01", None),
        ] {
            assert_eq!(parse_instant("from", text, &gas).ok(), expect.map(at), "{text}");
        }
    }

    #[test]
    fn only_a_period_asked_for_can_be_wrong() {
        let calendar = Calendar::new(paris(), 0);
        let asked = |from, to| Period { from, to }.resolve(&calendar, 500, 100);
        assert_eq!(asked(None, None).unwrap(), (100, 100));
        assert!(matches!(asked(Some("2025-03-30"), Some("2025-03-30")), Err(Error::EmptyPeriod)));
        assert!(asked(Some("2025-03-29"), Some("2025-03-30")).is_ok());
    }
}
