//! What a model's forecasts of whole days are worth.

use anyhow::Result;
use watteau_analysis::{Day, interval::Calibration};
use watteau_chronos::{Model, Options, Task};

use crate::samples::Samples;

/// An hour that was forecast.
pub(crate) struct Hour {
    /// Its day.
    pub(crate) day: Day,
    /// Local hour.
    pub(crate) local: usize,
    /// Hour of UTC.
    pub(crate) utc: i64,
    /// MW at the levels 0.1 to 0.9.
    pub(crate) quantiles: [f64; 9],
    /// The interval of 80 % after calibration, MW.
    pub(crate) calibrated: [f64; 2],
    /// The load, MW; NaN where it is missing.
    pub(crate) load: f64,
}

impl Hour {
    /// The point forecast.
    pub(crate) fn point(&self) -> f64 {
        self.quantiles[4]
    }
}

/// Forecasts every day of a period as it would have been made the day before, knowing the load before local hour `known`.
pub(crate) fn forecast(model: &Model, samples: &Samples, days: [Day; 2], known: i64) -> Result<Vec<Hour>> {
    // Calibration looks back on days before the period.
    let all: Vec<Day> = days[0].plus(-70).to(days[1]).collect();
    let mut hours = Vec::new();
    for some in all.chunks(64) {
        let mut tasks = Vec::new();
        for day in some {
            let start = samples.days.hours(day.plus(-1)).start + known;
            tasks.push(Task::series(samples.values(start - 2048..start)));
        }
        let options = Options { horizon: 64, ..Options::default() };
        for (day, forecast) in some.iter().zip(model.predict(&tasks, &options)?) {
            let start = samples.days.hours(day.plus(-1)).start + known;
            let quantiles = &forecast.targets[0].quantiles;
            for (utc, local) in samples.days.hours(*day).zip(samples.days.local_hours(*day)) {
                let step = (utc - start) as usize;
                let mut quantiles: [f64; 9] = std::array::from_fn(|level| f64::from(quantiles[level][step]));
                quantiles.sort_by(f64::total_cmp);
                let load = samples.load.get(utc);
                hours.push(Hour { day: *day, local, utc, quantiles, calibrated: [f64::NAN; 2], load });
            }
        }
    }
    calibrate(&mut hours);
    hours.retain(|hour| hour.day >= days[0]);
    Ok(hours)
}

/// Intervals from the errors of the last 60 days up to two days before: the day between is not over at the time of issue.
fn calibrate(hours: &mut [Hour]) {
    let mut calibration = Calibration::default();
    let mut waiting: Vec<[f64; 24]> = Vec::new();
    for day in hours.chunk_by_mut(|a, b| a.day == b.day) {
        if waiting.len() > 1 {
            calibration.add(&waiting.remove(0));
        }
        let mut errors = [f64::NAN; 24];
        for hour in day {
            let quantiles = calibration.quantiles(hour.local, hour.point());
            hour.calibrated = [quantiles[0], quantiles[8]];
            errors[hour.local] = (hour.load / hour.point()).ln().abs();
        }
        waiting.push(errors);
    }
}

/// Scores over hours.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scores {
    /// Mean absolute percentage error of the point forecast.
    pub(crate) mape: f64,
    /// Mean absolute error, MW.
    pub(crate) mae: f64,
    /// Mean error, forecast less load, MW.
    pub(crate) bias: f64,
    /// Mean pinball loss over the nine levels, MW.
    pub(crate) pinball: f64,
    /// Share of hours in the interval of 80 % as the model gives it, in percent.
    pub(crate) raw: f64,
    /// The same after calibration.
    pub(crate) calibrated: f64,
    /// Mean width of the interval in percent of the load, as given and calibrated.
    pub(crate) widths: [f64; 2],
}

/// Scores of some hours.
pub(crate) fn scores<'a>(hours: impl IntoIterator<Item = &'a Hour>) -> Scores {
    let (mut sum, mut count) = (Scores::default(), 0.0_f64);
    for hour in hours.into_iter().filter(|hour| hour.load.is_finite()) {
        let error = hour.point() - hour.load;
        count += 1.0;
        sum.mape += 100.0 * error.abs() / hour.load;
        sum.mae += error.abs();
        sum.bias += error;
        for (number, quantile) in hour.quantiles.iter().enumerate() {
            let level = (number + 1) as f64 / 10.0;
            let ahead = hour.load - quantile;
            sum.pinball += (level * ahead).max((level - 1.0) * ahead) / 9.0;
        }
        let inside = |low: f64, high: f64| if (low..=high).contains(&hour.load) { 100.0 } else { 0.0 };
        sum.raw += inside(hour.quantiles[0], hour.quantiles[8]);
        sum.calibrated += inside(hour.calibrated[0], hour.calibrated[1]);
        sum.widths[0] += 100.0 * (hour.quantiles[8] - hour.quantiles[0]) / hour.load;
        sum.widths[1] += 100.0 * (hour.calibrated[1] - hour.calibrated[0]) / hour.load;
    }
    let n = count.max(1.0);
    Scores {
        mape: sum.mape / n,
        mae: sum.mae / n,
        bias: sum.bias / n,
        pinball: sum.pinball / n,
        raw: sum.raw / n,
        calibrated: sum.calibrated / n,
        widths: sum.widths.map(|width| width / n),
    }
}

/// The mean absolute percentage error of another forecast of the same hours, where it has any of them.
pub(crate) fn mape<'a>(
    hours: impl IntoIterator<Item = &'a Hour>,
    forecast: impl Fn(&Hour) -> f64,
) -> Option<f64> {
    mean(hours.into_iter().map(|hour| 100.0 * (forecast(hour) - hour.load).abs() / hour.load))
}

/// The mean absolute error of another forecast.
pub(crate) fn mae<'a>(
    hours: impl IntoIterator<Item = &'a Hour>,
    forecast: impl Fn(&Hour) -> f64,
) -> Option<f64> {
    mean(hours.into_iter().map(|hour| (forecast(hour) - hour.load).abs()))
}

fn mean(errors: impl Iterator<Item = f64>) -> Option<f64> {
    let errors: Vec<f64> = errors.filter(|error| error.is_finite()).collect();
    (!errors.is_empty()).then(|| errors.iter().sum::<f64>() / errors.len() as f64)
}

/// The load of the same local hour some days before.
pub(crate) fn before(samples: &Samples, hour: &Hour, days: i32) -> f64 {
    samples.load.get(samples.days.slots(hour.day.plus(-days))[hour.local].hour)
}
