//! The second look: what the errors of the last days say about the next one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::kalman::Filter;

/// Columns of the correction: summaries of recent errors, then the nine last ones one by one.
pub(super) const COLUMNS: usize = 21;
const SUMMARIES: usize = 12;
const VARIANCES: (f64, f64) = (0.005, 0.001);
const HUB: f64 = 3.0;
/// Half of what was learnt so many days ago is forgotten.
const HALF_LIFE: f64 = 1000.0;
/// An error beyond this says no more than this.
const CLIP: f64 = 6.0;

/// Errors of a day by hour, NaN where there is none.
pub(super) type Errors = [f64; 24];
/// Days that the columns look back.
pub(super) const LOOK_BACK: i32 = 7;

/// Columns for one hour: `early` are the errors of the known hours of the day before, `past(n)` those of n days before.
fn columns(early: &[f64], past: &dyn Fn(i32) -> Option<Errors>, hour: usize) -> [f64; COLUMNS] {
    let clean = |r: f64| if r.is_finite() { r.clamp(-CLIP, CLIP) } else { 0.0 };
    let known = early.len();
    let early: Vec<f64> = early.iter().map(|&r| clean(r)).collect();
    let day = |back: i32| past(back).unwrap_or([f64::NAN; 24]).map(clean);
    let (two, three, week) = (day(2), day(3), day(LOOK_BACK));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut out = [0.0; COLUMNS];
    out[..SUMMARIES].copy_from_slice(&[
        1.0,
        mean(&early),
        mean(&early[known - 3..]),
        early[known - 1],
        if hour < known { early[hour] } else { two[hour] },
        mean(&two[hour.saturating_sub(2)..(hour + 3).min(24)]),
        mean(&two[known..]),
        mean(&two[..known]),
        week[hour],
        mean(&three),
        two[hour],
        mean(&two[18..]),
    ]);
    out[SUMMARIES..].copy_from_slice(&early[known - 9..]);
    out
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
        let variance: [f64; COLUMNS] =
            std::array::from_fn(|i| if i < SUMMARIES { VARIANCES.0 } else { VARIANCES.1 });
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

    /// Corrects the forecast `base` of `day` in place. Learns first what became known since the last call: `lesson`
    /// gives the load of an hour, of which only those that are known at the issue are asked for.
    pub(super) fn correct(
        &mut self,
        day: Day,
        early: &[f64],
        past: &dyn Fn(i32) -> Option<Errors>,
        lesson: &dyn Fn(Day, usize) -> f64,
        base: &mut [f64; 24],
    ) {
        let known = early.len();
        for (hour, filter) in self.filters.iter_mut().enumerate() {
            let newest = if hour < known { day.plus(-1) } else { day.plus(-2) };
            filter.inflate(1.0 + std::f64::consts::LN_2 / HALF_LIFE);
            if let Some(waiting) = self.waiting.get(&newest) {
                let error = lesson(newest, hour) - waiting.base[hour];
                if error.is_finite() {
                    filter.learn(&waiting.columns[hour], error, &[0.0; COLUMNS], HUB);
                }
            }
        }
        self.waiting.retain(|&kept, _| kept >= day.plus(-1));
        let columns: Vec<Vec<f64>> = (0..24).map(|hour| columns(early, past, hour).to_vec()).collect();
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
