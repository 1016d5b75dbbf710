//! A sensor that repeats itself: the battery is empty, the radio is lost and somebody fills in the last value.
//!
//! Values repeat by nature, the coarser a meter counts the longer. So a run is compared with the longest that the
//! sensor's own past shows, and nothing is said before there is a past.

use serde::{Deserialize, Serialize};

/// Times the longest run of the past that a run has to last.
pub const TIMES: usize = 3;
/// Points of the past that are needed, in least runs.
const PAST: usize = 20;

/// What may repeat, and from which run on it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeats {
    /// Points of a run at least.
    pub least: usize,
    /// Whether zero may repeat for ever: a flow at rest may, a temperature may not.
    pub zero: bool,
}

impl Repeats {
    /// Of a flow, power, energy or volume with a step of some seconds: six hours and five points at least.
    pub fn flow(step: i64) -> Repeats {
        Repeats { least: least(step), zero: true }
    }

    /// Of a level such as a temperature.
    pub fn level(step: i64) -> Repeats {
        Repeats { least: least(step), zero: false }
    }
}

fn least(step: i64) -> usize {
    usize::try_from(6 * 3600 / step.max(1)).unwrap_or(5).max(5)
}

/// A sensor that repeats itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// Start of the first point of the run, s from the epoch.
    pub since: i64,
    /// Start of the last point, s from the epoch.
    pub until: i64,
    /// The value, in the unit of the series.
    pub value: f64,
    /// Points of the run.
    pub points: usize,
    /// Points of the longest run before it.
    pub longest: usize,
}

/// Whether the last of some points, `(start in s, value)` in their order, repeat one value far longer than it ever
/// happened before. A hole neither ends a run nor lengthens it.
pub fn frozen(points: &[(i64, f64)], repeats: Repeats) -> Option<Frozen> {
    let known: Vec<(i64, f64)> = points.iter().copied().filter(|(_, value)| value.is_finite()).collect();
    // Both ends are values that were stored, not computed: the same is the same to the bit.
    let mut runs =
        known.chunk_by(|a, b| a.1.total_cmp(&b.1).is_eq()).filter(|run| !(repeats.zero && run[0].1 == 0.0));
    let run = runs.next_back()?;
    let (since, value) = *run.first()?;
    let (until, _) = *run.last()?;
    let longest = runs.map(<[_]>::len).max().unwrap_or(0);
    let ends = known.last()?.0 == until;
    let past = known.len() - run.len() >= PAST * repeats.least;
    let long = run.len() >= repeats.least.max(TIMES * longest + 1);
    (ends && past && longest > 0 && long).then_some(Frozen {
        since,
        until,
        value,
        points: run.len(),
        longest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half-hours that repeat at most `longest` times, then one value so many times.
    fn points(longest: usize, times: usize) -> Vec<(i64, f64)> {
        let past = (0..400).map(|n| 200.0 + ((n / longest) % 7) as f64);
        past.chain(std::iter::repeat_n(215.0, times)).zip(0..).map(|(value, n)| (1800 * n, value)).collect()
    }

    #[test]
    fn only_runs_far_longer_than_ever_are_told() {
        for (longest, times, told) in
            [(1, 11, false), (1, 12, true), (4, 12, false), (4, 13, true), (10, 30, false), (10, 31, true)]
        {
            let found = frozen(&points(longest, times), Repeats::flow(1800));
            assert_eq!(found.is_some(), told, "{longest} {times}: {found:?}");
            if let Some(found) = found {
                assert_eq!((found.since, found.points, found.longest), (400 * 1800, times, longest));
                assert_eq!((found.until, found.value), ((399 + times as i64) * 1800, 215.0));
            }
        }
        let mut ended = points(1, 40);
        ended.push((1800 * 440, 3.0));
        assert_eq!(frozen(&ended, Repeats::flow(1800)), None, "it moves again");
    }

    #[test]
    fn zero_is_rest_for_a_flow_and_an_ice_age_for_a_level() {
        let mut values = points(1, 60);
        values[400..].iter_mut().for_each(|(_, value)| *value = 0.0);
        assert_eq!(frozen(&values, Repeats::flow(1800)), None);
        assert!(frozen(&values, Repeats::level(1800)).is_some_and(|found| found.value.abs() < 1e-12));
    }

    #[test]
    fn no_past_no_points_and_holes_are_told_apart() {
        assert_eq!(frozen(&[], Repeats::level(1800)), None);
        assert_eq!(frozen(&[(0, 1.0)], Repeats::level(1800)), None);
        assert_eq!(frozen(&points(1, 40)[300..], Repeats::level(1800)), None, "too little past");
        let constant: Vec<(i64, f64)> = (0..900).map(|n| (n, 5.0)).collect();
        assert_eq!(frozen(&constant, Repeats::level(600)), None, "it never moved: nobody knows its habit");
        let mut holes = points(1, 40);
        holes[405..430].iter_mut().for_each(|(_, value)| *value = f64::NAN);
        assert_eq!(frozen(&holes, Repeats::level(1800)).unwrap().points, 15);
        assert_eq!(
            (Repeats::level(86_400).least, Repeats::flow(600).least, Repeats::flow(0).least),
            (5, 36, 21_600)
        );
    }
}
