//! Electricity by the day: who is there, how cold it is, Saturdays and Sundays, and a level that wanders.
//!
//! `value = x'b + there L + away u`, with `L` a level that returns to 0 (`L <- rho L + N(0, q s2)`), `u` noise that hangs
//! together (`u <- phi u + N(0, (1 - phi^2) s2)`). `away` is 0.15 in an empty house; in an inhabited one its square goes
//! from 1 to 2 with the cold. A household really changes: a line without the level cannot follow it, see [`super`].
//!
//! The filter knows two states only. The regressors run through it beside the values, and what comes out is a least
//! squares problem of whitened rows: coefficients have an exactly diffuse prior, the likelihood is that of de Jong
//! (1991), and a hundred candidates for (q, rho, phi) cost milliseconds. A sum of days follows from the state before
//! it by the weights that each innovation has in it, which is the same as a sum carried as one more state. Its interval
//! is Student's t by the months learnt, as the baseline's is.

use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, Observation, Row};
use super::days::Days;
use super::effective::felt;
use super::filter::{Drivers, Learnt, State, Wander};
use super::linear::{Prediction, dot, quadratic};
use super::refusal::Refusal;
use super::robust;
use crate::calendar::Day;

/// Temperature below which electricity heats, degC.
pub(crate) const BASE: f64 = 18.0;
/// Noise of an empty house as a share of an inhabited one's.
const EMPTY: f64 = 0.15;
/// Cold, degC, at which the variance of the noise has doubled; it grows no farther.
const DOUBLED: f64 = 8.0;
/// Days below which nothing is explained, and below which it is provisional.
const NEEDED: usize = 60;
const YEAR: usize = 365;

/// The model with a level, fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Level {
    /// Latitude of the home, degrees north. The sun is no driver here; kept for the temperatures' sake.
    pub latitude: f64,
    /// Names of the coefficients.
    pub names: Vec<String>,
    /// Coefficients.
    pub coefficients: Vec<f64>,
    /// Their covariance.
    pub covariance: Vec<Vec<f64>>,
    /// How level and noise wander.
    pub wander: Wander,
    /// Variance of the noise of an inhabited day.
    pub variance: f64,
    /// Standard deviations that hold 95 % of the days learnt, each predicted from the day before: more than 1.96, as
    /// days have fat tails.
    pub day_factor: f64,
    /// -2 log likelihood, up to a constant.
    pub deviance: f64,
    /// First day of the values that the level follows.
    pub from: Day,
    /// Drivers that never changed and were left out.
    pub left_out: Vec<String>,
    /// Days whose value is absurd and was set aside.
    pub set_aside: Vec<Day>,
    /// Whether less than a year was learnt.
    pub provisional: bool,
    /// The same drivers without a level: what a detection of changes goes by, which a level would follow and hide.
    pub baseline: Baseline,
}

const NAMES: [&str; 5] = ["constant", "occupancy", "heating", "sunday", "saturday"];

/// All drivers of all days; `None` where temperature or occupancy is not known.
fn drivers(days: &Days, latitude: f64) -> Vec<Option<Drivers>> {
    let felt = felt(days, latitude);
    let of = |index: usize| {
        let there = days.occupancy.map_or(Some(1.0), |occupancy| occupancy[index])?.max(0.0);
        let cold = there * (BASE - felt[index]?.blend).max(0.0);
        let weekday = days.day(index).weekday();
        let on = |wanted: usize| if weekday == wanted { there } else { 0.0 };
        let x = vec![1.0, there, cold, on(6), on(5)];
        let noise = if there > 0.0 { (1.0 + (cold / DOUBLED).min(1.0)).sqrt() } else { EMPTY };
        Some(Drivers { row: Row { x, cold }, there, noise })
    };
    (0..days.len()).map(of).collect()
}

/// Keeps the drivers that are named.
fn chosen(drivers: Vec<Option<Drivers>>, names: &[&str]) -> Vec<Option<Drivers>> {
    let keep: Vec<usize> = (0..NAMES.len()).filter(|&j| names.contains(&NAMES[j])).collect();
    let mut drivers = drivers;
    for drivers in drivers.iter_mut().flatten() {
        drivers.row.x = keep.iter().map(|&j| drivers.row.x[j]).collect();
    }
    drivers
}

impl Level {
    /// Fits the days `from..to` that have a value, temperatures and, where it is looked at, occupancy.
    pub fn fit(days: &Days, latitude: f64, from: Day, to: Day) -> Result<Level, Refusal> {
        days.check()?;
        let range = days.range(from, to);
        let all = drivers(days, latitude);
        let known =
            || range.clone().filter_map(|index| Some((index, all[index].as_ref()?, days.values[index]?)));
        let count = known().count();
        if count == 0 {
            let missing =
                if days.occupancy.is_some() { "temperatures and occupancy" } else { "temperatures" };
            return Err(Refusal::Nothing { missing: missing.to_owned() });
        }
        if count < NEEDED {
            return Err(Refusal::TooFew { rows: count, coefficients: NAMES.len(), needed: NEEDED });
        }
        // Nobody ever away: the constant says it all. A summer only: there is no heating to learn.
        let constant = |j: usize| {
            let mut values = known().map(|(_, drivers, _)| drivers.row.x[j]);
            let first = values.next();
            values.all(|value| Some(value.to_bits()) == first.map(f64::to_bits))
        };
        let (left_out, names): (Vec<usize>, Vec<usize>) =
            (0..NAMES.len()).partition(|&j| j > 0 && constant(j));
        let [left_out, names] =
            [left_out, names].map(|list| list.into_iter().map(|j| NAMES[j]).collect::<Vec<_>>());
        let all = chosen(all.clone(), &names);
        let mut observations: Vec<Observation> = range
            .clone()
            .filter_map(|index| {
                let row = all[index].as_ref()?.row.clone();
                Some(Observation { day: days.day(index), row, value: days.values[index]? })
            })
            .collect();
        let absurd = robust::absurd(&observations);
        let set_aside: Vec<Day> =
            observations.iter().zip(&absurd).filter(|(_, absurd)| **absurd).map(|(row, _)| row.day).collect();
        observations.retain(|row| set_aside.binary_search(&row.day).is_err());
        let baseline = Baseline::fit(&names, &observations, false, |_| observations.clone())?;
        let learnt = Learnt {
            days: range
                .map(|index| {
                    let value = days.values[index];
                    (
                        all[index].as_ref(),
                        value.filter(|_| set_aside.binary_search(&days.day(index)).is_err()),
                    )
                })
                .collect(),
            columns: names.len() + 1,
        };
        let best = learnt.best().ok_or(Refusal::Stuck)?;
        let day_factor = learnt.day_factor(&best);
        Ok(Level {
            latitude,
            names: names.iter().map(|&name| name.to_owned()).collect(),
            coefficients: best.coefficients.iter().copied().collect(),
            covariance: (best.inverse * best.variance)
                .row_iter()
                .map(|row| row.iter().copied().collect())
                .collect(),
            wander: best.wander,
            variance: best.variance,
            day_factor,
            deviance: best.deviance,
            from,
            left_out: left_out.iter().map(|&name| name.to_owned()).collect(),
            set_aside,
            provisional: count < YEAR,
            baseline,
        })
    }

    /// The days with this model's drivers.
    fn drivers(&self, days: &Days) -> Vec<Option<Drivers>> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        chosen(drivers(days, self.latitude), &names)
    }

    /// The rows of all days for [`Level::baseline`], `None` where temperature or occupancy is not known.
    pub fn rows(&self, days: &Days) -> Vec<Option<Row>> {
        self.drivers(days).into_iter().map(|drivers| drivers.map(|drivers| drivers.row)).collect()
    }

    /// Expects stretches of days, given as ranges of entries in order, each from what was known the morning its
    /// stretch begins. `wanted` says which days of a stretch make up its sum.
    pub(crate) fn ahead(
        &self,
        days: &Days,
        stretches: &[std::ops::Range<usize>],
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<Ahead> {
        let drivers = self.drivers(days);
        let mut state = State::start(self.names.len() + 1, self.wander);
        let mut innovations = vec![0.0; self.names.len() + 1];
        let mut found = Vec::with_capacity(stretches.len());
        let mut index = days.range(self.from, self.from).start;
        for stretch in stretches {
            while index < stretch.start.min(days.len()) {
                let aside = self.set_aside.binary_search(&days.day(index)).is_ok();
                if let (Some(drivers), Some(value), false) = (&drivers[index], days.values[index], aside) {
                    state.learn(drivers, value, &mut innovations);
                }
                state.step(self.wander);
                index += 1;
            }
            found.push(self.stretch(&drivers, state.clone(), stretch.clone(), &wanted));
        }
        found
    }

    fn stretch(
        &self,
        drivers: &[Option<Drivers>],
        mut state: State,
        stretch: std::ops::Range<usize>,
        wanted: &impl Fn(usize) -> bool,
    ) -> Ahead {
        let Wander { q, rho, phi } = self.wander;
        let start = state.covariance;
        let mut ahead = Ahead { days: Vec::new(), sum: None };
        // Of each day of the sum: what the coefficients have in it, and its weights of level and noise.
        let mut parameters = vec![0.0; self.names.len()];
        let mut weights = vec![[0.0; 2]; stretch.len()];
        let (mut total, mut count) = (0.0, 0);
        for (index, weights) in stretch.zip(&mut weights) {
            if let Some(drivers) = drivers.get(index).and_then(Option::as_ref) {
                let z = [drivers.there, drivers.noise];
                let mean = state.mean(&self.coefficients);
                let value = dot(&drivers.row.x, &self.coefficients) + z[0] * mean[0] + z[1] * mean[1];
                let own: Vec<f64> = drivers
                    .row
                    .x
                    .iter()
                    .zip(&state.means[1..])
                    .map(|(x, mean)| x - z[0] * mean[0] - z[1] * mean[1])
                    .collect();
                let [level, both, noise] = state.covariance;
                let spread = z[0] * z[0] * level + 2.0 * z[0] * z[1] * both + z[1] * z[1] * noise;
                let sd = (self.variance * spread + quadratic(&self.covariance, &own)).max(0.0).sqrt();
                ahead.days.push((index, around(value, sd, self.day_factor)));
                if wanted(index) {
                    (total, count) = (total + value, count + 1);
                    parameters.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
                    *weights = z;
                }
            }
            state.step(self.wander);
        }
        if count > 0 {
            // From the last day back: what an innovation of a day has in the sum.
            let (mut carried, mut spread) = ([0.0; 2], 0.0);
            for (k, weights) in weights.iter().enumerate().rev() {
                carried = [weights[0] + rho * carried[0], weights[1] + phi * carried[1]];
                if k > 0 {
                    spread += q * carried[0] * carried[0] + (1.0 - phi * phi) * carried[1] * carried[1];
                }
            }
            let [level, both, noise] = start;
            spread += carried[0] * carried[0] * level
                + 2.0 * carried[0] * carried[1] * both
                + carried[1] * carried[1] * noise;
            let variance = self.variance * spread + quadratic(&self.covariance, &parameters);
            ahead.sum = Some(around(total, variance.max(0.0).sqrt(), self.baseline.factor()));
        }
        ahead
    }
}

fn around(value: f64, sd: f64, factor: f64) -> Prediction {
    Prediction { value, sd, lower: value - factor * sd, upper: value + factor * sd }
}

/// What is expected of a stretch of days.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ahead {
    /// Entry and expectation of each day whose drivers are known.
    pub(crate) days: Vec<(usize, Prediction)>,
    /// Their sum, of the wanted ones.
    pub(crate) sum: Option<Prediction>,
}
