//! Calendar, temperatures and the adaptive day-ahead model of the French load: pure functions on slices.
//!
//! Nothing here reads a file, a clock or a network. Times are hours of UTC counted from the epoch; days are local days
//! of Europe/Paris.

pub mod calendar;
mod error;
mod hourly;
pub mod kalman;
mod random;

pub use calendar::{Day, LocalDays, SchoolHolidays};
pub use error::Error;
pub use hourly::Hourly;
