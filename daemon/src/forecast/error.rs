//! Why there is no forecast, in the words of whoever has to act on it.

/// Why there is no forecast. Nothing is ever put in its place.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No series has that name.
    #[error("there is no series `{0}` to forecast yet; `watteau series` lists those there are")]
    UnknownTarget(String),
    /// A series of a kind that cannot be forecast.
    #[error(
        "`{id}` is of kind {kind}, which is not forecast; choose the load of a country in MW, a home's load curve in W, or its energy in kWh"
    )]
    Kind {
        /// The series.
        id: String,
        /// Its kind.
        kind: String,
    },
    /// No temperature of any place.
    #[error(
        "there is no outdoor temperature; add the weather connector, or name the series of it in `drivers`"
    )]
    NoTemperature,
    /// Too little is known of the target.
    #[error("only {days} days of it are known, and a forecast takes at least 3; it begins by itself")]
    ShortHistory {
        /// Days that are known.
        days: usize,
    },
    /// The model refuses.
    #[error("{0}")]
    Model(watteau_analysis::Error),
    /// A model that is not there, or not whole.
    #[error("{0}")]
    Chronos(String),
    /// A time of issue that no model is made for.
    #[error(
        "the load of a country is forecast at 10:00 or later; {0} is before the model's morning is known"
    )]
    Issue(String),
    /// A time of issue that has not come yet.
    #[error("{0} has not come yet today; leave the time out to forecast with what is known now")]
    NotYet(String),
    /// A temperature case that is not known.
    #[error("`{0}` is no case of weather; write archived, none or noisy:DEGC, as in noisy:0.75")]
    Case(String),
    /// A day that is not one, or a period the wrong way round.
    #[error("{0}")]
    Period(String),
    /// A model that has no line.
    #[error("no model `{model}` forecast these days; there are {there}")]
    NoLine {
        /// What was asked for.
        model: String,
        /// What there is.
        there: String,
    },
    /// Somebody else has one made.
    #[error("a forecast is being made already; try again in a moment")]
    Busy,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] watteau_store::Error),
}

impl From<crate::query::Error> for Error {
    fn from(error: crate::query::Error) -> Self {
        match error {
            crate::query::Error::Store(error) => Self::Store(error),
            crate::query::Error::UnknownSeries(id) => Self::UnknownTarget(id),
            other => Self::Period(other.to_string()),
        }
    }
}

impl Error {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownTarget(_) => "unknown_series",
            Self::Kind { .. } => "not_forecastable",
            Self::NoTemperature => "no_temperature",
            Self::ShortHistory { .. } => "short_history",
            Self::Model(_) => "no_forecast",
            Self::Chronos(_) | Self::NoLine { .. } => "no_model",
            Self::Issue(_) | Self::NotYet(_) => "bad_issue",
            Self::Case(_) => "bad_case",
            Self::Period(_) => "bad_period",
            Self::Busy => "busy",
            Self::Store(_) => "internal",
        }
    }
}
