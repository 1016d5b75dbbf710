//! A whole history watched: the baseline is renewed every year, and begins anew at a change.

use std::ops::Range;

use crate::Day;

use super::{Change, Judged, Refusal, Trust, Watch};

/// Days between two renewals of a baseline.
pub const RENEWED: i32 = 365;
/// Days until another fit is tried where the days did not carry one.
pub const TRIED_AGAIN: i32 = 30;
/// Days after an alarm until its change is read for good: the first reading knows little of the size.
pub const SETTLED: i32 = 60;

/// Days that a baseline learns from. A change is never learnt across.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learnt {
    /// Days at least: alarms from twelve months on.
    pub least: i32,
    /// Days at most, the last ones.
    pub most: i32,
}

impl Default for Learnt {
    /// One year at least, two at most.
    fn default() -> Learnt {
        Learnt { least: 365, most: 730 }
    }
}

/// What to fit, and what to judge by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Days to learn from.
    pub learn: Range<Day>,
    /// Days to judge by what was learnt, later than those.
    pub judge: Range<Day>,
}

/// The changes in the days `first..end`, oldest first. `refit` fits a baseline to a task's days and judges the others
/// by it; None when the days do not carry one, which is tried again a month later.
///
/// A day's value reaches no reading of an earlier day: ended on the day of a reading, the history says the same.
pub fn follow<E: From<Refusal>>(
    days: Range<Day>,
    learnt: Learnt,
    mut refit: impl FnMut(&Task) -> Result<Option<(Trust, Vec<Judged>)>, E>,
) -> Result<Vec<Change>, E> {
    let mut changes = Vec::new();
    let mut from = days.start;
    let mut at = from.plus(learnt.least);
    while at < days.end {
        let learn = from.max(at.plus(-learnt.most))..at;
        let judge = at..at.plus(RENEWED + SETTLED).min(days.end);
        let task = Task { learn, judge };
        let Some((trust, judged)) = refit(&task)? else {
            at = at.plus(TRIED_AGAIN);
            continue;
        };
        match first_change(trust, &judged, &task.judge)? {
            Some(change) => {
                // Learning goes on from the change, and watching when there is enough of it.
                from = change.since;
                at = from.plus(learnt.least).max(change.read_on.plus(1));
                changes.push(change);
            }
            None => at = at.plus(RENEWED),
        }
    }
    Ok(changes)
}

/// The first change that is found before the baseline is renewed, read when it has settled.
fn first_change(trust: Trust, judged: &[Judged], days: &Range<Day>) -> Result<Option<Change>, Refusal> {
    let mut watch = Watch::new(trust);
    for judged in judged.iter().filter(|judged| days.contains(&judged.day)) {
        match watch.found() {
            None if judged.day >= days.start.plus(RENEWED) => return Ok(None),
            Some(found) if judged.day.since(found) > SETTLED => break,
            _ => watch.add(judged)?,
        };
    }
    Ok(watch.change())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::fixture::{day, home, trust};

    /// A baseline that is right about the days it learnt: the level of their last ones.
    fn refit(days: &[Judged], level: &dyn Fn(i32) -> f64, task: &Task) -> (Trust, Vec<Judged>) {
        let learnt = level(task.learn.end.plus(-1).since(day(0)));
        let judged = days.iter().filter(|judged| task.judge.contains(&judged.day)).map(|judged| {
            let (predicted, sigma) = (learnt * judged.predicted, learnt * judged.sigma);
            Judged { residual: judged.actual() - predicted, predicted, sigma, ..judged.clone() }
        });
        (trust(0.4, 1.2), judged.collect())
    }

    #[test]
    fn the_baseline_begins_anew_at_a_change() {
        let level = |n: i32| match n {
            ..470 => 1.0,
            470..1200 => 0.7,
            _ => 1.05,
        };
        let days = home(20).judged_by(1500, level);
        let mut tasks = Vec::new();
        let changes = follow(day(0)..day(1500), Learnt::default(), |task| {
            tasks.push(task.clone());
            Ok::<_, Refusal>(Some(refit(&days, &level, task)))
        })
        .unwrap();
        assert_eq!(changes.len(), 2, "{changes:?}");
        assert!((changes[0].since_from..=changes[0].since_to).contains(&day(470)), "{changes:?}");
        assert!((changes[1].since_from..=changes[1].since_to).contains(&day(1200)), "{changes:?}");
        assert!(changes[0].upper < 0.0 && changes[1].lower > 0.0, "{changes:?}");
        for task in &tasks {
            assert!(task.learn.end <= task.judge.start);
            assert!(task.learn.end.since(task.learn.start) <= 730);
            assert!(task.learn.end.since(task.learn.start) >= 365);
            for change in changes.iter().filter(|change| change.read_on < task.judge.start) {
                assert!(task.learn.start >= change.since, "learnt across {change:?}: {task:?}");
            }
        }
        // Nothing that is known later reaches what was read before.
        let change = changes[0];
        let known = change.read_on.plus(1);
        let until = follow(day(0)..known, Learnt::default(), |task| {
            Ok::<_, Refusal>(Some(refit(&days, &level, task)))
        });
        assert_eq!(until.unwrap(), vec![change]);
        let first_alarm = change.found_on.plus(1);
        let early = follow(day(0)..first_alarm, Learnt::default(), |task| {
            Ok::<_, Refusal>(Some(refit(&days, &level, task)))
        });
        assert_eq!(early.unwrap()[0].found_on, change.found_on);
    }

    #[test]
    fn short_histories_and_failed_fits_bring_no_change() {
        for end in [0, 1, 365, 366, 2000] {
            let changes = follow(day(0)..day(end), Learnt::default(), |_| Ok::<_, Refusal>(None));
            assert_eq!(changes, Ok(Vec::new()));
        }
        let empty = follow(day(0)..day(2000), Learnt::default(), |_| {
            Ok::<_, Refusal>(Some((trust(0.4, 1.2), Vec::new())))
        });
        assert_eq!(empty, Ok(Vec::new()));
        // A baseline that the first year did not carry is there a month later.
        let days = home(21).judged_by(500, |n| if n < 410 { 1.0 } else { 0.6 });
        let late = follow(day(0)..day(500), Learnt::default(), |task| {
            let enough = task.learn.end >= day(390);
            Ok::<_, Refusal>(enough.then(|| refit(&days, &|n| if n < 410 { 1.0 } else { 0.6 }, task)))
        });
        assert_eq!(late.unwrap().len(), 1);
        let refused = follow(day(0)..day(2000), Learnt::default(), |_| Err(Refusal::Nothing));
        assert_eq!(refused, Err(Refusal::Nothing));
    }
}
