//! `watteau model list`.

use super::{Exit, Global, library, output};
use crate::models::{CATALOGUE, Name, State, built_in};
use indicatif::HumanBytes;
use serde_json::json;
use std::collections::BTreeSet;

pub(super) fn run(global: &Global) -> anyhow::Result<Exit> {
    let library = library(global)?;
    let here: BTreeSet<Name> = library.names().into_iter().collect();
    let known: Vec<Name> = CATALOGUE.iter().filter_map(|known| known.name.parse().ok()).collect();
    let others = here.iter().filter(|name| !known.contains(name));
    let rows = known.iter().chain(others).map(|name| {
        let published = CATALOGUE.iter().find(|known| known.name == name.to_string());
        (name, published, library.state(name))
    });
    let built_in_bytes: usize = built_in::files().iter().map(|(_, bytes)| bytes.len()).sum();
    if global.json {
        let first = json!({
            "name": built_in::NAME,
            "family": "Chronos-Bolt",
            "parameters": null,
            "path": null,
            "state": "built_in",
            "bytes": built_in_bytes,
        });
        let rows: Vec<_> = rows
            .map(|(name, published, state)| {
                let mut row = json!({
                    "name": name.to_string(),
                    "family": published.map(|known| known.family),
                    "parameters": published.map(|known| (known.parameters * 1e6).round()),
                    "path": library.folder(name),
                });
                if let (Some(row), Ok(serde_json::Value::Object(state))) =
                    (row.as_object_mut(), serde_json::to_value(&state))
                {
                    row.extend(state);
                }
                row
            })
            .collect();
        let rows: Vec<_> = std::iter::once(first).chain(rows).collect();
        output::print_json(&rows)?;
        return Ok(Exit::Ok);
    }
    let rows = rows.map(|(name, published, state)| {
        let state = match state {
            State::Absent => "-".to_owned(),
            State::Partial { bytes } => format!("{} so far", HumanBytes(bytes)),
            State::Here { bytes } => format!("here, {}", HumanBytes(bytes)),
        };
        [
            name.to_string(),
            published.map_or("-", |known| known.family).to_owned(),
            published.map_or_else(|| "-".to_owned(), |known| format!("{} M", known.parameters)),
            published.map_or_else(|| "-".to_owned(), |known| format!("{} MB", known.megabytes())),
            state,
        ]
    });
    let dash = || "-".to_owned();
    let built_in = [
        built_in::NAME.to_owned(),
        "Chronos-Bolt".to_owned(),
        dash(),
        dash(),
        format!("built in, {}", HumanBytes(built_in_bytes as u64)),
    ];
    let rows = std::iter::once(built_in).chain(rows);
    output::table(["model", "family", "parameters", "download", "state"], rows)?;
    Ok(Exit::Ok)
}
