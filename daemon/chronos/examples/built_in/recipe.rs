//! Sizes, data and settings of the built-in model. What is written here is what is trained.

use std::{ops::ControlFlow, path::Path};

use anyhow::Result;
use jiff::civil::{Date, date};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng as _};
use watteau_analysis::Day;
use watteau_chronos::{
    Config, Family,
    config::{Bolt, Positions},
    train::{
        Fitted, Network, Precision, Progress, Settings, config_json,
        data::{Corpus, Series, Window, augment},
        device, fit, save as save_network,
    },
};

use crate::{card::Training, samples::Samples};

/// The first day that only chooses when to stop.
pub(crate) const VALIDATION: Date = date(2023, 6, 1);
/// The first day that nothing is chosen by.
pub(crate) const TEST: Date = date(2024, 6, 1);
/// The last day that is scored.
pub(crate) const LAST: Date = date(2025, 5, 31);

/// Days of the home that are scored, when its samples are at hand.
pub(crate) const HOME: [Date; 2] = [date(2024, 12, 29), date(2025, 5, 30)];

/// Local hours before which the load is known when a forecast is made: at 10:00 what was published by then, and at 20:00.
pub(crate) const KNOWN: [i64; 2] = [9, 19];

/// Seed of everything random.
pub(crate) const SEED: u64 = 2024;

/// Windows that begin at an hour of issue are drawn this many times more than others.
pub(crate) const ISSUES: usize = 12;

/// Years after which a window is drawn half as often.
pub(crate) const HALF_LIFE: f64 = 5.0;

/// Share of windows that are invented.
pub(crate) const SYNTHETIC: f64 = 0.15;

/// How windows of the load are changed.
pub(crate) const AUGMENT: augment::Settings = augment::Settings {
    mix: 0.5,
    stretch: 0.08,
    trend: 0.03,
    noise: 0.01,
    gaps: 0.1,
    short: 0.2,
    shortest: 48,
    day: 24,
};

/// Sizes: a patch is a day of hours, so that it is always the same hour that a patch begins with, and a week is seven
/// tokens; four weeks are seen.
pub(crate) fn config() -> Config {
    Config {
        d_model: 128,
        d_ff: 384,
        d_kv: 32,
        heads: 4,
        encoder_layers: 4,
        vocabulary: 2,
        epsilon: 1e-6,
        family: Family::Bolt(bolt()),
    }
}

/// The sizes that only Bolt has.
pub(crate) fn bolt() -> Bolt {
    Bolt {
        decoder_layers: 2,
        positions: Positions { buckets: 64, max_distance: 128 },
        context_length: 672,
        prediction_length: 64,
        patch: 24,
        quantiles: vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
        use_reg: true,
        reg_token: 1,
        start_token: 0,
    }
}

/// How it is trained.
pub(crate) fn settings() -> Settings {
    Settings {
        steps: 16_000,
        batch: 64,
        shard: 16,
        learning_rate: 6e-4,
        warm_up: 300,
        weight_decay: 0.05,
        dropout: 0.03,
        average: 0.998,
        check_every: 250,
        seed: SEED,
        ..Settings::default()
    }
}

/// What windows are drawn from: the load before the year of validation, and invented series.
pub(crate) fn corpus(samples: &Samples) -> Corpus {
    let bolt = bolt();
    let (first, end) = (samples.load.first(), samples.days.hours(Day::new(VALIDATION)).start);
    let values = samples.values(first..end);
    // A day's forecast must lie before the end; the whole horizon need not.
    let last = values.len() - 40;
    let mut starts: Vec<usize> = (bolt.context_length / 2..last).collect();
    for day in samples.days.first().to(Day::new(VALIDATION)) {
        for known in KNOWN {
            let start = usize::try_from(samples.days.hours(day).start + known - first);
            let start = start.ok().filter(|start| (bolt.context_length / 2..last).contains(start));
            starts.extend(start.into_iter().flat_map(|start| std::iter::repeat_n(start, ISSUES)));
        }
    }
    starts.sort_unstable();
    Corpus {
        series: vec![Series { values, starts, period: 168, season: 52, half_life: Some(HALF_LIFE * 8766.0) }],
        context: bolt.context_length,
        horizon: bolt.prediction_length,
        synthetic: SYNTHETIC,
        augment: AUGMENT,
    }
}

/// The window of a day's forecast: only the hours of that day are asked for.
pub(crate) fn window(samples: &Samples, day: Day, known: i64, context: usize) -> Window {
    let start = samples.days.hours(day.plus(-1)).start + known;
    let hours = samples.days.hours(day);
    let target = (start..hours.end)
        .map(|hour| if hours.contains(&hour) { samples.load.get(hour) as f32 } else { f32::NAN });
    Window { context: samples.values(start - context as i64..start), target: target.collect() }
}

/// Trains.
pub(crate) fn train(
    samples: &Samples,
    steps: Option<usize>,
    progress: &mut dyn FnMut(&Progress) -> ControlFlow<()>,
) -> Result<Fitted> {
    let (config, corpus) = (config(), corpus(samples));
    let mut settings = settings();
    if let Some(steps) = steps {
        settings.steps = steps;
        settings.warm_up = settings.warm_up.min(steps / 5);
        settings.check_every = settings.check_every.min((steps / 4).max(1));
    }
    let validation: Vec<Window> = Day::new(VALIDATION)
        .to(Day::new(TEST).plus(-1))
        .flat_map(|day| KNOWN.map(|known| window(samples, day, known, corpus.context)))
        .collect();
    let network = Network::random(&config, &device()?, &mut ChaCha8Rng::seed_from_u64(SEED))?;
    eprintln!("{} weights, {} windows to check", network.parameters(), validation.len());
    Ok(fit(network, &|rng| corpus.draw(rng), &validation, &settings, progress)?)
}

/// Writes the network, with what is known of its training.
pub(crate) fn save(network: &Network, training: &Training, folder: &Path) -> Result<()> {
    let mut json: serde_json::Value = serde_json::from_str(&config_json(&config(), Precision::Half)?)?;
    json["training"] = serde_json::to_value(training)?;
    Ok(save_network(network, &format!("{json:#}\n"), folder, Precision::Half)?)
}
