//! `watteau series`: what is kept, since when, and the latest value.

use super::{Exit, Global, client::Client, output};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    unit: String,
    kind: String,
    points: u64,
    first: Option<i64>,
    latest: Option<Latest>,
}

#[derive(Debug, Deserialize)]
struct Latest {
    start: i64,
    value: f64,
}

pub(super) async fn run(global: &Global) -> anyhow::Result<Exit> {
    let client = Client::read(global).await?;
    let body: serde_json::Value = client.get("/api/v1/series", &[]).await?;
    if global.json {
        output::print_json(&body)?;
        return Ok(Exit::Ok);
    }
    let zone = client.zone().await?;
    let rows: Vec<Row> = serde_json::from_value(body)?;
    if rows.is_empty() {
        eprintln!("No series yet: configure a connector, or import a file.");
    }
    // A connector declares all that its source may give; what never came only hides what did.
    let (kept, empty): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.points > 0);
    let rows = if kept.is_empty() {
        empty
    } else {
        if !empty.is_empty() && global.quiet == 0 {
            eprintln!("{} more series hold no point yet.", empty.len());
        }
        kept
    };
    let rows = rows.into_iter().map(|row| {
        let (last, value) = row.latest.map_or_else(Default::default, |latest| {
            (output::local(latest.start, &zone), quantity(latest.value, &row.unit))
        });
        let first = row.first.map_or_else(String::new, |first| output::local(first, &zone));
        [row.id, row.kind, row.points.to_string(), first, last, value]
    });
    output::table(["series", "kind", "points", "first", "last", "latest value"], rows)?;
    Ok(Exit::Ok)
}

/// A value in its unit; a number of something has none.
fn quantity(value: f64, unit: &str) -> String {
    let number = output::number(value);
    if unit == "1" { number } else { format!("{number} {unit}") }
}
