//! The points of a series as aligned columns, as stored or by bucket.

use super::{Aggregator, Bucket, Calendar, Error, Period, find, range::MAX_ROWS, slots::LocalDay, units};
use crate::clock::Clock;
use jiff::{ToSpan as _, civil::Date};
use serde::{Serialize, Serializer};
use std::ops::ControlFlow;
use utoipa::ToSchema;
use watteau_store::{Kind, Quality, SeriesInfo, Step, Store};

const DAY_MS: i64 = 86_400_000;

/// Rows of a series, a column each; every column has the same length.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Columns {
    /// The series.
    pub id: String,
    /// Unit of `value`; kWh for a power that was added up.
    pub unit: String,
    /// What the series measures, and so how it adds up.
    #[schema(value_type = String)]
    pub kind: Kind,
    /// The length of a row.
    pub step: Bucket,
    /// The zone in which days turn.
    pub timezone: String,
    /// First instant of each row, epoch seconds.
    #[serde(serialize_with = "seconds")]
    pub start: Vec<i64>,
    /// First instant after each row, epoch seconds.
    #[serde(serialize_with = "seconds")]
    pub end: Vec<i64>,
    /// Null where nothing was measured: never 0.
    pub value: Vec<Option<f64>>,
    /// How much of the row's time is accounted for, 0 to 1.
    #[serde(serialize_with = "ratios")]
    pub coverage: Vec<f64>,
    /// The worst quality inside: filled, then estimated, corrected, measured. Null where nothing was measured.
    #[schema(value_type = Vec<Option<String>>)]
    #[serde(serialize_with = "qualities")]
    pub quality: Vec<Option<Quality>>,
    /// The lowest value inside each row; only for levels and ratios that were averaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub min: Option<Vec<Option<f64>>>,
    /// The highest value inside each row; only for levels and ratios that were averaged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max: Option<Vec<Option<f64>>>,
}

/// The period asked of a series, with what was left out filled in: up to now, from a week before (raw and
/// hours) or from its first point.
pub(super) fn resolve(
    info: &SeriesInfo,
    calendar: &Calendar,
    now: i64,
    period: Period<'_>,
    bucket: Bucket,
) -> Result<(i64, i64), Error> {
    let to = match period.to {
        Some(text) => super::parse_instant("to", text, calendar)?,
        None => now,
    };
    let from = match bucket {
        Bucket::Raw | Bucket::Hour => to.saturating_sub(7 * DAY_MS),
        Bucket::Day | Bucket::Week | Bucket::Month | Bucket::Year => info.first.unwrap_or(to),
    };
    period.resolve(calendar, from, to)
}

/// The local days that a period touches, the first of them and the one after the last; what was left out is filled
/// in: up to now, from the first point.
pub(super) fn days(
    info: &SeriesInfo,
    calendar: &Calendar,
    now: i64,
    period: Period<'_>,
) -> Result<(Vec<LocalDay>, Date, Date), Error> {
    let (from, to) = resolve(info, calendar, now, period, Bucket::Day)?;
    let days = calendar.days(from, to)?;
    let first = days.first().map_or_else(|| calendar.date_of(from), |day| day.0);
    let end = days.last().map_or(first, |day| day.0.saturating_add(1.day()));
    Ok((days, first, end))
}

/// The points of a series in a period, as stored or by bucket.
pub fn points(
    store: &Store,
    clock: &Clock,
    id: &str,
    period: Period<'_>,
    bucket: Bucket,
) -> Result<Columns, Error> {
    let info = find(store, id)?;
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    let (from, to) = resolve(&info, &calendar, clock.now_ms(), period, bucket)?;
    if bucket == Bucket::Raw {
        return raw(store, &info, &calendar, from, to);
    }
    let bounds = calendar.boundaries(from, to, bucket)?;
    bucketed(store, &info, &calendar, bucket, &bounds)
}

fn empty(info: &SeriesInfo, calendar: &Calendar, step: Bucket, unit: String) -> Columns {
    Columns {
        id: info.def.name.clone(),
        unit,
        kind: info.def.kind,
        step,
        timezone: calendar.name(),
        start: Vec::new(),
        end: Vec::new(),
        value: Vec::new(),
        coverage: Vec::new(),
        quality: Vec::new(),
        min: None,
        max: None,
    }
}

fn raw(store: &Store, info: &SeriesInfo, calendar: &Calendar, from: i64, to: i64) -> Result<Columns, Error> {
    let mut columns = empty(info, calendar, Bucket::Raw, info.def.unit.clone());
    let mut too_many = false;
    if from < to {
        store.runs(info.id, from..to, &mut |run| {
            too_many = columns.start.len() + run.values.len() > MAX_ROWS;
            if too_many {
                return ControlFlow::Break(());
            }
            for point in run.points() {
                columns.start.push(point.start);
                columns.end.push(point.end());
                columns.value.push(Some(point.value));
                columns.quality.push(Some(point.quality));
            }
            ControlFlow::Continue(())
        })?;
    }
    if too_many {
        return Err(Error::TooManyRows { limit: MAX_ROWS });
    }
    columns.coverage = vec![1.0; columns.start.len()];
    Ok(columns)
}

/// Adds up a series between consecutive instants.
pub(super) fn bucketed(
    store: &Store,
    info: &SeriesInfo,
    calendar: &Calendar,
    step: Bucket,
    bounds: &[i64],
) -> Result<Columns, Error> {
    let (unit, factor) = units::of_bucket(info.def.kind, &info.def.unit);
    let mut columns = empty(info, calendar, step, unit);
    let mut aggregator = Aggregator::new(info.def.kind, bounds);
    if let [first, .., last] = *bounds {
        let from = first.saturating_sub(look_back(info));
        // The reading that closes the last difference of an index lies after the last bucket.
        let to = if info.def.kind == Kind::Index { i64::MAX } else { last };
        store.runs(info.id, from..to, &mut |run| {
            aggregator.push(run);
            if aggregator.is_full(run.last()) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        columns.start = bounds[..bounds.len() - 1].to_vec();
        columns.end = bounds[1..].to_vec();
    }
    let buckets = aggregator.finish();
    let scaled =
        |value: f64| if (factor - 1.0).abs() < f64::EPSILON { value } else { units::tidy(value * factor) };
    columns.value = buckets.iter().map(|bucket| bucket.value.map(scaled)).collect();
    columns.coverage = buckets.iter().map(|bucket| bucket.coverage).collect();
    columns.quality = buckets.iter().map(|bucket| bucket.quality).collect();
    if matches!(info.def.kind, Kind::Level | Kind::Ratio) {
        columns.min = Some(buckets.iter().map(|bucket| bucket.min).collect());
        columns.max = Some(buckets.iter().map(|bucket| bucket.max).collect());
    }
    Ok(columns)
}

/// How far before a period a point may start and still reach into it, in ms.
pub(super) fn look_back(info: &SeriesInfo) -> i64 {
    match info.def.kind {
        // Counted where they start.
        Kind::Energy | Kind::Volume | Kind::Factor => 0,
        Kind::Power | Kind::Level | Kind::Ratio | Kind::Index => match info.def.step {
            // A source may have had a longer step before.
            Step::Seconds(seconds) => (i64::from(seconds) * 1000).max(DAY_MS),
            Step::Days(days) => (i64::from(days) + 1) * DAY_MS,
            Step::Months(months) => i64::from(months) * 32 * DAY_MS,
            Step::Irregular => i64::MAX,
        },
    }
}

fn seconds<S: Serializer>(instants: &[i64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(instants.iter().map(|instant| instant.div_euclid(1000)))
}

fn ratios<S: Serializer>(ratios: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ratios.iter().map(|ratio| (ratio * 1e4).floor() / 1e4))
}

fn qualities<S: Serializer>(qualities: &[Option<Quality>], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(qualities.iter().map(|quality| quality.map(Quality::as_str)))
}
