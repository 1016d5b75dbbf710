//! Points by the run: columns as they are kept, for whoever adds up years of them.
//!
//! Most of a series is regular: one step, one duration, one quality for months on end. Given as runs, such points
//! are added up a slice at a time, several times faster than one by one.

use crate::codec::{Stretch, push_stretch};
use crate::types::{Point, Quality};

/// Points that follow each other by one step, with one duration and one quality; never none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run<'a> {
    /// Start of the first point.
    pub start: i64,
    /// From one start to the next, milliseconds, above 0.
    pub step: i64,
    /// Length of each interval, milliseconds.
    pub duration: u64,
    /// The quality of all.
    pub quality: Quality,
    /// A value for each point, in order.
    pub values: &'a [f64],
}

impl<'a> Run<'a> {
    /// Start of the last point.
    pub const fn last(&self) -> i64 {
        self.start + self.step * (self.values.len() as i64 - 1)
    }

    /// How many of the points start before `instant`.
    pub fn before(&self, instant: i64) -> usize {
        if instant <= self.start {
            return 0;
        }
        // The distance may exceed half of all instants, hence unsigned.
        let count = instant.abs_diff(self.start).div_ceil(self.step.unsigned_abs().max(1));
        usize::try_from(count).unwrap_or(usize::MAX).min(self.values.len())
    }

    /// The first `count` points, and the others.
    ///
    /// # Panics
    ///
    /// When there are fewer than `count`.
    pub fn split_at(self, count: usize) -> (Self, Self) {
        let (first, rest) = self.values.split_at(count);
        let start = self.start.saturating_add(self.step.saturating_mul(count as i64));
        (Self { values: first, ..self }, Self { start, values: rest, ..self })
    }

    /// The sum of the values, in several lanes: the processor adds them at once. Sums of other orders of adding
    /// may differ in the last digits.
    pub fn sum(&self) -> f64 {
        const LANES: usize = 8;
        let mut lanes = [0.0; LANES];
        let (chunks, rest) = self.values.as_chunks::<LANES>();
        for chunk in chunks {
            lanes.iter_mut().zip(chunk).for_each(|(lane, value)| *lane += value);
        }
        lanes.iter().sum::<f64>() + rest.iter().sum::<f64>()
    }

    /// The points one by one.
    pub fn points(self) -> impl ExactSizeIterator<Item = Point> + 'a {
        let Self { start, step, duration, quality, values } = self;
        values.iter().enumerate().map(move |(index, &value)| Point {
            start: start + step * index as i64,
            duration,
            value,
            quality,
        })
    }
}

/// The points, ascending by start, as runs.
pub(crate) fn group<'a>(points: &[Point], values: &'a mut Vec<f64>) -> impl Iterator<Item = Run<'a>> {
    values.clear();
    values.extend(points.iter().map(|point| point.value));
    let mut stretches: Vec<(Quality, Vec<Stretch>)> = Vec::new();
    for alike in points.chunk_by(|one, next| one.quality == next.quality) {
        let mut regular = Vec::new();
        for point in alike {
            push_stretch(&mut regular, point.start, point.duration);
        }
        stretches.extend(alike.first().map(|point| (point.quality, regular)));
    }
    let mut rest: &'a [f64] = values;
    let stretches = stretches
        .into_iter()
        .flat_map(|(quality, regular)| regular.into_iter().map(move |stretch| (quality, stretch)));
    stretches.map(move |(quality, stretch)| {
        let (values, later) = rest.split_at(stretch.count);
        rest = later;
        Run { start: stretch.first, step: stretch.step, duration: stretch.duration, quality, values }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const H: i64 = 3_600_000;

    #[test]
    fn a_run_is_cut_at_an_instant() {
        let values = [1.0, 2.0, 3.0, 4.0];
        let run =
            Run { start: 10 * H, step: H, duration: H as u64, quality: Quality::Measured, values: &values };
        assert_eq!(run.last(), 13 * H);
        for (instant, count) in
            [(i64::MIN, 0), (10 * H, 0), (10 * H + 1, 1), (11 * H, 1), (13 * H + 1, 4), (i64::MAX, 4)]
        {
            assert_eq!(run.before(instant), count, "{instant}");
            let (first, rest) = run.split_at(count);
            assert_eq!(first.values.len() + rest.values.len(), 4);
            assert!(first.points().all(|point| point.start < instant));
            assert!(rest.points().all(|point| point.start >= instant));
        }
    }

    #[test]
    fn the_sum_takes_every_value() {
        let values: Vec<f64> = (0..21).map(f64::from).collect();
        for count in 0..=values.len() {
            let run =
                Run { start: 0, step: 1, duration: 1, quality: Quality::Measured, values: &values[..count] };
            assert!((run.sum() - values[..count].iter().sum::<f64>()).abs() < 1e-9, "{count}");
        }
    }

    #[test]
    fn points_are_grouped_by_step_duration_and_quality() {
        let point = |start, duration, quality| Point { start, duration, value: start as f64, quality };
        let (m, e) = (Quality::Measured, Quality::Estimated);
        let points = [
            point(0, 5, m),
            point(5, 5, m),
            point(10, 5, m),
            point(20, 5, m),
            point(25, 9, m),
            point(34, 9, e),
        ];
        let mut values = Vec::new();
        let runs: Vec<(i64, usize)> =
            group(&points, &mut values).map(|run| (run.start, run.values.len())).collect();
        assert_eq!(runs, [(0, 3), (20, 1), (25, 1), (34, 1)]);
        assert!(group(&points, &mut Vec::new()).flat_map(Run::points).eq(points));
    }
}
