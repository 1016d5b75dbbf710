//! `watteau run`: the daemon.

use super::{Exit, Global};
use crate::supervisor::{Daemon, Mode, shutdown};
use clap::Args;
use std::net::SocketAddr;

/// Arguments of `watteau run`.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// The address to listen on, instead of the configuration's.
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

impl Run {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let mut sources = global.sources();
        sources.listen = self.listen;
        let loaded = crate::config::load(&sources)?;
        for warning in &loaded.warnings {
            tracing::warn!("{warning}");
        }
        let daemon = Daemon::build(loaded, Mode::Service(sources)).await?;
        daemon.serve(shutdown::signal()?).await?;
        Ok(Exit::Ok)
    }
}
