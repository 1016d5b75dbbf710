//! What every command that loads a model may choose.

use clap::Args;
use std::num::NonZero;
use watteau_chronos::{LoadOptions, Weighting};

/// How to compute.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Compute {
    /// Computes on so many threads; as many as there are cores.
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
    /// Turns the weights into 8-bit integers: a quarter of the memory, a little less exact.
    #[arg(long)]
    q8: bool,
}

impl Compute {
    pub(super) fn options(&self) -> LoadOptions {
        let weights = if self.q8 { Weighting::Q8 } else { Weighting::AsStored };
        LoadOptions { threads: self.threads, weights }
    }
}
