//! How good forecasts were.

use crate::hourly::Hourly;
use crate::interval::LEVELS;
use crate::model::HourForecast;

/// Scores over the hours of which both a forecast and a value are known.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Scores {
    /// Hours scored.
    pub hours: usize,
    /// Mean absolute error relative to the load, %.
    pub mape: f64,
    /// Mean absolute error, MW.
    pub mae: f64,
    /// Root of the mean square error, MW.
    pub rmse: f64,
    /// Mean of load minus forecast, MW.
    pub bias: f64,
    /// Mean pinball loss over the nine quantiles, MW.
    pub pinball: f64,
    /// Share of the hours inside the 80 % interval, %.
    pub coverage: f64,
    /// Mean width of the 80 % interval relative to the load, %.
    pub width: f64,
}

/// Loss of a quantile forecast at a level.
pub fn pinball(level: f64, quantile: f64, value: f64) -> f64 {
    let error = value - quantile;
    if error >= 0.0 { level * error } else { (level - 1.0) * error }
}

impl Scores {
    /// Scores forecasts against the load, hour by hour of UTC: the double hour of autumn counts twice.
    pub fn of<'a>(forecasts: impl IntoIterator<Item = &'a HourForecast>, load: &Hourly) -> Scores {
        let mut sums = Scores::default();
        for forecast in forecasts {
            let value = load.get(forecast.start);
            if !(value.is_finite() && value > 0.0 && forecast.mw.is_finite()) {
                continue;
            }
            let error = value - forecast.mw;
            let [low, .., high] = forecast.quantiles;
            sums.hours += 1;
            sums.mape += 100.0 * error.abs() / value;
            sums.mae += error.abs();
            sums.rmse += error * error;
            sums.bias += error;
            let losses = LEVELS
                .iter()
                .zip(forecast.quantiles)
                .map(|(&level, quantile)| pinball(level, quantile, value));
            sums.pinball += losses.sum::<f64>() / LEVELS.len() as f64;
            sums.coverage += if (low..=high).contains(&value) { 100.0 } else { 0.0 };
            sums.width += 100.0 * (high - low) / value;
        }
        let n = sums.hours.max(1) as f64;
        Scores {
            hours: sums.hours,
            mape: sums.mape / n,
            mae: sums.mae / n,
            rmse: (sums.rmse / n).sqrt(),
            bias: sums.bias / n,
            pinball: sums.pinball / n,
            coverage: sums.coverage / n,
            width: sums.width / n,
        }
    }

    /// Scores another series of forecasts, without intervals, on the same hours: a naive one, or the grid operator's.
    pub fn of_series<'a>(
        hours: impl IntoIterator<Item = &'a HourForecast>,
        load: &Hourly,
        forecast: impl Fn(i64) -> f64,
    ) -> Scores {
        let plain: Vec<HourForecast> = hours
            .into_iter()
            .map(|hour| {
                let mw = forecast(hour.start);
                HourForecast { start: hour.start, mw, quantiles: [mw; 9] }
            })
            .collect();
        Scores::of(&plain, load)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hours_by_hand() {
        let load = Hourly::new(0, vec![100.0, 200.0, f64::NAN]);
        let hour = |start, mw: f64, low, high| {
            let mut quantiles = [mw; 9];
            (quantiles[0], quantiles[8]) = (low, high);
            HourForecast { start, mw, quantiles }
        };
        let scores = Scores::of(
            &[hour(0, 90.0, 80.0, 110.0), hour(1, 220.0, 210.0, 230.0), hour(2, 1.0, 1.0, 1.0)],
            &load,
        );
        assert_eq!(scores.hours, 2);
        for (found, expected) in [
            (scores.mape, 10.0),
            (scores.mae, 15.0),
            (scores.rmse, 250.0_f64.sqrt()),
            (scores.bias, -5.0),
            (scores.coverage, 50.0),
            (scores.width, 20.0),
        ] {
            assert!((found - expected).abs() < 1e-9, "{scores:?}");
        }
        assert!(
            (pinball(0.9, 10.0, 20.0) - 9.0).abs() < 1e-12 && (pinball(0.9, 20.0, 10.0) - 1.0).abs() < 1e-12
        );
    }
}
