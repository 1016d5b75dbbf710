//! Why a regression was refused, in words that say what is missing.

use crate::calendar::Day;

/// A regression that cannot be made from what was given. Nothing that was given is changed by a refusal.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Columns of different lengths.
    #[error(
        "{what} holds {found} values where {expected} were expected; give one value, or its absence, per row"
    )]
    Lengths {
        /// Which column.
        what: String,
        /// Values that it should hold.
        expected: usize,
        /// Values that it holds.
        found: usize,
    },
    /// A value is NaN or infinite. Absence is said by `None`, never by NaN.
    #[error("{what} is not a number in row {row}; leave the row out or mend the source")]
    NotFinite {
        /// Which column.
        what: String,
        /// Row, from 0.
        row: usize,
    },
    /// Values whose squares no number holds.
    #[error("values are too large to be used; mind their unit")]
    TooLarge,
    /// Fewer rows than it takes.
    #[error(
        "{rows} rows are known and {needed} are needed for {coefficients} coefficients; wait for more data"
    )]
    TooFew {
        /// Rows that are complete.
        rows: usize,
        /// Coefficients to estimate.
        coefficients: usize,
        /// Rows it takes: one more than there are coefficients.
        needed: usize,
    },
    /// A driver has the same value in every row.
    #[error("{name} is the same in every row, so its effect cannot be told; leave it out")]
    Constant {
        /// The driver.
        name: String,
    },
    /// A driver is a combination of those before it.
    #[error(
        "{name} follows from the drivers before it, so their effects cannot be told apart; leave one out"
    )]
    Collinear {
        /// The driver.
        name: String,
    },
    /// The quantity to explain never changes.
    #[error("every value is the same: a meter or a source is stuck, there is nothing to explain")]
    Stuck,
    /// No day has all that is needed.
    #[error("no day has a value and {missing}; see that the source of {missing} covers the same days")]
    Nothing {
        /// What is absent.
        missing: String,
    },
    /// The first days of a home.
    #[error("{heating_days} heating days are known and {needed} are needed before anything is explained")]
    Waiting {
        /// Days whose effective temperature without sun is below 16 degC.
        heating_days: usize,
        /// Days it takes.
        needed: usize,
    },
    /// A period that ends before it begins or a place that is not on Earth.
    #[error("{0}")]
    Setting(&'static str),
    /// A day of which the model's inputs are not known.
    #[error("{what} of {day} is not known, and the prediction needs it")]
    Unknown {
        /// What is not known.
        what: &'static str,
        /// The day.
        day: Day,
    },
}
