//! `watteau import FILE…`: files named on purpose, recognised by content.

use super::{Exit, Global, client::Client, output, problem::Problem};
use crate::model::{ImportReport, ImportStatus};
use anyhow::{Context as _, bail};
use bytes::Bytes;
use clap::Args;
use serde_json::{Value, json};
use std::{
    fmt::{self, Write as _},
    fs,
    path::{Path, PathBuf},
};

/// Refused rows that are printed of a file; the others are counted.
const MOST_ROWS: usize = 20;

/// Arguments of `watteau import`.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The files.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The instance to use, instead of whoever recognises the file.
    #[arg(long, value_name = "NAME")]
    connector: Option<String>,
    /// Tells what would change, and writes nothing.
    #[arg(long)]
    dry_run: bool,
}

/// A file that could not even be handed over.
struct Unread {
    file: PathBuf,
    /// Whether the file was wrong, and not the daemon or the way to it.
    is_the_files: bool,
    error: anyhow::Error,
}

impl Import {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let client = if self.dry_run { Client::read(global).await? } else { Client::open(global).await? };
        let bar = output::file_progress(self.files.len());
        let (mut reports, mut unread) = (Vec::new(), Vec::new());
        for file in &self.files {
            bar.inc(1);
            match self.import(&client, file).await {
                Ok(of_file) => {
                    if !global.json {
                        bar.suspend(|| output::print_raw(&of_file.iter().map(told).collect::<String>()))?;
                    }
                    reports.extend(of_file);
                }
                // One bad file says nothing of the others.
                Err(error) => {
                    bar.suspend(|| output::print_chain(&error.error));
                    unread.push(error);
                }
            }
        }
        bar.finish_and_clear();
        if global.json {
            let mut all: Vec<Value> =
                reports.iter().filter_map(|report| serde_json::to_value(report).ok()).collect();
            all.extend(unread.iter().map(Unread::report));
            output::print_json(&all)?;
        }
        let failed = reports.iter().any(|report| report.status == ImportStatus::Error);
        Ok(if unread.iter().any(|one| !one.is_the_files) {
            Exit::Failed
        } else if failed || !unread.is_empty() {
            Exit::Invalid
        } else {
            Exit::Ok
        })
    }

    async fn import(&self, client: &Client, file: &Path) -> Result<Vec<ImportReport>, Unread> {
        let fail = |is_the_files, error: anyhow::Error| Unread {
            file: file.to_owned(),
            is_the_files,
            error: error.context(format!("{} was not imported", file.display())),
        };
        let (body, modified) = read(file).map_err(|error| fail(true, error))?;
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
        let mut query = vec![("filename", name), ("dry_run", self.dry_run.to_string())];
        query.extend(self.connector.iter().map(|connector| ("connector", connector.clone())));
        query.extend(modified.map(|time| ("modified", time.to_string())));
        client.import(&query, body).await.map_err(|error| {
            let is_the_files = error.downcast_ref::<Problem>().is_some_and(Problem::is_the_inputs);
            fail(is_the_files, error)
        })
    }
}

/// A file's bytes, and when it was last changed. Only a regular file ends.
fn read(file: &Path) -> anyhow::Result<(Bytes, Option<jiff::Timestamp>)> {
    let meta = fs::metadata(file).context("it cannot be read")?;
    if meta.is_dir() {
        bail!("it is a folder; name the files in it");
    }
    if !meta.is_file() {
        bail!("it is no file");
    }
    let body = fs::read(file).context("it cannot be read")?;
    let modified = meta.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
    Ok((body.into(), modified))
}

impl Unread {
    /// The same as a report, for programs.
    fn report(&self) -> Value {
        let name = self.file.file_name().unwrap_or(self.file.as_os_str()).to_string_lossy();
        json!({
            "file": name,
            "status": "error",
            "format": null,
            "connector": null,
            "error": { "code": "unread", "message": format!("{:#}", self.error) },
            "new": 0, "unchanged": 0, "corrected": 0, "refused": [], "absent": 0,
        })
    }
}

/// One file in a few lines: what it is, what it changed, what was refused.
fn told(report: &ImportReport) -> String {
    let mut text = String::new();
    // Into memory nothing fails.
    let _ = tell(report, &mut text);
    text
}

fn tell(report: &ImportReport, text: &mut String) -> fmt::Result {
    if let Some(error) = &report.error {
        // Most messages name the file themselves.
        let named = error.message.contains(report.file.as_str());
        let asked =
            if error.code == "which_meter" { " (or name the connector: --connector NAME)" } else { "" };
        return if named {
            writeln!(text, "{}{asked}", error.message)
        } else {
            writeln!(text, "{}: {}{asked}", report.file, error.message)
        };
    }
    let period = match (&report.from, &report.to) {
        (Some(from), Some(to)) => format!(", {from} to {to}"),
        _ => String::new(),
    };
    let meter = report.meter.as_ref().map_or_else(String::new, |meter| format!(", meter …{meter}"));
    let format = report.format.as_deref().unwrap_or("not for any connector");
    writeln!(text, "{}: {format}{meter}{period}", report.file)?;
    let would = if report.dry_run { " (nothing written)" } else { "" };
    let ImportReport { new, unchanged, corrected, absent, refused, .. } = report;
    let refusals = refused.len();
    writeln!(
        text,
        "  {new} new, {unchanged} unchanged, {corrected} corrected, {refusals} refused, {absent} absent{would}"
    )?;
    for row in refused.iter().take(MOST_ROWS) {
        writeln!(text, "  row {}: {}", row.row, row.reason)?;
    }
    if refusals > MOST_ROWS {
        writeln!(text, "  and {} more rows refused", refusals - MOST_ROWS)?;
    }
    for other in &report.other_meters {
        writeln!(text, "  {} rows of meter …{}: {}", other.rows, other.meter, other.advice.en)?;
    }
    report.remarks.iter().try_for_each(|remark| writeln!(text, "  {}", remark.en))
}
