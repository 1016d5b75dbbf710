//! Goes on from a Chronos-Bolt model on a column of a CSV file:
//!
//! ```text
//! cargo run --release -p watteau-chronos --example finetune -- MODEL_FOLDER FILE.csv COLUMN NEW_FOLDER
//! ```
//!
//! An empty cell is a missing value. The last fifth of the column is only used to check; the new folder is written when
//! the result is better there.

use std::{ops::ControlFlow, path::Path};

use anyhow::{Context as _, Result, bail};
use watteau_chronos::train::{Finetune, Progress, finetune};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, file, column, into] = arguments.as_slice() else {
        bail!("usage: finetune MODEL_FOLDER FILE.csv COLUMN NEW_FOLDER");
    };
    let values = read(Path::new(file), column)?;
    let report = finetune(from, &[values], &Finetune::new(into), &mut show)?;
    println!("loss {:.4} before and {:.4} after {} steps", report.before, report.after, report.best_step);
    println!("{}", if report.helped { "written" } else { "not written: it did not help" });
    Ok(())
}

fn show(progress: &Progress) -> ControlFlow<()> {
    if let Some(loss) = progress.validation {
        eprintln!("step {} of {}: {loss:.4}, best {:.4}", progress.step, progress.steps, progress.best);
    }
    ControlFlow::Continue(())
}

fn read(file: &Path, column: &str) -> Result<Vec<f32>> {
    let mut reader =
        csv::Reader::from_path(file).with_context(|| format!("cannot read {}", file.display()))?;
    let place = reader.headers()?.iter().position(|name| name == column);
    let place = place.with_context(|| format!("{} has no column {column}", file.display()))?;
    let cell = |record: csv::StringRecord| match record.get(place).unwrap_or("").trim() {
        "" => Ok(f32::NAN),
        cell => cell.parse().with_context(|| format!("{cell} is no number")),
    };
    reader.records().map(|record| cell(record?)).collect()
}
