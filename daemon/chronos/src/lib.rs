//! Chronos-T5, Chronos-Bolt and Chronos-2 in Rust: forecasts of time series, equal to the Python reference.

mod attention;
mod bolt;
mod chronos2;
pub mod config;
mod error;
mod kernel;
mod math;
mod model;
mod patches;
mod quantiles;
mod rope;
mod rows;
pub mod sampling;
mod stack;
mod t5;
mod task;
pub mod tokens;
mod unroll;
mod weights;
mod workers;

pub use crate::{
    config::{Config, Family},
    error::{LoadError, PredictError},
    model::{LoadOptions, Model},
    task::{Covariate, Forecast, Options, Sampling, TargetForecast, Task},
    weights::Weighting,
};
