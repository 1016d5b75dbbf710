//! All days of a home forecast one after the other, each from what was known before it.

use super::analog::Analogs;
use super::daily::{Carrier, Given, Model};
use super::errors::{Errors, Memory};
use super::home::{BLOCKS, Table, filled};
use super::hourly::Hours;
use super::mix::{Bands, RIPE, calibrate, mix, stretch};

/// Share of the analog days in the energy of a day once there are so many; the daily model has the rest.
const ANALOG: f64 = 0.5;
const ENOUGH: f64 = 28.0;
/// Bands are wider by this share when there are no curves yet, by less the more there are.
const YOUNG: f64 = 0.4;
/// Errors behind the interval of a day.
const MEMORY: Memory = Memory { days: 365, half_life: 120.0, alike: 0.35 };

/// The forecasts of a home at one lead.
pub(crate) struct Replay<'a> {
    pub(crate) table: &'a Table,
    pub(crate) given: Given,
    /// Energy by day, kWh: of the daily model alone, and with the analog days where there are any.
    pub(crate) made: Vec<f64>,
    pub(crate) totals: Vec<f64>,
    /// Mean curve by day, W.
    means: Vec<Option<[f64; 24]>>,
    /// Quantiles by day before they are calibrated: W by local hour, kWh by block.
    bands: Vec<Option<Bands<24>>>,
    blocks: Vec<Option<Bands<BLOCKS>>>,
    /// Quantiles of the energy by day, kWh.
    pub(crate) energies: Vec<Option<[f64; 9]>>,
    /// First day whose bands had weeks of curves behind them.
    ripe: usize,
}

/// The curve of a day.
pub(crate) struct Curve {
    pub(crate) bands: [[f64; 9]; 24],
    pub(crate) means: [f64; 24],
    pub(crate) blocks: Bands<BLOCKS>,
}

impl<'a> Replay<'a> {
    /// Learns all days; curves are made from day `from` on.
    pub(crate) fn new(table: &'a Table, carrier: Carrier, given: Given, from: usize) -> Replay<'a> {
        let made = Model::new(table, carrier, given).run();
        let analogs = Analogs::new(table, given, &made);
        let hours = Hours::new(table, given, &made);
        let n = table.len();
        let mut replay = Replay {
            table,
            given,
            totals: made.clone(),
            made,
            means: vec![None; n],
            bands: vec![None; n],
            blocks: vec![None; n],
            energies: Vec::new(),
            ripe: (0..n).filter(|&i| table.has_curve(i)).nth(RIPE - 1).map_or(n, |day| day + given.lead),
        };
        for index in given.lead..n {
            let alike = analogs.alike(index);
            if alike.len() == 0 {
                continue;
            }
            if let Some(means) = alike.means() {
                let energy = table.energy(index, &means);
                let made = replay.made[index];
                let share = ANALOG * (alike.len() as f64 / ENOUGH).min(1.0);
                let total = if made.is_finite() { share * energy + (1.0 - share) * made } else { energy };
                replay.totals[index] = total;
                // The curve of means adds up to the day.
                replay.means[index] = Some(means.map(|watts| watts * total / energy.max(1e-9)));
            }
            if index >= from {
                let (analog, filter) = (alike.quantiles(), hours.quantiles(index));
                replay.bands[index] = Some(std::array::from_fn(|hour| mix(analog[hour], filter[hour])));
                replay.blocks[index] = Some(alike.blocks());
            }
        }
        let errors = Errors::new(&replay.totals, &table.kwh, MEMORY);
        replay.energies = errors.followed(&replay.totals, &table.kwh, given.lead);
        replay
    }

    /// kWh of the blocks of a day as measured; NaN where an hour is not known.
    pub(crate) fn measured_blocks(&self, index: usize) -> [f64; BLOCKS] {
        self.table.block_sums(index, &self.table.hours[index])
    }

    /// The curve of a day from `from` on, calibrated.
    pub(crate) fn curve(&self, index: usize) -> Option<Curve> {
        let known = index.checked_sub(self.given.lead)?;
        let bands = calibrate(&self.bands, |day| self.table.hours[day], index, self.ripe, known)?;
        let blocks = calibrate(&self.blocks, |day| self.measured_blocks(day), index, self.ripe, known)?;
        let curves = (0..=known).filter(|&day| self.table.has_curve(day)).count();
        let room = 1.0 + YOUNG * (1.0 - curves as f64 / RIPE as f64).max(0.0);
        let wide = |band: Option<[f64; 9]>| band.map(|band| stretch(&band, [room; 4], 0.0));
        let (bands, blocks) = (filled(bands.map(wide))?, blocks.map(wide));
        Some(Curve { bands, means: self.means[index]?, blocks })
    }
}
