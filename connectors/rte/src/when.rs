//! Instants as RTE and ODRÉ write them: a wall clock with its offset. The offset alone places a value, so that
//! the hour that autumn repeats is never in doubt; the zone is only for days.

use watteau_sdk::{prelude::*, time::Clock};

/// The zone of RTE's days.
pub(crate) const ZONE: &str = "Europe/Paris";

/// The instant of `2025-01-15T00:15:00+01:00`; `Z`, `+0100` and a fraction of a second are read too.
pub(crate) fn instant(text: &str) -> Option<Instant> {
    let civil: Civil = text.get(..19)?.parse().ok()?;
    let rest = text.get(19..)?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|letter: char| letter.is_ascii_digit()),
        None => rest,
    };
    let seconds = i64::from(civil.date()?.days()) * 86_400
        + i64::from(civil.hour) * 3_600
        + i64::from(civil.minute) * 60
        + i64::from(civil.second);
    Some((seconds - offset(rest)?) * 1_000)
}

/// Seconds east of Greenwich.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = (digits[..2].parse().ok()?, digits[2..].parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// An instant as RTE's parameters take it: the wall clock of Paris with its own offset.
pub(crate) fn stamp(clock: Clock<'_>, instant: Instant) -> Result<String, String> {
    let (civil, offset) = clock.local(ZONE, instant)?;
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.abs() / 60;
    let text = civil.to_string().replace(' ', "T");
    Ok(format!("{text}{sign}{:02}:{:02}", minutes / 60, minutes % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_by_their_offset() {
        let cases = [
            ("2025-01-15T00:15:00+01:00", Some(1_736_896_500_000)),
            ("2025-01-14T23:15:00Z", Some(1_736_896_500_000)),
            ("2025-01-14T23:15:00.125+00:00", Some(1_736_896_500_000)),
            ("2025-01-14T23:15:00+0000", Some(1_736_896_500_000)),
            ("2025-01-14 18:15:00-05:00", Some(1_736_896_500_000)),
            // The hour that comes twice: one hour apart by their offsets alone.
            ("2025-10-26T02:00:00+02:00", Some(1_761_436_800_000)),
            ("2025-10-26T02:00:00+01:00", Some(1_761_440_400_000)),
            ("2025-01-15T00:15:00", None),
            ("2025-01-15T00:15:00+1", None),
            ("2025-01-15T00:15:00+99:00", None),
            ("2025-02-30T00:15:00Z", None),
            ("2025-01-15", None),
            ("", None),
            ("2025-01-15T00:15:0é+01:00", None),
        ];
        for (text, expected) in cases {
            assert_eq!(instant(text), expected, "{text}");
        }
    }
}
