//! Ecowatt: how tense the grid is, hour by hour, today and the three days after.
//!
//! The source takes no parameter, has no past, and wants no second call within a quarter of an hour. Hours are
//! counted on the wall clock: the one that spring skips is left out, the signal of the one that autumn repeats
//! holds both times.

use crate::{
    errors::{self, Api, ECOWATT_PAUSE_MS, RTE, ours},
    values::{self, Parsed, Stated},
    when::{self, ZONE},
    window::{self, Asked},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use watteau_sdk::{prelude::*, time::HOUR};

const PATH: &str = "/open_api/ecowatt/v5/signals";

/// What is remembered between calls.
#[derive(Default, Serialize, Deserialize)]
struct Memory {
    /// When Ecowatt was last asked.
    #[serde(default)]
    asked: Option<Instant>,
}

#[derive(Deserialize)]
struct Body {
    signals: Option<Vec<Signal>>,
}

#[derive(Deserialize)]
struct Signal {
    #[serde(rename = "GenerationFichier", default)]
    made: Option<String>,
    #[serde(default)]
    jour: String,
    #[serde(default)]
    dvalue: Option<Value>,
    #[serde(default)]
    values: Option<Vec<Hour>>,
}

#[derive(Deserialize)]
struct Hour {
    #[serde(default)]
    pas: Option<u8>,
    #[serde(default)]
    hvalue: Option<Value>,
}

/// The signals of an answer: by day, and by hour.
pub fn parse(
    body: &[u8],
    clock: watteau_sdk::time::Clock<'_>,
) -> Result<(Parsed<Stated>, Parsed<Stated>), String> {
    let body: Body = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let signals = body.signals.ok_or("the key signals is missing")?;
    let (mut days, mut hours) = (Parsed::default(), Parsed::default());
    for (index, signal) in signals.iter().enumerate() {
        let place = format!("signal {}", index + 1);
        let date = when::instant(&signal.jour).and_then(|instant| clock.date(ZONE, instant).ok());
        let Some(date) = date else {
            let reason = values::not("date with an offset", "une date avec décalage", &signal.jour);
            days.keep(place, &signal.jour, Err(reason));
            continue;
        };
        let updated = signal.made.as_deref().and_then(when::instant);
        let at = |span: Span, value| {
            let point = Point::measured(span.start, (span.end - span.start).unsigned_abs(), value);
            Stated { point: point.quality(Quality::Estimated), updated }
        };
        let day = clock.day(ZONE, date)?;
        let level = level(signal.dvalue.as_ref(), 1.0).map(|value| value.map(|value| at(day, value)));
        days.keep(place.clone(), &signal.jour, level);
        for hour in signal.values.iter().flatten() {
            let Some(pas) = hour.pas.filter(|pas| *pas < 24) else { continue };
            let place = format!("{place} hour {pas}");
            match self::level(hour.hvalue.as_ref(), 0.0) {
                Ok(Some(value)) => {
                    let starts = match clock.resolve(ZONE, date.at(pas, 0))? {
                        Moment::Once(start) => vec![start],
                        Moment::Twice((first, second)) => vec![first, second],
                        Moment::Never(_) => vec![],
                    };
                    let spans = starts.into_iter().map(|start| Span::new(start, start + HOUR));
                    hours.rows.extend(spans.map(|span| at(span, value)));
                }
                other => hours.keep(place, &signal.jour, other.map(|_| None)),
            }
        }
    }
    Ok((days, hours))
}

fn level(value: Option<&Value>, least: f64) -> Result<Option<f64>, (String, String)> {
    match values::number(value)? {
        Some(level) if !(least..=3.0).contains(&level) || level.fract() != 0.0 => {
            Err(values::not("level of Ecowatt", "un niveau Écowatt", &level.to_string()))
        }
        level => Ok(level),
    }
}

/// The signals there are, unless they were asked for a few minutes ago.
pub(crate) fn pull(ctx: Context<'_>) -> Result<(), Failure> {
    let now = ctx.clock().now();
    let memory: Memory =
        ctx.cursor().and_then(|cursor| serde_json::from_slice(&cursor).ok()).unwrap_or_default();
    if memory.asked.is_some_and(|asked| (0..ECOWATT_PAUSE_MS).contains(&(now - asked))) {
        return Ok(());
    }
    let asked = window::rte(ctx, Api::Ecowatt, Request::get(PATH), |answer| {
        let unreadable = |reason: String| errors::unreadable(answer, RTE, &reason);
        let (days, hours) = parse(&answer.body, ctx.clock()).map_err(unreadable)?;
        values::report(ctx, answer, RTE, &days)?;
        values::report(ctx, answer, RTE, &hours)?;
        Ok(values::put_statements(ctx, "ecowatt_day", "1", days.rows)?
            + values::put_statements(ctx, "ecowatt", "1", hours.rows)?)
    })?;
    let cursor = serde_json::to_vec(&Memory { asked: Some(now) }).map_err(|error| ours(error.to_string()))?;
    ctx.sink().checkpoint(Some(&cursor))?;
    match asked {
        Asked::Put(0) => Err(window::nothing(RTE)),
        Asked::Put(_) => Ok(()),
        Asked::Shorten(failure) => Err(failure),
    }
}
