//! Training of Chronos-Bolt models: from nothing, or on from a published one.
//!
//! [`fit`] makes a network learn from windows that a function draws; [`data`] has such functions, for real series and
//! invented ones. [`finetune`] is the whole way from a model's folder and one's own series to another folder.
//!
//! # How it learns
//!
//! The loss is the reference's: the pinball loss of all levels, of targets in units of their context's mean and
//! deviation. AdamW, a linear warm-up and a cosine, gradients clipped by their norm together. A running mean of the
//! weights is what is checked on held-out windows and what is kept, at its best; on a year of a noisy series the mean is
//! always ahead of the weights it is the mean of.
//!
//! # How it computes
//!
//! candle's tensors and their gradients, with operations of our own for what it has no fast one for (`ops`). A step's
//! windows are cut into shards that fit into a cache; each thread computes whole shards, since candle works elementwise
//! on one thread only. Everything random comes from the seed, the step and the shard, and sums are taken in the order
//! of shards: the same settings give the same weights on any number of threads of the same kind of processor.
//!
//! With the feature `cuda` candle's own CUDA device can be given to [`Network::random`] and [`Network::read`]; the
//! feature needs the CUDA toolkit to build, and shards are then best as large as the batch.

mod batch;
pub mod data;
mod dropout;
mod error;
mod finetune;
mod fit;
mod lanes;
mod network;
mod ops;
mod store;

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

pub use self::{
    batch::Batch,
    dropout::Dropout,
    error::TrainError,
    finetune::{Finetune, Report, finetune},
    fit::{Fitted, Progress, Settings, evaluate, fit},
    network::Network,
    store::{Precision, config_json, save},
};

/// A draw from the standard normal distribution, by the method of Box and Muller.
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    (radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()) as f32
}
