//! What a commit does, decided and not yet done: what a record of the log holds, and what memory is changed by.

use std::collections::BTreeMap;
use std::ops::Range;

use postcard::ser_flavors::Size;
use serde::{Deserialize, Serialize};

use crate::tables::{AbsenceRow, BatchRow, RevisionRow, Summary};
use crate::types::{StateChange, Stored};

/// All that one commit changes. Written whole in one record, so that it holds whole or not at all.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Effects {
    /// The store's version once this is done.
    pub(crate) version: u64,
    pub(crate) batches: Vec<(u64, BatchRow)>,
    pub(crate) series: BTreeMap<u32, SeriesEffects>,
    pub(crate) state: Vec<StateChange>,
}

/// What a commit changes in one series.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct SeriesEffects {
    /// Points to keep, strictly ascending by start; each replaces the one at its start.
    pub(crate) puts: Vec<Stored>,
    /// The latest end of them, where it was noted.
    #[serde(skip)]
    pub(crate) puts_end: Option<i64>,
    /// How many of them replace nothing.
    pub(crate) new: u64,
    /// The series' latest end, when a correction may have moved it back.
    pub(crate) last_end: Option<i64>,
    /// (start, batch that decided it, row).
    pub(crate) revisions: Vec<(i64, u64, RevisionRow)>,
    /// (start, end, row).
    pub(crate) absences: Vec<(i64, i64, AbsenceRow)>,
}

impl Effects {
    pub(crate) fn is_empty(&self) -> bool {
        self.batches.is_empty() && self.state.is_empty()
    }

    /// Bytes that each series takes when this is written.
    pub(crate) fn bytes_by_series(&self) -> impl Iterator<Item = (u32, u64)> + '_ {
        let bytes = |done| postcard::serialize_with_flavor(done, Size::default()).unwrap_or(0);
        self.series.iter().map(move |(series, done)| (*series, bytes(done) as u64))
    }

    pub(crate) fn points(&self) -> usize {
        self.series.values().map(|series| series.puts.len()).sum()
    }
}

impl Summary {
    /// How many points a range holds if they are spread evenly: room to make, not a promise.
    pub(crate) fn expect(&self, range: &Range<i64>) -> usize {
        let (Some(first), Some(last)) = (self.first, self.last) else { return 0 };
        let inside = range.end.min(last.start + 1).saturating_sub(range.start.max(first)).max(0);
        let part = inside as f64 / (last.start.saturating_sub(first) + 1) as f64;
        (self.points as f64 * part).ceil() as usize + 1
    }

    /// The summary once `effects` are done.
    pub(crate) fn apply(&mut self, effects: &SeriesEffects, version: u64) {
        if effects.puts.is_empty() && effects.absences.is_empty() {
            return;
        }
        self.changed_version = version;
        let (Some(first), Some(last)) = (effects.puts.first(), effects.puts.last()) else { return };
        self.points += effects.new;
        self.first = Some(self.first.map_or(first.start(), |known| known.min(first.start())));
        if self.last.is_none_or(|known| last.start() >= known.start) {
            self.last = Some(last.point);
        }
        let end = effects.puts_end.or_else(|| effects.puts.iter().map(|put| put.point.end()).max());
        self.last_end = effects.last_end.or(self.last_end.max(end));
    }
}

/// Puts `later` into `points`, both strictly ascending by start; at equal starts `later` wins.
pub(crate) fn merge_puts(points: &mut Vec<Stored>, later: Vec<Stored>) {
    let after_all = match (points.last(), later.first()) {
        (Some(last), Some(first)) => last.start() < first.start(),
        _ => true,
    };
    if points.is_empty() {
        *points = later;
    } else if after_all {
        points.extend(later);
    } else {
        let earlier = std::mem::take(points);
        points.reserve(earlier.len() + later.len());
        points.extend(Merged::new(earlier.into_iter(), later.into_iter()));
    }
}

/// Two ascending sequences as one; at equal starts only the second's item comes.
pub(crate) struct Merged<A: Iterator, B: Iterator> {
    under: std::iter::Peekable<A>,
    over: std::iter::Peekable<B>,
}

impl<A: Iterator<Item = Stored>, B: Iterator<Item = Stored>> Merged<A, B> {
    pub(crate) fn new(under: A, over: B) -> Self {
        Self { under: under.peekable(), over: over.peekable() }
    }
}

impl<A: Iterator<Item = Stored>, B: Iterator<Item = Stored>> Iterator for Merged<A, B> {
    type Item = Stored;

    fn next(&mut self) -> Option<Stored> {
        match (self.under.peek(), self.over.peek()) {
            (Some(under), Some(over)) if under.start() < over.start() => self.under.next(),
            (Some(under), Some(over)) => {
                if under.start() == over.start() {
                    self.under.next();
                }
                self.over.next()
            }
            (Some(_), None) => self.under.next(),
            (None, _) => self.over.next(),
        }
    }
}
