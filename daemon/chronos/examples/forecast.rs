//! Forecasts a column of a CSV file:
//!
//! ```text
//! cargo run --release -p watteau-chronos --example forecast -- MODEL_FOLDER FILE.csv COLUMN [HORIZON]
//! ```
//!
//! An empty cell is a missing value. The forecast goes to standard output as CSV: a line for each step, with the mean and
//! nine quantiles.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use watteau_chronos::{LoadOptions, Model, Options, Task};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, file, column, horizon) = match arguments.as_slice() {
        [folder, file, column] => (folder, file, column, 24),
        [folder, file, column, horizon] => {
            (folder, file, column, horizon.parse().context("HORIZON is no number")?)
        }
        _ => bail!("usage: forecast MODEL_FOLDER FILE.csv COLUMN [HORIZON]"),
    };
    let values = read(Path::new(file), column)?;
    let model = Model::load(folder, &LoadOptions::default())?;
    let options = Options { horizon, ..Options::default() };
    let mut forecasts = model.predict(&[Task::series(values)], &options)?;
    let forecast = forecasts.remove(0).targets.remove(0);

    let mut out = csv::Writer::from_writer(std::io::stdout().lock());
    let levels = options.levels.iter().map(|level| format!("q{level}"));
    out.write_record(["step".into(), "mean".into()].into_iter().chain(levels))?;
    for step in 0..horizon {
        let quantiles = forecast.quantiles.iter().map(|steps| steps[step].to_string());
        out.write_record(
            [(step + 1).to_string(), forecast.mean[step].to_string()].into_iter().chain(quantiles),
        )?;
    }
    out.flush()?;
    Ok(())
}

fn read(file: &Path, column: &str) -> Result<Vec<f32>> {
    let mut reader =
        csv::Reader::from_path(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let place = reader.headers()?.iter().position(|name| name == column);
    let place = place.with_context(|| format!("{} has no column {column}", file.display()))?;
    let mut values = Vec::new();
    for (line, record) in reader.records().enumerate() {
        let record = record?;
        let cell = record.get(place).unwrap_or_default().trim();
        let value = if cell.is_empty() { Ok(f32::NAN) } else { cell.parse() };
        values.push(value.with_context(|| format!("line {}: \"{cell}\" is no number", line + 2))?);
    }
    Ok(values)
}
