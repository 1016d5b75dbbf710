//! The adaptive day-ahead model: one Kalman filter an hour, a correction by recent errors, conformal intervals.
//!
//! A model forecasts day D when all of D-2 is known and of D-1 the first `known_hours`. It then
//! 1. learns D-2 with measured temperatures;
//! 2. believes the known morning of D-1 for the hours that have one, on top of what it learnt and without keeping it:
//!    tomorrow that day is learnt anew, whole and with its measured temperatures;
//! 3. forecasts each hour of D, corrects the forecast by the errors of the last days, and puts intervals around it.
//!
//! Step 2 is where leaks hide. The morning of D-1 is judged by columns that hold the day's highest and lowest
//! temperature, which are not known yet: there the forecast of D-1's afternoon is used.

mod built_in;
mod hours;
mod prior;
mod residual;
mod spec;
mod stack;
mod state;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::calendar::Day;
use crate::features::{DayLags, DayWeather, Features, Fourier, Grid, Scale, Target};
use crate::interval::Calibration;
use crate::kalman::Filter;
use crate::temperature::Temperatures;
use crate::weather_case::{Forecasts, Weather};
use hours::{DayInput, HourOutput, work};
pub use prior::Prior;
use residual::{Errors, Known, LOOK_BACK, Residual};
pub use spec::{Issue, Spec};
use stack::Stack;

/// Days that a model without a prior must have learnt before it forecasts.
pub const ENOUGH_DAYS: usize = 14;
/// Days that are prepared together: enough that an hour's covariance stays in the processor's cache, few in memory.
const BLOCK: usize = 64;

/// One hour of a forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourForecast {
    /// Hour of UTC it begins at, counted from the epoch.
    pub start: i64,
    /// Load, MW.
    pub mw: f64,
    /// Quantiles at [`crate::interval::LEVELS`], MW.
    pub quantiles: [f64; 9],
}

/// The forecast of a local day, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct DayForecast {
    /// The day.
    pub day: Day,
    /// Its 23, 24 or 25 hours.
    pub hours: Result<Vec<HourForecast>, Error>,
}

/// A model and all that it has learnt.
#[derive(Debug, Clone)]
pub struct Model {
    spec: Spec,
    features: Features,
    scale: Scale,
    drift: Vec<f64>,
    filters: Vec<Filter>,
    /// Last day learnt.
    through: Day,
    /// Days with a known hour that were learnt, or as many as a prior stands for.
    learnt: usize,
    /// Errors of one step ahead by day, the last ones.
    errors: BTreeMap<Day, Errors>,
    /// What follows the filters, once for each case of weather.
    tracks: Vec<Track>,
}

/// Correction and intervals of one case of weather.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Track {
    residual: Residual,
    stack: Stack,
    calibration: Calibration,
    /// Forecasts that wait for their day to be known, in the model's unit.
    waiting: BTreeMap<Day, [f64; 24]>,
}

impl Track {
    fn new() -> Track {
        Track {
            residual: Residual::new(),
            stack: Stack::default(),
            calibration: Calibration::default(),
            waiting: BTreeMap::new(),
        }
    }
}

impl Model {
    /// A model that knows nothing and will learn from `first` on, for `cases` cases of weather.
    pub fn new(spec: Spec, scale: Scale, first: Day, cases: usize) -> Model {
        let features = Features::new(&spec.groups, scale.clone(), Fourier::new(spec.fourier, spec.seed));
        let variance = features.spread(|group| Spec::of(&spec.variance, group));
        let drift = features.spread(|group| Spec::of(&spec.drift, group));
        let filter = Filter::new(&vec![0.0; features.len()], &variance);
        Model {
            features,
            scale,
            drift,
            filters: vec![filter; 24],
            through: first.plus(-1),
            learnt: 0,
            errors: BTreeMap::new(),
            tracks: vec![Track::new(); cases],
            spec,
        }
    }

    /// Columns and constants fitted to the first days of a history, the usual way to begin without a prior.
    pub fn fit_scale(grid: &Grid, temperatures: &Temperatures, issue: Issue, first: Day, last: Day) -> Scale {
        let weather: BTreeMap<Day, DayWeather> = first
            .plus(-8)
            .to(last)
            .filter(|&day| grid.facts(day).is_some())
            .map(|day| (day, DayWeather::new(grid.days(), day, |hour| temperatures.sample(hour))))
            .collect();
        Scale::fit(grid, first.to(last), issue.known_hours(), |day| weather.get(&day))
    }

    /// Mixes in the grid operator's forecast from now on, as [`Spec::with_operator`] does from the start.
    #[must_use]
    pub fn with_operator(mut self) -> Model {
        self.spec.operator = true;
        self
    }

    /// Its choices.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Its constants.
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// Last day learnt: the next forecast is of the day three days later.
    pub fn through(&self) -> Day {
        self.through
    }

    /// Learns and forecasts day after day up to `last`, from the day that follows what was learnt: the first day
    /// forecast is `through() + 3`. Returns the forecasts of each case of weather.
    ///
    /// `grid` must reach eight days back, and `temperatures` some weeks for the slow averages. What they hold of later
    /// hours than a forecast's issue is not looked at for that forecast, but by [`Weather::Measured`].
    pub fn run(
        &mut self,
        grid: &Grid,
        temperatures: &Temperatures,
        cases: &[Weather],
        last: Day,
        threads: usize,
    ) -> Result<Vec<Vec<DayForecast>>, Error> {
        if cases.len() != self.tracks.len()
            || self.through.plus(1) < grid.days().first()
            || last > grid.days().last()
        {
            return Err(Error::Order { through: self.through, day: last });
        }
        let mut forecasts = vec![Vec::new(); cases.len()];
        while self.through.plus(2) < last {
            let first = self.through.plus(3);
            let until = first.plus(BLOCK as i32 - 1).min(last);
            let inputs = self.prepare(grid, temperatures, cases, first, until);
            let outputs = work(
                &mut self.filters,
                &self.features,
                &self.drift,
                self.spec.hub,
                self.spec.issue.known_hours(),
                &inputs,
                threads,
            );
            for (index, day) in first.to(until).enumerate() {
                self.conclude(grid, day, index, &outputs, &mut forecasts);
            }
            self.through = until.plus(-2);
        }
        Ok(forecasts)
    }

    /// Weather, lags and lessons of a block of days.
    fn prepare(
        &self,
        grid: &Grid,
        temperatures: &Temperatures,
        cases: &[Weather],
        first: Day,
        until: Day,
    ) -> Vec<DayInput> {
        let known = self.spec.issue.known_hours();
        let days = grid.days();
        let measured: BTreeMap<Day, DayWeather> = first
            .plus(-9)
            .to(until)
            .filter(|&day| grid.facts(day).is_some())
            .map(|day| (day, DayWeather::new(days, day, |hour| temperatures.sample(hour))))
            .collect();
        let input = |day: Day| {
            let lags = |of: Day| DayLags::new(grid, of, known, |day| measured.get(&day));
            let issue = Forecasts::hours(days, day, known).start;
            let views = cases.iter().map(|case| {
                let outlook = case.outlook(temperatures, issue, day);
                [day.plus(-1), day].map(|day| DayWeather::new(days, day, |hour| outlook.sample(hour)))
            });
            let facts = [-2, -1, 0].map(|back| grid.facts(day.plus(back)).copied());
            let lesson = |back: i32| std::array::from_fn(|hour| grid.lesson(day.plus(-back), hour));
            DayInput {
                facts,
                lags: [-2, -1, 0].map(|back| lags(day.plus(back))),
                views: views.collect(),
                measured: measured.get(&day.plus(-2)).cloned(),
                lesson: lesson(2),
                morning: lesson(1),
            }
        };
        first.to(until).map(input).collect()
    }

    /// What follows the filters for one day: correction, intervals, and the record of what was forecast.
    fn conclude(
        &mut self,
        grid: &Grid,
        day: Day,
        index: usize,
        outputs: &[HourOutput],
        forecasts: &mut [Vec<DayForecast>],
    ) {
        let learnt: Errors = std::array::from_fn(|hour| outputs[hour].errors[index]);
        self.learnt += usize::from(learnt.iter().any(|error| error.is_finite()));
        self.errors.insert(day.plus(-2), learnt);
        self.errors.retain(|&kept, _| kept >= day.plus(-LOOK_BACK - 1));
        let known = self.spec.issue.known_hours();
        let errors = &self.errors;
        for (case, (track, forecasts)) in self.tracks.iter_mut().zip(forecasts).enumerate() {
            let mut curve: [f64; 24] = std::array::from_fn(|hour| outputs[hour].forecasts[case][index]);
            if self.spec.residual {
                let known = Known {
                    early: (0..known).map(|hour| outputs[hour].early[case][index]).collect(),
                    past: &|back| errors.get(&day.plus(-back)).copied(),
                    lesson: &|day, hour| grid.lesson(day, hour),
                };
                track.residual.correct(day, &known, &mut curve);
            }
            if self.spec.operator {
                track.stack.learn(grid, day.plus(-2), self.spec.target);
                track.stack.mix(day, &mut curve, &grid.operator(day), self.spec.target);
            }
            track.score(grid, self.spec.target, day.plus(-2));
            if self.learnt >= ENOUGH_DAYS {
                track.waiting.insert(day, curve);
            }
            let hours = if self.learnt < ENOUGH_DAYS {
                Err(Error::ShortHistory { day, days: self.learnt, needed: ENOUGH_DAYS })
            } else if curve.iter().any(|y| !y.is_finite()) {
                Err(Error::NoTemperature { day })
            } else {
                Ok(track.hours(grid, self.spec.target, day, &curve))
            };
            forecasts.push(DayForecast { day, hours });
        }
    }
}

impl Track {
    /// Notes the errors of a day that became known.
    fn score(&mut self, grid: &Grid, target: Target, day: Day) {
        if let (Some(curve), Some(observed)) = (self.waiting.remove(&day), grid.observed(day)) {
            let errors =
                std::array::from_fn(|hour| (target.to_mw(observed[hour]) / target.to_mw(curve[hour])).ln());
            self.calibration.add(&errors);
        }
        self.waiting.retain(|&kept, _| kept > day);
    }

    fn hours(&self, grid: &Grid, target: Target, day: Day, curve: &[f64; 24]) -> Vec<HourForecast> {
        let days = grid.days();
        let quantiles: Vec<[f64; 9]> =
            (0..24).map(|hour| self.calibration.quantiles(hour, target.to_mw(curve[hour]))).collect();
        days.hours(day)
            .zip(days.local_hours(day))
            .map(|(start, hour)| HourForecast { start, mw: quantiles[hour][4], quantiles: quantiles[hour] })
            .collect()
    }
}
