//! Sentences for changes, events and anomalies, in French and English, in the words of a household.
//!
//! A sentence says what is known and how well: the interval is in it, digits that the interval makes meaningless are
//! not, and an effect too small to see is called that, with the smallest that would have been seen. Dates of the year
//! of `today` go without their year.
//!
//! ```
//! use watteau_analysis::{Day, change::Change, words::{Language, Words}};
//!
//! let day = |month, day| Day::new(jiff::civil::date(2024, month, day));
//! let change = Change {
//!     since: day(3, 14),
//!     since_from: day(3, 2),
//!     since_to: day(4, 1),
//!     maybe_earlier: false,
//!     percent: -21.7,
//!     lower: -28.3,
//!     upper: -15.1,
//!     found_on: day(5, 10),
//!     read_on: day(7, 9),
//!     odds: 40.0,
//! };
//! let words = Words::new(Language::English, day(7, 9));
//! assert_eq!(
//!     words.change(&change),
//!     "Since 14 March (between 2 March and 1 April) you have used 22% less than the weather explains (95%: 15 to 28%)."
//! );
//! ```

mod english;
mod french;
mod number;

use crate::Day;
use crate::anomaly::{Frozen, HeatingOff, Leak, OddDay, Rise};
use crate::change::{Change, Event};

/// A language that sentences are made in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// French.
    French,
    /// English.
    English,
}

/// Makes sentences.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    language: Language,
    today: Day,
}

impl Words {
    /// In a language, read today.
    pub fn new(language: Language, today: Day) -> Words {
        Words { language, today }
    }

    /// "Since 14 March you have used 22 % less than the weather explains."
    pub fn change(&self, change: &Change) -> String {
        match self.language {
            Language::French => french::change(change, self.today),
            Language::English => english::change(change, self.today),
        }
    }

    /// The same of a change that another one, since `until`, put an end to: "From 5 March 2023 to 18 May you used …".
    pub fn past_change(&self, change: &Change, until: Day) -> String {
        match self.language {
            Language::French => french::past_change(change, until, self.today),
            Language::English => english::past_change(change, until, self.today),
        }
    }

    /// What an event, by its name as somebody wrote it, brought.
    pub fn event(&self, event: &Event, name: &str) -> String {
        match self.language {
            Language::French => french::event(event, name, self.today),
            Language::English => english::event(event, name, self.today),
        }
    }

    /// A day far outside its interval.
    pub fn odd_day(&self, odd: &OddDay) -> String {
        match self.language {
            Language::French => french::odd_day(odd, self.today),
            Language::English => english::odd_day(odd, self.today),
        }
    }

    /// A heating that does not heat.
    pub fn heating_off(&self, off: &HeatingOff) -> String {
        match self.language {
            Language::French => french::heating_off(off, self.today),
            Language::English => english::heating_off(off, self.today),
        }
    }

    /// A base load that rose.
    pub fn base_load(&self, rise: &Rise) -> String {
        match self.language {
            Language::French => french::base_load(rise, self.today),
            Language::English => english::base_load(rise, self.today),
        }
    }

    /// A flow that never comes to rest, in the unit of its series.
    pub fn leak(&self, leak: &Leak, unit: &str) -> String {
        match self.language {
            Language::French => french::leak(leak, unit, self.today),
            Language::English => english::leak(leak, unit, self.today),
        }
    }

    /// A sensor that repeats itself, in the unit of its series; `since` is the local day of the first repetition and
    /// `until` that of the last.
    pub fn frozen(&self, frozen: &Frozen, since: Day, until: Day, unit: &str) -> String {
        match self.language {
            Language::French => french::frozen(frozen, since, until, unit, self.today),
            Language::English => english::frozen(frozen, since, until, unit, self.today),
        }
    }
}

#[cfg(test)]
mod tests;
