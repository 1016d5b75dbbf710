//! The temperature a house feels: today's, that of the last days, and the sun by the daily range (Hargreaves).
//!
//! The radiation at the top of the atmosphere is FAO Irrigation and Drainage Paper 56, equations 21 to 25; the share of
//! it that reaches the ground, 0.17 of the root of the daily range (Hargreaves' formula, equation 50, with 0.16 inland
//! and 0.19 at coasts).

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::days::Days;
use crate::calendar::Day;

/// Time constant of the walls, days.
const WALLS: f64 = 4.0;
/// Share of the day's own temperature.
const TODAY: f64 = 0.4;
/// A silence after which the walls are no longer remembered, days.
const FORGOTTEN: usize = 10;
/// Share of the radiation that reaches the ground per root of a degree of daily range.
const HARGREAVES: f64 = 0.17;

/// What a day's temperatures make of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Felt {
    /// Middle of the lowest and the highest temperature, degC.
    pub middle: f64,
    /// Temperature of the walls: the smoothed middle, degC.
    pub walls: f64,
    /// 0.4 of the day's and 0.6 of the walls' temperature, degC.
    pub blend: f64,
    /// Sun on a horizontal square metre, MJ a day.
    pub sun: f64,
}

impl Felt {
    /// Effective temperature, degC, with `sun` degC per MJ/m2.
    pub fn effective(&self, sun: f64) -> f64 {
        self.blend + sun * self.sun
    }
}

/// Radiation at the top of the atmosphere, MJ/m2 a day, at a latitude in degrees.
///
/// ```
/// // FAO 56, example 8: 20 degrees south on 3 September.
/// let day = watteau_analysis::Day::new(jiff::civil::date(2023, 9, 3));
/// let ra = watteau_analysis::regression::effective::extraterrestrial(-20.0, day);
/// assert!((ra - 32.2).abs() < 0.05);
/// ```
pub fn extraterrestrial(latitude: f64, day: Day) -> f64 {
    let phi = latitude.to_radians();
    let year = 2.0 * PI * f64::from(day.date().day_of_year()) / 365.0;
    let distance = 1.0 + 0.033 * year.cos();
    let declination = 0.409 * (year - 1.39).sin();
    // Beyond the polar circles the sun does not set, or does not rise.
    let sunset = (-phi.tan() * declination.tan()).clamp(-1.0, 1.0).acos();
    let height = sunset * phi.sin() * declination.sin() + phi.cos() * declination.cos() * sunset.sin();
    24.0 * 60.0 / PI * 0.0820 * distance * height.max(0.0)
}

/// What the temperatures of all days make of them; a day without temperatures is `None`. The walls keep their
/// temperature over a day that is not known, and begin anew after more than ten.
pub fn felt(days: &Days, latitude: f64) -> Vec<Option<Felt>> {
    let keep = (-1.0 / WALLS).exp();
    let mut walls: Option<f64> = None;
    let mut silent = 0;
    (0..days.len())
        .map(|index| {
            let Some((low, high)) = days.extremes(index) else {
                silent += 1;
                return None;
            };
            let middle = f64::midpoint(low, high);
            let before = walls.filter(|_| silent <= FORGOTTEN).unwrap_or(middle);
            let now = keep * before + (1.0 - keep) * middle;
            (walls, silent) = (Some(now), 0);
            let sun = HARGREAVES * extraterrestrial(latitude, days.day(index)) * (high - low).sqrt();
            Some(Felt { middle, walls: now, blend: TODAY * middle + (1.0 - TODAY) * now, sun })
        })
        .collect()
}
