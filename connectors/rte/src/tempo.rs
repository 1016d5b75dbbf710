//! Tempo colours: RTE's calendar API, or its open page of a season where there is no account.
//!
//! Both say a colour by date. The tariff's day runs from six in the morning to six of the next, so a colour is
//! put from six to six of its date. A colour may be missing, and one that is not confirmed yet is `estimated`.

use crate::{
    errors::{self, Api, RTE, ours},
    settings::Settings,
    values::{self, Parsed, Stated},
    when::{self, ZONE},
    window::{self, Days, Reach},
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use watteau_sdk::prelude::*;

const PATH: &str = "/open_api/tempo_like_supply_contract/v1/tempo_like_calendars";
const OPEN_HOST: &str = "www.services-rte.com";
const OPEN_SEASON: &str = "/cms/open_data/v1/tempo";
const OPEN_NOW: &str = "/cms/open_data/v1/tempoLight";
/// The longest period of one call.
const LONGEST_DAYS: i32 = 366;
/// A colour is settled on the eve; the last days are read again in case one was provisional. RTE refuses what
/// ends more than two days after today.
const REACH: Reach = Reach { back: 2, ahead: 2 };
/// The hour at which the tariff's day turns.
const TURN: u8 = 6;

/// The colour of a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Colour {
    /// The date at six of which it begins.
    pub date: Date,
    /// 1 blue, 2 white, 3 red.
    pub code: f64,
    /// Whether it could still change.
    pub provisional: bool,
    /// When RTE settled it.
    pub updated: Option<Instant>,
}

#[derive(Deserialize)]
struct Body {
    tempo_like_calendars: Option<Calendar>,
}

#[derive(Deserialize)]
struct Calendar {
    #[serde(default)]
    values: Option<Vec<Row>>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    start_date: String,
    #[serde(default)]
    value: Option<String>,
    #[serde(default)]
    updated_date: Option<String>,
    #[serde(default)]
    fallback: Option<Value>,
}

#[derive(Deserialize)]
struct Season {
    values: Option<BTreeMap<String, Value>>,
}

fn code(name: &str) -> Option<f64> {
    match name {
        "BLUE" => Some(1.0),
        "WHITE" => Some(2.0),
        "RED" => Some(3.0),
        _ => None,
    }
}

fn is_true(flag: Option<&Value>) -> bool {
    match flag {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// The colours of an answer of the API. `date` says the local date of an instant.
pub fn parse(body: &[u8], date: &dyn Fn(Instant) -> Result<Date, String>) -> Result<Parsed<Colour>, String> {
    let body: Body = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let calendar = body.tempo_like_calendars.ok_or("the key tempo_like_calendars is missing")?;
    let mut parsed = Parsed::default();
    for (index, row) in calendar.values.unwrap_or_default().iter().enumerate() {
        let colour = || {
            let Some(name) = row.value.as_deref().filter(|name| !name.is_empty()) else { return Ok(None) };
            let code = code(name).ok_or_else(|| values::not("colour", "une couleur", name))?;
            let bad = || values::not("date with an offset", "une date avec décalage", &row.start_date);
            let start = when::instant(&row.start_date).ok_or_else(bad)?;
            let updated = row.updated_date.as_deref().and_then(when::instant);
            let date = date(start).map_err(|_| bad())?;
            Ok(Some(Colour { date, code, provisional: is_true(row.fallback.as_ref()), updated }))
        };
        parsed.keep(format!("value {}", index + 1), &row.start_date, colour());
    }
    Ok(parsed)
}

/// The colours of an open page: dates with their colours, beside flags called `<date>-fallback`.
pub fn parse_open(body: &[u8]) -> Result<Parsed<Colour>, String> {
    let season: Season = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let days = season.values.ok_or("the key values is missing")?;
    let mut parsed = Parsed::default();
    for (key, value) in days.iter().filter(|(key, _)| !key.ends_with("-fallback")) {
        let colour = || {
            let Some(name) = value.as_str().filter(|name| !name.is_empty()) else { return Ok(None) };
            let code = code(name).ok_or_else(|| values::not("colour", "une couleur", name))?;
            let date: Date = key.parse().map_err(|_| values::not("date", "une date", key))?;
            let provisional = is_true(days.get(&format!("{key}-fallback")));
            Ok(Some(Colour { date, code, provisional, updated: None }))
        };
        parsed.keep(format!("values.{key}"), key, colour());
    }
    Ok(parsed)
}

/// One span of colours.
pub(crate) fn pull(ctx: Context<'_>, settings: &Settings, span: Span) -> Result<(), Failure> {
    let first = tariff_date(ctx, span.start)?;
    let end = window::plus(tariff_date(ctx, span.end.max(span.start + 1) - 1)?, 1)?;
    let days = Days::around(ctx, first, end, REACH)?;
    let put = if settings.has_account() {
        window::ask(ctx, days, LONGEST_DAYS, &|days| call(ctx, days))?
    } else {
        open(ctx, settings, days)?
    };
    if put == 0 { Err(window::nothing(RTE)) } else { Ok(()) }
}

/// Asks the API for a window, and puts what comes.
pub(crate) fn call(ctx: Context<'_>, days: Days) -> Result<window::Asked, Failure> {
    let (start, end) = days.stamps(ctx)?;
    let request =
        Request::get(PATH).query("start_date", start).query("end_date", end).query("fallback_status", "true");
    window::rte(ctx, Api::Tempo, request, |answer| {
        let date = |instant| ctx.clock().date(ZONE, instant);
        let parsed = parse(&answer.body, &date).map_err(|reason| errors::unreadable(answer, RTE, &reason))?;
        put(ctx, answer, parsed, days)
    })
}

/// The open pages of the seasons that a window touches, and the one of today and tomorrow.
fn open(ctx: Context<'_>, settings: &Settings, days: Days) -> Result<usize, Failure> {
    let mut count = 0;
    let (first, last) = (season(days.first), season(window::plus(days.end, -1)?));
    for year in first..=last {
        let request = Request::get(settings.open_url(OPEN_HOST, OPEN_SEASON))
            .query("season", format!("{year}-{}", year + 1));
        count += open_page(ctx, request, days)?;
    }
    if days.end > window::today(ctx)? {
        let request = Request::get(settings.open_url(OPEN_HOST, OPEN_NOW));
        count += open_page(ctx, request, days)?;
    }
    Ok(count)
}

fn open_page(ctx: Context<'_>, request: Request, days: Days) -> Result<usize, Failure> {
    let request = request.header("accept", "application/json");
    let answer = ctx.http().send(&request).map_err(|error| error.failure(RTE))?;
    match answer.status {
        200 => {}
        // A season that the page does not know.
        404 => return Ok(0),
        _ => return Err(answer.failure(RTE)),
    }
    let parsed = parse_open(&answer.body).map_err(|reason| errors::unreadable(&answer, RTE, &reason))?;
    put(ctx, &answer, parsed, days)
}

/// Puts the colours of a window, each from six to six.
fn put(ctx: Context<'_>, answer: &Response, parsed: Parsed<Colour>, days: Days) -> Result<usize, Failure> {
    values::report(ctx, answer, RTE, &parsed)?;
    let mut rows = Vec::with_capacity(parsed.rows.len());
    for colour in parsed.rows {
        if !(days.first..days.end).contains(&colour.date) {
            continue;
        }
        let turn = |date: Date| ctx.clock().resolve(ZONE, date.at(TURN, 0)).map(|at| at.compatible());
        let start = turn(colour.date).map_err(ours)?;
        let end = turn(window::plus(colour.date, 1)?).map_err(ours)?;
        let quality = if colour.provisional { Quality::Estimated } else { Quality::Measured };
        let point = Point::measured(start, (end - start).unsigned_abs(), colour.code).quality(quality);
        rows.push(Stated { point, updated: colour.updated });
    }
    values::put_state(ctx, "tempo", "1", rows)
}

/// The date of the tariff's day that an instant is in.
fn tariff_date(ctx: Context<'_>, instant: Instant) -> Result<Date, Failure> {
    let (civil, _) = ctx.clock().local(ZONE, instant).map_err(ours)?;
    let date = civil.date().ok_or_else(|| ours(format!("{civil} is not a date")))?;
    window::plus(date, if civil.hour < TURN { -1 } else { 0 })
}

/// The year in which the season of a date began: seasons turn on 1 September.
fn season(date: Date) -> i16 {
    let (year, month, _) = date.parts();
    if month >= 9 { year } else { year - 1 }
}
