//! Models out of memory: the same forecasts as out of a file, wherever the bytes begin.

use std::borrow::Cow;

use watteau_chronos::{LoadError, LoadOptions, Model, Options, Task, Weighting};

use crate::cases::own;

fn forecast(model: &Model) -> Vec<Vec<f32>> {
    let values: Vec<f32> = (0..200).map(|step| 20.0 + (step as f32 * 0.3).sin()).collect();
    let options = Options { horizon: 6, ..Options::default() };
    model.predict(&[Task::series(values)], &options).unwrap().remove(0).targets.remove(0).quantiles
}

#[test]
fn a_model_in_memory_is_the_model_in_the_file() {
    for family in ["bolt", "t5", "chronos2"] {
        let config = std::fs::read(own(family).join("config.json")).unwrap();
        let weights = std::fs::read(own(family).join("model.safetensors")).unwrap();
        for weighting in [Weighting::AsStored, Weighting::Q8] {
            let options = LoadOptions { weights: weighting, ..LoadOptions::default() };
            let expected = forecast(&Model::load(own(family), &options).unwrap());
            // Static bytes as a program has them, one of them at an odd address.
            let shifted: &'static [u8] = [&[0], &weights[..]].concat().leak();
            let given = [
                Cow::Owned(weights.clone()),
                Cow::Borrowed(weights.clone().leak() as &'static [u8]),
                Cow::Borrowed(&shifted[1..]),
            ];
            for bytes in given {
                let model = Model::from_bytes(&config, bytes, &options).unwrap();
                assert_eq!(forecast(&model), expected, "{family}");
            }
        }
    }
}

#[test]
fn damaged_bytes_are_no_model() {
    let config = std::fs::read(own("bolt").join("config.json")).unwrap();
    let weights = std::fs::read(own("bolt").join("model.safetensors")).unwrap();
    let load = |bytes: &[u8]| Model::from_bytes(&config, bytes.to_vec(), &LoadOptions::default());
    for length in [0, 7, 8, 100, weights.len() / 2, weights.len() - 1] {
        let error = load(&weights[..length]).unwrap_err();
        assert!(matches!(error, LoadError::Weights(_)), "{length} bytes: {error}");
    }
    let error = Model::from_bytes(b"{}", weights, &LoadOptions::default()).unwrap_err();
    assert!(matches!(error, LoadError::Json(_)), "{error}");
}
