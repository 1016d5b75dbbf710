//! The home's temperatures before and after its own: those of the region most like it, fitted to its extremes.

use std::collections::HashMap;

use anyhow::Context;
use nalgebra::{DMatrix, DVector};
use watteau_analysis::Day;

use super::super::days::HomeDays;
use super::super::{day, shared};

/// Lowest and highest temperature of consecutive days.
pub(crate) struct Weather {
    pub(crate) first: Day,
    pub(crate) minimum: Vec<Option<f64>>,
    pub(crate) maximum: Vec<Option<f64>>,
}

/// Regressors of the home's extremes: 1, those of the region.
type Region = HashMap<Day, [f64; 3]>;

fn regions() -> anyhow::Result<HashMap<String, Region>> {
    let text = shared::text("fr_temperature_daily_regions.csv.gz")?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut regions: HashMap<String, Region> = HashMap::new();
    for record in reader.records() {
        let record = record?;
        let row = [1.0, record[3].parse()?, record[4].parse()?];
        regions.entry(record[2].to_owned()).or_default().insert(Day::new(record[0].parse()?), row);
    }
    Ok(regions)
}

/// Least squares of one of the home's extremes on a region's: coefficients and mean absolute error.
fn fit(home: &HomeDays, values: &[Option<f64>], region: &Region) -> Option<(DVector<f64>, f64)> {
    let known: Vec<([f64; 3], f64)> = (0..)
        .zip(values)
        .filter_map(|(at, value)| Some((*region.get(&home.first.plus(at))?, (*value)?)))
        .collect();
    let a = DMatrix::from_fn(known.len(), 3, |i, j| known[i].0[j]);
    let y = DVector::from_fn(known.len(), |i, _| known[i].1);
    let b = (a.transpose() * &a).cholesky()?.solve(&(a.transpose() * &y));
    let error = (&y - &a * &b).abs().mean();
    Some((b, error))
}

/// The winters that are simulated.
pub(crate) fn winters(home: &HomeDays) -> anyhow::Result<Weather> {
    read(home, day(2016, 11, 1), day(2025, 10, 30))
}

/// The days `first..=last`.
pub(crate) fn read(home: &HomeDays, first: Day, last: Day) -> anyhow::Result<Weather> {
    let mut best: Option<(f64, [DVector<f64>; 2], Region)> = None;
    for region in regions()?.into_values() {
        let Some((low, high)) = fit(home, &home.minimum, &region).zip(fit(home, &home.maximum, &region))
        else {
            continue;
        };
        if best.as_ref().is_none_or(|best| low.1 + high.1 < best.0) {
            best = Some((low.1 + high.1, [low.0, high.0], region));
        }
    }
    let (_, coefficients, region) = best.context("no region is like the home")?;
    let column = |own: &[Option<f64>], b: &DVector<f64>| -> Vec<Option<f64>> {
        let measured = |day: Day| own.get(usize::try_from(day.since(home.first)).ok()?).copied()?;
        let like = |day: Day| Some(region.get(&day)?.iter().zip(b.iter()).map(|(x, b)| x * b).sum());
        first.to(last).map(|day| measured(day).or_else(|| like(day))).collect()
    };
    let [low, high] = &coefficients;
    Ok(Weather { first, minimum: column(&home.minimum, low), maximum: column(&home.maximum, high) })
}
