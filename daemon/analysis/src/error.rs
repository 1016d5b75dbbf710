//! What can go wrong, in the words of whoever has to act on it.

use crate::calendar::Day;

/// Why an analysis was refused. Nothing that was given is changed by a refusal.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The zone database has no Europe/Paris.
    #[error("the time zone Europe/Paris is not known here; install the time zone database")]
    Zone,
    /// A day beyond what dates can say.
    #[error("a day lies outside the years that dates know")]
    Date,
    /// A line of the school calendar is not `first_day,last_day,zones,name`.
    #[error(
        "line {line} of the school calendar is not first_day,last_day,zones,name with zones among A, B, C"
    )]
    SchoolLine {
        /// Line, from 1.
        line: usize,
    },
    /// Too little history of load.
    #[error("{days} days of load are known before {day}, and the model needs {needed}")]
    ShortHistory {
        /// Day to forecast.
        day: Day,
        /// Days that hold a value.
        days: usize,
        /// Days it takes.
        needed: usize,
    },
    /// What is known ends too long before the day to forecast.
    #[error("nothing is known after {last}, too long before {day}; see why the source went silent")]
    Stale {
        /// Day to forecast.
        day: Day,
        /// Last known day.
        last: Day,
    },
    /// The load never changes.
    #[error("the load is the same in every hour: a meter or a source is stuck, there is nothing to learn")]
    Constant,
    /// No temperature, measured or forecast, for a day that has to be forecast.
    #[error("there is no temperature for {day}; give a forecast of it, or ask for the case without weather")]
    NoTemperature {
        /// The day.
        day: Day,
    },
    /// The model stands at another day than the one asked for.
    #[error(
        "the model has learnt up to {through} and cannot forecast {day}; run the days in between, or refit"
    )]
    Order {
        /// Last day learnt.
        through: Day,
        /// Day asked for.
        day: Day,
    },
    /// Saved bytes do not fit the model they are given to.
    #[error("the saved state does not belong to this model ({0}); refit from history")]
    State(&'static str),
}
