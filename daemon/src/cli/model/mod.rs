//! `watteau model …`: the forecasting models of this machine.

mod bench;
mod cases;
mod compute;
mod finetune;
mod list;
mod predict;
mod pull;
mod verify;

use super::{Exit, Global, output};
use crate::models::{Library, Name, State, built_in};
use anyhow::Context as _;
use clap::Subcommand;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What to do with models.
#[derive(Debug, Subcommand)]
pub(super) enum Model {
    /// Lists the published models, and which of them are here.
    List,
    /// Downloads a published model, or goes on where a download stopped.
    Pull(pull::Pull),
    /// Compares the files of a model with what came, and loads it.
    Verify(verify::Verify),
    /// Measures what a forecast takes on this machine.
    Bench(bench::Bench),
    /// Forecasts the series of a file.
    Predict(predict::Predict),
    /// Goes on training a Chronos-Bolt model on series of your own.
    Finetune(finetune::Finetune),
}

impl Model {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::List => list::run(global),
            Self::Pull(command) => command.run(global).await,
            Self::Verify(command) => command.run(global),
            Self::Bench(command) => command.run(global),
            Self::Predict(command) => command.run(global),
            Self::Finetune(command) => command.run(global).await,
        }
    }
}

/// The folder of models of the configuration.
fn library(global: &Global) -> anyhow::Result<Library> {
    let loaded = output::load_config(&global.sources(), global)?;
    Ok(Library::of(&loaded.config.store.dir))
}

/// Where the files of a model lie; those of the built-in one for as long as this lives.
struct Folder {
    path: PathBuf,
    _laid_out: Option<tempfile::TempDir>,
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}

/// The folder of a model: of the built-in one, of one that is here by its name, or any other.
fn folder(global: &Global, text: &str) -> anyhow::Result<Folder> {
    let lying = |path: PathBuf| Ok(Folder { path, _laid_out: None });
    let folder = PathBuf::from(text);
    if folder.join("config.json").is_file() {
        return lying(folder);
    }
    if text == built_in::NAME {
        let scratch = tempfile::tempdir().context("a folder for the built-in model cannot be made")?;
        for (name, bytes) in built_in::files() {
            fs::write(scratch.path().join(name), bytes).context("the built-in model cannot be laid out")?;
        }
        return Ok(Folder { path: scratch.path().to_owned(), _laid_out: Some(scratch) });
    }
    let Ok(name) = text.parse::<Name>() else {
        anyhow::bail!("{text} is no folder of a model (config.json, model.safetensors), and no name of one")
    };
    let library = library(global)?;
    match library.state(&name) {
        State::Here { .. } => lying(library.folder(&name)),
        _ => anyhow::bail!("{name} is not here: watteau model pull {name} fetches it"),
    }
}

/// Reads the name of a model.
fn name(text: &str) -> Result<Name, String> {
    text.parse().map_err(|error: crate::models::NotAName| error.to_string())
}
