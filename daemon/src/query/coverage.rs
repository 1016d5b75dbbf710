//! What is there, what is missing, and why.
//!
//! A day is complete when each of its slots, from one local day start to the next, lies under stored
//! intervals. Rows are never counted: two ten-minute rows are not a half-hour, and one hourly row is two.

use super::{
    Bucket, Calendar, Error, Gap, Period, find,
    gaps::{Context, Why},
    range::MAX_ROWS,
};
use crate::{clock::Clock, model::ConnectorState};
use jiff::{ToSpan, civil::Date};
use serde::Serialize;
use std::ops::ControlFlow;
use utoipa::ToSchema;
use watteau_store::{Run, SeriesInfo, Step, Store};

const DAY_MS: i64 = 86_400_000;

/// How complete one day is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayCoverage {
    /// The day of the series, ISO 8601.
    #[schema(value_type = String, example = "2025-03-30")]
    pub date: Date,
    /// Slots of the whole day: 46, 48 or 50 half-hours.
    pub expected: u64,
    /// Slots that are there.
    pub present: u64,
}

/// The covered periods of a series, its holes, and its days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Coverage {
    /// The series.
    pub id: String,
    /// Length of a slot in seconds; null for months and for series without a step.
    pub step_seconds: Option<u64>,
    /// Covered periods `[start, end)` in epoch seconds, ascending and apart.
    pub ranges: Vec<(i64, i64)>,
    /// Holes among the slots that should be there by now, ascending.
    pub gaps: Vec<Gap>,
    /// Day by day; of a series without a step, nothing is expected.
    pub days: Vec<DayCoverage>,
}

/// Intervals merged as they come, in ascending order of start.
#[derive(Debug, Default)]
pub struct Ranges(Vec<(i64, i64)>);

impl Ranges {
    /// Adds `[start, end)`.
    pub fn push(&mut self, start: i64, end: i64) {
        match self.0.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ if end > start => self.0.push((start, end)),
            _ => {}
        }
    }

    /// The merged intervals.
    pub fn into_inner(self) -> Vec<(i64, i64)> {
        self.0
    }
}

/// How complete a series is over a period: by default from its first point, or from where its source's
/// history begins, up to now.
pub fn coverage(
    store: &Store,
    clock: &Clock,
    connectors: &[ConnectorState],
    id: &str,
    period: Period<'_>,
) -> Result<Coverage, Error> {
    let info = find(store, id)?;
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    let now = clock.now_ms();
    let connector = connectors.iter().find(|it| it.name == super::connector_of(id));
    let mut context = Context::new(now, info.first, info.last_end, connector, id);
    let (mut from, to) = super::columns::resolve(&info, &calendar, now, period, Bucket::Day)?;
    if let (None, Some(history)) = (period.from, context.history_start) {
        from = from.min(history);
    }
    let bounds = calendar.boundaries(from, to, Bucket::Day)?;
    let (Some(&start), Some(&end)) = (bounds.first(), bounds.last()) else {
        return Ok(Coverage {
            id: id.to_owned(),
            step_seconds: step_seconds(info.def.step),
            ranges: Vec::new(),
            gaps: Vec::new(),
            days: Vec::new(),
        });
    };
    context.declared(&store.absences(info.id, start..end)?);
    let ranges = ranges(store, &info, &calendar, start, end)?;
    // Nothing is expected of the future, but for what is there already (a forecast).
    let due = now.max(info.last_end.unwrap_or(now));
    let (gaps, days) = compare(&slots(&info, &calendar, start, end)?, &ranges, due, &context);
    Ok(Coverage {
        id: id.to_owned(),
        step_seconds: step_seconds(info.def.step),
        ranges: ranges.iter().map(|&(from, to)| (from.div_euclid(1000), to.div_euclid(1000))).collect(),
        gaps,
        days,
    })
}

/// How many seconds are missing between the first and the last point of a series.
pub fn missing_seconds(store: &Store, clock: &Clock, info: &SeriesInfo) -> Result<f64, Error> {
    let (Some(first), Some(last), false) = (info.first, info.last_end, info.def.step == Step::Irregular)
    else {
        return Ok(0.0);
    };
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    let ranges = ranges(store, info, &calendar, first, last)?;
    let covered: i64 = ranges.iter().map(|(start, end)| end - start).sum();
    let whole = ranges.last().map_or(0, |last| last.1) - ranges.first().map_or(0, |first| first.0);
    Ok((whole - covered).max(0) as f64 / 1000.0)
}

/// The nominal step in seconds; none for months and for series without a step.
pub(crate) fn step_seconds(step: Step) -> Option<u64> {
    match step {
        Step::Seconds(seconds) => Some(u64::from(seconds)),
        Step::Days(days) => Some(u64::from(days) * 86_400),
        Step::Months(_) | Step::Irregular => None,
    }
}

/// The covered periods within `[from, to)`.
fn ranges(
    store: &Store,
    info: &SeriesInfo,
    calendar: &Calendar,
    from: i64,
    to: i64,
) -> Result<Vec<(i64, i64)>, Error> {
    let mut ranges = Ranges::default();
    let daily = matches!(info.def.step, Step::Days(_) | Step::Months(_));
    let back = if info.def.step == Step::Irregular { i64::MAX } else { 62 * DAY_MS };
    let mut push = |start: i64, end: i64| {
        if end > from {
            ranges.push(start.max(from), end.min(to));
        }
    };
    store.runs(info.id, from.saturating_sub(back)..to, &mut |run: Run<'_>| {
        if daily {
            for point in run.points() {
                // A day is a day: a source that calls each one 24 hours long leaves no hole of an hour.
                let (start, end) = whole_days(calendar, point.start, point.end());
                push(start, end);
            }
        } else if run.step.unsigned_abs() == run.duration {
            // Without a hole inside.
            push(run.start, run.last().saturating_add_unsigned(run.duration));
        } else {
            run.points().for_each(|point| push(point.start, point.end()));
        }
        ControlFlow::Continue(())
    })?;
    Ok(ranges.into_inner())
}

fn whole_days(calendar: &Calendar, start: i64, end: i64) -> (i64, i64) {
    let date = calendar.date_of(start);
    let days = ((end - start) as f64 / DAY_MS as f64).round().max(1.0) as i64;
    (calendar.start_of(date), calendar.start_of(date.saturating_add(days.min(366_000).days())))
}

/// A day (or, for longer steps, a slot) with the slots that belong in it.
struct Slots {
    date: Date,
    edges: (i64, i64),
    step: i64,
}

fn slots(info: &SeriesInfo, calendar: &Calendar, from: i64, to: i64) -> Result<Vec<Slots>, Error> {
    let too_many = Err(Error::TooManyRows { limit: MAX_ROWS });
    let whole = |date, start, end| Slots { date, edges: (start, end), step: end - start };
    let span = match info.def.step {
        Step::Irregular | Step::Seconds(0) | Step::Days(0) | Step::Months(0) => return Ok(Vec::new()),
        Step::Seconds(seconds) => {
            let step = i64::from(seconds) * 1000;
            // Slots are looked at one by one: a five-year hole of seconds is not worth a minute of the CPU.
            if (to - from) / step > 100 * MAX_ROWS as i64 {
                return too_many;
            }
            let days = calendar.days(from, to)?;
            return Ok(days
                .into_iter()
                .map(|(date, start, end)| Slots { date, edges: (start, end), step })
                .collect());
        }
        Step::Days(1) => {
            let days = calendar.days(from, to)?;
            return Ok(days.into_iter().map(|(date, start, end)| whole(date, start, end)).collect());
        }
        Step::Days(days) => i64::from(days).days(),
        Step::Months(months) => i64::from(months).months(),
    };
    // Longer slots are counted from the first point, which says how the source cuts them.
    let mut date = calendar.date_of(info.first.unwrap_or(from));
    let mut slots = Vec::new();
    let mut start = calendar.start_of(date);
    while start < to {
        date = date.saturating_add(span);
        let end = calendar.start_of(date);
        if end <= start {
            return too_many;
        }
        if end > from {
            slots.push(whole(calendar.date_of(start), start, end));
        }
        start = end;
    }
    Ok(slots)
}

/// Compares the slots that should be there with the periods that are.
fn compare(
    days: &[Slots],
    ranges: &[(i64, i64)],
    due: i64,
    context: &Context<'_>,
) -> (Vec<Gap>, Vec<DayCoverage>) {
    let mut gaps: Vec<(i64, i64, u64, Why)> = Vec::new();
    let mut rows = Vec::with_capacity(days.len());
    let mut range = 0;
    for day in days {
        let (mut expected, mut present, mut begun) = (0, 0, false);
        let mut start = day.edges.0;
        while start < day.edges.1 {
            let end = (start + day.step).min(day.edges.1);
            expected += 1;
            while ranges.get(range).is_some_and(|&(_, range_end)| range_end <= start) {
                range += 1;
            }
            if ranges.get(range).is_some_and(|&(from, to)| from <= start && end <= to) {
                present += 1;
                begun = true;
            } else if end <= due {
                begun = true;
                let why = context.why(start, end);
                match gaps.last_mut() {
                    Some(gap) if gap.1 == start && gap.3 == why => (gap.1, gap.2) = (end, gap.2 + 1),
                    _ => gaps.push((start, end, 1, why)),
                }
            }
            start = end;
        }
        // A day of which nothing is due yet is neither complete nor incomplete.
        if begun {
            rows.push(DayCoverage { date: day.date, expected, present });
        }
    }
    let gaps = gaps
        .into_iter()
        .map(|(from, to, missing, why)| Gap {
            from: from.div_euclid(1000),
            to: to.div_euclid(1000),
            missing,
            reason: context.reason(why),
        })
        .collect();
    (gaps, rows)
}
