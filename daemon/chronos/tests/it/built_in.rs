//! The model that ships with the daemon, as it lies in `built-in`.

use std::{fs, io::Read as _, path::Path, path::PathBuf};

use flate2::read::GzDecoder;
use jiff::civil::date;
use watteau_analysis::{Day, Hourly, LocalDays};
use watteau_chronos::{Family, LoadOptions, Model, Options, Task};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("built-in")
}

fn model() -> Model {
    Model::load(folder(), &LoadOptions::default()).unwrap()
}

/// A load with a day, a weekend and a little that no model can know.
fn wave(length: usize) -> Vec<f32> {
    (0..length)
        .map(|hour| {
            let time = hour as f32 * std::f32::consts::TAU / 24.0;
            let weekend = if hour / 24 % 7 >= 5 { -60.0 } else { 0.0 };
            let odd = ((hour * 7919) % 101) as f32 / 101.0 - 0.5;
            500.0 + weekend + 80.0 * time.sin() + 30.0 * (2.0 * time).cos() + 6.0 * odd
        })
        .collect()
}

#[test]
fn it_is_small_and_its_card_is_beside_it() {
    let bytes = fs::metadata(folder().join("model.safetensors")).unwrap().len();
    assert!(bytes < 4_000_000, "{bytes} bytes");
    assert!(matches!(&model().config().family, Family::Bolt(bolt) if bolt.prediction_length >= 40));
    let card = fs::read_to_string(folder().join("README.md")).unwrap();
    for part in ["## Scores", "by month", "## What it is bad at", "Licence Ouverte", "ENTSO-E"] {
        assert!(card.contains(part), "the card has no {part}");
    }
}

#[test]
fn it_follows_a_daily_wave() {
    let (model, values) = (model(), wave(4000));
    let options = Options { horizon: 48, levels: vec![0.1, 0.5, 0.9], ..Options::default() };
    // Forecasts from all hours of the week, from four weeks and from three days of history.
    for (length, most) in [(672, 16.0), (72, 40.0)] {
        let starts: Vec<usize> = (0..20).map(|number| 2000 + number * 29).collect();
        let tasks: Vec<Task> =
            starts.iter().map(|start| Task::series(&values[start - length..*start])).collect();
        let (mut off, mut inside) = (0.0, 0);
        for (start, forecast) in starts.iter().zip(model.predict(&tasks, &options).unwrap()) {
            let target = &forecast.targets[0];
            for (step, value) in values[*start..start + 48].iter().enumerate() {
                off += (target.mean[step] - value).abs() / (48.0 * 20.0);
                let [low, high] = [0, 2].map(|level| target.quantiles[level][step]);
                inside += usize::from((low..=high).contains(value));
            }
        }
        eprintln!("{length} hours of history: {off:.1} off, {inside} of 960 inside");
        assert!(off < most, "{off} off a wave of 80 with {length} hours");
        assert!(inside > 48 * 20 / 2, "{inside} of 960 inside with {length} hours");
    }
}

#[test]
fn odd_series_have_a_forecast() {
    let model = model();
    let gap = |mut values: Vec<f32>| {
        values[300..400].fill(f32::NAN);
        values[660..].fill(f32::NAN);
        values
    };
    let jump = |mut values: Vec<f32>| {
        values[336..].iter_mut().for_each(|value| *value *= 10.0);
        values
    };
    let series = [vec![7.0; 500], vec![3.0], gap(wave(672)), jump(wave(672)), vec![0.0; 40]];
    let tasks: Vec<Task> = series.into_iter().map(Task::series).collect();
    let forecasts = model.predict(&tasks, &Options { horizon: 100, ..Options::default() }).unwrap();
    assert!(forecasts.iter().all(|forecast| forecast.targets[0].mean.len() == 100));
    // A constant stays what it is.
    let constant = &forecasts[0].targets[0].mean;
    assert!(constant.iter().all(|value| (value - 7.0).abs() < 0.01), "{constant:?}");
}

/// The load of the shared samples, if this machine has them.
fn load() -> Option<Hourly> {
    let shared = std::env::var_os("WATTEAU_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let Ok(file) = fs::File::open(shared.join("data/fr_load.csv.gz")) else {
        eprintln!("skipped: no shared samples; WATTEAU_SHARED says where");
        return None;
    };
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let points = text.lines().skip(1).map(|line| {
        let (utc, mw) = line.split_once(',').unwrap();
        (utc.parse::<jiff::Timestamp>().unwrap().as_second() / 3600, mw.parse().unwrap())
    });
    Some(Hourly::from_points(points))
}

#[test]
fn a_month_of_the_country_is_forecast_at_ten() {
    let Some(load) = load() else { return };
    let [first, last] = [date(2024, 10, 1), date(2024, 10, 31)].map(Day::new);
    let days = LocalDays::paris(first.plus(-1), last).unwrap();
    let starts: Vec<i64> = first.to(last).map(|day| days.hours(day.plus(-1)).start + 9).collect();
    let values =
        |hours: std::ops::Range<i64>| -> Vec<f32> { hours.map(|hour| load.get(hour) as f32).collect() };
    let tasks: Vec<Task> = starts.iter().map(|start| Task::series(values(start - 672..*start))).collect();
    let forecasts = model().predict(&tasks, &Options { horizon: 40, ..Options::default() }).unwrap();
    let mut errors = Vec::new();
    for ((day, start), forecast) in first.to(last).zip(starts).zip(forecasts) {
        for hour in days.hours(day) {
            let (found, load) =
                (f64::from(forecast.targets[0].mean[(hour - start) as usize]), load.get(hour));
            errors.push(100.0 * (found - load).abs() / load);
        }
    }
    // 31 days, one of them of 25 hours.
    assert_eq!(errors.len(), 745);
    let mape = errors.iter().sum::<f64>() / 745.0;
    eprintln!("October 2024 at 10:00: MAPE {mape:.2} %");
    assert!(mape < 3.2, "{mape}");
}
