//! Forecasts of tomorrow: made every day, kept for ever, scored in public.
//!
//! ```text
//! store -> inputs -> national | household | recent -> record -> store
//!                          record, store -> view, score -> api
//! ```
//!
//! - [`record`]: a forecast as it is kept, with what was known when it was made.
//! - `inputs`: series by the hour, temperatures of places.
//! - `national`: the adaptive model of the country's load; `household`: a home's electricity and gas; `recent`: the last
//!   days, where there is too little for a model; `chronos`: Chronos models beside them.
//! - [`score`]: every model on the hours that all have.
//! - [`Forecaster`]: what is due, one run at a time; `backtest`: years of days in a row; `answers` and [`view`]: what
//!   pages ask; `standing`: what metrics say.
//!
//! Nothing here knows HTTP. Everything is synchronous, to be called where one may wait.

mod answers;
mod backtest;
mod chronos;
mod due;
mod error;
mod forecaster;
mod household;
mod inputs;
mod national;
mod recent;
pub mod record;
pub mod score;
mod standing;
pub mod view;

pub use backtest::{Asked, weather_case};
pub use due::{Due, Watch};
pub use error::Error;
pub use forecaster::{Forecaster, LastRun};
pub use standing::{Standing, Window};

#[cfg(test)]
mod tests;
