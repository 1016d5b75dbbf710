//! What pages and programs ask of forecasts that are kept.

use super::{
    Error, Forecaster,
    forecaster::{SERVED, minutes},
    inputs::{HOUR_MS, hourly, hourly_of, target},
    record::{self, Method, Record},
    score::{By, Line, Said, Score, common, grouped, naive, plain, score},
};
use crate::{
    config::Job,
    model::Text,
    query::{Bucket, Calendar, Period, points},
};
use jiff::civil::{Date, Time};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use watteau_analysis::{Day, interval::LEVELS};

/// Days of one answer at most.
const LONGEST: i32 = 4000;

/// What is forecast.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TargetView {
    /// The series.
    pub target: String,
    /// The job.
    pub job: String,
    /// Unit of its forecasts.
    pub unit: String,
    /// Somebody else's forecast of it.
    pub official: Option<String>,
    /// Local times of issue.
    pub at: Vec<String>,
    /// How late the target is known: `1h`, `day`.
    pub lag: String,
    /// Everyone on the scoreboard.
    pub models: Vec<String>,
    /// First day with a forecast.
    pub first_day: Option<String>,
    /// Last day with a forecast.
    pub last_day: Option<String>,
    /// What became of the last run since the daemon started.
    pub last_run: Option<RunView>,
    /// When the next one is due, RFC 3339.
    pub next_run: Option<String>,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RunView {
    /// When it ended, epoch seconds.
    pub issued_at: i64,
    /// The day that it forecast.
    pub day: String,
    /// Whether there is a forecast.
    pub ok: bool,
    /// Why not.
    pub message: Option<Text>,
    /// How long it took, seconds.
    pub seconds: f64,
}

/// What was forecast beside what happened.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Curve {
    /// The series.
    pub target: String,
    /// Unit of every column.
    pub unit: String,
    /// Local time of issue, the day before.
    pub at: String,
    /// The zone in which days turn.
    pub timezone: String,
    /// First instant of each row, epoch seconds.
    pub start: Vec<i64>,
    /// What happened.
    pub actual: Vec<Option<f64>>,
    /// Somebody else's forecast.
    pub official: Vec<Option<f64>>,
    /// Ours: the median.
    pub value: Vec<Option<f64>>,
    /// Ours: quantile 0.1.
    pub lower: Vec<Option<f64>>,
    /// Ours: quantile 0.9.
    pub upper: Vec<Option<f64>>,
    /// Whether ours was made afterwards, with no more of the target than was known then.
    pub replayed: Vec<bool>,
}

/// The forecasts of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DayView {
    /// The series.
    pub target: String,
    /// Unit of the values.
    pub unit: String,
    /// The local day.
    pub day: String,
    /// Every forecast of it that is kept, in the order of issue.
    pub runs: Vec<RecordView>,
}

/// A forecast that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RecordView {
    /// Who forecast.
    pub model: String,
    /// `served`, or `part` for one beside.
    pub role: String,
    /// Local time of issue.
    pub at: String,
    /// Whether it was issued the day before, or on the day itself.
    pub eve: bool,
    /// When it was made, epoch seconds.
    pub issued_at: i64,
    /// First instant of the target that was not known, epoch seconds; null where it was replayed.
    pub known_until: Option<i64>,
    /// Made afterwards, with no more of the target than was known then.
    pub replayed: bool,
    /// How it was made.
    pub method: Text,
    /// The temperatures it was made with: `forecast`, `measured`, `noisy:DEGC`, `none`.
    pub weather: String,
    /// What tells this model from others of its name.
    pub hash: String,
    /// First instant of each value, epoch seconds.
    pub start: Vec<i64>,
    /// The median.
    pub value: Vec<f64>,
    /// The mean, of which energies are made; null where it is the median.
    pub mean: Option<Vec<f64>>,
    /// By level, from `0.1` to `0.9`.
    pub quantiles: BTreeMap<String, Vec<f64>>,
    /// Energy of the day.
    pub total: Option<EnergyView>,
    /// Energy of parts of the day.
    pub blocks: Vec<BlockView>,
    /// Energy of the month.
    pub month: Option<MonthView>,
}

/// An energy and its 80 % interval.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EnergyView {
    /// The most likely.
    pub value: f64,
    /// Quantile 0.1.
    pub lower: f64,
    /// Quantile 0.9.
    pub upper: f64,
    /// kWh.
    pub unit: String,
}

/// Energy of a part of the day, kWh.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BlockView {
    /// Local time it begins.
    pub from: String,
    /// Local time it ends.
    pub to: String,
    /// The most likely.
    pub value: f64,
    /// Quantile 0.1.
    pub lower: f64,
    /// Quantile 0.9.
    pub upper: f64,
}

/// Energy of the month of the day, kWh.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MonthView {
    /// Of the whole month.
    pub value: f64,
    /// Quantile 0.1.
    pub lower: f64,
    /// Quantile 0.9.
    pub upper: f64,
    /// kWh.
    pub unit: String,
    /// What is known of it.
    pub so_far: f64,
}

/// A model is scored over a period when it forecast so much of it.
const ENOUGH: f64 = 0.95;

/// The models of which every target has scores.
const NAIVE: [&str; 3] = ["naive_d1", "naive_d2", "naive_d7"];

impl Forecaster {
    /// What is forecast.
    pub fn targets(&self) -> Result<Vec<TargetView>, Error> {
        self.jobs().iter().map(|job| self.target_view(job)).collect()
    }

    fn target_view(&self, job: &Job) -> Result<TargetView, Error> {
        let info = self.store.find(&job.target)?;
        let official = match &job.official {
            Some(id) => self.store.find(id)?.is_some().then(|| id.clone()),
            None => None,
        };
        let span = record::span(&self.store, &job.target)?;
        let mut models = vec![SERVED.to_owned()];
        models.extend(job.models.iter().cloned());
        models.extend(official.is_some().then(|| "official".to_owned()));
        models.extend(NAIVE.map(str::to_owned));
        let run = self.last_run(&job.name).map(|run| RunView {
            issued_at: run.at.div_euclid(1000),
            day: run.day.date().to_string(),
            ok: run.error.is_none(),
            message: run
                .error
                .or_else(|| (!run.without.is_empty()).then(|| run.without.join("; ")))
                .map(|error| Text::new(error.clone(), error)),
            seconds: run.seconds,
        });
        Ok(TargetView {
            target: job.target.clone(),
            job: job.name.clone(),
            unit: info.map_or_else(String::new, |info| info.def.unit),
            official,
            at: job.at.iter().map(|at| clock_time(minutes(*at))).collect(),
            lag: job.lag.to_string(),
            models,
            first_day: span.map(|(first, _)| first.date().to_string()),
            last_day: span.map(|(_, last)| last.date().to_string()),
            last_run: run,
            next_run: self.next_of(job).map(|next| next.to_string()),
        })
    }

    /// The load of the country that is forecast.
    pub fn grid_target(&self) -> String {
        let grid = self
            .jobs()
            .into_iter()
            .map(|job| job.target)
            .find(|target| target.rsplit('.').next() == Some("load"));
        grid.unwrap_or_else(|| "rte.load".to_owned())
    }

    /// How many hours of a target are forecast, and when the last forecast was made, ms.
    pub fn hours_kept(&self, id: &str) -> Result<(usize, Option<i64>), Error> {
        let Some((first, last)) = record::span(&self.store, id)? else { return Ok((0, None)) };
        let counting = self.kept(id, first, last, None)?.records;
        let hours = counting.iter().map(|record| record.start.len()).sum();
        Ok((hours, counting.iter().map(|record| record.issued_at).max()))
    }

    /// Days of a period; up to the end of tomorrow and 30 days back where nothing is said.
    pub fn days(&self, from: Option<&str>, to: Option<&str>) -> Result<(Day, Day), Error> {
        let calendar = Calendar::new(self.clock.zone().clone(), 0);
        let today = self.clock.local().date();
        let day = |name: &'static str, text: &str| -> Result<Day, Error> {
            let instant = crate::query::parse_instant(name, text, &calendar)?;
            Ok(Day::new(calendar.date_of(instant)))
        };
        let end = match to {
            Some(text) => {
                let instant = crate::query::parse_instant("to", text, &calendar)?;
                Day::new(calendar.date_of(instant - 1)).plus(1)
            }
            None => Day::new(today).plus(2),
        };
        let start = match from {
            Some(text) => day("from", text)?,
            None => end.plus(-31),
        };
        if start >= end || end.since(start) > LONGEST {
            return Err(Error::Period(format!(
                "`from` must be before `to`, and they may be {LONGEST} days apart at most"
            )));
        }
        Ok((start, end.plus(-1)))
    }

    /// What was forecast beside what happened, for every hour (or day, of a daily series) from `from` to `to`.
    pub fn curve(&self, id: &str, from: Day, to: Day, at: Option<Time>) -> Result<Curve, Error> {
        let kept = self.kept(id, from, to, at)?;
        let job = self.job_of(id);
        let mut rows: BTreeMap<i64, [Option<f64>; 5]> = BTreeMap::new();
        let mut replayed = BTreeMap::new();
        for (start, value) in self.measured(id, from, to)? {
            if value.is_finite() {
                rows.entry(start).or_default()[0] = Some(value);
            }
        }
        let bounds = self.bounds(from, to)?;
        if let Some(official) = &job.official
            && let Some(hourly) =
                hourly_of(&self.store, official, bounds.start / HOUR_MS..bounds.end / HOUR_MS)?
        {
            let known = (hourly.first()..hourly.end()).filter(|hour| hourly.get(*hour).is_finite());
            known.for_each(|hour| rows.entry(hour * HOUR_MS).or_default()[1] = Some(hourly.get(hour)));
        }
        for record in &kept.records {
            for ((start, value), quantiles) in record.start.iter().zip(&record.value).zip(&record.quantiles) {
                let row = rows.entry(*start).or_default();
                row[2] = Some(tidy(*value));
                (row[3], row[4]) = (Some(tidy(quantiles[0])), Some(tidy(quantiles[8])));
                replayed.insert(*start, record.replayed);
            }
        }
        let column = |index: usize| rows.values().map(|row| row[index]).collect();
        Ok(Curve {
            target: id.to_owned(),
            unit: kept.unit,
            at: clock_time(kept.at),
            timezone: self.clock.zone().iana_name().unwrap_or("UTC").to_owned(),
            start: rows.keys().map(|start| start.div_euclid(1000)).collect(),
            actual: column(0),
            official: column(1),
            value: column(2),
            lower: column(3),
            upper: column(4),
            replayed: rows.keys().map(|start| replayed.get(start).copied().unwrap_or(false)).collect(),
        })
    }

    /// Every forecast of a day that is kept.
    pub fn day(&self, id: &str, day: Date) -> Result<DayView, Error> {
        let info = target(&self.store, id)?;
        let day = Day::new(day);
        let mut records = record::read(&self.store, id, day, day)?;
        records.sort_by_key(|record| record.issued_at);
        Ok(DayView {
            target: id.to_owned(),
            unit: records.first().map_or(info.def.unit, |record| record.unit.clone()),
            day: day.date().to_string(),
            runs: records.iter().map(view).collect(),
        })
    }

    /// How good the forecasts of those days were.
    pub fn score(
        &self,
        id: &str,
        from: Day,
        to: Day,
        at: Option<Time>,
        by: Option<By>,
    ) -> Result<Score, Error> {
        let kept = self.kept(id, from, to, at)?;
        let job = self.job_of(id);
        let measured: BTreeMap<i64, f64> = self.measured(id, from.plus(-8), to)?;
        let said = |record: &Record| -> Vec<(i64, Said)> {
            let pairs = record.start.iter().zip(&record.value).zip(&record.quantiles);
            pairs
                .map(|((start, value), quantiles)| {
                    let quantiles = Some(quantiles.map(f64::from));
                    (*start, Said { value: f64::from(*value), quantiles })
                })
                .collect()
        };
        let ours: BTreeMap<i64, Said> = kept.records.iter().flat_map(said).collect();
        let starts: Vec<i64> = ours.keys().copied().collect();
        let mut lines = vec![Line { model: SERVED.to_owned(), said: ours }];
        for (model, records) in &kept.parts {
            let said: BTreeMap<i64, Said> = records.iter().flat_map(said).collect();
            // One that began later would take the days before from everybody.
            let has = starts.iter().filter(|start| said.contains_key(start)).count();
            if has as f64 >= ENOUGH * starts.len() as f64 {
                lines.push(Line { model: model.clone(), said });
            }
        }
        let bounds = self.bounds(from, to)?;
        if let Some(official) = &job.official
            && let Some(hourly) =
                hourly_of(&self.store, official, bounds.start / HOUR_MS..bounds.end / HOUR_MS)?
        {
            lines.push(plain("official", &hourly));
        }
        let zone = self.clock.zone();
        lines.extend([1, 2, 7].map(|back| naive(back, &measured, starts.iter().copied(), zone)));
        let hours = common(&lines, &measured);
        let replayed: std::collections::BTreeSet<i64> = kept
            .records
            .iter()
            .filter(|record| record.replayed)
            .flat_map(|record| record.start.iter().copied())
            .collect();
        let mut cases: Vec<String> = kept.records.iter().map(|record| record.weather.word()).collect();
        cases.sort();
        cases.dedup();
        Ok(Score {
            target: id.to_owned(),
            unit: kept.unit,
            since: from.date().to_string(),
            until: to.date().to_string(),
            at: clock_time(kept.at),
            weather: match &cases[..] {
                [] => "none".to_owned(),
                [one] => one.clone(),
                _ => "mixed".to_owned(),
            },
            common_hours: hours.len(),
            replayed_hours: hours.iter().filter(|start| replayed.contains(start)).count(),
            models: score(&lines, &measured, &hours),
            groups: by.map_or_else(Vec::new, |by| grouped(&lines, &measured, &hours, by, zone)),
            parts: vec![],
        })
    }

    /// What counts of the days' forecasts for a time of issue: the job's first, unless another is asked for.
    fn kept(&self, id: &str, from: Day, to: Day, at: Option<Time>) -> Result<Counting, Error> {
        let info = target(&self.store, id)?;
        let job = self.job_of(id);
        let at = minutes(at.or_else(|| job.at.first().copied()).unwrap_or_default());
        let all = record::read(&self.store, id, from, to)?;
        let mut parts: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for record in all.into_iter().filter(|record| record.at == at) {
            parts.entry(record.model.clone()).or_default().push(record);
        }
        let mut parts: BTreeMap<String, Vec<Record>> =
            parts.into_iter().map(|(model, records)| (model, record::that_count(records))).collect();
        let records = parts.remove(SERVED).unwrap_or_default();
        let unit = records.first().map_or(info.def.unit, |record| record.unit.clone());
        Ok(Counting { at, unit, records, parts })
    }

    /// First instant of `from` and the one after `to`, ms.
    fn bounds(&self, from: Day, to: Day) -> Result<std::ops::Range<i64>, Error> {
        let midnight = |day: Day| {
            let zoned = day.date().to_zoned(self.clock.zone().clone());
            zoned
                .map(|zoned| zoned.timestamp().as_millisecond())
                .map_err(|error| Error::Period(error.to_string()))
        };
        Ok(midnight(from)?..midnight(to.plus(1))?)
    }

    /// What happened, by the hour; by the day for a series that knows no hours.
    fn measured(&self, id: &str, from: Day, to: Day) -> Result<BTreeMap<i64, f64>, Error> {
        let info = target(&self.store, id)?;
        let bounds = self.bounds(from, to)?;
        let hours = matches!(info.def.step, watteau_store::Step::Seconds(seconds) if seconds <= 3600);
        if hours {
            let hourly = hourly(&self.store, &info, bounds.start / HOUR_MS..bounds.end / HOUR_MS)?;
            let factor = match info.def.unit.as_str() {
                "kW" | "kWh" => 1000.0,
                _ => 1.0,
            };
            let all = hourly.first()..hourly.end();
            return Ok(all.map(|hour| (hour * HOUR_MS, hourly.get(hour) * factor)).collect());
        }
        let [first, last] = [bounds.start, bounds.end]
            .map(|ms| jiff::Timestamp::from_millisecond(ms).unwrap_or_default().to_string());
        let period = Period { from: Some(&first), to: Some(&last) };
        let columns = points(&self.store, &self.clock, id, period, Bucket::Day)?;
        // A forecast of a day begins at midnight, a day of gas at six.
        let midnight = |ms: i64| {
            let day = super::forecaster::day_of(ms, &self.clock);
            self.bounds(day, day).map(|bounds| bounds.start)
        };
        let mut days = BTreeMap::new();
        for ((start, value), coverage) in columns.start.iter().zip(&columns.value).zip(&columns.coverage) {
            if let Some(value) = value.filter(|_| *coverage > 0.99) {
                days.insert(midnight(*start)?, value);
            }
        }
        Ok(days)
    }
}

/// Forecasts that count, one a day.
struct Counting {
    at: u16,
    unit: String,
    records: Vec<Record>,
    /// Those of models beside.
    parts: BTreeMap<String, Vec<Record>>,
}

/// `10:00`; a time of issue on the day itself is told by its own hour.
fn clock_time(minutes: u16) -> String {
    let minutes = minutes % 1440;
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Six digits, as many as were kept.
fn tidy(value: f32) -> f64 {
    let value = f64::from(value);
    let scale = 10_f64.powf(5.0 - value.abs().max(1e-9).log10().floor());
    (value * scale).round() / scale
}

fn view(record: &Record) -> RecordView {
    let tidied = |values: &[f32]| values.iter().map(|value| tidy(*value)).collect::<Vec<f64>>();
    let quantiles = LEVELS.iter().enumerate().map(|(index, level)| {
        let values: Vec<f32> = record.quantiles.iter().map(|all| all[index]).collect();
        (format!("{level}"), tidied(&values))
    });
    let kwh = || "kWh".to_owned();
    let round = |value: f64| crate::query::tidy(value);
    RecordView {
        model: record.model.clone(),
        role: if record.model == SERVED { "served" } else { "part" }.to_owned(),
        at: clock_time(record.at),
        eve: record.at < 1440,
        issued_at: record.issued_at.div_euclid(1000),
        known_until: (!record.replayed).then(|| record.known_until.div_euclid(1000)),
        replayed: record.replayed,
        method: words(record.method),
        weather: record.weather.word(),
        hash: record.hash.clone(),
        start: record.start.iter().map(|start| start.div_euclid(1000)).collect(),
        value: tidied(&record.value),
        mean: (!record.mean.is_empty()).then(|| tidied(&record.mean)),
        quantiles: quantiles.collect(),
        total: record.total.map(|band| EnergyView {
            value: round(band.value),
            lower: round(band.lower),
            upper: round(band.upper),
            unit: kwh(),
        }),
        blocks: record
            .blocks
            .iter()
            .map(|block| BlockView {
                from: format!("{:02}:00", block.from),
                to: format!("{:02}:00", block.to),
                value: round(block.band.value),
                lower: round(block.band.lower),
                upper: round(block.band.upper),
            })
            .collect(),
        month: record.month.map(|month| MonthView {
            value: round(month.band.value),
            lower: round(month.band.lower),
            upper: round(month.band.upper),
            unit: kwh(),
            so_far: round(month.so_far),
        }),
    }
}

/// How a forecast was made, for people.
fn words(method: Method) -> Text {
    match method {
        Method::Adaptive => Text::new(
            "The adaptive model, from the one that comes with watteau.",
            "Le modèle adaptatif, parti de celui fourni avec watteau.",
        ),
        Method::AdaptiveAlone => Text::new(
            "The adaptive model, learnt from the history kept here.",
            "Le modèle adaptatif, appris sur l’historique gardé ici.",
        ),
        Method::AdaptiveWithOperator => Text::new(
            "The adaptive model and the grid operator’s forecast, mixed as their last 60 days deserve.",
            "Le modèle adaptatif et la prévision du gestionnaire de réseau, mêlés selon leurs 60 derniers jours.",
        ),
        Method::Household => Text::new(
            "Days like this one and a filter for each hour, mixed.",
            "Des jours semblables et un filtre par heure, mêlés.",
        ),
        Method::Daily => Text::new("A filter of the days’ energy.", "Un filtre de l’énergie des jours."),
        Method::Recent => Text::new(
            "The same hours of the last days: there is too little for the model yet.",
            "Les mêmes heures des derniers jours : il y a encore trop peu pour le modèle.",
        ),
        Method::Chronos => Text::new("A Chronos model.", "Un modèle Chronos."),
    }
}
