//! The load of mainland France and the grid operator's forecast of it.

use std::{fs::File, io::Read as _, path::Path};

use anyhow::{Context as _, Result};
use flate2::read::GzDecoder;
use watteau_analysis::{Day, Hourly, LocalDays};

/// What is read.
pub(crate) struct Samples {
    /// Load in MW by hour of UTC.
    pub(crate) load: Hourly,
    /// What the grid operator forecast the day before; empty when it is not at hand.
    pub(crate) operator: Hourly,
    /// The local days of all of it.
    pub(crate) days: LocalDays,
}

impl Samples {
    /// Reads a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let load = column(&folder.join("fr_load.csv.gz"))?;
        let path = folder.join("fr_load_forecast_d1.csv.gz");
        let operator = if path.exists() { column(&path)? } else { Hourly::default() };
        let day = |hour: i64| Day::new(jiff::civil::date(1970, 1, 1)).plus(hour.div_euclid(24) as i32);
        let days = LocalDays::paris(day(load.first()), day(load.end()))?;
        Ok(Self { load, operator, days })
    }

    /// The load of some hours as float32, NaN where it is missing.
    pub(crate) fn values(&self, hours: std::ops::Range<i64>) -> Vec<f32> {
        hours.map(|hour| self.load.get(hour) as f32).collect()
    }
}

/// Instants and values of a file with the columns `utc` and `mw`.
fn column(path: &Path) -> Result<Hourly> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut text = String::new();
    GzDecoder::new(file)
        .read_to_string(&mut text)
        .with_context(|| format!("cannot unpack {}", path.display()))?;
    let mut points = Vec::new();
    for record in csv::Reader::from_reader(text.as_bytes()).records() {
        let record = record?;
        let (utc, mw) = (record.get(0).context("no column utc")?, record.get(1).context("no column mw")?);
        let at: jiff::Timestamp = utc.parse()?;
        points.push((at.as_second().div_euclid(3600), mw.parse()?));
    }
    Ok(Hourly::from_points(points))
}
