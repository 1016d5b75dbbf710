//! Training of Chronos-Bolt models: from nothing, or on from a published one.
//!
//! [`fit()`] makes a network learn from windows that a function draws; [`data`] has such functions, for real series and
//! invented ones. [`finetune()`] is the whole way from a model's folder and one's own series to another folder.
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
//! Where the environment has `RAYON_NUM_THREADS=1` and `CANDLE_NUM_THREADS=1`, threads do not wait for candle's own: on
//! two busy cores that was several times as fast. A model of 1.5 million weights with 672 hours of context then learnt
//! from 1000 windows in two seconds of processor time (AVX-512).
//!
//! A program that does not train does not carry this: the example `forecast` has 1.5 MB, `finetune` 5.4 MB. Hence no
//! feature to leave it out.
//!
//! With the feature `cuda`, which needs the CUDA toolkit to build, [`device`] is the first CUDA device; shards are then
//! best as large as the batch. That path has candle's own operations throughout; it was never run here, where no such
//! device is.

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

use candle_core::Device;
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

/// The device to train on: the first CUDA device with the feature `cuda`, if there is one, else the CPU.
pub fn device() -> Result<Device, TrainError> {
    Ok(Device::cuda_if_available(0)?)
}

/// A draw from the standard normal distribution, by the method of Box and Muller.
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    (radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()) as f32
}
