//! From readings to records: pure.
//!
//! - Values are strings; a number is accepted, an empty one is an absence and never 0.
//! - A load curve is a mean power; its stamps have a module of their own. The step is said by each point and may
//!   change in the middle of a day.
//! - What cannot be read is told with its place; the rest is kept.

pub use crate::{
    answer::{Reading, readings},
    stamps::ends_of_starts,
};

use crate::stamps::{ends, length};
use serde_json::Value;
use watteau_sdk::prelude::*;

/// The zone of Enedis' wall clocks.
pub const ZONE: &str = "Europe/Paris";

/// Why something cannot be used, in English and French.
pub(crate) type Reason = (String, String);

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

/// The value of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// On the calendar of Paris.
    pub date: Date,
    /// In the unit of what was asked for.
    pub value: f64,
    /// How far it can be trusted.
    pub quality: Quality,
}

/// Energy by day, in watt-hours.
pub fn daily(readings: &[Reading]) -> Parsed<Day> {
    collect(readings, |reading| {
        if reading.date.len() > 10 {
            return Err(text("a day was expected, not a moment", "un jour était attendu, pas un instant"));
        }
        Ok((day_of(reading)?, number(reading)?))
    })
}

/// Maximum power by day, in volt-amperes. The stamp is the moment of the peak.
pub fn max_power(readings: &[Reading]) -> Parsed<Day> {
    collect(readings, |reading| Ok((day_of(reading)?, number(reading)?)))
}

/// The load curve: starts, lengths and watts, from readings stamped with their ENDs.
///
/// `resolve` says which instants a time on the wall clock of Paris can be.
pub fn load_curve(readings: &[Reading], resolve: &dyn Fn(Civil) -> Result<Moment, String>) -> Parsed<Point> {
    let stamps = ends(readings, resolve);
    let mut parsed = Parsed { rows: Vec::new(), unusable: Vec::new() };
    for (i, reading) in readings.iter().enumerate() {
        let row = || -> Result<Option<Point>, Reason> {
            let end = stamps[i].clone()?;
            let Some(watts) = number(reading)? else { return Ok(None) };
            let length = length(readings, &stamps, i)?;
            let point = Point::measured(end - length, length.unsigned_abs(), watts);
            Ok(Some(point.quality(reading.quality())))
        };
        keep(&mut parsed, i, reading, row());
    }
    parsed
}

fn collect(
    readings: &[Reading],
    read: impl Fn(&Reading) -> Result<(Date, Option<f64>), Reason>,
) -> Parsed<Day> {
    let mut parsed = Parsed { rows: Vec::new(), unusable: Vec::new() };
    for (i, reading) in readings.iter().enumerate() {
        let row = read(reading)
            .map(|(date, value)| value.map(|value| Day { date, value, quality: reading.quality() }));
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

pub(crate) fn bad_date(said: &str) -> Reason {
    text(&format!("“{said}” is not a date"), &format!("« {said} » n’est pas une date"))
}

pub(crate) fn text(en: &str, fr: &str) -> Reason {
    (en.to_owned(), fr.to_owned())
}
