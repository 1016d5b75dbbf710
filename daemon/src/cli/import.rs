//! `watteau import FILE…`: files named on purpose, recognised by content.

use super::{Exit, Global, client::Client, output};
use crate::model::{ImportReport, ImportStatus};
use anyhow::Context as _;
use clap::Args;
use std::path::{Path, PathBuf};

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

impl Import {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let client = Client::open(global).await?;
        let bar = output::file_progress(self.files.len());
        let mut reports = Vec::new();
        for file in &self.files {
            bar.inc(1);
            let answer = self.import(&client, file).await;
            let of_file = answer.with_context(|| format!("{} was not imported", file.display()))?;
            if !global.json {
                bar.suspend(|| of_file.iter().for_each(print));
            }
            reports.extend(of_file);
        }
        bar.finish_and_clear();
        if global.json {
            output::print_json(&reports)?;
        }
        let failed = reports.iter().any(|report| report.status == ImportStatus::Error);
        Ok(if failed { Exit::Invalid } else { Exit::Ok })
    }

    async fn import(&self, client: &Client, file: &Path) -> anyhow::Result<Vec<ImportReport>> {
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
        let body =
            tokio::fs::read(file).await.with_context(|| format!("{} cannot be read", file.display()))?;
        let modified = tokio::fs::metadata(file).await.and_then(|meta| meta.modified()).ok();
        let mut query = vec![("filename", name), ("dry_run", self.dry_run.to_string())];
        query.extend(self.connector.iter().map(|connector| ("connector", connector.clone())));
        query.extend(
            modified
                .and_then(|time| jiff::Timestamp::try_from(time).ok())
                .map(|time| ("modified", time.to_string())),
        );
        client.import(&query, body.into()).await
    }
}

/// One file in a few lines: what it is, what it changed, what was refused.
fn print(report: &ImportReport) {
    if let Some(error) = &report.error {
        println!("{}: {}", report.file, error.message);
        return;
    }
    let period = match (&report.from, &report.to) {
        (Some(from), Some(to)) => format!(", {from} to {to}"),
        _ => String::new(),
    };
    let meter = report.meter.as_ref().map_or_else(String::new, |meter| format!(", meter …{meter}"));
    let format = report.format.as_deref().unwrap_or("not for any connector");
    println!("{}: {format}{meter}{period}", report.file);
    let would = if report.dry_run { " (nothing written)" } else { "" };
    println!(
        "  {} new, {} unchanged, {} corrected, {} refused, {} absent{would}",
        report.new,
        report.unchanged,
        report.corrected,
        report.refused.len(),
        report.absent
    );
    for row in report.refused.iter().take(20) {
        println!("  row {}: {}", row.row, row.reason);
    }
    if report.refused.len() > 20 {
        println!("  and {} more rows refused", report.refused.len() - 20);
    }
    for other in &report.other_meters {
        println!("  {} rows of meter …{}: {}", other.rows, other.meter, other.advice.en);
    }
    for remark in &report.remarks {
        println!("  {}", remark.en);
    }
}
