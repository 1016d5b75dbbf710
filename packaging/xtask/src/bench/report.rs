//! Figures as a table for people, or as rows for programs.

use std::fmt::Write;

use serde::Serialize;

/// How a figure is to lie to its goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    /// Less than it.
    Below,
    /// It, or less.
    AtMost,
    /// It, or more.
    AtLeast,
}

impl Bound {
    fn word(self) -> &'static str {
        match self {
            Self::Below => "below",
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
        }
    }

    /// A figure that is no number holds to nothing.
    fn holds(self, figure: f64, goal: f64) -> bool {
        match self {
            Self::Below => figure < goal,
            Self::AtMost => figure <= goal,
            Self::AtLeast => figure >= goal,
        }
    }
}

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
    /// What the figure is held to; where there is no `bound`, how many times below the other it is to be.
    pub(crate) goal: Option<f64>,
    /// On which side of the goal it is to lie.
    pub(crate) bound: Option<Bound>,
    /// Whether the goal is met; absent without a goal.
    pub(crate) ok: Option<bool>,
}

impl Row {
    /// A figure that is only told.
    pub(crate) fn told(work: impl Into<String>, watteau: f64) -> Self {
        Self { work: work.into(), watteau, other: None, ratio: None, goal: None, bound: None, ok: None }
    }

    /// A figure that must stay below a goal.
    pub(crate) fn below(work: impl Into<String>, watteau: f64, goal: f64) -> Self {
        Self::told(work, watteau).held(Bound::Below, goal)
    }

    /// The same, held to a goal.
    pub(crate) fn held(self, bound: Bound, goal: f64) -> Self {
        let ok = bound.holds(self.watteau, goal);
        Self { goal: Some(goal), bound: Some(bound), ok: Some(ok), ..self }
    }

    /// The same beside that of something else.
    pub(crate) fn beside(self, other: f64) -> Self {
        Self { other: Some(other), ratio: Some(other / self.watteau), ..self }
    }

    /// A figure beside that of something else, which it is to be so many times below.
    pub(crate) fn faster(work: impl Into<String>, watteau: f64, other: f64, goal: Option<f64>) -> Self {
        let ok = goal.map(|goal| other / watteau >= goal);
        Self { goal, ok, ..Self::told(work, watteau).beside(other) }
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
            }
            if let (Some(goal), Some(verdict)) = (row.goal, row.verdict()) {
                let _ = match row.bound {
                    Some(bound) => write!(table, "   {} {:<6} {verdict}", bound.word(), figure(goal)),
                    None => write!(table, " of {goal}x {verdict}"),
                };
            }
            table.push('\n');
        }
        table
    }
}

/// A number with as many decimals as it deserves.
fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 || value.fract() == 0.0 => format!("{value:.0}"),
        size if size < 0.01 => format!("{value:.1e}"),
        size if size < 0.1 => format!("{value:.3}"),
        _ => format!("{value:.2}"),
    }
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
        assert_eq!(json["rows"][1]["bound"], "below");
        assert_eq!(json["rows"][1]["ok"], false);
        assert_eq!(json["rows"][0]["goal"], serde_json::Value::Null);
    }

    #[test]
    fn a_goal_is_held_on_its_side_and_by_nothing_that_is_no_number() {
        for (figure, bound, goal, held) in [
            (0.15, Bound::AtMost, 0.15, true),
            (0.16, Bound::AtMost, 0.15, false),
            (0.5, Bound::AtLeast, 0.5, true),
            (0.49, Bound::AtLeast, 0.5, false),
            (0.5, Bound::Below, 0.5, false),
            (f64::NAN, Bound::AtMost, 1.0, false),
            (f64::NAN, Bound::AtLeast, 1.0, false),
        ] {
            assert_eq!(
                Row::told("share", figure).held(bound, goal).ok,
                Some(held),
                "{figure} {bound:?} {goal}"
            );
        }
        let rows = vec![
            Row::told("error, %", 10.0).beside(27.3).held(Bound::AtMost, 10.5),
            Row::told("deviation", 4.6e-7),
            Row::told("alarms", 0.065),
        ];
        assert_eq!(
            Report { rows }.table(),
            "error, %           10   beside 27.30     2.7x   at most 10.50  ok\ndeviation      4.6e-7\nalarms          0.065\n"
        );
    }
}
