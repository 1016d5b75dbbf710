//! How many calls an instance may still make: a sliding window of past calls, kept across restarts.
//!
//! Pure: the instants of the calls are part of the instance's memory and are committed with its data.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The limit: so many calls in so long, and so much time between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    /// Calls in the window.
    pub(super) calls: u32,
    /// Length of the window.
    pub(super) per: Duration,
    /// Least time between two calls.
    pub(super) spacing: Duration,
}

/// Past calls, oldest first, epoch milliseconds; never more than the limit needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Calls {
    made: Vec<i64>,
    /// The source itself said: not before.
    not_before: Option<i64>,
}

/// What the next call has to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// After this delay (often zero), within the run.
    After(Duration),
    /// Not in this run: not before this instant, epoch milliseconds.
    NotBefore(i64),
}

impl Calls {
    /// Whether a call may be made at `now`.
    pub(super) fn gate(&self, limit: Option<&Limit>, now: i64) -> Gate {
        if let Some(instant) = self.not_before
            && instant > now
        {
            return Gate::NotBefore(instant);
        }
        let Some(limit) = limit else { return Gate::After(Duration::ZERO) };
        let per = millis(limit.per);
        let recent = self.recent(limit, now);
        if recent.len() >= limit.calls as usize {
            let frees = recent.first().map_or(now + per, |oldest| oldest + per);
            return Gate::NotBefore(frees);
        }
        let wait = self.made.last().map_or(0, |last| (last + millis(limit.spacing) - now).max(0));
        // A clock set back must not park a run for years.
        Gate::After(Duration::from_millis(wait.unsigned_abs()).min(limit.spacing))
    }

    /// Remembers a call made at `now`.
    pub(super) fn record(&mut self, limit: Option<&Limit>, now: i64) {
        self.made.push(now);
        match limit {
            Some(limit) => self.made = self.recent(limit, now).to_vec(),
            None => self.made = vec![now],
        }
    }

    /// After a kill: a call may have gone out that nobody could remember any more, so one is counted.
    pub(super) fn count_what_a_kill_may_hide(&mut self, limit: Option<&Limit>, now: i64) {
        if !self.made.is_empty() {
            self.record(limit, now);
        }
    }

    /// Remembers that the source takes no call before `instant`.
    pub(super) fn refuse_until(&mut self, instant: i64) {
        self.not_before = Some(instant);
    }

    /// When the source takes calls again, if it said so and that is still to come.
    pub(super) fn refused_until(&self, now: i64) -> Option<i64> {
        self.not_before.filter(|instant| *instant > now)
    }

    /// Calls made in the window that ends at `now`.
    pub(super) fn used(&self, limit: &Limit, now: i64) -> u32 {
        u32::try_from(self.recent(limit, now).len()).unwrap_or(u32::MAX)
    }

    /// When the oldest call of the window leaves it.
    pub(super) fn resets_at(&self, limit: &Limit, now: i64) -> Option<i64> {
        self.recent(limit, now).first().map(|oldest| oldest + millis(limit.per))
    }

    fn recent(&self, limit: &Limit, now: i64) -> &[i64] {
        let from = now - millis(limit.per);
        // A call stamped later than now was made before the clock was set back: it does not count.
        let first = self.made.partition_point(|at| *at <= from);
        let end = self.made.partition_point(|at| *at <= now);
        &self.made[first..end.max(first)]
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { calls: 3, per: Duration::from_secs(100), spacing: Duration::from_secs(2) };

    #[test]
    fn calls_are_spaced_then_refused_then_free_again() {
        let mut calls = Calls::default();
        assert_eq!(calls.gate(Some(&LIMIT), 0), Gate::After(Duration::ZERO));
        for now in [0, 2_000, 4_000] {
            calls.record(Some(&LIMIT), now);
        }
        assert_eq!(calls.gate(Some(&LIMIT), 5_000), Gate::NotBefore(100_000));
        assert_eq!(calls.used(&LIMIT, 5_000), 3);
        assert_eq!(calls.gate(Some(&LIMIT), 100_000), Gate::After(Duration::ZERO));
        calls.record(Some(&LIMIT), 100_000);
        assert_eq!(calls.gate(Some(&LIMIT), 100_500), Gate::NotBefore(102_000));
        assert_eq!(calls.gate(Some(&LIMIT), 102_500), Gate::After(Duration::ZERO));
    }

    #[test]
    fn spacing_makes_the_next_call_wait_within_the_run() {
        let mut calls = Calls::default();
        calls.record(Some(&LIMIT), 1_000);
        assert_eq!(calls.gate(Some(&LIMIT), 1_500), Gate::After(Duration::from_millis(1_500)));
    }

    #[test]
    fn what_the_source_said_holds_even_without_a_limit() {
        let mut calls = Calls::default();
        calls.refuse_until(9_000);
        assert_eq!(calls.gate(None, 8_999), Gate::NotBefore(9_000));
        assert_eq!(calls.gate(None, 9_000), Gate::After(Duration::ZERO));
    }

    #[test]
    fn a_kill_costs_a_call_where_calls_were_made() {
        let mut calls = Calls::default();
        calls.count_what_a_kill_may_hide(Some(&LIMIT), 0);
        assert_eq!(calls.used(&LIMIT, 0), 0);
        calls.record(Some(&LIMIT), 0);
        calls.count_what_a_kill_may_hide(Some(&LIMIT), 1_000);
        assert_eq!(calls.used(&LIMIT, 1_000), 2);
    }

    #[test]
    fn a_clock_set_back_does_not_park_the_connector() {
        let mut calls = Calls::default();
        calls.record(Some(&LIMIT), 10_000_000);
        assert_eq!(calls.gate(Some(&LIMIT), 1_000), Gate::After(LIMIT.spacing));
        assert_eq!(calls.used(&LIMIT, 1_000), 0);
    }
}
