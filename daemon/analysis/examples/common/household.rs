//! One real home from the shared samples.

use std::collections::HashMap;

use anyhow::Context;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use nalgebra::{DMatrix, DVector};
use watteau_analysis::household::{ByDay, Home};
use watteau_analysis::{Day, Hourly};

use super::shared;

/// The home's series.
pub(crate) struct Sample {
    pub(crate) load: Hourly,
    pub(crate) electricity: ByDay,
    pub(crate) gas: ByDay,
    pub(crate) temperature: ByDay,
    pub(crate) presence: ByDay,
    pub(crate) none: ByDay,
    /// Region whose temperatures stand in for the home's from 2025 on, and how far off they are before, degC.
    pub(crate) region: (String, f64),
}

impl Sample {
    /// Electricity, curve and days.
    pub(crate) fn electricity(&self) -> Home<'_> {
        Home {
            load: &self.load,
            kwh: &self.electricity,
            temperature: &self.temperature,
            outlook: &self.none,
            presence: &self.presence,
        }
    }
}

/// Column `index` of a file by date.
fn column(name: &str, index: usize) -> anyhow::Result<ByDay> {
    let path =
        shared::folder().context("no shared samples: set WATTEAU_SHARED")?.join("household").join(name);
    let mut reader = csv::Reader::from_path(&path).with_context(|| format!("{}", path.display()))?;
    let mut points = Vec::new();
    for record in reader.records() {
        let record = record?;
        points.push((Day::new(record[0].parse()?), record[index].parse().unwrap_or(f64::NAN)));
    }
    Ok(ByDay::from_points(points))
}

/// Hours of UTC from local ends and mean watts. An interval reaches back to the end of the one before it, an hour at
/// most; an hour is known when its four quarters are.
fn curve() -> anyhow::Result<Hourly> {
    let path = shared::folder().context("no shared samples")?.join("household/load_curve.csv");
    let mut reader = csv::Reader::from_path(&path).with_context(|| format!("{}", path.display()))?;
    let zone = TimeZone::get("Europe/Paris")?;
    let mut quarters: HashMap<i64, (f64, u32)> = HashMap::new();
    let mut before: Option<i64> = None;
    for record in reader.records() {
        let record = record?;
        let label: DateTime = record[0].parse()?;
        let end = label.to_zoned(zone.clone())?.timestamp().as_second();
        let length = before.map_or(3600, |before| end - before);
        before = Some(end);
        // After a hole only the last half-hour is sure to be meant.
        let length = if length == 1800 || length == 3600 { length } else { 1800 };
        for at in (end - length..end).step_by(900) {
            let hour = quarters.entry(at.div_euclid(3600)).or_default();
            hour.0 += record[1].parse::<f64>()? / 4.0;
            hour.1 += 1;
        }
    }
    let hours = quarters.into_iter().filter(|(_, (_, count))| *count == 4);
    Ok(Hourly::from_points(hours.map(|(hour, (watts, _))| (hour, watts))))
}

/// The home's temperatures, continued by those of the region that is most like it: least squares on its extremes.
fn temperatures() -> anyhow::Result<(ByDay, (String, f64))> {
    let (low, high) = (column("weather_daily.csv", 1)?, column("weather_daily.csv", 2)?);
    let own = low.map(|day, low| f64::midpoint(low, high.get(day)));
    let text = shared::text("fr_temperature_daily_regions.csv.gz")?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut regions: HashMap<String, Vec<(Day, [f64; 3])>> = HashMap::new();
    for record in reader.records() {
        let record = record?;
        let row = [1.0, record[3].parse()?, record[4].parse()?];
        regions.entry(record[2].to_owned()).or_default().push((Day::new(record[0].parse()?), row));
    }
    let mut best: Option<(f64, String, DVector<f64>)> = None;
    for (name, rows) in &regions {
        let known: Vec<_> = rows.iter().filter(|(day, _)| own.get(*day).is_finite()).collect();
        let a = DMatrix::from_fn(known.len(), 3, |i, j| known[i].1[j]);
        let y = DVector::from_fn(known.len(), |i, _| own.get(known[i].0));
        let b = (a.transpose() * &a).cholesky().context("the fit is singular")?.solve(&(a.transpose() * &y));
        let error = (&y - &a * &b).abs().mean();
        if best.as_ref().is_none_or(|best| error < best.0) {
            best = Some((error, name.clone(), b));
        }
    }
    let (error, name, b) = best.context("no regions")?;
    let (first, last) = own.span().context("no temperatures")?;
    let stand_in = regions[&name].iter().filter(|(day, _)| *day > last);
    let stand_in = stand_in.map(|(day, row)| (*day, row.iter().zip(b.iter()).map(|(x, b)| x * b).sum()));
    let points = first.to(last).map(|day| (day, own.get(day))).chain(stand_in);
    Ok((ByDay::from_points(points), (name, error)))
}

/// Reads it.
pub(crate) fn read() -> anyhow::Result<Sample> {
    let (temperature, region) = temperatures()?;
    Ok(Sample {
        load: curve()?,
        electricity: column("electricity_daily.csv", 1)?,
        gas: column("gas_daily.csv", 2)?,
        presence: column("occupancy_daily.csv", 1)?,
        none: ByDay::default(),
        temperature,
        region,
    })
}

/// Temperatures as a weather service that is `rmse` degC off would have forecast them, the same on every machine.
pub(crate) fn off(temperature: &ByDay, rmse: f64) -> ByDay {
    temperature.map(|day, t| {
        let mut state = (i64::from(day.number()) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut uniform = || {
            state = (state ^ (state >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9).wrapping_add(1);
            ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        let radius = (-2.0 * uniform().ln()).sqrt();
        t + rmse * radius * (std::f64::consts::TAU * uniform()).cos()
    })
}
