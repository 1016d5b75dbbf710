//! A physically plausible household: what its meters would have measured, as a function of the instant.
//!
//! Nothing is simulated step by step: every value is computed from the seed and the interval alone, by noise
//! that is a hash of its position, so any span can be asked for in any order and is always the same.
//! The weather drives both meters: electricity heats a part of the home, gas the rest.

use crate::{
    noise::Noise,
    open_meteo::{Climate, Spot},
};
use jiff::{Timestamp, ToSpan as _, Zoned, civil::Date, tz::TimeZone};

/// Base of the heating: above this outdoor temperature nothing is heated.
const HEATING_BASE_C: f64 = 16.5;
/// Where it is, as the demo's settings say.
const LYON: Spot = Spot { latitude: 45.76, longitude: 4.84 };

/// One household, told from another by its seed.
#[derive(Debug, Clone)]
pub struct Household {
    pub(crate) zone: TimeZone,
    pub(crate) weather: Noise,
    climate: Climate,
    habits: Noise,
    pub(crate) meter: Noise,
}

impl Household {
    /// The household of a seed, in Paris.
    pub fn new(seed: u64) -> Self {
        Self {
            zone: TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC),
            weather: Noise::new(seed ^ 0x57ea_7e4e),
            climate: Climate::new(seed),
            habits: Noise::new(seed ^ 0x4ab1),
            meter: Noise::new(seed ^ 0x0e7e),
        }
    }

    /// The zone of its meters.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Outdoor temperature in degrees Celsius: that of the simulated weather service.
    pub fn temperature(&self, at: &Zoned) -> f64 {
        self.climate.temperature(LYON, at.timestamp().as_second())
    }

    /// Mean outdoor temperature of a local day.
    pub fn day_temperature(&self, date: Date) -> f64 {
        let temperatures = (0..8).filter_map(|slot| {
            let at = date.at(slot * 3, 0, 0, 0).to_zoned(self.zone.clone()).ok()?;
            Some(self.temperature(&at))
        });
        let (sum, count) = temperatures.fold((0.0, 0.0), |(sum, count), t| (sum + t, count + 1.0));
        if count > 0.0 { sum / count } else { 0.0 }
    }

    /// What the walls feel: the temperature of today and of the two days before.
    fn felt_temperature(&self, date: Date) -> f64 {
        let back = |days: i64| self.day_temperature(date.saturating_sub(days.days()));
        0.55 * back(0) + 0.3 * back(1) + 0.15 * back(2)
    }

    /// Whether nobody is home: two weeks of August, a week of winter, some week-ends.
    pub fn is_away(&self, date: Date) -> bool {
        let (month, day) = (date.month(), date.day());
        let summer = month == 8 && (3..=17).contains(&day);
        let winter = month == 2 && (15..=21).contains(&day);
        let weekend = date.weekday().to_monday_zero_offset() >= 5
            && self.habits.unit(week(date).wrapping_mul(7)) < 0.08;
        summer || winter || weekend
    }

    /// Whether people are home all day: week-ends and public holidays of fixed date.
    fn is_home_day(date: Date) -> bool {
        date.weekday().to_monday_zero_offset() >= 5
            || matches!(
                (date.month(), date.day()),
                (1 | 5, 1) | (5, 8) | (7, 14) | (8, 15) | (11, 1 | 11) | (12, 25)
            )
    }

    /// Mean power of the half hour that starts at `start`, in whole watts.
    pub fn half_hour_watts(&self, start: Timestamp) -> u32 {
        let at = start.to_zoned(self.zone.clone());
        let date = at.date();
        let away = self.is_away(date);
        let slot = start.as_second().div_euclid(1800);
        let hour = f64::from(at.hour()) + f64::from(at.minute()) / 60.0;
        let noise = |salt: i64| self.habits.unit(slot.wrapping_mul(31).wrapping_add(salt));

        // A fridge, a box, stand-by: always.
        let mut watts = 110.0 + 90.0 * noise(1);
        // Hot water fills its tank in the off-peak hours from 22:30.
        let filled_hours = if away { 0.0 } else { 2.0 + 1.2 * self.habits.unit(day_number(date)) };
        let since_off_peak = (hour - 22.5).rem_euclid(24.0);
        if since_off_peak < filled_hours {
            watts += 2200.0 * (filled_hours - since_off_peak).min(0.5) / 0.5;
        }
        if !away {
            watts += Self::living(hour, Self::is_home_day(date), &noise);
        }
        watts += self.electric_heating(&at, away);
        watts.max(30.0).round() as u32
    }

    /// Cooking, lights, washing: in the morning, at noon when people are home, in the evening.
    fn living(hour: f64, home_day: bool, noise: &dyn Fn(i64) -> f64) -> f64 {
        let bump = |centre: f64, width: f64| (-((hour - centre) / width).powi(2)).exp();
        let morning = if home_day { 450.0 * bump(9.5, 1.3) } else { 520.0 * bump(7.2, 0.9) };
        let noon = if home_day { 1100.0 * bump(12.4, 0.8) } else { 120.0 * bump(12.5, 0.8) };
        let evening = 1150.0 * bump(19.6, 1.2) + 330.0 * bump(21.3, 1.3);
        let machine = if noise(5) > 0.965 && (8.0..22.0).contains(&hour) { 1600.0 } else { 0.0 };
        (morning + noon + evening) * (0.5 + noise(3)) + machine
    }

    /// Radiators of the rooms that gas does not reach.
    fn electric_heating(&self, at: &Zoned, away: bool) -> f64 {
        let felt = 0.6 * self.felt_temperature(at.date()) + 0.4 * self.temperature(at);
        let setback = if away {
            0.35
        } else if (0..6).contains(&at.hour()) {
            0.75
        } else {
            1.0
        };
        58.0 * (HEATING_BASE_C - felt).max(0.0) * setback
    }

    /// The half hours of a local day: start and watts; 46, 48 or 50 of them.
    pub fn load_curve(&self, date: Date) -> Vec<(Timestamp, u32)> {
        let Some((from, to)) = self.day(date) else { return Vec::new() };
        std::iter::successors(Some(from), |at| at.checked_add(30.minutes()).ok())
            .take_while(|at| *at < to)
            .map(|at| (at, self.half_hour_watts(at)))
            .collect()
    }

    /// The meter's energy of a local day, in watt-hours: close to the curve's sum and not equal to it, as a
    /// difference of indexes is.
    pub fn day_watt_hours(&self, date: Date) -> u32 {
        let curve: u32 = self.load_curve(date).iter().map(|(_, watts)| watts).sum();
        let drift = 1.0 + 0.004 * (self.meter.unit(day_number(date)) - 0.5);
        (f64::from(curve) / 2.0 * drift).round() as u32
    }

    /// The highest apparent power of a local day in volt-amperes, and its moment.
    pub fn max_power(&self, date: Date) -> Option<(Timestamp, u32)> {
        let (start, watts) = self.load_curve(date).into_iter().max_by_key(|(_, watts)| *watts)?;
        let u = self.meter.unit(day_number(date) ^ 0x77);
        let at = start.checked_add(((u * 1799.0) as i64).seconds()).ok()?;
        Some((at, (f64::from(watts) * (1.15 + 0.5 * u) / 10.0).round() as u32 * 10))
    }

    /// The gas of a gas day: volume in litres, coefficient in thousandths of kWh per m3.
    pub fn gas(&self, day: Date) -> Gas {
        let felt = self.felt_temperature(day);
        let away = self.is_away(day);
        let habit = 0.8 + 0.4 * self.habits.unit(day_number(day) ^ 0x6a5);
        let heating = 7.4 * (HEATING_BASE_C - felt).max(0.0) * if away { 0.45 } else { 1.0 };
        let water_and_stove = if away { 0.0 } else { 6.5 };
        let kwh = (heating + water_and_stove) * habit;
        let month = i64::from(day.year()) * 12 + i64::from(day.month());
        let coefficient = 11_000 + (self.meter.unit(month) * 220.0) as u32;
        let centilitres = (kwh * 1000.0 / f64::from(coefficient) * 100.0).round();
        Gas {
            dm3: (centilitres * 10.0) as u32,
            coefficient_milli: coefficient,
            temperature_c: felt.round() as i32,
        }
    }

    /// Start and end of a local day.
    pub fn day(&self, date: Date) -> Option<(Timestamp, Timestamp)> {
        let start = |day: Date| Some(day.to_zoned(self.zone.clone()).ok()?.timestamp());
        Some((start(date)?, start(date.tomorrow().ok()?)?))
    }
}

/// What a gas meter says of a gas day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gas {
    /// Volume in litres.
    pub dm3: u32,
    /// Thousandths of kWh per m3.
    pub coefficient_milli: u32,
    /// Mean temperature of GRDF's station, whole degrees.
    pub temperature_c: i32,
}

impl Gas {
    /// Energy in watt-hours, rounded to ten as GRDF publishes two decimals of a kWh.
    pub fn watt_hours(self) -> u32 {
        let milli = u64::from(self.dm3) * u64::from(self.coefficient_milli);
        u32::try_from((milli + 5_000) / 10_000 * 10).unwrap_or(u32::MAX)
    }
}

/// Days since the epoch, to place noise.
pub(crate) fn day_number(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_secs() / 86_400
}

fn week(date: Date) -> i64 {
    (day_number(date) + 3).div_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_have_46_48_and_50_half_hours() {
        let home = Household::new(1);
        let slots = |day| home.load_curve(day).len();
        assert_eq!(
            (slots(date(2025, 3, 30)), slots(date(2025, 6, 1)), slots(date(2025, 10, 26))),
            (46, 48, 50)
        );
    }

    #[test]
    fn a_year_is_that_of_a_french_home_and_seeds_differ() {
        let year = |seed| -> (f64, f64) {
            let home = Household::new(seed);
            let days = date(2024, 1, 1).series(1.day()).take(366);
            days.fold((0.0, 0.0), |(electricity, gas), day| {
                (
                    electricity + f64::from(home.day_watt_hours(day)) / 1000.0,
                    gas + f64::from(home.gas(day).watt_hours()) / 1000.0,
                )
            })
        };
        let (electricity, gas) = year(1);
        assert!((4_000.0..12_000.0).contains(&electricity), "{electricity} kWh of electricity");
        assert!((6_000.0..22_000.0).contains(&gas), "{gas} kWh of gas");
        assert_eq!(year(1), year(1));
        assert_ne!(year(1), year(2));
    }

    #[test]
    fn winter_takes_more_than_summer_and_an_empty_home_less() {
        let home = Household::new(3);
        let gas = |month| (1..=28).map(|day| home.gas(date(2024, month, day)).dm3).sum::<u32>();
        assert!(gas(1) > 4 * gas(7));
        assert!(home.is_away(date(2024, 8, 10)));
        assert!(home.day_watt_hours(date(2024, 8, 10)) < home.day_watt_hours(date(2024, 7, 10)));
    }
}
