//! Pauses that grow.

use rand::RngExt as _;
use std::time::Duration;

/// How long to wait before the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Before the second try.
    pub first: Duration,
    /// Never longer, but for a receiver that asks for more.
    pub longest: Duration,
    /// Never longer, whatever the receiver asks for: it may be mistaken, and its clock too.
    pub obeyed: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_mins(5),
            obeyed: Duration::from_hours(1),
        }
    }
}

impl Backoff {
    /// The pause after `failed` tries, from 1. It doubles, and half of it is left to chance: homes that lost the same
    /// receiver do not come back all at once. What the receiver asks for is the least.
    pub fn pause(&self, failed: u32, asked: Option<Duration>) -> Duration {
        let doubled = self.first.saturating_mul(2u32.saturating_pow(failed.saturating_sub(1)));
        let whole = doubled.min(self.longest);
        let pause = whole.mul_f64(rand::rng().random_range(0.5..=1.0));
        pause.max(asked.unwrap_or_default().min(self.obeyed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_a_limit_and_chance_has_half_of_each() {
        let backoff = Backoff::default();
        for (failed, whole) in
            [(1, 500), (2, 1_000), (3, 2_000), (10, 256_000), (11, 300_000), (999, 300_000)]
        {
            let whole = Duration::from_millis(whole);
            let pauses: Vec<Duration> = (0..50).map(|_| backoff.pause(failed, None)).collect();
            assert!(pauses.iter().all(|pause| (whole / 2..=whole).contains(pause)), "{failed}: {pauses:?}");
            assert!(pauses.windows(2).any(|two| two[0] != two[1]), "{failed} leaves nothing to chance");
        }
    }

    #[test]
    fn a_receiver_is_obeyed_within_reason() {
        let backoff = Backoff::default();
        let minute = Duration::from_mins(1);
        assert_eq!(backoff.pause(1, Some(minute)), minute);
        assert_eq!(backoff.pause(1, Some(minute * 60 * 24)), Duration::from_hours(1));
        assert!(backoff.pause(9, Some(minute)) >= minute);
    }
}
