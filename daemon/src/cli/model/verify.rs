//! `watteau model verify NAME`.

use super::{Exit, Global, library, name, output};
use crate::models::{Name, State, built_in};
use anyhow::Context as _;
use clap::Args;
use watteau_chronos::{LoadOptions, Model};

/// Arguments of `watteau model verify`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    /// owner/name, the name alone for those that `watteau model list` has, or `chronos` for the built-in one.
    #[arg(value_name = "NAME", value_parser = named)]
    model: String,
}

/// The name of a model, or of the built-in one.
fn named(text: &str) -> Result<String, String> {
    if text == built_in::NAME { Ok(text.to_owned()) } else { name(text).map(|_| text.to_owned()) }
}

impl Verify {
    /// The one that came with the program has nothing to be compared with but itself.
    fn built_in(global: &Global) -> anyhow::Result<Exit> {
        built_in::load(None).context("the built-in model cannot be loaded: install watteau again")?;
        let hash = built_in::hash();
        if global.json {
            output::print_json(&serde_json::json!({ "sound": true, "wrong": [], "sha256": hash }))?;
        } else {
            output::print_raw(&format!(
                "{} is built in and can be loaded, SHA-256 {hash}\n",
                built_in::NAME
            ))?;
        }
        Ok(Exit::Ok)
    }

    pub(super) fn run(self, global: &Global) -> anyhow::Result<Exit> {
        if self.model == built_in::NAME {
            return Self::built_in(global);
        }
        let library = library(global)?;
        let model: Name = self.model.parse()?;
        match library.state(&model) {
            State::Here { .. } => {}
            State::Partial { .. } => {
                anyhow::bail!("{model} is not here as a whole: watteau model pull {model} goes on with it")
            }
            State::Absent => anyhow::bail!("{model} is not here: watteau model pull {model} fetches it"),
        }
        let record = library.record(&model)?;
        let mut wrong = record.as_ref().map(|record| library.differences(&model, record)).unwrap_or_default();
        if let Err(error) = Model::load(library.folder(&model), &LoadOptions::default()) {
            wrong.push(format!("it cannot be loaded: {:#}", anyhow::Error::from(error)));
        }
        if global.json {
            output::print_json(
                &serde_json::json!({ "sound": wrong.is_empty(), "wrong": wrong, "record": record }),
            )?;
        } else {
            for wrong in &wrong {
                output::print_raw(&format!("{wrong}\n"))?;
            }
            output::print_raw(&match (&record, wrong.is_empty()) {
                (_, false) => {
                    format!("{model} cannot be used as it is: watteau model pull {model} fetches it anew\n")
                }
                (Some(record), true) => format!("{model} is as it came, revision {}\n", record.revision),
                (None, true) => format!(
                    "{model} can be loaded; it was put here by hand, with nothing to compare it with\n"
                ),
            })?;
        }
        Ok(if wrong.is_empty() { Exit::Ok } else { Exit::Failed })
    }
}
