//! What a regression is made from: consecutive local days with a value, temperatures and occupancy.

use crate::calendar::Day;

use super::refusal::Refusal;

/// Temperatures beyond this, degC, either way, are of a broken sensor or another unit.
const EXTREME: f64 = 100.0;

/// Consecutive local days. All columns have one entry a day from `first` on; what is not known is `None`.
#[derive(Debug, Clone, Copy)]
pub struct Days<'a> {
    /// Day of the first entry of each column.
    pub first: Day,
    /// Energy or volume of each day, in any unit.
    pub values: &'a [Option<f64>],
    /// Lowest temperature of each day, degC.
    pub minimum: &'a [Option<f64>],
    /// Highest temperature of each day, degC.
    pub maximum: &'a [Option<f64>],
    /// Share of the home that is there, 0 = nobody, 1 = somebody (persons count too); without: it is not looked at.
    pub occupancy: Option<&'a [Option<f64>]>,
}

impl Days<'_> {
    /// How many days.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The day of an entry.
    pub fn day(&self, index: usize) -> Day {
        self.first.plus(index as i32)
    }

    /// The entry of a day, if it is among them.
    pub fn index(&self, day: Day) -> Option<usize> {
        usize::try_from(day.since(self.first)).ok().filter(|&index| index < self.len())
    }

    /// The entries of the days `from..to` that are among them.
    pub fn range(&self, from: Day, to: Day) -> std::ops::Range<usize> {
        let clamp = |day: Day| day.since(self.first).clamp(0, self.len() as i32) as usize;
        clamp(from)..clamp(to).max(clamp(from))
    }

    /// Refuses columns of different lengths and what is not a number.
    pub fn check(&self) -> Result<(), Refusal> {
        let columns = [("the lowest temperature", self.minimum), ("the highest temperature", self.maximum)];
        let occupancy = self.occupancy.map(|column| ("the occupancy", column));
        for (what, column) in [("the value", self.values)].into_iter().chain(columns).chain(occupancy) {
            if column.len() != self.len() {
                return Err(Refusal::Lengths {
                    what: what.to_owned(),
                    expected: self.len(),
                    found: column.len(),
                });
            }
            if let Some(row) = column.iter().position(|value| value.is_some_and(|value| !value.is_finite())) {
                return Err(Refusal::NotFinite { what: what.to_owned(), row });
            }
        }
        Ok(())
    }

    /// Temperatures of a day: lowest and highest, `None` if either is absent, they are the wrong way round, or nothing
    /// on Earth is as cold or as hot.
    pub fn extremes(&self, index: usize) -> Option<(f64, f64)> {
        let (low, high) = (self.minimum.get(index).copied()??, self.maximum.get(index).copied()??);
        (high >= low && low >= -EXTREME && high <= EXTREME).then_some((low, high))
    }
}

/// Calendar quarter of a day: quarters count on from year to year.
pub(crate) fn quarter(day: Day) -> i32 {
    let date = day.date();
    i32::from(date.year()) * 4 + (i32::from(date.month()) - 1) / 3
}

/// Calendar month of a day: months count on from year to year.
pub(crate) fn month(day: Day) -> i32 {
    let date = day.date();
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}
