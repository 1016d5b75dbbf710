//! Dates and times by a format that the user writes: `strptime`'s directives, in French and English.

use watteau_sdk::prelude::{Civil, Date, Instant};
use watteau_tabular::{Stamp, normalise};

/// A format, ready to read with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// `2024-01-31T06:30:00+01:00`.
    Rfc3339,
    /// Seconds since 1970, with decimals or without.
    Unix,
    /// Milliseconds since 1970.
    UnixMs,
    /// Directives and what stands between them.
    Pattern(Vec<Item>),
}

/// One piece of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// This character.
    Literal(char),
    /// Any white space, or none.
    Space,
    /// A directive, by its letter.
    Field(char),
}

/// What a format cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// This directive is not known.
    Directive(String),
    /// It does not say which year. The month and the day are the first where it does not say them.
    NoYear,
}

/// A time that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    /// What a clock showed.
    Wall(Civil),
    /// An instant.
    Instant(Instant),
}

impl Format {
    /// From what the user wrote.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        match text {
            "rfc3339" => return Ok(Self::Rfc3339),
            "unix" => return Ok(Self::Unix),
            "unix_ms" => return Ok(Self::UnixMs),
            _ => {}
        }
        let mut items = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '%' => directive(&mut chars, &mut items)?,
                c if c.is_whitespace() => items.push(Item::Space),
                c => items.push(Item::Literal(c)),
            }
        }
        let has =
            |letters: &str| items.iter().any(|item| matches!(item, Item::Field(c) if letters.contains(*c)));
        if has("Yys") { Ok(Self::Pattern(items)) } else { Err(Wrong::NoYear) }
    }

    /// Whether it says a time of day beside the day.
    pub fn has_time(&self) -> bool {
        match self {
            Self::Pattern(items) => items.iter().any(|item| matches!(item, Item::Field('H' | 'I' | 's'))),
            _ => true,
        }
    }

    /// Reads a text. None where it is anything else, or a day that does not exist.
    pub fn read(&self, text: &str) -> Option<Time> {
        let text = text.trim();
        match self {
            Self::Rfc3339 => match Stamp::parse(text)? {
                Stamp::Instant(instant) => Some(Time::Instant(instant)),
                Stamp::Wall(_) => None,
            },
            Self::Unix => {
                let milliseconds = watteau_tabular::decimal::thousandths(text)?;
                in_calendar(milliseconds).then_some(Time::Instant(milliseconds))
            }
            Self::UnixMs => {
                let milliseconds = text.parse().ok()?;
                in_calendar(milliseconds).then_some(Time::Instant(milliseconds))
            }
            Self::Pattern(items) => pattern(items, text),
        }
    }
}

/// Whether an instant lies in the years 1 to 9999.
fn in_calendar(milliseconds: Instant) -> bool {
    (-62_135_596_800_000..253_402_214_400_000).contains(&milliseconds)
}

fn directive(chars: &mut std::str::Chars<'_>, items: &mut Vec<Item>) -> Result<(), Wrong> {
    use Item::{Field, Literal};
    let unknown =
        |letter: Option<char>| Wrong::Directive(format!("%{}", letter.map_or(String::new(), String::from)));
    let mut letter = chars.next().ok_or_else(|| unknown(None))?;
    // Without padding, or padded by spaces: numbers are read either way.
    if matches!(letter, '-' | '_' | '0') {
        letter = chars.next().ok_or_else(|| unknown(Some(letter)))?;
    }
    match letter {
        '%' => items.push(Literal('%')),
        'F' => items.extend([Field('Y'), Literal('-'), Field('m'), Literal('-'), Field('d')]),
        'T' => items.extend([Field('H'), Literal(':'), Field('M'), Literal(':'), Field('S')]),
        'R' => items.extend([Field('H'), Literal(':'), Field('M')]),
        'e' => items.push(Field('d')),
        'k' => items.push(Field('H')),
        'l' => items.push(Field('I')),
        'B' | 'h' => items.push(Field('b')),
        'A' => items.push(Field('a')),
        'n' | 't' => items.push(Item::Space),
        'Y' | 'y' | 'm' | 'd' | 'j' | 'b' | 'a' | 'H' | 'I' | 'M' | 'S' | 'p' | 'f' | 'z' | 's' => {
            items.push(Field(letter));
        }
        other => return Err(unknown(Some(other))),
    }
    Ok(())
}

/// What a text has said so far.
struct Parts {
    year: Option<i16>,
    month: u8,
    day: u8,
    of_year: Option<u16>,
    hour: u8,
    afternoon: Option<bool>,
    minute: u8,
    second: u8,
    milliseconds: i64,
    offset: Option<i64>,
    seconds: Option<i64>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            year: None,
            month: 1,
            day: 1,
            of_year: None,
            hour: 0,
            afternoon: None,
            minute: 0,
            second: 0,
            milliseconds: 0,
            offset: None,
            seconds: None,
        }
    }
}

fn pattern(items: &[Item], text: &str) -> Option<Time> {
    let (mut parts, mut rest) = (Parts::default(), text);
    for item in items {
        rest = match item {
            Item::Space => rest.trim_start(),
            Item::Literal(c) => rest.strip_prefix(*c)?,
            Item::Field(letter) => field(*letter, rest, &mut parts)?,
        };
    }
    if rest.trim_start().is_empty() { parts.time() } else { None }
}

fn field<'a>(letter: char, text: &'a str, parts: &mut Parts) -> Option<&'a str> {
    let (number, rest) = match letter {
        'Y' => digits(text, 4, 4)?,
        'j' => digits(text, 1, 3)?,
        'f' => {
            let length = text.bytes().take_while(u8::is_ascii_digit).count().min(9);
            let (fraction, rest) =
                text.split_at_checked(length).filter(|(fraction, _)| !fraction.is_empty())?;
            let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |digit| i64::from(digit - b'0'));
            parts.milliseconds = digit(0) * 100 + digit(1) * 10 + digit(2);
            return Some(rest);
        }
        'b' => {
            let (name, rest) = word(text);
            parts.month = month(name)?;
            return Some(rest);
        }
        // A day of the week says nothing that the date does not.
        'a' => return Some(word(text).1),
        'p' => {
            let (name, rest) = text.split_at_checked(2)?;
            parts.afternoon = Some(match name.to_ascii_lowercase().as_str() {
                "am" => false,
                "pm" => true,
                _ => return None,
            });
            return Some(rest);
        }
        'z' => {
            let end = text.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | ':' | 'Z' | 'z'));
            let (offset, rest) = text.split_at(end.unwrap_or(text.len()));
            // Read where an offset is read already.
            let Stamp::Instant(instant) = Stamp::parse(&format!("1970-01-01T00:00:00{offset}"))? else {
                return None;
            };
            parts.offset = Some(-instant);
            return Some(rest);
        }
        's' => {
            let end = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'-').count();
            let (number, rest) = text.split_at(end);
            parts.seconds = Some(number.parse().ok()?);
            return Some(rest);
        }
        _ => digits(text, 1, 2)?,
    };
    let small = number as u8;
    match letter {
        'Y' => parts.year = Some(number as i16),
        // As strptime has it: 69 to 99 are of the last century.
        'y' => parts.year = Some(if number < 69 { 2000 } else { 1900 } + number as i16),
        'j' => parts.of_year = Some(number),
        'm' => parts.month = small,
        'd' => parts.day = small,
        'H' => parts.hour = small,
        'I' => parts.hour = Some(small).filter(|hour| (1..=12).contains(hour))?,
        'M' => parts.minute = small,
        'S' => parts.second = small,
        _ => return None,
    }
    Some(rest)
}

impl Parts {
    fn time(self) -> Option<Time> {
        if let Some(seconds) = self.seconds {
            let milliseconds = seconds.checked_mul(1000)?;
            return in_calendar(milliseconds).then_some(Time::Instant(milliseconds));
        }
        let year = self.year?;
        let date = match self.of_year {
            Some(day) => {
                Date::new(year, 1, 1)?.plus(i32::from(day) - 1).filter(|date| date.parts().0 == year)?
            }
            None => Date::new(year, self.month, self.day)?,
        };
        let hour = match self.afternoon {
            Some(afternoon) => self.hour % 12 + if afternoon { 12 } else { 0 },
            None => self.hour,
        };
        // The end of a day, as some write it.
        let (date, hour) = match (hour, self.minute, self.second) {
            (24, 0, 0) => (date.plus(1)?, 0),
            (0..=23, 0..=59, 0..=59) => (date, hour),
            _ => return None,
        };
        let Some(offset) = self.offset else {
            let civil = Civil { second: self.second, ..date.at(hour, self.minute) };
            // What clocks on the wall show has no decimals that matter here.
            return Some(Time::Wall(civil));
        };
        let seconds = (i64::from(hour) * 60 + i64::from(self.minute)) * 60 + i64::from(self.second);
        let milliseconds = (i64::from(date.days()) * 86_400 + seconds) * 1000 + self.milliseconds - offset;
        Some(Time::Instant(milliseconds))
    }
}

/// Digits at the head of a text, so many at least and at most; spaces before them are passed over.
fn digits(text: &str, least: usize, most: usize) -> Option<(u16, &str)> {
    let text = if text.as_bytes().first() == Some(&b' ') { text.trim_start_matches(' ') } else { text };
    let (mut number, mut length) = (0, 0);
    for &byte in text.as_bytes().iter().take(most) {
        if !byte.is_ascii_digit() {
            break;
        }
        number = number * 10 + u16::from(byte - b'0');
        length += 1;
    }
    if length < least { None } else { Some((number, text.get(length..)?)) }
}

/// The letters at the head of a text, with the point that shortens them.
fn word(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_alphabetic() && c != '.').unwrap_or(text.len());
    text.split_at(end)
}

/// A month by its name in French or English, whole or shortened to three letters and more.
fn month(name: &str) -> Option<u8> {
    const MONTHS: [[&str; 2]; 12] = [
        ["janvier", "january"],
        ["fevrier", "february"],
        ["mars", "march"],
        ["avril", "april"],
        ["mai", "may"],
        ["juin", "june"],
        ["juillet", "july"],
        ["aout", "august"],
        ["septembre", "september"],
        ["octobre", "october"],
        ["novembre", "november"],
        ["decembre", "december"],
    ];
    let name = normalise(name.trim_end_matches('.'));
    if name.len() < 3 {
        return None;
    }
    let is = |whole: &str| whole.starts_with(&name);
    let mut found = (1..).zip(MONTHS).filter(|(_, names)| names.iter().any(|whole| is(whole)));
    // `jui` is of two months.
    found.next().map(|(number, _)| number).filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &str, text: &str) -> Option<String> {
        let format = Format::parse(format).unwrap_or_else(|wrong| panic!("{format}: {wrong:?}"));
        format.read(text).map(|time| match time {
            Time::Wall(civil) => civil.to_string(),
            Time::Instant(instant) => instant.to_string(),
        })
    }

    #[test]
    fn times_of_every_dress() {
        for (format, text, expected) in [
            ("%Y-%m-%d", "2024-01-31", Some("2024-01-31 00:00:00")),
            ("%F", "2024-1-3", Some("2024-01-03 00:00:00")),
            ("%d/%m/%Y %H:%M", "31/01/2024 06:30", Some("2024-01-31 06:30:00")),
            ("%d/%m/%Y %H:%M", "31/01/2024   6:30 ", Some("2024-01-31 06:30:00")),
            ("%d/%m/%y %Hh%M", "31/01/24 6h30", Some("2024-01-31 06:30:00")),
            ("%d/%m/%y", "31/01/99", Some("1999-01-31 00:00:00")),
            ("%Y%m%d%H%M%S", "20240131063059", Some("2024-01-31 06:30:59")),
            ("%d/%m/%Y %H:%M", "31/01/2024 24:00", Some("2024-02-01 00:00:00")),
            ("%d/%m/%Y %H:%M", "31/01/2024 24:01", None),
            ("%d/%m/%Y", "30/02/2024", None),
            ("%d/%m/%Y", "31/01/2024 06:30", None),
            ("%d %B %Y", "1 août 2024", Some("2024-08-01 00:00:00")),
            ("%d %b %Y", "1 févr. 2024", Some("2024-02-01 00:00:00")),
            ("%A %d %B %Y", "jeudi 1 August 2024", Some("2024-08-01 00:00:00")),
            ("%d %b %Y", "1 jui 2024", None),
            ("%m/%d/%Y %I:%M %p", "01/31/2024 12:05 AM", Some("2024-01-31 00:05:00")),
            ("%m/%d/%Y %I:%M %p", "01/31/2024 12:05 pm", Some("2024-01-31 12:05:00")),
            ("%m/%d/%Y %I:%M %p", "01/31/2024 13:05 PM", None),
            ("%Y %j", "2024 366", Some("2024-12-31 00:00:00")),
            ("%Y %j", "2023 366", None),
            ("%B %Y", "décembre 2023", Some("2023-12-01 00:00:00")),
            ("%Y", "2023", Some("2023-01-01 00:00:00")),
            ("%Y-%m-%dT%H:%M:%S%z", "1970-01-01T01:00:00+01:00", Some("0")),
            ("%Y-%m-%dT%H:%M:%S.%f%z", "1970-01-01T00:00:00.25Z", Some("250")),
            ("%Y-%m-%d %z", "1970-01-01 ", None),
            ("%s", "1706682600", Some("1706682600000")),
            ("100%% %F", "100% 2024-01-31", Some("2024-01-31 00:00:00")),
            ("rfc3339", "2024-01-31T05:30:00Z", Some("1706679000000")),
            ("rfc3339", "2024-01-31T05:30:00", None),
            ("unix", "1706682600", Some("1706682600000")),
            ("unix", "1706682600.5", Some("1706682600500")),
            ("unix", "1e300", None),
            ("unix_ms", "1706682600000", Some("1706682600000")),
            ("unix_ms", "1706682600.5", None),
            ("unix_ms", "9223372036854775807", None),
            ("%F", "", None),
            ("%F", "é", None),
        ] {
            assert_eq!(read(format, text).as_deref(), expected, "{format} of {text}");
        }
    }

    #[test]
    fn formats_that_cannot_be() {
        for (format, wrong) in [
            ("%d/%m", Wrong::NoYear),
            ("%H:%M", Wrong::NoYear),
            ("", Wrong::NoYear),
            ("%Y-%m-%d %Q", Wrong::Directive("%Q".to_owned())),
            ("%Y-%m-%d %", Wrong::Directive("%".to_owned())),
            ("ISO", Wrong::NoYear),
        ] {
            assert_eq!(Format::parse(format), Err(wrong), "{format}");
        }
        assert_eq!(Format::parse("%F").map(|format| format.has_time()), Ok(false));
        assert_eq!(Format::parse("%F %R").map(|format| format.has_time()), Ok(true));
    }
}
