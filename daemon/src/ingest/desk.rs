//! Where a connector's points land: checked for belonging, gathered, committed or rehearsed.
//!
//! One desk serves one run or one file. The connector sees it as the sink of the contract.

use super::{
    Ingest,
    handed::Handed,
    instance::{Instance, Owned},
    meters::{Claim, Household},
    sink::{Counts, Gathered, Origin},
};
use crate::model::{Change, Event, RefusedRow, Text};
use std::{collections::BTreeMap, collections::BTreeSet, sync::Arc};
use tokio::sync::broadcast;
use watteau_store::{Commit, CommitReport, Kind, Outcome, Point, SeriesId, StateChange, Step, Store};

/// Points listed in a rehearsal.
const MOST_CHANGES: usize = 400;
/// Key of a connector's cursor in the store's state.
const CURSOR: &str = "cursor";

/// What the desk does with what it gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Commit at each checkpoint.
    Run,
    /// Commit once, at the end: a file is taken whole or not at all.
    File,
    /// Tell what would change.
    Rehearsal,
}

/// One run's or one file's desk.
pub(super) struct Desk {
    store: Store,
    instance: Arc<Instance>,
    events: broadcast::Sender<Event>,
    pub(super) purpose: Purpose,
    pub(super) origin: Origin,
    pub(super) gathered: Gathered,
    pub(super) counts: Counts,
    /// Who may claim which meter; files only.
    pub(super) household: Household,
    /// The meters that the file named, with their rows, and the answer.
    pub(super) claimed: Option<(BTreeMap<String, u32>, Claim)>,
    cursor: Option<Vec<u8>>,
    /// Series and start of the periods that take the place of a shorter one.
    outgrown: BTreeSet<(u32, i64)>,
}

/// What became of the rows of a file.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// By the start of a row: the most telling outcome among its series.
    pub(super) counts: Counts,
    /// Point by point.
    pub(super) changes: Vec<Change>,
    /// Values that a later statement had changed already: that one stays.
    pub(super) older: u64,
}

impl Desk {
    /// For what a connector says of a file.
    pub(super) fn for_file(ingest: &Ingest, instance: &Arc<Instance>, file: &Handed) -> Self {
        let origin = Origin {
            connector: instance.settings.name.clone(),
            version: instance.plugin.as_ref().map_or_else(|_| String::new(), super::guest::Plugin::label),
            source: file.name.clone(),
            sha256: Some(file.sha256),
            fetched_at: ingest.clock.now_ms(),
        };
        Self::new(ingest.store.clone(), Arc::clone(instance), ingest.events.clone(), Purpose::File, origin)
    }

    pub(super) fn new(
        store: Store,
        instance: Arc<Instance>,
        events: broadcast::Sender<Event>,
        purpose: Purpose,
        origin: Origin,
    ) -> Self {
        Self {
            store,
            instance,
            events,
            purpose,
            origin,
            gathered: Gathered::default(),
            counts: Counts::default(),
            household: Household::default(),
            claimed: None,
            cursor: None,
            outgrown: BTreeSet::new(),
        }
    }

    /// The series of that name, if it is this instance's.
    pub(super) fn series(&self, name: &str) -> Option<SeriesId> {
        self.instance.owned(name).map(|owned| owned.id)
    }

    pub(super) fn put(&mut self, series: SeriesId, as_of: Option<i64>, mut points: Vec<Point>) {
        if self.holds_periods(series) {
            points.retain(|point| self.is_longest(series, point));
        }
        self.gathered.put(series, as_of, points);
    }

    /// Whether the intervals of a series may overlap: a month, its weeks, the bill of its first days.
    fn holds_periods(&self, series: SeriesId) -> bool {
        let owned = self.instance.series.values().find(|owned| owned.id == series);
        owned.is_some_and(|owned| {
            owned.def.step == Step::Irregular && matches!(owned.def.kind, Kind::Energy | Kind::Volume)
        })
    }

    /// Whether no longer period with that start is kept. Of two that begin together the longest is, whatever their
    /// order of arrival: the store keeps one value an instant.
    fn is_longest(&mut self, series: SeriesId, point: &Point) -> bool {
        let kept = self.store.point(series, point.start).ok().flatten();
        let before = kept.map_or(point.duration, |kept| kept.point.duration);
        if before < point.duration {
            self.outgrown.insert((series.0, point.start));
        }
        before <= point.duration
    }

    pub(super) fn absent(&mut self, series: SeriesId, spans: Vec<(i64, i64)>, reason: &Text) {
        self.gathered.absent(series, spans, reason);
    }

    pub(super) fn refuse(&mut self, place: String, date: Option<String>, reason: Text, count: u32) {
        self.gathered.refuse(place, date, reason, count);
    }

    /// Makes everything gathered durable, with the cursor and what the instance remembers.
    pub(super) fn checkpoint(&mut self, cursor: Option<Vec<u8>>) -> Result<(), watteau_store::Error> {
        if let Some(cursor) = cursor {
            self.cursor = Some(cursor);
        }
        match self.purpose {
            Purpose::File => Ok(()),
            Purpose::Rehearsal => {
                let commit = self.gathered.take(&self.origin, vec![]);
                self.counts.add(&self.store.preview(&commit)?);
                Ok(())
            }
            Purpose::Run => {
                let state = self.state(vec![]);
                let commit = self.gathered.take(&self.origin, state);
                let report = self.store.commit(commit)?;
                self.counts.add(&report);
                self.announce(&report);
                Ok(())
            }
        }
    }

    /// Forgets what was put since the last checkpoint: the call failed.
    pub(super) fn discard(&mut self) {
        let _ = self.gathered.take(&self.origin, vec![]);
    }

    /// The cursor of the last checkpoint.
    pub(super) fn cursor(&self) -> Option<Vec<u8>> {
        self.cursor.clone().or_else(|| self.store.state(&self.instance.settings.name, CURSOR).ok().flatten())
    }

    /// Answers the meters that a file names.
    pub(super) fn claim(&mut self, meters: BTreeMap<String, u32>) -> Claim {
        let named: BTreeSet<String> = meters.keys().cloned().collect();
        let claim = self.household.claim(&named);
        self.claimed = Some((meters, claim.clone()));
        claim
    }

    /// What committing a file would change, row by row.
    pub(super) fn foresee(&self) -> Result<Rows, watteau_store::Error> {
        let commit = self.gathered.peek(&self.origin);
        let report = self.store.preview(&commit)?;
        Ok(self.rows(&commit, &report))
    }

    /// Ends a file: commits it whole, together with `state`.
    pub(super) fn finish_file(&mut self, state: Vec<StateChange>) -> Result<(), watteau_store::Error> {
        let state = self.state(state);
        let report = self.store.commit(self.gathered.take(&self.origin, state))?;
        self.announce(&report);
        Ok(())
    }

    /// Rows refused, the first of them.
    pub(super) fn take_refused(&mut self) -> Vec<RefusedRow> {
        std::mem::take(&mut self.gathered.refused)
    }

    fn state(&self, mut state: Vec<StateChange>) -> Vec<StateChange> {
        let owner = &self.instance.settings.name;
        state.push(self.instance.memory().change(owner));
        if let Some(cursor) = &self.cursor {
            let value = Some(cursor.clone());
            state.push(StateChange { owner: owner.clone(), key: CURSOR.to_owned(), value });
        }
        state
    }

    fn announce(&self, report: &CommitReport) {
        for series in report.batches.iter().flat_map(|batch| &batch.series) {
            let owned = self.instance.series.values().find(|owned| owned.id == series.series);
            if let (Some(owned), Some((from, to))) = (owned, series.changed) {
                let _ = self.events.send(Event::Points {
                    series: owned.def.name.clone(),
                    from: from.div_euclid(1000),
                    to: to.div_euclid(1000),
                    version: report.version,
                });
            }
        }
    }

    /// A row of a file is one interval with several quantities. Temperatures and coefficients accompany a
    /// reading: they make no row of their own, unless there is nothing else.
    fn rows(&self, commit: &Commit, report: &CommitReport) -> Rows {
        let accompanies = |kind: Kind| matches!(kind, Kind::Level | Kind::Ratio | Kind::Factor);
        let put = |owned: &Owned| {
            let series = commit.batches.iter().flat_map(|batch| &batch.series);
            series.into_iter().any(|points| points.series == owned.id)
        };
        let alone =
            self.instance.series.values().filter(|owned| put(owned)).all(|owned| accompanies(owned.def.kind));
        let mut rows: BTreeMap<i64, u8> = BTreeMap::new();
        let older = report.batches.iter().flat_map(|batch| &batch.series).map(|series| series.older).sum();
        let mut changes = Vec::new();
        for (batch, outcomes) in commit.batches.iter().zip(&report.batches) {
            for (series, outcomes) in batch.series.iter().zip(&outcomes.series) {
                let Some(owned) = self.instance.series.values().find(|owned| owned.id == series.series)
                else {
                    continue;
                };
                let outcome: BTreeMap<i64, &Outcome> =
                    outcomes.outcomes.iter().map(|(at, o)| (*at, o)).collect();
                for point in &series.points {
                    let Some(mut outcome) = outcome.get(&point.start).copied() else { continue };
                    if self.outgrown.contains(&(series.series.0, point.start)) {
                        // Another period than the one that was there, and no correction of it.
                        outcome = &Outcome::New;
                    }
                    if alone || !accompanies(owned.def.kind) {
                        let rank = rows.entry(point.start).or_default();
                        *rank = (*rank).max(rank_of(outcome));
                    }
                    if changes.len() < MOST_CHANGES {
                        changes.push(change(&owned.def.name, point, outcome));
                    }
                }
            }
        }
        let mut counts = Counts::default();
        for rank in rows.values() {
            match rank {
                2 => counts.corrected += 1,
                1 => counts.new += 1,
                _ => counts.unchanged += 1,
            }
        }
        changes.sort_by_key(|change| change.start);
        Rows { counts, changes, older }
    }
}

const fn rank_of(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Corrected { .. } => 2,
        Outcome::New => 1,
        Outcome::Unchanged | Outcome::Older => 0,
    }
}

fn change(series: &str, point: &Point, outcome: &Outcome) -> Change {
    let (word, old) = match outcome {
        Outcome::New => ("new", None),
        Outcome::Unchanged => ("unchanged", None),
        Outcome::Corrected { old, .. } => ("corrected", Some(*old)),
        Outcome::Older => ("older", None),
    };
    Change {
        series: series.to_owned(),
        start: point.start.div_euclid(1000),
        end: point.start.saturating_add_unsigned(point.duration).div_euclid(1000),
        value: point.value,
        quality: point.quality.to_string(),
        outcome: word.to_owned(),
        old,
    }
}
