//! Which temperatures a forecast of the load is made with. A score means nothing without this.

use std::collections::BTreeMap;

use crate::calendar::{Day, LocalDays};
use crate::random::Random;
use crate::temperature::{CITIES, Outlook, Temperatures};

/// The temperatures of the hours after the issue.
#[derive(Debug, Clone)]
pub enum Weather {
    /// What was measured later: a perfect weather service. Of a day that is yet to come there is none.
    Measured,
    /// Forecasts by day.
    Forecasts(Forecasts),
}

impl Weather {
    /// Temperatures as they look at the issue for `day`; no forecast is as good as no weather.
    pub(crate) fn outlook<'a>(&self, temperatures: &'a Temperatures, issue: i64, day: Day) -> Outlook<'a> {
        match self {
            Weather::Measured => temperatures.measured(),
            Weather::Forecasts(forecasts) => {
                temperatures.continued(issue, forecasts.get(day).unwrap_or_default())
            }
        }
    }
}

/// For each day the temperatures of the cities from the hour of issue, the day before, to the end of the day.
#[derive(Debug, Clone, Default)]
pub struct Forecasts(BTreeMap<Day, Vec<[f64; CITIES]>>);

/// Persistence of the weather error from hour to hour.
const PHI: f64 = 0.97;

impl Forecasts {
    /// Forecasts given by day, hours in order from the hour of issue.
    pub fn new(by_day: impl IntoIterator<Item = (Day, Vec<[f64; CITIES]>)>) -> Forecasts {
        Forecasts(by_day.into_iter().collect())
    }

    /// These, and those of `other` for the days that have none here: kept forecasts, then what stands in for them.
    #[must_use]
    pub fn or(mut self, other: Forecasts) -> Forecasts {
        for (day, rows) in other.0 {
            self.0.entry(day).or_insert(rows);
        }
        self
    }

    /// The forecast for a day.
    pub fn get(&self, day: Day) -> Option<&[[f64; CITIES]]> {
        self.0.get(&day).map(Vec::as_slice)
    }

    /// All forecasts by day.
    pub fn iter(&self) -> impl Iterator<Item = (Day, &[[f64; CITIES]])> {
        self.0.iter().map(|(&day, rows)| (day, rows.as_slice()))
    }

    /// The hours of a day's forecast: from local hour `known` of the day before to the end of the day.
    pub fn hours(days: &LocalDays, day: Day, known: usize) -> std::ops::Range<i64> {
        days.slots(day.plus(-1))[known].hour..days.hours(day).end
    }

    /// Measured temperatures with an error that all cities share: Gaussian, of `rmse` degC, persistent from hour to
    /// hour and drawn afresh for each day. It stands in for a weather service when none was archived.
    pub fn noisy(
        temperatures: &Temperatures,
        days: &LocalDays,
        known: usize,
        rmse: f64,
        seed: u64,
    ) -> Forecasts {
        let by_day = days.first().plus(1).to(days.last()).map(|day| {
            let mut random = Random::of(seed, day);
            let mut error = rmse * random.normal();
            let rows = Forecasts::hours(days, day, known).map(|hour| {
                let row = temperatures.cities(hour).map(|t| t + error);
                error = PHI * error + (1.0 - PHI * PHI).sqrt() * rmse * random.normal();
                row
            });
            (day, rows.collect())
        });
        Forecasts::new(by_day)
    }
}
