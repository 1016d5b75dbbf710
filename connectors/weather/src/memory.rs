//! What is remembered between calls: the cursor, durable together with the points that it speaks of.

use crate::{settled::Settled, stated::Stated};
use serde::{Deserialize, Serialize};
use watteau_sdk::prelude::*;

/// The cursor's content.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// What the archive has said.
    #[serde(default)]
    pub settled: Settled,
    /// What the historical forecast has said.
    #[serde(default)]
    pub held: Settled,
    /// What the last forecast said.
    #[serde(default)]
    pub stated: Stated,
}

impl Memory {
    /// What the last checkpoint kept. One that cannot be read is of another version: the next answers make it anew.
    pub fn read(cursor: Option<&[u8]>) -> Self {
        cursor.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
    }

    /// Whether something better than a forecast has a value for the hour that starts there.
    pub fn knows(&self, series: &str, start: Instant) -> bool {
        self.settled.holds(series, start) || self.held.holds(series, start)
    }

    /// Whether a forecast of that hour is worth putting: nothing better is known, and the last forecast said otherwise.
    pub fn lacks(&self, series: &str, point: &Point) -> bool {
        !self.knows(series, point.start) && !self.stated.says(series, point.start, point.value)
    }

    /// For the next checkpoint.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::window::Window;
    use watteau_sdk::time::HOUR;

    #[test]
    fn what_was_written_is_read_and_the_rest_is_nothing() {
        let mut memory = Memory::default();
        let window = Window { from: 0, to: 3 * HOUR };
        memory.settled.note("t", window, &vec![Some(0.1), None, Some(0.3)], 3 * HOUR);
        memory.held.note("t", window, &vec![None, Some(0.2), None], 3 * HOUR);
        memory.stated.note("t", window, &vec![Some(0.1), None, Some(0.3)], |_| false);
        assert_eq!(Memory::read(Some(&memory.write())), memory);
        assert_eq!(Memory::read(Some(b"not ours")), Memory::default());
        assert_eq!(Memory::read(None), Memory::default());
    }
}
