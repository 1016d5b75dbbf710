//! Calendar, temperatures and the adaptive day-ahead model of the French load: pure functions on slices.
//!
//! Nothing here reads a file, a clock or a network. Times are hours of UTC counted from the epoch; days are local days
//! of Europe/Paris.

pub mod backtest;
pub mod calendar;
mod calibrate;
mod climatology;
mod error;
pub mod features;
mod hourly;
pub mod interval;
pub mod kalman;
pub mod model;
mod random;
pub mod scores;
pub mod temperature;
mod weather_case;

pub use calendar::{Day, LocalDays, SchoolHolidays};
pub use error::Error;
pub use features::{Grid, Target};
pub use hourly::Hourly;
pub use model::{DayForecast, HourForecast, Issue, Model, Prior, Spec};
pub use temperature::Temperatures;
pub use weather_case::{Forecasts, Weather};
