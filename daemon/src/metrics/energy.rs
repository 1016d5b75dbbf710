//! Totals of consumption, and holes: read from the store once for each version of a series.

use crate::{clock::Clock, query};
use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{Mutex, PoisonError},
};
use watteau_store::{Kind, SeriesId, SeriesInfo, Store};

/// What is worked out of a whole series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Worked {
    /// Sum of the values; of a power, value x hours.
    pub(super) total: f64,
    /// Time without a value between the first and the last point.
    pub(super) missing_seconds: f64,
    /// Values that were said differently twice.
    pub(super) corrected: u64,
}

/// Remembers what was worked out until a series changes, so that a scrape of a quiet store reads no block.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<BTreeMap<SeriesId, (u64, Worked)>>);

impl Cache {
    pub(super) fn get(
        &self,
        store: &Store,
        clock: &Clock,
        info: &SeriesInfo,
    ) -> Result<Worked, query::Error> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((version, worked)) = lock().get(&info.id)
            && *version == info.changed_version
        {
            return Ok(*worked);
        }
        let worked = Worked {
            total: total(store, info)?,
            missing_seconds: query::missing_seconds(store, clock, info)?,
            corrected: store.revisions(info.id, i64::MIN..i64::MAX)?.len() as u64,
        };
        lock().insert(info.id, (info.changed_version, worked));
        Ok(worked)
    }
}

fn total(store: &Store, info: &SeriesInfo) -> Result<f64, query::Error> {
    let mut total = 0.0;
    if matches!(info.def.kind, Kind::Energy | Kind::Volume | Kind::Power) {
        let hours = |point: &watteau_store::Point| {
            if info.def.kind == Kind::Power { point.duration as f64 / 3_600_000.0 } else { 1.0 }
        };
        store.scan(info.id, i64::MIN..i64::MAX, &mut |points| {
            // Point by point: where one block ends and the next begins must not show in the last digit.
            for point in points {
                total += point.value * hours(point);
            }
            ControlFlow::Continue(())
        })?;
    }
    Ok(query::tidy(total))
}
