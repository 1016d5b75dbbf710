//! `short_term`: the load and its forecasts. Without dates, the running period.

use super::{Answer, Parameters, functional, period::Period, stamp};
use crate::{Fault, Forecast, Inner, Published};
use jiff::{SignedDuration, Timestamp, ToSpan as _, civil::Date};
use serde_json::{Value, json};

const API: &str = "CONSUMPTION_SHORTTERM";
const TYPES: [&str; 4] = ["REALISED", "ID", "D-1", "D-2"];
const LONGEST_DAYS: i64 = 186;
const NARROW_DAYS: i64 = 7;
/// Nothing is known before.
const SINCE: Date = Date::constant(2014, 1, 1);
/// The values that a hole takes out, and the one that it leaves without a number.
const HOLE: std::ops::Range<usize> = 20..25;
const NULL: usize = 30;

pub(super) fn answer(inner: &Inner, parameters: &Parameters) -> Answer {
    let refuse = |code: &str, why: &str| Box::new(functional(400, &format!("{API}_{code}"), why));
    let types: Vec<&str> =
        parameters.get("type").map_or_else(|| TYPES.to_vec(), |text| text.split(',').collect());
    if types.iter().any(|kind| !TYPES.contains(kind) && *kind != "CORRECTED") {
        return Err(refuse("F07", "The value of the parameter type is invalid."));
    }
    let today = inner.now().to_zoned(inner.grid.zone().clone()).date();
    let period = match Period::read(parameters, API)? {
        Some(period) => period,
        None => running(inner, today).ok_or_else(|| refuse("F06", "No running period."))?,
    };
    if period.days() > LONGEST_DAYS {
        return Err(refuse("F03", "The requested period is too long for one call."));
    }
    if inner.faults.has(Fault::RteNarrow) && period.days() > NARROW_DAYS {
        return Err(refuse("F04", "The requested period is not available."));
    }
    let elements: Vec<Value> = types
        .iter()
        .map(|kind| {
            json!({"type": kind, "start_date": stamp(inner, period.start), "end_date": stamp(inner, period.end),
                "values": values(inner, kind, period)})
        })
        .collect();
    Ok(json!({ "short_term": elements }))
}

/// Today, tomorrow and the day after.
fn running(inner: &Inner, today: Date) -> Option<Period> {
    let (start, _) = inner.grid.day(today)?;
    let (_, end) = inner.grid.day(today.saturating_add(2.days()))?;
    Some(Period { start, end })
}

fn values(inner: &Inner, kind: &str, period: Period) -> Vec<Value> {
    let local = |at: Timestamp| at.to_zoned(inner.grid.zone().clone()).date();
    let last = local(period.end - SignedDuration::from_millis(1));
    let days = local(period.start).max(SINCE).series(1.day()).take_while(|day| *day <= last);
    days.flat_map(|day| of_day(inner, kind, day))
        .filter(|(value, _)| {
            let end = value.start + SignedDuration::from_mins(value.minutes);
            value.start >= period.start && end <= period.end
        })
        .map(|(value, is_null)| {
            let end = value.start + SignedDuration::from_mins(value.minutes);
            json!({"start_date": stamp(inner, value.start), "end_date": stamp(inner, end),
                "updated_date": stamp(inner, value.updated), "value": if is_null { Value::Null } else { value.mw.into() }})
        })
        .collect()
}

/// The values of a day, and whether one has lost its number.
fn of_day(inner: &Inner, kind: &str, day: Date) -> Vec<(Published, bool)> {
    let (grid, now) = (&inner.grid, inner.now());
    let values = match kind {
        "REALISED" => grid.realised(day, now),
        "ID" => grid.forecast(Forecast::IntraDay, day, now),
        "D-1" => grid.forecast(Forecast::DayAhead, day, now),
        "D-2" => grid.forecast(Forecast::TwoDaysAhead, day, now),
        _ => Vec::new(),
    };
    let hole = inner.faults.has(Fault::RteHole(day));
    let numbered = values.into_iter().enumerate();
    numbered
        .filter(|(index, _)| !(hole && HOLE.contains(index)))
        .map(|(index, value)| (value, hole && index == NULL))
        .collect()
}
