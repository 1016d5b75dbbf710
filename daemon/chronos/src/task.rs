//! What is asked of a model, and what it answers.

use std::collections::BTreeMap;

/// One or several series to forecast together, with what is known beside them.
///
/// Values are evenly spaced and in order; the forecast begins one step after the last of them. NaN is a missing value,
/// anywhere. Chronos-T5 and Chronos-Bolt look at each target by itself and know no covariates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Task {
    /// The series to forecast, all of the same length.
    pub targets: Vec<Vec<f32>>,
    /// Covariates by name, each as long as the targets.
    pub past: BTreeMap<String, Covariate>,
    /// What is known of them for the steps to forecast, each as long as the horizon. Each is in `past` too.
    pub future: BTreeMap<String, Covariate>,
}

impl Task {
    /// A single series.
    pub fn series(values: impl Into<Vec<f32>>) -> Self {
        Self { targets: vec![values.into()], ..Self::default() }
    }

    /// Adds a covariate of which only the past is known.
    #[must_use]
    pub fn with_past(mut self, name: impl Into<String>, past: impl Into<Covariate>) -> Self {
        self.past.insert(name.into(), past.into());
        self
    }

    /// Adds a covariate that is known for the steps to forecast as well, such as a weather forecast.
    #[must_use]
    pub fn with_known(
        mut self,
        name: impl Into<String>,
        past: impl Into<Covariate>,
        future: impl Into<Covariate>,
    ) -> Self {
        let name = name.into();
        self.past.insert(name.clone(), past.into());
        self.future.insert(name, future.into());
        self
    }
}

/// A series known beside the targets.
#[derive(Debug, Clone, PartialEq)]
pub enum Covariate {
    /// Numbers; NaN is missing or not known.
    Numbers(Vec<f32>),
    /// Names of categories, such as kinds of days; a missing one is a category of its own.
    Categories(Vec<Option<String>>),
}

impl Covariate {
    /// Number of steps.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Categories(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<Vec<f32>> for Covariate {
    fn from(values: Vec<f32>) -> Self {
        Self::Numbers(values)
    }
}

impl From<&[f32]> for Covariate {
    fn from(values: &[f32]) -> Self {
        Self::Numbers(values.to_vec())
    }
}

/// How to forecast.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Steps to forecast, at least 1. Beyond a model's own reach its forecast is fed back, by the reference's rule.
    pub horizon: usize,
    /// Levels of the quantiles, between 0 and 1. Those that a model was not trained for are interpolated.
    pub levels: Vec<f32>,
    /// Chronos-2: all tasks of the batch are one group and learn from each other.
    pub cross_learning: bool,
    /// Chronos-T5: how paths are drawn.
    pub sampling: Sampling,
}

impl Default for Options {
    /// A day of hours, nine deciles.
    fn default() -> Self {
        Self {
            horizon: 24,
            levels: vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
            cross_learning: false,
            sampling: Sampling::default(),
        }
    }
}

/// How Chronos-T5 draws paths. What is `None` is as the model's configuration says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sampling {
    /// Number of paths.
    pub samples: Option<usize>,
    /// Above 1 the draws spread, below 1 they narrow.
    pub temperature: Option<f32>,
    /// Draw from this many of the likeliest tokens; 0 for all, 1 for no chance at all.
    pub top_k: Option<usize>,
    /// Draw from the likeliest tokens that together have this probability; 1 for all.
    pub top_p: Option<f32>,
    /// The same seed draws the same paths on the same machine.
    pub seed: u64,
}

/// The forecast of one task.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// One for each target, in order.
    pub targets: Vec<TargetForecast>,
}

/// The forecast of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetForecast {
    /// `[level][step]`, levels in the order asked for. They are not made to rise: a model's quantiles may cross.
    pub quantiles: Vec<Vec<f32>>,
    /// The point forecast: the mean of the paths of Chronos-T5, the median of the others.
    pub mean: Vec<f32>,
    /// `[path][step]`, the paths that Chronos-T5 drew; empty for the others.
    pub samples: Vec<Vec<f32>>,
}
