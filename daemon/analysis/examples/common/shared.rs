//! The shared samples: `$WATTEAU_SHARED/data`, else `../shared/data` beside the workspace.

use std::io::Read;
use std::path::PathBuf;

use anyhow::Context;
use watteau_analysis::Hourly;
use watteau_analysis::temperature::{CITIES, CITY};

/// Load, the grid operator's forecast of the evening before, and temperatures.
pub(crate) struct Samples {
    pub(crate) load: Hourly,
    pub(crate) operator: Hourly,
    pub(crate) cities: [Hourly; CITIES],
}

/// Folder of the samples, if there is one.
pub(crate) fn folder() -> Option<PathBuf> {
    let root = std::env::var_os("WATTEAU_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let data = root.join("data");
    data.join("fr_load.csv.gz").exists().then_some(data)
}

pub(crate) fn text(name: &str) -> anyhow::Result<String> {
    let path = folder().context("no shared samples: set WATTEAU_SHARED")?.join(name);
    let file = std::fs::File::open(&path).with_context(|| format!("{}", path.display()))?;
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text)?;
    Ok(text)
}

/// First field, and numbers of the other ones.
type Row = (String, Vec<f64>);

/// Header and rows of a file.
pub(crate) fn rows(name: &str) -> anyhow::Result<(Vec<String>, Vec<Row>)> {
    let text = text(name)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers()?.iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let numbers = record.iter().skip(1).map(|field| field.parse().unwrap_or(f64::NAN)).collect();
        rows.push((record[0].to_owned(), numbers));
    }
    Ok((header, rows))
}

fn hour(label: &str) -> anyhow::Result<i64> {
    let at: jiff::Timestamp = label.parse()?;
    Ok(at.as_second().div_euclid(3600))
}

fn column(rows: &[Row], index: usize) -> anyhow::Result<Hourly> {
    let points = rows.iter().map(|(label, values)| Ok((hour(label)?, values[index])));
    Ok(Hourly::from_points(points.collect::<anyhow::Result<Vec<_>>>()?))
}

/// Reads them.
pub(crate) fn read() -> anyhow::Result<Samples> {
    let (_, load) = rows("fr_load.csv.gz")?;
    let (_, operator) = rows("fr_load_forecast_d1.csv.gz")?;
    let (header, temperature) = rows("fr_temperature.csv.gz")?;
    let mut cities: [Hourly; CITIES] = Default::default();
    for (series, city) in cities.iter_mut().zip(CITY) {
        let index = header.iter().position(|name| name == city.name).context(city.name)?;
        *series = column(&temperature, index - 1)?;
    }
    Ok(Samples { load: column(&load, 0)?, operator: column(&operator, 0)?, cities })
}
