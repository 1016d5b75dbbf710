//! Twenty-four linear models of the root of the power, one an hour, that learn every day.

use super::daily::Given;
use super::epochs::{Epoch, epochs};
use super::home::{Table, mean};
use super::weighted;
use crate::interval::LEVELS;
use crate::kalman::{Filter, Pace};

/// Prior variance and daily drift of level, temperature, energy forecast, and the rest.
const LEVEL: (f64, f64) = (10.0, 1e-2);
const HEAT: (f64, f64) = (0.3, 1e-4);
const ENERGY: (f64, f64) = (0.3, 1e-5);
const REST: (f64, f64) = (0.1, 1e-5);
const HUB: f64 = 1.3;
const PACE: Pace = Pace { memory: 0.97, warm_up: 15 };
/// Weekdays that have a coefficient of their own.
const WEEKDAYS: [usize; 4] = [0, 2, 4, 6];
/// Assumed noise of the root of the power relative to its mean.
const NOISE: f64 = 0.28;
/// Usual base load relative to the square of the mean root.
const BASE: f64 = 0.32;
/// Days of errors behind the quantiles, their half-life, and what the hours before and after are worth.
const ERROR_DAYS: usize = 300;
const ERROR_HALF_LIFE: f64 = 60.0;
const NEIGHBOUR: f64 = 0.1;

/// Level of the root of a home's power.
#[derive(Debug, Clone, Copy)]
struct Scale {
    root: f64,
    unit: f64,
    base: f64,
}

impl Scale {
    fn of(days: &[[f64; 24]]) -> Scale {
        let roots: Vec<f64> = days.iter().flatten().map(|watts| watts.sqrt()).collect();
        let root = mean(&roots).max(1.0);
        Scale { root, unit: NOISE * root, base: (BASE * root * root).ln() }
    }

    fn standard(self, watts: f64) -> f64 {
        (watts.sqrt() - self.root) / self.unit
    }
}

/// Forecasts by day and local hour.
pub(crate) struct Hours<'a> {
    table: &'a Table,
    given: Given,
    /// Root of the power; NaN where there is none.
    made: Vec<[f64; 24]>,
    /// Errors of it, where the power is known.
    errors: Vec<[f64; 24]>,
}

impl<'a> Hours<'a> {
    /// `made` are the forecasts of kWh at the same lead.
    pub(crate) fn new(table: &'a Table, given: Given, made: &[f64]) -> Hours<'a> {
        let energy: Vec<f64> = made.iter().enumerate().map(|(i, &kwh)| table.watts(i, kwh)).collect();
        let mut hours = Hours { table, given, made: vec![[f64::NAN; 24]; table.len()], errors: Vec::new() };
        let known = table.hours.iter().map(|day| day.iter().any(|watts| watts.is_finite()));
        for epoch in epochs(known) {
            hours.run(&epoch, &energy);
        }
        let errors = table
            .hours
            .iter()
            .zip(&hours.made)
            .map(|(watts, made)| std::array::from_fn(|hour| watts[hour].sqrt() - made[hour]));
        hours.errors = errors.collect();
        hours
    }

    fn groups(&self) -> Vec<(f64, f64)> {
        let heat = if self.given.temperature { 3 } else { 0 };
        let rest = 1 + WEEKDAYS.len() + 2 + usize::from(self.given.presence);
        [LEVEL, ENERGY]
            .into_iter()
            .chain(std::iter::repeat_n(HEAT, heat))
            .chain(std::iter::repeat_n(REST, rest))
            .collect()
    }

    /// Columns of a day; `lead` says which temperatures were not measured yet.
    fn row(&self, index: usize, lead: usize, scale: Scale, energy: &[f64], x: &mut Vec<f64>) {
        let (table, given) = (self.table, self.given);
        x.clear();
        x.extend([1.0, scale.standard(energy[index])]);
        if given.temperature {
            let t = |back| table.temperature(index, back, lead);
            x.extend([0, 1].map(|back| (17.0 - t(back)).max(0.0) / 5.0));
            x.push((t(0) - 21.0).max(0.0) / 3.0);
        }
        x.push(f64::from(table.weekend(index)));
        x.extend(WEEKDAYS.map(|weekday| f64::from(table.weekday[index] == weekday)));
        for base in [&table.base, &table.base_week] {
            let base = index.checked_sub(given.lead).map_or(f64::NAN, |index| base[index]) - scale.base;
            x.push(if base.is_finite() { base } else { 0.0 });
        }
        if given.presence {
            x.push(1.0 - table.presence[index]);
        }
    }

    fn run(&mut self, epoch: &Epoch, energy: &[f64]) {
        let scale = Scale::of(&self.table.hours[..epoch.scaled_by]);
        let (prior, drift): (Vec<f64>, Vec<f64>) = self.groups().into_iter().unzip();
        let mut filters = vec![Filter::new(&vec![0.0; prior.len()], &prior); 24];
        let mut x = Vec::new();
        for state in 0..epoch.states.end {
            self.row(state, 0, scale, energy, &mut x);
            let sound = x.iter().all(|x| x.is_finite());
            for (filter, watts) in filters.iter_mut().zip(self.table.hours[state]) {
                filter.grow();
                if sound && watts.is_finite() {
                    filter.learn_at(PACE, &x, scale.standard(watts), &drift, HUB);
                }
            }
            let target = state + self.given.lead;
            if epoch.states.contains(&state) && target < self.made.len() {
                self.row(target, self.given.lead, scale, energy, &mut x);
                let roots = filters.iter().map(|filter| scale.root + scale.unit * filter.expect(&x));
                for (made, root) in self.made[target].iter_mut().zip(roots) {
                    *made = root.max(0.0);
                }
            }
        }
    }

    /// Quantiles of a day by local hour, W.
    pub(crate) fn quantiles(&self, index: usize) -> [Option<[f64; 9]>; 24] {
        let end = (index + 1).saturating_sub(self.given.lead);
        let days = end.saturating_sub(ERROR_DAYS)..end;
        std::array::from_fn(|hour| {
            let made = self.made[index][hour];
            let around = [(hour, 1.0), ((hour + 23) % 24, NEIGHBOUR), ((hour + 1) % 24, NEIGHBOUR)];
            let errors = days.clone().flat_map(|day| {
                let age = 0.5_f64.powf((index - day) as f64 / ERROR_HALF_LIFE);
                around.map(|(hour, share)| (self.errors[day][hour], share * age))
            });
            let mut errors: Vec<(f64, f64)> = errors.filter(|(error, _)| error.is_finite()).collect();
            let errors = weighted::quantiles(&mut errors, LEVELS)?;
            made.is_finite().then(|| errors.map(|error| (made + error).max(0.0).powi(2)))
        })
    }
}
