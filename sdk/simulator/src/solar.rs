//! The panels of the household: what they give as a function of the instant, from the height of the sun and the
//! clouds. All of it goes to the grid.

use crate::{Household, household::day_number};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use std::f64::consts::TAU;

/// Power of the panels under a sun at the zenith.
const PEAK_WATTS: f64 = 3_200.0;
/// Near Paris.
const LATITUDE_DEGREES: f64 = 48.9;
const LONGITUDE_DEGREES: f64 = 2.3;

impl Household {
    /// Mean power given by the panels over the half hour that starts at `start`, in whole watts: nothing at night.
    pub fn production_watts(&self, start: Timestamp) -> u32 {
        let seconds = start.as_second() as f64 + 900.0;
        let days = seconds / 86_400.0;
        let height = sun_height(days);
        // Spells of several days, and passing clouds.
        let spell = 0.62 + 0.3 * self.weather.smooth(days / 3.0 + 17.0);
        let passing = 0.25 * self.weather.smooth(days * 24.0 + 5.0);
        let sky = (spell + passing).clamp(0.08, 1.0);
        (PEAK_WATTS * height.max(0.0).powf(1.15) * sky).round() as u32
    }

    /// The half hours of a local day: start and watts; 46, 48 or 50 of them.
    pub fn production_curve(&self, date: Date) -> Vec<(Timestamp, u32)> {
        let Some((from, to)) = self.day(date) else { return Vec::new() };
        std::iter::successors(Some(from), |at| at.checked_add(30.minutes()).ok())
            .take_while(|at| *at < to)
            .map(|at| (at, self.production_watts(at)))
            .collect()
    }

    /// The meter's energy given in a local day, in watt-hours: close to the curve's sum and not equal to it.
    pub fn day_production_watt_hours(&self, date: Date) -> u32 {
        let curve: u32 = self.production_curve(date).iter().map(|(_, watts)| watts).sum();
        let drift = 1.0 + 0.004 * (self.meter.unit(day_number(date) ^ 0x50a) - 0.5);
        (f64::from(curve) / 2.0 * drift).round() as u32
    }
}

/// The sine of the sun's height so many days after 1970-01-01T00:00Z, below zero at night.
fn sun_height(days: f64) -> f64 {
    let of_year = (days % 365.2425) / 365.2425;
    let declination = -23.44_f64.to_radians() * (TAU * (of_year + 10.0 / 365.25)).cos();
    let hour_angle = TAU * (days.fract() - 0.5) + LONGITUDE_DEGREES.to_radians();
    let latitude = LATITUDE_DEGREES.to_radians();
    latitude.sin() * declination.sin() + latitude.cos() * declination.cos() * hour_angle.cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn panels_give_nothing_at_night_and_more_in_summer() {
        let home = Household::new(1);
        for day in [date(2025, 1, 10), date(2025, 6, 20)] {
            let curve = home.production_curve(day);
            assert_eq!((curve[0].1, curve[4].1, curve[47].1), (0, 0, 0), "{day}");
            let noon = curve.iter().max_by_key(|(_, watts)| *watts).expect("a noon").0;
            let hour = noon.to_zoned(home.zone().clone()).hour();
            assert!((10..=17).contains(&hour), "{day}: {hour} h");
        }
        let month = |month: i8| -> u32 {
            (1..=28).map(|day| home.day_production_watt_hours(date(2025, month, day))).sum()
        };
        assert!(month(6) > 3 * month(12), "{} and {} Wh", month(6), month(12));
        let year: u32 = (1..=12).map(month).sum();
        assert!((2_000_000..4_000_000).contains(&year), "{year} Wh");
    }

    #[test]
    fn days_have_46_48_and_50_half_hours() {
        let home = Household::new(1);
        let slots = |day| home.production_curve(day).len();
        assert_eq!(
            (slots(date(2025, 3, 30)), slots(date(2025, 6, 1)), slots(date(2025, 10, 26))),
            (46, 48, 50)
        );
    }
}
