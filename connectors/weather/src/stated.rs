//! What the last forecast said, kept in the cursor: only what has changed since is a new statement.
//!
//! The store dates a value by the latest statement of it. A forecast that is put again with each call would always be
//! of today, and nobody could tell since when it was known: for a score of yesterday's forecast that is all that
//! matters.

use crate::{answer::Column, window::Window};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, btree_map::Entry};
use watteau_sdk::{prelude::*, time::HOUR};

/// The last forecast, by series.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stated(BTreeMap<String, Said>);

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Said {
    /// Start of the first hour.
    from: Instant,
    values: Column,
}

impl Stated {
    /// Takes note of an answer, or of a piece that follows the one before. It begins at the first hour of which nothing
    /// better is `known`.
    pub fn note(&mut self, series: &str, window: Window, column: &Column, known: impl Fn(Instant) -> bool) {
        let hours = (0..).map(|index: i64| window.from + index * HOUR).zip(column);
        for (start, value) in hours {
            match self.0.entry(series.to_owned()) {
                Entry::Vacant(_) if known(start) => {}
                Entry::Vacant(slot) => drop(slot.insert(Said { from: start, values: vec![*value] })),
                Entry::Occupied(mut said) => said.get_mut().push(start, *value),
            }
        }
    }

    /// Whether the last forecast said the same of the hour that starts there.
    pub fn says(&self, series: &str, start: Instant, value: f64) -> bool {
        self.0
            .get(series)
            .and_then(|said| said.at(start))
            .is_some_and(|known| known.to_bits() == value.to_bits())
    }
}

impl Said {
    fn push(&mut self, start: Instant, value: Option<f64>) {
        if start != self.from + self.values.len() as i64 * HOUR {
            *self = Self { from: start, values: Vec::new() };
        }
        self.values.push(value);
    }

    fn at(&self, start: Instant) -> Option<f64> {
        let index = usize::try_from((start - self.from).div_euclid(HOUR)).ok()?;
        *self.values.get(index)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i64, hours: i64) -> Window {
        Window { from: from * HOUR, to: (from + hours) * HOUR }
    }

    #[test]
    fn what_was_said_is_known_hour_by_hour() {
        let mut stated = Stated::default();
        stated.note("t", window(10, 3), &vec![Some(1.0), None, Some(3.0)], |_| false);
        stated.note("t", window(13, 1), &vec![Some(4.0)], |_| false);
        let says = |hour: i64, value: f64| stated.says("t", hour * HOUR, value);
        assert_eq!([says(10, 1.0), says(11, 0.0), says(12, 3.0), says(13, 4.0)], [true, false, true, true]);
        assert!(!says(9, 1.0) && !says(14, 4.0) && !says(12, 3.1));
        assert!(!stated.says("other", 10 * HOUR, 1.0));
    }

    #[test]
    fn it_begins_where_nothing_better_is_known() {
        let mut stated = Stated::default();
        stated.note("t", window(0, 3), &vec![Some(1.5), Some(2.5), Some(3.5)], |start| start < 2 * HOUR);
        assert_eq!(stated.0["t"], Said { from: 2 * HOUR, values: vec![Some(3.5)] });
    }
}
