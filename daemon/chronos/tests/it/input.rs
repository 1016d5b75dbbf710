//! What may be asked, whatever the family.

use std::num::NonZero;

use watteau_chronos::{Forecast, LoadOptions, Model, Options, PredictError, Sampling, Task, Weighting};

use crate::cases::own;

const FAMILIES: [&str; 3] = ["t5", "bolt", "chronos2"];

fn load(family: &str, threads: usize) -> Model {
    let options = LoadOptions { threads: NonZero::new(threads), weights: Weighting::AsStored };
    Model::load(own(family), &options).unwrap()
}

fn wave(length: usize, level: f32) -> Vec<f32> {
    (0..length).map(|i| level + (i as f32 * 0.26).sin() * 9.0 + (i * 7 % 5) as f32).collect()
}

#[test]
fn what_makes_no_sense_is_refused_in_a_sentence() {
    let with = |change: fn(&mut Options)| {
        let mut options = Options::default();
        change(&mut options);
        options
    };
    let ordinary = || Task::series([1.0, 2.0]);
    let uneven = Task { targets: vec![vec![1.0], vec![1.0, 2.0]], ..Task::default() };
    for family in FAMILIES {
        let model = load(family, 1);
        for (task, options, words) in [
            (Task::series([]), Options::default(), "no values"),
            (Task::default(), Options::default(), "no target"),
            (uneven.clone(), Options::default(), "differ in length"),
            (
                Task::series([1.0, f32::INFINITY]),
                Options::default(),
                "value 1 of a target of task 0 is infinite",
            ),
            (Task::series([f32::NEG_INFINITY]), Options::default(), "infinite"),
            (ordinary(), with(|options| options.horizon = 0), "horizon is 0"),
            (ordinary(), with(|options| options.horizon = usize::MAX), "1 to 100000"),
            (ordinary(), with(|options| options.levels = vec![0.5, 1.5]), "1.5 does not lie"),
            (ordinary(), with(|options| options.levels = vec![f32::NAN]), "does not lie"),
        ] {
            let error = model.predict(&[task], &options).unwrap_err();
            assert!(
                matches!(&error, PredictError::Invalid(sentence) if sentence.contains(words)),
                "{family}: {error}"
            );
        }
        assert!(model.predict(&[], &Options::default()).unwrap().is_empty());
    }
    for (change, words) in [
        ((|sampling| sampling.samples = Some(0)) as fn(&mut Sampling), "0 sample paths"),
        (|sampling| sampling.samples = Some(usize::MAX), "1 to 4096"),
        (|sampling| sampling.temperature = Some(0.0), "temperature"),
        (|sampling| sampling.temperature = Some(f32::NAN), "temperature"),
        (|sampling| sampling.top_p = Some(-0.1), "top_p"),
    ] {
        let mut options = Options::default();
        change(&mut options.sampling);
        let error = load("t5", 1).predict(&[ordinary()], &options).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn covariates_are_for_chronos2_alone() {
    let task = Task::series([1.0, 2.0]).with_past("price", vec![1.0, 2.0]);
    for family in ["t5", "bolt"] {
        let error = load(family, 1).predict(std::slice::from_ref(&task), &Options::default()).unwrap_err();
        assert!(matches!(error, PredictError::NotUsed { what: "covariates", .. }), "{error}");
    }
    assert!(load("chronos2", 1).predict(&[task], &Options::default()).is_ok());
}

#[test]
fn a_batch_is_its_series_one_by_one() {
    let lengths = [1, 3, 40, 97, 300, 12, 150, 64, 31, 90];
    let tasks: Vec<Task> = lengths.iter().map(|length| Task::series(wave(*length, 50.0))).collect();
    let options = Options { horizon: 11, ..Options::default() };
    for family in ["bolt", "chronos2"] {
        let model = load(family, 2);
        let together = model.predict(&tasks, &options).unwrap();
        let apart: Vec<Forecast> = tasks
            .iter()
            .map(|task| model.predict(std::slice::from_ref(task), &options).unwrap().remove(0))
            .collect();
        for (together, apart) in together.iter().zip(&apart) {
            let (a, b) = (together.targets[0].quantiles.concat(), apart.targets[0].quantiles.concat());
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-3), "{family}: {a:?} {b:?}");
        }
    }
}

#[test]
fn several_targets_of_bolt_are_series_of_their_own() {
    let model = load("bolt", 1);
    let pair = Task { targets: vec![wave(50, 10.0), wave(50, 90.0)], ..Task::default() };
    let forecast = model.predict(&[pair], &Options::default()).unwrap().remove(0);
    let alone = model.predict(&[Task::series(wave(50, 90.0))], &Options::default()).unwrap().remove(0);
    assert_eq!(forecast.targets.len(), 2);
    assert_eq!(forecast.targets[1].quantiles.len(), 9);
    let pairs = forecast.targets[1].mean.iter().zip(&alone.targets[0].mean);
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-3));
}

#[test]
fn paths_depend_on_the_seed_and_on_nothing_else() {
    let ask = |threads: usize, seed: u64| {
        let options = Options {
            sampling: Sampling { seed, samples: Some(7), ..Sampling::default() },
            ..Options::default()
        };
        let tasks = [Task::series(wave(60, 20.0)), Task::series(wave(60, 20.0))];
        load("t5", threads).predict(&tasks, &options).unwrap()
    };
    let first = ask(1, 1);
    assert_eq!(first, ask(3, 1), "threads change nothing");
    assert_ne!(first, ask(1, 2), "another seed draws other paths");
    assert_ne!(first[0], first[1], "two series of a batch do not draw alike");
    let target = &first[0].targets[0];
    assert_eq!((target.samples.len(), target.samples[0].len(), target.quantiles.len()), (7, 24, 9));
    for step in 0..24 {
        let mean = target.samples.iter().map(|path| path[step]).sum::<f32>() / 7.0;
        assert!((target.mean[step] - mean).abs() < 1e-3);
        assert!(target.quantiles.is_sorted_by(|a, b| a[step] <= b[step]));
    }
}

#[test]
fn threads_change_nothing_that_shows() {
    for family in ["bolt", "chronos2"] {
        let ask = |threads| {
            load(family, threads).predict(&[Task::series(wave(250, 5.0))], &Options::default()).unwrap()
        };
        let (one, four) = (ask(1), ask(4));
        let pairs = one[0].targets[0].mean.iter().zip(&four[0].targets[0].mean);
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4), "{family}");
    }
}

#[test]
fn one_model_answers_several_threads_at_once() {
    let model = load("bolt", 2);
    let ask = |level: usize| {
        model.predict(&[Task::series(wave(70, level as f32 * 10.0))], &Options::default()).unwrap()
    };
    let expected: Vec<_> = (0..6).map(ask).collect();
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..6).map(|level| scope.spawn(move || ask(level))).collect();
        for (asked, expected) in asked.into_iter().zip(&expected) {
            assert_eq!(&asked.join().unwrap(), expected);
        }
    });
}

/// Values whose squares or sums are beyond float32 come back, or are refused; there is no infinite forecast.
#[test]
fn very_large_and_very_small_values() {
    for family in FAMILIES {
        let model = load(family, 1);
        for factor in [1e-42_f32, 1e-30, 1e25, 3e36] {
            let values: Vec<f32> = wave(40, 50.0).iter().map(|value| value * factor).collect();
            match model.predict(&[Task::series(values)], &Options::default()) {
                Ok(forecast) => assert!(forecast[0].targets[0].mean.iter().all(|value| value.is_finite())),
                Err(error) => {
                    assert!(matches!(error, PredictError::NotFinite), "{family} × {factor}: {error}");
                }
            }
        }
    }
}

/// The tiny models have rows that are no multiple of a block, so quantising is shown with one that has.
#[test]
fn quantised_weights_forecast_nearly_the_same() {
    let folder = wide_bolt();
    let ask = |weights| {
        let model = Model::load(folder.path(), &LoadOptions { threads: NonZero::new(2), weights }).unwrap();
        let forecast =
            model.predict(&[Task::series(wave(100, 50.0))], &Options::default()).unwrap().remove(0);
        forecast.targets[0].quantiles.concat()
    };
    let (exact, packed) = (ask(Weighting::AsStored), ask(Weighting::Q8));
    let spread = exact.iter().fold(0.0_f32, |spread, value| spread.max((value - 50.0).abs()));
    let off = exact.iter().zip(&packed).map(|(a, b)| (a - b).abs()).fold(0.0_f32, f32::max);
    assert!(off > 0.0, "nothing was quantised");
    assert!(off < 0.05 * spread, "{off} off where values spread over {spread}");
}

/// Chronos-Bolt with rows of 32 and random weights.
fn wide_bolt() -> tempfile::TempDir {
    let mut config: serde_json::Value =
        serde_json::from_slice(&std::fs::read(own("bolt").join("config.json")).unwrap()).unwrap();
    for (field, value) in [("d_model", 32), ("d_ff", 64), ("d_kv", 16), ("num_layers", 1)] {
        config[field] = value.into();
    }
    config["chronos_config"]["input_patch_size"] = 16.into();
    config["chronos_config"]["input_patch_stride"] = 16.into();
    let mut shapes = vec![("shared.weight".to_owned(), vec![2, 32])];
    for (stack, kinds) in
        [("encoder", &["SelfAttention"][..]), ("decoder", &["SelfAttention", "EncDecAttention"])]
    {
        shapes.push((format!("{stack}.final_layer_norm.weight"), vec![32]));
        shapes.push((
            format!("{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"),
            vec![32, 2],
        ));
        for (j, kind) in kinds.iter().enumerate() {
            shapes.push((format!("{stack}.block.0.layer.{j}.layer_norm.weight"), vec![32]));
            shapes.extend(
                ["q", "k", "v", "o"]
                    .map(|p| (format!("{stack}.block.0.layer.{j}.{kind}.{p}.weight"), vec![32, 32])),
            );
        }
        let layer = format!("{stack}.block.0.layer.{}", kinds.len());
        shapes.push((format!("{layer}.layer_norm.weight"), vec![32]));
        shapes.push((format!("{layer}.DenseReluDense.wi.weight"), vec![64, 32]));
        shapes.push((format!("{layer}.DenseReluDense.wo.weight"), vec![32, 64]));
    }
    for (end, to) in [("input", 32), ("output", 72)] {
        for (layer, rows, columns) in [("hidden", 64, 32), ("output", to, 64), ("residual", to, 32)] {
            shapes.push((format!("{end}_patch_embedding.{layer}_layer.weight"), vec![rows, columns]));
            shapes.push((format!("{end}_patch_embedding.{layer}_layer.bias"), vec![rows]));
        }
    }
    let mut state = 9_u32;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = shapes
        .into_iter()
        .map(|(name, shape)| {
            let (middle, width) = if name.ends_with("norm.weight") { (1.0, 0.5) } else { (0.0, 0.6) };
            let count = shape.iter().product::<usize>();
            let bytes = (0..count).flat_map(|_| (middle + width * draw()).to_le_bytes()).collect();
            (name, shape, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (
            name.clone(),
            safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap(),
        )
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.safetensors"), safetensors::serialize(views, None).unwrap())
        .unwrap();
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    folder
}
