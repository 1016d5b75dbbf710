//! `watteau export [SERIES…]`: everything that is kept, as CSV, JSON or OpenMetrics.

use super::{Exit, Global, client::Client, receive};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `watteau export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The series' ids (`watteau series` lists them); all of them by default.
    series: Vec<String>,
    /// How to write it (`--json` is short for `--format json`); OpenMetrics is for `promtool tsdb create-blocks-from
    /// openmetrics`.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Where to write it, instead of standard output; a file that is there is replaced once the new one is whole.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Csv,
    Json,
    #[value(name = "openmetrics")]
    OpenMetrics,
}

impl Export {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let client = Client::read(global).await?;
        let format = if global.json { Format::Json } else { self.format };
        let name = format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let mut query = vec![("format", name)];
        if !self.series.is_empty() {
            query.push(("series", self.series.join(",")));
        }
        let body = client.download("/api/v1/export", &query).await?;
        match self.output {
            None => receive::to_stdout(body).await?,
            Some(file) => {
                let bytes = receive::replacing(body, &file).await?;
                if global.quiet == 0 {
                    eprintln!("{}: {}", file.display(), indicatif::HumanBytes(bytes));
                }
            }
        }
        Ok(Exit::Ok)
    }
}
