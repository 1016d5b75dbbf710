//! What is to be sent: found once for a sweep, then read a day at a time.
//!
//! The days that hold anything are known for the length of a sweep, and nothing else of it: ten years are 3650 numbers.

use super::cursor::{Cursor, Reached, Sweep};
use crate::{export, query::tidy};
use std::collections::BTreeMap;
use watteau_remote_write::{LabelError, Labels, Sample};
use watteau_store::{Error, PointDetail, SeriesId, SeriesInfo, Store};

/// Requests do not hold more than a day (UTC), so that what is refused is not much.
const DAY: i64 = 86_400_000;
/// Where an interval may have begun of which only the end is known to be new.
const LONGEST: i64 = 400 * DAY;

/// What is sent, and under which names.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) sweep: Sweep,
    /// The series that have something to send...
    parts: Vec<Part>,
    /// ...and their labels.
    pub(super) labels: Vec<Labels>,
    /// Samples by day, of what is ahead of all that was sent and of what is late.
    days: [BTreeMap<i64, u64>; 2],
    /// The newest end of each series.
    marks: BTreeMap<String, i64>,
    /// All series that were looked at, with the version of their last change.
    seen: Vec<(String, SeriesId, u64)>,
    /// Whether what came before the sweep was begun is all that it holds back.
    fresh: bool,
    since: i64,
}

#[derive(Debug)]
struct Part {
    id: SeriesId,
    factor: f64,
    reached: Reached,
    /// The longest interval that is sent.
    longest: i64,
}

/// Which versions of series have been swept, since the start.
pub(super) type Memo = BTreeMap<SeriesId, u64>;

/// One day's worth: whether it is late, and which.
pub(super) type Slice = (bool, i64);

/// The labels and the factor of a series.
pub(super) fn labelled(
    info: &SeriesInfo,
    extra: &BTreeMap<String, String>,
) -> Result<(Labels, f64), LabelError> {
    let (family, factor, base) = export::family_of(&info.def.unit);
    let mut pairs = vec![("series", info.def.name.as_str())];
    if !base {
        pairs.push(("unit", info.def.unit.as_str()));
    }
    pairs.extend(extra.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Ok((Labels::new(family, pairs)?, factor))
}

impl Sweep {
    /// When a point is sampled, and whether that is late; none when it is not this sweep's.
    fn takes(&self, reached: &Reached, since: i64, detail: &PointDetail) -> Option<(bool, i64)> {
        let (at, batch) = (detail.point.end(), detail.batch.0);
        let due = detail.point.start >= since
            && at <= self.until
            && batch <= self.batch
            && (batch > reached.batch || at > reached.until);
        due.then_some((at <= reached.mark, at))
    }
}

/// Finds what is to be sent of `wanted`, which are sorted by name. A sweep that was begun is gone on with.
pub(super) fn plan(
    store: &Store,
    cursor: &Cursor,
    wanted: &[SeriesInfo],
    labels: &BTreeMap<String, String>,
    memo: &Memo,
    now: i64,
) -> Result<Plan, Error> {
    let resumed = cursor.sweep;
    let newest = store.batches(1)?.first().map_or(0, |batch| batch.id.0);
    let sweep = resumed.unwrap_or(Sweep { batch: newest, until: now, late: false, after: i64::MIN });
    let mut plan = Plan {
        sweep,
        parts: vec![],
        labels: vec![],
        days: [BTreeMap::new(), BTreeMap::new()],
        marks: BTreeMap::new(),
        seen: vec![],
        fresh: resumed.is_none(),
        since: cursor.since,
    };
    for info in wanted {
        let known = cursor.series.get(&info.def.name).copied();
        if resumed.is_some() && known.is_none() {
            // What joins while a sweep is under way has its own past to send, in the next.
            continue;
        }
        plan.look(store, info, known.unwrap_or_default(), labels, memo)?;
    }
    Ok(plan)
}

impl Plan {
    fn look(
        &mut self,
        store: &Store,
        info: &SeriesInfo,
        reached: Reached,
        labels: &BTreeMap<String, String>,
        memo: &Memo,
    ) -> Result<(), Error> {
        self.seen.push((info.def.name.clone(), info.id, info.changed_version));
        let unchanged = memo.get(&info.id) == Some(&info.changed_version);
        let from = match (unchanged, info.last_end) {
            (_, None) => return Ok(()),
            (true, Some(end)) if end <= reached.until => return Ok(()),
            // Only what the clock has reached since.
            (true, Some(_)) => reached.until.saturating_sub(LONGEST).max(self.since),
            (false, Some(_)) => self.since,
        };
        let (mut longest, mut mark) = (0, i64::MIN);
        let (sweep, since, days) = (self.sweep, self.since, &mut self.days);
        store.details(info.id, from..i64::MAX, &mut |detail| {
            if let Some((late, at)) = sweep.takes(&reached, since, &detail) {
                longest = longest.max(detail.point.duration as i64);
                mark = mark.max(at);
                if (late, at) > (sweep.late, sweep.after) {
                    *days[usize::from(late)].entry(at.div_euclid(DAY)).or_default() += 1;
                }
            }
        })?;
        if mark > i64::MIN {
            match labelled(info, labels) {
                Ok((labels, factor)) => {
                    self.marks.insert(info.def.name.clone(), mark);
                    self.parts.push(Part { id: info.id, factor, reached, longest });
                    self.labels.push(labels);
                }
                // Checked with the settings; a series of a plugin has a name of the store's own.
                Err(error) => tracing::error!(series = info.def.name, %error, "a series cannot be sent"),
            }
        }
        Ok(())
    }

    /// How many samples are left.
    pub(super) fn samples(&self) -> u64 {
        self.days.iter().flat_map(BTreeMap::values).sum()
    }

    /// The slices that are left, in the order in which they are sent.
    pub(super) fn slices(&self) -> Vec<Slice> {
        [false, true]
            .into_iter()
            .flat_map(|late| self.days[usize::from(late)].keys().map(move |day| (late, *day)))
            .collect()
    }

    /// The last instant of a slice.
    pub(super) const fn end_of((_, day): Slice) -> i64 {
        (day + 1) * DAY - 1
    }

    /// Reads one.
    pub(super) fn read(&self, store: &Store, slice @ (late, day): Slice) -> Result<Vec<Sample>, Error> {
        let (first, last) = (day * DAY, Self::end_of(slice));
        let mut samples = Vec::new();
        for (series, part) in self.parts.iter().enumerate() {
            let starts = first.saturating_sub(part.longest).max(self.since)..last + 1;
            store.details(part.id, starts, &mut |detail| {
                let taken = self.sweep.takes(&part.reached, self.since, &detail);
                let Some((is_late, at)) = taken.filter(|(_, at)| (first..=last).contains(at)) else { return };
                if is_late == late && (late, at) > (self.sweep.late, self.sweep.after) {
                    let value = detail.point.value;
                    let as_kept = part.factor.to_bits() == 1f64.to_bits();
                    let value = if as_kept { value } else { tidy(value * part.factor) };
                    samples.push(Sample { series, at, value });
                }
            })?;
        }
        Ok(samples)
    }

    /// A request of `slice` has been sent; the slice's last, unless some of it is left after `rest`.
    pub(super) fn passed(&self, cursor: &mut Cursor, slice: Slice, rest: Option<i64>) {
        let after = rest.unwrap_or(Self::end_of(slice));
        cursor.sweep = Some(Sweep { late: slice.0, after, ..self.sweep });
    }

    /// Makes the cursor that of a sweep that begins, or goes on.
    pub(super) fn open(&self, cursor: &mut Cursor) {
        cursor.sweep = Some(self.sweep);
    }

    /// Makes sure that the cursor knows every series that is being sent; says whether that is news.
    pub(super) fn begin(&self, cursor: &mut Cursor) -> bool {
        let mut news = false;
        for (name, ..) in &self.seen {
            let known = cursor.series.entry(name.clone()).or_insert_with(|| {
                news = true;
                Reached::default()
            });
            news |= std::mem::take(&mut known.gone);
        }
        news
    }

    /// All of it has been sent.
    pub(super) fn finish(&self, cursor: &mut Cursor, memo: &mut Memo) {
        for (name, ..) in &self.seen {
            let reached = cursor.series.entry(name.clone()).or_default();
            let mark = self.marks.get(name).copied().unwrap_or(i64::MIN);
            *reached = Reached {
                batch: reached.batch.max(self.sweep.batch),
                until: reached.until.max(self.sweep.until),
                mark: reached.mark.max(mark),
                gone: false,
            };
        }
        cursor.sweep = None;
        self.remember(memo);
    }

    /// What was looked at needs no second look until it changes. A sweep that an earlier run of the program began knows
    /// less than the series do now.
    pub(super) fn remember(&self, memo: &mut Memo) {
        if self.fresh {
            memo.extend(self.seen.iter().map(|(_, id, version)| (*id, *version)));
        }
    }
}
