//! On from a model that exists, on one's own series.

use std::{
    fs,
    num::NonZero,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use super::{
    data::{Corpus, Series, Window, augment},
    error::TrainError,
    fit::{self, Progress, fit},
    network::{self, Network},
    store::{Precision, save},
};
use crate::{config::Config, error::LoadError};

/// Horizons that a series must be long at least.
const HORIZONS: usize = 8;

/// How to go on from a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Finetune {
    /// The folder for the result, another than the one to start from.
    pub into: PathBuf,
    /// Share of each series, its last part, that is only used to check.
    pub held_out: f64,
    /// Values after which a series repeats, such as 168 for the hours of a week.
    pub period: usize,
    /// Share of invented series among the windows, so that the model does not forget what it knew of others.
    pub synthetic: f64,
    /// How to train.
    pub training: fit::Settings,
}

impl Finetune {
    /// Settings for hourly series of a home or a grid: some hundred small steps, minutes on two cores for a small model.
    pub fn new(into: impl Into<PathBuf>) -> Self {
        Self {
            into: into.into(),
            held_out: 0.2,
            period: 168,
            synthetic: 0.1,
            training: fit::Settings {
                steps: 600,
                batch: 32,
                shard: 8,
                learning_rate: 1e-4,
                warm_up: 50,
                weight_decay: 0.01,
                average: 0.99,
                check_every: 25,
                patience: 6,
                ..fit::Settings::default()
            },
        }
    }

    /// Threads to compute with.
    #[must_use]
    pub fn threads(mut self, threads: Option<NonZero<usize>>) -> Self {
        self.training.threads = threads;
        self
    }
}

/// What fine-tuning did.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Loss of the model to start from on the last part of the series.
    pub before: f64,
    /// Loss of the best weights there; as before when none were better.
    pub after: f64,
    /// Whether the result was written. It is not when it did not help, and the model to start from is then the better one.
    pub helped: bool,
    /// Steps that were made.
    pub steps: usize,
    /// The step of the best weights.
    pub best_step: usize,
    /// Windows that were checked.
    pub checked: usize,
}

/// Trains the Chronos-Bolt model in `from` on series of one's own and writes the result to [`Finetune::into`] if it is
/// better on what was held out. NaN is a missing value. `from` is never written to.
pub fn finetune(
    from: impl AsRef<Path>,
    series: &[Vec<f32>],
    options: &Finetune,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Report, TrainError> {
    let from = from.as_ref();
    if same(from, &options.into) {
        return Err(TrainError::OverSource(options.into.clone()));
    }
    if !(0.05..=0.5).contains(&options.held_out) {
        return Err(TrainError::Invalid("hold out between a twentieth and a half of the series".into()));
    }
    let path = from.join("config.json");
    let json = fs::read_to_string(&path).map_err(|source| LoadError::Io { path, source })?;
    let config = Config::parse(json.as_bytes())?;
    let bolt = network::settings(&config)?;
    let (context, horizon) = (bolt.context_length, bolt.prediction_length);
    let (learn, check) = split(series, context, horizon, options)?;
    let path = from.join("model.safetensors");
    let network = Network::read(&config, &path, &super::device()?)?;
    let precision = precision(&path)?;

    let corpus = Corpus {
        series: learn,
        context,
        horizon,
        synthetic: options.synthetic,
        augment: augment::Settings { shortest: bolt.patch.max(horizon), ..augment::Settings::default() },
    };
    let fitted = fit(network, &|rng| corpus.draw(rng), &check, &options.training, progress)?;
    let helped = fitted.best_step > 0;
    if helped {
        save(&fitted.network, &json, &options.into, precision)?;
    }
    Ok(Report {
        before: fitted.before,
        after: fitted.after,
        helped,
        steps: fitted.steps,
        best_step: fitted.best_step,
        checked: check.len(),
    })
}

/// What is learnt from, and windows of what is held out.
fn split(
    series: &[Vec<f32>],
    context: usize,
    horizon: usize,
    options: &Finetune,
) -> Result<(Vec<Series>, Vec<Window>), TrainError> {
    if series.iter().flatten().any(|value| value.is_infinite()) {
        return Err(TrainError::Invalid("a value is infinite; use NaN for a missing value".into()));
    }
    let (mut learn, mut check) = (Vec::new(), Vec::new());
    let known = |values: &[f32]| values.iter().filter(|value| value.is_finite()).count();
    let needed = HORIZONS * horizon;
    for values in series {
        if known(values) < needed {
            continue;
        }
        let held = ((values.len() as f64 * options.held_out) as usize).max(horizon);
        let first = values.len() - held;
        // Nothing that is checked is ever a target while learning.
        let own = Series::everywhere(values[..first].to_vec(), horizon, options.period);
        let stride = (horizon / 4).max(1);
        let windows = (first..=values.len() - horizon).step_by(stride);
        check.extend(
            windows
                .map(|at| Window::of(values, at, context, horizon))
                .filter(|window| known(&window.target) > 0 && known(&window.context) > 0),
        );
        if !own.starts.is_empty() {
            learn.push(own);
        }
    }
    if learn.is_empty() || check.is_empty() {
        let found = series.iter().map(|values| known(values)).max().unwrap_or(0);
        return Err(TrainError::TooLittle { found, needed });
    }
    Ok((learn, check))
}

/// As the model to start from is stored, as far as halves go.
fn precision(path: &Path) -> Result<Precision, TrainError> {
    let bytes = fs::read(path).map_err(|source| LoadError::Io { path: path.to_owned(), source })?;
    let single = safetensors::SafeTensors::deserialize(&bytes)
        .is_ok_and(|tensors| tensors.iter().any(|(_, view)| view.dtype() == safetensors::Dtype::F32));
    Ok(if single { Precision::Single } else { Precision::Half })
}

/// Whether two paths are the same folder, links and dots resolved.
fn same(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => a == b,
    }
}
