//! `watteau model predict DIR FILE.json`: a model as it is, on series of one's own.

use super::{Exit, Global, cases::Cases, compute::Compute, output};
use anyhow::Context as _;
use clap::Args;
use serde::Serialize;
use std::{fs, path::PathBuf};
use watteau_chronos::{Family, Forecast, Model, Options, Sampling, TargetForecast};

/// Arguments of `watteau model predict`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Predict {
    /// A model that is here, by name, or a folder with config.json and model.safetensors.
    #[arg(value_name = "DIR")]
    model: String,
    /// {"cases":[{"name":…,"context":[…],"prediction_length":24}]}; null is a missing value.
    #[arg(value_name = "FILE.json")]
    file: PathBuf,
    /// Chronos-T5: draws among so many of the likeliest tokens; 1 leaves nothing to chance.
    #[arg(long, value_name = "N")]
    top_k: Option<usize>,
    /// Chronos-T5: draws so many paths.
    #[arg(long, value_name = "N")]
    samples: Option<usize>,
    /// Chronos-T5: the same seed draws the same paths.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    compute: Compute,
}

impl Predict {
    pub(super) fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let folder = super::folder(global, &self.model)?;
        let text = fs::read(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?;
        let Cases { cases } = serde_json::from_slice(&text).with_context(|| {
            format!("{} is not a file of cases; see watteau model predict --help", self.file.display())
        })?;
        let model = Model::load(&folder, &self.compute.options())?;
        let levels = match &model.config().family {
            Family::T5(_) => Options::default().levels,
            Family::Bolt(bolt) => bolt.quantiles.clone(),
            Family::Chronos2(chronos2) => chronos2.quantiles.clone(),
        };
        let greedy = matches!(model.config().family, Family::T5(_)) && self.top_k == Some(1);
        let mut answers = Vec::with_capacity(cases.len());
        for case in &cases {
            let (tasks, nested) = case.tasks().map_err(anyhow::Error::msg)?;
            let options = Options {
                horizon: case.prediction_length,
                levels: levels.clone(),
                cross_learning: case.cross_learning,
                sampling: Sampling {
                    top_k: self.top_k,
                    // Without chance all paths are one.
                    samples: if greedy { Some(1) } else { self.samples },
                    seed: self.seed,
                    ..Sampling::default()
                },
            };
            let forecasts = model.predict(&tasks, &options).with_context(|| format!("case {}", case.name))?;
            let name = case.name.clone();
            answers.push(match (greedy, nested) {
                (true, _) => {
                    let paths = all(forecasts).map(|target| target.mean).collect();
                    Answer::Greedy { name, greedy_forecast: paths }
                }
                (false, true) => {
                    let of_task =
                        |forecast: Forecast| all(vec![forecast]).map(|target| target.quantiles).collect();
                    let quantiles = Nested::Tasks(forecasts.into_iter().map(of_task).collect());
                    Answer::Quantiles { name, levels: levels.clone(), quantiles }
                }
                (false, false) => {
                    let quantiles = Nested::Series(all(forecasts).map(|target| target.quantiles).collect());
                    Answer::Quantiles { name, levels: levels.clone(), quantiles }
                }
            });
        }
        output::print_json(&Answers { cases: answers })?;
        Ok(Exit::Ok)
    }
}

/// The answers, numbers as short as single precision is.
#[derive(Debug, Serialize)]
struct Answers {
    cases: Vec<Answer>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Answer {
    Greedy { name: String, greedy_forecast: Vec<Vec<f32>> },
    Quantiles { name: String, levels: Vec<f32>, quantiles: Nested },
}

/// Quantiles are `[level][step]`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Nested {
    Series(Vec<Vec<Vec<f32>>>),
    Tasks(Vec<Vec<Vec<Vec<f32>>>>),
}

fn all(forecasts: Vec<Forecast>) -> impl Iterator<Item = TargetForecast> {
    forecasts.into_iter().flat_map(|forecast| forecast.targets)
}
