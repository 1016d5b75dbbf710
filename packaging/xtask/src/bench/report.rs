//! Figures as a table for people, or as rows for programs.

use std::fmt::Write;

use serde::Serialize;

/// One figure. The unit is part of its name.
#[derive(Serialize)]
pub(crate) struct Row {
    /// What was measured, and in what unit.
    pub(crate) work: String,
    /// What watteau needed.
    pub(crate) watteau: f64,
    /// What something else needed for the same work, when it is compared.
    pub(crate) other: Option<f64>,
    /// `other` divided by `watteau`.
    pub(crate) ratio: Option<f64>,
    /// What watteau may need at most; beside something else, how many times faster it is to be.
    pub(crate) goal: Option<f64>,
    /// Whether the goal is met; absent without a goal.
    pub(crate) ok: Option<bool>,
}

impl Row {
    /// A figure that is only told.
    pub(crate) fn told(work: impl Into<String>, watteau: f64) -> Self {
        Self { work: work.into(), watteau, other: None, ratio: None, goal: None, ok: None }
    }

    /// A figure that must stay below a goal.
    pub(crate) fn below(work: impl Into<String>, watteau: f64, goal: f64) -> Self {
        Self { goal: Some(goal), ok: Some(watteau < goal), ..Self::told(work, watteau) }
    }
}

impl Row {
    /// A figure beside that of something else, which it is to be so many times below.
    pub(crate) fn faster(work: impl Into<String>, watteau: f64, other: f64, goal: Option<f64>) -> Self {
        let ratio = other / watteau;
        let ok = goal.map(|goal| ratio >= goal);
        Self { other: Some(other), ratio: Some(ratio), goal, ok, ..Self::told(work, watteau) }
    }

    fn verdict(&self) -> Option<&'static str> {
        self.ok.map(|ok| if ok { "ok" } else { "MISSED" })
    }
}

/// The rows as one JSON object.
#[derive(Serialize)]
pub(crate) struct Report {
    /// In the order they were measured.
    pub(crate) rows: Vec<Row>,
}

impl Report {
    /// Whether no goal is missed.
    pub(crate) fn ok(&self) -> bool {
        self.rows.iter().all(|row| row.ok != Some(false))
    }

    /// The rows as an aligned table.
    pub(crate) fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.work.chars().count()).max().unwrap_or_default();
        let mut table = String::new();
        for row in &self.rows {
            // Writing to a string cannot fail.
            let _ = write!(table, "{:<width$}  {:>10}", row.work, figure(row.watteau));
            if let (Some(other), Some(ratio)) = (row.other, row.ratio) {
                let _ = write!(table, "   beside {:<7} {ratio:>5.1}x", figure(other));
                if let (Some(goal), Some(verdict)) = (row.goal, row.verdict()) {
                    let _ = write!(table, " of {goal}x {verdict}");
                }
            } else if let (Some(goal), Some(verdict)) = (row.goal, row.verdict()) {
                let _ = write!(table, "   below {:<6} {verdict}", figure(goal));
            }
            table.push('\n');
        }
        table
    }
}

/// A number with as many decimals as it deserves.
fn figure(value: f64) -> String {
    if value.abs() >= 100.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_is_met_below_it_and_missed_from_it_on() {
        let report =
            |value| Report { rows: vec![Row::told("size, MB", 3.5), Row::below("rss, MB", value, 25.0)] };
        let beside = Report { rows: vec![Row::faster("forecast, ms", 5.0, 10.0, Some(1.8))] };
        assert_eq!(beside.table(), "forecast, ms           5   beside 10        2.0x of 1.8x ok\n");
        assert!(!Report { rows: vec![Row::faster("forecast, ms", 5.0, 8.0, Some(1.8))] }.ok());
        assert!(report(24.9).ok());
        assert!(!report(25.0).ok());
        assert_eq!(report(24.9).table(), "size, MB        3.50\nrss, MB        24.90   below 25     ok\n");
        let json = serde_json::to_value(report(30.0)).expect("serializes");
        assert_eq!(json["rows"][1]["ok"], false);
        assert_eq!(json["rows"][0]["goal"], serde_json::Value::Null);
    }
}
