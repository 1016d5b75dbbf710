//! Trains the built-in model and writes its card; `cargo xtask train` runs it:
//!
//! ```text
//! cargo run --release -p watteau-chronos --example built_in -- DATA_FOLDER MODEL_FOLDER [--steps N] [--card-only]
//! ```
//!
//! `DATA_FOLDER` has `fr_load.csv.gz` (`utc,mw`, hourly) and, to compare with, `fr_load_forecast_d1.csv.gz`. Sizes and
//! settings are in `recipe`, and are not chosen here. `--steps` makes a shorter run for a try, `--card-only` scores the
//! model that is there.

mod card;
mod recipe;
mod samples;
mod score;

use std::{ops::ControlFlow, path::PathBuf, time::Duration};

use anyhow::{Context as _, Result, bail};
use watteau_chronos::train::Progress;

use crate::{card::Training, samples::Samples};

struct Arguments {
    data: PathBuf,
    model: PathBuf,
    steps: Option<usize>,
    card_only: bool,
}

fn arguments() -> Result<Arguments> {
    let (mut folders, mut steps, mut card_only) = (Vec::new(), None, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--steps" => {
                let number = arguments.next().context("--steps needs a number")?;
                steps = Some(number.parse().context("--steps needs a number")?);
            }
            "--card-only" => card_only = true,
            _ => folders.push(PathBuf::from(argument)),
        }
    }
    let Ok([data, model]) = <[PathBuf; 2]>::try_from(folders) else {
        bail!("usage: built_in DATA_FOLDER MODEL_FOLDER [--steps N] [--card-only]");
    };
    Ok(Arguments { data, model, steps, card_only })
}

fn main() -> Result<()> {
    let arguments = arguments()?;
    let samples = Samples::read(&arguments.data)?;
    let training = if arguments.card_only {
        Training::read(&arguments.model)?
    } else {
        let fitted = recipe::train(&samples, arguments.steps, &mut |progress| {
            show(progress);
            if let Some(network) = progress.improved {
                // What is best so far is kept, should the machine be needed for something else.
                let saved = recipe::save(network, &Training::so_far(progress), &arguments.model);
                if let Err(error) = saved {
                    eprintln!("cannot keep what is best so far: {error:#}");
                }
            }
            ControlFlow::Continue(())
        })?;
        let training = Training::new(&fitted);
        recipe::save(&fitted.network, &training, &arguments.model)?;
        training
    };
    let household = Samples::household(&arguments.data)?;
    card::write(&samples, household.as_ref(), &arguments.model, &training)
}

fn show(progress: &Progress) {
    let Progress { step, steps, training, best, elapsed, .. } = *progress;
    if let Some(validation) = progress.validation {
        let minutes = elapsed.as_secs_f64() / 60.0;
        let left = Duration::from_secs_f64(elapsed.as_secs_f64() / step as f64 * (steps - step) as f64);
        eprintln!(
            "step {step:>6} of {steps}: {minutes:6.1} min, {:3.0} min left; loss {training:.4}, validation {validation:.4}, best {best:.4}",
            left.as_secs_f64() / 60.0
        );
    }
}
