//! Years of day-ahead forecasts, each made with what was known at its issue, and their scores.
//!
//! A backtest knows no archived weather forecasts. Each [`Case`] says what stands in for them; a score without its case
//! means nothing.

use crate::Error;
use crate::calendar::{Day, LocalDays, SchoolHolidays};
use crate::features::Grid;
use crate::hourly::Hourly;
use crate::model::{DayForecast, HourForecast, Model, Prior, Spec};
use crate::scores::Scores;
use crate::temperature::{CITIES, Temperatures};
use crate::weather_case::{Forecasts, Weather};

/// What stands in for the weather forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Case {
    /// The temperature measured later: no weather service is as good.
    Measured,
    /// The same with an error of `rmse` degC that all cities share, drawn from `seed`.
    Noisy {
        /// Root mean square error, degC.
        rmse: f64,
        /// Seed of the errors.
        seed: u64,
    },
    /// As [`Case::Noisy`], corrected by how the forecasts did so far ([`Forecasts::calibrated`]).
    Calibrated {
        /// Root mean square error before the correction, degC.
        rmse: f64,
        /// Seed of the errors.
        seed: u64,
    },
    /// No weather service: the usual temperature and what is left of today's departure from it.
    Without,
}

impl Case {
    /// The temperatures of a case for all of `days`, of which the first teach what is learnt of the weather.
    pub fn weather(self, temperatures: &Temperatures, days: &LocalDays, known: usize) -> Weather {
        let noisy = |rmse, seed| Forecasts::noisy(temperatures, days, known, rmse, seed);
        match self {
            Case::Measured => Weather::Measured,
            Case::Noisy { rmse, seed } => Weather::Forecasts(noisy(rmse, seed)),
            Case::Calibrated { rmse, seed } => {
                Weather::Forecasts(noisy(rmse, seed).calibrated(temperatures, days, known))
            }
            Case::Without => Weather::Forecasts(Forecasts::persistent(temperatures, days, known)),
        }
    }
}

/// The data of a backtest, and what to do with them.
#[derive(Debug, Clone)]
pub struct Backtest<'a> {
    /// Load, MW.
    pub load: &'a Hourly,
    /// Temperatures of the cities.
    pub cities: &'a [Hourly; CITIES],
    /// The grid operator's forecast, MW; used where [`Spec::operator`] says so.
    pub operator: Option<&'a Hourly>,
    /// School calendar.
    pub school: &'a SchoolHolidays,
    /// The model.
    pub spec: Spec,
    /// First day to learn; eight days of load before it are looked at.
    pub learn_from: Day,
    /// Last day whose columns the scales are fitted to: before the first day that is scored.
    pub scale_until: Day,
    /// Last day to forecast.
    pub until: Day,
    /// Days like no others, left out of learning.
    pub masked: Option<(Day, Day)>,
    /// Cases of weather.
    pub cases: &'a [Case],
    /// Threads to share the hours among.
    pub threads: usize,
}

impl Backtest<'_> {
    /// The days of it, prepared.
    pub fn grid(&self) -> Result<Grid, Error> {
        let first = self.learn_from.plus(-8);
        let mut grid = Grid::new(self.load, self.school, self.spec.target, first, self.until)?;
        if let Some((first, last)) = self.masked {
            grid = grid.masking(first, last);
        }
        if let Some(operator) = self.operator {
            grid = grid.with_operator(operator);
        }
        Ok(grid)
    }

    /// The days of the grid and those before with temperatures: what a climate is and how far a weather service errs is
    /// learnt from these too when the load is learnt from a prior on.
    fn felt(&self, grid: &Grid, temperatures: &Temperatures) -> Result<LocalDays, Error> {
        let epoch = Day::new(jiff::civil::date(1970, 1, 1));
        // A local day begins at most two hours before the day of UTC of the same date.
        let since = (temperatures.span().start + 2).div_euclid(24) + 1;
        let first = if temperatures.span().is_empty() {
            grid.days().first()
        } else {
            epoch.plus(i32::try_from(since).unwrap_or(i32::MAX)).min(grid.days().first())
        };
        LocalDays::paris(first, self.until)
    }

    /// Learns and forecasts day after day, from nothing or from a prior. One list of days for each case.
    pub fn run(&self, prior: Option<&Prior>) -> Result<Vec<Vec<DayForecast>>, Error> {
        let (grid, temperatures) = (self.grid()?, Temperatures::new(self.cities));
        let issue = self.spec.issue;
        let mut model = if let Some(prior) = prior {
            prior.start(issue, self.learn_from, self.cases.len())?
        } else {
            let scale = Model::fit_scale(&grid, &temperatures, issue, self.learn_from, self.scale_until);
            Model::new(self.spec.clone(), scale, self.learn_from, self.cases.len())
        };
        if self.spec.operator {
            model = model.with_operator();
        }
        let (days, known) = (self.felt(&grid, &temperatures)?, issue.known_hours());
        let cases: Vec<Weather> =
            self.cases.iter().map(|case| case.weather(&temperatures, &days, known)).collect();
        model.run(&grid, &temperatures, &cases, self.until, self.threads)
    }
}

/// Hours of the days from `from` to `to` that were forecast.
pub fn hours(forecasts: &[DayForecast], from: Day, to: Day) -> Vec<HourForecast> {
    let days = forecasts.iter().filter(|forecast| (from..=to).contains(&forecast.day));
    days.filter_map(|forecast| forecast.hours.as_ref().ok()).flatten().copied().collect()
}

/// Scores by calendar month, as (year, month, scores), in order.
pub fn by_month(forecasts: &[DayForecast], load: &Hourly, from: Day, to: Day) -> Vec<(i16, i8, Scores)> {
    let mut months: Vec<(i16, i8)> = from.to(to).map(|day| (day.date().year(), day.date().month())).collect();
    months.dedup();
    let scores = months.into_iter().map(|(year, month)| {
        let days = forecasts.iter().filter(|forecast| {
            let date = forecast.day.date();
            (from..=to).contains(&forecast.day) && (date.year(), date.month()) == (year, month)
        });
        let hours = days.filter_map(|forecast| forecast.hours.as_ref().ok()).flatten();
        (year, month, Scores::of(hours, load))
    });
    scores.collect()
}

/// Scores of the naive forecast: the load of the same local hour `back` days before.
pub fn naive(grid: &Grid, load: &Hourly, hours: &[HourForecast], back: i32) -> Scores {
    let days = grid.days();
    let forecast = |start: i64| {
        // Local time is at most two hours ahead of UTC.
        let near = Day::new(jiff::civil::date(1970, 1, 1)).plus((start + 2).div_euclid(24) as i32);
        let Some(day) = [near, near.plus(-1)].into_iter().find(|day| days.hours(*day).contains(&start))
        else {
            return f64::NAN;
        };
        let local = days.slots(day).iter().position(|slot| slot.hours().contains(&start));
        let earlier = days.slots(day.plus(-back))[local.unwrap_or_default()];
        if earlier.count == 0 { f64::NAN } else { load.get(earlier.hour) }
    };
    Scores::of_series(hours, load, forecast)
}
