//! What the archive has said already, kept in the cursor: a forecast never takes the place of it.
//!
//! For each series, the hour up to which the archive has values, and the hours before it where it has none: there a
//! forecast is better than nothing. Holes older than any forecast reaches are forgotten.

use crate::{answer::Column, window::Window};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use watteau_sdk::{prelude::*, time::HOUR};

/// Forecasts go back ten days; holes are remembered a little longer.
const REMEMBERED: i64 = 12 * 24 * HOUR;

/// What the archive has said, by series.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled(BTreeMap<String, Known>);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// End of the last hour that the archive has.
    until: Instant,
    /// Starts of hours before it that the archive lacks.
    #[serde(default)]
    holes: Vec<Instant>,
}

impl Settled {
    /// Takes note of an answer of the archive.
    pub fn note(&mut self, series: &str, window: Window, column: &Column, now: Instant) {
        let Some(last) = column.iter().rposition(Option::is_some) else { return };
        let start = |index: usize| window.from + index as i64 * HOUR;
        let known = self.0.entry(series.to_owned()).or_default();
        known.until = known.until.max(start(last) + HOUR);
        let (forgotten, until) = (now - REMEMBERED, known.until);
        known.holes.retain(|hole| *hole >= forgotten && !(window.from..window.to).contains(hole));
        let missing = (0..column.len()).filter(|index| column[*index].is_none()).map(start);
        known.holes.extend(missing.filter(|hole| *hole >= forgotten && *hole < until));
        known.holes.sort_unstable();
    }

    /// Whether the archive has a value for the hour that starts there.
    pub fn holds(&self, series: &str, start: Instant) -> bool {
        self.0
            .get(series)
            .is_some_and(|known| start < known.until && known.holes.binary_search(&start).is_err())
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
    fn the_archive_holds_up_to_its_last_hour_save_its_holes() {
        let mut settled = Settled::default();
        settled.note("t", window(-8, 6), &vec![Some(1.0), None, Some(1.0), Some(1.0), None, None], NOW);
        assert_eq!(held(&settled, -8..0), [-8, -6, -5]);
        assert!(!settled.holds("other", NOW - 8 * HOUR));
        // The archive catches up, and the hole is closed.
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
}
