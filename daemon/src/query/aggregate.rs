//! Adds points up into buckets: one pass, whatever the kind.
//!
//! | kind | a bucket's value | an interval that crosses a boundary |
//! |---|---|---|
//! | power | energy: value x hours | is split by overlap |
//! | energy, volume | sum | counts where it starts; longer than a bucket, it counts nowhere |
//! | index | sum of the differences between readings | as energy |
//! | level, ratio | mean weighted by time, with minimum and maximum | is split by overlap |
//! | factor | the last value | counts where it starts |

use super::units::tidy;
use watteau_store::{Kind, Point, Quality};

const HOUR_MS: f64 = 3_600_000.0;
const DAY_MS: i64 = 86_400_000;

/// What became of one bucket.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Aggregate {
    /// The value; none where nothing was measured.
    pub value: Option<f64>,
    /// The lowest value inside (level and ratio only).
    pub min: Option<f64>,
    /// The highest value inside (level and ratio only).
    pub max: Option<f64>,
    /// How much of the bucket's time the value accounts for, 0 to 1.
    pub coverage: f64,
    /// The worst quality inside.
    pub quality: Option<Quality>,
}

#[derive(Debug, Clone, Copy)]
struct Sum {
    total: f64,
    weight: f64,
    covered: i64,
    min: f64,
    max: f64,
    quality: Option<Quality>,
}

const NOTHING: Sum =
    Sum { total: 0.0, weight: 0.0, covered: 0, min: f64::INFINITY, max: f64::NEG_INFINITY, quality: None };

/// Takes points in ascending order, block by block, and gives a value for each bucket.
#[derive(Debug)]
pub struct Aggregator<'a> {
    kind: Kind,
    bounds: &'a [i64],
    sums: Vec<Sum>,
    /// The bucket that the last point started in.
    bucket: usize,
    /// End of the time already counted, so that overlapping intervals do not count twice.
    counted_to: i64,
    previous: Option<Point>,
}

impl<'a> Aggregator<'a> {
    /// Buckets of points of that kind, between consecutive instants of `bounds` (ms, ascending).
    pub fn new(kind: Kind, bounds: &'a [i64]) -> Self {
        let buckets = bounds.len().saturating_sub(1);
        Self { kind, bounds, sums: vec![NOTHING; buckets], bucket: 0, counted_to: i64::MIN, previous: None }
    }

    /// Whether no later point can change anything.
    pub fn is_full(&self, next_start: i64) -> bool {
        self.bounds.last().is_none_or(|&end| next_start >= end)
    }

    /// Counts the next points.
    pub fn push(&mut self, points: &[Point]) {
        for &point in points {
            match self.kind {
                Kind::Power | Kind::Level | Kind::Ratio => self.spread(point),
                Kind::Energy | Kind::Volume => self.add(point),
                Kind::Factor => self.replace(point),
                Kind::Index => self.difference(point),
            }
        }
    }

    /// The bucket in which an instant lies. Instants come in ascending order.
    fn bucket_of(&mut self, instant: i64) -> Option<usize> {
        if self.sums.is_empty() || instant < self.bounds[0] {
            return None;
        }
        while self.bucket < self.sums.len() && self.bounds[self.bucket + 1] <= instant {
            self.bucket += 1;
        }
        (self.bucket < self.sums.len()).then_some(self.bucket)
    }

    fn spread(&mut self, point: Point) {
        let end = point.end();
        let start = point.start.max(self.counted_to);
        // An instant without duration (a spot reading) weighs next to nothing, but is there.
        let end = end.max(point.start.saturating_add(1));
        if end <= start {
            return;
        }
        self.counted_to = end;
        let Some(&first) = self.bounds.first() else { return };
        let Some(mut bucket) = self.bucket_of(start.max(first)) else { return };
        while bucket < self.sums.len() && self.bounds[bucket] < end {
            let overlap = end.min(self.bounds[bucket + 1]) - start.max(self.bounds[bucket]);
            if overlap > 0 {
                let sum = &mut self.sums[bucket];
                sum.total += point.value * overlap as f64;
                sum.weight += overlap as f64;
                sum.covered += if point.duration == 0 { 0 } else { overlap };
                sum.min = sum.min.min(point.value);
                sum.max = sum.max.max(point.value);
                sum.note(point.quality);
            }
            bucket += 1;
        }
    }

    fn add(&mut self, point: Point) {
        let Some(bucket) = self.bucket_of(point.start) else { return };
        let length = self.bounds[bucket + 1] - self.bounds[bucket];
        // A source that calls every day 24 hours long is right about the day, if not about the hour.
        let slack = if length > DAY_MS / 2 { HOUR_MS as i64 } else { 0 };
        let duration = point.end() - point.start;
        if duration > length + slack {
            return;
        }
        let sum = &mut self.sums[bucket];
        sum.total += point.value;
        sum.weight += 1.0;
        sum.covered += duration;
        sum.note(point.quality);
    }

    fn replace(&mut self, point: Point) {
        let Some(bucket) = self.bucket_of(point.start) else { return };
        let sum = &mut self.sums[bucket];
        sum.total = point.value;
        sum.weight = 1.0;
        sum.covered += point.end() - point.start;
        sum.note(point.quality);
    }

    fn difference(&mut self, point: Point) {
        if let Some(before) = self.previous.replace(point)
            // A meter that was replaced starts again: what was used in between is not known.
            && point.value >= before.value
            && point.start > before.start
        {
            let duration = point.start.abs_diff(before.start);
            let quality = worst(before.quality, point.quality);
            self.add(Point { start: before.start, duration, value: point.value - before.value, quality });
        }
    }

    /// The buckets, in order.
    pub fn finish(self) -> Vec<Aggregate> {
        let kind = self.kind;
        self.sums
            .iter()
            .zip(self.bounds.windows(2))
            .map(|(sum, bound)| sum.finish(kind, bound[1] - bound[0]))
            .collect()
    }
}

impl Sum {
    fn note(&mut self, quality: Quality) {
        self.quality = Some(self.quality.map_or(quality, |before| worst(before, quality)));
    }

    fn finish(&self, kind: Kind, length: i64) -> Aggregate {
        if self.weight == 0.0 {
            return Aggregate::default();
        }
        let levels = matches!(kind, Kind::Level | Kind::Ratio);
        let value = match kind {
            Kind::Power => self.total / HOUR_MS,
            Kind::Level | Kind::Ratio => self.total / self.weight,
            Kind::Energy | Kind::Volume | Kind::Index | Kind::Factor => self.total,
        };
        Aggregate {
            value: Some(if kind == Kind::Factor { value } else { tidy(value) }),
            min: levels.then_some(self.min),
            max: levels.then_some(self.max),
            coverage: (self.covered as f64 / length.max(1) as f64).clamp(0.0, 1.0),
            quality: self.quality,
        }
    }
}

/// The quality that a sum of two values has: what was invented or guessed shows through.
fn worst(one: Quality, other: Quality) -> Quality {
    let rank = |quality| match quality {
        Quality::Measured => 0,
        Quality::Corrected => 1,
        Quality::Estimated => 2,
        Quality::Filled => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Quality::{Corrected, Estimated, Filled, Measured};

    const H: i64 = 3_600_000;

    fn point((start, hours, value): (i64, f64, f64)) -> Point {
        Point { start: start * H / 2, duration: (hours * 3.6e6) as u64, value, quality: Measured }
    }

    /// Aggregates into four hourly buckets from hour 0; starts are in half-hours.
    fn check(kind: Kind, points: &[(i64, f64, f64)], values: [Option<f64>; 4], coverage: [f64; 4]) {
        let bounds: Vec<i64> = (0..=4).map(|hour| hour * H).collect();
        let points: Vec<Point> = points.iter().copied().map(point).collect();
        // The same answer whatever the blocks.
        for block in 1..=points.len().max(1) {
            let mut aggregator = Aggregator::new(kind, &bounds);
            points.chunks(block).for_each(|points| aggregator.push(points));
            let buckets = aggregator.finish();
            assert_eq!(buckets.iter().map(|b| b.value).collect::<Vec<_>>(), values, "{kind:?} {points:?}");
            assert_eq!(
                buckets.iter().map(|b| b.coverage).collect::<Vec<_>>(),
                coverage,
                "{kind:?} {points:?}"
            );
        }
    }

    #[test]
    fn power_is_split_by_overlap() {
        // From half an hour before the first bucket to the middle of the third.
        check(
            Kind::Power,
            &[(-1, 3.0, 100.0), (6, 4.0, 50.0)],
            [Some(100.0), Some(100.0), Some(50.0), Some(50.0)],
            [1.0, 1.0, 0.5, 1.0],
        );
        check(Kind::Power, &[(1, 0.5, 100.0)], [Some(50.0), None, None, None], [0.5, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn overlapping_intervals_count_once() {
        check(
            Kind::Power,
            &[(0, 1.0, 100.0), (1, 0.5, 900.0), (2, 1.0, 10.0)],
            [Some(100.0), Some(10.0), None, None],
            [1.0, 1.0, 0.0, 0.0],
        );
    }

    #[test]
    fn energy_counts_where_it_starts_and_is_never_spread() {
        check(
            Kind::Energy,
            &[(-1, 1.0, 9.0), (0, 0.5, 1.0), (1, 1.0, 2.0), (4, 2.0, 7.0), (6, 1.0, 0.0)],
            [Some(3.0), None, None, Some(0.0)],
            [1.0, 0.0, 0.0, 1.0],
        );
    }

    #[test]
    fn index_differences_and_a_meter_replaced() {
        check(
            Kind::Index,
            &[(-2, 0.0, 90.0), (0, 0.0, 100.0), (2, 0.0, 104.0), (4, 0.0, 3.0), (6, 0.0, 5.0), (8, 0.0, 9.0)],
            [Some(4.0), None, Some(2.0), Some(4.0)],
            [1.0, 0.0, 1.0, 1.0],
        );
    }

    #[test]
    fn levels_are_weighted_by_time() {
        let bounds = [0, 2 * H];
        let mut aggregator = Aggregator::new(Kind::Level, &bounds);
        aggregator.push(&[point((0, 0.5, 10.0)), point((1, 1.5, 20.0))]);
        let bucket = aggregator.finish()[0];
        assert_eq!((bucket.value, bucket.min, bucket.max), (Some(17.5), Some(10.0), Some(20.0)));
        check(Kind::Level, &[(1, 0.0, 5.0)], [Some(5.0), None, None, None], [0.0; 4]);
        check(
            Kind::Factor,
            &[(0, 0.5, 11.2), (1, 0.5, 11.3)],
            [Some(11.3), None, None, None],
            [1.0, 0.0, 0.0, 0.0],
        );
    }

    #[test]
    fn the_worst_quality_shows() {
        for (qualities, expect) in [
            (&[Measured, Corrected][..], Corrected),
            (&[Corrected, Estimated, Measured], Estimated),
            (&[Filled, Estimated], Filled),
        ] {
            let mut aggregator = Aggregator::new(Kind::Energy, &[0, 100]);
            for (n, &quality) in qualities.iter().enumerate() {
                aggregator.push(&[Point { start: n as i64, duration: 1, value: 1.0, quality }]);
            }
            assert_eq!(aggregator.finish()[0].quality, Some(expect));
        }
    }

    #[test]
    fn absurd_points_do_not_panic() {
        for kind in [Kind::Power, Kind::Energy, Kind::Level, Kind::Index, Kind::Factor] {
            let mut aggregator = Aggregator::new(kind, &[0, 100, 200]);
            aggregator.push(&[
                Point { start: i64::MIN, duration: u64::MAX, value: f64::MAX, quality: Measured },
                Point { start: i64::MAX, duration: u64::MAX, value: f64::MAX, quality: Measured },
            ]);
            let _ = aggregator.finish();
            Aggregator::new(kind, &[]).push(&[point((0, 1.0, 1.0))]);
        }
    }
}
