//! What a commit would do: the one place where the rules of writing are.
//!
//! For each (series, start) of an incoming batch, beside the point that is kept there:
//!
//! - none: **new**.
//! - the same bits of the value, duration and quality: **unchanged**. If the incoming statement is of a later date
//!   (`as_of`, where any date is later than none), the point moves to the incoming batch, so that what is kept
//!   always belongs to the latest statement and the order of arrival does not matter.
//! - different, both dated, and the incoming one earlier: **older**. The kept value stays; the incoming one becomes
//!   a revision, unless that reading is among the point's revisions already.
//! - different otherwise: **corrected**. The incoming value is kept; the old one becomes a revision.
//!
//! Batches are taken in order, each seeing what those before it do. Nothing here writes: `commit` and `preview`
//! both call [`classify`], and only one of them goes on.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use redb::ReadTransaction;

use crate::effects::{Effects, SeriesEffects, merge_puts};
use crate::error::Error;
use crate::live::Live;
use crate::lookup::Lookup;
use crate::read;
use crate::tables::{self, AbsenceRow, BatchRow, RevisionRow};
use crate::types::{
    Batch, BatchId, BatchReport, Commit, Outcome, Point, Provenance, SeriesAbsences, SeriesId, SeriesPoints,
    SeriesReport, StateChange, Stored,
};

/// Decides what `commits` do, one after the other, to the store that `live` and `txn` show. Each gets its reports.
///
/// The commits have been validated. `detail` asks for every point's outcome instead of the corrected ones'.
pub(crate) fn classify(
    live: &Live,
    txn: &ReadTransaction,
    commits: &[&Commit],
    detail: bool,
) -> Result<(Effects, Vec<Vec<BatchReport>>), Error> {
    let mut classifier = Classifier {
        live,
        txn,
        detail,
        effects: Effects::default(),
        lookups: HashMap::new(),
        dates: HashMap::new(),
        revised: HashMap::new(),
        declared: HashMap::new(),
        state: HashMap::new(),
        shrunk: Vec::new(),
    };
    let mut reports = Vec::with_capacity(commits.len());
    for commit in commits {
        let batches =
            commit.batches.iter().map(|batch| classifier.batch(batch)).collect::<Result<_, Error>>()?;
        for change in &commit.state {
            classifier.state(change)?;
        }
        reports.push(batches);
    }
    classifier.latest_ends()?;
    let mut effects = classifier.effects;
    effects.series.retain(|_, series| *series != SeriesEffects::default());
    effects.version = live.version + u64::from(!effects.is_empty());
    Ok((effects, reports))
}

struct Classifier<'a> {
    live: &'a Live,
    txn: &'a ReadTransaction,
    detail: bool,
    effects: Effects,
    lookups: HashMap<u32, Lookup>,
    /// `as_of` by batch.
    dates: HashMap<u64, Option<i64>>,
    /// Revisions that this very commit adds.
    revised: HashMap<(u32, i64), Vec<Point>>,
    /// Absences that this very commit adds, with their reasons.
    declared: HashMap<(u32, i64, i64), String>,
    /// State that this very commit changes.
    state: HashMap<(String, String), Option<Vec<u8>>>,
    /// Series in which an interval that may have ended last became shorter.
    shrunk: Vec<u32>,
}

/// The batch at work.
struct Arriving<'a> {
    id: u64,
    provenance: &'a Provenance,
}

impl Classifier<'_> {
    fn batch(&mut self, batch: &Batch) -> Result<BatchReport, Error> {
        // The number is only used up if the batch turns out to change something.
        let arriving = Arriving {
            id: self.live.next_batch + self.effects.batches.len() as u64,
            provenance: &batch.provenance,
        };
        self.dates.insert(arriving.id, batch.provenance.as_of);
        let mut changed = false;
        let mut series = Vec::with_capacity(batch.series.len());
        for (index, points) in batch.series.iter().enumerate() {
            let (id, points) = last_words(points, &batch.series[index + 1..]);
            let (report, changes) = self.points(&arriving, id, &points)?;
            changed |= changes;
            series.push(report);
        }
        for absences in &batch.absences {
            changed |= self.absences(&arriving, absences)?;
        }
        if changed {
            let sum = |count: fn(&SeriesReport) -> u64| series.iter().map(count).sum();
            let row = BatchRow {
                provenance: batch.provenance.clone(),
                new: sum(|report| report.new),
                unchanged: sum(|report| report.unchanged),
                corrected: sum(|report| report.corrected),
                older: sum(|report| report.older),
            };
            self.effects.batches.push((arriving.id, row));
        }
        Ok(BatchReport { id: changed.then_some(BatchId(arriving.id)), series })
    }

    /// One series of a batch; also says whether anything is to be written.
    fn points(
        &mut self,
        arriving: &Arriving<'_>,
        id: SeriesId,
        points: &[Point],
    ) -> Result<(SeriesReport, bool), Error> {
        let mut report = SeriesReport {
            series: id,
            new: 0,
            unchanged: 0,
            corrected: 0,
            older: 0,
            changed: None,
            outcomes: Vec::new(),
        };
        let summary = self.live.entry(id)?.summary;
        // Borrowed for the while: earlier batches of this commit come first when looking for what is kept.
        let mut done = self.effects.series.remove(&id.0).unwrap_or_default();
        let revisions_before = done.revisions.len();
        let known_last = summary.last.map(|last| last.start).max(done.puts.last().map(Stored::start));
        let mut puts: Vec<Stored> = Vec::with_capacity(points.len());
        // Where nothing can be kept yet nothing is looked for: the most of what ever comes.
        let beyond = points.partition_point(|point| known_last.is_some_and(|last| point.start <= last));
        let (among, beyond) = points.split_at(beyond);
        for &point in among {
            let kept = self.kept(id.0, point.start, &done.puts)?;
            let outcome = self.outcome(arriving, kept, &point)?;
            let mut changed = false;
            match outcome {
                Outcome::New => {
                    report.new += 1;
                    changed = true;
                }
                Outcome::Unchanged => {
                    report.unchanged += 1;
                    if let Some(kept) = kept
                        && arriving.provenance.as_of > self.date(kept.batch)?
                    {
                        puts.push(Stored { point, batch: arriving.id });
                    }
                }
                Outcome::Corrected { .. } => {
                    report.corrected += 1;
                    changed = true;
                    if let Some(kept) = kept {
                        self.revise(arriving, &mut done, id.0, kept, arriving.id);
                        let was_last = summary.last_end.is_none_or(|end| kept.point.end() >= end);
                        if was_last && point.end() < kept.point.end() {
                            self.shrunk.push(id.0);
                        }
                    }
                }
                Outcome::Older => {
                    report.older += 1;
                    if let Some(kept) = kept
                        && !self.is_revised(id.0, &point)?
                    {
                        let old = Stored { point, batch: arriving.id };
                        self.revise(arriving, &mut done, id.0, old, kept.batch);
                    }
                }
            }
            if changed {
                puts.push(Stored { point, batch: arriving.id });
                let (from, to) = report.changed.unwrap_or((point.start, point.end()));
                report.changed = Some((from.min(point.start), to.max(point.end())));
            }
            if self.detail || matches!(outcome, Outcome::Corrected { .. }) {
                report.outcomes.push((point.start, outcome));
            }
        }
        let mut end = puts.iter().map(|put| put.point.end()).max();
        if let Some(first) = beyond.first() {
            // Counted on the way: a history is too long to be walked once more for it.
            let mut latest = first.end();
            puts.extend(beyond.iter().map(|&point| {
                latest = latest.max(point.end());
                Stored { point, batch: arriving.id }
            }));
            report.new += beyond.len() as u64;
            end = end.max(Some(latest));
            let (from, to) = report.changed.unwrap_or((first.start, latest));
            report.changed = Some((from.min(first.start), to.max(latest)));
        }
        if self.detail {
            report.outcomes.extend(beyond.iter().map(|point| (point.start, Outcome::New)));
        }
        let writes = !puts.is_empty() || done.revisions.len() > revisions_before;
        done.new += report.new;
        done.puts_end = done.puts_end.max(end);
        merge_puts(&mut done.puts, puts);
        self.effects.series.insert(id.0, done);
        Ok((report, writes))
    }

    fn outcome(
        &mut self,
        arriving: &Arriving<'_>,
        kept: Option<Stored>,
        point: &Point,
    ) -> Result<Outcome, Error> {
        let Some(kept) = kept else { return Ok(Outcome::New) };
        if kept.point.same_as(point) {
            return Ok(Outcome::Unchanged);
        }
        if let (Some(incoming), Some(known)) = (arriving.provenance.as_of, self.date(kept.batch)?)
            && incoming < known
        {
            return Ok(Outcome::Older);
        }
        Ok(Outcome::Corrected { old: kept.point.value, old_quality: kept.point.quality })
    }

    /// The point kept at `start`, with what this commit did so far.
    fn kept(&mut self, series: u32, start: i64, pending: &[Stored]) -> Result<Option<Stored>, Error> {
        if let Ok(index) = pending.binary_search_by_key(&start, Stored::start) {
            return Ok(Some(pending[index]));
        }
        if let Some(put) = self.live.fresh.points.get(&series).and_then(|points| points.get(&start)) {
            return Ok(Some(*put));
        }
        let lookup = match self.lookups.entry(series) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(slot) => slot.insert(Lookup::new(self.txn, series)?),
        };
        lookup.get(start)
    }

    /// Date of the statement of a batch.
    fn date(&mut self, batch: u64) -> Result<Option<i64>, Error> {
        if let Some(date) = self.dates.get(&batch) {
            return Ok(*date);
        }
        let date = match read::batch(self.live, self.txn, batch) {
            Ok(row) => row.and_then(|row| row.provenance.as_of),
            // New data must be able to go on: it counts as a statement without a date.
            Err(error @ Error::Damaged { .. }) => {
                tracing::error!(%error, "the date of a statement cannot be read");
                None
            }
            Err(error) => return Err(error),
        };
        self.dates.insert(batch, date);
        Ok(date)
    }

    fn revise(
        &mut self,
        arriving: &Arriving<'_>,
        done: &mut SeriesEffects,
        series: u32,
        old: Stored,
        by: u64,
    ) {
        let row = RevisionRow {
            old: old.point,
            old_batch: old.batch,
            replaced_at: arriving.provenance.fetched_at,
            replaced_by: by,
        };
        done.revisions.push((old.start(), arriving.id, row));
        self.revised.entry((series, old.start())).or_default().push(old.point);
    }

    /// Whether this reading is among the revisions of its point.
    fn is_revised(&self, series: u32, point: &Point) -> Result<bool, Error> {
        let here = self.revised.get(&(series, point.start));
        if here.is_some_and(|known| known.iter().any(|old| old.same_reading(point))) {
            return Ok(true);
        }
        let known = read::revisions(self.live, self.txn, series, point.start..=point.start, &mut Vec::new())?;
        Ok(known.values().any(|row| row.old.same_reading(point)))
    }

    /// Declared absences; says whether any is news.
    fn absences(&mut self, arriving: &Arriving<'_>, absences: &SeriesAbsences) -> Result<bool, Error> {
        let series = absences.series.0;
        let mut changed = false;
        for &(start, end) in &absences.spans {
            let key = (series, start, end);
            let known = match (self.declared.get(&key), self.live.fresh.absences.get(&key)) {
                (Some(reason), _) => Some(reason.clone()),
                (None, Some(row)) => Some(row.reason.clone()),
                (None, None) => match self.txn.open_table(tables::ABSENCES)?.get(key)? {
                    Some(bytes) => Some(read::absence_row(key, bytes.value())?.reason),
                    None => None,
                },
            };
            if known.as_ref() == Some(&absences.reason) {
                continue;
            }
            changed = true;
            self.declared.insert(key, absences.reason.clone());
            let row = AbsenceRow { reason: absences.reason.clone(), batch: arriving.id };
            self.effects.series.entry(series).or_default().absences.push((start, end, row));
        }
        Ok(changed)
    }

    fn state(&mut self, change: &StateChange) -> Result<(), Error> {
        let key = (change.owner.clone(), change.key.clone());
        let known = match self.state.get(&key) {
            Some(value) => value.clone(),
            None => read::state(self.live, self.txn, &change.owner, &change.key)?,
        };
        if known != change.value {
            self.state.insert(key, change.value.clone());
            self.effects.state.push(change.clone());
        }
        Ok(())
    }

    /// Looks for the latest end anew in series where it may have moved back. Rare, hence by reading them whole.
    fn latest_ends(&mut self) -> Result<(), Error> {
        self.shrunk.sort_unstable();
        self.shrunk.dedup();
        for &series in &self.shrunk {
            let Some(done) = self.effects.series.get_mut(&series) else { continue };
            let mut over: Vec<Stored> = self.live.fresh.range(series, i64::MIN..i64::MAX).collect();
            merge_puts(&mut over, done.puts.clone());
            let over = over.into_iter().map(|put| put.point).collect();
            let mut latest = None;
            let walked = read::scan(self.txn, series, i64::MIN..i64::MAX, over, &mut |points| {
                latest = latest.max(points.iter().map(Point::end).max());
                ControlFlow::Continue(())
            })?;
            // Else the end stays where it was: later than the truth at worst, until the block is mended.
            if walked.skipped.is_empty() {
                done.last_end = latest;
            }
        }
        Ok(())
    }
}

/// A series' points in order, without those for which a `later` part of the same batch has another word.
fn last_words<'a>(points: &'a SeriesPoints, later: &[SeriesPoints]) -> (SeriesId, Cow<'a, [Point]>) {
    let id = points.series;
    let mut points = in_order(&points.points);
    for other in later.iter().filter(|other| other.series == id) {
        let starts: HashSet<i64> = other.points.iter().map(|point| point.start).collect();
        points.to_mut().retain(|point| !starts.contains(&point.start));
    }
    (id, points)
}

/// The points ascending by start; of several with one start, the last given.
fn in_order(points: &[Point]) -> Cow<'_, [Point]> {
    if points.windows(2).all(|pair| pair[0].start < pair[1].start) {
        return Cow::Borrowed(points);
    }
    let mut sorted = points.to_vec();
    sorted.sort_by_key(|point| point.start);
    sorted.dedup_by(|later, earlier| {
        let same = later.start == earlier.start;
        if same {
            *earlier = *later;
        }
        same
    });
    Cow::Owned(sorted)
}
