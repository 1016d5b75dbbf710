//! `watteau connector`: runs one, begins a new one, tells what one asks for.

mod inspect;
mod new;
mod pack;
mod run;

use super::{Exit, Global};
use clap::Subcommand;

/// Arguments of `watteau connector`.
#[derive(Debug, Subcommand)]
pub(super) enum Connector {
    /// Runs a connector now, until it has caught up or its quota stops it.
    Run(run::Run),
    /// Begins a connector of your own: a small one that builds, and its tests.
    New(new::New),
    /// Says what a connector asks for, before any of its code runs.
    Inspect(inspect::Inspect),
    /// Puts a manifest into a component that was not made with the Rust SDK.
    Pack(pack::Pack),
}

impl Connector {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::Run(command) => command.run(global).await,
            Self::New(command) => command.run(global),
            Self::Inspect(command) => command.run(global),
            Self::Pack(command) => command.run(global),
        }
    }
}
