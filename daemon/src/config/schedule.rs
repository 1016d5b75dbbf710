//! When a connector runs by itself: a small grammar that reads as a sentence.
//!
//! ```text
//! schedule = "never"
//!          | period
//!          | times "every day" [ ", again" period "until yesterday is complete" ]
//! period   = "hourly" | "every" NUMBER ( "minutes" | "hours" )          from 1 minute to 24 hours
//! times    = HH:MM { ( "," | "and" ) HH:MM }                            local, in the home's zone
//! ```
//!
//! Times of day that the change of hour skips are shifted as clocks are (02:30 becomes 03:30); those that it
//! repeats count once, the first time. Periods are counted in absolute time.
//!
//! Every installation adds an offset of its own (the caller's `jitter`, drawn once and kept), so that those
//! who keep the default do not all ask a source in the same second: up to [`SPREAD`], or a whole period when
//! that is shorter.

use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned, civil::Time};
use std::{fmt, str::FromStr};

/// The installations that ask for the same time of day are spread over this long after it.
pub const SPREAD: SignedDuration = SignedDuration::from_mins(15);

const DAY_MINUTES: u32 = 24 * 60;

/// When a connector runs by itself; written as its [`fmt::Display`] shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schedule {
    /// Only when asked to.
    Never,
    /// Again and again.
    Every {
        /// From 1 to 1440.
        minutes: u32,
    },
    /// At times of the local day.
    Daily {
        /// Sorted, at least one.
        times: Vec<Time>,
        /// Minutes between two tries later the same day, while yesterday is not complete.
        again: Option<u32>,
    },
}

/// Why a text is no schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0}; write for example \"07:30 every day\", \"06:00 and 14:00 every day\", \"every 15 minutes\", \"hourly\", \
     \"never\", or \"07:30 every day, again hourly until yesterday is complete\""
)]
pub struct ScheduleError(String);

impl Schedule {
    /// The first run after `now`, in its zone; none when it never runs by itself.
    ///
    /// `caught_up` says that yesterday is complete; `jitter`, between 0 and 1, places this installation.
    pub fn next(&self, now: &Zoned, caught_up: bool, jitter: f64) -> Option<Zoned> {
        let next = match self {
            Self::Never => return None,
            Self::Every { minutes } => {
                let period = minutes_long(*minutes);
                next_step(Timestamp::UNIX_EPOCH + offset(SPREAD.min(period), jitter), period, now.timestamp())
            }
            Self::Daily { times, again } => {
                let shift = offset(SPREAD, jitter);
                let first = next_daily(times, now, shift);
                let retry =
                    again.filter(|_| !caught_up).and_then(|again| next_retry(times, again, now, shift));
                first.into_iter().chain(retry).min()?
            }
        };
        Some(next.to_zoned(now.time_zone().clone()))
    }
}

fn offset(window: SignedDuration, jitter: f64) -> SignedDuration {
    let fraction = if jitter.is_finite() { jitter.clamp(0.0, 1.0) } else { 0.0 };
    SignedDuration::from_secs((window.as_secs() as f64 * fraction) as i64)
}

fn minutes_long(minutes: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes.max(1)))
}

/// The first of `base`, `base + period`… after `now`.
fn next_step(base: Timestamp, period: SignedDuration, now: Timestamp) -> Timestamp {
    let seconds = period.as_secs();
    let steps = (now.as_second() - base.as_second()).div_euclid(seconds) + 1;
    Timestamp::from_second(base.as_second() + steps * seconds).unwrap_or(Timestamp::MAX)
}

/// The instants of the times of day on a date, shifted.
fn instants(times: &[Time], day: &Zoned, shift: SignedDuration) -> impl Iterator<Item = Timestamp> {
    let (date, zone) = (day.date(), day.time_zone().clone());
    times.iter().filter_map(move |time| {
        date.to_datetime(*time).to_zoned(zone.clone()).ok()?.timestamp().checked_add(shift).ok()
    })
}

fn next_daily(times: &[Time], now: &Zoned, shift: SignedDuration) -> Option<Timestamp> {
    // Yesterday's last time may fall today, by its shift or by a jump of the clocks.
    (-1..=2)
        .filter_map(|days: i64| now.checked_add(days.days()).ok())
        .flat_map(|day| instants(times, &day, shift).collect::<Vec<_>>())
        .filter(|instant| *instant > now.timestamp())
        .min()
}

/// The next try after a time of today that has passed; none once the local day is over.
fn next_retry(times: &[Time], again: u32, now: &Zoned, shift: SignedDuration) -> Option<Timestamp> {
    let passed = instants(times, now, shift).filter(|instant| *instant <= now.timestamp()).max()?;
    let next = next_step(passed, minutes_long(again), now.timestamp());
    (next.to_zoned(now.time_zone().clone()).date() == now.date()).then_some(next)
}

impl FromStr for Schedule {
    type Err = ScheduleError;

    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let lower = text.trim().to_lowercase();
        if lower == "never" {
            return Ok(Self::Never);
        }
        if lower.contains("every day") {
            return daily(&lower);
        }
        period(&lower).map(|minutes| Self::Every { minutes })
    }
}

fn daily(text: &str) -> Result<Schedule, ScheduleError> {
    let (times, rest) = text.split_once("every day").unwrap_or((text, ""));
    let times = times.replace(" and ", ",");
    let mut times: Vec<Time> =
        times.split(',').map(|time| time_of_day(time.trim())).collect::<Result<_, _>>()?;
    times.sort_unstable();
    times.dedup();
    let again = match rest.trim() {
        "" => None,
        rest => {
            let retry = rest
                .strip_prefix(',')
                .and_then(|rest| rest.trim_start().strip_prefix("again "))
                .and_then(|rest| rest.trim_end().strip_suffix("until yesterday is complete"))
                .ok_or_else(|| ScheduleError(format!("`{rest}` is not understood after `every day`")))?;
            Some(period(retry.trim())?)
        }
    };
    Ok(Schedule::Daily { times, again })
}

fn time_of_day(text: &str) -> Result<Time, ScheduleError> {
    let wrong = || ScheduleError(format!("`{text}` is not a time of day such as 07:30"));
    let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return Err(wrong());
    }
    let (hour, minute) = (hour.parse().map_err(|_| wrong())?, minute.parse().map_err(|_| wrong())?);
    Time::new(hour, minute, 0, 0).map_err(|_| wrong())
}

fn period(text: &str) -> Result<u32, ScheduleError> {
    if text == "hourly" {
        return Ok(60);
    }
    let wrong = || ScheduleError(format!("`{text}` is not a schedule"));
    let words: Vec<&str> = text.strip_prefix("every ").ok_or_else(wrong)?.split_whitespace().collect();
    let (count, unit) = match words[..] {
        [unit] => ("1", unit),
        [count, unit] => (count, unit),
        _ => return Err(wrong()),
    };
    let count: u32 = count.parse().map_err(|_| wrong())?;
    let minutes = match unit {
        "minute" | "minutes" | "min" => Some(count),
        "hour" | "hours" | "h" => count.checked_mul(60),
        _ => return Err(wrong()),
    };
    minutes
        .filter(|minutes| (1..=DAY_MINUTES).contains(minutes))
        .ok_or_else(|| ScheduleError(format!("`{text}` is not between a minute and a day")))
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Every { minutes } => write_period(f, *minutes),
            Self::Daily { times, again } => {
                for (position, time) in times.iter().enumerate() {
                    let comma = if position == 0 { "" } else { " and " };
                    write!(f, "{comma}{:02}:{:02}", time.hour(), time.minute())?;
                }
                f.write_str(" every day")?;
                if let Some(again) = again {
                    f.write_str(", again ")?;
                    write_period(f, *again)?;
                    f.write_str(" until yesterday is complete")?;
                }
                Ok(())
            }
        }
    }
}

fn write_period(f: &mut fmt::Formatter<'_>, minutes: u32) -> fmt::Result {
    match minutes {
        60 => f.write_str("hourly"),
        1 => f.write_str("every 1 minute"),
        _ if minutes.is_multiple_of(60) => write!(f, "every {} hours", minutes / 60),
        _ => write!(f, "every {minutes} minutes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(schedule: &str, now: &str, caught_up: bool, jitter: f64) -> String {
        let now: Zoned = format!("{now}[Europe/Paris]").parse().unwrap();
        let next = schedule.parse::<Schedule>().unwrap().next(&now, caught_up, jitter);
        next.map_or_else(|| "never".to_owned(), |next| next.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    #[test]
    fn runs_come_when_the_sentence_says() {
        const AGAIN: &str = "07:30 every day, again hourly until yesterday is complete";
        for (schedule, now, caught_up, expected) in [
            ("never", "2025-05-01T12:00:00+02:00", false, "never"),
            ("07:30 every day", "2025-05-01T07:29:59+02:00", false, "2025-05-01T07:30:00+02:00"),
            // A run that starts on the dot is not due again at once.
            ("07:30 every day", "2025-05-01T07:30:00+02:00", false, "2025-05-02T07:30:00+02:00"),
            ("06:00 and 14:00 every day", "2025-05-01T07:00:00+02:00", false, "2025-05-01T14:00:00+02:00"),
            ("every 15 minutes", "2025-05-01T07:07:00+02:00", false, "2025-05-01T07:15:00+02:00"),
            ("hourly", "2025-05-01T07:00:00+02:00", false, "2025-05-01T08:00:00+02:00"),
            (AGAIN, "2025-05-01T07:31:00+02:00", false, "2025-05-01T08:30:00+02:00"),
            (AGAIN, "2025-05-01T07:31:00+02:00", true, "2025-05-02T07:30:00+02:00"),
            (AGAIN, "2025-05-01T23:31:00+02:00", false, "2025-05-02T07:30:00+02:00"),
            (AGAIN, "2025-05-02T00:10:00+02:00", false, "2025-05-02T07:30:00+02:00"),
            // 02:30 does not exist on the day of 23 hours, and comes twice on the day of 25.
            ("02:30 every day", "2025-03-30T01:00:00+01:00", false, "2025-03-30T03:30:00+02:00"),
            ("02:30 every day", "2025-10-26T01:00:00+02:00", false, "2025-10-26T02:30:00+02:00"),
            ("02:30 every day", "2025-10-26T02:30:00+02:00", false, "2025-10-27T02:30:00+01:00"),
            ("hourly", "2025-10-26T02:00:00+02:00", false, "2025-10-26T02:00:00+01:00"),
            (AGAIN, "2025-10-26T08:00:00+01:00", false, "2025-10-26T08:30:00+01:00"),
            ("07:30 every day", "2025-12-31T08:00:00+01:00", false, "2026-01-01T07:30:00+01:00"),
        ] {
            assert_eq!(next(schedule, now, caught_up, 0.0), expected, "{schedule} at {now}");
        }
    }

    #[test]
    fn an_installation_has_a_place_of_its_own() {
        let at = "2025-05-01T07:00:00+02:00";
        assert_eq!(next("07:30 every day", at, false, 0.5), "2025-05-01T07:37:30+02:00");
        assert_eq!(next("every 2 minutes", at, false, 0.5), "2025-05-01T07:01:00+02:00");
        // The shift carries over midnight: the time of yesterday is still to come.
        assert_eq!(
            next("23:59 every day", "2025-05-02T00:01:00+02:00", false, 1.0),
            "2025-05-02T00:14:00+02:00"
        );
        assert_eq!(next("07:30 every day", at, false, f64::NAN), "2025-05-01T07:30:00+02:00");
    }

    #[test]
    fn a_schedule_is_read_as_it_is_shown() {
        for (text, shown) in [
            ("never", "never"),
            ("Every hour", "hourly"),
            ("every 120 min", "every 2 hours"),
            ("every minute", "every 1 minute"),
            ("14:00, 6:00 every day", "06:00 and 14:00 every day"),
            (
                "07:30 every day,again every 30 minutes until yesterday is complete",
                "07:30 every day, again every 30 minutes until yesterday is complete",
            ),
        ] {
            let schedule: Schedule = text.parse().unwrap();
            assert_eq!(schedule.to_string(), shown);
            assert_eq!(shown.parse(), Ok(schedule));
        }
    }

    #[test]
    fn anything_else_is_refused_with_examples() {
        for text in [
            "",
            "often",
            "24:00 every day",
            "7h30 every day",
            "every day",
            "07:30",
            "every 0 minutes",
            "every 25 hours",
            "every 99999999999 minutes",
            "every 99999999 hours",
            "07:30 every day, again never until yesterday is complete",
            "07:30 every day again hourly",
            "+7:30 every day",
            "07:3 every day",
            "every 15",
            "06:00 and every day",
        ] {
            let error = text.parse::<Schedule>().unwrap_err().to_string();
            assert!(error.contains("write for example"), "{text}: {error}");
        }
    }
}
