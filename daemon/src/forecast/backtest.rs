//! Years of days in a row, each forecast with no more than was known at its issue.

use super::{
    Error, Forecaster,
    chronos::Chronos,
    forecaster::{issue, lead, minutes},
    household::House,
    inputs::{HOUR_MS, target},
    national::National,
    record::SERVED,
    score::{By, Line, PartScore, Said, Score, common, days_of, grouped, naive, plain, score},
};
use crate::{config::Job, memory};
use jiff::civil::{Date, Time};
use std::{collections::BTreeMap, sync::PoisonError};
use watteau_analysis::{
    Day, Hourly, LocalDays,
    backtest::Case,
    household::backtest::{Naive, Row},
};
use watteau_store::SeriesInfo;

/// Draws the errors of [`weather_case`]'s `noisy`.
const SEED: u64 = 1;
/// Days of a backtest at most.
const LONGEST: i32 = 3 * 366;

/// What is to be forecast again.
#[derive(Debug, Clone)]
pub struct Asked {
    /// First and last day.
    pub days: (Date, Date),
    /// Time of issue; none: the job's first.
    pub at: Option<Time>,
    /// What stands in for weather forecasts.
    pub weather: Case,
    /// The models that are wanted, ours left out by nobody; none: all.
    pub models: Vec<String>,
}

/// `archived`, `none` or `noisy:DEGC`.
pub fn weather_case(text: &str) -> Result<Case, Error> {
    let refused = || Error::Case(text.to_owned());
    Ok(match text {
        "archived" => Case::Measured,
        "none" => Case::Without,
        _ => {
            let rmse: f64 =
                text.strip_prefix("noisy:").and_then(|degrees| degrees.parse().ok()).ok_or_else(refused)?;
            if !(0.0..=10.0).contains(&rmse) {
                return Err(refused());
            }
            Case::Calibrated { rmse, seed: SEED }
        }
    })
}

fn word(case: Case) -> String {
    match case {
        Case::Measured => "measured".to_owned(),
        Case::Noisy { rmse, .. } | Case::Calibrated { rmse, .. } => format!("noisy:{rmse}"),
        Case::Without => "none".to_owned(),
    }
}

impl Forecaster {
    /// Forecasts every day of the past again and scores it; one at a time, for it takes all processors.
    pub fn backtest(&self, id: &str, asked: &Asked) -> Result<Score, Error> {
        let [since, until] = [asked.days.0, asked.days.1].map(Day::new);
        if since > until || until.since(since) > LONGEST {
            return Err(Error::Period(format!(
                "the period must begin before it ends and last {LONGEST} days at most"
            )));
        }
        let _turn = self.testing.lock().unwrap_or_else(PoisonError::into_inner);
        let (job, info) = (self.job_of(id), target(&self.store, id)?);
        let at = asked.at.or_else(|| job.at.first().copied()).unwrap_or_default();
        let work = Work { forecaster: self, job: &job, info: &info, since, until, at, asked };
        let score = if info.def.unit == "MW" { work.national() } else { work.household() };
        memory::trim();
        let score = score?;
        let there: Vec<&str> = score.models.iter().map(|model| model.model.as_str()).collect();
        if let Some(model) = asked.models.iter().find(|model| !there.contains(&model.as_str())) {
            return Err(Error::NoLine { model: model.clone(), there: there.join(", ") });
        }
        if score.common_hours == 0 {
            return Err(nothing_known());
        }
        Ok(score)
    }
}

struct Work<'a> {
    forecaster: &'a Forecaster,
    job: &'a Job,
    info: &'a SeriesInfo,
    since: Day,
    until: Day,
    at: Time,
    asked: &'a Asked,
}

impl Work<'_> {
    fn national(&self) -> Result<Score, Error> {
        let Forecaster { store, threads, .. } = self.forecaster;
        let issue = issue(self.at)?;
        let first = Day::new(Date::constant(1990, 1, 1));
        let series = National::read(store, self.job, self.info, first, self.until.plus(1), *threads)?;
        let days = series.backtest(self.since, self.until, issue, self.asked.weather)?;
        let hours = days.iter().filter_map(|forecast| forecast.hours.as_ref().ok()).flatten();
        let ours: BTreeMap<i64, Said> = hours
            .map(|hour| (hour.start * HOUR_MS, Said { value: hour.mw, quantiles: Some(hour.quantiles) }))
            .collect();
        if ours.is_empty()
            && let Some(Err(error)) = days.into_iter().next().map(|forecast| forecast.hours)
        {
            return Err(Error::Model(error));
        }
        let measured = plain("", series.load()).said;
        let measured: BTreeMap<i64, f64> =
            measured.into_iter().map(|(start, said)| (start, said.value)).collect();
        let mut lines = vec![Line { model: SERVED.to_owned(), said: ours }];
        let known = |days: &LocalDays, day: Day| days.slots(day.plus(-1))[issue.known_hours()].hour;
        lines.extend(self.beside(series.load(), true, &known)?);
        lines.extend(series.operator.as_ref().map(|operator| plain("official", operator)));
        let starts: Vec<i64> = lines[0].said.keys().copied().collect();
        let zone = self.forecaster.clock.zone();
        lines.extend([1, 2, 7].map(|back| naive(back, &measured, starts.iter().copied(), zone)));
        Ok(self.score(lines, &measured, &self.info.def.unit))
    }

    fn household(&self) -> Result<Score, Error> {
        let Forecaster { store, clock, .. } = self.forecaster;
        let now = clock.now_ms().div_euclid(HOUR_MS);
        let house = House::read(store, clock, self.job, self.info, self.until, now)?;
        let house = match self.asked.weather {
            Case::Noisy { rmse, .. } | Case::Calibrated { rmse, .. } => house.foreseen(rmse, SEED),
            Case::Measured => house.foreseen(0.0, SEED),
            Case::Without => house,
        };
        let temperature = self.asked.weather != Case::Without;
        let lead = lead(self.job);
        let rows = house.backtest(self.since, self.until, lead.unsigned_abs() as usize, temperature)?;
        let (main, unit) = if house.curve { (&rows.hours, "W") } else { (&rows.days, "kWh") };
        if main.is_empty() {
            return Err(nothing_known());
        }
        let (mut lines, measured) = Self::lines(main);
        if house.curve {
            let known = |days: &LocalDays, day: Day| days.hours(day.plus(1 - lead)).start;
            lines.splice(1..1, self.beside(&house.load, false, &known)?);
        }
        let mut whole = self.score(lines, &measured, unit);
        let part = |part: &str, rows: &[Row], unit: &str| {
            let (lines, measured) = Self::lines(rows);
            let Score { common_hours, models, .. } = self.score(lines, &measured, unit);
            PartScore { part: part.to_owned(), unit: unit.to_owned(), common_hours, models }
        };
        if lead == 2 {
            let today = house.backtest(self.since, self.until, 1, temperature)?;
            whole.parts.push(part("today", if house.curve { &today.hours } else { &today.days }, unit));
        }
        if house.curve {
            whole.parts.push(part("days", &rows.days, "kWh"));
        }
        Ok(whole)
    }

    /// The Chronos models that are wanted; by default those of the job.
    fn beside(
        &self,
        load: &Hourly,
        calibrated: bool,
        known: &dyn Fn(&LocalDays, Day) -> i64,
    ) -> Result<Vec<Line>, Error> {
        // A model of a folder has an owner in its name; the others have no hours of their own.
        let named = |name: &&String| *name == "chronos" || name.contains('/') || name.starts_with("chronos-");
        let models = if self.asked.models.is_empty() { &self.job.models } else { &self.asked.models };
        let mut lines = Vec::new();
        for name in models.iter().filter(named) {
            let model = Chronos::open(name, &self.forecaster.library, self.forecaster.threads)?;
            let days = model.days(load, self.since, self.until, calibrated, known)?;
            let said = days
                .iter()
                .flat_map(|(_, hours)| hours)
                .map(|hour| (hour.start * HOUR_MS, Said { value: hour.mw, quantiles: Some(hour.quantiles) }));
            lines.push(Line { model: name.clone(), said: said.collect() });
        }
        Ok(lines)
    }

    /// Ours and the naive ones of the rows of a home.
    fn lines(rows: &[Row]) -> (Vec<Line>, BTreeMap<i64, f64>) {
        // Rows of days say the first hour of the day, rows of hours their own.
        let start = |row: &Row| row.start * HOUR_MS;
        let measured = rows.iter().map(|row| (start(row), row.measured)).collect();
        let ours = rows
            .iter()
            .map(|row| (start(row), Said { value: row.quantiles[4], quantiles: Some(row.quantiles) }));
        let mut lines = vec![Line { model: SERVED.to_owned(), said: ours.collect() }];
        for (index, naive) in Naive::ALL.into_iter().enumerate() {
            let said = rows.iter().filter(|row| row.naive[index][4].is_finite()).map(|row| {
                let band = row.naive[index];
                let spread = matches!(naive, Naive::Quantiles14 | Naive::Quantiles28);
                (start(row), Said { value: band[4], quantiles: spread.then_some(band) })
            });
            let said: BTreeMap<i64, Said> = said.collect();
            if !said.is_empty() {
                lines.push(Line { model: name(naive).to_owned(), said });
            }
        }
        (lines, measured)
    }

    fn score(&self, lines: Vec<Line>, measured: &BTreeMap<i64, f64>, unit: &str) -> Score {
        let wanted = |line: &Line| {
            line.model == SERVED || self.asked.models.is_empty() || self.asked.models.contains(&line.model)
        };
        let lines: Vec<Line> = lines.into_iter().filter(wanted).collect();
        let hours = common(&lines, measured);
        let minutes = minutes(self.at);
        let (first_day, last_day) = days_of(&hours, self.forecaster.clock.zone());
        Score {
            target: self.info.def.name.clone(),
            unit: unit.to_owned(),
            since: self.since.date().to_string(),
            until: self.until.date().to_string(),
            at: format!("{:02}:{:02}", minutes / 60, minutes % 60),
            weather: word(self.asked.weather),
            common_hours: hours.len(),
            first_day,
            last_day,
            replayed_hours: hours.len(),
            models: score(&lines, measured, &hours),
            groups: grouped(&lines, measured, &hours, By::Month, self.forecaster.clock.zone()),
            parts: vec![],
        }
    }
}

fn nothing_known() -> Error {
    Error::Period(
        "of these days nothing is known by the meter and by every model; choose days that are over"
            .to_owned(),
    )
}

fn name(naive: Naive) -> &'static str {
    match naive {
        Naive::Day1 => "naive_d1",
        Naive::Day2 => "naive_d2",
        Naive::Day7 => "naive_d7",
        Naive::Last => "last_known",
        Naive::Mean7 => "mean_7",
        Naive::Quantiles14 => "quantiles_14",
        Naive::Quantiles28 => "quantiles_28",
    }
}
