//! `watteau model pull NAME`.

use super::{Exit, Global, library, name, output};
use crate::models::{self, Hub, Name};
use clap::Args;
use indicatif::HumanBytes;

/// Arguments of `watteau model pull`.
#[derive(Debug, Args)]
#[command(after_help = "A proxy is taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")]
pub(in crate::cli) struct Pull {
    /// owner/name, or the name alone for those that `watteau model list` has.
    #[arg(value_name = "NAME", value_parser = name)]
    model: Name,
    /// Takes this branch, tag or commit.
    #[arg(long, value_name = "REVISION", default_value = "main")]
    revision: String,
    /// Asks a mirror instead of the hub of Hugging Face.
    #[arg(long, value_name = "URL", env = "HF_ENDPOINT")]
    mirror: Option<String>,
}

impl Pull {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let (library, hub) = (library(global)?, Hub::new(self.mirror.as_deref())?);
        let bar = output::download_progress(&self.model.to_string());
        let record = models::pull(&hub, &library, &self.model, &self.revision, |progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            bar.set_message(progress.file.to_owned());
        })
        .await;
        bar.finish_and_clear();
        let record = record?;
        let folder = library.folder(&self.model);
        if global.json {
            output::print_json(&serde_json::json!({ "path": folder, "record": record }))?;
        } else {
            let bytes = record.files.iter().map(|file| file.size).sum();
            output::print_raw(&format!(
                "{} is here: {}, {}\n",
                self.model,
                HumanBytes(bytes),
                folder.display()
            ))?;
        }
        Ok(Exit::Ok)
    }
}
