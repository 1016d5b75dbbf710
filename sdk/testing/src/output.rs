//! What a run gave, in plain values that compare and print well.

use std::collections::BTreeMap;

/// A point: start and duration in milliseconds, value, quality.
pub type PointLine = (i64, u64, f64, &'static str);

/// Everything a run gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Output {
    /// Points by series, in the order they were put.
    pub points: BTreeMap<String, Vec<PointLine>>,
    /// Each statement in the order it was put: series, when the source made it (milliseconds), how many points.
    pub statements: Vec<(String, Option<i64>, usize)>,
    /// Absences: series, start, end.
    pub absences: Vec<(String, i64, i64)>,
    /// Refusals: place and reason in English.
    pub refusals: Vec<(String, String)>,
    /// The day of each refusal, where it was told.
    pub refused_days: Vec<Option<String>>,
    /// The last cursor of a checkpoint.
    pub cursor: Option<Vec<u8>>,
    /// Where the source said that its data starts (milliseconds), by the last pull that said so.
    pub history_start: Option<i64>,
    /// How it ended.
    pub ended: Ended,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Ended {
    /// It has not.
    #[default]
    Not,
    /// With its answer: the remark, or the report's format with the days of a file.
    Done(String),
    /// With a failure: cause, party, message in English.
    Failed(String, Option<String>, String),
}
