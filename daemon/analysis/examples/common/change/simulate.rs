//! Simulated years: what the model expects of their weather, and blocks of the real home's errors of the same season.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use watteau_analysis::Day;
use watteau_analysis::change::{Judged, Trust};
use watteau_analysis::regression::{Baseline, Daily, Days, Level, Row};

use super::super::day;
use super::super::days::HomeDays;
use super::score::{Found, Scores, watch};
use super::weather::Weather;

pub(crate) const LATITUDE: f64 = 46.5;
/// Days between the dates of a block of errors and of the days it is given to.
const NEAR: i32 = 15;
/// Noise of an empty home as a share of an inhabited one's.
const EMPTY: f64 = 0.15;

/// What is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// Gas, by the weather.
    Gas,
    /// Electricity by weather and presence. The level is left aside: it would follow a change and hide it.
    Electricity,
}

impl Carrier {
    /// The baseline of the days `from..to`, and the rows of all days.
    pub(crate) fn fit(self, days: &Days, from: Day, to: Day) -> anyhow::Result<(Baseline, Vec<Option<Row>>)> {
        Ok(match self {
            Carrier::Gas => {
                let fit = Daily::fit(days, LATITUDE, from, to)?;
                let rows = fit.rows(days);
                (fit.baseline, rows)
            }
            Carrier::Electricity => {
                let fit = Level::fit(days, LATITUDE, from, to)?;
                let rows = fit.rows(days);
                (fit.baseline, rows)
            }
        })
    }

    /// A baseline of the days `from..to`, and the days `to..end` judged by it.
    pub(crate) fn judge(
        self,
        days: &Days,
        from: Day,
        to: Day,
        end: Day,
    ) -> anyhow::Result<(Trust, Vec<Judged>)> {
        let (baseline, rows) = self.fit(days, from, to)?;
        let judged = baseline.watch(days, &rows, to, end).into_iter().map(Judged::from);
        Ok((Trust::of(&baseline)?, judged.collect()))
    }
}

/// The real home: its model, and its errors of days left out with their quarter, kWh.
pub(crate) struct Truth {
    carrier: Carrier,
    baseline: Baseline,
    rows: Vec<Option<Row>>,
    errors: Vec<(Day, f64)>,
}

/// Random numbers of a run.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform in `0..below`.
    pub(crate) fn below(&mut self, below: usize) -> usize {
        (self.0.next_u64() % below.max(1) as u64) as usize
    }
}

/// Day of the year, 0 to 365.
fn season(day: Day) -> i32 {
    i32::from(day.date().day_of_year()) - 1
}

impl Truth {
    /// The gas of 2023 and 2024.
    pub(crate) fn gas(home: &HomeDays, world: &Days) -> anyhow::Result<Truth> {
        Truth::learn(Carrier::Gas, &home.gas(), day(2023, 1, 1), day(2025, 1, 1), world)
    }

    /// The electricity of 2022 to 2024 without its slow drift, in its own weather and presence.
    pub(crate) fn electricity(home: &HomeDays) -> anyhow::Result<Truth> {
        let days = home.electricity();
        let mut truth = Truth::learn(Carrier::Electricity, &days, day(2022, 1, 1), day(2025, 1, 1), &days)?;
        truth.without_drift();
        Ok(truth)
    }

    /// Learnt from the days `from..to` of the real home; years are simulated in the weather (and presence) of `world`.
    fn learn(carrier: Carrier, days: &Days, from: Day, to: Day, world: &Days) -> anyhow::Result<Truth> {
        let (baseline, _) = carrier.fit(days, from, to)?;
        let mut errors = Vec::new();
        let mut start = from;
        while start < to {
            let date = start.date();
            let months = 3 - (date.month() - 1) % 3;
            let end = date.first_of_month().checked_add(jiff::Span::new().months(months))?;
            let end = Day::new(end).min(to);
            let mut without = days.values.to_vec();
            without[days.range(start, end)].fill(None);
            let (fold, rows) = carrier.fit(&Days { values: &without, ..*days }, from, to)?;
            errors.extend(
                fold.watch(days, &rows, start, end).into_iter().map(|left| (left.day, left.residual)),
            );
            start = end;
        }
        // The rows of the world in the shape that was found.
        let last = world.day(world.len());
        let values = vec![Some(0.0); world.len()];
        let world = Days { values: &values, ..*world };
        let rows = match carrier {
            Carrier::Gas => Daily::fit(days, LATITUDE, from, to)?.rows(&world),
            Carrier::Electricity => Level::fit(days, LATITUDE, from, to)?.rows(&world),
        };
        anyhow::ensure!(world.first < last, "there are no days to simulate");
        Ok(Truth { carrier, baseline, rows, errors })
    }

    /// Takes the mean of half a year around it from each error: what is left is a home that does not drift.
    fn without_drift(&mut self) {
        let errors: Vec<f64> = self.errors.iter().map(|(_, error)| *error).collect();
        for (at, (_, error)) in self.errors.iter_mut().enumerate() {
            let near = &errors[at.saturating_sub(90)..(at + 91).min(errors.len())];
            *error -= near.iter().sum::<f64>() / near.len() as f64;
        }
    }

    /// Values of the days of the world: blocks of `block` days of errors that began around the same date of the year.
    pub(crate) fn simulate(&self, world: &Days, block: usize, dice: &mut Dice) -> Vec<Option<f64>> {
        let mut values = Vec::with_capacity(self.rows.len());
        while values.len() < self.rows.len() {
            let today = season(world.day(values.len()));
            let like: Vec<usize> = (0..self.errors.len().saturating_sub(block))
                .filter(|&at| {
                    let apart = (season(self.errors[at].0) - today).abs();
                    apart.min(366 - apart) <= NEAR
                })
                .collect();
            let start = like[dice.below(like.len())];
            for (_, error) in &self.errors[start..start + block] {
                let at = values.len();
                let Some(row) = self.rows.get(at) else { break };
                let empty =
                    world.occupancy.is_some_and(|present| present[at].is_some_and(|there| there <= 0.0));
                let error = if empty { EMPTY * error } else { *error };
                values.push(row.as_ref().map(|row| (self.baseline.day(row).value + error).max(0.0)));
            }
        }
        values
    }
}

impl Weather {
    /// Any values of these days.
    pub(crate) fn days<'a>(&'a self, values: &'a [Option<f64>]) -> Days<'a> {
        let (minimum, maximum) = (&self.minimum, &self.maximum);
        Days { first: self.first, values, minimum, maximum, occupancy: None }
    }
}

/// The same days with a use that is `factor` times as large from a day on.
pub(crate) fn plant(days: &[Judged], from: Day, factor: f64) -> Vec<Judged> {
    let one = |judged: &Judged| {
        let more = if judged.day >= from { (factor - 1.0) * judged.actual() } else { 0.0 };
        Judged { residual: judged.residual + more, ..judged.clone() }
    };
    days.iter().map(one).collect()
}

/// Runs of a simulation: how many stable years raised an alarm, and what was found of each effect.
pub(crate) struct Simulated {
    pub(crate) runs: usize,
    pub(crate) alarms: usize,
    pub(crate) kappa: f64,
    pub(crate) effects: Vec<(f64, Scores)>,
}

/// Simulates years: the months `learnt` before a day, twelve watched from it on, and each effect, %, planted on a random
/// day 14 to 119 days after it.
pub(crate) fn years(
    truth: &Truth,
    world: &Days,
    (learnt, watched): (i32, Day),
    block: usize,
    runs: u64,
    effects: &[f64],
) -> anyhow::Result<Simulated> {
    let from = Day::new(watched.date().checked_sub(jiff::Span::new().months(learnt))?);
    let mut alarms = 0;
    let mut kappa = 0.0;
    let mut found = vec![Vec::new(); effects.len()];
    for run in 0..runs {
        // Other draws in other years.
        let mut dice = Dice::new(run ^ (watched.number() as u64) << 32);
        let values = truth.simulate(world, block, &mut dice);
        let days = Days { values: &values, ..*world };
        let (trust, judged) = truth.carrier.judge(&days, from, watched, watched.plus(365))?;
        kappa += trust.kappa() / runs as f64;
        alarms += usize::from(watch(&trust, &judged)?.is_some());
        let planted = watched.plus(14 + dice.below(106) as i32);
        for (found, &percent) in found.iter_mut().zip(effects) {
            let change = watch(&trust, &plant(&judged, planted, 1.0 + percent / 100.0))?;
            found.push(Found { planted, percent, change });
        }
    }
    let effects = effects.iter().copied().zip(found.iter().map(|found| Scores::of(found))).collect();
    Ok(Simulated { runs: runs as usize, alarms, kappa, effects })
}
