//! From what a connector puts to what the store commits: points gathered by statement, one transaction for
//! points, absences, cursor and memory together.

use crate::model::{RefusedRow, Text};
use std::collections::BTreeMap;
use watteau_store::{
    Batch, Commit, CommitReport, Point, Provenance, SeriesAbsences, SeriesId, SeriesPoints, StateChange,
};

/// Rows listed in a report; more are counted.
const MOST_LISTED: usize = 200;

/// Everything a connector put since the last commit.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// By the instant at which the source made the statement.
    statements: BTreeMap<Option<i64>, Statement>,
    /// Rows and points refused, the first of them.
    pub(super) refused: Vec<RefusedRow>,
    /// How many in all.
    pub(super) refused_count: u64,
}

#[derive(Debug, Clone, Default)]
struct Statement {
    points: BTreeMap<u32, Vec<Point>>,
    absences: Vec<SeriesAbsences>,
}

/// What the batches of a commit say of their origin.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Instance name.
    pub(super) connector: String,
    /// Plugin and version.
    pub(super) version: String,
    /// URL without secrets, or file name.
    pub(super) source: String,
    /// Of the file.
    pub(super) sha256: Option<[u8; 32]>,
    /// When it was fetched or read, epoch milliseconds.
    pub(super) fetched_at: i64,
}

impl Gathered {
    pub(super) fn put(
        &mut self,
        series: SeriesId,
        as_of: Option<i64>,
        points: impl IntoIterator<Item = Point>,
    ) {
        self.statements.entry(as_of).or_default().points.entry(series.0).or_default().extend(points);
    }

    pub(super) fn absent(&mut self, series: SeriesId, spans: Vec<(i64, i64)>, reason: &Text) {
        self.statements.entry(None).or_default().absences.push(SeriesAbsences {
            series,
            spans,
            // Both languages travel together: the store keeps one text.
            reason: serde_json::to_string(reason).unwrap_or_else(|_| reason.en.clone()),
        });
    }

    pub(super) fn refuse(&mut self, place: String, date: Option<String>, reason: Text, count: u32) {
        self.refused_count += u64::from(count);
        if self.refused.len() < MOST_LISTED {
            let (mut en, mut fr) = (reason.en, reason.fr);
            if count > 1 {
                let others = count - 1;
                en = format!("{en}, and {others} more after it");
                fr = format!("{fr}, et {others} autres à la suite");
            }
            self.refused.push(RefusedRow { row: place, date, reason: en, reason_fr: fr });
        }
    }

    /// Takes everything as one commit; what was refused stays for the report.
    pub(super) fn take(&mut self, origin: &Origin, state: Vec<StateChange>) -> Commit {
        Commit { batches: batches(std::mem::take(&mut self.statements), origin), state }
    }

    /// The same commit, to see what it would change.
    pub(super) fn peek(&self, origin: &Origin) -> Commit {
        Commit { batches: batches(self.statements.clone(), origin), state: vec![] }
    }
}

fn batches(statements: BTreeMap<Option<i64>, Statement>, origin: &Origin) -> Vec<Batch> {
    statements
        .into_iter()
        .map(|(as_of, statement)| Batch {
            provenance: Provenance {
                connector: origin.connector.clone(),
                version: origin.version.clone(),
                source: origin.source.clone(),
                sha256: origin.sha256,
                fetched_at: origin.fetched_at,
                as_of,
            },
            series: statement
                .points
                .into_iter()
                .map(|(series, points)| SeriesPoints { series: SeriesId(series), points })
                .collect(),
            absences: statement.absences,
        })
        .collect()
}

/// Points of a commit by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) new: u64,
    pub(super) unchanged: u64,
    pub(super) corrected: u64,
}

impl Counts {
    pub(super) fn add(&mut self, report: &CommitReport) {
        for series in report.batches.iter().flat_map(|batch| &batch.series) {
            self.new += series.new;
            self.unchanged += series.unchanged + series.older;
            self.corrected += series.corrected;
        }
    }
}
