//! `watteau model …`: the forecasting models of this machine.

mod list;
mod pull;
mod verify;

use super::{Exit, Global, output};
use crate::models::{Library, Name};
use clap::Subcommand;

/// What to do with models.
#[derive(Debug, Subcommand)]
pub(super) enum Model {
    /// Lists the published models, and which of them are here.
    List,
    /// Downloads a published model, or goes on where a download stopped.
    Pull(pull::Pull),
    /// Compares the files of a model with what came.
    Verify(verify::Verify),
}

impl Model {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::List => list::run(global),
            Self::Pull(command) => command.run(global).await,
            Self::Verify(command) => command.run(global),
        }
    }
}

/// The folder of models of the configuration.
fn library(global: &Global) -> anyhow::Result<Library> {
    let loaded = output::load_config(&global.sources(), global)?;
    Ok(Library::of(&loaded.config.store.dir))
}

/// Reads the name of a model.
fn name(text: &str) -> Result<Name, String> {
    text.parse().map_err(|error: crate::models::NotAName| error.to_string())
}
