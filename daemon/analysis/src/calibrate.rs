//! Weather forecasts corrected by how they did so far (model output statistics).
//!
//! A forecast that is the truth plus an error of its own should not be believed whole: part of its departure from what
//! persistence expects is error. How much, and its bias, is learnt for each hour ahead from past forecasts and what was
//! measured later. One correction serves all cities, since what the load feels is their mean. A service whose forecasts
//! are unbiased and as bold as the weather is left as it is.

use crate::calendar::LocalDays;
use crate::kalman::Filter;
use crate::temperature::{CITIES, CITY, Temperatures};
use crate::weather_case::Forecasts;

/// Departure at the hour, mean departure of the whole forecast and of its first hours, and a bias.
const PREDICTORS: usize = 4;
const FIRST_HOURS: usize = 3;
/// Typical error of a weather forecast of the country's mean, degC.
const SPREAD: f64 = 0.75;
/// How uncertain the share that is believed is before anything was learnt, and the bias in degC.
const VARIANCE: [f64; PREDICTORS] = [0.02, 0.02, 0.02, 0.01];
const DRIFT: [f64; PREDICTORS] = [0.0; PREDICTORS];
const HUB: f64 = 3.0;

fn national(cities: &[f64; CITIES]) -> f64 {
    CITY.iter().zip(cities).map(|(city, t)| city.weight * t).sum()
}

/// Predictors of the error of a forecast by hour: its departures from persistence.
fn predictors(forecast: &[[f64; CITIES]], persistent: &[[f64; CITIES]]) -> Vec<[f64; PREDICTORS]> {
    let hours: Vec<f64> = forecast.iter().zip(persistent).map(|(f, p)| national(f) - national(p)).collect();
    let mean = |hours: &[f64]| hours.iter().sum::<f64>() / hours.len().max(1) as f64;
    let (all, first) = (mean(&hours), mean(&hours[..FIRST_HOURS.min(hours.len())]));
    hours.into_iter().map(|hour| [hour, all, first, 1.0].map(|predictor| predictor / SPREAD)).collect()
}

impl Forecasts {
    /// These forecasts, each corrected by what is known at its issue of the ones before it.
    #[must_use]
    pub fn calibrated(&self, temperatures: &Temperatures, days: &LocalDays, known: usize) -> Forecasts {
        let persistent = Forecasts::persistent(temperatures, days, known);
        // One more hour than usual, for the day whose clocks go back.
        let mut filters = vec![Filter::new(&[0.0; PREDICTORS], &VARIANCE); 49 - known];
        let mut corrected = Vec::new();
        for (day, forecast) in self.iter() {
            let learnt = day.plus(-2);
            if let (Some(forecast), Some(persistent)) = (self.get(learnt), persistent.get(learnt)) {
                let rows = predictors(forecast, persistent);
                let measured = Forecasts::hours(days, learnt, known).map(|hour| temperatures.cities(hour));
                for (((filter, row), measured), forecast) in
                    filters.iter_mut().zip(rows).zip(measured).zip(forecast)
                {
                    let error = national(&measured) - national(forecast);
                    if error.is_finite() && row.iter().all(|predictor| predictor.is_finite()) {
                        filter.grow();
                        filter.learn(&row, error / SPREAD, &DRIFT, HUB);
                    }
                }
            }
            corrected.push((day, correct(&filters, forecast, persistent.get(day))));
        }
        Forecasts::new(corrected)
    }
}

fn correct(
    filters: &[Filter],
    forecast: &[[f64; CITIES]],
    persistent: Option<&[[f64; CITIES]]>,
) -> Vec<[f64; CITIES]> {
    let Some(persistent) = persistent else { return forecast.to_vec() };
    let rows = predictors(forecast, persistent);
    let corrected = forecast.iter().zip(filters).zip(rows).map(|((cities, filter), row)| {
        let correction = SPREAD * filter.expect(&row);
        let correction = if correction.is_finite() { correction } else { 0.0 };
        cities.map(|t| t + correction)
    });
    corrected.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::{Day, Hourly};
    use jiff::civil::date;

    /// Two years of an invented weather, in which each week departs from the usual.
    fn weather() -> (Temperatures, LocalDays) {
        let days = LocalDays::paris(Day::new(date(2022, 1, 1)), Day::new(date(2023, 12, 31))).unwrap();
        let (start, end) = (days.hours(days.first()).start, days.hours(days.last()).end);
        let (mut random, mut departure) = (Random::new(5), 0.0);
        let values: Vec<f64> = (start..end)
            .map(|hour| {
                departure = 0.985 * departure + 0.6 * random.normal();
                12.0 - 8.0 * (hour as f64 / 8766.0 * std::f64::consts::TAU).cos() + departure
            })
            .collect();
        (Temperatures::new(&std::array::from_fn(|_| Hourly::new(start, values.clone()))), days)
    }

    fn rmse(forecasts: &Forecasts, temperatures: &Temperatures, days: &LocalDays) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0);
        for (day, rows) in forecasts.iter().filter(|(day, _)| day.since(days.first()) > 200) {
            for (hour, row) in Forecasts::hours(days, day, 9).zip(rows) {
                sum += (row[0] - temperatures.cities(hour)[0]).powi(2);
                count += 1.0;
            }
        }
        (sum / count).sqrt()
    }

    #[test]
    fn noise_and_bias_are_taken_out_and_the_truth_is_left() {
        let (temperatures, days) = weather();
        for (noise, bias, share) in [(2.0, 0.0, 0.93), (0.5, 1.0, 0.7)] {
            let noisy = Forecasts::noisy(&temperatures, &days, 9, noise, 2);
            let biased = Forecasts::new(
                noisy.iter().map(|(day, rows)| (day, rows.iter().map(|row| row.map(|t| t + bias)).collect())),
            );
            let before = rmse(&biased, &temperatures, &days);
            let after = rmse(&biased.calibrated(&temperatures, &days, 9), &temperatures, &days);
            assert!(after < share * before, "{noise} {bias}: {before} {after}");
        }
        let perfect = Forecasts::noisy(&temperatures, &days, 9, 0.0, 2);
        assert!(rmse(&perfect.calibrated(&temperatures, &days, 9), &temperatures, &days) < 1e-6);
    }
}
