//! Load by local day and hour, as the model counts it.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::calendar::{Day, DayFacts, LocalDays, SchoolHolidays, Slot};
use crate::hourly::Hourly;

/// In which unit the load is modelled. Each makes the noise of the French load about 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// 1.5 % of the load: effects multiply.
    Log,
    /// 750 MW: effects add.
    Linear,
}

impl Target {
    /// From MW. A load that is not a positive number is unknown.
    pub fn from_mw(self, mw: f64) -> f64 {
        match self {
            _ if !mw.is_finite() || mw <= 0.0 => f64::NAN,
            Target::Log => 100.0 * (mw / 50_000.0).ln() / 1.5,
            Target::Linear => (mw - 50_000.0) / 750.0,
        }
    }

    /// To MW.
    pub fn to_mw(self, y: f64) -> f64 {
        match self {
            Target::Log => 50_000.0 * (y * 1.5 / 100.0).exp(),
            Target::Linear => 50_000.0 + 750.0 * y,
        }
    }
}

/// Days with their facts and their load in the unit of the model.
#[derive(Debug, Clone)]
pub struct Grid {
    days: LocalDays,
    facts: Vec<DayFacts>,
    observed: Vec<[f64; 24]>,
    filled: Vec<[f64; 24]>,
    masked: Vec<(Day, Day)>,
    operator: Vec<[f64; 24]>,
    target: Target,
}

impl Grid {
    /// The days `first..=last` of a load in MW. The double hour of a 25-hour day is averaged, the skipped hour of a
    /// 23-hour day is unknown.
    pub fn new(
        load: &Hourly,
        school: &SchoolHolidays,
        target: Target,
        first: Day,
        last: Day,
    ) -> Result<Grid, Error> {
        let days = LocalDays::paris(first, last)?;
        let facts = first.to(last).map(|day| DayFacts::new(day, &days, school)).collect();
        let observed = by_day(&days, load, target);
        let mut values = observed.iter().flatten().copied().filter(|y| y.is_finite());
        if let Some(any) = values.next()
            && values.all(|y| (y - any).abs() < 1e-9)
        {
            return Err(Error::Constant);
        }
        let mut last_known = f64::NAN;
        let filled = observed
            .iter()
            .map(|day| {
                day.map(|y| {
                    last_known = if y.is_finite() { y } else { last_known };
                    last_known
                })
            })
            .collect();
        Ok(Grid { days, facts, observed, filled, masked: Vec::new(), operator: Vec::new(), target })
    }

    /// Adds the grid operator's forecast of the load, MW, which is known the evening before.
    #[must_use]
    pub fn with_operator(mut self, forecast: &Hourly) -> Grid {
        self.operator = by_day(&self.days, forecast, self.target);
        self
    }

    /// The grid operator's forecast of a day, NaN where there is none.
    pub fn operator(&self, day: Day) -> [f64; 24] {
        self.index(day).and_then(|index| self.operator.get(index)).copied().unwrap_or([f64::NAN; 24])
    }

    /// Leaves days out of learning that were like no others.
    #[must_use]
    pub fn masking(mut self, first: Day, last: Day) -> Grid {
        self.masked.push((first, last));
        self
    }

    /// The days.
    pub fn days(&self) -> &LocalDays {
        &self.days
    }

    fn index(&self, day: Day) -> Option<usize> {
        usize::try_from(day.since(self.days.first())).ok()
    }

    /// Facts of a day.
    pub fn facts(&self, day: Day) -> Option<&DayFacts> {
        self.facts.get(self.index(day)?)
    }

    /// Load of a day by local hour, NaN where unknown.
    pub fn observed(&self, day: Day) -> Option<&[f64; 24]> {
        self.observed.get(self.index(day)?)
    }

    /// What may be learnt from: the load, unknown on masked days.
    pub fn lesson(&self, day: Day, hour: usize) -> f64 {
        let masked = self.masked.iter().any(|(first, last)| (*first..=*last).contains(&day));
        let observed = self.observed(day).map_or(f64::NAN, |hours| hours[hour]);
        if masked { f64::NAN } else { observed }
    }

    /// Load of a day with unknown hours replaced by the last known hour before.
    pub fn filled(&self, day: Day) -> Option<&[f64; 24]> {
        self.filled.get(self.index(day)?)
    }
}

/// A series by local day and hour.
fn by_day(days: &LocalDays, series: &Hourly, target: Target) -> Vec<[f64; 24]> {
    let hour = |slot: Slot| {
        let known = || slot.hours().map(|hour| series.get(hour)).filter(|mw| mw.is_finite());
        target.from_mw(known().sum::<f64>() / known().count() as f64)
    };
    days.first().to(days.last()).map(|day| days.slots(day).map(hour)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn odd_days_and_gaps() {
        let (first, last) = (Day::new(date(2024, 10, 26)), Day::new(date(2024, 10, 28)));
        let start = LocalDays::paris(first, last).unwrap().hours(first).start;
        let load = Hourly::new(start, (0..73).map(|hour| 40_000.0 + f64::from(hour)).collect());
        let load = load.map(|hour, mw| if hour == start + 5 { f64::NAN } else { mw });
        let grid = Grid::new(&load, &SchoolHolidays::built_in(), Target::Linear, first, last).unwrap();
        let autumn = grid.observed(first.plus(1)).unwrap();
        assert!((autumn[2] - ((40_026.5 - 50_000.0) / 750.0)).abs() < 1e-9);
        assert!(grid.observed(first).unwrap()[5].is_nan());
        assert!((grid.filled(first).unwrap()[5] - grid.filled(first).unwrap()[4]).abs() < 1e-12);
        assert!(grid.clone().masking(first, first).lesson(first, 3).is_nan());
        assert!(grid.observed(last.plus(1)).is_none());
    }

    #[test]
    fn a_stuck_source_is_refused() {
        let first = Day::new(date(2024, 1, 1));
        let load = Hourly::new(i64::from(first.number()) * 24, vec![50_000.0; 240]);
        let grid = Grid::new(&load, &SchoolHolidays::default(), Target::Log, first, first.plus(9));
        assert_eq!(grid.err(), Some(Error::Constant));
    }
}
