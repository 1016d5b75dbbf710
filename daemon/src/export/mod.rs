//! Everything that is kept, as text that other programs read.
//!
//! | format | a point is | for |
//! |---|---|---|
//! | CSV | a line: series, start, end, value, unit, quality | spreadsheets, scripts |
//! | JSON | `[start, end, value, quality]`, in epoch seconds, below its series | programs |
//! | OpenMetrics | a sample at its start, in base units | `promtool tsdb create-blocks-from openmetrics` |
//!
//! Values are written so that they read back to the same bit; OpenMetrics alone converts, as its conventions want
//! joules and watts. Text is written as it is made, a run of points at a time: ten years take no memory.

mod csv;
mod json;
mod openmetrics;

pub(crate) use openmetrics::family_of;

use crate::{
    clock::Clock,
    query::{self, find},
};
use serde::Deserialize;
use std::{
    fmt,
    io::{self, Write},
    ops::ControlFlow,
};
use utoipa::ToSchema;
use watteau_store::{Point, SeriesInfo, Store};

/// What the text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values (RFC 4180), with a line of titles.
    Csv,
    /// One JSON document.
    Json,
    /// OpenMetrics 1.0 text with times, ending in `# EOF`.
    OpenMetrics,
}

impl Format {
    /// The media type.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// How a file's name ends.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::OpenMetrics => "om",
        }
    }
}

/// Why an export ended early.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store could not be read.
    #[error("the store could not be read")]
    Store(#[from] watteau_store::Error),
    /// Nobody takes the text any more.
    #[error("the export could not be written")]
    Io(#[from] io::Error),
}

/// The series of these names, or all there are where none is named.
pub fn select(store: &Store, names: &[&str]) -> Result<Vec<SeriesInfo>, query::Error> {
    if names.is_empty() {
        return Ok(store.series()?);
    }
    names.iter().map(|name| find(store, name)).collect()
}

/// Writes the points of `series`, oldest first, series by series.
pub fn write(
    store: &Store,
    clock: &Clock,
    series: &[SeriesInfo],
    format: Format,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    match format {
        Format::Csv => csv::write(store, clock, series, out),
        Format::Json => json::write(store, clock, series, out),
        Format::OpenMetrics => openmetrics::write(store, series, out),
    }
}

/// Hands every point of a series to `each`, until writing fails.
fn each_point(
    store: &Store,
    info: &SeriesInfo,
    mut each: impl FnMut(&Point) -> io::Result<()>,
) -> Result<(), ExportError> {
    let mut written = Ok(());
    store.scan(info.id, i64::MIN..i64::MAX, &mut |points| {
        written = points.iter().try_for_each(&mut each);
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(written?)
}

/// An instant as epoch seconds, with what is below a second only where there is any.
struct Seconds(i64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.unsigned_abs() / 1000, self.0.unsigned_abs() % 1000);
        let sign = if self.0 < 0 { "-" } else { "" };
        if part == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{part:03}") }
    }
}

#[cfg(test)]
mod tests;
