//! Heating by the day: `value = c0 + c1 max(0, base - Teff)`, with the effective temperature of [`super::effective`].
//!
//! Base and sun are searched by least squares where there are days enough to tell, see [`Sufficiency`].

use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, Observation, Row, Watched};
use super::days::{Days, quarter};
use super::effective::{Felt, felt};
use super::refusal::Refusal;
use super::robust;
use crate::calendar::Day;

/// Names of the coefficients.
pub(crate) const NAMES: [&str; 2] = ["constant", "heating"];
/// Bases that are tried, degC: from, step, count.
const BASES: (f64, f64, usize) = (13.0, 0.5, 15);
/// Suns that are tried, degC per MJ/m2.
const SUNS: [f64; 6] = [0.0, 0.1, 0.15, 0.2, 0.25, 0.3];
/// A day is a heating day when the walls and the air are below this, degC, the sun left aside.
const HEATING: f64 = 16.0;
/// Heating days below which nothing is explained.
pub const NEEDED: usize = 60;
/// Heating days, other days and spread of temperatures (degC) that a search takes.
pub const SEARCHED: (usize, usize, f64) = (150, 60, 14.0);

/// Base temperature and effect of the sun.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// Temperature below which is heated, degC.
    pub base: f64,
    /// degC of effective temperature per MJ/m2 of sun a day.
    pub sun: f64,
}

/// What stands in where the days do not suffice to search.
pub const FIXED: Shape = Shape { base: 17.0, sun: 0.2 };

impl Shape {
    /// The row of a day.
    pub fn row(&self, felt: &Felt) -> Row {
        let cold = (self.base - felt.effective(self.sun)).max(0.0);
        Row { x: vec![1.0, cold], cold }
    }

    /// All shapes that are tried.
    fn all() -> impl Iterator<Item = Shape> {
        let (from, step, count) = BASES;
        (0..count).flat_map(move |i| SUNS.map(|sun| Shape { base: from + step * i as f64, sun }))
    }
}

/// Whether the days are enough, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sufficiency {
    /// Too few heating days: readings can be shown, no verdict.
    Waiting {
        /// Heating days known.
        heating_days: usize,
        /// Heating days it takes.
        needed: usize,
    },
    /// Base and sun are assumed; to be called provisional.
    Provisional {
        /// Heating days known; a search takes 150.
        heating_days: usize,
        /// Other days known; a search takes 60.
        other_days: usize,
        /// Spread of the walls' temperature, 5 to 95 %, degC; a search takes 14.
        spread: f64,
    },
    /// Base and sun can be searched.
    Searched {
        /// Heating days known.
        heating_days: usize,
        /// Other days known.
        other_days: usize,
        /// Spread of the walls' temperature, 5 to 95 %, degC.
        spread: f64,
    },
}

impl Sufficiency {
    /// Heating days known.
    pub fn heating_days(&self) -> usize {
        let (Sufficiency::Waiting { heating_days, .. }
        | Sufficiency::Provisional { heating_days, .. }
        | Sufficiency::Searched { heating_days, .. }) = self;
        *heating_days
    }

    /// Of the days that have a value.
    pub fn of<'a>(felt: impl Iterator<Item = &'a Felt>) -> Sufficiency {
        let (mut walls, mut heating_days) = (Vec::new(), 0);
        for felt in felt {
            walls.push(felt.walls);
            heating_days += usize::from(felt.blend < HEATING);
        }
        walls.sort_by(f64::total_cmp);
        let at = |share: f64| walls.get((share * walls.len() as f64) as usize).copied().unwrap_or_default();
        let (other_days, spread) = (walls.len() - heating_days, at(0.95) - at(0.05));
        if heating_days < NEEDED {
            return Sufficiency::Waiting { heating_days, needed: NEEDED };
        }
        if heating_days < SEARCHED.0 || other_days < SEARCHED.1 || spread <= SEARCHED.2 {
            return Sufficiency::Provisional { heating_days, other_days, spread };
        }
        Sufficiency::Searched { heating_days, other_days, spread }
    }
}

/// The daily model, fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Daily {
    /// Latitude of the home, degrees north.
    pub latitude: f64,
    /// Base and sun.
    pub shape: Shape,
    /// Whether the days sufficed.
    pub sufficiency: Sufficiency,
    /// Coefficients, noise, kappa.
    pub baseline: Baseline,
    /// Days whose value is absurd and was set aside.
    pub set_aside: Vec<Day>,
}

/// A day with its temperatures and its value.
#[derive(Debug, Clone, Copy)]
struct Known {
    day: Day,
    felt: Felt,
    value: f64,
}

impl Known {
    fn observation(&self, shape: Shape) -> Observation {
        Observation { day: self.day, row: shape.row(&self.felt), value: self.value }
    }
}

impl Daily {
    /// Fits the days `from..to` that have a value and temperatures; days before `from` still warm the walls.
    pub fn fit(days: &Days, latitude: f64, from: Day, to: Day) -> Result<Daily, Refusal> {
        days.check()?;
        let felt = felt(days, latitude);
        let known = days.range(from, to).filter_map(|index| {
            Some(Known { day: days.day(index), felt: felt[index]?, value: days.values[index]? })
        });
        let mut known: Vec<Known> = known.collect();
        if known.is_empty() {
            return Err(Refusal::Nothing { missing: "temperatures".to_owned() });
        }
        let sufficiency = Sufficiency::of(known.iter().map(|known| &known.felt));
        if let Sufficiency::Waiting { heating_days, needed } = sufficiency {
            return Err(Refusal::Waiting { heating_days, needed });
        }
        let set_aside = set_aside(&mut known);
        let searched = matches!(sufficiency, Sufficiency::Searched { .. });
        let search = Search::new(&known);
        let shape_without = |left: Option<i32>| if searched { search.best(left) } else { FIXED };
        let rows = |shape: Shape| known.iter().map(|known| known.observation(shape)).collect::<Vec<_>>();
        let shape = shape_without(None);
        let fold = |left: i32| rows(shape_without(Some(left)));
        let baseline = Baseline::fit(&NAMES, &rows(shape), true, fold)?;
        Ok(Daily { latitude, shape, sufficiency, baseline, set_aside })
    }

    /// The days `from..to` that have a value and temperatures, beside what is expected of them: what a detection of
    /// changes goes by, with `covariance`, `noise.phi`, `kappa` and `scores` of [`Baseline`].
    pub fn watch(&self, days: &Days, from: Day, to: Day) -> Vec<Watched> {
        self.baseline.watch(days, &self.rows(days), from, to)
    }

    /// The rows of all days, `None` where the temperatures are not known.
    pub fn rows(&self, days: &Days) -> Vec<Option<Row>> {
        felt(days, self.latitude).iter().map(|felt| felt.as_ref().map(|felt| self.shape.row(felt))).collect()
    }
}

/// Takes out the days whose value is beyond anything that weather and habits do.
fn set_aside(known: &mut Vec<Known>) -> Vec<Day> {
    let rows: Vec<Observation> = known.iter().map(|known| known.observation(FIXED)).collect();
    let absurd = robust::absurd(&rows);
    let days = known.iter().zip(&absurd).filter(|(_, absurd)| **absurd).map(|(known, _)| known.day).collect();
    let mut keep = absurd.iter().map(|absurd| !absurd);
    known.retain(|_| keep.next().unwrap_or(true));
    days
}

/// Sums of each shape in each quarter: leaving a quarter out is a subtraction.
struct Search {
    sums: Vec<(Shape, Vec<(i32, Sums)>)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Search {
    fn new(known: &[Known]) -> Search {
        // Around the mean, so that no digits are lost in the differences.
        let mean = known.iter().map(|known| known.value).sum::<f64>() / known.len().max(1) as f64;
        let quarters: Vec<i32> = known.iter().map(|known| quarter(known.day)).collect();
        let sums = |shape: Shape| {
            let mut sums: Vec<(i32, Sums)> = Vec::new();
            for (known, &quarter) in known.iter().zip(&quarters) {
                let (x, y) = ((shape.base - known.felt.effective(shape.sun)).max(0.0), known.value - mean);
                if sums.last().is_none_or(|last| last.0 != quarter) {
                    sums.push((quarter, Sums::default()));
                }
                if let Some((_, sums)) = sums.last_mut() {
                    sums.count += 1.0;
                    sums.x += x;
                    sums.y += y;
                    sums.xx += x * x;
                    sums.xy += x * y;
                    sums.yy += y * y;
                }
            }
            (shape, sums)
        };
        Search { sums: Shape::all().map(sums).collect() }
    }

    /// The shape of least squares without a quarter.
    fn best(&self, left: Option<i32>) -> Shape {
        let error = |sums: &[(i32, Sums)]| {
            let mut all = Sums::default();
            for (_, one) in sums.iter().filter(|(quarter, _)| Some(*quarter) != left) {
                all.count += one.count;
                all.x += one.x;
                all.y += one.y;
                all.xx += one.xx;
                all.xy += one.xy;
                all.yy += one.yy;
            }
            let (sxx, sxy) = (all.xx - all.x * all.x / all.count, all.xy - all.x * all.y / all.count);
            let syy = all.yy - all.y * all.y / all.count;
            if sxx > 1e-9 { syy - sxy * sxy / sxx } else { syy }
        };
        let best = self.sums.iter().map(|(shape, sums)| (error(sums), *shape));
        best.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(FIXED, |best| best.1)
    }
}
