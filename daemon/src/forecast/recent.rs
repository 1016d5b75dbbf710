//! The simplest forecast: an hour is like the same hour of the last days.
//!
//! It serves where the models have too little to go on, and says so. It knows no weather, and its quantiles are those of
//! the days themselves, so that its intervals are as wide as the days differ.

use super::Error;
use watteau_analysis::{Day, Hourly, LocalDays, interval::LEVELS, model::HourForecast};

/// Days that are looked back on.
const DAYS: i32 = 14;
/// With fewer known days an hour cannot be forecast.
const LEAST: usize = 3;

/// Forecasts a day from the days before `known_until`, an hour.
pub(super) fn forecast(series: &Hourly, day: Day, known_until: i64) -> Result<Vec<HourForecast>, Error> {
    let days = LocalDays::paris(day.plus(-DAYS - 2), day).map_err(Error::Model)?;
    let local = days.local_hours(day);
    let mut hours = Vec::with_capacity(local.len());
    for (start, hour) in days.hours(day).zip(local) {
        let mut values: Vec<f64> = (1..=DAYS + 2)
            .flat_map(|back| days.slots(day.plus(-back))[hour].hours())
            .filter(|hour| *hour < known_until)
            .map(|hour| series.get(hour))
            .filter(|value| value.is_finite())
            .take(DAYS as usize)
            .collect();
        if values.len() < LEAST {
            return Err(Error::ShortHistory { days: values.len() });
        }
        values.sort_by(f64::total_cmp);
        let quantiles = LEVELS.map(|level| quantile(&values, level));
        hours.push(HourForecast { start, mw: quantiles[4], quantiles });
    }
    Ok(hours)
}

/// A quantile of sorted values, between neighbours by its place; the extremes where a level lies beyond them.
fn quantile(sorted: &[f64], level: f64) -> f64 {
    // The place of Weibull, level (n + 1): unbiased for few values.
    let place = (level * (sorted.len() + 1) as f64 - 1.0).clamp(0.0, (sorted.len() - 1) as f64);
    let below = place.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// A load that repeats every day and grows by 1 from day to day.
    fn wave(days: &LocalDays) -> Hourly {
        Hourly::from_points(days.first().to(days.last()).flat_map(|day| {
            let value = move |hour: usize| 100.0 + 10.0 * hour as f64 + f64::from(day.number() % 1000);
            days.hours(day).zip(days.local_hours(day)).map(move |(at, hour)| (at, value(hour)))
        }))
    }

    #[test]
    fn a_day_is_like_the_days_before_whatever_the_clocks_do() {
        for (day, hours) in [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (date(2025, 10, 27), 24)] {
            let day = Day::new(day);
            let days = LocalDays::paris(day.plus(-30), day).unwrap();
            let known = days.hours(day.plus(-1)).start;
            let made = forecast(&wave(&days), day, known).unwrap();
            assert_eq!(made.len(), hours);
            for (hour, local) in made.iter().zip(days.local_hours(day)) {
                let middle = 100.0 + 10.0 * local as f64 + f64::from(day.number() % 1000) - 9.0;
                assert!((hour.mw - middle).abs() <= 1.0, "{hour:?} {middle}");
                assert!(hour.quantiles.is_sorted() && hour.quantiles[0] < hour.quantiles[8]);
            }
        }
    }

    #[test]
    fn three_days_are_the_least() {
        let day = Day::new(date(2025, 7, 10));
        let days = LocalDays::paris(day.plus(-4), day).unwrap();
        let known = days.hours(day.plus(-1)).start;
        assert_eq!(forecast(&wave(&days), day, known).unwrap().len(), 24);
        let short = LocalDays::paris(day.plus(-3), day).unwrap();
        assert!(matches!(forecast(&wave(&short), day, known), Err(Error::ShortHistory { days: 2 })));
    }

    #[test]
    fn nothing_after_what_is_known_is_looked_at() {
        let day = Day::new(date(2025, 7, 10));
        let days = LocalDays::paris(day.plus(-30), day).unwrap();
        let known = days.hours(day.plus(-1)).start + 9;
        let clean = forecast(&wave(&days), day, known).unwrap();
        let spoilt = wave(&days).map(|hour, value| if hour < known { value } else { -value });
        assert_eq!(clean, forecast(&spoilt, day, known).unwrap());
    }
}
