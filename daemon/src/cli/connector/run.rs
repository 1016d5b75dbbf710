//! `watteau connector run NAME`: a run now, until caught up or stopped by the quota, with its progress.

use crate::cli::{
    Exit, Global,
    client::{self, Client},
    connectors::word,
    output,
};
use crate::model::{ConnectorState, RunRecord};
use clap::Args;
use futures_util::StreamExt as _;
use std::fmt::Write as _;

/// Arguments of `watteau connector run`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Run {
    /// The instance's name in the configuration.
    name: String,
    /// Fetches and checks, and writes nothing.
    #[arg(long = "dry-run")]
    rehearse: bool,
    /// Asks again for every day from this one on, whatever is kept already.
    #[arg(long, value_name = "DATE")]
    since: Option<jiff::civil::Date>,
}

impl Run {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let Self { name, rehearse: dry_run, since } = self;
        let client = Client::open(global).await?;
        let mut query = vec![("wait", "true".to_owned()), ("dry_run", dry_run.to_string())];
        query.extend(since.map(|since| ("since", since.to_string())));
        let path = format!("/api/v1/connectors/{}/run", client::encode(&name));

        let bar = output::progress(&name);
        let mut events = client.events().await?;
        let run = client.post::<RunRecord>(&path, &query, bytes::Bytes::new());
        tokio::pin!(run);
        let record = loop {
            tokio::select! {
                record = &mut run => break record,
                Some(event) = events.next() => output::show_progress(&bar, &name, &event),
            }
        };
        bar.finish_and_clear();
        let record = record?;

        let states: Vec<ConnectorState> = client.get("/api/v1/connectors", &[]).await?;
        let state = states.into_iter().find(|state| state.name == name);
        if global.json {
            output::print_json(&serde_json::json!({ "run": record, "connector": state }))?;
        } else {
            let wrote = if dry_run { "would be written" } else { "written" };
            let RunRecord { new, corrected, unchanged, refused, .. } = &record;
            let mut text = format!(
                "{name}: {new} new, {corrected} corrected ({wrote}), {unchanged} unchanged, {refused} refused\n"
            );
            for problem in &record.problems {
                let _ = writeln!(text, "{}", problem.en);
            }
            // A rehearsal changes nothing of it.
            if let Some(state) = state.filter(|state| !dry_run && !record.problems.contains(&state.text)) {
                let _ = writeln!(text, "{}: {}", word(state.state), state.text.en);
            }
            output::print_raw(&text)?;
        }
        Ok(if record.ok { Exit::Ok } else { Exit::Failed })
    }
}
