//! Windows of whole local days: which to ask for, and in what pieces.

use crate::{
    errors::{self, ours},
    when::{self, ZONE},
};
use watteau_sdk::prelude::*;

/// Whole local days: `first` to `end`, `end` excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) first: Date,
    pub(crate) end: Date,
}

/// How far a feed is read around the running day, whatever day of it is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// Days before today whose values the source may still change.
    pub(crate) back: i32,
    /// Days from today on that the source has already, today included.
    pub(crate) ahead: i32,
}

/// What came of asking for a window.
pub(crate) enum Asked {
    /// So many points were put.
    Put(usize),
    /// The source takes no window as long, or as far ahead.
    Shorten(Failure),
}

impl Days {
    pub(crate) fn len(self) -> i32 {
        self.end.days() - self.first.days()
    }

    /// The days that a span touches. One that reaches the running day is widened: a call costs the same whatever
    /// it brings, and the source has days to come and changes the last ones.
    pub(crate) fn around(ctx: Context<'_>, first: Date, end: Date, reach: Reach) -> Result<Self, Failure> {
        let today = today(ctx)?;
        if end < today {
            return Ok(Self { first, end });
        }
        let first = if first < today { first.min(plus(today, -reach.back)?) } else { first };
        Ok(Self { first, end: plus(today, reach.ahead)? })
    }

    /// Both bounds as RTE's parameters take them, each with its own offset.
    pub(crate) fn stamps(self, ctx: Context<'_>) -> Result<(String, String), Failure> {
        let stamp = |date| {
            let clock = ctx.clock();
            clock.midnight(ZONE, date).and_then(|at| when::stamp(clock, at)).map_err(ours)
        };
        Ok((stamp(self.first)?, stamp(self.end)?))
    }
}

/// First day and end of a span of local days.
pub(crate) fn dates(ctx: Context<'_>, span: Span) -> Result<(Date, Date), Failure> {
    let clock = ctx.clock();
    let first = clock.date(ZONE, span.start).map_err(ours)?;
    let last = clock.date(ZONE, span.end.max(span.start + 1) - 1).map_err(ours)?;
    Ok((first, plus(last, 1)?))
}

pub(crate) fn today(ctx: Context<'_>) -> Result<Date, Failure> {
    ctx.clock().date(ZONE, ctx.clock().now()).map_err(ours)
}

pub(crate) fn plus(date: Date, days: i32) -> Result<Date, Failure> {
    date.plus(days).ok_or_else(|| ours("a date beyond the calendar"))
}

/// Asks for a window in pieces of at most `longest` days, halving what the source finds too long. What a piece
/// brought is kept before the next is asked for: the quota or a cut may end the call there.
pub(crate) fn ask(
    ctx: Context<'_>,
    days: Days,
    longest: i32,
    call: &dyn Fn(Days) -> Result<Asked, Failure>,
) -> Result<usize, Failure> {
    let (mut put, mut first) = (0, days.first);
    while first < days.end {
        let end = plus(first, longest.max(1))?.min(days.end);
        put += halve(ctx, Days { first, end }, call)?;
        if end < days.end {
            ctx.sink().checkpoint(None)?;
        }
        first = end;
    }
    Ok(put)
}

fn halve(
    ctx: Context<'_>,
    days: Days,
    call: &dyn Fn(Days) -> Result<Asked, Failure>,
) -> Result<usize, Failure> {
    let failure = match call(days)? {
        Asked::Put(count) => return Ok(count),
        Asked::Shorten(failure) => failure,
    };
    if days.len() <= 1 {
        // A day to come that the source does not take yet is no failure.
        return if days.first > today(ctx)? { Ok(0) } else { Err(failure) };
    }
    let middle = plus(days.first, days.len() / 2)?;
    let early = halve(ctx, Days { first: days.first, end: middle }, call)?;
    ctx.sink().checkpoint(None)?;
    Ok(early + halve(ctx, Days { first: middle, end: days.end }, call)?)
}

/// Nothing for this window: not a failure of anything.
pub(crate) fn nothing(party: &str) -> Failure {
    Failure::no_data((
        format!("{party} has nothing for these days."),
        format!("{party} n’a rien pour ces jours."),
    ))
    .by(party)
}

/// Asks an API of RTE for a window.
pub(crate) fn rte(
    ctx: Context<'_>,
    api: errors::Api,
    request: Request,
    read: impl FnOnce(&Response) -> Result<usize, Failure>,
) -> Result<Asked, Failure> {
    let request = request.header("accept", "application/json").auth("rte");
    let answer = ctx.http().send(&request).map_err(errors::lost)?;
    if answer.status == 200 {
        return read(&answer).map(Asked::Put);
    }
    match errors::read(&answer, api, ctx.clock().now()) {
        errors::Refused::Shorten(failure) => Ok(Asked::Shorten(failure)),
        errors::Refused::Failure(failure) => Err(failure),
    }
}
