//! A home's tomorrow, hour by hour: its load curve, the energy of its days and of its month.
//!
//! [`forecast`] makes a day from whatever is known and says how; [`rest_of_month`] goes on to the end of the month;
//! [`Backtest`] does both over again for a home's past, beside naive forecasts. All learn the whole history anew.
//!
//! - Energy of a day (`daily`): a Kalman filter of the root of kWh with heating, season, weekday and lags.
//! - Curve: past days weighted by likeness (`analog`), twenty-four Kalman filters of the root of W (`hourly`), mixed
//!   7 to 3 and calibrated by how the last weeks held (`mix`). Medians make the curve, means make energies.
//! - Short, broken or strange histories (`history`): the last days with more room (`simple`), or a refusal.

pub mod backtest;

mod analog;
mod by_day;
mod daily;
mod epochs;
mod forecast;
mod history;
mod home;
mod hourly;
mod mix;
mod replay;
mod rest;
mod simple;
mod weighted;

pub use backtest::Backtest;
pub use by_day::ByDay;
pub use daily::Carrier;
pub use forecast::{Energy, FEWEST_DAYS, Forecast, Hour, MODEL_DAYS, Method, Reason, forecast};
pub use home::Home;
pub use rest::{Rest, rest_of_month};
