//! `watteau verify [FILE]`: reads everything that is kept, or a backup, and says what is damaged.

use super::{Exit, Global, client::Client, output};
use crate::api::StoreCheck;
use anyhow::Context as _;
use clap::Args;
use std::path::PathBuf;
use watteau_store::Store;

/// Arguments of `watteau verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// A backup, instead of the store in use.
    file: Option<PathBuf>,
}

impl Verify {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let Some(file) = self.file else {
            let found: StoreCheck = Client::existing(global).await?.get("/api/v1/verification", &[]).await?;
            return print(global, "the store", &found);
        };
        let found = Store::inspect(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        print(global, &file.display().to_string(), &found.into())
    }
}

/// Says what was found; damage is a failure.
pub(super) fn print(global: &Global, what: &str, found: &StoreCheck) -> anyhow::Result<Exit> {
    if global.json {
        output::print_json(found)?;
    } else {
        let StoreCheck { points, blocks, rows, .. } = found;
        let (points, blocks) = (output::counted(*points, "point"), output::counted(*blocks, "block"));
        let rows = output::counted(*rows, "other row");
        output::print_raw(&format!("{what}: {points} in {blocks} and {rows} read\n"))?;
        for damage in &found.damaged {
            output::print_raw(&format!("damaged: {damage}\n"))?;
        }
        if found.set_aside > 0 {
            let blocks = output::counted(found.set_aside, "damaged block");
            output::print_raw(&format!("set aside earlier: {blocks}\n"))?;
        }
        output::print_raw(if found.sound {
            "everything is as it was written\n"
        } else {
            "the rest is served as ever\n"
        })?;
    }
    Ok(if found.sound { Exit::Ok } else { Exit::Failed })
}
