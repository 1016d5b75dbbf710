//! What a source has said already, kept in the cursor: nothing worse takes the place of it.
//!
//! For each series, the hour up to which the source has values, and the hours before it where it has none: there
//! something worse is better than nothing. What was there once is there for good: a source that loses an hour again
//! has given its value before. Holes older than any forecast reaches are forgotten.

use crate::{answer::Column, window::Window};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watteau_sdk::{prelude::*, time::HOUR};

/// Forecasts go back ten days; holes are remembered a little longer.
const REMEMBERED: i64 = 12 * 24 * HOUR;

/// What the archive, or the historical forecast, has said, by series.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled(BTreeMap<String, Known>);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// Start of the first hour that an answer was about; an older cursor does not tell.
    #[serde(default)]
    from: Option<Instant>,
    /// End of the last hour that has a value.
    until: Instant,
    /// Starts of hours before it that have none.
    #[serde(default)]
    holes: Vec<Instant>,
}

impl Settled {
    /// Takes note of an answer.
    pub fn note(&mut self, series: &str, window: Window, column: &Column, now: Instant) {
        let Some(last) = column.iter().rposition(Option::is_some) else { return };
        let start = |index: usize| window.from + index as i64 * HOUR;
        let known = self.0.entry(series.to_owned()).or_default();
        let until = known.until.max(start(last) + HOUR);
        let missing = (0..column.len()).filter(|index| column[*index].is_none()).map(start);
        let missing: Vec<Instant> = missing.filter(|hole| *hole < until && !known.has(*hole)).collect();
        known.holes.retain(|hole| !(window.from..window.to).contains(hole));
        known.holes.extend(missing);
        known.holes.retain(|hole| *hole >= now - REMEMBERED);
        known.holes.sort_unstable();
        known.from = Some(known.from.map_or(window.from, |from| from.min(window.from)));
        known.until = until;
    }

    /// Whether there is a value for the hour that starts there.
    pub fn holds(&self, series: &str, start: Instant) -> bool {
        self.0.get(series).is_some_and(|known| known.has(start))
    }

    /// End of the last hour of any series. One that lags says nothing of the source: it may have ended, or be of a place
    /// that was given up.
    pub fn reached(&self) -> Option<Instant> {
        self.0.values().map(|known| known.until).max()
    }
}

impl Known {
    fn has(&self, start: Instant) -> bool {
        start < self.until
            && self.from.is_none_or(|from| from <= start)
            && self.holes.binary_search(&start).is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = 1_000 * 24 * HOUR;

    fn window(from: i64, hours: i64) -> Window {
        Window { from: NOW + from * HOUR, to: NOW + (from + hours) * HOUR }
    }

    fn held(settled: &Settled, hours: std::ops::Range<i64>) -> Vec<i64> {
        hours.filter(|hour| settled.holds("t", NOW + hour * HOUR)).collect()
    }

    #[test]
    fn it_holds_up_to_its_last_hour_save_its_holes() {
        let mut settled = Settled::default();
        settled.note("t", window(-8, 6), &vec![Some(1.0), None, Some(1.0), Some(1.0), None, None], NOW);
        assert_eq!(held(&settled, -8..0), [-8, -6, -5]);
        assert!(!settled.holds("other", NOW - 8 * HOUR));
        assert!(!settled.holds("t", NOW - 9 * HOUR), "nobody has asked for it");
        assert_eq!(settled.reached(), Some(NOW - 4 * HOUR));
        // It catches up, and the hole is closed.
        settled.note(
            "t",
            window(-7, 6),
            &vec![Some(1.0), Some(1.0), Some(1.0), Some(1.0), Some(1.0), None],
            NOW,
        );
        assert_eq!(held(&settled, -8..0), [-8, -7, -6, -5, -4, -3]);
    }

    #[test]
    fn an_older_answer_or_an_empty_one_takes_nothing_back() {
        let mut settled = Settled::default();
        settled.note("t", window(-4, 2), &vec![Some(1.0), Some(1.0)], NOW);
        settled.note("t", window(-400, 2), &vec![Some(1.0), None], NOW);
        settled.note("t", window(-4, 2), &vec![None, None], NOW);
        assert_eq!(held(&settled, -5..0), [-5, -4, -3]);
    }

    #[test]
    fn an_hour_that_was_there_is_there_for_good() {
        let mut settled = Settled::default();
        settled.note("t", window(-8, 3), &vec![Some(1.0), None, Some(1.0)], NOW);
        settled.note("t", window(-8, 5), &vec![None, None, None, None, Some(1.0)], NOW);
        assert_eq!(held(&settled, -8..0), [-8, -6, -4]);
    }
}
