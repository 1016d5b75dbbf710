//! The second look: what the errors of the last days say about the next one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::kalman::Filter;

/// Columns of the correction: summaries of recent errors, then the nine last ones one by one.
pub(super) const COLUMNS: usize = 21;
const SUMMARIES: usize = 12;
const SINGLE: usize = 9;
/// Initial variances of summaries and of single errors.
const VARIANCES: [f64; 2] = [0.005, 0.001];
const HUB: f64 = 3.0;
/// Half of what was learnt so many days ago is forgotten.
const HALF_LIFE: f64 = 1000.0;
/// An error beyond this says no more than this.
const CLIP: f64 = 6.0;

/// Errors of a day by hour, NaN where there is none.
pub(super) type Errors = [f64; 24];
/// Days that the columns look back.
pub(super) const LOOK_BACK: i32 = 7;

/// What is known at the issue of a day beside its forecast.
pub(super) struct Known<'a> {
    /// Errors of the known hours of the day before.
    pub(super) early: Vec<f64>,
    /// Errors of a day so many days before.
    pub(super) past: &'a dyn Fn(i32) -> Option<Errors>,
    /// Load of a day and hour, asked for only where it is known.
    pub(super) lesson: &'a dyn Fn(Day, usize) -> f64,
}

impl Known<'_> {
    /// Columns for one hour.
    fn columns(&self, hour: usize) -> [f64; COLUMNS] {
        let clean = |r: f64| if r.is_finite() { r.clamp(-CLIP, CLIP) } else { 0.0 };
        let early: Vec<f64> = self.early.iter().map(|&r| clean(r)).collect();
        let known = early.len();
        let past = |back: i32| (self.past)(back).unwrap_or([f64::NAN; 24]).map(clean);
        let (two, three, week) = (past(2), past(3), past(LOOK_BACK));
        let around = hour.saturating_sub(2)..(hour + 3).min(24);
        let mut out = [0.0; COLUMNS];
        out[..SUMMARIES].copy_from_slice(&[
            1.0,
            mean(&early),
            mean(&early[known - 3..]),
            early[known - 1],
            if hour < known { early[hour] } else { two[hour] },
            mean(&two[around]),
            mean(&two[known..]),
            mean(&two[..known]),
            week[hour],
            mean(&three),
            two[hour],
            mean(&two[18..]),
        ]);
        out[SUMMARIES..SUMMARIES + SINGLE].copy_from_slice(&early[known - SINGLE..]);
        out
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// A forecast that waits for what happens.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Waiting {
    base: Vec<f64>,
    columns: Vec<Vec<f64>>,
}

/// The correction of each hour.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Residual {
    filters: Vec<Filter>,
    waiting: BTreeMap<Day, Waiting>,
}

impl Residual {
    pub(super) fn new() -> Residual {
        let variance: [f64; COLUMNS] = std::array::from_fn(|i| VARIANCES[usize::from(i >= SUMMARIES)]);
        let filter = Filter::new(&[0.0; COLUMNS], &variance);
        Residual { filters: vec![filter; 24], waiting: BTreeMap::new() }
    }

    /// Filters by hour.
    pub(super) fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// Filters by hour, as a prior gives them.
    pub(super) fn filters_mut(&mut self) -> &mut [Filter] {
        &mut self.filters
    }

    /// Corrects the forecast `base` of `day` in place, after learning what became known since the last call.
    pub(super) fn correct(&mut self, day: Day, known: &Known<'_>, base: &mut [f64; 24]) {
        for (hour, filter) in self.filters.iter_mut().enumerate() {
            let newest = if hour < known.early.len() { day.plus(-1) } else { day.plus(-2) };
            filter.inflate(1.0 + std::f64::consts::LN_2 / HALF_LIFE);
            if let Some(waiting) = self.waiting.get(&newest) {
                let error = (known.lesson)(newest, hour) - waiting.base[hour];
                if error.is_finite() {
                    filter.learn(&waiting.columns[hour], error, &[0.0; COLUMNS], HUB);
                }
            }
        }
        self.waiting.retain(|&kept, _| kept >= day.plus(-1));
        let columns: Vec<Vec<f64>> = (0..24).map(|hour| known.columns(hour).to_vec()).collect();
        self.waiting.insert(day, Waiting { base: base.to_vec(), columns: columns.clone() });
        for ((base, filter), columns) in base.iter_mut().zip(&self.filters).zip(&columns) {
            *base += filter.expect(columns);
        }
    }

    pub(super) fn settle(&mut self) {
        self.filters.iter_mut().for_each(|filter| filter.settle(&[0.0; COLUMNS]));
    }

    pub(super) fn restore(&mut self) {
        self.filters.iter_mut().for_each(Filter::restore);
    }

    pub(super) fn is_sound(&self) -> bool {
        let sound = |waiting: &Waiting| {
            waiting.base.len() == 24
                && waiting.columns.len() == 24
                && waiting.columns.iter().all(|row| row.len() == COLUMNS)
        };
        self.filters.len() == 24
            && self.filters.iter().all(|filter| filter.is_sound(COLUMNS))
            && self.waiting.values().all(sound)
    }
}
