//! Centres and scales of the columns that have a unit.

use serde::{Deserialize, Serialize};

use super::{DayLags, DayWeather, Grid, Group, raw};
use crate::calendar::Day;

/// Groups whose columns are scaled, all of them or the last only.
const SCALED: [Group; 5] = [Group::Seas, Group::Temp, Group::TempX, Group::Ext, Group::Lag];

/// Mean and standard deviation of each scaled column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    columns: Vec<Vec<(f64, f64)>>,
}

impl Scale {
    /// Fits to the rows of days with known weather; `known` as in [`DayLags::new`]. Columns that never change, and all
    /// columns when there is no such day, stay as they are.
    pub fn fit<'a>(
        grid: &Grid,
        days: impl Iterator<Item = Day>,
        known: usize,
        measured: impl Fn(Day) -> Option<&'a DayWeather> + Copy,
    ) -> Scale {
        let mut sums: Vec<Vec<[f64; 3]>> = SCALED.iter().map(|group| vec![[0.0; 3]; group.len(0)]).collect();
        for day in days {
            let (Some(facts), Some(weather)) = (grid.facts(day), measured(day)) else { continue };
            if !weather.is_known() {
                continue;
            }
            let lags = DayLags::new(grid, day, known, measured);
            let mut row = [0.0; 34];
            for hour in 0..24 {
                for (group, sums) in SCALED.iter().zip(&mut sums) {
                    let row = &mut row[..group.len(0)];
                    raw(*group, facts, weather, &lags, hour, row);
                    for (sum, &x) in sums.iter_mut().zip(row.iter()).filter(|(_, x)| x.is_finite()) {
                        *sum = [sum[0] + 1.0, sum[1] + x, sum[2] + x * x];
                    }
                }
            }
        }
        let of = |group: Group, i: usize, [n, sum, squares]: [f64; 3]| {
            if n < 1.0 || (group == Group::Seas && i < 12) {
                return (0.0, 1.0);
            }
            let mean = sum / n;
            let sd = (squares / n - mean * mean).max(0.0).sqrt();
            (mean, if sd > 1e-6 { sd } else { 1.0 })
        };
        let columns = SCALED
            .iter()
            .zip(sums)
            .map(|(&group, sums)| sums.into_iter().enumerate().map(|(i, sums)| of(group, i, sums)).collect());
        Scale { columns: columns.collect() }
    }

    fn of(&self, group: Group) -> Option<&[(f64, f64)]> {
        let index = SCALED.iter().position(|&scaled| scaled == group)?;
        self.columns.get(index).map(Vec::as_slice)
    }

    /// Scales the columns of a group. An unknown value becomes the mean.
    pub(super) fn apply(&self, group: Group, out: &mut [f64]) {
        let Some(columns) = self.of(group) else { return };
        for (x, &(mean, sd)) in out.iter_mut().zip(columns) {
            *x = if x.is_finite() { (*x - mean) / sd } else { 0.0 };
        }
    }

    /// The scaled mean load of the morning, which the Fourier functions use.
    pub(super) fn morning(&self, lags: &DayLags) -> f64 {
        let mut first = [lags.morning()];
        self.apply(Group::Lag, &mut first);
        first[0]
    }

    /// Whether it has the columns that it should.
    pub(crate) fn is_sound(&self) -> bool {
        let sound = |(group, columns): (&Group, &Vec<(f64, f64)>)| {
            columns.len() == group.len(0) && columns.iter().all(|(mean, sd)| mean.is_finite() && *sd > 0.0)
        };
        self.columns.len() == SCALED.len() && SCALED.iter().zip(&self.columns).all(sound)
    }
}
