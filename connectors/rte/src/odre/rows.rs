//! From an export's bytes to a curve: pure, and all the traps of the history.
//!
//! - A day of the source has 48 or 96 rows whatever the clocks do. On the spring Sunday the rows of two o'clock are
//!   filler; on the autumn one an hour is lost, and what stands at two o'clock may be of either. Both are left
//!   out, unless autumn's two hours are both there.
//! - Load is half-hourly in history with rows for every quarter, and by quarter in recent months: the length of an
//!   interval is the closest spacing of its day's values.
//! - Consolidated values replace real-time ones, final ones replace both.
//! - Numbers may come as text; what there is not is null, `ND` or `-`.

use super::Dataset;
use crate::{
    values::{self, Parsed, Stated},
    when::{self, ZONE},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use watteau_sdk::{
    prelude::*,
    time::{Clock, HOUR},
};

const MINUTE_MS: i64 = 60_000;

/// What an export says of one column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curve {
    /// Its values, and the rows that cannot be used.
    pub parsed: Parsed<Stated>,
    /// The hours that autumn repeats, where the source has only one of them.
    pub ambiguous: Vec<Span>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Export(Vec<Map<String, Value>>),
    Records { results: Vec<Map<String, Value>> },
}

/// One value of the column.
#[derive(Clone)]
struct Reading {
    place: String,
    /// The date of its day as the source writes it.
    day: String,
    start: Instant,
    value: f64,
    /// Real time, consolidated, final.
    rank: u8,
}

/// The curve of a column. The error says what is not as expected.
pub fn parse(body: &[u8], column: &str, dataset: Dataset, clock: Clock<'_>) -> Result<Curve, String> {
    let body: Body = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let (Body::Export(rows) | Body::Records { results: rows }) = body;
    let mut readings: Parsed<Reading> = Parsed::default();
    let mut repeated: BTreeMap<Instant, Repeated> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let text = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default();
        let stamp = text("date_heure");
        let read = || {
            let Some(value) = values::number(row.get(column))? else { return Ok(None) };
            let start = when::instant(stamp)
                .ok_or_else(|| values::not("date with an offset", "une date avec décalage", stamp))?;
            let day =
                if text("date").is_empty() { stamp.get(..10).unwrap_or_default() } else { text("date") };
            let place = format!("row {}", index + 1);
            Ok(Some(Reading { place, day: day.to_owned(), start, value, rank: rank(text("nature")) }))
        };
        let reading = match read() {
            Ok(Some(reading)) => reading,
            other => {
                readings.keep(format!("row {}", index + 1), stamp, other);
                continue;
            }
        };
        match wall_clock(text("date"), text("heure"), reading.start, clock)? {
            Moment::Once(_) => readings.rows.push(reading),
            Moment::Never(_) => {}
            Moment::Twice((a, b)) => {
                let hour = a.min(b).div_euclid(HOUR) * HOUR;
                repeated.entry(hour).or_default().0.push(reading);
            }
        }
    }
    let mut curve = Curve::default();
    for (hour, rows) in repeated {
        if rows.both_hours(hour) {
            readings.rows.extend(rows.0);
        } else {
            curve.ambiguous.push(Span::new(hour, hour + 2 * HOUR));
        }
    }
    curve.parsed.unusable = readings.unusable;
    let settled = settle(readings.rows, &mut curve.parsed);
    let steps = steps(&settled, dataset.usual_minutes());
    let quality = if column == "consommation" { Quality::Measured } else { Quality::Estimated };
    curve.parsed.rows = settled
        .iter()
        .map(|reading| {
            let step = steps.get(&reading.day).copied().unwrap_or(dataset.usual_minutes() * MINUTE_MS);
            let point = Point::measured(reading.start, step.unsigned_abs(), reading.value).quality(quality);
            Stated { point, updated: None }
        })
        .collect();
    Ok(curve)
}

/// Rows at an hour of the wall clock that autumn repeats.
#[derive(Default)]
struct Repeated(Vec<Reading>);

impl Repeated {
    /// Whether the two hours have the same minutes, each once.
    fn both_hours(&self, first: Instant) -> bool {
        let minutes = |from: Instant| -> BTreeSet<i64> {
            let inside = |start: &i64| (from..from + HOUR).contains(start);
            self.0.iter().map(|row| row.start).filter(inside).map(|start| start - from).collect()
        };
        let (early, late) = (minutes(first), minutes(first + HOUR));
        !early.is_empty() && early == late
    }
}

fn rank(nature: &str) -> u8 {
    let nature = nature.to_lowercase();
    if nature.contains("finitive") { 2 } else { u8::from(nature.contains("consolid")) }
}

/// What the clocks of Paris did at a row's own time: only two o'clock in March and October is worth asking.
fn wall_clock(date: &str, time: &str, start: Instant, clock: Clock<'_>) -> Result<Moment, String> {
    let civil = match format!("{date} {time}").parse::<Civil>() {
        Ok(civil) => civil,
        Err(_) => clock.local(ZONE, start)?.0,
    };
    if matches!(civil.month, 3 | 10) && civil.hour == 2 {
        clock.resolve(ZONE, civil)
    } else {
        Ok(Moment::Once(start))
    }
}

/// By start, one each: the most final; two that say different things are both refused.
fn settle(mut readings: Vec<Reading>, parsed: &mut Parsed<Stated>) -> Vec<Reading> {
    readings.sort_by_key(|reading| (reading.start, reading.rank));
    let mut kept = Vec::with_capacity(readings.len());
    for group in readings.chunk_by(|a, b| a.start == b.start) {
        let Some(last) = group.last() else { continue };
        let rival =
            group.iter().find(|row| row.rank == last.rank && row.value.to_bits() != last.value.to_bits());
        match rival {
            None => kept.push(last.clone()),
            Some(_) => parsed.unusable.push(values::Unusable {
                place: last.place.clone(),
                date: last.day.clone(),
                reason: (
                    "two different values for one moment".to_owned(),
                    "deux valeurs différentes pour un même instant".to_owned(),
                ),
            }),
        }
    }
    kept
}

/// The closest spacing of each day's values, in milliseconds.
fn steps(readings: &[Reading], usual_minutes: i64) -> BTreeMap<String, i64> {
    let mut steps: BTreeMap<String, i64> = BTreeMap::new();
    for pair in readings.windows(2) {
        let (here, next) = (&pair[0], &pair[1]);
        let spacing = next.start - here.start;
        if here.day == next.day && (15 * MINUTE_MS..=60 * MINUTE_MS).contains(&spacing) {
            let step = steps.entry(here.day.clone()).or_insert(spacing);
            *step = (*step).min(spacing);
        }
    }
    for reading in readings {
        steps.entry(reading.day.clone()).or_insert(usual_minutes * MINUTE_MS);
    }
    steps
}
