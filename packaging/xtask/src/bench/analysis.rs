//! Why a home used this much: whether the answers hold, and how soon they are there.
//!
//! The example `figures` of `watteau-analysis` measures the models: published numbers, the real home of the shared samples
//! where they are at hand, simulated years, the time of a fit. The program itself is measured with five years of
//! invented half-hours ([`super::five_years`]).

use anyhow::{Context, Result};
use serde::Deserialize;

use super::five_years;
use super::report::{Bound, Report, Row};
use crate::workspace::Workspace;
use crate::{build, process};

/// A line of the example.
#[derive(Deserialize)]
struct Figure {
    work: String,
    /// Null where it is no number.
    watteau: Option<f64>,
    other: Option<f64>,
    most: Option<f64>,
    least: Option<f64>,
}

impl From<Figure> for Row {
    fn from(Figure { work, watteau, other, most, least }: Figure) -> Self {
        let told = Self::told(work, watteau.unwrap_or(f64::NAN));
        let beside = match other {
            Some(other) => told.beside(other),
            None => told,
        };
        match (most, least) {
            (Some(most), _) => beside.held(Bound::AtMost, most),
            (None, Some(least)) => beside.held(Bound::AtLeast, least),
            (None, None) => beside,
        }
    }
}

/// Builds in release and measures.
pub(super) fn run(workspace: &Workspace) -> Result<Report> {
    let mut command = workspace.cargo("run");
    command.args(["--release", "--package", "watteau-analysis", "--example", "figures"]);
    let mut rows = figures(&process::output(&mut command)?)?;
    let binary = build::run(workspace, &build::Arguments { target: None })?;
    rows.extend(five_years::run(&binary)?);
    Ok(Report { rows })
}

fn figures(printed: &str) -> Result<Vec<Row>> {
    let figure = |line| serde_json::from_str::<Figure>(line).map(Row::from);
    let rows = printed.lines().map(|line| {
        figure(line).with_context(|| format!("the example `figures` says something else: {line}"))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_example_is_a_row() {
        let printed = r#"{"work":"error, %","watteau":10.1,"most":10.5}
{"work":"found, share","watteau":0.4,"least":0.5}
{"work":"ahead, %","watteau":10.0,"other":20.0}
{"work":"nothing, %","watteau":null,"most":1.0}"#;
        let rows = figures(printed).expect("rows");
        let verdicts: Vec<_> = rows.iter().map(|row| (row.goal, row.ratio, row.ok)).collect();
        assert_eq!(
            verdicts,
            [
                (Some(10.5), None, Some(true)),
                (Some(0.5), None, Some(false)),
                (None, Some(2.0), None),
                (Some(1.0), None, Some(false)),
            ]
        );
        assert!(figures("warning: something else").is_err());
    }
}
