//! `watteau regression …`: what the weather explains of a series, and what it does not.

mod print;

use super::{Exit, Global, client, client::Client, output};
use bytes::Bytes;
use clap::Subcommand;

/// What to do with regressions.
#[derive(Debug, Subcommand)]
pub(super) enum Regression {
    /// Lists the regressions of the configuration and how each stands.
    List,
    /// Shows one: coefficients, months beside what was expected, changes, events and odd days.
    Show {
        /// The job's name.
        name: String,
    },
    /// Fits one now, and keeps the fit.
    Fit {
        /// The job's name.
        name: String,
    },
}

impl Regression {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let (body, show): (serde_json::Value, _) = match self {
            Self::List => {
                let client = Client::read(global).await?;
                (client.get("/api/v1/regressions", &[]).await?, false)
            }
            Self::Show { name } => {
                let client = Client::read(global).await?;
                (client.get(&format!("/api/v1/regressions/{}", client::encode(&name)), &[]).await?, true)
            }
            Self::Fit { name } => {
                let client = Client::existing(global).await?;
                let path = format!("/api/v1/regressions/{}/fit", client::encode(&name));
                (client.post(&path, &[], Bytes::new()).await?, true)
            }
        };
        if global.json {
            output::print_json(&body)?;
        } else if show {
            print::detail(&serde_json::from_value(body)?)?;
        } else {
            print::list(&serde_json::from_value::<Vec<_>>(body)?)?;
        }
        Ok(Exit::Ok)
    }
}
