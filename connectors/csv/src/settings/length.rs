//! Lengths as users write them: `30min`, `1d`, `1h 30min`, `1 month`.

use watteau_sdk::types::Step;

/// Seconds and months of a length; none where it is none.
fn parts(text: &str) -> Option<(u32, u16)> {
    let (mut seconds, mut months) = (0_u32, 0_u16);
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: u32 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = match &rest[..letters] {
            "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "mn" | "minute" | "minutes" => 60,
            "h" | "hour" | "hours" => 3_600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            "month" | "months" => {
                months = months.checked_add(u16::try_from(count).ok()?)?;
                0
            }
            "y" | "year" | "years" => {
                months = months.checked_add(u16::try_from(count.checked_mul(12)?).ok()?)?;
                0
            }
            _ => return None,
        };
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
        rest = rest[letters..].trim_start();
    }
    (seconds > 0 || months > 0).then_some((seconds, months))
}

/// A step: whole days and months are counted by the calendar.
pub(super) fn step(text: &str) -> Option<Step> {
    if text.trim() == "irregular" {
        return Some(Step::Irregular);
    }
    match parts(text)? {
        (0, months) => Some(Step::Months(months)),
        (seconds, 0) if seconds % 86_400 == 0 => u16::try_from(seconds / 86_400).ok().map(Step::Days),
        (seconds, 0) => Some(Step::Seconds(seconds)),
        _ => None,
    }
}

/// Seconds.
pub(super) fn seconds(text: &str) -> Option<u32> {
    if text.trim() == "0" {
        return Some(0);
    }
    parts(text).filter(|(_, months)| *months == 0).map(|(seconds, _)| seconds)
}

/// Seconds after midnight from `06:00`.
pub(super) fn time_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60 && text.len() == 5).then_some(hour * 3600 + minute * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        for (text, expected) in [
            ("30min", Some(Step::Seconds(1800))),
            ("1h 30min", Some(Step::Seconds(5400))),
            ("1h", Some(Step::Seconds(3600))),
            ("24h", Some(Step::Days(1))),
            ("1d", Some(Step::Days(1))),
            ("1w", Some(Step::Days(7))),
            ("1 month", Some(Step::Months(1))),
            ("1 year", Some(Step::Months(12))),
            ("irregular", Some(Step::Irregular)),
            ("", None),
            ("0s", None),
            ("often", None),
            ("30", None),
            ("1 month 2 days", None),
            ("99999999999s", None),
        ] {
            let read = step(text);
            assert_eq!(format!("{read:?}"), format!("{expected:?}"), "{text}");
        }
        assert_eq!(
            (time_of_day("06:00"), time_of_day("6:00"), time_of_day("24:00")),
            (Some(21_600), None, None)
        );
    }
}
