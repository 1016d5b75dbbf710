//! The loop: draw, step, check, keep the best.

use std::{
    num::NonZero,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use candle_core::{Tensor, Var, backprop::GradStore};
use candle_nn::{AdamW, Optimizer as _, ParamsAdamW};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng as _};

use super::{
    batch::Batch,
    data::Window,
    dropout::Dropout,
    error::TrainError,
    lanes::Lanes,
    network::{self, Network},
};

/// Windows that are checked at once.
const CHECKED: usize = 64;

/// How to train.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Steps at most.
    pub steps: usize,
    /// Windows of a step.
    pub batch: usize,
    /// Windows that a thread computes at once.
    pub shard: usize,
    /// Threads; as many as the machine has cores when `None`. Does not change the result.
    pub threads: Option<NonZero<usize>>,
    /// The highest learning rate.
    pub learning_rate: f64,
    /// Share of it that is left at the last step.
    pub floor: f64,
    /// Steps in which it rises.
    pub warm_up: usize,
    /// Weight decay of matrices; vectors have none.
    pub weight_decay: f64,
    /// The longest gradient; longer ones are shortened to it.
    pub clip: f64,
    /// Share of activations that is dropped.
    pub dropout: f32,
    /// How much of the mean of the weights is kept at each step.
    pub average: f64,
    /// Steps between two checks.
    pub check_every: usize,
    /// Checks without a better result after which training ends; 0 to go on to the last step.
    pub patience: usize,
    /// The same seed gives the same weights.
    pub seed: u64,
}

impl Default for Settings {
    /// For a network of some million weights that starts from nothing.
    fn default() -> Self {
        Self {
            steps: 8000,
            batch: 128,
            shard: 16,
            threads: None,
            learning_rate: 1.5e-3,
            floor: 0.02,
            warm_up: 300,
            weight_decay: 0.05,
            clip: 1.0,
            dropout: 0.1,
            average: 0.999,
            check_every: 250,
            patience: 0,
            seed: 1,
        }
    }
}

impl Settings {
    /// The learning rate of a step, counted from 0.
    pub fn rate(&self, step: usize) -> f64 {
        if step < self.warm_up {
            return self.learning_rate * (step + 1) as f64 / self.warm_up as f64;
        }
        let span = self.steps.saturating_sub(self.warm_up).max(1) as f64;
        let done = ((step - self.warm_up) as f64 / span).min(1.0);
        let cosine = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        self.learning_rate * (self.floor + (1.0 - self.floor) * cosine)
    }

    fn check(&self) -> Result<(), TrainError> {
        let refuse = |sentence: &str| Err(TrainError::Invalid(sentence.to_owned()));
        if self.batch == 0 || self.shard == 0 || self.check_every == 0 {
            return refuse("batch, shard and check_every are at least 1");
        }
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !positive(self.learning_rate) || !positive(self.clip) {
            return refuse("the learning rate and the longest gradient must be positive");
        }
        let share = |value: f64| (0.0..1.0).contains(&value);
        if !share(f64::from(self.dropout)) || !share(self.average) {
            return refuse("the dropout and the average's share lie between 0 and 1");
        }
        Ok(())
    }
}

/// How far training is, after every step.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    /// Steps that were made.
    pub step: usize,
    /// Steps at most.
    pub steps: usize,
    /// Mean loss of the last steps, on windows as they were drawn.
    pub training: f64,
    /// Loss of the mean of the weights on held-out windows, when they were just checked.
    pub validation: Option<f64>,
    /// The best of them so far.
    pub best: f64,
    /// The network that was just found to be the best so far; a caller may save it in case training is cut off.
    pub improved: Option<&'a Network>,
    /// Since the start.
    pub elapsed: Duration,
}

/// What came of training.
#[derive(Debug)]
pub struct Fitted {
    /// The network with the weights that were best.
    pub network: Network,
    /// Loss on the held-out windows before the first step.
    pub before: f64,
    /// Loss of the best weights.
    pub after: f64,
    /// The step of the best weights; 0 when the first were.
    pub best_step: usize,
    /// Steps that were made.
    pub steps: usize,
    /// How long it took.
    pub elapsed: Duration,
}

/// Trains a network on windows that `draw` makes, and keeps the weights that are best on `validation`. `progress` is
/// called after every step; when it breaks, training ends with [`TrainError::Cancelled`].
pub fn fit(
    network: Network,
    draw: &(dyn Fn(&mut ChaCha8Rng) -> Window + Sync),
    validation: &[Window],
    settings: &Settings,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Fitted, TrainError> {
    settings.check()?;
    let started = Instant::now();
    let lanes = Lanes::new(settings.threads)?;
    let mean = network.copy()?;
    let before = checked(&mean, &lanes, validation)?;
    let (mut best, mut best_loss, mut best_step) = (mean.copy()?, before, 0);
    let mut optimisers = optimisers(&network, settings)?;
    let (mut training, mut worse, mut step) = (None, 0, 0);
    while step < settings.steps {
        let (loss, gradients) = gradients(&network, &lanes, draw, settings, step)?;
        if !loss.is_finite() {
            return Err(TrainError::Diverged { steps: step });
        }
        for optimiser in &mut optimisers {
            optimiser.set_learning_rate(settings.rate(step));
            optimiser.step(&gradients)?;
        }
        // At first the mean is of the few steps there were.
        let keep = settings.average.min((step + 1) as f64 / (step + 10) as f64);
        average(&mean, &network, keep)?;
        step += 1;
        training = Some(training.map_or(loss, |mean: f64| mean + 0.02 * (loss - mean)));
        let check = step.is_multiple_of(settings.check_every) || step == settings.steps;
        let validation = check.then(|| checked(&mean, &lanes, validation)).transpose()?;
        if let Some(loss) = validation {
            worse += 1;
            if loss < best_loss {
                (best, best_loss, best_step, worse) = (mean.copy()?, loss, step, 0);
            }
        }
        let so_far = Progress {
            step,
            steps: settings.steps,
            training: training.unwrap_or(loss),
            validation,
            best: best_loss,
            improved: (best_step == step).then_some(&best),
            elapsed: started.elapsed(),
        };
        if progress(&so_far).is_break() {
            return Err(TrainError::Cancelled);
        }
        if settings.patience > 0 && worse >= settings.patience {
            break;
        }
    }
    Ok(Fitted { network: best, before, after: best_loss, best_step, steps: step, elapsed: started.elapsed() })
}

/// The loss of a network on windows, as it is reported by [`fit`]: twice the pinball of all levels together, for each step
/// that is known, in units of the context's deviation.
pub fn evaluate(
    network: &Network,
    windows: &[Window],
    threads: Option<NonZero<usize>>,
) -> Result<f64, TrainError> {
    checked(network, &Lanes::new(threads)?, windows)
}

fn checked(network: &Network, lanes: &Lanes, windows: &[Window]) -> Result<f64, TrainError> {
    let bolt = network::settings(network.config())?;
    let shards: Vec<&[Window]> = windows.chunks(CHECKED).collect();
    let losses = lanes.each(shards.len(), |shard| {
        let batch = Batch::new(shards[shard], bolt, network.device())?;
        let quantiles = network.forward(&batch, &mut Dropout::none())?;
        let loss = batch.loss(&quantiles, &bolt.quantiles)?.to_scalar::<f32>()?;
        Ok((f64::from(loss), batch.known()?))
    })?;
    let (loss, known) = losses.iter().fold((0.0, 0.0), |(a, b), (loss, known)| (a + loss, b + known));
    Ok(if known > 0.0 { loss / known } else { f64::INFINITY })
}

/// The loss of a step's windows and the clipped gradients of all weights.
fn gradients(
    network: &Network,
    lanes: &Lanes,
    draw: &(dyn Fn(&mut ChaCha8Rng) -> Window + Sync),
    settings: &Settings,
    step: usize,
) -> Result<(f64, GradStore), TrainError> {
    let bolt = network::settings(network.config())?;
    let shards = settings.batch.div_ceil(settings.shard);
    let all = (settings.batch * bolt.prediction_length) as f64;
    let parts = lanes.each(shards, |shard| {
        let mut rng = ChaCha8Rng::seed_from_u64(settings.seed);
        rng.set_stream((step * shards + shard) as u64 + 1);
        let count = settings.shard.min(settings.batch - shard * settings.shard);
        let windows: Vec<Window> = (0..count).map(|_| draw(&mut rng)).collect();
        let batch = Batch::new(&windows, bolt, network.device())?;
        let quantiles = network.forward(&batch, &mut Dropout::share(settings.dropout, rng))?;
        let loss = (batch.loss(&quantiles, &bolt.quantiles)? / all)?;
        Ok((f64::from(loss.to_scalar::<f32>()?), loss.backward()?))
    })?;
    let loss = parts.iter().map(|(loss, _)| loss).sum();
    let mut stores = parts.into_iter().map(|(_, store)| store);
    let Some(mut total) = stores.next() else {
        return Err(TrainError::Invalid("a step needs windows".into()));
    };
    let rest: Vec<GradStore> = stores.collect();
    let mut squares = 0.0;
    for var in network.weights().values() {
        let Some(mut sum) = total.remove(var) else { continue };
        for store in &rest {
            if let Some(part) = store.get(var) {
                sum = (sum + part)?;
            }
        }
        squares += f64::from(sum.sqr()?.sum_all()?.to_scalar::<f32>()?);
        total.insert(var, sum);
    }
    let length = squares.sqrt();
    if length > settings.clip {
        for var in network.weights().values() {
            if let Some(gradient) = total.remove(var) {
                total.insert(var, (gradient * (settings.clip / length))?);
            }
        }
    }
    Ok((loss, total))
}

/// Two optimisers: vectors have no weight decay.
fn optimisers(network: &Network, settings: &Settings) -> Result<[AdamW; 2], TrainError> {
    let (matrices, vectors): (Vec<Var>, Vec<Var>) =
        network.weights().values().cloned().partition(|var| var.rank() > 1);
    let parameters = |weight_decay| ParamsAdamW {
        lr: settings.learning_rate,
        beta1: 0.9,
        beta2: 0.99,
        eps: 1e-8,
        weight_decay,
    };
    Ok([AdamW::new(matrices, parameters(settings.weight_decay))?, AdamW::new(vectors, parameters(0.0))?])
}

/// Moves the mean of the weights towards the weights.
fn average(mean: &Network, network: &Network, keep: f64) -> Result<(), TrainError> {
    for (name, var) in network.weights() {
        if let Some(mean) = mean.weights().get(name) {
            let moved: Tensor = ((mean.as_tensor() * keep)? + (var.as_tensor() * (1.0 - keep))?)?;
            mean.set(&moved)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_and_falls() {
        let settings =
            Settings { steps: 1100, warm_up: 100, learning_rate: 2.0, floor: 0.1, ..Settings::default() };
        for (step, rate) in
            [(0, 0.02), (49, 1.0), (99, 2.0), (100, 2.0), (600, 1.1), (1100, 0.2), (9999, 0.2)]
        {
            assert!((settings.rate(step) - rate).abs() < 1e-9, "{step}: {}", settings.rate(step));
        }
    }
}
