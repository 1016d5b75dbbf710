//! Temperatures of ten cities, what the load feels of them, and forecasts of them that stand in for a weather service.
//!
//! Buildings answer to past temperatures: exponential averages with time constants from 6 hours to 10 days are kept
//! beside the temperature of the hour. They only look back, so a forecast continues them from the last measured hour.

use crate::hourly::Hourly;

/// A city and how much of the country's load feels its temperature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct City {
    /// Name, in lower case.
    pub name: &'static str,
    /// Weight; the ten sum to 1.
    pub weight: f64,
    /// Part of the country.
    region: Region,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Region {
    North,
    West,
    SouthWest,
    SouthEast,
}

const fn city(name: &'static str, weight: f64, region: Region) -> City {
    City { name, weight, region }
}

/// How many cities there are.
pub const CITIES: usize = 10;

/// The cities, in the order that every list of temperatures here has.
pub const CITY: [City; CITIES] = [
    city("bayonne", 0.04, Region::SouthWest),
    city("brest", 0.05, Region::West),
    city("lille", 0.12, Region::North),
    city("limoges", 0.05, Region::West),
    city("lyon", 0.13, Region::SouthEast),
    city("marseille", 0.09, Region::SouthEast),
    city("nantes", 0.09, Region::West),
    city("paris", 0.26, Region::North),
    city("strasbourg", 0.09, Region::North),
    city("toulouse", 0.08, Region::SouthWest),
];

/// Time constants of the national averages, hours.
pub const TAU: [f64; 6] = [6.0, 12.0, 24.0, 48.0, 96.0, 240.0];

/// How many parts of the country are told apart.
pub const REGIONS: usize = 4;

/// Everything felt at one hour, degC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// National temperature.
    pub national: f64,
    /// National averages over each of [`TAU`].
    pub smooth: [f64; 6],
    /// Temperature by region: north, west, south-west, south-east.
    pub region: [f64; REGIONS],
    /// 24 h averages by region.
    pub region_smooth: [f64; REGIONS],
    /// Weighted excess of each city over 24 degC.
    pub heat: f64,
}

impl Sample {
    const UNKNOWN: Sample = Sample {
        national: f64::NAN,
        smooth: [f64::NAN; 6],
        region: [f64::NAN; REGIONS],
        region_smooth: [f64::NAN; REGIONS],
        heat: f64::NAN,
    };

    /// The sample of an hour whose cities are known, after the sample of the hour before.
    fn follow(before: Option<&Sample>, cities: &[f64; CITIES]) -> Sample {
        let (mut national, mut heat) = (0.0, 0.0);
        let (mut region, mut weights) = ([0.0; REGIONS], [0.0; REGIONS]);
        for (city, &t) in CITY.iter().zip(cities) {
            national += city.weight * t;
            heat += city.weight * (t - 24.0).max(0.0);
            region[city.region as usize] += city.weight * t;
            weights[city.region as usize] += city.weight;
        }
        for (sum, weight) in region.iter_mut().zip(weights) {
            *sum /= weight;
        }
        let Some(before) = before.filter(|before| before.national.is_finite()) else {
            return Sample { national, smooth: [national; 6], region, region_smooth: region, heat };
        };
        let blend = |old: f64, new: f64, tau: f64| {
            let keep = (-1.0 / tau).exp();
            keep * old + (1.0 - keep) * new
        };
        Sample {
            national,
            smooth: std::array::from_fn(|i| blend(before.smooth[i], national, TAU[i])),
            region,
            region_smooth: std::array::from_fn(|i| blend(before.region_smooth[i], region[i], 24.0)),
            heat,
        }
    }

    pub(crate) fn mean(self, other: Sample) -> Sample {
        let mean = |a: f64, b: f64| f64::midpoint(a, b);
        Sample {
            national: mean(self.national, other.national),
            smooth: std::array::from_fn(|i| mean(self.smooth[i], other.smooth[i])),
            region: std::array::from_fn(|i| mean(self.region[i], other.region[i])),
            region_smooth: std::array::from_fn(|i| mean(self.region_smooth[i], other.region_smooth[i])),
            heat: mean(self.heat, other.heat),
        }
    }
}

/// No French city was ever colder or hotter than this, degC.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = -45.0..=55.0;

/// Unknown cities as the mean of the known ones, if these weigh enough to speak for the country.
fn complete(row: [f64; CITIES]) -> [f64; CITIES] {
    let row = row.map(|t| if PLAUSIBLE.contains(&t) { t } else { f64::NAN });
    let known = || CITY.iter().zip(row).filter(|(_, t)| t.is_finite());
    let weight: f64 = known().map(|(city, _)| city.weight).sum();
    let mean = known().map(|(city, t)| city.weight * t).sum::<f64>() / weight;
    row.map(|t| if t.is_finite() || weight <= 0.5 { t } else { mean })
}

/// Longest gap that is filled from the same hour of the day before, hours.
const FILL: u32 = 72;

/// Measured temperatures and their samples.
#[derive(Debug, Clone)]
pub struct Temperatures {
    first: i64,
    cities: Vec<[f64; CITIES]>,
    samples: Vec<Sample>,
}

impl Temperatures {
    /// From the series of each city, in the order of [`CITY`]. A gap of up to three days is filled from the same hour
    /// of the day before, so that one missing answer does not stop the averages. A city that is missing longer counts
    /// as the mean of the others while these are more than half of the country; else the hour is unknown.
    pub fn new(cities: &[Hourly; CITIES]) -> Temperatures {
        let first = cities.iter().map(Hourly::first).min().unwrap_or_default();
        let end = cities.iter().map(Hourly::end).max().unwrap_or_default();
        let mut rows: Vec<[f64; CITIES]> = Vec::with_capacity((end - first) as usize);
        let mut filled = [0; CITIES];
        for hour in first..end {
            let mut row = [f64::NAN; CITIES];
            for (city, series) in cities.iter().enumerate() {
                row[city] = series.get(hour);
                let missing = !PLAUSIBLE.contains(&row[city]);
                filled[city] = if missing { filled[city] + 1 } else { 0 };
                if missing && filled[city] <= FILL && rows.len() >= 24 {
                    row[city] = rows[rows.len() - 24][city];
                }
            }
            rows.push(complete(row));
        }
        let mut samples: Vec<Sample> = Vec::with_capacity(rows.len());
        for row in &rows {
            let sample = if row.iter().all(|t| t.is_finite()) {
                Sample::follow(samples.last(), row)
            } else {
                Sample::UNKNOWN
            };
            samples.push(sample);
        }
        Temperatures { first, cities: rows, samples }
    }

    /// First hour, and the hour after the last.
    pub fn span(&self) -> std::ops::Range<i64> {
        self.first..self.first + self.samples.len() as i64
    }

    /// The sample of an hour; all NaN when unknown.
    pub fn sample(&self, hour: i64) -> &Sample {
        self.index(hour).map_or(&Sample::UNKNOWN, |index| &self.samples[index])
    }

    /// Temperatures of the cities at an hour, NaN when unknown.
    pub fn cities(&self, hour: i64) -> [f64; CITIES] {
        self.index(hour).map_or([f64::NAN; CITIES], |index| self.cities[index])
    }

    fn index(&self, hour: i64) -> Option<usize> {
        usize::try_from(hour - self.first).ok().filter(|&index| index < self.samples.len())
    }

    /// What was measured before `issue`, continued by a forecast of the hours from `issue` on.
    pub fn continued(&self, issue: i64, forecast: &[[f64; CITIES]]) -> Outlook<'_> {
        let mut samples: Vec<Sample> = Vec::with_capacity(forecast.len());
        for &row in forecast {
            let before = samples.last().unwrap_or_else(|| self.sample(issue - 1));
            samples.push(Sample::follow(Some(before), &complete(row)));
        }
        Outlook { measured: self, issue, samples }
    }

    /// What was measured, taken for the forecast of a perfect weather service.
    pub fn measured(&self) -> Outlook<'_> {
        Outlook { measured: self, issue: i64::MAX, samples: Vec::new() }
    }
}

/// Temperatures as they look at the time of issue: measured before it, forecast after it.
#[derive(Debug, Clone)]
pub struct Outlook<'a> {
    measured: &'a Temperatures,
    issue: i64,
    samples: Vec<Sample>,
}

impl Outlook<'_> {
    /// The sample of an hour; all NaN when neither measured before the issue nor forecast.
    pub fn sample(&self, hour: i64) -> &Sample {
        match usize::try_from(hour - self.issue) {
            Ok(index) => self.samples.get(index).unwrap_or(&Sample::UNKNOWN),
            Err(_) => self.measured.sample(hour),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(values: &[f64]) -> [Hourly; CITIES] {
        std::array::from_fn(|_| Hourly::new(100, values.to_vec()))
    }

    #[test]
    fn weights_sum_to_one() {
        assert!((CITY.iter().map(|city| city.weight).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_step_is_felt_at_the_speed_of_each_average() {
        let mut values = vec![10.0; 50];
        values.extend([20.0; 24]);
        let temperatures = Temperatures::new(&flat(&values));
        let sample = temperatures.sample(100 + 73);
        for (smooth, tau) in sample.smooth.iter().zip(TAU) {
            assert!((smooth - (20.0 - 10.0 * (-24.0 / tau).exp())).abs() < 1e-9);
        }
        assert!((sample.region_smooth[2] - sample.smooth[2]).abs() < 1e-9);
        assert!(temperatures.sample(99).national.is_nan());
    }

    #[test]
    fn short_gaps_are_filled_and_long_ones_are_not() {
        let mut values: Vec<f64> = (0..200).map(|hour| f64::from(hour % 24)).collect();
        values[30..40].fill(f64::NAN);
        values[60..190].fill(f64::NAN);
        let temperatures = Temperatures::new(&flat(&values));
        assert!((temperatures.sample(100 + 33).national - 9.0).abs() < 1e-9);
        assert!((temperatures.sample(100 + 131).national - 11.0).abs() < 1e-9);
        assert!(temperatures.sample(100 + 132).national.is_nan());
        assert!((temperatures.sample(100 + 195).national - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_lost_city_counts_as_the_others() {
        let city = |index: usize| Hourly::new(0, vec![if index == 7 { 20.0 } else { 10.0 }; 30]);
        let lost = |gone: &[usize]| {
            let cities = std::array::from_fn(|i| if gone.contains(&i) { Hourly::default() } else { city(i) });
            Temperatures::new(&cities).sample(29).national
        };
        assert!((lost(&[]) - 12.6).abs() < 1e-9);
        assert!((lost(&[7]) - 10.0).abs() < 1e-9);
        assert!((lost(&[0, 1]) - (10.0 + 2.6 / 0.91)).abs() < 1e-9);
        assert!(lost(&[2, 4, 7, 8]).is_nan(), "four tenths of the country are no country");
        let temperatures = Temperatures::new(&std::array::from_fn(city));
        let mut forecast = [10.0; CITIES];
        forecast[3] = f64::NAN;
        assert!((temperatures.continued(30, &[forecast]).sample(30).national - 10.0).abs() < 1e-9);
    }

    #[test]
    fn an_outlook_is_blind_to_what_is_measured_after_the_issue() {
        let values: Vec<f64> = (0..100).map(|hour| f64::from(hour % 24)).collect();
        let temperatures = Temperatures::new(&flat(&values));
        let other =
            Temperatures::new(&flat(&values).map(|city| city.map(|h, v| if h < 160 { v } else { -v })));
        let forecast = vec![[7.0; CITIES]; 30];
        let (a, b) = (temperatures.continued(160, &forecast), other.continued(160, &forecast));
        for hour in 100..190 {
            assert_eq!(a.sample(hour), b.sample(hour));
        }
        assert!(a.sample(190).national.is_nan());
        assert_eq!(temperatures.measured().sample(170), temperatures.sample(170));
    }
}
