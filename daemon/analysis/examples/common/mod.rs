//! What the examples share: samples, temperatures of older years, and the years of the protocol.
#![allow(dead_code)]

pub(crate) mod change;
pub(crate) mod days;
pub(crate) mod explained;
pub(crate) mod golden;
pub(crate) mod household;
pub(crate) mod rebuild;
pub(crate) mod shared;

use jiff::civil::date;
use watteau_analysis::backtest::{self, Backtest, Case};
use watteau_analysis::scores::Scores;
use watteau_analysis::{Day, DayForecast, SchoolHolidays, Spec};

/// A day.
pub(crate) fn day(year: i16, month: i8, day: i8) -> Day {
    Day::new(date(year, month, day))
}

/// Samples, and where learning begins.
pub(crate) struct Prepared {
    pub(crate) samples: shared::Samples,
    pub(crate) school: SchoolHolidays,
    pub(crate) first: Day,
}

/// Years to choose on, and the year for the record.
pub(crate) fn years() -> [(Day, Day); 2] {
    [(day(2022, 6, 1), day(2024, 5, 31)), (day(2024, 6, 1), day(2025, 5, 31))]
}

impl Prepared {
    /// From 2021 as the samples have hourly temperatures, or from 2016 with rebuilt ones.
    pub(crate) fn read(from_2016: bool) -> anyhow::Result<Prepared> {
        let mut samples = shared::read()?;
        let first = if from_2016 { day(2016, 1, 10) } else { day(2021, 3, 25) };
        if from_2016 {
            let fit = (day(2021, 3, 25), day(2022, 5, 31));
            samples.cities = rebuild::extend(&samples.cities, day(2016, 1, 2), fit)?;
        }
        Ok(Prepared { samples, school: SchoolHolidays::built_in(), first })
    }

    /// The backtest of a model from the first day on. Spring 2020, when France stayed at home, is not learnt.
    pub(crate) fn backtest<'a>(&'a self, spec: Spec, cases: &'a [Case]) -> Backtest<'a> {
        Backtest {
            load: &self.samples.load,
            cities: &self.samples.cities,
            operator: Some(&self.samples.operator),
            school: &self.school,
            spec,
            learn_from: self.first,
            scale_until: day(2022, 5, 31),
            until: day(2025, 5, 31),
            masked: Some((day(2020, 3, 16), day(2020, 6, 29))),
            cases,
            threads: 2,
        }
    }

    /// Scores of some days.
    pub(crate) fn score(&self, forecasts: &[DayForecast], from: Day, to: Day) -> Scores {
        Scores::of(&backtest::hours(forecasts, from, to), &self.samples.load)
    }

    /// Scores of the grid operator's forecast of the same hours.
    pub(crate) fn operator(&self, forecasts: &[DayForecast], from: Day, to: Day) -> Scores {
        let hours = backtest::hours(forecasts, from, to);
        Scores::of_series(&hours, &self.samples.load, |hour| self.samples.operator.get(hour))
    }
}
