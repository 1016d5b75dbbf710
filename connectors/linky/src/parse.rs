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
use std::collections::{BTreeMap, BTreeSet};
use watteau_sdk::prelude::*;

/// The zone of Enedis' wall clocks.
pub const ZONE: &str = "Europe/Paris";

/// Why something cannot be used, in English and French.
pub type Reason = (String, String);

/// A reading that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// Position in the answer, from 1.
    pub place: usize,
    /// The stamp as sent.
    pub date: String,
    /// Why, in English and French.
    pub reason: Reason,
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
    let day = |reading: &Reading| {
        if reading.date.len() > 10 {
            return Err(text("a day was expected, not a moment", "un jour était attendu, pas un instant"));
        }
        day(reading)
    };
    sort_out(readings, readings.iter().map(day), |day| (day.date.days().into(), day.value))
}

/// Maximum power by day, in volt-amperes. The stamp is the moment of the peak.
pub fn max_power(readings: &[Reading]) -> Parsed<Day> {
    sort_out(readings, readings.iter().map(day), |day| (day.date.days().into(), day.value))
}

/// The load curve: starts, lengths and watts, from readings stamped with their ENDs.
///
/// `resolve` says which instants a time on the wall clock of Paris can be.
pub fn load_curve(readings: &[Reading], resolve: &dyn Fn(Civil) -> Result<Moment, String>) -> Parsed<Point> {
    let stamps = ends(readings, resolve);
    let points = readings.iter().enumerate().map(|(i, reading)| {
        let end = stamps[i].clone()?;
        let Some(watts) = number(reading)? else { return Ok(None) };
        let length = length(readings, &stamps, i)?;
        let point = Point::measured(end - length, length.unsigned_abs(), watts);
        Ok(Some(point.quality(reading.quality())))
    });
    sort_out(readings, points, |point| (point.start, point.value))
}

fn day(reading: &Reading) -> Result<Option<Day>, Reason> {
    let date = day_of(reading)?;
    Ok(number(reading)?.map(|value| Day { date, value, quality: reading.quality() }))
}

/// What can be used, and what cannot. Of an answer that gives one interval two values, neither is believed.
fn sort_out<T>(
    readings: &[Reading],
    read: impl Iterator<Item = Result<Option<T>, Reason>>,
    identity: impl Fn(&T) -> (i64, f64),
) -> Parsed<T> {
    let mut unusable = Vec::new();
    let mut refuse =
        |i: usize, reason| unusable.push(Unusable { place: i + 1, date: readings[i].date.clone(), reason });
    let mut rows = Vec::with_capacity(readings.len());
    for (i, row) in read.enumerate() {
        match row {
            Ok(row) => rows.extend(row.map(|row| (i, row))),
            Err(reason) => refuse(i, reason),
        }
    }
    let mut values: BTreeMap<i64, f64> = BTreeMap::new();
    let mut doubtful = BTreeSet::new();
    for (_, row) in &rows {
        let (interval, value) = identity(row);
        if values.insert(interval, value).is_some_and(|before| before.to_bits() != value.to_bits()) {
            doubtful.insert(interval);
        }
    }
    let mut kept = Vec::with_capacity(rows.len());
    for (i, row) in rows {
        if doubtful.contains(&identity(&row).0) {
            refuse(i, text("the same interval has two values", "un même intervalle a deux valeurs"));
        } else {
            kept.push(row);
        }
    }
    Parsed { rows: kept, unusable }
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
