//! `watteau connectors`: the state of each, its last error in words, its next run and quota.

use super::{Exit, Global, client::Client, output, refused};
use crate::model::{Condition, ConnectorState};
use std::{fmt::Write as _, path::Path};

pub(super) async fn run(global: &Global) -> anyhow::Result<Exit> {
    let client = Client::read(global).await?;
    let body: serde_json::Value = client.get("/api/v1/connectors", &[]).await?;
    if global.json {
        output::print_json(&body)?;
        return Ok(Exit::Ok);
    }
    if !client.is_the_daemon() && global.quiet == 0 {
        eprintln!("The daemon is not running; this is what it last knew.");
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
    let past = refused::past(&client).await;
    let mut text = String::new();
    for state in &states {
        let _ = writeln!(text, "\n{}: {}", state.name, state.text.en);
        let troubles = state.error.iter().chain(state.feeds.iter().filter_map(|feed| feed.error.as_ref()));
        for trouble in troubles {
            if trouble.message != state.text {
                let _ = writeln!(text, "  {}", trouble.message.en);
            }
            if let Some(what) = &trouble.what_to_do {
                let _ = writeln!(text, "  {}", what.en);
            }
            let since = instant(&Some(trouble.since.clone()));
            let tries =
                if trouble.tries == 1 { "once".to_owned() } else { format!("{} times", trouble.tries) };
            let _ = writeln!(text, "  since {since}, tried {tries}, next try {}", instant(&trouble.next_try));
        }
        let files = state.watch.as_deref().and_then(|folder| refused::of(Path::new(folder), &past));
        if let Some(files) = files {
            let _ = writeln!(text, "  {}\n  {}", files.sentence(), refused::ADVICE);
        }
    }
    output::print_raw(&text)?;
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
