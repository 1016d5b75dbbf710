//! Why nothing is explained, in the words of whoever has to act on it.

use watteau_analysis::{change, regression};

/// Why a regression cannot be made or told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No job has that name.
    #[error("no regression is called `{name}`; {}", known(there))]
    NoJob {
        /// What was asked for.
        name: String,
        /// The jobs there are.
        there: Vec<String>,
    },
    /// The series to explain is not there.
    #[error("there is no series `{0}` yet; `watteau series` lists those there are")]
    NoSeries(String),
    /// The series to explain holds no whole day yet.
    #[error("of `{0}` no whole day is known yet; it begins by itself")]
    Nothing(String),
    /// A series that adds up to nothing.
    #[error(
        "`{id}` is of kind {kind}, which does not add up by the day; name an energy, a volume or a power"
    )]
    Kind {
        /// The series.
        id: String,
        /// Its kind.
        kind: String,
    },
    /// No temperature.
    #[error(
        "there is no outdoor temperature in {0}; add the weather connector, or name one series by the hour or two by the day in `temperature`"
    )]
    NoTemperature(String),
    /// The model refuses.
    #[error("{0}")]
    Refused(#[from] regression::Refusal),
    /// The search for changes refuses.
    #[error("{0}")]
    Search(#[from] change::Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] watteau_store::Error),
    /// A question that the store's series cannot answer.
    #[error("{0}")]
    Query(crate::query::Error),
}

fn known(there: &[String]) -> String {
    if there.is_empty() {
        "the configuration has none: add [jobs.NAME] with kind = \"regression\"".to_owned()
    } else {
        format!("there are {}", there.join(", "))
    }
}

impl From<crate::query::Error> for Error {
    fn from(error: crate::query::Error) -> Self {
        match error {
            crate::query::Error::Store(error) => Self::Store(error),
            crate::query::Error::UnknownSeries(id) => Self::NoSeries(id),
            other => Self::Query(other),
        }
    }
}

impl Error {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoJob { .. } => "unknown_regression",
            Self::NoSeries(_) => "unknown_series",
            Self::Kind { .. } => "not_summable",
            Self::NoTemperature(_) => "no_temperature",
            Self::Nothing(_)
            | Self::Refused(regression::Refusal::Waiting { .. } | regression::Refusal::TooFew { .. }) => {
                "not_enough_data"
            }
            Self::Refused(_) | Self::Search(_) => "no_regression",
            Self::Query(_) => "bad_query",
            Self::Store(_) => "internal",
        }
    }
}
