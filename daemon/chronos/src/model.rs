//! A model that was loaded, and what may be asked of it.

use std::{num::NonZero, path::Path};

use crate::{
    bolt::Bolt,
    config::{Config, Family},
    error::{LoadError, PredictError},
    quantiles,
    task::{Forecast, Options, TargetForecast, Task},
    weights::Weights,
    workers::Workers,
};

/// How to load a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Threads to compute with; as many as the machine has cores when `None`.
    pub threads: Option<NonZero<usize>>,
}

/// A model, ready to forecast.
///
/// Its weights stay in the file, which must not be changed in place while the model is loaded. Forecasts may be asked for
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
        let weights = Weights::open(&folder.join("model.safetensors"))?;
        match &config.family {
            Family::Bolt(settings) => drop(Bolt::new(&weights, &config, settings)?),
            other => return Err(LoadError::Unsupported(format!("{} is not computed yet", other.name()))),
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
        self.workers.run(|| match &self.config.family {
            Family::Bolt(settings) => {
                alone(&self.config.family, tasks)?;
                let network = Bolt::new(&self.weights, &self.config, settings).map_err(changed)?;
                let targets: Vec<&[f32]> =
                    tasks.iter().flat_map(|task| &task.targets).map(Vec::as_slice).collect();
                let rows = network.predict(&self.workers, &targets, options.horizon)?;
                let mut answers = rows.iter().map(|rows| TargetForecast {
                    quantiles: quantiles::bolt(&settings.quantiles, rows, &options.levels),
                    mean: quantiles::linear(&settings.quantiles, rows, &[0.5]).remove(0),
                    samples: Vec::new(),
                });
                Ok(tasks
                    .iter()
                    .map(|task| Forecast { targets: answers.by_ref().take(task.targets.len()).collect() })
                    .collect())
            }
            _ => Ok(Vec::new()),
        })
    }
}

/// Names and shapes were checked when the model was loaded.
fn changed(error: LoadError) -> PredictError {
    PredictError::Invalid(format!("the model's file has changed since it was loaded: {error}"))
}

/// Refuses covariates where a family knows none.
fn alone(family: &Family, tasks: &[Task]) -> Result<(), PredictError> {
    if tasks.iter().any(|task| !task.past.is_empty() || !task.future.is_empty()) {
        return Err(PredictError::NotUsed { family: family.name(), what: "covariates" });
    }
    Ok(())
}

/// Refuses what makes no sense for any family.
fn check(tasks: &[Task], options: &Options) -> Result<(), PredictError> {
    let refuse = |sentence: String| Err(PredictError::Invalid(sentence));
    if options.horizon == 0 {
        return refuse("the horizon is 0; ask for at least one step".into());
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
