//! What runs day and night: refrigerators, boxes, standby, and what was forgotten.
//!
//! Of each day its lowest half-hour counts; of seven days the 25 % quantile, so that a night in which something ran does
//! not count; the drift is that less the same of the 28 days before. Lower quantiles of half-hours move more, and a 10 %
//! quantile follows who is at home. Electric heating reaches the night: seven days with a mean of 15 degC or
//! less say nothing. The limit of 33 W is just above what any of 130 mild days of one home drifted by; it is not known how many
//! false alarms another home would see with it.

use serde::{Deserialize, Serialize};

use super::quantile;
use crate::Day;

/// Days of a level.
pub const WEEK: usize = 7;
/// Those that have to be known.
pub const LEAST_OF_WEEK: usize = 5;
/// Days of the level it is compared with.
pub const MONTH: usize = 28;
/// Those that have to be known.
pub const LEAST_OF_MONTH: usize = 20;
/// Drift from which on it is told, W.
pub const LIMIT: f64 = 33.0;
/// Mean temperature above which nothing heats, degC.
pub const MILD: f64 = 15.0;
/// Share of the half-hours of a day that have to be known: the lowest might be among the others.
const KNOWN: f64 = 0.9;
/// Quantile of the days of a level.
const LOW: f64 = 0.25;

/// Lowest of the half-hours of a day, of which there should be `expected` (46, 48 or 50). None when fewer than nine in
/// ten are known.
pub fn minimum(values: &[f64], expected: usize) -> Option<f64> {
    let known = || values.iter().copied().filter(|value| value.is_finite());
    let enough = known().count() as f64 >= KNOWN * expected.max(1) as f64;
    enough.then(|| known().fold(f64::INFINITY, f64::min)).filter(|lowest| lowest.is_finite())
}

/// The base load of a day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BaseLoad {
    /// The day.
    pub day: Day,
    /// Its lowest half-hour, W.
    pub minimum: Option<f64>,
    /// Level of the seven days that end with it, W; five of them have to be known.
    pub level: Option<f64>,
    /// Level of the 28 days before those, W; twenty have to be known.
    pub before: Option<f64>,
    /// Whether nothing heated: the seven days were mild.
    pub valid: bool,
    /// Whether it was above the limit for the first time in a row of days.
    pub alarm: bool,
}

impl BaseLoad {
    /// Level less the one before, W.
    pub fn drift(&self) -> Option<f64> {
        Some(self.level? - self.before?)
    }
}

/// A base load that rose.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rise {
    /// Day on which it was seen.
    pub day: Day,
    /// Highest level on a valid day of the week from that day on, W: on the first day it is still on its way up.
    pub level: f64,
    /// Level of the 28 days before it was seen, W.
    pub before: f64,
    /// Drift from which on it is told, W.
    pub limit: f64,
}

impl Rise {
    /// Energy of a year of it, kWh.
    pub fn yearly(&self) -> f64 {
        (self.level - self.before) * 8.766
    }
}

/// Base load of consecutive days from `first` on: the lowest half-hour of each, W, and its mean temperature, degC. A day
/// without a temperature is not known to be mild.
pub fn base_load(first: Day, minima: &[Option<f64>], temperatures: &[Option<f64>]) -> Vec<BaseLoad> {
    let mut above = false;
    let mut days = Vec::with_capacity(minima.len());
    for at in 0..minima.len() {
        let week = (at + 1).saturating_sub(WEEK)..at + 1;
        let month = week.start.saturating_sub(MONTH)..week.start;
        let (level, before) =
            (level(&minima[week.clone()], LEAST_OF_WEEK), level(&minima[month], LEAST_OF_MONTH));
        let valid = level.is_some() && mild(temperatures.get(week.clone()).unwrap_or_default());
        let risen = valid && level.zip(before).is_some_and(|(level, before)| level - before > LIMIT);
        days.push(BaseLoad {
            day: first.plus(at as i32),
            minimum: minima[at],
            level,
            before,
            valid,
            alarm: risen && !above,
        });
        // Told once, until a valid day is below again: a cold day in between says nothing.
        above = if valid { risen } else { above };
    }
    days
}

/// The rises in consecutive days, as far as those show them.
pub fn rises(days: &[BaseLoad]) -> Vec<Rise> {
    let told = (0..).zip(days).filter(|(_, seen)| seen.alarm);
    let rise = |(at, seen): (usize, &BaseLoad)| {
        let week = days[at..].iter().take(WEEK).filter(|day| day.valid).filter_map(|day| day.level);
        Some(Rise {
            day: seen.day,
            level: week.fold(seen.level?, f64::max),
            before: seen.before?,
            limit: LIMIT,
        })
    };
    told.filter_map(rise).collect()
}

/// Whether days have a mean above 15 degC, five of them being known.
fn mild(temperatures: &[Option<f64>]) -> bool {
    let known: Vec<f64> = temperatures.iter().copied().flatten().filter(|t| t.is_finite()).collect();
    known.len() >= LEAST_OF_WEEK && known.iter().sum::<f64>() > MILD * known.len() as f64
}

fn level(minima: &[Option<f64>], least: usize) -> Option<f64> {
    let mut known: Vec<f64> = minima.iter().copied().flatten().filter(|lowest| lowest.is_finite()).collect();
    known.sort_by(f64::total_cmp);
    if known.len() < least { None } else { quantile(&known, LOW) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::fixture::day;
    use crate::random::Random;

    /// Days of a base load of 90 W that rises by some watts on day 60.
    fn minima(rise: f64) -> Vec<Option<f64>> {
        let mut random = Random::new(40);
        (0..120).map(|n| Some(90.0 + 8.0 * random.normal() + if n >= 60 { rise } else { 0.0 })).collect()
    }

    #[test]
    fn a_rise_is_told_once_within_a_week() {
        let warm = vec![Some(20.0); 120];
        for (rise, told) in [(0.0, false), (15.0, false), (50.0, true), (120.0, true)] {
            let days = base_load(day(0), &minima(rise), &warm);
            let rises: Vec<Rise> = rises(&days);
            assert_eq!(rises.len(), usize::from(told), "{rise} W: {rises:?}");
            if let Some(seen) = rises.first() {
                assert!((day(60)..day(67)).contains(&seen.day), "{seen:?}");
                assert!((seen.level - seen.before - rise).abs() < 15.0, "{seen:?}");
                assert!((seen.yearly() - 8.766 * (seen.level - seen.before)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn cold_days_and_days_without_a_temperature_say_nothing() {
        let minima = minima(80.0);
        for temperature in [Some(14.9), Some(15.0), None, Some(f64::NAN)] {
            let days = base_load(day(0), &minima, &vec![temperature; 120]);
            assert!(days.iter().all(|day| !day.alarm && !day.valid));
            assert!(days[100].level.is_some(), "the level is shown, it only says nothing");
        }
        let days = base_load(day(0), &minima, &[]);
        assert!(days.iter().all(|day| !day.valid));
    }

    #[test]
    fn missing_days_are_never_zero() {
        let warm = vec![Some(20.0); 120];
        let mut minima = minima(0.0);
        minima[40..70].fill(None);
        let days = base_load(day(0), &minima, &warm);
        assert!(days.iter().all(|day| !day.alarm));
        assert_eq!((days[60].level, days[60].drift(), days[60].valid), (None, None, false));
        assert!(days[80].level.is_some() && days[80].before.is_none(), "only some of the 28 days are known");
        assert!(base_load(day(0), &[None; 50], &warm).iter().all(|day| day.level.is_none()));
        assert_eq!(base_load(day(0), &[], &[]), Vec::new());
        assert_eq!(base_load(day(0), &[Some(90.0)], &warm)[0].level, None);
    }

    #[test]
    fn the_lowest_half_hour_needs_most_of_the_day() {
        let mut values = vec![100.0; 46];
        values[7] = 80.0;
        assert_eq!(minimum(&values, 46), Some(80.0));
        assert_eq!(minimum(&values, 50), Some(80.0));
        assert_eq!(minimum(&values, 52), None);
        values[..5].fill(f64::NAN);
        assert_eq!(minimum(&values, 46), None);
        assert_eq!((minimum(&[], 0), minimum(&[], 48)), (None, None));
    }
}
