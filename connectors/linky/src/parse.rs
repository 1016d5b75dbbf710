//! From an answer's bytes to records: pure, and all of the traps of the wire format.
//!
//! - Values are strings; a number is accepted, an empty one is an absence and never 0.
//! - The load curve is stamped with the END of each interval, on the wall clock of Paris, without an offset. In
//!   autumn two stamps come twice. Each END is resolved to UTC first, then the step is subtracted in UTC.
//! - The step is said by each point and may change in the middle of a day.
//! - The wrapper differs by gateway: with or without `meter_reading`.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use watteau_sdk::prelude::*;

/// The zone of Enedis' wall clocks.
pub const ZONE: &str = "Europe/Paris";

const MINUTE_MS: i64 = 60_000;

/// One reading of an answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Reading {
    /// As sent: a string, a number, null.
    #[serde(default)]
    value: Value,
    /// A date, or a date and a time.
    #[serde(default)]
    date: String,
    /// ISO 8601, on the load curve.
    #[serde(default)]
    interval_length: Option<String>,
}

/// A reading that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// Position in the answer, from 1.
    pub place: usize,
    /// The stamp as sent.
    pub date: String,
    /// Why, in English and French.
    pub reason: (String, String),
}

/// What an answer holds: what could be read, and what could not.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<T> {
    /// In the order of the answer.
    pub rows: Vec<T>,
    /// The rest.
    pub unusable: Vec<Unusable>,
}

#[derive(Deserialize)]
struct Body {
    interval_reading: Option<Vec<Reading>>,
}

/// The readings of an answer; none when the source says that there is nothing. The error says what is not
/// as expected.
pub fn readings(body: &[u8]) -> Result<Vec<Reading>, String> {
    let answer: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let Value::Object(mut keys) = answer else { return Err("it is not an object".to_owned()) };
    let inner = match keys.remove("meter_reading") {
        Some(Value::Null) => return Ok(Vec::new()),
        Some(inner) => inner,
        None => Value::Object(keys),
    };
    if inner.get("interval_reading").is_none() {
        return Err("the key interval_reading is missing".to_owned());
    }
    let body: Body = serde_json::from_value(inner).map_err(|error| error.to_string())?;
    Ok(body.interval_reading.unwrap_or_default())
}

/// Energy by day: the date and watt-hours.
pub fn daily(readings: &[Reading]) -> Parsed<(Date, f64)> {
    collect(readings, |reading| {
        if reading.date.len() > 10 {
            return Err(text("a day was expected, not a moment", "un jour était attendu, pas un instant"));
        }
        Ok((day_of(reading)?, number(reading)?))
    })
}

/// Maximum power by day: the day of the peak and volt-amperes. The stamp is the moment of the peak.
pub fn max_power(readings: &[Reading]) -> Parsed<(Date, f64)> {
    collect(readings, |reading| Ok((day_of(reading)?, number(reading)?)))
}

/// The load curve: starts, lengths and watts.
///
/// `resolve` says which instants a time on the wall clock of Paris can be.
pub fn load_curve(readings: &[Reading], resolve: &dyn Fn(Civil) -> Result<Moment, String>) -> Parsed<Point> {
    let stamps = ends(readings, resolve);
    let mut parsed = Parsed { rows: Vec::new(), unusable: Vec::new() };
    for (i, reading) in readings.iter().enumerate() {
        let row = || -> Result<Option<Point>, (String, String)> {
            let end = stamps[i].clone()?;
            let Some(watts) = number(reading)? else { return Ok(None) };
            let length = length(readings, &stamps, i)?;
            Ok(Some(Point::measured(end - length, length.unsigned_abs(), watts)))
        };
        keep(&mut parsed, i, reading, row());
    }
    parsed
}

type Reason = (String, String);

fn collect(
    readings: &[Reading],
    read: impl Fn(&Reading) -> Result<(Date, Option<f64>), Reason>,
) -> Parsed<(Date, f64)> {
    let mut parsed = Parsed { rows: Vec::new(), unusable: Vec::new() };
    for (i, reading) in readings.iter().enumerate() {
        let row = read(reading).map(|(day, value)| value.map(|value| (day, value)));
        keep(&mut parsed, i, reading, row);
    }
    parsed
}

fn keep<T>(parsed: &mut Parsed<T>, i: usize, reading: &Reading, row: Result<Option<T>, Reason>) {
    match row {
        Ok(row) => parsed.rows.extend(row),
        Err(reason) => {
            parsed.unusable.push(Unusable { place: i + 1, date: reading.date.clone(), reason });
        }
    }
}

/// The END of each reading in UTC. A stamp that the clock shows twice is the earlier one when it comes first and
/// the later one when it comes again; when it comes once, the one that follows the reading before it.
fn ends(readings: &[Reading], resolve: &dyn Fn(Civil) -> Result<Moment, String>) -> Vec<Result<i64, Reason>> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for reading in readings {
        *times.entry(&reading.date).or_default() += 1;
    }
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let mut before: Option<i64> = None;
    let mut ends = Vec::with_capacity(readings.len());
    for reading in readings {
        let occurrence = met.entry(&reading.date).or_default();
        *occurrence += 1;
        let end = (|| {
            if reading.date.len() <= 10 {
                return Err(text(
                    "a moment was expected, not a day",
                    "un instant était attendu, pas un jour",
                ));
            }
            let civil: Civil = reading.date.parse().map_err(|_| bad_date(&reading.date))?;
            match resolve(civil).map_err(|_| bad_date(&reading.date))? {
                Moment::Once(instant) => Ok(instant),
                Moment::Twice((a, b)) => {
                    let (first, second) = (a.min(b), a.max(b));
                    let twice = times.get(reading.date.as_str()).is_some_and(|times| *times > 1);
                    Ok(if twice {
                        if *occurrence == 1 { first } else { second }
                    } else {
                        let step = minutes(reading).unwrap_or(30) * MINUTE_MS;
                        let follows = |end: i64| before.is_some_and(|before| end - before == step);
                        if follows(second) && !follows(first) { second } else { first }
                    })
                }
                Moment::Never(_) => Err(text(
                    &format!("the clock never shows {} in Paris", reading.date),
                    &format!("l’horloge de Paris n’affiche jamais {}", reading.date),
                )),
            }
        })();
        if let Ok(end) = &end {
            before = Some(*end);
        }
        ends.push(end);
    }
    ends
}

/// The length of an interval: as said, else the spacing to a neighbour.
fn length(readings: &[Reading], ends: &[Result<i64, Reason>], i: usize) -> Result<i64, Reason> {
    if let Some(said) = &readings[i].interval_length {
        return minutes(&readings[i]).map(|minutes| minutes * MINUTE_MS).ok_or_else(|| {
            text(&format!("“{said}” is not a length"), &format!("« {said} » n’est pas une durée"))
        });
    }
    let end = |i: usize| ends.get(i).and_then(|end| end.as_ref().ok()).copied();
    let (Some(here), before, after) = (end(i), i.checked_sub(1).and_then(end), end(i + 1)) else {
        return Err(text("no length", "pas de durée"));
    };
    let spacing = before.map(|before| here - before).or_else(|| after.map(|after| after - here));
    spacing
        .filter(|ms| (MINUTE_MS..=60 * MINUTE_MS).contains(ms))
        .ok_or_else(|| text("no length, and none to be seen", "durée absente et indécelable"))
}

/// `PT30M`, `PT1H`: minutes.
fn minutes(reading: &Reading) -> Option<i64> {
    let said = reading.interval_length.as_deref()?.strip_prefix("PT")?;
    let (digits, unit) = said.split_at_checked(said.len().checked_sub(1)?)?;
    let count: i64 = digits.parse().ok()?;
    match unit {
        "M" => (1..=60).contains(&count).then_some(count),
        "H" => (count == 1).then_some(60),
        _ => None,
    }
}

fn day_of(reading: &Reading) -> Result<Date, Reason> {
    let day = reading.date.get(..10).ok_or_else(|| bad_date(&reading.date))?;
    day.parse().map_err(|_| bad_date(&reading.date))
}

/// The value: none when there is none.
fn number(reading: &Reading) -> Result<Option<f64>, Reason> {
    let bad = |shown: &str| {
        text(&format!("“{shown}” is not a number"), &format!("« {shown} » n’est pas un nombre"))
    };
    match &reading.value {
        Value::Null => Ok(None),
        Value::Number(number) => Ok(number.as_f64()),
        Value::String(said) if said.trim().is_empty() => Ok(None),
        Value::String(said) => match said.trim().parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(bad(said)),
        },
        other => Err(bad(&other.to_string())),
    }
}

fn bad_date(said: &str) -> Reason {
    text(&format!("“{said}” is not a date"), &format!("« {said} » n’est pas une date"))
}

fn text(en: &str, fr: &str) -> Reason {
    (en.to_owned(), fr.to_owned())
}
