//! The card of the model: everything in it is either decided in `recipe` or measured here.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path, time::Duration};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use watteau_analysis::{Day, calendar};
use watteau_chronos::{
    LoadOptions, Model,
    train::{Fitted, Progress},
};

use crate::{
    recipe,
    samples::Samples,
    score::{self, Hour, Scores},
};

/// What is known of the training afterwards; kept in `config.json`, where whoever loads the model passes over it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Training {
    steps: usize,
    best_step: usize,
    minutes: f64,
    loss: f64,
}

/// To a tenth.
fn minutes(elapsed: Duration) -> f64 {
    (elapsed.as_secs_f64() / 6.0).round() / 10.0
}

impl Training {
    pub(crate) fn new(fitted: &Fitted) -> Self {
        Self {
            steps: fitted.steps,
            best_step: fitted.best_step,
            minutes: minutes(fitted.elapsed),
            loss: fitted.after,
        }
    }

    /// Of a training that goes on.
    pub(crate) fn so_far(progress: &Progress) -> Self {
        Self {
            steps: progress.step,
            best_step: progress.step,
            minutes: minutes(progress.elapsed),
            loss: progress.best,
        }
    }

    /// Of the model in a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("config.json");
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut json: serde_json::Value = serde_json::from_slice(&text)?;
        let training = json.get_mut("training").context("config.json does not say how it was trained")?;
        Ok(serde_json::from_value(training.take())?)
    }
}

/// A period that is scored.
struct Period {
    name: &'static str,
    days: [Day; 2],
}

/// Scores the model in a folder and writes `README.md` beside it.
pub(crate) fn write(
    samples: &Samples,
    household: Option<&Samples>,
    folder: &Path,
    training: &Training,
) -> Result<()> {
    let model = Model::load(folder, &LoadOptions::default())?;
    let [validation, test] = [
        Period { name: "validation", days: [Day::new(recipe::VALIDATION), Day::new(recipe::TEST).plus(-1)] },
        Period { name: "test", days: [Day::new(recipe::TEST), Day::new(recipe::LAST)] },
    ];
    let mut card = String::new();
    about(&mut card, folder, training)?;
    card.push_str(
        "\n## Scores\n\nHourly, of whole local days. \"10:00\" knows the load of the day before up to 09:00, \"20:00\" up to \
         19:00. D-1, D-2 and D-7 are the load of the same hour so many days before (D-1 is not known at either time), RTE is \
         the grid operator's forecast of the evening before, with weather. MAPE in %, MAE, bias and pinball (mean of nine \
         levels) in MW; \"raw\" and \"calibrated\" are the share of hours in the 80 % interval as the model gives it and \
         after calibration on the errors of the last 60 days, the widths in % of the load.\n\n\
         | | issued | MAPE | D-1 | D-2 | D-7 | RTE | MAE | bias | pinball | raw | calibrated | width raw | calibrated |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut morning = Vec::new();
    for period in [&validation, &test] {
        for known in recipe::KNOWN {
            let hours = score::forecast(&model, samples, period.days, known)?;
            row(&mut card, samples, period, known, &hours)?;
            if known == recipe::KNOWN[0] {
                morning = hours;
            }
        }
    }
    writeln!(
        card,
        "\nThe year of validation, {} to {}, chose the step; nothing was chosen by the test year, {} to {}.",
        validation.days[0], validation.days[1], test.days[0], test.days[1]
    )?;
    months(&mut card, samples, &morning)?;
    kinds(&mut card, samples, &morning)?;
    if let Some(household) = household {
        home(&mut card, &model, household)?;
    }
    losses(&mut card, samples, &morning)?;
    let path = folder.join("README.md");
    fs::write(&path, &card).with_context(|| format!("cannot write {}", path.display()))?;
    print!("{card}");
    Ok(())
}

fn about(card: &mut String, folder: &Path, training: &Training) -> Result<()> {
    let (config, settings) = (recipe::config(), recipe::settings());
    let bolt = recipe::bolt();
    let bytes = fs::metadata(folder.join("model.safetensors"))?.len();
    let Training { steps, best_step, minutes, loss } = training;
    let corpus = recipe::AUGMENT;
    writeln!(
        card,
        "# The built-in model\n\n\
         A small Chronos-Bolt network that forecasts any series with a daily and weekly rhythm from its own past, without \
         weather and without a calendar: for series with a short history, and beside the other models. `cargo xtask train` \
         made it and this card.\n\n\
         - Layout: `config.json` and `model.safetensors` as published Chronos-Bolt models have them; {:.2} MB, half \
         precision.\n\
         - Sizes: {} encoder and {} decoder layers, width {}, {} inside, {} heads of {}; patches of {}, a context of {}, \
         {} steps ahead, levels 0.1 to 0.9.\n\
         - Data: hourly load of mainland France, 2012-01-01 to the day before {}; and invented series (seasons, homes, \
         heating, wanders), {:.0} % of the windows. Hours of issue (09:00 and 19:00 local) are drawn {} times more than \
         others, a year {} years old half as often as the last.\n\
         - Origin of the load: RTE eCO2mix to 2020 (Licence Ouverte / Etalab 2.0, attribution RTE), from 2021 ENTSO-E \
         Transparency, supplied by RTE (on its CC BY 4.0 list of free re-use, to be confirmed before redistribution; \
         attribution ENTSO-E and RTE). None of it is in the weights' folder.\n\
         - Augmentation: {:.0} % of windows mixed with one of another year in the same week of the season, daily swing \
         stretched by {:.0} %, tilted by {:.0} %, noise, gaps, short contexts.\n\
         - Training: {steps} steps of {} windows, AdamW at {:e} after {} steps of warm-up and down a cosine, weight decay \
         {}, dropout {}, gradients clipped at {}, running mean of the weights {}, seed {}. {minutes} minutes on two \
         shared cores, no GPU.\n\
         - Loss (twice the pinball of nine levels, in deviations of the context) on the year of validation: \
         {loss:.4} at step {best_step}, which is kept.",
        bytes as f64 / 1e6,
        config.encoder_layers,
        bolt.decoder_layers,
        config.d_model,
        config.d_ff,
        config.heads,
        config.d_kv,
        bolt.patch,
        bolt.context_length,
        bolt.prediction_length,
        recipe::VALIDATION,
        100.0 * recipe::SYNTHETIC,
        recipe::ISSUES,
        recipe::HALF_LIFE,
        100.0 * corpus.mix,
        100.0 * corpus.stretch,
        100.0 * corpus.trend,
        settings.batch,
        settings.learning_rate,
        settings.warm_up,
        settings.weight_decay,
        settings.dropout,
        settings.clip,
        settings.average,
        settings.seed,
    )?;
    Ok(())
}

/// A number of percent, or a dash.
fn percent(found: Option<f64>) -> String {
    found.map_or("-".to_owned(), |value| format!("{value:.2}"))
}

fn naive(samples: &Samples, hours: &[&Hour], days: i32) -> Option<f64> {
    score::mape(hours.iter().copied(), |hour| score::before(samples, hour, days))
}

fn operator(samples: &Samples, hours: &[&Hour]) -> Option<f64> {
    score::mape(hours.iter().copied(), |hour| samples.operator.get(hour.utc))
}

fn row(card: &mut String, samples: &Samples, period: &Period, known: i64, hours: &[Hour]) -> Result<()> {
    let all: Vec<&Hour> = hours.iter().collect();
    let Scores { mape, mae, bias, pinball, raw, calibrated, widths, .. } = score::scores(all.iter().copied());
    writeln!(
        card,
        "| {} | {}:00 | {mape:.2} | {} | {} | {} | {} | {mae:.0} | {bias:+.0} | {pinball:.0} | {raw:.1} | {calibrated:.1} | {:.1} | {:.1} |",
        period.name,
        known + 1,
        percent(naive(samples, &all, 1)),
        percent(naive(samples, &all, 2)),
        percent(naive(samples, &all, 7)),
        percent(operator(samples, &all)),
        widths[0],
        widths[1],
    )?;
    Ok(())
}

/// The hours by a name of their day, in the names' order.
fn grouped(hours: &[Hour], name: impl Fn(Day) -> String) -> BTreeMap<String, Vec<&Hour>> {
    let mut groups: BTreeMap<String, Vec<&Hour>> = BTreeMap::new();
    for hour in hours {
        groups.entry(name(hour.day)).or_default().push(hour);
    }
    groups
}

fn table(card: &mut String, samples: &Samples, groups: &BTreeMap<String, Vec<&Hour>>) -> Result<()> {
    for (name, hours) in groups {
        let scores = score::scores(hours.iter().copied());
        writeln!(
            card,
            "| {} | {:.2} | {} | {} | {:.1} | {:.1} |",
            name.trim_start_matches(|c: char| c.is_ascii_digit() && name.contains(' ')).trim(),
            scores.mape,
            percent(naive(samples, hours, 7)),
            percent(operator(samples, hours)),
            scores.raw,
            scores.calibrated,
        )?;
    }
    Ok(())
}

fn months(card: &mut String, samples: &Samples, hours: &[Hour]) -> Result<()> {
    card.push_str(
        "\n## Test year by month, 10:00\n\n| month | MAPE | D-7 | RTE | raw | calibrated |\n|---|---|---|---|---|---|\n",
    );
    table(card, samples, &grouped(hours, |day| day.date().strftime("%Y-%m").to_string()))
}

fn kinds(card: &mut String, samples: &Samples, hours: &[Hour]) -> Result<()> {
    card.push_str(
        "\n## Test year by kind of day, 10:00\n\n| day | MAPE | D-7 | RTE | raw | calibrated |\n|---|---|---|---|---|---|\n",
    );
    table(card, samples, &grouped(hours, kind))
}

/// A number to sort by, and the kind.
fn kind(day: Day) -> String {
    const NAMES: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    let holiday = |days| calendar::holiday(day.plus(days).date()).is_some();
    if holiday(0) {
        "7 public holiday".to_owned()
    } else if holiday(-1) {
        "8 day after one".to_owned()
    } else if holiday(-7) {
        "9 week after one".to_owned()
    } else {
        format!("{} {}", day.weekday(), NAMES[day.weekday()])
    }
}

/// The scores on a home's electricity, which is no part of what was learnt.
fn home(card: &mut String, model: &Model, samples: &Samples) -> Result<()> {
    let days = [Day::new(recipe::HOME[0]), Day::new(recipe::HOME[1])];
    let hours = score::forecast(model, samples, days, recipe::KNOWN[0])?;
    let Scores { mae, bias, raw, calibrated, .. } = score::scores(&hours);
    let naive = |days| score::mae(&hours, |hour| score::before(samples, hour, days));
    let [day2, day7] = [naive(2), naive(7)].map(|found| found.unwrap_or(f64::NAN));
    writeln!(
        card,
        "\n## A home\n\nThe hourly electricity of one home, {} to {}, the day ahead at 10:00, never learnt from: mean \
         absolute error {mae:.0} W, D-7 {day7:.0} W, D-2 {day2:.0} W; that is {:.2} of D-7. The mean is {:.0} W {} what is used, as \
         that of medians is. The 80 % interval holds {raw:.0} %, calibrated {calibrated:.0} %.",
        days[0],
        days[1],
        mae / day7,
        bias.abs(),
        if bias < 0.0 { "below" } else { "above" },
    )?;
    Ok(())
}

fn losses(card: &mut String, samples: &Samples, hours: &[Hour]) -> Result<()> {
    let days = grouped(hours, |day| day.date().to_string());
    let own = |hours: &[&Hour]| score::scores(hours.iter().copied()).mape;
    let better = |other: &dyn Fn(&[&Hour]) -> Option<f64>| {
        let found: Vec<bool> = days.values().filter_map(|hours| Some(own(hours) < other(hours)?)).collect();
        100.0 * found.iter().filter(|better| **better).count() as f64 / found.len().max(1) as f64
    };
    let (scores, groups) = (score::scores(hours), grouped(hours, kind));
    let of = |name: &str| groups.get(name).map_or(f64::NAN, |hours| own(hours));
    let mut worst: Vec<(f64, &String)> = days.iter().map(|(day, hours)| (own(hours), day)).collect();
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    let worst: Vec<String> = worst.iter().take(6).map(|(mape, day)| format!("{day} ({mape:.1} %)")).collect();
    writeln!(
        card,
        "\n## What it is bad at\n\n\
         - Whole days of the test year forecast at 10:00 better than RTE's: {:.0} %; better than D-7: {:.0} %; better than \
         D-2: {:.0} %. Where there is a weather forecast, a model that uses it is the better one.\n\
         - It knows no calendar: public holidays have {:.1} %, the day after {:.1} %, the same weekday a week later {:.1} %. \
         Bridges, school holidays and changes of the clock are unknown to it as well.\n\
         - Weather that turns: it sees only what the load did. The worst days: {}.\n\
         - Its intervals: those that say 80 % hold {:.0} % of the test year's hours at 10:00 as the model gives them, {:.0} % \
         after calibration. Calibrate them.\n\
         - Series of other kinds were only met as invented ones. Beyond {} steps quantiles are fed back, as in the \
         reference; the year is not in its context, so it follows a season and cannot foresee one.",
        better(&|hours| operator(samples, hours)),
        better(&|hours| naive(samples, hours, 7)),
        better(&|hours| naive(samples, hours, 2)),
        of("7 public holiday"),
        of("8 day after one"),
        of("9 week after one"),
        worst.join(", "),
        scores.raw,
        scores.calibrated,
        recipe::bolt().prediction_length,
    )?;
    Ok(())
}
