//! Our forecast and the grid operator's, mixed as their last sixty days deserve.
//!
//! The operator knows clouds and wind that we do not; we know its habits of error. For each hour the mix is
//! `mean + u (ours - operator's) / 2`, with `u` the ridge regression of the errors of the mean on half the difference,
//! over the last days and the hours beside. Without days it is the plain mean.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::features::{Grid, Target};

/// Days that are looked back on.
const WINDOW: usize = 60;
/// Ridge by row, GW².
const RIDGE: f64 = 0.015;
/// Hours on each side that an hour is pooled with.
const BESIDE: usize = 2;

/// Half the difference of two forecasts and the error of their mean by local hour, GW; NaN where unknown.
type Row = Vec<[f32; 2]>;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Stack {
    waiting: BTreeMap<Day, Row>,
    days: VecDeque<Row>,
}

impl Stack {
    /// Learns a day that became known.
    pub(super) fn learn(&mut self, grid: &Grid, day: Day, target: Target) {
        if let (Some(mut row), Some(observed)) = (self.waiting.remove(&day), grid.observed(day)) {
            for (pair, &y) in row.iter_mut().zip(observed) {
                pair[1] = (target.to_mw(y) / 1000.0 - f64::from(pair[1])) as f32;
            }
            self.days.push_back(row);
            while self.days.len() > WINDOW {
                self.days.pop_front();
            }
        }
        self.waiting.retain(|&kept, _| kept > day);
    }

    /// Mixes in place. Hours of which the operator says nothing stay ours.
    pub(super) fn mix(&mut self, day: Day, ours: &mut [f64; 24], operator: &[f64; 24], target: Target) {
        let gw = |y: f64| target.to_mw(y) / 1000.0;
        let pair = |(&ours, &operator): (&f64, &f64)| {
            [((gw(ours) - gw(operator)) / 2.0) as f32, f64::midpoint(gw(ours), gw(operator)) as f32]
        };
        let row: Row = ours.iter().zip(operator).map(pair).collect();
        for (hour, ours) in ours.iter_mut().enumerate().filter(|(hour, _)| operator[*hour].is_finite()) {
            let operator = gw(operator[hour]);
            let mixed = f64::midpoint(gw(*ours), operator) + self.weight(hour) * (gw(*ours) - operator) / 2.0;
            *ours = target.from_mw(1000.0 * mixed);
        }
        self.waiting.insert(day, row);
    }

    /// How far from the mean towards ours: 1 is ours alone, -1 the operator's.
    fn weight(&self, hour: usize) -> f64 {
        let beside: Vec<usize> = (24 + hour - BESIDE..=24 + hour + BESIDE).map(|hour| hour % 24).collect();
        let pairs = self.days.iter().flat_map(|row| beside.iter().filter_map(|&hour| row.get(hour)));
        let (mut product, mut square) = (0.0, 0.0);
        for &[half, error] in pairs.filter(|pair| pair.iter().all(|value| value.is_finite())) {
            let (half, error) = (f64::from(half), f64::from(error));
            product += half * error;
            square += half * half + RIDGE;
        }
        if square > 0.0 { product / square } else { 0.0 }
    }
}
