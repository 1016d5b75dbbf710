//! `watteau run`: the daemon.

use super::{Exit, Global};
use crate::{
    config::{self, Config, Sources},
    supervisor::{Daemon, Mode, shutdown},
};
use clap::Args;
use std::{net::SocketAddr, path::Path};

/// Arguments of `watteau run`.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// The address to listen on, instead of the configuration's.
    #[arg(long, value_name = "ADDR", value_parser = config::listen_address)]
    listen: Option<SocketAddr>,
}

impl Run {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let mut sources = global.own_sources();
        sources.listen = self.listen;
        let loaded = config::load(&sources)?;
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        say_sources(&sources, &loaded.config);
        let daemon = Daemon::build(loaded, Mode::Service(sources)).await?;
        daemon.serve(shutdown::signal()?).await?;
        tracing::info!("stopped, and the store is closed");
        Ok(Exit::Ok)
    }
}

/// Where the settings and the store are, so that nobody has to guess which ones a daemon runs on.
fn say_sources(sources: &Sources, config: &Config) {
    let files = sources.files();
    if !files.is_empty() {
        tracing::info!("settings: {}", listed(&files, ", "));
    } else if config.connectors.is_empty() {
        tracing::warn!(
            "there is no configuration file at {}, and nothing is read until there is one: write it, and start again",
            listed(&sources.places(), " or "),
        );
    }
    tracing::info!("store: {}", listed(&[config.store.file()], ""));
}

/// Whole paths: whoever reads the journal later is elsewhere.
fn listed(paths: &[impl AsRef<Path>], between: &str) -> String {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    paths.iter().map(|path| whole(path.as_ref()).display().to_string()).collect::<Vec<_>>().join(between)
}
