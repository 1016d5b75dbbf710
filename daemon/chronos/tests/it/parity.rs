//! Every case of the fixtures: the project's own, and those of the Python reference where they are at hand.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;
use watteau_chronos::{Covariate, Family, Model, Options, Sampling, Task};

use crate::cases::{close, list, load, number, own, reference, series, table};

#[test]
fn bolt() {
    check(&own("bolt"), bolt_case);
    if let Some(folder) = reference("bolt") {
        check(&folder, bolt_case);
        interpolated(&folder, "quantiles_batch_step_level", "mean_batch_step");
    }
}

#[test]
fn t5() {
    check(&own("t5"), t5_case);
    if let Some(folder) = reference("t5") {
        check(&folder, t5_case);
    }
}

#[test]
fn chronos2() {
    check(&own("chronos2"), chronos2_case);
    if let Some(folder) = reference("chronos2") {
        check(&folder, chronos2_case);
        interpolated(&folder, "quantiles_target_step_level", "mean_target_step");
    }
}

/// A case's deviation in parts of its tolerance.
type Case = fn(&Model, &Value, &str, usize) -> f64;

fn check(folder: &Path, case: Case) {
    let (model, file) = load(folder);
    let worst = file["cases"].as_array().unwrap().iter().map(|values| {
        let name = values["name"].as_str().unwrap();
        case(&model, values, name, values["prediction_length"].as_u64().unwrap() as usize)
    });
    let worst = worst.fold(0.0, f64::max);
    eprintln!("{}: at most {worst:.2} of a case's tolerance", folder.display());
}

/// The reference says how much its own rounding allows; the project's fixtures hold float64 results.
fn tolerance(case: &Value, expected: &[Vec<f32>]) -> f64 {
    let largest = expected.iter().flatten().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    case["atol"].as_f64().unwrap_or(f64::from(largest) * 2e-5)
}

fn bolt_case(model: &Model, case: &Value, name: &str, horizon: usize) -> f64 {
    let tasks: Vec<Task> = series(&case["context"]).into_iter().map(Task::series).collect();
    let forecasts = model.predict(&tasks, &Options { horizon, ..Options::default() }).unwrap();
    let expected = case["quantiles"].as_array().unwrap();
    assert_eq!(forecasts.len(), expected.len());
    let deviations = forecasts.iter().zip(expected).map(|(forecast, expected)| {
        let (found, expected) = (&forecast.targets[0], table(expected));
        assert_eq!(found.mean, found.quantiles[4], "{name}");
        close(name, &found.quantiles, &expected, tolerance(case, &expected))
    });
    deviations.fold(0.0, f64::max)
}

/// Greedy paths, which are equal token for token: two neighbouring bins are at least 7e-3 of the scale apart.
fn t5_case(model: &Model, case: &Value, name: &str, horizon: usize) -> f64 {
    let tasks: Vec<Task> = series(&case["context"]).into_iter().map(Task::series).collect();
    let greedy = Sampling { samples: Some(1), top_k: Some(1), ..Sampling::default() };
    let forecasts =
        model.predict(&tasks, &Options { horizon, sampling: greedy, ..Options::default() }).unwrap();
    let expected = table(&case["greedy_forecast"]);
    assert_eq!(forecasts.len(), expected.len());
    let deviations = forecasts.iter().zip(expected).map(|(forecast, expected)| {
        let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        assert_eq!(forecast.targets[0].mean, forecast.targets[0].samples[0], "{name}");
        close(name, &forecast.targets[0].samples, &[expected], f64::from(largest) * 1e-6)
    });
    deviations.fold(0.0, f64::max)
}

fn chronos2_case(model: &Model, case: &Value, name: &str, horizon: usize) -> f64 {
    let Family::Chronos2(settings) = &model.config().family else { panic!("{name} is not for this model") };
    let tasks: Vec<Task> = case["tasks"].as_array().unwrap().iter().map(task).collect();
    let cross_learning = case["cross_learning"].as_bool().unwrap();
    let options =
        Options { horizon, levels: settings.quantiles.clone(), cross_learning, ..Options::default() };
    let middle = settings.quantiles.len() / 2;
    let forecasts = model.predict(&tasks, &options).unwrap();
    let expected = case["quantiles"].as_array().unwrap();
    assert_eq!(forecasts.len(), expected.len());
    let mut worst = 0.0_f64;
    for (forecast, expected) in forecasts.iter().zip(expected) {
        assert_eq!(forecast.targets.len(), expected.as_array().unwrap().len(), "{name}");
        for (found, expected) in forecast.targets.iter().zip(expected.as_array().unwrap()) {
            let expected = table(expected);
            worst = worst.max(close(name, &found.quantiles, &expected, tolerance(case, &expected)));
            assert_eq!(found.mean, found.quantiles[middle], "{name}");
        }
    }
    worst
}

fn task(value: &Value) -> Task {
    let covariates = |name: &str| -> BTreeMap<String, Covariate> {
        let of = value[name].as_object().into_iter().flatten();
        of.map(|(name, values)| (name.clone(), covariate(values))).collect()
    };
    Task {
        targets: series(&value["target"]),
        past: covariates("past_covariates"),
        future: covariates("future_covariates"),
    }
}

fn covariate(value: &Value) -> Covariate {
    let values = value.as_array().unwrap();
    if values.iter().any(Value::is_string) {
        Covariate::Categories(values.iter().map(|value| value.as_str().map(String::from)).collect())
    } else {
        Covariate::Numbers(list(value))
    }
}

/// Levels that the model was not trained for, by the reference's rule.
fn interpolated(folder: &Path, quantiles: &str, mean: &str) {
    let (model, file) = load(folder);
    let about = &file["interpolated"];
    let case =
        file["cases"].as_array().unwrap().iter().find(|case| case["name"] == about["context_case"]).unwrap();
    let context = case.get("context").unwrap_or(&case["tasks"][0]["target"]);
    let options = Options { horizon: 24, levels: list(&about["levels"]), ..Options::default() };
    let mut forecasts = model.predict(&[Task::series(list(context))], &options).unwrap();
    let found = forecasts.remove(0).targets.remove(0);
    let steps = table(&about[quantiles][0]);
    let by_level = |level: usize| steps.iter().map(|step| step[level]).collect();
    let expected: Vec<Vec<f32>> = (0..options.levels.len()).map(by_level).collect();
    let atol = f64::from(number(&case["atol"]));
    close("interpolated levels", &found.quantiles, &expected, atol);
    close("mean", &[found.mean], &[list(&about[mean][0])], atol);
}
