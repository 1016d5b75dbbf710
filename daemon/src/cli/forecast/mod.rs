//! `watteau forecast …`: tomorrow, what was said of it, and how good it was.

mod backtest;
mod run;
mod show;

use super::{Exit, Global};
use clap::Subcommand;

/// What to do with forecasts.
#[derive(Debug, Subcommand)]
pub(super) enum Forecast {
    /// Forecasts tomorrow now, and keeps it.
    Run(run::Run),
    /// Shows the forecasts of a day that are kept.
    Show(show::Show),
    /// Forecasts every day of a period again, with what was known then, and scores it.
    Backtest(backtest::Backtest),
}

impl Forecast {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        match self {
            Self::Run(command) => command.run(global).await,
            Self::Show(command) => command.run(global).await,
            Self::Backtest(command) => command.run(global).await,
        }
    }
}
