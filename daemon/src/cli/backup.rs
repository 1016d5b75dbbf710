//! `watteau backup FILE`: a whole copy of the store, made while the daemon goes on.

use super::{Exit, Global, client::Client, receive, verify};
use anyhow::{Context as _, bail};
use clap::Args;
use std::path::PathBuf;
use watteau_store::Store;

/// Arguments of `watteau backup`.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Where to write it; nothing may be there.
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let Self { file } = self;
        if file.try_exists().with_context(|| format!("{} cannot be looked at", file.display()))? {
            bail!("{} is there already, and nothing is overwritten; name another file", file.display());
        }
        let client = Client::existing(global).await?;
        let body = client.download("/api/v1/backup", &[]).await?;
        receive::backup(body, &file).await?;
        // It was read back where it was made; this is what reached the disk.
        let found =
            Store::inspect(&file).with_context(|| format!("{} cannot be read back", file.display()))?;
        verify::print(global, &file.display().to_string(), &found.into())
    }
}
