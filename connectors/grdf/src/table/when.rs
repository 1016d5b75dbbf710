//! The first cell of a row: a gas day, or the label of a period.

use crate::words::{month, normalise};
use watteau_tabular::Day;
use watteau_tabular::Value;
use watteau_tabular::decimal;

/// What a date cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// One gas day.
    Day(Day),
    /// `Du 24/11/2020 au 29/11/2020`.
    Week(Day, Day),
    /// `Novembre 2020 `: its first day.
    Month(Day),
    /// `2020`: its first day. Only a file of nothing else is yearly.
    Year(Day),
    /// A moment within a day.
    Hour,
    /// A label that says something Watteau does not know.
    Label,
    /// Not a date, or one that does not exist.
    Unreadable,
}

/// Reads a date cell. Two-digit years and months first are not guessed at.
pub fn parse(value: Value<'_>, since_1904: bool) -> When {
    match value {
        Value::Text(text) => of_text(text),
        Value::Number(digits) => of_serial(digits, since_1904),
        Value::Unusable(_) => When::Unreadable,
    }
}

fn of_serial(digits: &str, since_1904: bool) -> When {
    let Some(thousandths) = decimal::thousandths(digits) else { return When::Unreadable };
    let serial = thousandths / 1000;
    match Day::from_serial(serial, since_1904) {
        // The year 2020 as a number, which as a serial would be a day of 1905.
        _ if thousandths % 1000 == 0 && (2000..=2100).contains(&serial) => year(serial as i16),
        Some(_) if thousandths % 1000 != 0 => When::Hour,
        Some(day) => When::Day(day),
        None => When::Unreadable,
    }
}

fn of_text(text: &str) -> When {
    let text = text.trim();
    // The usual case first: no allocation for it.
    if let Some(day) = Day::from_french(text).or_else(|| Day::from_iso(text)) {
        return When::Day(day);
    }
    if text.len() > 200 {
        return When::Unreadable;
    }
    let text = normalise(text);
    if let Some(when) = moment(&text) {
        return when;
    }
    let words: Vec<&str> = text.split(' ').collect();
    match words[..] {
        ["du", from, "au", to] => match (Day::from_french(from), Day::from_french(to)) {
            (Some(from), Some(to)) if (0..7).contains(&to.since(from)) => When::Week(from, to),
            (Some(_), Some(_)) => When::Label,
            _ => When::Unreadable,
        },
        [name, number] if month(name).is_some() && number.len() == 4 => number
            .parse()
            .ok()
            .and_then(|year| Day::new(year, month(name)?, 1))
            .map_or(When::Unreadable, When::Month),
        [number] if number.len() == 4 => number.parse().map_or(When::Unreadable, year),
        _ if text.starts_with(|c: char| c.is_alphabetic()) => When::Label,
        _ => When::Unreadable,
    }
}

fn year(number: i16) -> When {
    Day::new(number, 1, 1).map_or(When::Unreadable, When::Year)
}

/// A date with a time of day: midnight is the bare date in other clothes, anything else is an hour.
fn moment(text: &str) -> Option<When> {
    let (date, time) = (text.get(..10)?, text.get(10..)?.strip_prefix([' ', 't'])?);
    let day = Day::from_french(date).or_else(|| Day::from_iso(date))?;
    let is_midnight =
        matches!(time, "00:00" | "0:00" | "00:00:00" | "0:00:00" | "00:00:00.000" | "00:00:00z");
    let looks_like_time = time.contains([':', 'h']) && time.starts_with(|c: char| c.is_ascii_digit());
    if is_midnight { Some(When::Day(day)) } else { looks_like_time.then_some(When::Hour) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_name_a_day_or_a_period() {
        let day = |y, m, d| Day::new(y, m, d).expect("a day");
        let first = day(2025, 10, 1);
        for (value, expected) in [
            (Value::Text("01/10/2025"), When::Day(first)),
            (Value::Text(" 01/10/2025 "), When::Day(first)),
            (Value::Text("2025-10-01"), When::Day(first)),
            (Value::Text("01/10/2025 00:00"), When::Day(first)),
            (Value::Text("2025-10-01T00:00:00"), When::Day(first)),
            (Value::Number("45931"), When::Day(first)),
            (Value::Number("45931.0"), When::Day(first)),
            (Value::Text("01/10/2025 06:00"), When::Hour),
            (Value::Text("01/10/2025 6h"), When::Hour),
            (Value::Number("45931.25"), When::Hour),
            (Value::Text("Du 24/11/2020 au 29/11/2020"), When::Week(day(2020, 11, 24), day(2020, 11, 29))),
            (Value::Text("Du 24/11/2020 au 24/12/2020"), When::Label),
            (Value::Text("Du 29/11/2020 au 24/11/2020"), When::Label),
            (Value::Text("Du 30/02/2020 au 24/11/2020"), When::Unreadable),
            (Value::Text("Novembre 2020 "), When::Month(day(2020, 11, 1))),
            (Value::Text("AOÛT\u{a0}2020"), When::Month(day(2020, 8, 1))),
            (Value::Text("2020"), When::Year(day(2020, 1, 1))),
            (Value::Number("2020"), When::Year(day(2020, 1, 1))),
            (Value::Text("Trimestre 1"), When::Label),
            (Value::Text("30/02/2025"), When::Unreadable),
            (Value::Text("10/13/2025"), When::Unreadable),
            (Value::Text("01/10/25"), When::Unreadable),
            (Value::Text("99999999"), When::Unreadable),
            (Value::Number("1e308"), When::Unreadable),
            (Value::Text(""), When::Unreadable),
            (Value::Unusable("#N/A"), When::Unreadable),
        ] {
            assert_eq!(parse(value, false), expected, "{value:?}");
        }
        assert_eq!(parse(Value::Number("44469"), true), When::Day(first));
    }
}
