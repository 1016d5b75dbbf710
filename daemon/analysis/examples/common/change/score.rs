//! What was found of planted changes.

use watteau_analysis::Day;
use watteau_analysis::change::{Change, Judged, Refusal, Trust, Watch};

/// Days after the alarm on which a change is read.
const READ: i32 = 60;

/// What one watch found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// Day that was planted, and the factor of the use less 1, %.
    pub(crate) planted: Day,
    pub(crate) percent: f64,
    /// The change as read sixty days after its alarm, or on the last day.
    pub(crate) change: Option<Change>,
}

impl Found {
    /// Days from the planted day to the alarm; an alarm before it finds nothing.
    fn delay(&self) -> Option<i32> {
        let delay = self.change?.found_on.since(self.planted);
        (delay >= 0).then_some(delay)
    }
}

/// Watches days until sixty days after an alarm.
pub(crate) fn watch(trust: &Trust, days: &[Judged]) -> Result<Option<Change>, Refusal> {
    let mut watch = Watch::new(trust.clone());
    for judged in days {
        if watch.found().is_some_and(|found| judged.day.since(found) > READ) {
            break;
        }
        watch.add(judged)?;
    }
    Ok(watch.change())
}

/// Of runs with one size of change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scores {
    pub(crate) runs: usize,
    pub(crate) early: usize,
    pub(crate) within: [f64; 3],
    /// Median delay in days; None: fewer than half were found.
    pub(crate) delay: Option<i32>,
    /// Quartiles of the error of the first day.
    pub(crate) start: [i32; 3],
    pub(crate) start_covers: f64,
    pub(crate) size_covers: f64,
    /// Mean half-width of the interval of the size, %.
    pub(crate) half: f64,
}

impl Scores {
    /// Of what was found, within 60, 90 and all days.
    pub(crate) fn of(found: &[Found]) -> Scores {
        let runs = found.len();
        let delays: Vec<i32> = found.iter().filter_map(Found::delay).collect();
        let hits: Vec<(&Found, Change)> = found
            .iter()
            .filter(|one| one.delay().is_some())
            .filter_map(|one| Some((one, one.change?)))
            .collect();
        let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
        let within = [60, 90, i32::MAX]
            .map(|limit| share(delays.iter().filter(|delay| **delay <= limit).count(), runs));
        let mut sorted = delays.clone();
        sorted.sort_unstable();
        let mut errors: Vec<i32> = hits.iter().map(|(one, change)| change.since.since(one.planted)).collect();
        errors.sort_unstable();
        let at = |quarter: usize| errors.get(errors.len() * quarter / 4).copied().unwrap_or_default();
        let covered = |test: &dyn Fn(&Found, &Change) -> bool| {
            share(hits.iter().filter(|(one, change)| test(one, change)).count(), hits.len())
        };
        Scores {
            runs,
            early: found.iter().filter(|one| one.change.is_some() && one.delay().is_none()).count(),
            within,
            delay: sorted.get(runs / 2).copied(),
            start: [at(1), at(2), at(3)],
            start_covers: covered(&|one, change| {
                (change.since_from..=change.since_to).contains(&one.planted)
            }),
            size_covers: covered(&|one, change| (change.lower..=change.upper).contains(&one.percent)),
            half: hits.iter().map(|(_, change)| (change.upper - change.lower) / 2.0).sum::<f64>()
                / hits.len().max(1) as f64,
        }
    }
}
