//! The weather of a place, invented: seasons by latitude, days by the sun, spells that last for days and come from the
//! west; and what a forecast of some moment said of it. Everything is a function of place and instant.

use crate::noise::Noise;
use jiff::{Timestamp, tz::TimeZone};
use std::f64::consts::TAU;

const DAY: f64 = 86_400.0;
/// Models run so often.
const RUN_SECONDS: i64 = 6 * 3600;

/// A place in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// North positive.
    pub latitude: f64,
    /// East positive.
    pub longitude: f64,
}

/// A quantity of the weather.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    /// Degrees Celsius, at the moment.
    Temperature,
    /// Relative, per cent, at the moment.
    Humidity,
    /// Per cent of the sky, at the moment.
    CloudCover,
    /// Metres per second at ten metres, at the moment.
    WindSpeed,
    /// Watts per square metre on the flat, mean of the hour before.
    Radiation,
}

/// The weather of a seed.
#[derive(Debug, Clone, Copy)]
pub struct Climate {
    seed: u64,
    spells: Noise,
    sky: Noise,
    wind: Noise,
    analysis: Noise,
}

impl Climate {
    /// The weather of a seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            spells: Noise::new(seed ^ 0x57ea_7e4f),
            sky: Noise::new(seed ^ 0x00c1_00d5),
            wind: Noise::new(seed ^ 0x0077_1bd5),
            analysis: Noise::new(seed ^ 0xa7a1),
        }
    }

    /// What it was, to the digits that are published.
    pub fn truth(&self, element: Element, spot: Spot, at: Timestamp) -> f64 {
        self.told(element, spot, at.as_second(), 0.0)
    }

    /// What the model's run of `issued` says of a moment: wrong by a little for what is over, by more the further ahead.
    pub fn forecast(&self, element: Element, spot: Spot, at: Timestamp, issued: Timestamp) -> f64 {
        let at = at.as_second();
        let run = issued.as_second().div_euclid(RUN_SECONDS) * RUN_SECONDS;
        let hours = (at - run).max(0) as f64 / 3600.0;
        let here = local(spot) as f64 * 17.0;
        // The analysis of what is over is the same whenever it is asked for.
        let still = 0.35 * self.analysis.smooth(at as f64 / 28_800.0 + here);
        let growing = Noise::new(self.seed ^ (run as u64).rotate_left(17));
        let error = still + 0.05 * hours.powf(0.75) * growing.smooth(at as f64 / 32_400.0 + here);
        self.told(element, spot, at, error)
    }

    /// An element with an error of so many degrees, or of what goes with so many degrees.
    fn told(&self, element: Element, spot: Spot, at: i64, error: f64) -> f64 {
        let rounded = |value: f64, steps: f64| (value * steps).round() / steps;
        match element {
            Element::Temperature => rounded(self.temperature(spot, at) + error, 10.0),
            Element::Humidity => {
                let warmth = self.temperature(spot, at) - seasonal(spot, at);
                (74.0 - 2.2 * warmth + 12.0 * self.cloud(spot, at) + 4.0 * error).clamp(15.0, 100.0).round()
            }
            Element::CloudCover => (100.0 * (self.cloud(spot, at) + 0.1 * error).clamp(0.0, 1.0)).round(),
            Element::WindSpeed => {
                let days = position(spot, at);
                let gusty = 4.2 + 3.4 * self.wind.smooth(days / 0.8) + 0.5 * error;
                rounded(gusty.max(0.2), 100.0)
            }
            Element::Radiation => {
                let quarters = (0..4).map(|quarter| at - 450 - quarter * 900);
                let mean = quarters.map(|at| self.sun(spot, at)).sum::<f64>() / 4.0;
                (mean * (1.0 + 0.08 * error).max(0.2)).round()
            }
        }
    }

    /// Degrees Celsius.
    pub(crate) fn temperature(&self, spot: Spot, at: i64) -> f64 {
        let days = position(spot, at);
        let here = Noise::new(self.seed ^ local(spot) as u64);
        let spell = 3.2 * self.spells.smooth(days / 5.0)
            + 1.5 * self.spells.smooth(days / 1.8 + 91.0)
            + 0.9 * here.smooth(days / 3.0);
        let daily = (3.0 + 0.12 * spot.longitude.clamp(-5.0, 8.0))
            * (TAU * (solar_hour(spot, at) - 15.0) / 24.0).cos();
        seasonal(spot, at) + spell + daily
    }

    /// Part of the sky, 0 to 1.
    fn cloud(&self, spot: Spot, at: i64) -> f64 {
        let days = position(spot, at);
        (0.55 + 0.42 * self.sky.smooth(days / 1.4) + 0.2 * self.sky.smooth(days * 4.0 + 33.0)).clamp(0.0, 1.0)
    }

    /// Watts per square metre at a moment.
    fn sun(&self, spot: Spot, at: i64) -> f64 {
        let tilt = (23.44_f64).to_radians() * (TAU * (day_of_year(at) - 81.0) / 365.25).sin();
        let angle = TAU * (solar_hour(spot, at) - 12.0) / 24.0;
        let latitude = spot.latitude.to_radians();
        let height = latitude.sin() * tilt.sin() + latitude.cos() * tilt.cos() * angle.cos();
        1000.0 * height.max(0.0).powf(1.15) * (1.0 - 0.72 * self.cloud(spot, at).powf(2.5))
    }
}

/// Mean temperature of the season: milder south, less so near the ocean.
fn seasonal(spot: Spot, at: i64) -> f64 {
    let mean = 12.4 + 0.55 * (46.5 - spot.latitude);
    let swing = 6.8 + 0.25 * spot.longitude.clamp(-5.0, 8.0);
    mean - swing * (TAU * (day_of_year(at) - 20.0) / 365.25).cos()
}

/// The cell of a place.
fn local(spot: Spot) -> i64 {
    (spot.latitude * 4.0).round() as i64 * 4001 + (spot.longitude * 4.0).round() as i64
}

/// Days since the epoch as the weather of a place sees them: it comes from the west.
fn position(spot: Spot, at: i64) -> f64 {
    at as f64 / DAY - 0.08 * spot.longitude + 0.05 * spot.latitude
}

fn solar_hour(spot: Spot, at: i64) -> f64 {
    (at as f64 / 3600.0 + spot.longitude / 15.0).rem_euclid(24.0)
}

fn day_of_year(at: i64) -> f64 {
    let seconds = at.rem_euclid(86_400) as f64;
    Timestamp::from_second(at)
        .map_or(0.0, |at| f64::from(at.to_zoned(TimeZone::UTC).day_of_year()) + seconds / DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARIS: Spot = Spot { latitude: 48.8566, longitude: 2.3522 };
    const MARSEILLE: Spot = Spot { latitude: 43.2965, longitude: 5.3698 };

    fn hours(from: &str, count: i64) -> impl Iterator<Item = Timestamp> {
        let from: Timestamp = from.parse().unwrap();
        (0..count).map(move |hour| Timestamp::from_second(from.as_second() + hour * 3600).unwrap())
    }

    fn mean(values: impl Iterator<Item = f64>) -> f64 {
        let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    }

    #[test]
    fn a_year_is_that_of_france() {
        let climate = Climate::new(1);
        let year = |spot| {
            mean(hours("2024-01-01T00:00:00Z", 8784).map(|at| climate.truth(Element::Temperature, spot, at)))
        };
        let (paris, marseille) = (year(PARIS), year(MARSEILLE));
        assert!((9.5..13.5).contains(&paris), "{paris}");
        assert!(marseille > paris + 1.5, "{marseille}");
        let month = |from| mean(hours(from, 720).map(|at| climate.truth(Element::Temperature, PARIS, at)));
        assert!(month("2024-07-01T00:00:00Z") > month("2024-01-05T00:00:00Z") + 10.0);
        let sun: f64 =
            hours("2024-01-01T00:00:00Z", 8784).map(|at| climate.truth(Element::Radiation, PARIS, at)).sum();
        assert!((900.0..1700.0).contains(&(sun / 1000.0)), "{sun} Wh/m2 a year");
        assert!(climate.truth(Element::Radiation, PARIS, "2024-06-21T23:00:00Z".parse().unwrap()) == 0.0);
    }

    #[test]
    fn every_element_stays_within_what_can_be() {
        let climate = Climate::new(7);
        for at in hours("2023-01-01T00:00:00Z", 8760).step_by(7) {
            let value = |element| climate.truth(element, MARSEILLE, at);
            assert!((0.0..=100.0).contains(&value(Element::Humidity)));
            assert!((0.0..=100.0).contains(&value(Element::CloudCover)));
            assert!((0.0..40.0).contains(&value(Element::WindSpeed)));
            assert!((0.0..1100.0).contains(&value(Element::Radiation)));
        }
    }

    #[test]
    fn spells_last_for_days_and_errors_grow_with_the_horizon() {
        let climate = Climate::new(1);
        let off = |ahead: i64| {
            let square = |at: Timestamp| {
                let issued = Timestamp::from_second(at.as_second() - ahead * 3600).unwrap();
                let error = climate.forecast(Element::Temperature, PARIS, at, issued)
                    - climate.truth(Element::Temperature, PARIS, at);
                error * error
            };
            mean(hours("2024-03-01T00:00:00Z", 2000).map(square)).sqrt()
        };
        let (now, day, three) = (off(0), off(24), off(72));
        assert!(now < day && day < three, "{now} {day} {three}");
        assert!((0.3..1.2).contains(&day), "{day} degrees a day ahead");
    }

    #[test]
    fn another_seed_is_another_weather() {
        let at = "2024-03-01T00:00:00Z".parse().unwrap();
        let temperature = |seed| Climate::new(seed).truth(Element::Temperature, PARIS, at);
        assert!((temperature(1) - temperature(1)).abs() < f64::EPSILON);
        assert!((temperature(1) - temperature(2)).abs() > 0.1);
    }
}
