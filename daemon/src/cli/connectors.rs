//! `watteau connectors`: the state of each, its last error in words, its next run and quota.

use super::{Exit, Global, client::Client, output};
use crate::model::{Condition, ConnectorState};

pub(super) async fn run(global: &Global) -> anyhow::Result<Exit> {
    let client = Client::open(global).await?;
    let body: serde_json::Value = client.get("/api/v1/connectors", &[]).await?;
    if global.json {
        output::print_json(&body)?;
        return Ok(Exit::Ok);
    }
    let zone = client.zone().await?;
    let states: Vec<ConnectorState> = serde_json::from_value(body)?;
    if states.is_empty() {
        eprintln!("No connector yet: add a [connectors.NAME] table to the configuration.");
    }
    let instant = |text: &Option<String>| {
        text.as_deref()
            .and_then(|t| t.parse::<jiff::Timestamp>().ok())
            .map_or_else(|| "-".to_owned(), |t| output::local(t.as_second(), &zone))
    };
    let rows = states.iter().map(|state| {
        let quota =
            state.quota.as_ref().map_or_else(|| "-".to_owned(), |q| format!("{}/{}", q.used, q.calls));
        [
            state.name.clone(),
            format!("{} {}", state.plugin, state.version),
            word(state.state).to_owned(),
            instant(&state.last_success),
            instant(&state.next_run),
            quota,
        ]
    });
    output::table(["connector", "plugin", "state", "last success", "next run", "calls"], rows)?;
    for state in &states {
        println!("\n{}: {}", state.name, state.text.en);
        let troubles = state.error.iter().chain(state.feeds.iter().filter_map(|feed| feed.error.as_ref()));
        for trouble in troubles {
            println!("  {}", trouble.message.en);
            if let Some(what) = &trouble.what_to_do {
                println!("  {}", what.en);
            }
            println!(
                "  since {}, {} tries, next try {}",
                instant(&Some(trouble.since.clone())),
                trouble.tries,
                instant(&trouble.next_try)
            );
        }
    }
    Ok(Exit::Ok)
}

pub(super) const fn word(state: Condition) -> &'static str {
    match state {
        Condition::Ok => "ok",
        Condition::Running => "running",
        Condition::Waiting => "waiting",
        Condition::Attention => "your turn",
        Condition::Failed => "failed",
        Condition::Disabled => "off",
        Condition::NeverRun => "never run",
    }
}
