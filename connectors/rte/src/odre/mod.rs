//! The open data of the French networks: the load and its forecasts without an account.
//!
//! Two datasets: one consolidated, then final, since 2012; one of the last months in real time. A window of the
//! last weeks is asked of the second alone, an older one of the first, and of the second for the days that the
//! first does not have yet.

mod errors;
mod rows;

pub use errors::read as read_refusal;
pub use rows::{Curve, parse};

use crate::{
    errors::{ours, unreadable},
    settings::{Feed, Settings},
    values,
    when::ZONE,
    window::{self, Asked, Days, Reach},
};
use watteau_sdk::prelude::*;

/// The publisher.
pub const ODRE: &str = "ODRÉ";

const HOST: &str = "odre.opendatasoft.com";
const DATASETS: &str = "/api/explore/v2.1/catalog/datasets";
/// Consolidation comes weeks after.
const RECENT_DAYS: i32 = 40;

/// A dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dataset {
    /// The last months up to now.
    RealTime,
    /// Consolidated, then final, since 2012.
    Consolidated,
}

impl Dataset {
    const fn id(self) -> &'static str {
        match self {
            Self::RealTime => "eco2mix-national-tr",
            Self::Consolidated => "eco2mix-national-cons-def",
        }
    }

    /// The length of an interval where a lone value does not tell it.
    const fn usual_minutes(self) -> i64 {
        match self {
            Self::RealTime => 15,
            Self::Consolidated => 30,
        }
    }
}

/// Columns and the series they fill.
const LOAD: &[(&str, &str)] = &[("consommation", "load")];
const FORECASTS: &[(&str, &str)] = &[("prevision_j1", "forecast_d1"), ("prevision_j", "forecast_id")];

/// One span of load or forecasts.
pub(crate) fn pull(ctx: Context<'_>, settings: &Settings, feed: Feed, span: Span) -> Result<(), Failure> {
    let (columns, reach) = match feed {
        Feed::Load => (LOAD, Reach { back: 7, ahead: 1 }),
        _ => (FORECASTS, Reach { back: 1, ahead: 2 }),
    };
    let (first, end) = window::dates(ctx, span)?;
    let days = Days::around(ctx, first, end, reach)?;
    let recent = window::plus(window::today(ctx)?, -RECENT_DAYS)?;
    let piece = |days: Days| {
        let ask = |dataset, days| dataset_of(ctx, settings, dataset, columns, days);
        let (early, late) = if days.first >= recent {
            (Dataset::RealTime, Dataset::Consolidated)
        } else {
            (Dataset::Consolidated, Dataset::RealTime)
        };
        let (mut put, next) = ask(early, days)?;
        // Real time that ends early has just not happened yet.
        if next < days.end && (put == 0 || early == Dataset::Consolidated) {
            put += ask(late, Days { first: next, end: days.end })?.0;
        }
        Ok(Asked::Put(put))
    };
    match window::ask(ctx, days, settings.longest(), &piece)? {
        0 => Err(window::nothing(ODRE)),
        _ => Ok(()),
    }
}

/// Whether the open data answer.
pub(crate) fn check(ctx: Context<'_>, settings: &Settings, days: Days) -> Result<(), Failure> {
    fetch(ctx, settings, Dataset::RealTime, LOAD, days).map(drop)
}

/// Puts what a dataset has of a window; answers how many points, and the first day after them.
fn dataset_of(
    ctx: Context<'_>,
    settings: &Settings,
    dataset: Dataset,
    columns: &[(&str, &str)],
    days: Days,
) -> Result<(usize, Date), Failure> {
    let answer = fetch(ctx, settings, dataset, columns, days)?;
    let (mut put, mut next) = (0, days.first);
    for (column, series) in columns {
        let curve = parse(&answer.body, column, dataset, ctx.clock())
            .map_err(|reason| unreadable(&answer, ODRE, &reason))?;
        values::report(ctx, &answer, ODRE, &curve.parsed)?;
        if let Some(last) = curve.parsed.rows.iter().map(|row| row.point.start).max() {
            let date = ctx.clock().date(ZONE, last).map_err(ours)?;
            next = next.max(window::plus(date, 1)?);
        }
        if !curve.ambiguous.is_empty() {
            let reason = (
                "The clock went back: of the hour that comes twice the open data have one, without saying which.",
                "Changement d’heure : de l’heure qui revient deux fois, les données ouvertes n’ont qu’une, sans dire \
                 laquelle.",
            );
            ctx.sink().absent(series, &curve.ambiguous, reason)?;
        }
        put += values::put_state(ctx, series, "MW", curve.parsed.rows)?;
    }
    Ok((put, next))
}

fn fetch(
    ctx: Context<'_>,
    settings: &Settings,
    dataset: Dataset,
    columns: &[(&str, &str)],
    days: Days,
) -> Result<Response, Failure> {
    let clock = ctx.clock();
    let bound = |date: Date| -> Result<String, Failure> {
        let at = clock.midnight(ZONE, date).map_err(ours)?;
        let (civil, _) = clock.local("UTC", at).map_err(ours)?;
        Ok(format!("date'{}Z'", civil.to_string().replace(' ', "T")))
    };
    let names: Vec<&str> = columns.iter().map(|(column, _)| *column).collect();
    let present: Vec<String> = names.iter().map(|name| format!("{name} is not null")).collect();
    let (from, to) = (bound(days.first)?, bound(days.end)?);
    let path = format!("{DATASETS}/{}/exports/json", dataset.id());
    let request = Request::get(settings.open_url(HOST, &path))
        .query("select", format!("date,heure,date_heure,nature,{}", names.join(",")))
        .query("where", format!("date_heure >= {from} and date_heure < {to} and ({})", present.join(" or ")))
        .query("order_by", "date_heure")
        .query("timezone", "UTC")
        .header("accept", "application/json");
    let answer = ctx.http().send(&request).map_err(|error| error.failure(ODRE))?;
    if answer.status == 200 { Ok(answer) } else { Err(read_refusal(&answer, clock.now())) }
}
