//! Chronos-T5, Chronos-Bolt and Chronos-2 in Rust: forecasts of time series, equal to the Python reference.

mod attention;
mod bolt;
pub mod config;
mod error;
mod kernel;
mod math;
mod model;
mod patches;
mod quantiles;
pub mod sampling;
mod stack;
mod t5;
mod task;
pub mod tokens;
mod weights;
mod workers;

pub use crate::{
    config::{Config, Family},
    error::{LoadError, PredictError},
    model::{LoadOptions, Model},
    task::{Covariate, Forecast, Options, Sampling, TargetForecast, Task},
};
