//! RTE's Consumption API: the load and its three forecasts, `short_term`.
//!
//! Traps of the format: an answer may hold no element, or elements without values; values come in any order;
//! points are left out, not null; the step is said by each value; every instant has its own offset, which alone
//! places it.

use crate::{
    errors::{self, Api, RTE},
    settings::{Feed, Settings},
    values::{self, Parsed, Stated},
    when,
    window::{self, Days, Reach},
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use watteau_sdk::prelude::*;

const PATH: &str = "/open_api/consumption/v1/short_term";
const MINUTE_MS: i64 = 60_000;

#[derive(Deserialize)]
struct Body {
    short_term: Option<Vec<Element>>,
}

#[derive(Deserialize)]
struct Element {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    values: Option<Vec<Row>>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    start_date: String,
    #[serde(default)]
    end_date: String,
    #[serde(default)]
    updated_date: Option<String>,
    #[serde(default)]
    value: Option<Value>,
}

/// The series of a type of RTE's; `CORRECTED` exists and has never held anything.
fn series(kind: &str) -> Option<&'static str> {
    match kind {
        "REALISED" => Some("load"),
        "ID" => Some("forecast_id"),
        "D-1" => Some("forecast_d1"),
        "D-2" => Some("forecast_d2"),
        _ => None,
    }
}

/// The values of an answer by series, in megawatts. The error says what is not as expected.
pub fn parse(body: &[u8]) -> Result<BTreeMap<&'static str, Parsed<Stated>>, String> {
    let body: Body = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let elements = body.short_term.ok_or("the key short_term is missing")?;
    let mut found: BTreeMap<&'static str, Parsed<Stated>> = BTreeMap::new();
    for element in elements {
        let Some(series) = series(&element.kind) else { continue };
        let quality = if series == "load" { Quality::Measured } else { Quality::Estimated };
        let parsed = found.entry(series).or_default();
        for (index, row) in element.values.unwrap_or_default().iter().enumerate() {
            let place = format!("{} value {}", element.kind, index + 1);
            parsed.keep(place, &row.start_date, stated(row, quality));
        }
    }
    Ok(found)
}

fn stated(row: &Row, quality: Quality) -> Result<Option<Stated>, (String, String)> {
    let bad = |said: &str| values::not("date with an offset", "une date avec décalage", said);
    let start = when::instant(&row.start_date).ok_or_else(|| bad(&row.start_date))?;
    let end = when::instant(&row.end_date).ok_or_else(|| bad(&row.end_date))?;
    let Some(value) = values::number(row.value.as_ref())? else { return Ok(None) };
    let duration = end - start;
    if !(MINUTE_MS..=60 * MINUTE_MS).contains(&duration) {
        let shown = format!("{} → {}", row.start_date, row.end_date);
        return Err(values::not("interval of an hour at most", "un intervalle d’une heure au plus", &shown));
    }
    let updated = row.updated_date.as_deref().and_then(when::instant);
    let point = Point::measured(start, duration.unsigned_abs(), value).quality(quality);
    Ok(Some(Stated { point, updated }))
}

/// One span of load or forecasts.
pub(crate) fn pull(ctx: Context<'_>, settings: &Settings, feed: Feed, span: Span) -> Result<(), Failure> {
    let (types, reach) = match feed {
        Feed::Load => ("REALISED", Reach { back: 7, ahead: 1 }),
        // D-2 is of the day after tomorrow.
        _ => ("ID,D-1,D-2", Reach { back: 1, ahead: 3 }),
    };
    let (first, end) = window::dates(ctx, span)?;
    let days = Days::around(ctx, first, end, reach)?;
    match window::ask(ctx, days, settings.longest(), &|days| call(ctx, types, days))? {
        0 => Err(window::nothing(RTE)),
        _ => Ok(()),
    }
}

/// Asks for a window of these types, and puts what comes.
pub(crate) fn call(ctx: Context<'_>, types: &str, days: Days) -> Result<window::Asked, Failure> {
    let (start, end) = days.stamps(ctx)?;
    let request = Request::get(PATH).query("type", types).query("start_date", start).query("end_date", end);
    window::rte(ctx, Api::Consumption, request, |answer| {
        let found = parse(&answer.body).map_err(|reason| errors::unreadable(answer, RTE, &reason))?;
        let mut put = 0;
        for (series, parsed) in found {
            values::report(ctx, answer, RTE, &parsed)?;
            put += if series == "load" {
                values::put_state(ctx, series, "MW", parsed.rows)?
            } else {
                values::put_statements(ctx, series, "MW", parsed.rows)?
            };
        }
        Ok(put)
    })
}
