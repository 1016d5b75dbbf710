//! What can go wrong in training, in the words of whoever has to act on it.

use std::path::PathBuf;

use crate::error::LoadError;

/// Why a model was not trained. Nothing that was there before is changed.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The model to start from cannot be loaded.
    #[error("the model to start from cannot be loaded")]
    Load(#[from] LoadError),
    /// The model to start from is not Chronos-Bolt.
    #[error("only Chronos-Bolt models can be trained, and this is {0}")]
    Family(&'static str),
    /// A setting makes no sense; the sentence says which and what to change.
    #[error("{0}")]
    Invalid(String),
    /// The series are too short to learn from and to check the result on.
    #[error(
        "there are {found} known values, and at least {needed} are needed to learn from some and to check the result on the others"
    )]
    TooLittle {
        /// Values that are known.
        found: usize,
        /// Values that are needed.
        needed: usize,
    },
    /// The result would replace the model it was made from.
    #[error("{} is the model to start from; give another folder for the result", .0.display())]
    OverSource(PathBuf),
    /// A file cannot be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The loss is no number any more.
    #[error("the loss is not finite after {steps} steps; take a lower learning rate")]
    Diverged {
        /// Steps that were made.
        steps: usize,
    },
    /// Whoever asked for it wants no more of it.
    #[error("training was cancelled")]
    Cancelled,
    /// The tensors cannot be computed.
    #[error("the network cannot be computed")]
    Tensor(#[from] candle_core::Error),
}
