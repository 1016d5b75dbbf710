//! The load of mainland France and the grid operator's forecast of it, and the electricity of a home.

use std::{collections::BTreeMap, fs::File, io::Read as _, path::Path};

use anyhow::{Context as _, Result};
use flate2::read::GzDecoder;
use jiff::tz::TimeZone;
use watteau_analysis::{Day, Hourly, LocalDays};

/// A series with its days, and what to compare with.
pub(crate) struct Samples {
    /// Load by hour of UTC, MW of the country or W of a home.
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
        let days = local_days(&load)?;
        Ok(Self { load, operator, days })
    }

    /// The electricity of a home in `household/load_curve.csv` below the folder, if it is at hand: W by hour, out of half
    /// hours and hours named by the local time of their end.
    pub(crate) fn household(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join("household/load_curve.csv");
        if !path.exists() {
            return Ok(None);
        }
        let zone = TimeZone::get("Europe/Paris")?;
        let mut halves: BTreeMap<i64, f64> = BTreeMap::new();
        let mut before = None;
        for record in csv::Reader::from_path(&path)?.records() {
            let record = record?;
            let (end, watts) = (record.get(0).context("no end")?, record.get(1).context("no watts")?);
            let end: jiff::civil::DateTime = end.parse()?;
            let end = end.to_zoned(zone.clone())?.timestamp().as_second().div_euclid(1800);
            let watts: f64 = watts.parse()?;
            // A value stands for an hour at most; what is longer is a hole.
            let steps = before.map_or(1, |before: i64| (end - before).clamp(1, 2));
            halves.extend((1..=steps).map(|step| (end - step, watts)));
            before = Some(end);
        }
        let hour = |half: &i64| half.div_euclid(2);
        let known: Vec<(i64, f64)> = halves
            .iter()
            .filter_map(|(half, watts)| {
                let other = halves.get(&(half + 1)).filter(|_| half % 2 == 0)?;
                Some((hour(half), (watts + other) / 2.0))
            })
            .collect();
        let load = Hourly::from_points(known);
        let days = local_days(&load)?;
        Ok(Some(Self { load, operator: Hourly::default(), days }))
    }

    /// The load of some hours as float32, NaN where it is missing.
    pub(crate) fn values(&self, hours: std::ops::Range<i64>) -> Vec<f32> {
        hours.map(|hour| self.load.get(hour) as f32).collect()
    }
}

/// The local days that hours lie in, and some before them.
fn local_days(hours: &Hourly) -> Result<LocalDays> {
    let day = |hour: i64| Day::new(jiff::civil::date(1970, 1, 1)).plus(hour.div_euclid(24) as i32);
    Ok(LocalDays::paris(day(hours.first()).plus(-120), day(hours.end()))?)
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
