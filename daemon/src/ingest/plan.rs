//! Which days to ask a source for: pure, from what the store has, what was asked before and what the
//! manifest says of the feed.
//!
//! Nothing about progress is kept beside the data. A plan is made anew at each run from the days that are
//! incomplete, so a run that is cut, a restart or an empty store all continue where there is something
//! missing. The only memory is of answers that brought nothing ([`Asked`]): without it a day that the source
//! never had would be asked for ever.

use jiff::{Span, ToSpan, Zoned, civil::Date, civil::Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What the manifest says of a feed.
#[derive(Debug, Clone)]
pub(super) struct FeedRule {
    /// Longest span of one call, in local days.
    pub(super) span_days: u32,
    /// How far back the source keeps its data.
    pub(super) history: Span,
    /// Local time from which yesterday is usually there.
    pub(super) published: Time,
    /// Incomplete days younger than this are asked again, less and less often; older ones are holes once asked.
    pub(super) late_days: u32,
    /// Days from today on, today included, of which the source has something already: a load up to now, a
    /// forecast, tomorrow's colour. 0: a day is there when it is over, or not at all.
    pub(super) ahead_days: u32,
}

/// Days asked for that stayed incomplete.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    /// When a recent day was last asked for, epoch milliseconds.
    recent: BTreeMap<Date, i64>,
    /// Ranges of days, both ends included, that were asked for when they were too old to change: holes.
    closed: Vec<(Date, Date)>,
}

impl Asked {
    /// Whether the day is a known hole of the source.
    pub(super) fn is_closed(&self, day: Date) -> bool {
        self.closed.iter().any(|(first, last)| (*first..=*last).contains(&day))
    }

    /// When the day was last asked for in vain, epoch milliseconds.
    pub(super) fn last_asked(&self, day: Date) -> Option<i64> {
        self.recent.get(&day).copied()
    }

    /// Remembers that these days were asked for at `now` and are still incomplete.
    pub(super) fn record(&mut self, incomplete: &[Date], now: &Zoned, rule: &FeedRule) {
        let young = oldest_young_day(now, rule);
        for &day in incomplete {
            if day >= young {
                self.recent.insert(day, now.timestamp().as_millisecond());
            } else {
                self.close(day);
            }
        }
        self.recent.retain(|day, _| *day >= young);
    }

    /// Forgets when days were asked for that may still come: a person wants them now.
    pub(super) fn hurry(&mut self) {
        self.recent.clear();
    }

    /// Forgets everything from `since` on, so that it is asked again.
    pub(super) fn forget_from(&mut self, since: Date) {
        self.recent.retain(|day, _| *day < since);
        self.closed.retain(|(first, _)| *first < since);
        for (_, last) in &mut self.closed {
            if *last >= since {
                *last = since.yesterday().unwrap_or(since);
            }
        }
    }

    fn close(&mut self, day: Date) {
        self.closed.push((day, day));
        self.closed.sort_unstable();
        let mut merged: Vec<(Date, Date)> = Vec::with_capacity(self.closed.len());
        for (first, last) in self.closed.drain(..) {
            match merged.last_mut() {
                Some((_, end)) if end.tomorrow().is_ok_and(|next| first <= next) => *end = (*end).max(last),
                _ => merged.push((first, last)),
            }
        }
        self.closed = merged;
    }
}

/// A span of whole local days to ask for in one call: `first` to `last`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DaySpan {
    /// First day.
    pub(super) first: Date,
    /// Last day.
    pub(super) last: Date,
}

impl DaySpan {
    /// Its days in order.
    pub(super) fn days(self) -> impl Iterator<Item = Date> {
        self.first.series(1.day()).take_while(move |day| *day <= self.last)
    }
}

/// What there is to do for a feed now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// Calls to make, newest days first: what a person looks at comes before the history.
    pub(super) jobs: Vec<DaySpan>,
    /// Calls among them that are worth making at once: for days that are over and were not asked for yet, or are due
    /// again. The running days and yesterday come with the schedule, again each time.
    pub(super) left: u32,
    /// Days that are complete, or that the source is known not to have.
    pub(super) done_days: u32,
    /// Days that the feed should have in all.
    pub(super) total_days: u32,
    /// The last complete day.
    pub(super) complete_until: Option<Date>,
    /// The newest day the source should have published by now is complete.
    pub(super) up_to_date: bool,
}

/// What the last plan said of a feed.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// The newest day the source should have published is there.
    pub(super) up_to_date: bool,
    /// Calls that the last run left for later.
    pub(super) left: u32,
    /// Days there, or known not to exist.
    pub(super) done_days: u32,
    /// Days there should be.
    pub(super) total_days: u32,
    /// The last complete day.
    pub(super) complete_until: Option<Date>,
}

/// Makes the plan of one feed.
///
/// `complete` are the days of which the store has every interval; `earliest` is the later of the user's
/// `since` and the start of history that the source declared.
pub(super) fn plan(
    rule: &FeedRule,
    asked: &Asked,
    complete: &BTreeSet<Date>,
    now: &Zoned,
    earliest: Option<Date>,
) -> Plan {
    let newest = newest_published_day(now, rule);
    let mut oldest = now.date().checked_sub(rule.history).unwrap_or(Date::MIN);
    if let Some(earliest) = earliest {
        oldest = oldest.max(earliest);
    }
    let mut plan = Plan { complete_until: complete.last().copied(), ..Plan::default() };
    // The days that are still happening change from one run to the next: they are asked for at each, and never
    // count as complete or missing.
    let mut wanted: Vec<Date> = now.date().series(1.day()).take(rule.ahead_days as usize).collect();
    wanted.reverse();
    let mut at_once = Vec::new();
    let yesterday = now.date().yesterday().ok();
    let mut day = newest;
    while day >= oldest {
        plan.total_days += 1;
        if complete.contains(&day) || asked.is_closed(day) {
            plan.done_days += 1;
        } else if due(day, asked, now) {
            wanted.push(day);
            if asked.last_asked(day).is_none() || Some(day) != yesterday {
                at_once.push(day);
            }
        }
        let Ok(previous) = day.yesterday() else { break };
        day = previous;
    }
    plan.up_to_date = newest < oldest || complete.contains(&newest);
    plan.left = u32::try_from(group(&at_once, rule.span_days.max(1)).len()).unwrap_or(u32::MAX);
    plan.jobs = group(&wanted, rule.span_days.max(1));
    plan
}

/// The newest day that the source should have published at `now`.
pub(super) fn newest_published_day(now: &Zoned, rule: &FeedRule) -> Date {
    let back = if now.time() >= rule.published { 1 } else { 2 };
    now.date().saturating_sub(back.days())
}

/// Incomplete days from this one on may still change.
fn oldest_young_day(now: &Zoned, rule: &FeedRule) -> Date {
    now.date().saturating_sub(i64::from(rule.late_days).days())
}

/// Yesterday is asked for at every run (the schedule spaces the runs); an older day after as many local days as half
/// its age was when it was last asked for: what is late by a week is not there an hour later.
fn due(day: Date, asked: &Asked, now: &Zoned) -> bool {
    let Some(last) = asked.last_asked(day) else { return true };
    if now.date().yesterday().is_ok_and(|yesterday| day == yesterday) {
        return true;
    }
    let Ok(last) = jiff::Timestamp::from_millisecond(last) else { return false };
    let last = last.to_zoned(now.time_zone().clone()).date();
    let wait = ((last - day).get_days() / 2).max(1);
    // A clock that was set back must not park a day for years.
    last > now.date() || last.checked_add(wait.days()).is_ok_and(|next| next <= now.date())
}

/// Days in descending order, into spans of at most `span` days. Days between two wanted ones ride along: a
/// point that is there already costs nothing, a call does.
fn group(wanted: &[Date], span: u32) -> Vec<DaySpan> {
    let mut jobs: Vec<DaySpan> = Vec::new();
    for &day in wanted {
        match jobs.last_mut() {
            Some(job) if (job.last - day).get_days() < i32::try_from(span).unwrap_or(i32::MAX) => {
                job.first = day;
            }
            _ => jobs.push(DaySpan { first: day, last: day }),
        }
    }
    jobs
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    fn rule() -> FeedRule {
        FeedRule {
            span_days: 7,
            history: 30.days(),
            published: time(8, 0, 0, 0),
            late_days: 10,
            ahead_days: 0,
        }
    }

    fn at(text: &str) -> Zoned {
        format!("{text}[Europe/Paris]").parse().unwrap()
    }

    fn span(first: Date, last: Date) -> DaySpan {
        DaySpan { first, last }
    }

    #[test]
    fn an_empty_store_asks_for_all_of_the_history_newest_first() {
        let plan = plan(&rule(), &Asked::default(), &BTreeSet::new(), &at("2026-11-21T10:00"), None);
        assert_eq!(plan.jobs[0], span(date(2026, 11, 14), date(2026, 11, 20)));
        assert_eq!(plan.jobs[1], span(date(2026, 11, 7), date(2026, 11, 13)));
        assert_eq!(plan.jobs.last().unwrap().first, date(2026, 10, 22));
        assert_eq!((plan.done_days, plan.total_days), (0, 30));
        assert!(!plan.up_to_date);
    }

    #[test]
    fn yesterday_is_not_asked_for_before_it_is_published() {
        let plan = plan(&rule(), &Asked::default(), &BTreeSet::new(), &at("2026-11-21T07:59"), None);
        assert_eq!(plan.jobs[0].last, date(2026, 11, 19));
    }

    #[test]
    fn running_days_are_asked_for_at_each_run_and_count_for_nothing() {
        let rule = FeedRule { span_days: 31, ahead_days: 3, ..rule() };
        let now = at("2026-11-21T10:00");
        let all: BTreeSet<Date> = span(date(2026, 10, 22), date(2026, 11, 23)).days().collect();
        let mut asked = Asked::default();
        let running = span(date(2026, 11, 21), date(2026, 11, 23));
        asked.record(&running.days().collect::<Vec<_>>(), &now, &rule);
        let caught_up = plan(&rule, &asked, &all, &now, None);
        assert_eq!(caught_up.jobs, [running], "complete or asked for already, again");
        assert_eq!((caught_up.done_days, caught_up.total_days, caught_up.up_to_date), (30, 30, true));
        // Days that are over ride along.
        let behind = plan(&rule, &asked, &BTreeSet::new(), &now, None);
        assert_eq!(behind.jobs[0], span(date(2026, 10, 24), date(2026, 11, 23)));
        assert_eq!((behind.done_days, behind.total_days), (0, 30));
    }

    #[test]
    fn since_and_the_start_of_history_bound_it() {
        let plan = plan(
            &rule(),
            &Asked::default(),
            &BTreeSet::new(),
            &at("2026-11-21T10:00"),
            Some(date(2026, 11, 18)),
        );
        assert_eq!(plan.jobs, [span(date(2026, 11, 18), date(2026, 11, 20))]);
    }

    #[test]
    fn scattered_days_share_calls() {
        let mut complete: BTreeSet<Date> = span(date(2026, 10, 22), date(2026, 11, 20)).days().collect();
        for day in [3, 12, 15, 18] {
            complete.remove(&date(2026, 11, day));
        }
        let plan = plan(&rule(), &Asked::default(), &complete, &at("2026-11-21T10:00"), None);
        assert_eq!(
            plan.jobs,
            [span(date(2026, 11, 12), date(2026, 11, 18)), span(date(2026, 11, 3), date(2026, 11, 3))]
        );
        assert!(plan.up_to_date);
    }

    #[test]
    fn an_old_day_asked_in_vain_is_a_hole_and_a_recent_one_waits_for_tomorrow() {
        let now = at("2026-11-21T10:00");
        let mut asked = Asked::default();
        let old = [date(2026, 11, 3), date(2026, 11, 1), date(2026, 11, 2)];
        asked.record(&old, &now, &rule());
        asked.record(&[date(2026, 11, 15), date(2026, 11, 20)], &now, &rule());
        assert_eq!(asked.closed, [(date(2026, 11, 1), date(2026, 11, 3))]);

        let all: BTreeSet<Date> = span(date(2026, 10, 22), date(2026, 11, 20)).days().collect();
        let missing = [1, 2, 3, 15, 20].map(|day| date(2026, 11, day));
        let complete: BTreeSet<Date> = all.iter().copied().filter(|day| !missing.contains(day)).collect();
        let today = plan(&rule(), &asked, &complete, &now, None);
        assert_eq!(today.jobs, [span(date(2026, 11, 20), date(2026, 11, 20))], "only yesterday, at each run");
        assert_eq!((today.done_days, today.left), (28, 0), "and not before the schedule says so");
        let mut hurried = asked.clone();
        hurried.hurry();
        let wanted = plan(&rule(), &hurried, &complete, &now, None);
        assert_eq!(wanted.jobs, [span(date(2026, 11, 15), date(2026, 11, 20))], "but the holes stay holes");
        assert_eq!(wanted.left, 1);
        let tomorrow = plan(&rule(), &asked, &complete, &at("2026-11-22T10:00"), None);
        assert_eq!(tomorrow.jobs, [span(date(2026, 11, 20), date(2026, 11, 21))]);
    }

    #[test]
    fn a_late_day_is_asked_for_less_and_less_often_and_then_left() {
        let rule = FeedRule { late_days: 20, ..rule() };
        let day = date(2026, 11, 1);
        let complete: BTreeSet<Date> =
            span(date(2026, 10, 1), date(2026, 12, 31)).days().filter(|other| *other != day).collect();
        let mut asked = Asked::default();
        let mut ages = Vec::new();
        for age in 1..40 {
            // Three runs a day: what counts is the local day.
            for hour in ["09:00", "10:00", "23:30"] {
                let now = at(&format!("{}T{hour}", day.saturating_add(age.days())));
                if !plan(&rule, &asked, &complete, &now, None).jobs.is_empty() {
                    asked.record(&[day], &now, &rule);
                    ages.push(age);
                }
            }
        }
        assert_eq!(ages, [1, 1, 1, 2, 3, 4, 6, 9, 13, 19, 28]);
        assert!(asked.is_closed(day));
        // A clock that was years ahead when the day was asked for.
        let mut ahead = Asked::default();
        ahead.record(&[day], &at("2029-01-01T10:00"), &FeedRule { late_days: 2000, ..rule.clone() });
        assert!(!plan(&rule, &ahead, &complete, &at("2026-11-04T10:00"), None).jobs.is_empty());
    }

    #[test]
    fn forgetting_reopens_holes_from_a_day_on() {
        let now = at("2026-11-21T10:00");
        let mut asked = Asked::default();
        asked.record(&[date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)], &now, &rule());
        asked.forget_from(date(2026, 11, 2));
        assert_eq!(asked.closed, [(date(2026, 11, 1), date(2026, 11, 1))]);
    }
}
