//! How the values of a series are spread: histogram, box plot, and the time between its points.

use super::{
    Bucket, Calendar, Error, Period,
    columns::{self, bucketed},
    find,
    range::MAX_ROWS,
    units,
};
use crate::clock::Clock;
use jiff::civil::Date;
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap, ops::ControlFlow};
use utoipa::ToSchema;
use watteau_store::{SeriesInfo, Store};

/// Bins at most where nobody says how many.
const MOST_BINS: usize = 60;
/// Values beyond the whiskers that are listed, the farthest of them.
const MOST_OUTLIERS: usize = 200;
/// Times between points that are listed, the most frequent of them.
const MOST_TIMES: usize = 12;
/// An hour, a day, a month counts when so much of it is known.
const KNOWN: f64 = 0.98;

/// How often values fall into bins of equal width.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Histogram {
    /// Where bins begin, and where the last one ends, included.
    pub edges: Vec<f64>,
    /// Values in each bin.
    pub counts: Vec<u64>,
}

/// The five numbers of a box plot (Tukey), and what lies beyond.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BoxPlot {
    /// The lowest value within 1.5 times the height of the box below it.
    pub lower_whisker: f64,
    /// A quarter of the values lie below; between two values, in proportion.
    pub q1: f64,
    /// Half of the values lie below.
    pub median: f64,
    /// Three quarters of the values lie below.
    pub q3: f64,
    /// The highest value within 1.5 times the height of the box above it.
    pub upper_whisker: f64,
    /// The values beyond the whiskers, ascending; the 200 farthest where there are more.
    pub outliers: Vec<f64>,
    /// How many lie beyond the whiskers.
    pub outliers_total: u64,
}

/// How often a time passes between the starts of two points that follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Between {
    /// The time, rounded to seconds.
    pub seconds: i64,
    /// How often.
    pub count: u64,
}

/// The spread of a series' values.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Distribution {
    /// The series.
    pub id: String,
    /// Unit of the values; kWh for a power that was added up.
    pub unit: String,
    /// Of which values: as stored, or of hours, days, months.
    pub step: Bucket,
    /// The zone in which days turn.
    pub timezone: String,
    /// First local day.
    #[schema(value_type = String, example = "2025-03-01")]
    pub from: Date,
    /// First local day no longer counted.
    #[schema(value_type = String, example = "2025-04-01")]
    pub to: Date,
    /// How many values.
    pub count: u64,
    /// Null without values.
    pub mean: Option<f64>,
    /// Of a sample; null with fewer than two values.
    pub standard_deviation: Option<f64>,
    /// Empty without values.
    pub histogram: Histogram,
    /// Null without values.
    #[serde(rename = "box")]
    pub box_plot: Option<BoxPlot>,
    /// The times between points, most frequent first; null but for points as stored.
    pub between: Option<Vec<Between>>,
}

/// The spread of a series' values, as stored or by hour, day, month; only of those known to 98 %. By default all
/// that is known up to now. `bins` is at least 1.
pub fn distribution(
    store: &Store,
    clock: &Clock,
    id: &str,
    period: Period<'_>,
    step: Bucket,
    bins: Option<usize>,
) -> Result<Distribution, Error> {
    let info = find(store, id)?;
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    let (days, from, to) = columns::days(&info, &calendar, clock.now_ms(), period)?;
    let span = days.first().zip(days.last()).map_or(0..0, |(first, last)| first.1..last.2);
    let (mut values, unit, between) = if step == Bucket::Raw {
        let (values, between) = raw(store, &info, span)?;
        (values, info.def.unit.clone(), Some(between))
    } else {
        let bounds = calendar.boundaries(span.start, span.end, step)?;
        let columns = bucketed(store, &info, &calendar, step, &bounds)?;
        let known = columns.value.iter().zip(&columns.coverage).filter(|(_, coverage)| **coverage >= KNOWN);
        (known.filter_map(|(value, _)| *value).collect(), columns.unit, None)
    };
    values.sort_by(f64::total_cmp);
    let mean = mean(&values);
    Ok(Distribution {
        id: id.to_owned(),
        unit,
        step,
        timezone: calendar.name(),
        from,
        to,
        count: values.len() as u64,
        mean: mean.map(units::tidy),
        standard_deviation: mean.and_then(|mean| deviation(&values, mean)).map(units::tidy),
        histogram: histogram(&values, bins),
        box_plot: box_plot(&values),
        between,
    })
}

/// The values as stored, and the times between them.
fn raw(
    store: &Store,
    info: &SeriesInfo,
    span: std::ops::Range<i64>,
) -> Result<(Vec<f64>, Vec<Between>), Error> {
    let mut values = Vec::new();
    let mut times: BTreeMap<i64, u64> = BTreeMap::new();
    let mut last: Option<i64> = None;
    let mut count =
        |ms: i64, often: u64| *times.entry(ms.saturating_add(500).div_euclid(1000)).or_default() += often;
    store.runs(info.id, span, &mut |run| {
        if let Some(last) = last.replace(run.last()) {
            count(run.start - last, 1);
        }
        if run.values.len() > 1 {
            count(run.step, run.values.len() as u64 - 1);
        }
        values.extend_from_slice(run.values);
        if values.len() > MAX_ROWS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if values.len() > MAX_ROWS {
        return Err(Error::TooManyRows { limit: MAX_ROWS });
    }
    let mut between: Vec<Between> =
        times.into_iter().map(|(seconds, count)| Between { seconds, count }).collect();
    between.sort_by_key(|between| (Reverse(between.count), between.seconds));
    between.truncate(MOST_TIMES);
    Ok((values, between))
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn deviation(values: &[f64], mean: f64) -> Option<f64> {
    let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// The value below which that share of the ascending values lies, in proportion between two of them.
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let position = share * sorted.len().checked_sub(1)? as f64;
    let below = sorted[position as usize];
    let above = sorted.get(position as usize + 1).copied().unwrap_or(below);
    let part = position.fract();
    // So, and not by the difference, the largest numbers stay finite.
    Some(below * (1.0 - part) + above * part)
}

fn box_plot(sorted: &[f64]) -> Option<BoxPlot> {
    let (q1, median, q3) = (quantile(sorted, 0.25)?, quantile(sorted, 0.5)?, quantile(sorted, 0.75)?);
    let reach = 1.5 * (q3 - q1);
    let inside = sorted.partition_point(|value| *value < q1 - reach)
        ..sorted.partition_point(|value| *value <= q3 + reach);
    let (lower_whisker, upper_whisker) =
        (*sorted.get(inside.start)?, *sorted.get(inside.end.checked_sub(1)?)?);
    let mut outliers: Vec<f64> = [&sorted[..inside.start], &sorted[inside.end..]].concat();
    let outliers_total = outliers.len() as u64;
    let distance = |value: f64| if value < median { q1 - value } else { value - q3 };
    outliers.sort_by(|one, other| distance(*other).total_cmp(&distance(*one)));
    outliers.truncate(MOST_OUTLIERS);
    outliers.sort_by(f64::total_cmp);
    Some(BoxPlot { lower_whisker, q1, median, q3, upper_whisker, outliers, outliers_total })
}

fn histogram(sorted: &[f64], bins: Option<usize>) -> Histogram {
    let (Some(&lowest), Some(&highest)) = (sorted.first(), sorted.last()) else {
        return Histogram::default();
    };
    // A value that never changes stands in the middle of a bin.
    let (low, high) = if lowest < highest { (lowest, highest) } else { (lowest - 0.5, highest + 0.5) };
    let bins = if lowest < highest { bins.unwrap_or_else(|| usual_bins(sorted)).max(1) } else { 1 };
    let edge = |number: usize| {
        let part = number as f64 / bins as f64;
        low * (1.0 - part) + high * part
    };
    let edges: Vec<f64> = (0..=bins).map(edge).map(units::tidy).collect();
    let mut counted = 0;
    let counts = (1..=bins)
        .map(|bin| {
            let until =
                if bin == bins { sorted.len() } else { sorted.partition_point(|value| *value < edges[bin]) };
            let count = until.saturating_sub(counted);
            counted = counted.max(until);
            count as u64
        })
        .collect();
    Histogram { edges, counts }
}

/// The number of bins after Freedman and Diaconis; after Sturges where half of the values are the same.
fn usual_bins(sorted: &[f64]) -> usize {
    let count = sorted.len() as f64;
    let spread = quantile(sorted, 0.75).zip(quantile(sorted, 0.25)).map_or(0.0, |(q3, q1)| q3 - q1);
    let range = sorted.last().zip(sorted.first()).map_or(0.0, |(high, low)| high - low);
    let bins = if spread > 0.0 { range / (2.0 * spread / count.cbrt()) } else { count.log2() + 1.0 };
    if bins.is_finite() { (bins.ceil() as usize).clamp(1, MOST_BINS) } else { MOST_BINS }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "these values are exact")]

    use super::*;
    use crate::query::testing::{Home, NOW, at, clock, half_hours, paris, period, point};
    use watteau_store::{Kind, Step};

    #[test]
    fn the_box_and_the_bins_of_known_numbers() {
        let mut values: Vec<f64> = (1..=9).map(f64::from).collect();
        values.push(100.0);
        let plot = box_plot(&values).unwrap();
        assert_eq!((plot.q1, plot.median, plot.q3), (3.25, 5.5, 7.75));
        assert_eq!((plot.lower_whisker, plot.upper_whisker), (1.0, 9.0));
        assert_eq!((plot.outliers, plot.outliers_total), (vec![100.0], 1));
        let bins = histogram(&values, Some(3));
        assert_eq!((bins.edges, bins.counts), (vec![1.0, 34.0, 67.0, 100.0], vec![9, 0, 1]));
        // 99 over twice 4.5 / 10^(1/3), rounded up.
        assert_eq!(histogram(&values, None).counts.len(), 24);
        for (values, edges, counts) in [
            (vec![], vec![], vec![]),
            (vec![7.0], vec![6.5, 7.5], vec![1]),
            (vec![7.0; 4], vec![6.5, 7.5], vec![4]),
        ] {
            assert_eq!(histogram(&values, Some(9)), Histogram { edges, counts });
        }
        let same = [&[0.0; 30][..], &[1.0]].concat();
        assert_eq!(histogram(&same, None).counts.iter().sum::<u64>(), 31);
        let wild = [f64::MIN, -1.0, 0.0, 1.0, f64::MAX];
        let bins = histogram(&wild, Some(5));
        assert_eq!(bins.counts, [1, 0, 3, 0, 1]);
        assert!(bins.edges.iter().all(|edge| edge.is_finite()));
        assert!(box_plot(&wild).is_some());
    }

    #[test]
    fn the_farthest_outliers_are_listed() {
        let mut values = vec![0.0; 2000];
        values.extend((1..=300).map(f64::from));
        let plot = box_plot(&values).unwrap();
        assert_eq!((plot.outliers_total, plot.outliers.len()), (300, 200));
        assert_eq!((plot.outliers[0], plot.outliers[199]), (101.0, 300.0));
    }

    #[test]
    fn times_between_points_tell_a_hole_and_a_change_of_step() {
        let home = Home::empty();
        let series = home.define("a.curve", "W", Kind::Power, Step::Seconds(1800), 0, "x");
        let mut points = half_hours(&Calendar::new(paris(), 0), "2025-03-29", "2025-04-01", f64::from);
        points.retain(|point| point.start != at("2025-03-30T12:00:00+02:00"));
        let last = points[points.len() - 1].end();
        points.extend((0..3).map(|n| point(last + n * 600_000, last + (n + 1) * 600_000, 1.0)));
        home.put("a", series, points);
        let answer =
            distribution(&home.store, &clock(NOW), "a.curve", Period::default(), Bucket::Raw, None).unwrap();
        // 48 + 46 + 48 half-hours, less one, and three of ten minutes.
        assert_eq!(answer.count, 144);
        let times: Vec<(i64, u64)> =
            answer.between.unwrap().iter().map(|between| (between.seconds, between.count)).collect();
        assert_eq!(times, [(1800, 140), (600, 2), (3600, 1)]);
        assert_eq!(answer.histogram.counts.iter().sum::<u64>(), 144);
    }

    #[test]
    fn only_whole_days_are_spread_out() {
        let home = Home::filled();
        let asked = period("2025-06-14", "2025-06-17");
        let answer =
            distribution(&home.store, &clock(NOW), "linky.load_curve", asked, Bucket::Day, None).unwrap();
        // The 15th has a hole of two hours.
        assert_eq!((answer.count, answer.unit.as_str(), answer.between), (2, "kWh", None));
        let months =
            distribution(&home.store, &clock(NOW), "gas.energy", Period::default(), Bucket::Month, Some(4));
        let months = months.unwrap();
        // October 2024 to October 2025, the last of them without its last day.
        assert_eq!((months.count, months.histogram.counts.len()), (12, 4));
    }

    #[test]
    fn one_point_and_none() {
        let home = Home::empty();
        let series = home.define("a.one", "W", Kind::Level, Step::Irregular, 0, "x");
        let ask = |home: &Home| {
            distribution(&home.store, &clock(NOW), "a.one", Period::default(), Bucket::Raw, None).unwrap()
        };
        let none = ask(&home);
        assert_eq!((none.count, none.mean, none.box_plot, none.between), (0, None, None, Some(vec![])));
        assert!(none.histogram.edges.is_empty());
        home.put("a", series, vec![point(0, 0, 3.0)]);
        let one = ask(&home);
        assert_eq!((one.count, one.mean, one.standard_deviation), (1, Some(3.0), None));
        let plot = one.box_plot.unwrap();
        assert_eq!((plot.q1, plot.median, plot.upper_whisker, plot.outliers_total), (3.0, 3.0, 3.0, 0));
        let unknown = distribution(&home.store, &clock(NOW), "a.b", Period::default(), Bucket::Raw, None);
        assert_eq!(unknown.unwrap_err().code(), "unknown_series");
    }
}
