//! Hourly temperatures of the years before they were archived, from the daily extremes of the regions.

use std::collections::HashMap;

use anyhow::Context;
use nalgebra::{DMatrix, DVector};
use watteau_analysis::temperature::{CITIES, CITY};
use watteau_analysis::{Day, Hourly};

use super::shared;

/// Region of each city.
const REGION: [f64; CITIES] = [75.0, 53.0, 32.0, 75.0, 84.0, 93.0, 52.0, 11.0, 44.0, 76.0];
const COLUMNS: usize = 10;

type Daily = HashMap<(u8, Day), [f64; 3]>;

fn row(daily: &Daily, region: u8, day: Day) -> Option<[f64; COLUMNS]> {
    let mut row = [1.0; COLUMNS];
    for (i, back) in [-1, 0, 1].into_iter().enumerate() {
        row[1 + 3 * i..4 + 3 * i].copy_from_slice(daily.get(&(region, day.plus(back)))?);
    }
    Some(row)
}

/// The same series, begun at `since`: by city and hour of UTC the least squares of the extremes of three days, fitted
/// to `fit`.
pub(crate) fn extend(
    cities: &[Hourly; CITIES],
    since: Day,
    fit: (Day, Day),
) -> anyhow::Result<[Hourly; CITIES]> {
    let (_, rows) = shared::rows("fr_temperature_daily_regions.csv.gz")?;
    let mut daily = Daily::new();
    for (date, values) in rows {
        daily.insert((values[0] as u8, Day::new(date.parse()?)), [values[2], values[3], values[4]]);
    }
    let mut extended = cities.clone();
    for (index, series) in cities.iter().enumerate() {
        let region = REGION[index] as u8;
        let mut points: Vec<(i64, f64)> =
            (series.first()..series.end()).map(|hour| (hour, series.get(hour))).collect();
        let before = Day::new(jiff::civil::date(2021, 3, 22));
        for hour in 0..24 {
            let at = |day: Day| i64::from(day.number()) * 24 + hour;
            let known: Vec<([f64; COLUMNS], f64)> = fit
                .0
                .to(fit.1)
                .filter_map(|day| Some((row(&daily, region, day)?, series.get(at(day)))))
                .filter(|(_, t)| t.is_finite())
                .collect();
            let a = DMatrix::from_fn(known.len(), COLUMNS, |i, j| known[i].0[j]);
            let y = DVector::from_fn(known.len(), |i, _| known[i].1);
            // A region's mean may be the middle of its extremes: a trace of ridge keeps the fit from being singular.
            let normal = a.transpose() * &a + DMatrix::identity(COLUMNS, COLUMNS) * 1e-3;
            let b = normal.cholesky().context("the fit is singular")?.solve(&(a.transpose() * y));
            for day in since.to(before) {
                let row = row(&daily, region, day).with_context(|| format!("{} {day}", CITY[index].name))?;
                points.push((at(day), row.iter().zip(b.iter()).map(|(x, b)| x * b).sum()));
            }
        }
        extended[index] = Hourly::from_points(points);
    }
    Ok(extended)
}
