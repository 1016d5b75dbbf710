//! What pages and programs ask of forecasts that are kept.

use super::{
    Error, Forecaster,
    forecaster::minutes,
    inputs::{HOUR_MS, hourly, hourly_of, target},
    record::{self, Record, SERVED},
    score::{By, Line, Said, Score, common, days_of, grouped, naive, plain, score},
    view::{Curve, DayView, RunView, TargetView, clock_time, tidy, view},
};
use crate::{
    config::Job,
    model::Text,
    query::{Bucket, Calendar, Period, points},
};
use jiff::civil::{Date, Time};
use std::collections::BTreeMap;
use watteau_analysis::Day;
use watteau_store::Step;

/// Days of one answer at most.
const LONGEST: i32 = 4000;

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
        // A series of days has no hours for them.
        let hourly = info.as_ref().is_some_and(|info| is_hourly(info.def.step));
        models.extend(job.models.iter().filter(|_| hourly).cloned());
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
        let mut rows: BTreeMap<i64, [Option<f64>; 7]> = BTreeMap::new();
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
                let between = |level: usize| f32::midpoint(quantiles[level], quantiles[level + 1]);
                let band = [quantiles[0], quantiles[8], between(1), between(6)];
                row[3..].copy_from_slice(&band.map(|value| Some(tidy(value))));
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
            inner_lower: column(5),
            inner_upper: column(6),
            replayed: rows.keys().map(|start| replayed.get(start).copied().unwrap_or(false)).collect(),
        })
    }

    /// Every forecast of a day that is kept.
    pub fn day(&self, id: &str, day: Date) -> Result<DayView, Error> {
        let info = target(&self.store, id)?;
        let day = Day::new(day);
        let mut records = record::read(&self.store, id, day, day)?;
        let counting = record::that_count(records.clone(), self.clock.zone());
        records.sort_by_key(|record| (record.issued_at, record.model != SERVED));
        Ok(DayView {
            target: id.to_owned(),
            unit: records.first().map_or(info.def.unit, |record| record.unit.clone()),
            day: day.date().to_string(),
            runs: records.iter().map(|record| view(record, counting.contains(record))).collect(),
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
        let (first_day, last_day) = days_of(&hours, zone);
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
            first_day,
            last_day,
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
        let mut parts: BTreeMap<String, Vec<Record>> = parts
            .into_iter()
            .map(|(model, records)| (model, record::that_count(records, self.clock.zone())))
            .collect();
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
        if is_hourly(info.def.step) {
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

/// Whether a series is forecast by the hour.
fn is_hourly(step: Step) -> bool {
    matches!(step, Step::Seconds(seconds) if seconds <= 3600)
}
