//! What can go wrong, in the words of whoever has to act on it.

use std::path::PathBuf;

/// Why a folder is no model that this crate can run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file of the model cannot be read.
    #[error("{} cannot be read; a model folder holds config.json and model.safetensors", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// `config.json` is not the JSON of a Chronos model.
    #[error("config.json is not the configuration of a Chronos model")]
    Json(#[source] serde_json::Error),
    /// `config.json` can be read, but this crate does not run such a model.
    #[error("config.json: {0}")]
    Unsupported(String),
    /// `model.safetensors` cannot be mapped, is cut off, or has a damaged header.
    #[error("model.safetensors is damaged or incomplete; download the model again")]
    Weights(#[source] candle_core::Error),
    /// A tensor that the configuration asks for is not in the file.
    #[error("model.safetensors has no tensor {name}; it does not belong to this config.json")]
    MissingTensor {
        /// Its name.
        name: String,
    },
    /// A tensor has another shape than the configuration says.
    #[error(
        "model.safetensors: {name} has the shape {found:?} where config.json asks for {expected:?}; the two files do not belong together"
    )]
    Shape {
        /// Its name.
        name: String,
        /// What config.json says.
        expected: Vec<usize>,
        /// What the file has.
        found: Vec<usize>,
    },
    /// A tensor's numbers are of a kind that is not read.
    #[error("model.safetensors: {name} holds {dtype} where F32, F16 or BF16 is read")]
    Dtype {
        /// Its name.
        name: String,
        /// What it holds.
        dtype: String,
    },
    /// The threads that compute could not be started.
    #[error("the threads for forecasts cannot be started")]
    Threads(#[source] rayon::ThreadPoolBuildError),
}

/// Why a forecast was not made. Nothing is half done: the same model answers the next request.
#[derive(Debug, thiserror::Error)]
pub enum PredictError {
    /// What was asked makes no sense; the sentence says which series and what to change.
    #[error("{0}")]
    Invalid(String),
    /// The model's family cannot use what was given.
    #[error("{family} models do not use {what}; take a Chronos-2 model, or leave them out")]
    NotUsed {
        /// The family's name.
        family: &'static str,
        /// What it cannot use.
        what: &'static str,
    },
    /// The network gave something that is no number.
    #[error(
        "the forecast is not finite; the values are too large for float32, or the model's weights are damaged"
    )]
    NotFinite,
}
