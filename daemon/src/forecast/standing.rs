//! How every job stands, in numbers: what metrics say. Worked out a few times an hour, not at each scrape.

use super::{
    Forecaster,
    inputs::HOUR_MS,
    record::{self, SERVED},
};
use crate::{config::Job, query};
use std::sync::PoisonError;
use watteau_analysis::Day;

/// It is worked out again after this long: scores change when the target's points come.
const FRESH_MS: i64 = 15 * 60_000;
/// The windows of the scores, days.
const WINDOWS: [u16; 2] = [7, 30];

/// How a job stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The series that is forecast.
    pub target: String,
    /// When its newest forecast was made, ms since the epoch.
    pub made: Option<i64>,
    /// Energy forecast for tomorrow.
    pub joules: Option<f64>,
    /// The highest hour of tomorrow.
    pub peak_watts: Option<f64>,
    /// Scores of the last days.
    pub windows: Vec<Window>,
}

/// Scores of the last days.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// How many.
    pub days: u16,
    /// Mean absolute relative error by model.
    pub errors: Vec<(String, f64)>,
    /// Share of the values inside the 80 % interval.
    pub coverage: Option<f64>,
}

/// When the standings were worked out, and what they were.
pub(super) type Remembered = Option<(i64, Vec<Standing>)>;

impl Forecaster {
    /// How every job stands.
    pub fn standings(&self) -> Vec<Standing> {
        let now = self.clock.now_ms();
        let mut kept = self.standings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, standings)) = kept.as_ref().filter(|(at, _)| (*at..at + FRESH_MS).contains(&now)) {
            tracing::trace!(at, "the standings are fresh");
            return standings.clone();
        }
        let standings: Vec<Standing> = self.jobs().iter().map(|job| self.standing(job)).collect();
        *kept = Some((now, standings.clone()));
        standings
    }

    /// What is forecast for tomorrow, of every job.
    pub fn tomorrow(&self) -> Vec<query::Tomorrow> {
        let tomorrow = |standing: Standing| query::Tomorrow {
            target: standing.target,
            kwh: standing.joules.map(|joules| joules / 3.6e6),
            peak_watts: standing.peak_watts,
        };
        self.standings().into_iter().map(tomorrow).collect()
    }

    pub(super) fn forget_standings(&self) {
        *self.standings.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What cannot be worked out is left out: a scrape says what it can.
    fn standing(&self, job: &Job) -> Standing {
        let today = Day::new(self.clock.local().date());
        let tomorrow =
            record::read(&self.store, &job.target, today.plus(1), today.plus(1)).unwrap_or_default();
        let newest =
            tomorrow.iter().filter(|record| record.model == SERVED).max_by_key(|record| record.issued_at);
        let watts =
            newest.and_then(|record| Some(1000.0 * query::kwh_per_unit(&format!("{}h", record.unit))?));
        let hourly = |record: &&record::Record| record.start.windows(2).all(|two| two[1] - two[0] == HOUR_MS);
        let curve = newest.filter(|record| record.start.len() > 1).filter(hourly);
        let energy = newest.and_then(|record| {
            let total = record.total.map(|total| total.value * 3.6e6);
            let sum =
                || Some(record.value.iter().map(|value| f64::from(*value)).sum::<f64>() * watts? * 3600.0);
            total.or_else(|| curve.and_then(|_| sum()))
        });
        let peak = curve.and_then(|record| {
            let highest = record.value.iter().copied().fold(f32::NAN, f32::max);
            Some(f64::from(highest) * watts?).filter(|watts| watts.is_finite())
        });
        let made = match newest {
            Some(record) => Some(record.issued_at),
            None => self.last_made(&job.target),
        };
        let windows = WINDOWS.into_iter().filter_map(|days| self.window(job, today, days)).collect();
        Standing { target: job.target.clone(), made, joules: energy, peak_watts: peak, windows }
    }

    fn last_made(&self, target: &str) -> Option<i64> {
        let (_, last) = record::span(&self.store, target).ok()??;
        let records = record::read(&self.store, target, last, last).ok()?;
        records.iter().filter(|record| !record.replayed).map(|record| record.issued_at).max()
    }

    fn window(&self, job: &Job, today: Day, days: u16) -> Option<Window> {
        let from = today.plus(-i32::from(days));
        let score = self.score(&job.target, from, today.plus(-1), None, None).ok()?;
        if score.common_hours == 0 {
            return None;
        }
        let relative = |model: &super::score::ModelScore| Some((model.model.clone(), model.mape? / 100.0));
        let coverage = score.models.first().and_then(|ours| ours.coverage_80).map(|cover| cover / 100.0);
        Some(Window { days, errors: score.models.iter().filter_map(relative).collect(), coverage })
    }
}
