//! Gas or water that never comes to rest any more.
//!
//! A tap, a cistern or a pilot flame that runs has no level to drift from: before, the lowest hour of almost every day
//! was zero. A day without rest is then an event of probability p, and as many in a row as p to their number makes
//! improbable are told. p comes from the days before them, with one more day of each kind than was seen.

use serde::{Deserialize, Serialize};

use crate::Day;

/// Days to know the habit from.
pub const LEAST: usize = 28;
/// Share of those that came to rest, for a home where rest is the rule.
pub const USED_TO: f64 = 0.8;
/// Days without rest at least.
pub const DAYS: usize = 3;
/// Probability below which a row of days without rest is no chance.
pub const CHANCE: f64 = 1e-4;

/// A flow that never comes to rest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// Day on which it was seen.
    pub day: Day,
    /// First day without rest.
    pub since: Day,
    /// Known days without rest.
    pub days: usize,
    /// Lowest value of those days, in the unit of the series.
    pub lowest: f64,
    /// Days before.
    pub before: usize,
    /// Those of them that came to rest.
    pub rested: usize,
}

/// Whether the flow came to rest no more by the last of consecutive days from `first` on; of each the lowest half-hour
/// or hour, in any unit, and what still counts as rest (`rest`, 0 for a clean meter). A day that is not known is neither
/// with nor without rest.
pub fn leak(first: Day, minima: &[Option<f64>], rest: f64) -> Option<Leak> {
    let known: Vec<(i32, f64)> = (0..)
        .zip(minima)
        .filter_map(|(at, lowest)| Some((at, lowest.filter(|lowest| lowest.is_finite())?)))
        .collect();
    let split = known.iter().rposition(|(_, lowest)| *lowest <= rest)? + 1;
    let (before, running) = known.split_at(split);
    let rested = before.iter().filter(|(_, lowest)| *lowest <= rest).count();
    let (since, day) = (running.first()?.0, running.last()?.0);
    let restless = (before.len() - rested + 1) as f64 / (before.len() + 2) as f64;
    let habit = before.len() >= LEAST && rested as f64 >= USED_TO * before.len() as f64;
    let chance = restless.powf(running.len() as f64);
    (habit && running.len() >= DAYS && chance < CHANCE).then(|| Leak {
        day: first.plus(day),
        since: first.plus(since),
        days: running.len(),
        lowest: running.iter().map(|(_, lowest)| *lowest).fold(f64::INFINITY, f64::min),
        before: before.len(),
        rested,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::fixture::day;

    /// Days of rest with one in `every` without, and then days that run.
    fn days(quiet: usize, every: usize, running: usize) -> Vec<Option<f64>> {
        let quiet = (1..=quiet).map(|n| Some(if n % every == 0 { 4.0 } else { 0.0 }));
        quiet.chain((0..running).map(|n| Some(6.0 + n as f64))).collect()
    }

    #[test]
    fn the_rarer_a_restless_day_the_sooner_it_is_told() {
        // Known days before, one restless in so many, days that run, told.
        for (quiet, every, running, told) in [
            (101, 1000, 2, false),
            (101, 1000, 3, true),
            (41, 1000, 2, false),
            (41, 1000, 3, true),
            (101, 10, 3, false),
            (101, 10, 5, true),
            (101, 3, 30, false),
            (20, 1000, 30, false),
            (0, 1, 60, false),
        ] {
            let found = leak(day(0), &days(quiet, every, running), 0.0);
            assert_eq!(found.is_some(), told, "{quiet} {every} {running}: {found:?}");
            if let Some(found) = found {
                assert_eq!((found.since, found.days), (day(quiet as i32), running));
                assert_eq!((found.lowest, found.before), (6.0, quiet));
            }
        }
    }

    #[test]
    fn unknown_days_are_neither_rest_nor_flow() {
        let mut flow = days(60, 1000, 2);
        flow.extend([None; 20]);
        assert_eq!(leak(day(0), &flow, 0.0), None);
        flow.push(Some(5.0));
        let found = leak(day(0), &flow, 0.0).unwrap();
        assert_eq!((found.since, found.day, found.days, found.lowest), (day(60), day(82), 3, 5.0));
        flow.push(Some(f64::NAN));
        assert_eq!(leak(day(0), &flow, 0.0), Some(found));
        flow.push(Some(0.0));
        assert_eq!(leak(day(0), &flow, 0.0), None, "it came to rest");
        assert_eq!(leak(day(0), &[None; 90], 0.0), None);
        assert_eq!(leak(day(0), &[], 0.0), None);
        assert!(leak(day(0), &days(60, 1000, 9), 6.5).unwrap().since == day(61), "6.0 still counts as rest");
    }
}
