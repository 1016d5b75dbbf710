//! Why a question about the stored series has no answer.

/// A question that cannot be answered, in words for whoever asked it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No series has that id.
    #[error("no series is called `{0}`; `watteau series` lists them")]
    UnknownSeries(String),
    /// An instant that cannot be read.
    #[error("`{value}` is neither a date (2025-03-30) nor an RFC 3339 instant (2025-03-30T00:00:00+01:00)")]
    BadInstant {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: String,
    },
    /// `from` is not before `to`.
    #[error("the period is empty: its start must be before its end")]
    EmptyPeriod,
    /// The answer would not fit in memory comfortably.
    #[error("the answer would have more than {limit} rows; ask for a shorter period or a longer step")]
    TooManyRows {
        /// The most rows that one answer may have.
        limit: usize,
    },
    /// A total was asked of something that has none.
    #[error("`{id}` is a {kind}: only power, energy, volume and index series add up over a year")]
    NotSummable {
        /// The series.
        id: String,
        /// Its kind.
        kind: String,
    },
    /// Something was asked of a kind of series that has no such thing.
    #[error("`{id}` is a {kind}: {needs}")]
    WrongKind {
        /// The series.
        id: String,
        /// Its kind.
        kind: String,
        /// Of what kinds it can be asked.
        needs: &'static str,
    },
    /// Its intervals are too long for what was asked.
    #[error("the intervals of `{id}` are too long: {needs}")]
    TooCoarse {
        /// The series.
        id: String,
        /// How short they have to be.
        needs: &'static str,
    },
    /// Too little is known in the period.
    #[error("{days} local days with values are too few: {needed} are needed; ask for a longer period")]
    TooFewDays {
        /// Days with values.
        days: u32,
        /// Days needed.
        needed: u32,
    },
    /// No outdoor temperature is kept.
    #[error(
        "no outdoor temperature is kept; add [connectors.weather] with plugin = \"weather\", or name a series"
    )]
    NoTemperature,
    /// A series of temperatures cannot serve that method.
    #[error("`{id}`: {needs}")]
    Method {
        /// The series.
        id: String,
        /// What the method is worked out from.
        needs: &'static str,
    },
    /// No point starts at that instant.
    #[error("`{id}` has no point that starts at {start}")]
    NoPoint {
        /// The series.
        id: String,
        /// Epoch seconds.
        start: i64,
    },
    /// The store could not be read.
    #[error("the store could not be read; `watteau verify` tells more")]
    Store(#[from] watteau_store::Error),
}

impl Error {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownSeries(_) => "unknown_series",
            Self::BadInstant { .. } => "bad_instant",
            Self::EmptyPeriod => "empty_period",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::NotSummable { .. } => "not_summable",
            Self::WrongKind { .. } => "wrong_kind",
            Self::TooCoarse { .. } => "too_coarse",
            Self::TooFewDays { .. } => "too_few_days",
            Self::NoTemperature => "no_temperature",
            Self::Method { .. } => "method",
            Self::NoPoint { .. } => "no_point",
            Self::Store(_) => "store",
        }
    }
}
