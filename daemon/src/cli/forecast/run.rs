//! `watteau forecast run TARGET`: tomorrow, now.

use super::{
    super::{Exit, Global, client::Client, output},
    show::{Day, print},
};
use bytes::Bytes;
use clap::Args;

/// Arguments of `watteau forecast run`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Run {
    /// The series to forecast.
    target: String,
    /// As for this local time of issue; the last of the job's that has passed today by default.
    #[arg(long, value_name = "HH:MM")]
    at: Option<String>,
}

impl Run {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let client = Client::existing(global).await?;
        let mut query = vec![("target", self.target)];
        query.extend(self.at.map(|at| ("at", at)));
        let body: serde_json::Value = client.post("/api/v1/forecasts/run", &query, Bytes::new()).await?;
        if global.json {
            output::print_json(&body)?;
            return Ok(Exit::Ok);
        }
        let day: Day = serde_json::from_value(body)?;
        // The one just made, and not what earlier ones said.
        let made = day.runs.iter().rfind(|run| run.model == "watteau");
        print(&day, made.into_iter(), &client.zone().await?)?;
        Ok(Exit::Ok)
    }
}
