//! Rolling forecasts of a home's past, beside naive ones.

use super::daily::{Carrier, Given};
use super::forecast::Energy;
use super::home::{Home, Table};
use super::replay::Replay;
use super::rest::{Rest, Rolled};
use crate::Error;
use crate::calendar::Day;
use crate::interval::LEVELS;
use crate::scores::pinball;

/// A naive forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Naive {
    /// The day before; known at lead 1 only.
    Day1,
    /// Two days before.
    Day2,
    /// A week before.
    Day7,
    /// The last known day.
    Last,
    /// Mean of the last seven known days.
    Mean7,
    /// Quantiles of the last fourteen known days; the median is the forecast.
    Quantiles14,
    /// The same of twenty-eight days.
    Quantiles28,
}

impl Naive {
    /// All of them.
    pub const ALL: [Naive; 7] = [
        Naive::Day1,
        Naive::Day2,
        Naive::Day7,
        Naive::Last,
        Naive::Mean7,
        Naive::Quantiles14,
        Naive::Quantiles28,
    ];

    /// Quantiles from the value of `back` days before, of which those of fewer than `lead` are not known. All the same
    /// where a single value is forecast.
    fn band(self, lead: usize, value: impl Fn(usize) -> f64) -> [f64; 9] {
        let of = |back: usize| if back < lead { f64::NAN } else { value(back) };
        let last = |days: usize| -> Vec<f64> {
            (lead..lead + days).map(&value).filter(|value| value.is_finite()).collect()
        };
        match self {
            Naive::Day1 => [of(1); 9],
            Naive::Day2 => [of(2); 9],
            Naive::Day7 => [of(7); 9],
            Naive::Last => [of(lead); 9],
            Naive::Mean7 => {
                let days = last(7);
                [days.iter().sum::<f64>() / days.len() as f64; 9]
            }
            Naive::Quantiles14 => empirical(last(14)),
            Naive::Quantiles28 => empirical(last(28)),
        }
    }
}

/// Empirical quantiles, linear between the values.
fn empirical(mut values: Vec<f64>) -> [f64; 9] {
    values.sort_unstable_by(f64::total_cmp);
    LEVELS.map(|level| {
        let at = level * values.len().saturating_sub(1) as f64;
        let (low, part) = (at.floor() as usize, at.fract());
        match (values.get(low), values.get(low + 1)) {
            (Some(low), Some(high)) => low + part * (high - low),
            (Some(low), None) => *low,
            _ => f64::NAN,
        }
    })
}

/// What was forecast and what happened, W by hour or kWh by day.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The local day.
    pub day: Day,
    /// Hour of UTC for an hour, counted from the epoch; the first one for a day.
    pub start: i64,
    /// What happened.
    pub measured: f64,
    /// Ours, to expect: a mean for an hour, see [`Energy::kwh`] for a day.
    pub mean: f64,
    /// Ours at [`LEVELS`].
    pub quantiles: [f64; 9],
    /// Each of [`Naive::ALL`] at [`LEVELS`]; NaN where it knew nothing.
    pub naive: [[f64; 9]; Naive::ALL.len()],
}

/// A home's past to be forecast again.
#[derive(Debug, Clone, Copy)]
pub struct Backtest<'a> {
    /// The home.
    pub home: Home<'a>,
    /// What its energy is.
    pub carrier: Carrier,
    /// How many days before a day the last known one lies.
    pub lead: usize,
    /// First and last day to forecast.
    pub days: (Day, Day),
    /// Whether temperatures are used.
    pub temperature: bool,
    /// Whether the presence of a day is told before.
    pub presence: bool,
}

/// The rows of a backtest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// By hour, W.
    pub hours: Vec<Row>,
    /// By block of six hours, kWh; `start` is the block, 0 to 3, and the naive forecasts are not made.
    pub blocks: Vec<Row>,
    /// By day, kWh: as [`super::forecast()`] says it, half from analog days where there is a curve.
    pub days: Vec<Row>,
    /// By day, kWh: of the daily model alone, without its quantiles.
    pub model_days: Vec<Row>,
}

const NOTHING: [[f64; 9]; Naive::ALL.len()] = [[f64::NAN; 9]; Naive::ALL.len()];

impl Backtest<'_> {
    /// Forecasts each day from what was known before it. Jumps of the level are not cut out here as
    /// [`super::forecast()`] does, and days are left out until a few are known.
    pub fn run(&self) -> Result<Rows, Error> {
        let (from, to) = self.days;
        let Some(first) = self.home.first().filter(|first| *first < from) else { return Ok(Rows::default()) };
        let table = Table::new(&self.home, first, to, to)?;
        let lead = self.lead.max(1);
        let given = Given { lead, temperature: self.temperature, presence: self.presence };
        // Bands are calibrated on those of months before.
        let replay = Replay::new(&table, self.carrier, given, 0);
        let mut rows = Rows::default();
        for index in from.since(first) as usize..table.len() {
            rows.add_day(&table, &replay, index);
            rows.add_hours(&table, &replay, index);
        }
        Ok(rows)
    }

    /// Forecasts the rest of the month from each day whose rest is known, with `horizon` days of temperatures; and what
    /// it came to.
    pub fn rests(&self, horizon: usize) -> Result<Vec<(Rest, f64)>, Error> {
        let (from, to) = self.days;
        let Some(first) = self.home.first().filter(|first| *first < from) else { return Ok(Vec::new()) };
        let table = Table::new(&self.home, first, to, to)?;
        let rolled = Rolled::new(&table, self.carrier, if self.temperature { horizon } else { 0 });
        let rests = from.plus(-1).to(to.plus(-1)).filter_map(|known| {
            let rest = rolled.rest(known.since(first) as usize)?;
            let measured: f64 = rest
                .days
                .0
                .to(rest.days.1)
                .map(|day| table.index(day).map_or(f64::NAN, |i| table.kwh[i]))
                .sum();
            measured.is_finite().then_some((rest, measured))
        });
        Ok(rests.collect())
    }
}

impl Rows {
    fn add_day(&mut self, table: &Table, replay: &Replay, index: usize) {
        let measured = table.kwh[index];
        let (Some(quantiles), true) = (replay.energies[index], measured.is_finite()) else { return };
        let value = |back: usize| index.checked_sub(back).map_or(f64::NAN, |index| table.kwh[index]);
        let day = table.day(index);
        let row = Row {
            day,
            start: table.days.hours(day).start,
            measured,
            mean: replay.totals[index],
            quantiles,
            naive: Naive::ALL.map(|naive| naive.band(replay.given.lead, value)),
        };
        self.model_days.push(Row { mean: replay.made[index], quantiles: [f64::NAN; 9], ..row.clone() });
        self.days.push(row);
    }

    fn add_hours(&mut self, table: &Table, replay: &Replay, index: usize) {
        let Some(curve) = replay.curve(index) else { return };
        let day = table.day(index);
        let local = table.days.local_hours(day);
        for (start, local) in table.days.hours(day).zip(local) {
            // Both hours that the clocks repeat count with their mean.
            let measured = table.hours[index][local];
            if measured.is_nan() {
                continue;
            }
            let value =
                |back: usize| index.checked_sub(back).map_or(f64::NAN, |index| table.hours[index][local]);
            self.hours.push(Row {
                day,
                start,
                measured,
                mean: curve.means[local],
                quantiles: curve.bands[local],
                naive: Naive::ALL.map(|naive| naive.band(replay.given.lead, value)),
            });
        }
        let sums = table.block_sums(index, &curve.means);
        for (block, (measured, band)) in
            replay.measured_blocks(index).into_iter().zip(curve.blocks).enumerate()
        {
            if let Some(quantiles) = band
                && measured.is_finite()
            {
                let (start, mean) = (block as i64, sums[block]);
                self.blocks.push(Row { day, start, measured, mean, quantiles, naive: NOTHING });
            }
        }
    }
}

/// Scores of rows. Units are those of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Scores {
    /// Rows scored.
    pub count: usize,
    /// Mean absolute error of the medians; of naive forecasts, of what they say.
    pub mae: f64,
    /// Sum of these errors relative to the sum of what happened, %.
    pub wape: f64,
    /// Root of the mean square error of the means.
    pub rmse: f64,
    /// Mean of what happened minus the means.
    pub bias: f64,
    /// Mean pinball loss over the nine quantiles. Twice as much has the scale of the mean absolute error.
    pub pinball: f64,
    /// Share of the rows inside the 80 % interval, %.
    pub coverage: f64,
}

impl Scores {
    /// Scores our forecasts.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Scores {
        Scores::sum(rows.into_iter().map(|row| (row.measured, row.quantiles[4], row.mean, row.quantiles)))
    }

    /// Scores the energies to expect of rows of days instead of their medians.
    pub fn of_means<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Scores {
        Scores::sum(rows.into_iter().map(|row| (row.measured, row.mean, row.mean, row.quantiles)))
    }

    /// Scores ours and a naive forecast on the rows that it knew something of.
    pub fn beside(rows: &[Row], naive: Naive) -> (Scores, Scores) {
        let index = Naive::ALL.iter().position(|other| *other == naive).unwrap_or_default();
        let known = || rows.iter().filter(|row| row.naive[index].iter().all(|value| value.is_finite()));
        let naive = known().map(|row| {
            let band = row.naive[index];
            (row.measured, band[4], band[4], band)
        });
        (Scores::of(known()), Scores::sum(naive))
    }

    /// Of (measured, median, mean, quantiles).
    fn sum(rows: impl Iterator<Item = (f64, f64, f64, [f64; 9])>) -> Scores {
        let (mut sums, mut total) = (Scores::default(), 0.0);
        for (measured, median, mean, band) in
            rows.filter(|(measured, _, mean, _)| (measured + mean).is_finite())
        {
            sums.count += 1;
            total += measured;
            sums.mae += (measured - median).abs();
            sums.rmse += (measured - mean).powi(2);
            sums.bias += measured - mean;
            let losses = LEVELS.iter().zip(band).map(|(&level, quantile)| pinball(level, quantile, measured));
            sums.pinball += losses.sum::<f64>() / LEVELS.len() as f64;
            sums.coverage += if (band[0]..=band[8]).contains(&measured) { 100.0 } else { 0.0 };
        }
        let n = sums.count.max(1) as f64;
        Scores {
            count: sums.count,
            mae: sums.mae / n,
            wape: 100.0 * sums.mae / total,
            rmse: (sums.rmse / n).sqrt(),
            bias: sums.bias / n,
            pinball: sums.pinball / n,
            coverage: sums.coverage / n,
        }
    }

    /// Share of rests of months inside their 80 % interval, %, and mean absolute error relative to the mean rest, %.
    pub fn of_rests(rests: &[(Rest, f64)]) -> (f64, f64) {
        let n = rests.len().max(1) as f64;
        let inside = |(rest, measured): &&(Rest, f64)| {
            let Energy { quantiles, .. } = rest.rest;
            (quantiles[0]..=quantiles[8]).contains(measured)
        };
        let error: f64 = rests.iter().map(|(rest, measured)| (rest.rest.kwh - measured).abs()).sum();
        let total: f64 = rests.iter().map(|(_, measured)| measured).sum();
        (100.0 * rests.iter().filter(inside).count() as f64 / n, 100.0 * error / total)
    }
}
