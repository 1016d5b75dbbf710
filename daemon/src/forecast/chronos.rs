//! Chronos models beside ours: they see the series alone, without weather and without a calendar.
//!
//! Their quantiles are stretched by how the last sixty days of the same forecasts turned out (split conformal), as those
//! of the adaptive model are; the median is theirs.

use super::Error;
use crate::models::{Library, Name, State, built_in};
use std::num::NonZero;
use watteau_analysis::{
    Day, HourForecast, Hourly, LocalDays,
    interval::{Calibration, WINDOW},
};
use watteau_chronos::{Family, LoadOptions, Model, Options, Task};

/// Hours that a model is shown where it reads any number.
const CONTEXT: usize = 2048;
/// Known hours below which it is not asked: two days.
const LEAST: usize = 48;
/// Days that are forecast at once: few in memory.
const TOGETHER: usize = 32;

/// A loaded model.
pub(super) struct Chronos {
    pub(super) hash: String,
    model: Model,
    context: usize,
}

impl Chronos {
    /// The one that is built in, or one of the folder of models.
    pub(super) fn open(name: &str, library: &Library, threads: usize) -> Result<Self, Error> {
        let threads = NonZero::new(threads);
        let (model, hash) = if name == built_in::NAME {
            let model = built_in::load(threads).map_err(|error| Error::Chronos(error.to_string()))?;
            (model, built_in::hash())
        } else {
            let parsed: Name = name.parse().map_err(|error: crate::models::NotAName| {
                Error::Chronos(format!("{error}; or chronos, the one that is built in"))
            })?;
            let absent = || {
                Error::Chronos(format!(
                    "the model {parsed} is not here; `watteau model pull {parsed}` brings it"
                ))
            };
            let State::Here { .. } = library.state(&parsed) else { return Err(absent()) };
            let options = LoadOptions { threads, ..LoadOptions::default() };
            let model = Model::load(library.folder(&parsed), &options)
                .map_err(|error| Error::Chronos(format!("the model {parsed} cannot be loaded: {error}")))?;
            let record = library.record(&parsed).ok().flatten();
            (model, record.map_or_else(String::new, |record| record.revision))
        };
        let context = match &model.config().family {
            Family::T5(settings) => settings.context_length,
            Family::Bolt(settings) => settings.context_length,
            Family::Chronos2(settings) => settings.context_length,
        };
        Ok(Self { hash, model, context: context.min(CONTEXT) })
    }

    /// Forecasts the days from `from` to `to`, each from the hours before `known(day)`; days that too little is known
    /// before have none. A home's quantiles are left as they are: its errors are no factors.
    pub(super) fn days(
        &self,
        series: &Hourly,
        from: Day,
        to: Day,
        calibrated: bool,
        known: impl Fn(&LocalDays, Day) -> i64,
    ) -> Result<Vec<(Day, Vec<HourForecast>)>, Error> {
        // The widths of the first day are those of the days before it.
        let first = from.plus(-(WINDOW as i32) - 2);
        let days = LocalDays::paris(first.plus(-1), to).map_err(Error::Model)?;
        let all: Vec<Day> = first.to(to).collect();
        let mut raw = Vec::with_capacity(all.len());
        for some in all.chunks(TOGETHER) {
            let asked: Vec<(Day, i64)> = some
                .iter()
                .map(|day| (*day, known(&days, *day)))
                .filter(|(_, known)| self.enough(series, *known))
                .collect();
            raw.extend(self.ask(series, &days, &asked)?);
        }
        let mut calibration = Calibration::default();
        let mut made = Vec::new();
        let mut waiting = raw.iter().peekable();
        for (day, hours) in &raw {
            // A day counts once it was known whole when this one was forecast.
            while let Some((earlier, said)) = waiting.peek() {
                if days.hours(*earlier).end > known(&days, *day) {
                    break;
                }
                calibration.add(&errors(series, &days, *earlier, said));
                waiting.next();
            }
            if *day >= from {
                let local = days.local_hours(*day);
                let hours = hours.iter().zip(local).map(|(hour, local)| {
                    let quantiles = calibration.quantiles(local, hour.mw);
                    let learnt = calibrated && calibration.days() > 0;
                    let quantiles = if learnt { quantiles } else { hour.quantiles };
                    HourForecast { quantiles, ..*hour }
                });
                made.push((*day, hours.collect()));
            }
        }
        Ok(made)
    }

    fn enough(&self, series: &Hourly, known: i64) -> bool {
        let context = known - self.context as i64..known;
        context.filter(|hour| series.get(*hour).is_finite()).take(LEAST).count() == LEAST
    }

    /// Forecasts without calibration; all are asked for as many hours as the longest takes.
    fn ask(
        &self,
        series: &Hourly,
        days: &LocalDays,
        asked: &[(Day, i64)],
    ) -> Result<Vec<(Day, Vec<HourForecast>)>, Error> {
        let horizon = asked.iter().map(|(day, known)| days.hours(*day).end - known).max().unwrap_or_default();
        let Some(horizon) = usize::try_from(horizon).ok().filter(|horizon| *horizon > 0) else {
            return Ok(Vec::new());
        };
        let tasks: Vec<Task> = asked
            .iter()
            .map(|(_, known)| {
                let context = *known - self.context as i64..*known;
                let values: Vec<f32> = context.map(|hour| series.get(hour) as f32).collect();
                let begins = values.iter().position(|value| value.is_finite()).unwrap_or_default();
                Task::series(values[begins..].to_vec())
            })
            .collect();
        let options = Options { horizon, ..Options::default() };
        let forecasts =
            self.model.predict(&tasks, &options).map_err(|error| Error::Chronos(error.to_string()))?;
        let day = |((day, known), forecast): (&(Day, i64), watteau_chronos::Forecast)| {
            let target = forecast.targets.first();
            let hours = days.hours(*day).map(|start| {
                let step = usize::try_from(start - known).unwrap_or_default();
                let quantiles = std::array::from_fn(|level| {
                    let steps = target.and_then(|target| target.quantiles.get(level));
                    steps.and_then(|steps| steps.get(step)).map_or(f64::NAN, |value| f64::from(*value))
                });
                HourForecast { start, mw: quantiles[4], quantiles }
            });
            (*day, hours.collect())
        };
        Ok(asked.iter().zip(forecasts).map(day).collect())
    }
}

/// Logarithms of (value / forecast) by local hour, NaN where unknown.
fn errors(series: &Hourly, days: &LocalDays, day: Day, said: &[HourForecast]) -> [f64; 24] {
    let mut errors = [f64::NAN; 24];
    for (hour, local) in said.iter().zip(days.local_hours(day)) {
        let ratio = series.get(hour.start) / hour.mw;
        errors[local] = if ratio > 0.0 && ratio.is_finite() { ratio.ln() } else { f64::NAN };
    }
    errors
}
