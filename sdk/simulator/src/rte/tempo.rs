//! Tempo colours: the calendar API, newest day first, and the open pages of a season and of now.

use super::{Answer, Parameters, functional, period::Period, stamp};
use crate::{Colour, Grid, Inner};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use serde_json::{Map, Value, json};

const API: &str = "TMPLIKSUPCON_TMPLIKCAL";
const LONGEST_DAYS: i64 = 366;
const AHEAD_DAYS: i64 = 2;

/// A day's colour as it stands now.
struct Announced {
    date: Date,
    colour: Colour,
    provisional: bool,
    updated: Timestamp,
}

fn today(inner: &Inner) -> Date {
    inner.now().to_zoned(inner.grid.zone().clone()).date()
}

/// The colours of days from `first` to `end`, excluded, that are announced.
fn announced(inner: &Inner, first: Date, end: Date) -> Vec<Announced> {
    let now = inner.now();
    let mut season: (i16, Vec<(Date, Colour)>) = (0, Vec::new());
    let days = first.series(1.day()).take_while(|day| *day < end);
    days.filter_map(|date| {
        let year = Grid::tempo_year(date);
        if season.0 != year {
            season = (year, inner.grid.tempo_season(year));
        }
        let (early, settled) = inner.grid.tempo_announced(date)?;
        let colour = season.1.iter().find(|(day, _)| *day == date)?.1;
        let provisional = now < settled;
        (now >= early).then_some(Announced {
            date,
            colour,
            provisional,
            updated: if provisional { early } else { settled },
        })
    })
    .collect()
}

pub(super) fn calendar(inner: &Inner, parameters: &Parameters) -> Answer {
    let refuse = |code: &str, why: &str| Box::new(functional(400, &format!("{API}_{code}"), why));
    let fallback = match parameters.get("fallback_status").map(String::as_str) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(refuse("F07", "The value of fallback_status is invalid.")),
    };
    let zone = inner.grid.zone();
    let (first, end) = match Period::read(parameters, API)? {
        None => (today(inner), today(inner).saturating_add(AHEAD_DAYS.days())),
        Some(period) if period.days() > LONGEST_DAYS => {
            return Err(refuse("F03", "The requested period is too long."));
        }
        Some(period) if period.days() < 1 => return Err(refuse("F05", "At least one day is required.")),
        Some(period) => {
            (period.start.to_zoned(zone.clone()).date(), period.end.to_zoned(zone.clone()).date())
        }
    };
    if end > today(inner).saturating_add(AHEAD_DAYS.days()) {
        return Err(refuse("F04", "end_date is too far ahead."));
    }
    let midnight =
        |date: Date| inner.grid.day(date).map(|(start, _)| stamp(inner, start)).unwrap_or_default();
    let mut days = announced(inner, first, end);
    days.reverse();
    let values: Vec<Value> = days
        .into_iter()
        .map(|day| {
            let next = day.date.tomorrow().unwrap_or(day.date);
            let mut value = json!({"start_date": midnight(day.date), "end_date": midnight(next),
                "value": day.colour.name(), "updated_date": stamp(inner, day.updated)});
            if fallback {
                value["fallback"] = day.provisional.into();
            }
            value
        })
        .collect();
    Ok(
        json!({"tempo_like_calendars": {"start_date": midnight(first), "end_date": midnight(end), "values": values}}),
    )
}

/// The page of a season, `2024-2025`; none where it is no season, or has not begun.
pub(super) fn season(inner: &Inner, text: &str) -> Option<Value> {
    let (year, next) = text.split_once('-')?;
    let (year, next): (i16, i16) = (year.parse().ok()?, next.parse().ok()?);
    let (first, end) = (Date::new(year, 9, 1).ok()?, Date::new(next, 9, 1).ok()?);
    if next != year.checked_add(1)? || first > today(inner) {
        return None;
    }
    let end = end.min(today(inner).saturating_add(AHEAD_DAYS.days()));
    let colours = announced(inner, first, end).into_iter().filter(|day| !day.provisional);
    let values: Map<String, Value> =
        colours.map(|day| (day.date.to_string(), day.colour.name().into())).collect();
    Some(json!({ "values": values }))
}

/// The page of today and tomorrow, with its flags in words.
pub(super) fn light(inner: &Inner) -> Value {
    let first = today(inner);
    let mut values = Map::new();
    for day in announced(inner, first, first.saturating_add(AHEAD_DAYS.days())) {
        values.insert(day.date.to_string(), day.colour.name().into());
        values.insert(format!("{}-fallback", day.date), day.provisional.to_string().into());
    }
    json!({ "values": values })
}
