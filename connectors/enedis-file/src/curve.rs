//! From the rows of a load curve to intervals: their lengths, one statement for each.

use std::cmp::Reverse;

use watteau_sdk::prelude::{Instant, Quality};

use crate::reading::{Place, Reason, Slot};
use crate::words::{STEPS, rank};

const MINUTE_MS: i64 = 60_000;

/// One interval of a load curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Where it starts.
    pub start: Instant,
    /// Minutes.
    pub minutes: u16,
    /// Thousandths of a watt; none where the file says that there is no value.
    pub milliwatts: Option<i64>,
    /// How it was obtained.
    pub quality: Quality,
    /// Where it stands.
    pub place: Place,
}

impl Interval {
    /// Where it ends.
    pub fn end(&self) -> Instant {
        self.start + i64::from(self.minutes) * MINUTE_MS
    }

    fn rank(&self) -> u8 {
        if self.milliwatts.is_some() { 1 + rank(self.quality) } else { 0 }
    }
}

/// The intervals in the order of time, and the rows that cannot be used.
pub fn settle(mut slots: Vec<Slot>) -> (Vec<Interval>, Vec<(Place, Instant, Reason)>) {
    // Places differ, so nothing is left to chance; and no scratch is taken from a guest's memory.
    slots.sort_unstable_by_key(|slot| (slot.end, slot.place));
    let (mut intervals, mut refused) = (Vec::with_capacity(slots.len()), Vec::new());
    let mut last = 0;
    for at in 0..slots.len() {
        let slot = slots[at];
        let Some(minutes) = length(&slots, at, last) else {
            refused.push((slot.place, slot.end, Reason::NoStep));
            continue;
        };
        last = minutes;
        // Steps divide the hour: the product is exact.
        let per_hour = if slot.energy { i64::from(60 / minutes) } else { 1 };
        intervals.push(Interval {
            start: slot.end - i64::from(minutes) * MINUTE_MS,
            minutes,
            milliwatts: slot.value.map(|value| value.saturating_mul(per_hour)),
            quality: slot.quality,
            place: slot.place,
        });
    }
    drop(slots);
    intervals.sort_unstable_by_key(|interval| (interval.start, Reverse(interval.rank()), interval.place));
    let mut kept = Vec::<Interval>::with_capacity(intervals.len());
    for same in intervals.chunk_by(|a, b| a.start == b.start) {
        let best = same[0];
        let rivals = same.iter().take_while(|rival| rival.rank() == best.rank());
        if rivals.clone().all(|rival| (rival.milliwatts, rival.minutes) == (best.milliwatts, best.minutes)) {
            kept.push(best);
        } else {
            refused.extend(rivals.map(|rival| (rival.place, rival.start, Reason::Conflict)));
        }
    }
    (kept, refused)
}

/// The length of a row: as said; else as its distance from the row before, where the row before it or the row after
/// agree; else the shorter of the distances around it, since the longer one is a hole.
fn length(slots: &[Slot], at: usize, last: u16) -> Option<u16> {
    if slots[at].minutes > 0 {
        return Some(slots[at].minutes);
    }
    let distance = |a: Option<&Slot>, b: Option<&Slot>| {
        let minutes = u16::try_from((b?.end - a?.end) / MINUTE_MS).ok()?;
        STEPS.contains(&minutes).then_some(minutes)
    };
    let here = slots.get(at);
    let before = at.checked_sub(1).and_then(|before| distance(slots.get(before), here));
    let after = distance(here, slots.get(at + 1));
    match (before, after) {
        (Some(before), after) if before == last || Some(before) == after => Some(before),
        (Some(before), Some(after)) => Some(before.min(after)),
        (Some(length), None) | (None, Some(length)) => Some(length),
        // Alone between two holes: as the rows before it.
        (None, None) => (last > 0).then_some(last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(ends: &[(i64, Option<i64>)]) -> Vec<Slot> {
        (1..)
            .zip(ends)
            .map(|(row, &(minutes, value))| Slot {
                end: minutes * MINUTE_MS,
                minutes: 0,
                value,
                energy: false,
                quality: Quality::Measured,
                place: Place { sheet: 0, row },
            })
            .collect()
    }

    fn lengths(ends: &[i64]) -> Vec<u16> {
        let ends: Vec<_> = ends.iter().map(|&end| (end, Some(1))).collect();
        settle(slots(&ends)).0.iter().map(|interval| interval.minutes).collect()
    }

    #[test]
    fn steps_are_seen_from_the_rows_around() {
        for (what, ends, expected) in [
            ("regular", vec![30, 60, 90], vec![30, 30, 30]),
            ("hourly", vec![60, 120, 180], vec![60, 60, 60]),
            ("a row missing", vec![30, 60, 120, 150], vec![30, 30, 30, 30]),
            ("a long hole", vec![30, 60, 900, 930], vec![30, 30, 30, 30]),
            ("to hours and back", vec![30, 60, 120, 180, 240, 270, 300], vec![30, 30, 60, 60, 60, 30, 30]),
            ("a row alone", vec![30, 60, 900, 1800], vec![30, 30, 30, 30]),
        ] {
            assert_eq!(lengths(&ends), expected, "{what}");
        }
        assert!(lengths(&[30]).is_empty());
        assert_eq!(settle(slots(&[(30, Some(1))])).1[0].2, Reason::NoStep);
    }

    #[test]
    fn rivals_are_refused_and_equals_collapse() {
        let (kept, refused) = settle(slots(&[
            (30, Some(1)),
            (60, Some(2)),
            (90, Some(3)),
            (60, Some(2)),
            (90, Some(4)),
            (120, None),
        ]));
        let told: Vec<_> = refused.iter().map(|(place, _, reason)| (place.row, reason.clone())).collect();
        assert_eq!(told, [(3, Reason::Conflict), (5, Reason::Conflict)]);
        assert_eq!(kept.iter().map(|one| one.milliwatts).collect::<Vec<_>>(), [Some(1), Some(2), None]);
    }

    #[test]
    fn energies_become_powers() {
        let mut slots = slots(&[(15, Some(1_500)), (30, Some(2_000))]);
        for slot in &mut slots {
            (slot.energy, slot.minutes) = (true, 15);
        }
        let milliwatts: Vec<_> = settle(slots).0.iter().map(|one| one.milliwatts).collect();
        assert_eq!(milliwatts, [Some(6_000), Some(8_000)]);
    }
}
