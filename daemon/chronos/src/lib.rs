//! Chronos-T5, Chronos-Bolt and Chronos-2 in Rust: forecasts of time series, equal to the Python reference.
//!
//! A model is a folder in the Hugging Face layout, `config.json` and `model.safetensors` (float32, float16 or bfloat16).
//! Its configuration says which of the three families it is; the calls are the same for all.
//!
//! ```
//! use watteau_chronos::{LoadOptions, Model, Options, Task};
//!
//! # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/chronos2");
//! let model = Model::load(folder, &LoadOptions::default())?;
//!
//! // A load with a gap, and a temperature that is forecast for the next 8 hours.
//! let mut load: Vec<f32> = (0..72).map(|hour| 500.0 + 100.0 * (hour as f32 * 0.26).sin()).collect();
//! load[30] = f32::NAN;
//! let temperature: Vec<f32> = (0..72).map(|hour| 8.0 - (hour as f32 * 0.26).cos()).collect();
//! let task = Task::series(load).with_known("temperature", temperature, vec![8.5; 8]);
//!
//! let options = Options { horizon: 8, levels: vec![0.1, 0.5, 0.9], ..Options::default() };
//! let forecasts = model.predict(&[task], &options)?;
//! let forecast = &forecasts[0].targets[0];
//! assert_eq!((forecast.quantiles.len(), forecast.quantiles[0].len()), (3, 8));
//! assert_eq!(forecast.mean, forecast.quantiles[1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What equal means
//!
//! Every case of the fixtures of the Python reference (chronos-forecasting 2.3.2) is within its tolerance, thirty times
//! what float32 rounds in the reference itself; the worst deviation is 0.17 of it. Tokens and greedy paths of Chronos-T5
//! are equal one for one, and what a step draws from is equal to 1e-5. Missing values, contexts of any length, horizons
//! beyond a model's own and levels that it was not trained for follow the reference's rules. One thing cannot be equal:
//! no generator repeats torch's draws, so sample paths are other draws from the same distribution.
//!
//! A series that is all missing has a forecast, by the reference's rule for it; an empty one, and an infinite value, is
//! refused.
//!
//! # How it computes
//!
//! The weights stay in the mapped file (`weights`). Two small vector kernels multiply them in place (`kernel`), shared
//! out by `workers` among threads of the model's own; `attention`, `stack` and the families build on these, on plain
//! slices. candle maps the file and reads its header. Its tensors are not used: they own their numbers, so every weight
//! would be in memory twice, and their products pack weights that are used once. Nothing of candle-transformers' T5 could
//! be kept; `stack` says why.
//!
//! With [`Weighting::Q8`] the linear layers become 8-bit integers with a scale for every 32 of them.
//!
//! # A model of its own
//!
//! `built-in` holds a small Chronos-Bolt model that `cargo xtask train` made, with a card that says from what and what it
//! is worth; [`Model::from_bytes`] reads it where a program has it. [`train`] is how it was made, and how one goes on from
//! it or from a published model on one's own series.
//!
//! # What it costs
//!
//! `cargo bench -p watteau-chronos --bench published` makes random weights in the published sizes and measures one series
//! of 504 values, 24 steps ahead, float32, 20 paths for Chronos-T5. Here it ran on the folders of the reference's own
//! bench, each model right after PyTorch 2.15 (chronos-forecasting 2.3.2) on the same quiet machine: two threads on two
//! virtual cores (AMD EPYC, AVX-512), the least of 15 forecasts, of 12 for PyTorch. Start is from before the process exists
//! to its first forecast, for PyTorch the median of three. The quantiles of both differ by at most 2.6e-7 of the largest, the greedy paths not at all.
//!
//! | model | file, MB | forecast, ms | PyTorch, ms | ratio | start, ms | PyTorch, ms | ratio | peak RSS, MB |
//! |---|---|---|---|---|---|---|---|---|
//! | chronos-t5-tiny | 34 | 51.5 | 360.5 | 7.0 | 59 | 4230 | 72 | 51 |
//! | chronos-t5-mini | 82 | 116.3 | 706.8 | 6.1 | 123 | 4670 | 38 | 111 |
//! | chronos-t5-small | 185 | 221.5 | 1299.6 | 5.9 | 250 | 5820 | 23 | 222 |
//! | chronos-bolt-tiny | 35 | 2.0 | 7.9 | 4.0 | 5 | 3590 | 718 | 39 |
//! | chronos-bolt-mini | 85 | 4.4 | 14.4 | 3.3 | 7 | 3900 | 557 | 85 |
//! | chronos-bolt-small | 191 | 9.0 | 26.6 | 3.0 | 13 | 3630 | 279 | 185 |
//! | chronos-bolt-base | 821 | 37.6 | 104.6 | 2.8 | 45 | 4200 | 93 | 773 |
//! | chronos-2-small | 113 | 6.7 | 26.5 | 4.0 | 10 | 3620 | 362 | 107 |
//! | chronos-2 | 478 | 29.0 | 87.5 | 3.0 | 33 | 3930 | 119 | 430 |
//!
//! The peak counts the pages of the mapped file, which the system may drop at any time. By samples of one thread,
//! page faults of the first forecast included, the product of a few rows takes 78 % for Chronos-Bolt small and base. For
//! Chronos-T5 small it takes 36 %, in the steps of 20 rows, and waiting for its weights, 97 MB a step, 16 %; the products of
//! many rows and those of attention take 33 %, the rest goes to laying out keys, norms, softmax and the draws.
//!
//! Quantised, the peaks are 32 (T5 tiny), 103 (T5 small), 17 (Bolt tiny), 68 (Bolt small), 252 (Bolt base) and 156 MB
//! (Chronos-2). Quantiles move by 0.6 to 0.9 % of the range between those of 0.1 and 0.9 for Chronos-Bolt and Chronos-2; for
//! Chronos-T5, whose draws then fall out differently too, by 4 to 6 %. Measured beside other jobs, a forecast took up to
//! twice as long as in float32, and loading a third of a second for every 190 MB: the gain is memory.

#![allow(clippy::many_single_char_names, reason = "x, w, q, k and v are what the papers call them")]
#![cfg_attr(test, allow(clippy::float_cmp, reason = "what must be exact is compared exactly"))]
#![allow(clippy::inline_always, reason = "only what is inlined is compiled for the vectors that were found")]

mod attention;
mod bolt;
mod chronos2;
pub mod config;
mod error;
mod kernel;
mod math;
mod model;
mod packed;
mod patches;
mod quantiles;
mod rope;
mod rows;
pub mod sampling;
mod stack;
mod t5;
mod task;
pub mod tokens;
pub mod train;
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
