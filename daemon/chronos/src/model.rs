//! A model that was loaded, and what may be asked of it.

use std::{borrow::Cow, num::NonZero, path::Path};

use crate::{
    bolt::Bolt,
    chronos2::Chronos2,
    config::{self, Config, Family},
    error::{LoadError, PredictError},
    quantiles,
    rows::{self, Batch},
    sampling::Sampler,
    t5::{Draw, T5},
    task::{Forecast, Options, Sampling, TargetForecast, Task},
    unroll,
    weights::{Weighting, Weights},
    workers::Workers,
};

/// More paths than this are a mistake, and would fill the memory.
const MOST_SAMPLES: usize = 4096;

/// More steps than this are a mistake: nothing is known so far ahead.
const LONGEST_HORIZON: usize = 100_000;

/// Tasks of Chronos-2 that are computed at once.
const TASKS: usize = 8;

/// How to load a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Threads to compute with; as many as the machine has cores when `None`.
    pub threads: Option<NonZero<usize>>,
    /// What becomes of the weights.
    pub weights: Weighting,
}

/// A model, ready to forecast.
///
/// Its weights stay in the file, which must not be changed in place while the model is loaded, or in the bytes it was
/// given. Forecasts may be asked for
/// from several threads at once; they share the model's own threads.
pub struct Model {
    config: Config,
    weights: Weights,
    workers: Workers,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Model {
    /// Loads the model in a folder with `config.json` and `model.safetensors`, as Hugging Face lays it out. All names and
    /// shapes are checked; the numbers are read when they are first used.
    pub fn load(folder: impl AsRef<Path>, options: &LoadOptions) -> Result<Self, LoadError> {
        let folder = folder.as_ref();
        let path = folder.join("config.json");
        let json = std::fs::read(&path).map_err(|source| LoadError::Io { path, source })?;
        let config = Config::parse(&json)?;
        let weights = Weights::open(&folder.join("model.safetensors"), options.weights)?;
        Self::new(config, weights, options)
    }

    /// Loads a model from the bytes of its two files, such as a program brings along. Nothing is copied: static bytes are
    /// read where they lie, and others are kept as they are given. Only weights that begin at an odd address, where
    /// numbers cannot be read, are copied once; `include_bytes!` promises no address, but a wrapper aligns what is in it:
    ///
    /// ```
    /// # use std::borrow::Cow;
    /// # use watteau_chronos::{LoadOptions, Model};
    /// #[repr(C, align(16))]
    /// struct Aligned<T: ?Sized>(T);
    ///
    /// static CONFIG: &[u8] = include_bytes!("../tests/fixtures/bolt/config.json");
    /// static WEIGHTS: &Aligned<[u8]> = &Aligned(*include_bytes!("../tests/fixtures/bolt/model.safetensors"));
    ///
    /// let model = Model::from_bytes(CONFIG, Cow::Borrowed(&WEIGHTS.0), &LoadOptions::default())?;
    /// # Ok::<(), watteau_chronos::LoadError>(())
    /// ```
    pub fn from_bytes(
        config: &[u8],
        weights: impl Into<Cow<'static, [u8]>>,
        options: &LoadOptions,
    ) -> Result<Self, LoadError> {
        let config = Config::parse(config)?;
        Self::new(config, Weights::hold(weights.into(), options.weights)?, options)
    }

    /// Checks that weights and configuration belong together.
    fn new(config: Config, weights: Weights, options: &LoadOptions) -> Result<Self, LoadError> {
        match &config.family {
            Family::T5(settings) => drop(T5::new(&weights, &config, settings, 1, 1)?),
            Family::Bolt(settings) => drop(Bolt::new(&weights, &config, settings, 1)?),
            Family::Chronos2(settings) => drop(Chronos2::new(&weights, &config, settings)?),
        }
        let workers = Workers::new(options.threads.map(Into::into)).map_err(LoadError::Threads)?;
        Ok(Self { config, weights, workers })
    }

    /// The model's configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Forecasts all tasks; the answers are in their order.
    pub fn predict(&self, tasks: &[Task], options: &Options) -> Result<Vec<Forecast>, PredictError> {
        check(tasks, options)?;
        let forecasts = self.workers.run(|| match &self.config.family {
            Family::T5(settings) => self.t5(settings, tasks, options),
            Family::Bolt(settings) => self.bolt(settings, tasks, options),
            Family::Chronos2(settings) => self.chronos2(settings, tasks, options),
        })?;
        let finite = |rows: &[Vec<f32>]| rows.iter().flatten().all(|value| value.is_finite());
        let mut targets = forecasts.iter().flat_map(|forecast| &forecast.targets);
        if !targets.all(|target| finite(&target.quantiles) && finite(std::slice::from_ref(&target.mean))) {
            return Err(PredictError::NotFinite);
        }
        Ok(forecasts)
    }

    fn t5(
        &self,
        settings: &config::T5,
        tasks: &[Task],
        options: &Options,
    ) -> Result<Vec<Forecast>, PredictError> {
        let series = alone(&self.config.family, tasks)?;
        let (longest, steps) =
            (longest(&series) + options.horizon, options.horizon.min(settings.prediction_length));
        let network = T5::new(&self.weights, &self.config, settings, longest, steps).map_err(changed)?;
        let draw = draw(settings, &options.sampling)?;
        let mut answers = Vec::with_capacity(series.len());
        for (number, series) in series.iter().enumerate() {
            let samples = network.predict(&self.workers, series, number, &draw, options.horizon);
            answers.push(summary(samples, &options.levels));
        }
        Ok(by_task(tasks, answers))
    }

    fn bolt(
        &self,
        settings: &config::Bolt,
        tasks: &[Task],
        options: &Options,
    ) -> Result<Vec<Forecast>, PredictError> {
        let series = alone(&self.config.family, tasks)?;
        let longest = longest(&series) + options.horizon;
        let network = Bolt::new(&self.weights, &self.config, settings, longest).map_err(changed)?;
        let rows = network.predict(&self.workers, &series, options.horizon);
        let answers = rows.iter().map(|rows| TargetForecast {
            quantiles: quantiles::bolt(&settings.quantiles, rows, &options.levels),
            mean: quantiles::linear(&settings.quantiles, rows, &[0.5]).remove(0),
            samples: Vec::new(),
        });
        Ok(by_task(tasks, answers))
    }

    fn chronos2(
        &self,
        settings: &config::Chronos2,
        tasks: &[Task],
        options: &Options,
    ) -> Result<Vec<Forecast>, PredictError> {
        rows::check(tasks, options.horizon)?;
        let network = Chronos2::new(&self.weights, &self.config, settings).map_err(changed)?;
        let mut forecasts = Vec::with_capacity(tasks.len());
        // Tasks that learn from each other go together; others only share the reading of the weights.
        let at_once = if options.cross_learning { tasks.len().max(1) } else { TASKS };
        for tasks in tasks.chunks(at_once) {
            let batch = Batch::new(tasks, settings.context_length, options.cross_learning);
            let rows = unroll::predict(&network, &self.workers, &batch, options.horizon);
            forecasts.extend(batch.targets.iter().map(|targets| {
                Forecast {
                    targets: rows[targets.clone()]
                        .iter()
                        .map(|rows| TargetForecast {
                            quantiles: quantiles::linear(&settings.quantiles, rows, &options.levels),
                            mean: quantiles::linear(&settings.quantiles, rows, &[0.5]).remove(0),
                            samples: Vec::new(),
                        })
                        .collect(),
                }
            }));
        }
        Ok(forecasts)
    }
}

/// The length of the longest series.
fn longest(series: &[&[f32]]) -> usize {
    series.iter().map(|series| series.len()).max().unwrap_or(0)
}

/// Gives each task its targets' answers.
fn by_task(tasks: &[Task], answers: impl IntoIterator<Item = TargetForecast>) -> Vec<Forecast> {
    let mut answers = answers.into_iter();
    tasks
        .iter()
        .map(|task| Forecast { targets: answers.by_ref().take(task.targets.len()).collect() })
        .collect()
}

/// What is asked of the sampler, and the model's own settings for the rest.
fn draw(settings: &config::T5, asked: &Sampling) -> Result<Draw, PredictError> {
    let refuse = |sentence: String| Err(PredictError::Invalid(sentence));
    let draw = Draw {
        sampler: Sampler {
            temperature: asked.temperature.unwrap_or(settings.temperature),
            top_k: asked.top_k.unwrap_or(settings.top_k),
            top_p: asked.top_p.unwrap_or(settings.top_p),
        },
        samples: asked.samples.unwrap_or(settings.num_samples),
        seed: asked.seed,
    };
    if draw.samples == 0 || draw.samples > MOST_SAMPLES {
        return refuse(format!("{} sample paths were asked for; ask for 1 to {MOST_SAMPLES}", draw.samples));
    }
    if !(draw.sampler.temperature.is_finite() && draw.sampler.temperature > 0.0) {
        return refuse(format!("the temperature is {}; it must be positive", draw.sampler.temperature));
    }
    if !(0.0..=1.0).contains(&draw.sampler.top_p) {
        return refuse(format!("top_p is {}; it must lie between 0 and 1", draw.sampler.top_p));
    }
    Ok(draw)
}

/// Quantiles and mean of sample paths.
fn summary(samples: Vec<Vec<f32>>, levels: &[f32]) -> TargetForecast {
    let sorted: Vec<Vec<f32>> = (0..samples[0].len())
        .map(|step| {
            let mut values: Vec<f32> = samples.iter().map(|path| path[step]).collect();
            values.sort_by(f32::total_cmp);
            values
        })
        .collect();
    let mean =
        |values: &Vec<f32>| (values.iter().copied().map(f64::from).sum::<f64>() / values.len() as f64) as f32;
    TargetForecast {
        quantiles: levels
            .iter()
            .map(|level| sorted.iter().map(|values| quantiles::of_sorted(values, *level)).collect())
            .collect(),
        mean: sorted.iter().map(mean).collect(),
        samples,
    }
}

/// Names and shapes were checked when the model was loaded.
fn changed(error: LoadError) -> PredictError {
    PredictError::Invalid(format!("the model's file has changed since it was loaded: {error}"))
}

/// All targets, where a family looks at each by itself and knows no covariates.
fn alone<'t>(family: &Family, tasks: &'t [Task]) -> Result<Vec<&'t [f32]>, PredictError> {
    if tasks.iter().any(|task| !task.past.is_empty() || !task.future.is_empty()) {
        return Err(PredictError::NotUsed { family: family.name(), what: "covariates" });
    }
    Ok(tasks.iter().flat_map(|task| &task.targets).map(Vec::as_slice).collect())
}

/// Refuses what makes no sense for any family.
fn check(tasks: &[Task], options: &Options) -> Result<(), PredictError> {
    let refuse = |sentence: String| Err(PredictError::Invalid(sentence));
    if options.horizon == 0 || options.horizon > LONGEST_HORIZON {
        return refuse(format!("the horizon is {}; ask for 1 to {LONGEST_HORIZON} steps", options.horizon));
    }
    if let Some(level) = options.levels.iter().find(|level| !(0.0..=1.0).contains(*level)) {
        return refuse(format!("the level {level} does not lie between 0 and 1"));
    }
    for (number, task) in tasks.iter().enumerate() {
        let Some(first) = task.targets.first() else {
            return refuse(format!("task {number} has no target"));
        };
        for target in &task.targets {
            if target.is_empty() {
                return refuse(format!(
                    "a target of task {number} has no values; give at least one, NaN if it is not known"
                ));
            }
            if target.len() != first.len() {
                return refuse(format!(
                    "the targets of task {number} differ in length; pad the shorter ones with NaN"
                ));
            }
            if let Some(at) = target.iter().position(|value| value.is_infinite()) {
                return refuse(format!(
                    "value {at} of a target of task {number} is infinite; use NaN for a missing value"
                ));
            }
        }
    }
    Ok(())
}
