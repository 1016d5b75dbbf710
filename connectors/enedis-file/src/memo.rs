//! What the cells of a column mean, worked out again only when they change: nearly every row of a long file repeats
//! the meter, the unit and the words of the one before it.

use watteau_sdk::types::Quality;

use crate::words::{Direction, Unit};

/// The meaning of the text seen last.
#[derive(Debug)]
pub struct Memo<T> {
    text: String,
    value: Option<T>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self { text: String::new(), value: None }
    }
}

impl<T> Memo<T> {
    /// What a text means, by `read` where it is another than the last.
    pub fn of(&mut self, text: &str, read: impl FnOnce(&str) -> T) -> &T {
        if self.text != text {
            self.value = None;
            text.clone_into(&mut self.text);
        }
        self.value.get_or_insert_with(|| read(text))
    }
}

/// One for each column of words.
#[derive(Debug, Default)]
pub struct Memos {
    /// The meter's number.
    pub meter: Memo<Option<String>>,
    /// Whether the physical quantity is read.
    pub physical: Memo<bool>,
    /// Consumption or production.
    pub direction: Memo<Option<Direction>>,
    /// The step in minutes.
    pub step: Memo<Option<u16>>,
    /// The unit.
    pub unit: Memo<Option<Unit>>,
    /// How values were obtained, by their nature.
    pub nature: Memo<Option<Quality>>,
    /// The same, by the stage of their checking.
    pub stage: Memo<Option<Quality>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_when_it_changes() {
        let (mut memo, mut reads) = (Memo::default(), 0);
        for (text, length) in [("", 0), ("", 0), ("a", 1), ("a", 1), ("bc", 2), ("a", 1)] {
            let read = |text: &str| {
                reads += 1;
                text.len()
            };
            assert_eq!(*memo.of(text, read), length);
        }
        assert_eq!(reads, 4);
    }
}
