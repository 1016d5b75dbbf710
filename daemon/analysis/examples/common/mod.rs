//! What the examples share: samples, temperatures of older years, and the years of the protocol.
#![allow(dead_code)]

pub(crate) mod rebuild;
pub(crate) mod shared;

use jiff::civil::date;
use watteau_analysis::scores::Scores;
use watteau_analysis::{Day, DayForecast, Grid, HourForecast, Hourly, SchoolHolidays, Target, Temperatures};

/// A day.
pub(crate) fn day(year: i16, month: i8, day: i8) -> Day {
    Day::new(date(year, month, day))
}

/// Hours forecast for the days from `from` to `to`.
pub(crate) fn hours(forecasts: &[DayForecast], from: Day, to: Day) -> Vec<HourForecast> {
    let days = forecasts.iter().filter(|forecast| (from..=to).contains(&forecast.day));
    days.flat_map(|forecast| forecast.hours.clone().unwrap_or_default()).collect()
}

/// Samples prepared for a model.
pub(crate) struct Prepared {
    pub(crate) samples: shared::Samples,
    pub(crate) temperatures: Temperatures,
    pub(crate) grid: Grid,
    /// First day to learn.
    pub(crate) first: Day,
}

impl Prepared {
    /// From 2021 as the samples have hourly temperatures, or from 2016 with rebuilt ones.
    pub(crate) fn read(from_2016: bool) -> anyhow::Result<Prepared> {
        let samples = shared::read()?;
        let (first, temperatures) = if from_2016 {
            let fit = (day(2021, 3, 25), day(2022, 5, 31));
            let cities = rebuild::extend(&samples.cities, day(2016, 1, 2), fit)?;
            (day(2016, 1, 10), Temperatures::new(&cities))
        } else {
            (day(2021, 3, 25), Temperatures::new(&samples.cities))
        };
        let school = SchoolHolidays::built_in();
        let grid = Grid::new(&samples.load, &school, Target::Log, first.plus(-8), day(2025, 5, 31))?;
        let grid = grid.masking(day(2020, 3, 16), day(2020, 6, 29));
        Ok(Prepared { samples, temperatures, grid, first })
    }

    /// Scores of some days.
    pub(crate) fn score(&self, forecasts: &[DayForecast], from: Day, to: Day) -> Scores {
        Scores::of(&hours(forecasts, from, to), &self.samples.load)
    }

    /// Scores of a plain series on the hours of a forecast.
    pub(crate) fn score_series(&self, hours: &[HourForecast], series: &Hourly) -> Scores {
        Scores::of_series(hours, &self.samples.load, |hour| series.get(hour))
    }
}
