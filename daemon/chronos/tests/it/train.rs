//! Training: the same network as the one that forecasts, and a loop that learns, stops, repeats itself and refuses.

use std::{
    fs,
    num::NonZero,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use candle_core::Device;
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng as _};
use watteau_chronos::{
    Config, Family, LoadOptions, Model, Options, Task,
    config::{Bolt, Positions},
    train::{
        Batch, Dropout, Finetune, Network, Precision, Progress, Settings, TrainError, config_json,
        data::{Corpus, Series, Window, augment},
        evaluate, finetune, fit, save,
    },
};

use crate::cases::own;

/// A network of a few thousand weights.
fn small() -> Config {
    Config {
        d_model: 16,
        d_ff: 32,
        d_kv: 8,
        heads: 2,
        encoder_layers: 2,
        vocabulary: 2,
        epsilon: 1e-6,
        family: Family::Bolt(Bolt {
            decoder_layers: 1,
            positions: Positions { buckets: 32, max_distance: 128 },
            context_length: 96,
            prediction_length: 12,
            patch: 12,
            quantiles: vec![0.1, 0.5, 0.9],
            use_reg: true,
            reg_token: 1,
            start_token: 0,
        }),
    }
}

fn random(seed: u64) -> Network {
    Network::random(&small(), &Device::Cpu, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
}

/// A wave of 24 steps whose height changes from day to day.
fn wave(length: usize) -> Vec<f32> {
    let height = |step: usize| 1.0 + 0.05 * ((step / 24 * 37 % 11) as f32 - 5.0);
    (0..length)
        .map(|step| 300.0 + 40.0 * height(step) * (step as f32 * std::f32::consts::TAU / 24.0).sin())
        .collect()
}

fn corpus() -> Corpus {
    Corpus {
        series: vec![Series::everywhere(wave(3000), 48, 24)],
        context: 96,
        horizon: 12,
        synthetic: 0.0,
        augment: augment::Settings { shortest: 24, ..augment::Settings::default() },
    }
}

fn held_out() -> Vec<Window> {
    let values = wave(4000);
    (3000..3900).step_by(13).map(|at| Window::of(&values, at, 96, 12)).collect()
}

fn short(steps: usize) -> Settings {
    Settings {
        steps,
        batch: 16,
        shard: 8,
        learning_rate: 5e-3,
        warm_up: 10,
        average: 0.9,
        check_every: 20,
        ..Settings::default()
    }
}

fn go_on(_: &Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// All weights, in the order of their names.
fn numbers(network: &Network) -> Vec<f32> {
    let all = network.weights().values();
    all.flat_map(|var| var.flatten_all().unwrap().to_vec1::<f32>().unwrap()).collect()
}

#[test]
fn the_network_that_learns_is_the_one_that_forecasts() {
    let folder = tempfile::tempdir().unwrap();
    let network = random(3);
    save(&network, &config_json(&small(), Precision::Single).unwrap(), folder.path(), Precision::Single)
        .unwrap();
    let made = (folder.path().to_owned(), small());
    let fixture = (own("bolt"), Config::parse(&fs::read(own("bolt").join("config.json")).unwrap()).unwrap());
    for (folder, config) in [made, fixture] {
        let network = Network::read(&config, &folder.join("model.safetensors"), &Device::Cpu).unwrap();
        let Family::Bolt(bolt) = &config.family else { panic!("the fixture is Bolt") };
        let model = Model::load(&folder, &LoadOptions::default()).unwrap();
        let values = wave(500);
        let mut gaps = values[..90].to_vec();
        gaps[3] = f32::NAN;
        gaps[40..70].fill(f32::NAN);
        let contexts =
            [values.clone(), values[..7].to_vec(), gaps, vec![f32::NAN; 30], values[17..].to_vec()];
        // The network answers in units of the context's deviation, padded to the longest of the batch.
        let windows: Vec<Window> =
            contexts.iter().map(|context| Window { context: context.clone(), target: Vec::new() }).collect();
        let batch = Batch::new(&windows, bolt, &Device::Cpu).unwrap();
        let found = network.forward(&batch, &mut Dropout::none()).unwrap().to_vec3::<f32>().unwrap();
        let tasks: Vec<Task> = contexts.iter().map(|context| Task::series(context.clone())).collect();
        let options =
            Options { horizon: bolt.prediction_length, levels: bolt.quantiles.clone(), ..Options::default() };
        for ((found, expected), context) in
            found.iter().zip(model.predict(&tasks, &options).unwrap()).zip(&contexts)
        {
            let seen: Vec<f64> = context[context.len().saturating_sub(bolt.context_length)..]
                .iter()
                .filter(|value| value.is_finite())
                .map(|value| f64::from(*value))
                .collect();
            let count = seen.len().max(1) as f64;
            let mean = seen.iter().sum::<f64>() / count;
            let deviation = (seen.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
            let deviation = if seen.is_empty() { 1.0 } else { deviation };
            for (found, expected) in found.iter().zip(&expected.targets[0].quantiles) {
                for (found, expected) in found.iter().zip(expected) {
                    let expected = (f64::from(*expected) - mean) / deviation;
                    let off = (f64::from(*found) - expected).abs();
                    // The forecast went through MW and back in float32.
                    assert!(off < 1e-5 * expected.abs().max(1.0), "{found} where the model gives {expected}");
                }
            }
        }
    }
}

#[test]
fn it_learns_a_wave() {
    let (corpus, held_out) = (corpus(), held_out());
    let mut checks = Vec::new();
    let fitted = fit(random(1), &|rng| corpus.draw(rng), &held_out, &short(200), &mut |progress| {
        checks.extend(progress.validation);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(fitted.after < 0.4 * fitted.before, "{} from {}", fitted.after, fitted.before);
    assert_eq!(checks.len(), 10);
    let least = checks.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(fitted.after, least);
    // What is handed back is the best, not the last.
    assert_eq!(evaluate(&fitted.network, &held_out, None).unwrap(), fitted.after);
}

#[test]
fn the_seed_decides_and_the_number_of_threads_does_not() {
    let (corpus, held_out) = (corpus(), held_out());
    let run = |seed, threads| {
        let settings = Settings { seed, threads: NonZero::new(threads), dropout: 0.2, ..short(6) };
        numbers(&fit(random(1), &|rng| corpus.draw(rng), &held_out, &settings, &mut go_on).unwrap().network)
    };
    let first = run(1, 1);
    assert_eq!(first, run(1, 1));
    assert_eq!(first, run(1, 3));
    assert_ne!(first, run(2, 1));
}

#[test]
fn it_stops_when_it_should() {
    let (corpus, held_out) = (corpus(), held_out());
    let draw = |rng: &mut ChaCha8Rng| corpus.draw(rng);
    // A rate of nearly nothing makes nothing better.
    let idle = Settings { learning_rate: 1e-30, patience: 3, check_every: 2, ..short(100) };
    let network = random(1);
    let start = numbers(&network);
    let fitted = fit(network, &draw, &held_out, &idle, &mut go_on).unwrap();
    assert_eq!((fitted.steps, fitted.best_step, fitted.after), (6, 0, fitted.before));
    assert_eq!(numbers(&fitted.network), start);

    let mut steps = 0;
    let cancelled = fit(random(1), &draw, &held_out, &short(100), &mut |_| {
        steps += 1;
        if steps == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(cancelled, Err(TrainError::Cancelled)) && steps == 4);

    let wild = Settings { learning_rate: 1e30, warm_up: 0, ..short(100) };
    let diverged = fit(random(1), &draw, &held_out, &wild, &mut go_on);
    assert!(matches!(diverged, Err(TrainError::Diverged { .. })), "{diverged:?}");

    for broken in [
        Settings { batch: 0, ..short(1) },
        Settings { shard: 0, ..short(1) },
        Settings { learning_rate: f64::NAN, ..short(1) },
        Settings { dropout: 1.0, ..short(1) },
    ] {
        let refused = fit(random(1), &draw, &held_out, &broken, &mut go_on);
        assert!(matches!(refused, Err(TrainError::Invalid(_))), "{broken:?}");
    }
}

/// A folder with a model that knows nothing.
fn source(precision: Precision) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    save(&random(1), &config_json(&small(), precision).unwrap(), folder.path(), precision).unwrap();
    folder
}

fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

fn quick(into: &Path) -> Finetune {
    Finetune { period: 24, training: short(150), ..Finetune::new(into) }
}

#[test]
fn finetuning_helps_writes_elsewhere_and_leaves_its_source_alone() {
    for precision in [Precision::Half, Precision::Single] {
        let (from, into) = (source(precision), tempfile::tempdir().unwrap());
        let (before, result) = (contents(from.path()), into.path().join("own"));
        let report = finetune(from.path(), &[wave(1500), wave(20)], &quick(&result), &mut go_on).unwrap();
        assert!(report.helped && report.after < 0.6 * report.before && report.checked > 50, "{report:?}");
        assert_eq!(contents(from.path()), before);
        let names: Vec<_> = contents(&result).into_iter().map(|(path, _)| path).collect();
        assert_eq!(names, [result.join("config.json"), result.join("model.safetensors")]);
        assert_eq!(fs::read(result.join("config.json")).unwrap(), before[0].1);
        assert_eq!(contents(&result)[1].1.len(), before[1].1.len(), "stored as the source is");

        // What was written is as good as the report says, on windows of its own.
        let loss = |folder: &Path| {
            let path = folder.join("model.safetensors");
            let network = Network::read(&small(), &path, &Device::Cpu).unwrap();
            evaluate(&network, &held_out(), None).unwrap()
        };
        assert!(loss(&result) < 0.6 * loss(from.path()), "{} from {}", loss(&result), loss(from.path()));
    }
}

#[test]
fn finetuning_that_does_not_help_writes_nothing() {
    let (from, into) = (source(Precision::Half), tempfile::tempdir().unwrap());
    let result = into.path().join("own");
    let mut options = quick(&result);
    options.training = Settings { learning_rate: 1e-30, ..short(10) };
    let report = finetune(from.path(), &[wave(1500)], &options, &mut go_on).unwrap();
    assert_eq!((report.helped, report.after), (false, report.before));
    assert!(!result.exists());
}

#[test]
fn finetuning_refuses_what_makes_no_sense() {
    let (from, into) = (source(Precision::Half), tempfile::tempdir().unwrap());
    let before = contents(from.path());
    let result = into.path().join("own");
    let run = |from: &Path, series: &[Vec<f32>], options: &Finetune| {
        finetune(from, series, options, &mut go_on).unwrap_err()
    };
    let error = run(from.path(), &[wave(1500)], &quick(&from.path().join(".")));
    assert!(matches!(error, TrainError::OverSource(_)), "{error}");
    for series in [vec![], vec![wave(95)], vec![vec![f32::NAN; 2000]], vec![wave(90), wave(60)]] {
        let error = run(from.path(), &series, &quick(&result));
        assert!(matches!(error, TrainError::TooLittle { needed: 96, .. }), "{error}");
    }
    let infinite = [wave(400), vec![f32::INFINITY; 400]].concat();
    let error = run(from.path(), &[infinite], &quick(&result));
    assert!(matches!(error, TrainError::Invalid(_)), "{error}");
    let error = run(&own("chronos2"), &[wave(1500)], &quick(&result));
    assert!(matches!(error, TrainError::Family("Chronos-2")), "{error}");
    let error = run(into.path(), &[wave(1500)], &quick(&result));
    assert!(matches!(error, TrainError::Load(_)), "{error}");
    assert!(!result.exists());
    assert_eq!(contents(from.path()), before);
}
