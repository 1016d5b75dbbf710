//! Adds points up into buckets: one pass, whatever the kind.
//!
//! Points come as runs of one step, one duration and one quality. Those of a run that lie inside one bucket are added
//! as a slice; only what crosses a boundary, and what is irregular, goes point by point.
//!
//! | kind | a bucket's value | an interval that crosses a boundary |
//! |---|---|---|
//! | power | energy: value x hours | is split by overlap |
//! | energy, volume | sum | counts where it starts; longer than a bucket, it counts nowhere; of intervals that overlap by more than half (a month and its weeks) the first counts |
//! | index | sum of the differences between readings | as energy |
//! | level, ratio | mean weighted by time, with minimum and maximum | is split by overlap |
//! | factor | the last value | counts where it starts |

use super::units::tidy;
use watteau_store::{Kind, Point, Quality, Run};

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

/// Takes points in ascending order, run by run, and gives a value for each bucket.
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
    pub fn push(&mut self, mut run: Run<'_>) {
        while !run.values.is_empty() {
            let inside = self.push_inside(&run);
            run = run.split_at(inside).1;
            if inside == 0 {
                let (first, rest) = run.split_at(1);
                first.points().for_each(|point| self.push_one(point));
                run = rest;
            }
        }
    }

    fn push_one(&mut self, point: Point) {
        match self.kind {
            Kind::Power | Kind::Level | Kind::Ratio => self.spread(point),
            Kind::Energy | Kind::Volume => self.add(point),
            Kind::Factor => self.replace(point),
            Kind::Index => self.difference(point),
        }
    }

    /// Counts at once the first points of a run that one bucket holds, and says how many they are; 0 where the first
    /// one needs to be looked at by itself.
    fn push_inside(&mut self, run: &Run<'_>) -> usize {
        let Ok(duration) = i64::try_from(run.duration) else { return 0 };
        let spread = match self.kind {
            Kind::Power | Kind::Level | Kind::Ratio => true,
            Kind::Energy | Kind::Volume => false,
            Kind::Factor | Kind::Index => return 0,
        };
        if duration > run.step || (spread && (duration == 0 || run.start < self.counted_to)) {
            return 0;
        }
        if !spread && self.is_counted(run.start, duration) {
            return 0;
        }
        let Some(bucket) = self.bucket_of(run.start) else { return 0 };
        let (start, end) = (self.bounds[bucket], self.bounds[bucket + 1]);
        // What is spread must end inside; what is not counts where it starts.
        let before = if spread { end.saturating_sub(duration).saturating_add(1) } else { end };
        let inside = run.before(before);
        if inside == 0 || (!spread && duration > longest(end - start)) {
            return 0;
        }
        let (points, _) = run.split_at(inside);
        let time = duration.saturating_mul(inside as i64);
        let total = points.sum();
        let sum = &mut self.sums[bucket];
        self.counted_to = self.counted_to.max(points.last().saturating_add(duration));
        sum.covered = sum.covered.saturating_add(time);
        sum.note(run.quality);
        if spread {
            sum.total += total * duration as f64;
            sum.weight += time as f64;
            if self.kind != Kind::Power {
                sum.min = points.values.iter().copied().fold(sum.min, f64::min);
                sum.max = points.values.iter().copied().fold(sum.max, f64::max);
            }
        } else {
            sum.total += total;
            sum.weight += inside as f64;
        }
        inside
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
        let duration = point.end() - point.start;
        if duration > longest(self.bounds[bucket + 1] - self.bounds[bucket])
            || self.is_counted(point.start, duration)
        {
            return;
        }
        self.counted_to = self.counted_to.max(point.end());
        let sum = &mut self.sums[bucket];
        sum.total += point.value;
        sum.weight += 1.0;
        sum.covered += duration;
        sum.note(point.quality);
    }

    /// Whether more than half of an interval is counted already. A little may be: the day before the clocks go forward
    /// is called 24 hours long by some.
    fn is_counted(&self, start: i64, duration: i64) -> bool {
        self.counted_to.saturating_sub(start) > duration / 2
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

/// The longest interval that counts in a bucket of that length.
fn longest(bucket: i64) -> i64 {
    // A source that calls every day 24 hours long is right about the day, if not about the hour.
    let slack = if bucket > DAY_MS / 2 { HOUR_MS as i64 } else { 0 };
    bucket + slack
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

    /// Aggregates points in runs of at most `longest`.
    fn aggregate(kind: Kind, bounds: &[i64], points: &[Point], longest: usize) -> Vec<Aggregate> {
        let mut aggregator = Aggregator::new(kind, bounds);
        let mut rest = points;
        while let [first, later @ ..] = rest {
            let step = later.first().map_or(1, |second| second.start.saturating_sub(first.start));
            let alike = rest.iter().zip(0..).take(longest).take_while(|&(point, index)| {
                let start = first.start.saturating_add(step.saturating_mul(index));
                (point.start, point.duration, point.quality) == (start, first.duration, first.quality)
            });
            let values: Vec<f64> = alike.map(|(point, _)| point.value).collect();
            let Point { start, duration, quality, .. } = *first;
            aggregator.push(Run { start, step, duration, quality, values: &values });
            rest = &rest[values.len()..];
        }
        aggregator.finish()
    }

    /// Aggregates into four hourly buckets from hour 0; starts are in half-hours.
    fn check(kind: Kind, points: &[(i64, f64, f64)], values: [Option<f64>; 4], coverage: [f64; 4]) {
        let bounds: Vec<i64> = (0..=4).map(|hour| hour * H).collect();
        let points: Vec<Point> = points.iter().copied().map(point).collect();
        // The same answer whatever the runs.
        for longest in 1..=points.len().max(1) {
            let buckets = aggregate(kind, &bounds, &points, longest);
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
    fn a_period_and_its_parts_count_once() {
        // Four hours with their halves and a last hour; then the halves alone.
        let periods = [(0, 4.0, 40.0), (2, 1.0, 9.0), (4, 2.0, 21.0), (8, 1.0, 5.0)];
        let points: Vec<Point> = periods.into_iter().map(point).collect();
        for longest in 1..=4 {
            let whole = aggregate(Kind::Energy, &[0, 5 * H], &points, longest);
            assert_eq!((whole[0].value, whole[0].coverage), (Some(45.0), 1.0));
            // Where the whole is too long to count, its parts do.
            let halves = aggregate(Kind::Energy, &[0, 2 * H, 4 * H, 6 * H], &points, longest);
            assert_eq!(
                halves.iter().map(|b| b.value).collect::<Vec<_>>(),
                [Some(9.0), Some(21.0), Some(5.0)]
            );
        }
        // Days that are called 24 hours long follow each other 23 hours later.
        let spring: Vec<Point> = [(0, 24.0, 1.0), (46, 24.0, 2.0), (94, 24.0, 4.0)].map(point).into();
        assert_eq!(aggregate(Kind::Energy, &[0, 23 * H, 47 * H, 71 * H], &spring, 3)[1].value, Some(2.0));
        assert_eq!(aggregate(Kind::Energy, &[0, 71 * H], &spring, 3)[0].value, Some(7.0));
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
        let bucket = aggregate(Kind::Level, &bounds, &[point((0, 0.5, 10.0)), point((1, 1.5, 20.0))], 1)[0];
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
            let points: Vec<Point> = qualities
                .iter()
                .zip(0..)
                .map(|(&quality, start)| Point { start, duration: 1, value: 1.0, quality })
                .collect();
            assert_eq!(aggregate(Kind::Energy, &[0, 100], &points, 9)[0].quality, Some(expect));
        }
    }

    #[test]
    fn absurd_points_do_not_panic() {
        for kind in [Kind::Power, Kind::Energy, Kind::Level, Kind::Index, Kind::Factor] {
            let absurd = [
                Point { start: i64::MIN, duration: u64::MAX, value: f64::MAX, quality: Measured },
                Point { start: i64::MAX, duration: u64::MAX, value: f64::MAX, quality: Measured },
            ];
            let _ = aggregate(kind, &[0, 100, 200], &absurd, 1);
            let _ = aggregate(kind, &[], &[point((0, 1.0, 1.0))], 1);
        }
    }

    /// Two years of half-hours with holes, longer intervals and overlaps, by day and by hour: as slices and one by one.
    #[test]
    fn runs_add_up_as_their_points_do() {
        let mut start = -3;
        let points: Vec<Point> = (0..2 * 365 * 48)
            .map(|n: i64| {
                let hours = [0.5, 0.5, 0.5, 0.25, 1.0, 0.0][(n / 97 % 6) as usize];
                start += 1 + i64::from(n % 1009 == 0) * 31;
                let quality = if n / 500 % 7 == 3 { Estimated } else { Measured };
                Point { quality, ..point((start, hours, (n * 7919 % 1000) as f64 / 8.0)) }
            })
            .collect();
        for length in [H, 23 * H, 24 * H, 365 * 24 * H] {
            let bounds: Vec<i64> = (0..).map(|n| n * length).take_while(|&at| at < 800 * 24 * H).collect();
            for kind in [Kind::Power, Kind::Energy, Kind::Volume, Kind::Level, Kind::Factor, Kind::Index] {
                // Eighths add up without any rounding: both orders give the same bits.
                let (runs, alone) =
                    (aggregate(kind, &bounds, &points, usize::MAX), aggregate(kind, &bounds, &points, 1));
                assert!(runs.iter().any(|bucket| bucket.value.is_some()), "{kind:?} {length}");
                assert_eq!(runs, alone, "{kind:?} {length}");
            }
        }
    }
}
