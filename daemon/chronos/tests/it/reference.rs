//! Every case of the reference's fixtures. They are no part of the project: where they are missing, these tests say so
//! and pass.

use std::collections::BTreeMap;

use serde_json::Value;
use watteau_chronos::{Covariate, Options, Sampling, Task};

use crate::cases::{close, list, load, number, reference, series, table};

#[test]
fn bolt() {
    let Some(folder) = reference("bolt") else { return };
    let (model, file) = load(&folder);
    let mut worst = 0.0_f64;
    for case in file["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let tasks: Vec<Task> = series(&case["context"]).into_iter().map(Task::series).collect();
        let horizon = case["prediction_length"].as_u64().unwrap() as usize;
        let forecasts = model.predict(&tasks, &Options { horizon, ..Options::default() }).unwrap();
        for (forecast, expected) in forecasts.iter().zip(case["quantiles"].as_array().unwrap()) {
            let found = &forecast.targets[0];
            worst =
                worst.max(close(name, &found.quantiles, &table(expected), case["atol"].as_f64().unwrap()));
            assert_eq!(found.mean, found.quantiles[4], "{name}");
        }
        assert_eq!(forecasts.len(), case["quantiles"].as_array().unwrap().len());
    }
    eprintln!("bolt: worst deviation {worst:.2} of a case's tolerance");

    let levels = &file["interpolated"];
    let case =
        file["cases"].as_array().unwrap().iter().find(|case| case["name"] == levels["context_case"]).unwrap();
    let options = Options { horizon: 24, levels: list(&levels["levels"]), ..Options::default() };
    let forecast =
        model.predict(&[Task::series(list(&case["context"]))], &options).unwrap().remove(0).targets.remove(0);
    let steps = table(&levels["quantiles_batch_step_level"][0]);
    let expected: Vec<Vec<f32>> =
        (0..options.levels.len()).map(|l| steps.iter().map(|step| step[l]).collect()).collect();
    close("interpolated levels", &forecast.quantiles, &expected, f64::from(number(&case["atol"])));
    close("mean", &[forecast.mean], &[list(&levels["mean_batch_step"][0])], f64::from(number(&case["atol"])));
}

/// Greedy paths token for token: two neighbouring bins are 7e-3 of the scale apart.
#[test]
fn t5() {
    let Some(folder) = reference("t5") else { return };
    let (model, file) = load(&folder);
    for case in file["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let tasks: Vec<Task> = series(&case["context"]).into_iter().map(Task::series).collect();
        let horizon = case["prediction_length"].as_u64().unwrap() as usize;
        let greedy = Sampling { samples: Some(1), top_k: Some(1), ..Sampling::default() };
        let options = Options { horizon, sampling: greedy, ..Options::default() };
        let forecasts = model.predict(&tasks, &options).unwrap();
        assert_eq!(forecasts.len(), case["greedy_forecast"].as_array().unwrap().len());
        for (forecast, expected) in forecasts.iter().zip(table(&case["greedy_forecast"])) {
            let largest = expected.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
            close(name, &forecast.targets[0].samples, &[expected], f64::from(largest) * 1e-6);
        }
    }
}

fn covariate(value: &Value) -> Covariate {
    let values = value.as_array().unwrap();
    match values.iter().any(Value::is_string) {
        true => Covariate::Categories(values.iter().map(|value| value.as_str().map(String::from)).collect()),
        false => Covariate::Numbers(list(value)),
    }
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

#[test]
fn chronos2() {
    let Some(folder) = reference("chronos2") else { return };
    let (model, file) = load(&folder);
    let mut worst = 0.0_f64;
    let levels = vec![
        0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85,
        0.9, 0.95, 0.99,
    ];
    for case in file["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let tasks: Vec<Task> = case["tasks"].as_array().unwrap().iter().map(task).collect();
        let options = Options {
            horizon: case["prediction_length"].as_u64().unwrap() as usize,
            levels: levels.clone(),
            cross_learning: case["cross_learning"].as_bool().unwrap(),
            ..Options::default()
        };
        let forecasts = model.predict(&tasks, &options).unwrap();
        for (forecast, expected) in forecasts.iter().zip(case["quantiles"].as_array().unwrap()) {
            assert_eq!(forecast.targets.len(), expected.as_array().unwrap().len(), "{name}");
            for (found, expected) in forecast.targets.iter().zip(expected.as_array().unwrap()) {
                worst = worst.max(close(
                    name,
                    &found.quantiles,
                    &table(expected),
                    case["atol"].as_f64().unwrap(),
                ));
                assert_eq!(found.mean, found.quantiles[10], "{name}");
            }
        }
        assert_eq!(forecasts.len(), case["quantiles"].as_array().unwrap().len());
    }
    eprintln!("chronos2: worst deviation {worst:.2} of a case's tolerance");

    let levels = &file["interpolated"];
    let case =
        file["cases"].as_array().unwrap().iter().find(|case| case["name"] == levels["context_case"]).unwrap();
    let options = Options { horizon: 24, levels: list(&levels["levels"]), ..Options::default() };
    let forecast = model.predict(&[task(&case["tasks"][0])], &options).unwrap().remove(0).targets.remove(0);
    let steps = table(&levels["quantiles_target_step_level"][0]);
    let expected: Vec<Vec<f32>> =
        (0..options.levels.len()).map(|l| steps.iter().map(|step| step[l]).collect()).collect();
    close("interpolated levels", &forecast.quantiles, &expected, f64::from(number(&case["atol"])));
    close(
        "mean",
        &[forecast.mean],
        &[list(&levels["mean_target_step"][0])],
        f64::from(number(&case["atol"])),
    );
}
