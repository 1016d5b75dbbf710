//! One window of one feed, and what to do when the source takes only a part of it.

use crate::{
    Settings,
    errors::{self, GATEWAY, Refused},
    parse::{self, Parsed, ZONE},
};
use watteau_sdk::prelude::*;

const DAY_MS: i64 = 86_400_000;
/// An empty load curve younger than this may just be late.
const LATE_DAYS: i64 = 3;
/// An empty load curve older than this is a hole of its history, whatever the settings of the account are now.
const RECENT_DAYS: i64 = 10;

/// What the gateway answers together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feed {
    DailyEnergy,
    LoadCurve,
    MaxPower,
}

/// What came of asking for a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// Points were put.
    Filled,
    /// The source has nothing there.
    Empty,
    /// It begins before the source's data.
    TooOld,
    /// It is longer than the source takes today.
    TooLong,
}

impl Feed {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "daily_energy" => Some(Self::DailyEnergy),
            "load_curve" => Some(Self::LoadCurve),
            "max_power" => Some(Self::MaxPower),
            _ => None,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::DailyEnergy => "/daily_consumption",
            Self::LoadCurve => "/consumption_load_curve",
            Self::MaxPower => "/consumption_max_power",
        }
    }
}

/// A span of whole days.
pub(crate) fn span(
    ctx: Context<'_>,
    settings: &Settings,
    feed: Feed,
    span: Span,
) -> Result<Outcome, Failure> {
    let clock = ctx.clock();
    let first = clock.date(ZONE, span.start).map_err(ours)?;
    // The end is exclusive, for the host and for the gateway alike.
    let end = clock.date(ZONE, span.end).map_err(ours)?;
    match window(ctx, settings, feed, first, end)? {
        Window::Filled => Ok(Outcome::default()),
        Window::Empty => Err(empty(ctx, settings, feed, span, first, end)?),
        Window::TooOld => start_of_history(ctx, settings, feed, first, end),
        Window::TooLong => {
            // Seven days have been refused for a while before, where six were taken.
            let middle = plus(end, -1)?;
            if middle <= first {
                return Err(ours("Enedis finds a single day too long".to_owned()));
            }
            let early = window(ctx, settings, feed, first, middle)?;
            let late = window(ctx, settings, feed, middle, end)?;
            match (early, late) {
                (Window::Filled, _) | (_, Window::Filled) => Ok(Outcome::default()),
                _ => Err(empty(ctx, settings, feed, span, first, end)?),
            }
        }
    }
}

/// The source's data begins inside the window: finds the day by halving, and keeps what is there.
fn start_of_history(
    ctx: Context<'_>,
    settings: &Settings,
    feed: Feed,
    first: Date,
    end: Date,
) -> Result<Outcome, Failure> {
    let (mut refused, mut reached) = (first, end);
    while reached.days() - refused.days() > 1 {
        let middle = plus(refused, (reached.days() - refused.days()) / 2)?;
        match window(ctx, settings, feed, middle, reached)? {
            Window::TooOld => refused = middle,
            Window::Filled | Window::Empty | Window::TooLong => {
                // Kept now: the quota may end the search, and it goes on from here.
                ctx.sink().checkpoint(None)?;
                reached = middle;
            }
        }
    }
    let start = ctx.clock().midnight(ZONE, reached).map_err(ours)?;
    Ok(Outcome::default().history_start(start))
}

/// Nothing for these days: not there yet, a hole, or a load curve that is not collected.
fn empty(
    ctx: Context<'_>,
    settings: &Settings,
    feed: Feed,
    span: Span,
    first: Date,
    end: Date,
) -> Result<Failure, Failure> {
    let now = ctx.clock().now();
    let telling = now - span.start > LATE_DAYS * DAY_MS && now - span.end < RECENT_DAYS * DAY_MS;
    if feed == Feed::LoadCurve
        && telling
        && window(ctx, settings, Feed::DailyEnergy, first, end)? == Window::Filled
    {
        return Ok(errors::no_load_curve());
    }
    Ok(Failure::no_data(("Enedis has nothing for these days.", "Enedis n’a rien pour ces jours."))
        .by(errors::ENEDIS))
}

/// Asks for the days from `start` to `end`, `end` excluded, and puts what comes.
pub(crate) fn window(
    ctx: Context<'_>,
    settings: &Settings,
    feed: Feed,
    start: Date,
    end: Date,
) -> Result<Window, Failure> {
    let request = Request::get(feed.path())
        .query("prm", &settings.prm)
        .query("start", start)
        .query("end", end)
        .header("accept", "application/json")
        .auth("token");
    let answer = ctx.http().send(&request).map_err(|error| error.failure(GATEWAY))?;
    if answer.status != 200 {
        return match errors::read(&answer, settings.last_four()) {
            Refused::NoData => Ok(Window::Empty),
            Refused::TooOld => Ok(Window::TooOld),
            Refused::TooLong => Ok(Window::TooLong),
            Refused::Failure(failure) => Err(failure),
        };
    }
    let readings = parse::readings(&answer.body).map_err(|reason| errors::unreadable(&answer, &reason))?;
    let put = match feed {
        Feed::DailyEnergy => {
            let days = parse::daily(&readings);
            all_unusable(&answer, &days)?;
            put_days(ctx, "daily_energy", "kWh", days, |wh| wh / 1000.0)?
        }
        Feed::MaxPower => put_days(ctx, "max_power", "VA", parse::max_power(&readings), |va| va)?,
        Feed::LoadCurve => {
            let resolve = |civil| ctx.clock().resolve(ZONE, civil);
            let curve = parse::load_curve(&readings, &resolve);
            all_unusable(&answer, &curve)?;
            refuse(ctx, &curve);
            let count = curve.rows.len();
            ctx.sink().put(Batch::new("load_curve", "W").points(curve.rows))?;
            count
        }
    };
    Ok(if put == 0 { Window::Empty } else { Window::Filled })
}

/// An answer of which no row can be read is another format, and not data with a few bad rows.
fn all_unusable<T>(answer: &Response, parsed: &Parsed<T>) -> Result<(), Failure> {
    match parsed.unusable.first() {
        Some(first) if parsed.rows.is_empty() => Err(errors::unreadable(answer, &first.reason.0)),
        _ => Ok(()),
    }
}

fn put_days(
    ctx: Context<'_>,
    series: &str,
    unit: &str,
    days: Parsed<(Date, f64)>,
    convert: impl Fn(f64) -> f64,
) -> Result<usize, Failure> {
    refuse(ctx, &days);
    let mut points = Vec::with_capacity(days.rows.len());
    for (date, value) in days.rows {
        let day = ctx.clock().day(ZONE, date).map_err(ours)?;
        points.push(Point::measured(day.start, (day.end - day.start).unsigned_abs(), convert(value)));
    }
    let count = points.len();
    ctx.sink().put(Batch::new(series, unit).points(points))?;
    Ok(count)
}

fn refuse<T>(ctx: Context<'_>, parsed: &Parsed<T>) {
    for unusable in &parsed.unusable {
        let date = unusable.date.get(..10).unwrap_or(&unusable.date);
        let reason = unusable.reason.clone();
        ctx.sink().refuse(Refusal::new(format!("reading {}", unusable.place), reason).date(date));
    }
}

pub(crate) fn plus(date: Date, days: i32) -> Result<Date, Failure> {
    date.plus(days).ok_or_else(|| ours("a date beyond the calendar".to_owned()))
}

/// A defect of this connector, told as one.
pub(crate) fn ours(reason: String) -> Failure {
    Failure::unreadable(
        (
            format!("The Linky connector met a defect of its own: {reason}."),
            format!("Le connecteur Linky a rencontré un défaut à lui : {reason}."),
        ),
        reason,
    )
}
