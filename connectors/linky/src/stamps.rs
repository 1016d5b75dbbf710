//! From the stamps of a load curve to instants: pure, and all of the traps of its clock.
//!
//! - Enedis stamps the END of each interval on the wall clock of Paris, without an offset; the last point of a day is
//!   stamped with the next midnight. In autumn two stamps come twice. Each END is resolved to UTC first, then the step
//!   is subtracted in UTC: on the naive clock it would be an hour off in those nights.
//! - A gateway that gives STARTs has subtracted the step on the naive clock, so that spring shows an hour that does
//!   not exist: the step is added back on the same clock, which gives Enedis' own stamp again.

use crate::{
    answer::Reading,
    parse::{Reason, bad_date, text},
};
use std::collections::BTreeMap;
use watteau_sdk::prelude::*;

pub(crate) const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: i64 = 1_440;
/// The step where nothing says another.
const USUAL_MINUTES: i64 = 30;

/// The END of each reading in UTC. A stamp that the clock shows twice is the earlier one when it comes first and
/// the later one when it comes again; when it comes once, the one that follows the reading before it.
pub(crate) fn ends(
    readings: &[Reading],
    resolve: &dyn Fn(Civil) -> Result<Moment, String>,
) -> Vec<Result<i64, Reason>> {
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
        let end = (|| match resolve(civil(reading)?).map_err(|_| bad_date(&reading.date))? {
            Moment::Once(instant) => Ok(instant),
            Moment::Twice((a, b)) => {
                let (first, second) = (a.min(b), a.max(b));
                let twice = times.get(reading.date.as_str()).is_some_and(|times| *times > 1);
                Ok(if twice {
                    if *occurrence == 1 { first } else { second }
                } else {
                    let step = minutes(reading).unwrap_or(USUAL_MINUTES) * MINUTE_MS;
                    let follows = |end: i64| before.is_some_and(|before| end - before == step);
                    if follows(second) && !follows(first) { second } else { first }
                })
            }
            Moment::Never(_) => Err(text(
                &format!("the clock never shows {} in Paris", reading.date),
                &format!("l’horloge de Paris n’affiche jamais {}", reading.date),
            )),
        })();
        if let Ok(end) = &end {
            before = Some(*end);
        }
        ends.push(end);
    }
    ends
}

/// Readings stamped with their STARTs on the naive clock, stamped with their ENDs. What cannot be read stays as it
/// is: it is refused with the rest, where it is told.
pub fn ends_of_starts(readings: Vec<Reading>) -> Vec<Reading> {
    let starts: Vec<Option<i64>> = readings.iter().map(|reading| naive(civil(reading).ok()?)).collect();
    let spacing = |i: usize| {
        let here = starts[i]?;
        let before = i.checked_sub(1).and_then(|i| starts[i]).map(|before| here - before);
        let after = starts.get(i + 1).copied().flatten().map(|after| after - here);
        [after, before].into_iter().flatten().find(|minutes| (1..=60).contains(minutes))
    };
    let shifted = |i: usize, reading: &Reading| {
        let step = match reading.interval_length {
            Some(_) => minutes(reading)?,
            None => spacing(i)?,
        };
        let date = stamp(starts[i]? + step)?;
        Some(Reading { date, interval_length: Some(format!("PT{step}M")), ..reading.clone() })
    };
    let ends: Vec<Option<Reading>> =
        readings.iter().enumerate().map(|(i, reading)| shifted(i, reading)).collect();
    ends.into_iter().zip(readings).map(|(end, start)| end.unwrap_or(start)).collect()
}

/// The length of an interval: as said, else the spacing to a neighbour.
pub(crate) fn length(readings: &[Reading], ends: &[Result<i64, Reason>], i: usize) -> Result<i64, Reason> {
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

fn civil(reading: &Reading) -> Result<Civil, Reason> {
    if reading.date.len() <= 10 {
        return Err(text("a moment was expected, not a day", "un instant était attendu, pas un jour"));
    }
    reading.date.parse().map_err(|_| bad_date(&reading.date))
}

/// Minutes on the naive clock.
fn naive(civil: Civil) -> Option<i64> {
    let day = i64::from(civil.date()?.days());
    Some(day * DAY_MINUTES + i64::from(civil.hour) * 60 + i64::from(civil.minute))
}

/// The naive clock's stamp after so many minutes.
fn stamp(minutes: i64) -> Option<String> {
    let day = Date::from_days(i32::try_from(minutes.div_euclid(DAY_MINUTES)).ok()?)?;
    let (hour, minute) = (minutes.rem_euclid(DAY_MINUTES) / 60, minutes.rem_euclid(60));
    Some(format!("{day} {hour:02}:{minute:02}:00"))
}
