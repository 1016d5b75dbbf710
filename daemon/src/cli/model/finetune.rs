//! `watteau model finetune SERIES…`: a Chronos-Bolt model goes on learning, from the home's own series.

use super::{
    super::{
        client::{self, Client},
        output,
    },
    Exit, Global, folder, library,
};
use crate::models::{Name, built_in};
use anyhow::{Context as _, bail};
use clap::Args;
use jiff::civil::Date;
use serde::Deserialize;
use std::{env, num::NonZero, ops::ControlFlow, process::Command};
use watteau_chronos::train::{Finetune as Settings, finetune};

/// Arguments of `watteau model finetune`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Finetune {
    /// The series to learn from, by the hour.
    #[arg(required = true)]
    series: Vec<String>,
    /// The model to start from: the one that is built in, one that was pulled, or a folder. It is not changed.
    #[arg(long, default_value = built_in::NAME, value_name = "MODEL")]
    from: String,
    /// What to call the result: `models = ["local/NAME"]` of a job then takes it.
    #[arg(long, default_value = "home", value_name = "NAME")]
    name: String,
    /// Learn from what came before this day only, so that later days can judge.
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Steps at most; it ends earlier when nothing is gained any more.
    #[arg(long, value_name = "N", default_value = "600")]
    steps: NonZero<usize>,
    /// Threads; as many as there are cores by default.
    #[arg(long)]
    threads: Option<NonZero<usize>>,
}

/// The part of the API's answer that is learnt from.
#[derive(Debug, Deserialize)]
struct Columns {
    value: Vec<Option<f32>>,
}

/// What the list of series says of one.
#[derive(Debug, Deserialize)]
struct Kept {
    id: String,
    first: Option<i64>,
    last: Option<i64>,
    step_seconds: Option<u32>,
}

/// candle's own threads, of which training has no use: it shares out the windows of a step, and candle's would spin
/// while they wait, four times slower on busy cores. They are numbered when a process first asks for them.
const SPINNING: [&str; 2] = ["RAYON_NUM_THREADS", "CANDLE_NUM_THREADS"];

impl Finetune {
    pub(super) async fn run(self, global: &Global) -> anyhow::Result<Exit> {
        if SPINNING.iter().any(|name| env::var_os(name).is_none()) {
            let mut same = Command::new(env::current_exe().context("this program cannot find itself")?);
            same.args(env::args_os().skip(1)).envs(SPINNING.map(|name| (name, "1")));
            let status = same.status().context("training cannot be started")?;
            return Ok(match status.code() {
                Some(0) => Exit::Ok,
                Some(3) => Exit::Invalid,
                _ => Exit::Failed,
            });
        }
        let name: Name = format!("local/{}", self.name).parse().with_context(|| {
            format!("`{}` is no name for a model; write letters, digits, - and _", self.name)
        })?;
        let into = library(global)?.folder(&name);
        if into.exists() {
            bail!(
                "there is a model {name} already; give another name with --name, or remove {}",
                into.display()
            );
        }
        let client = Client::existing(global).await?;
        if let Some(until) = &self.until {
            let day: Date = until
                .parse()
                .ok()
                .with_context(|| format!("--until: `{until}` is no date; write 2025-05-31"))?;
            let today = jiff::Timestamp::now().to_zoned(client.zone().await?).date();
            if day > today {
                bail!("--until: {until} has not come yet; leave it out to learn from all there is");
            }
        }
        let kept: Vec<Kept> = client.get("/api/v1/series", &[]).await?;
        let mut series = Vec::with_capacity(self.series.len());
        for id in &self.series {
            let found = kept.iter().find(|kept| kept.id == *id);
            let Some((first, last)) = found.and_then(|kept| Some((kept.first?, kept.last?))) else {
                bail!("there is nothing of a series `{id}`; `watteau series` lists them");
            };
            if found.is_some_and(|kept| kept.step_seconds.is_none_or(|step| step > 3600)) {
                bail!(
                    "`{id}` is not known by the hour, and hours are what a model learns; name a load curve"
                );
            }
            let instant = |second| jiff::Timestamp::from_second(second).map(|instant| instant.to_string());
            let to = match &self.until {
                Some(until) => until.clone(),
                None => instant(last + 3600)?,
            };
            let query = [("step", "hour".to_owned()), ("from", instant(first)?), ("to", to)];
            let path = format!("/api/v1/series/{}/points", client::encode(id));
            let columns: Columns = client.get(&path, &query).await?;
            series.push(columns.value.into_iter().map(|value| value.unwrap_or(f32::NAN)).collect());
        }
        drop(client);
        let from = folder(global, &self.from)?;
        let mut settings = Settings::new(&into).threads(self.threads);
        settings.training.steps = self.steps.get();
        let steps = settings.training.steps;
        let done = tokio::task::spawn_blocking(move || {
            let bar = output::progress("finetune");
            bar.set_length(steps as u64);
            let done = finetune(from.as_ref(), &series, &settings, &mut |progress| {
                bar.set_position(progress.step as u64);
                bar.set_message(format!("loss {:.4}, best {:.4}", progress.training, progress.best));
                ControlFlow::Continue(())
            });
            bar.finish_and_clear();
            done
        });
        let report = done.await.context("training met a defect")??;
        if global.json {
            output::print_json(&serde_json::json!({
                "name": name.to_string(),
                "helped": report.helped,
                "before": report.before,
                "after": report.after,
                "steps": report.steps,
                "best_step": report.best_step,
                "checked": report.checked,
            }))?;
        } else if report.helped {
            let gain = 100.0 * (1.0 - report.after / report.before);
            output::print_raw(&format!(
                "The loss on the last part of the series, which was not learnt, fell by {gain:.1} % (step {} of {}).\n\
                 {name} is in {}; models = [\"{name}\"] of a job takes it.\n",
                report.best_step,
                report.steps,
                into.display()
            ))?;
        } else {
            output::print_raw(&format!(
                "{} steps brought nothing on the last part of the series: {} stays the better one, and nothing was written.\n",
                report.steps, self.from
            ))?;
        }
        Ok(if report.helped { Exit::Ok } else { Exit::Failed })
    }
}
