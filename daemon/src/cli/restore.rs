//! `watteau restore FILE`: puts a backup in the place of the store.

use super::{Exit, Global, output};
use anyhow::{Context as _, bail};
use clap::Args;
use std::{
    fs, io,
    os::unix::fs::{MetadataExt as _, chown},
    path::{Path, PathBuf},
};
use tokio::net::UnixStream;
use watteau_store::Store;

/// Arguments of `watteau restore`.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup; it is only read.
    file: PathBuf,
    /// Takes the place of a store that is there; that one is kept beside it under another name.
    #[arg(long)]
    replace: bool,
}

impl Restore {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        if !self.file.try_exists().with_context(|| format!("{} cannot be looked at", self.file.display()))? {
            bail!("there is no {}; name a file that `watteau backup FILE` wrote", self.file.display());
        }
        let sources = global.sources();
        let config = output::load_config(&sources, global)?.config;
        if UnixStream::connect(&config.server.socket).await.is_ok() {
            bail!(
                "the daemon is running and owns the store; stop it first: {}",
                sources.installation().stop()
            );
        }
        let folder = &config.store.dir;
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let store = config.store.file();
        let there = store.try_exists().with_context(|| format!("{} cannot be looked at", store.display()))?;
        if there && !self.replace {
            bail!(
                "{} is there already; --replace puts the backup in its place and keeps it beside",
                store.display()
            );
        }
        let aside = Store::restore(&self.file, &store, self.replace)
            .with_context(|| format!("{} was not restored", self.file.display()))?;
        give_to_owner_of(folder, &store)
            .with_context(|| format!("{} has the wrong owner", store.display()))?;
        if global.quiet == 0 {
            eprintln!("{} holds what {} does", store.display(), self.file.display());
            if let Some(aside) = aside {
                eprintln!("what was there is now {}", aside.display());
            }
        }
        Ok(Exit::Ok)
    }
}

/// What root restored must be the daemon's.
fn give_to_owner_of(folder: &Path, store: &Path) -> io::Result<()> {
    let (folder, file) = (fs::metadata(folder)?, fs::metadata(store)?);
    if (folder.uid(), folder.gid()) == (file.uid(), file.gid()) || !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    chown(store, Some(folder.uid()), Some(folder.gid()))
}
