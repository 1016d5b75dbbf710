//! Local days cut into hours or half-hours, a few weeks at a time: years of them pass in little memory.

use super::{Aggregate, Aggregator, Error, columns::look_back};
use jiff::civil::Date;
use std::ops::ControlFlow;
use watteau_store::{Kind, SeriesInfo, Step, Store};

/// An hour, ms.
pub(super) const HOUR_MS: i64 = 3_600_000;

/// Days read at once.
const AT_ONCE: usize = 64;

/// A local day with its start and end, ms since the epoch.
pub(super) type LocalDay = (Date, i64, i64);

/// Whether a series tells powers or amounts by intervals of at most so many seconds.
pub(super) fn is_within(info: &SeriesInfo, seconds: u32) -> bool {
    matches!(info.def.step, Step::Seconds(step) if (1..=seconds).contains(&step))
}

/// Calls `f` with each day and its slots of `length` ms, in order: 23, 24 or 25 hours.
pub(super) fn each_day(
    store: &Store,
    info: &SeriesInfo,
    days: &[LocalDay],
    length: i64,
    f: &mut dyn FnMut(&LocalDay, &[Aggregate]),
) -> Result<(), Error> {
    debug_assert!(info.def.kind != Kind::Index, "the reading that ends a slot lies after it");
    // What has no step is read from its beginning, so once for all.
    let at_once = if info.def.step == Step::Irregular { days.len().max(1) } else { AT_ONCE };
    for days in days.chunks(at_once) {
        let (Some(&(_, first, _)), Some(&(_, _, last))) = (days.first(), days.last()) else { continue };
        let mut bounds: Vec<i64> =
            days.iter().flat_map(|&(_, start, end)| (start..end).step_by(length as usize)).collect();
        bounds.push(last);
        let mut aggregator = Aggregator::new(info.def.kind, &bounds);
        store.runs(info.id, first.saturating_sub(look_back(info))..last, &mut |run| {
            aggregator.push(run);
            ControlFlow::Continue(())
        })?;
        let slots = aggregator.finish();
        let mut rest = &slots[..];
        for day in days {
            let count = day.1.abs_diff(day.2).div_ceil(length.unsigned_abs()) as usize;
            let (own, later) = rest.split_at(count.min(rest.len()));
            f(day, own);
            rest = later;
        }
    }
    Ok(())
}
