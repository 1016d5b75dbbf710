//! What can be said from a handful of days: what happened lately, with more room around it.

use super::home::{BLOCKS, Table, filled, filled_numbers};
use super::mix::{Bands, stretch};
use super::weighted;
use crate::interval::LEVELS;

/// Days that are looked at, and how far back they may lie.
const DAYS: usize = 7;
const SPAN: usize = 28;
/// What the hours before and after are worth.
const NEIGHBOUR: f64 = 0.3;
/// Bands are stretched by `1 + ROOM / days`, and reach at least this share of the median to either side.
const ROOM: f64 = 3.0;
const LEAST: [f64; 4] = [0.3, 0.2, 0.12, 0.06];

/// The last known days before a day.
pub(crate) struct Lately<'a> {
    table: &'a Table,
    /// The day to come.
    index: usize,
    curves: Vec<usize>,
    energies: Vec<usize>,
}

impl<'a> Lately<'a> {
    /// The days known up to day `known`.
    pub(crate) fn new(table: &'a Table, index: usize, known: usize) -> Lately<'a> {
        let days = |wanted: &dyn Fn(usize) -> bool| {
            (known.saturating_sub(SPAN - 1)..=known).rev().filter(|&day| wanted(day)).take(DAYS).collect()
        };
        let curves = days(&|day| table.has_curve(day));
        let energies = days(&|day| table.kwh[day].is_finite());
        Lately { table, index, curves, energies }
    }

    /// Quantiles by local hour, W.
    pub(crate) fn bands(&self) -> Option<[[f64; 9]; 24]> {
        filled(std::array::from_fn(|hour| {
            let around = [(hour, 1.0), ((hour + 23) % 24, NEIGHBOUR), ((hour + 1) % 24, NEIGHBOUR)];
            let values = self
                .curves
                .iter()
                .flat_map(|&day| around.map(|(hour, weight)| (self.table.hours[day][hour], weight)));
            let mut values: Vec<(f64, f64)> = values.filter(|(watts, _)| watts.is_finite()).collect();
            weighted::quantiles(&mut values, LEVELS).map(|band| room(&band, self.curves.len()))
        }))
    }

    /// Mean by local hour, W.
    pub(crate) fn means(&self) -> Option<[f64; 24]> {
        filled_numbers(std::array::from_fn(|hour| {
            let values = self.curves.iter().map(|&day| (self.table.hours[day][hour], 1.0));
            weighted::mean(values.filter(|(watts, _)| watts.is_finite()))
        }))
    }

    /// Quantiles of the blocks of the day, kWh.
    pub(crate) fn blocks(&self) -> Bands<BLOCKS> {
        std::array::from_fn(|block| {
            let energy = |day: usize| self.table.block_sums(self.index, &self.table.hours[day])[block];
            let values = self.curves.iter().map(|&day| (energy(day), 1.0));
            let mut values: Vec<(f64, f64)> = values.filter(|(kwh, _)| kwh.is_finite()).collect();
            weighted::quantiles(&mut values, LEVELS).map(|band| room(&band, self.curves.len()))
        })
    }

    /// Mean energy of the days and its quantiles, kWh.
    pub(crate) fn energy(&self) -> Option<(f64, [f64; 9])> {
        let mut values: Vec<(f64, f64)> =
            self.energies.iter().map(|&day| (self.table.kwh[day], 1.0)).collect();
        let band = weighted::quantiles(&mut values, LEVELS)?;
        Some((weighted::mean(values), room(&band, self.energies.len())))
    }
}

/// A band with more room around it, the fewer days it is made of.
fn room(band: &[f64; 9], days: usize) -> [f64; 9] {
    let median = band[4];
    let wide = stretch(band, [1.0 + ROOM / days.max(1) as f64; 4], 0.0);
    std::array::from_fn(|i| match i {
        0..4 => wide[i].min(median * (1.0 - LEAST[i])),
        4 => median,
        _ => wide[i].max(median * (1.0 + LEAST[8 - i])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_of_few_days_is_wide_even_if_they_were_equal() {
        let flat = room(&[100.0; 9], 7);
        assert!(flat.is_sorted() && (flat[0] - 70.0).abs() < 1e-9 && (flat[8] - 130.0).abs() < 1e-9);
        let band = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0];
        let (week, three) = (room(&band, 7), room(&band, 3));
        assert!(week.is_sorted() && three.is_sorted());
        assert!(three[8] > week[8] && week[8] > 90.0 && three[0] >= 0.0);
    }
}
