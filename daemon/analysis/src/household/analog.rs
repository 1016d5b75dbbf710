//! Days like the one to come: past curves, weighted by how alike their days looked when they were forecast.

use super::daily::Given;
use super::home::{BLOCKS, Table, filled_numbers};
use super::weighted::{self, bell};
use crate::interval::LEVELS;

/// Days looked back on.
const MOST_DAYS: usize = 400;
const HALF_LIFE: f64 = 45.0;
/// Widths of the bells: logarithm of the forecast energy, temperature, logarithm of the base load.
const ENERGY: f64 = 0.4;
const DEGREES: f64 = 4.0;
const BASE: f64 = 0.6;
/// Above this temperature a home neither heats nor differs, degC.
const WARM: f64 = 17.0;
/// What a working day is worth for a weekend and the other way round, and a day with another presence.
const OTHER_KIND: f64 = 0.3;
const OTHER_PRESENCE: f64 = 0.05;
/// What is not known of a day is neither alike nor unlike.
const UNKNOWN: f64 = 0.5;
/// Every day keeps so much, lest nothing is left of a day like no other.
const LEAST: f64 = 1e-6;
/// Part of a difference of energy that is scaled, and part that is added evenly.
const SCALED: f64 = 0.3;
const ADDED: f64 = 0.3;
/// No load is less than this share of the day's mean.
const FLOOR: f64 = 0.04;
/// Weight of the hours before and after.
const NEIGHBOUR: f64 = 0.05;

/// Past days of a home with the energies that were forecast for them.
pub(crate) struct Analogs<'a> {
    table: &'a Table,
    given: Given,
    /// Forecasts of the mean power of the days, W.
    made: Vec<f64>,
}

/// The past days that speak for one day.
pub(crate) struct Alike<'a> {
    of: &'a Analogs<'a>,
    index: usize,
    days: Vec<Like>,
    /// Least power of an hour, W; NaN where the day's energy is not known.
    floor: f64,
}

/// A past day: what it weighs, and how its power becomes that of the day to come.
struct Like {
    day: usize,
    weight: f64,
    scaled: f64,
    added: f64,
}

impl<'a> Analogs<'a> {
    /// `made` are the forecasts of kWh at the same lead.
    pub(crate) fn new(table: &'a Table, given: Given, made: &[f64]) -> Analogs<'a> {
        let made = made.iter().enumerate().map(|(i, &kwh)| table.watts(i, kwh)).collect();
        Analogs { table, given, made }
    }

    /// Weighs the days known `lead` days before day `index`.
    pub(crate) fn alike(&'a self, index: usize) -> Alike<'a> {
        let end = (index + 1).saturating_sub(self.given.lead);
        let here = self.made[index];
        let days = (end.saturating_sub(MOST_DAYS)..end)
            .filter(|&day| self.table.hours[day].iter().any(|watts| watts.is_finite()))
            .map(|day| {
                let there = self.made[day];
                let (scaled, added) = if there > 0.0 && here.is_finite() {
                    ((here / there).powf(SCALED), ADDED * (here - there))
                } else {
                    (1.0, 0.0)
                };
                Like { day, weight: self.weight(day, index), scaled, added }
            });
        Alike { of: self, index, days: days.collect(), floor: FLOOR * here }
    }

    fn weight(&self, day: usize, index: usize) -> f64 {
        let (table, lead) = (self.table, self.given.lead);
        let age = 0.5_f64.powf((index - day) as f64 / HALF_LIFE);
        let near = |difference: f64, width: f64| {
            if difference.is_finite() { bell(difference / width) } else { UNKNOWN }
        };
        let mut alike = near((self.made[day] / self.made[index]).ln(), ENERGY);
        if self.given.temperature {
            let [there, here] = [day, index].map(|day| table.temperature(day, 0, lead).min(WARM));
            alike *= near(there - here, DEGREES);
        }
        let base = |day: usize| day.checked_sub(lead).map_or(f64::NAN, |day| table.base[day]);
        alike *= near(base(day) - base(index), BASE);
        if table.weekend(day) != table.weekend(index) {
            alike *= OTHER_KIND;
        }
        if self.given.presence && (table.presence[day] - table.presence[index]).abs() > 0.5 {
            alike *= OTHER_PRESENCE;
        }
        age * (alike + LEAST)
    }
}

impl Alike<'_> {
    /// Days that speak.
    pub(crate) fn len(&self) -> usize {
        self.days.len()
    }

    /// Power of an hour of a past day as it would be at this day's energy, W.
    fn watts(&self, like: &Like, hour: usize) -> f64 {
        let watts = self.of.table.hours[like.day][hour];
        // `max` would take the floor for a hole.
        if watts.is_nan() { watts } else { (watts * like.scaled + like.added).max(self.floor) }
    }

    /// (W, weight) of an hour and its neighbours.
    fn values(&self, hour: usize) -> Vec<(f64, f64)> {
        let around = [(hour, 1.0), ((hour + 23) % 24, NEIGHBOUR), ((hour + 1) % 24, NEIGHBOUR)];
        let values = self
            .days
            .iter()
            .flat_map(|like| around.map(|(hour, share)| (self.watts(like, hour), share * like.weight)));
        values.filter(|(watts, _)| watts.is_finite()).collect()
    }

    /// Mean power by local hour, W.
    pub(crate) fn means(&self) -> Option<[f64; 24]> {
        filled_numbers(std::array::from_fn(|hour| weighted::mean(self.values(hour))))
    }

    /// Quantiles by local hour, W.
    pub(crate) fn quantiles(&self) -> [Option<[f64; 9]>; 24] {
        std::array::from_fn(|hour| weighted::quantiles(&mut self.values(hour), LEVELS))
    }

    /// Quantiles of the energy of the four blocks of six hours, kWh, of days of which the whole block is known.
    pub(crate) fn blocks(&self) -> [Option<[f64; 9]>; BLOCKS] {
        let mut energies: [Vec<(f64, f64)>; BLOCKS] = Default::default();
        for like in &self.days {
            let curve = std::array::from_fn(|hour| self.watts(like, hour));
            for (energies, kwh) in energies.iter_mut().zip(self.of.table.block_sums(self.index, &curve)) {
                if kwh.is_finite() {
                    energies.push((kwh, like.weight));
                }
            }
        }
        energies.map(|mut energies| weighted::quantiles(&mut energies, LEVELS))
    }
}
