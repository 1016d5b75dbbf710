//! What a forecast costs in the published sizes, beside the Python reference.

use anyhow::{Context, Result};

use super::report::{Report, Row};
use crate::process;
use crate::workspace::Workspace;

/// What the reference needed: PyTorch 2.15, chronos-forecasting 2.3.2, 2 threads on 2 virtual cores (AMD EPYC), float32, one
/// series of 504 values, 24 steps, 20 paths for Chronos-T5. From another sitting than ours: run both before quoting a
/// ratio.
struct Reference {
    model: &'static str,
    /// The least of 15 forecasts, milliseconds.
    forecast: f64,
    /// From the start of the process to the first forecast, milliseconds.
    start: f64,
    /// How much faster a forecast is to be.
    goal: f64,
    /// How much faster the start is to be; none for the largest.
    start_goal: Option<f64>,
}

const fn reference(
    model: &'static str,
    forecast: f64,
    start: f64,
    goal: f64,
    start_goal: Option<f64>,
) -> Reference {
    Reference { model, forecast, start, goal, start_goal }
}

const REFERENCE: [Reference; 9] = [
    reference("chronos-t5-tiny", 444.0, 5110.0, 3.0, Some(20.0)),
    reference("chronos-t5-mini", 848.5, 4620.0, 3.0, Some(20.0)),
    reference("chronos-t5-small", 1332.2, 5210.0, 3.0, Some(20.0)),
    reference("chronos-bolt-tiny", 10.1, 3740.0, 1.8, Some(20.0)),
    reference("chronos-bolt-mini", 17.1, 3740.0, 1.8, Some(20.0)),
    reference("chronos-bolt-small", 32.8, 4460.0, 1.8, Some(20.0)),
    reference("chronos-bolt-base", 112.9, 4780.0, 1.8, None),
    reference("chronos-2-small", 28.7, 3800.0, 1.8, Some(20.0)),
    reference("chronos-2", 102.1, 4590.0, 1.8, None),
];

/// What a process may hold besides its weights, megabytes.
const BESIDES: f64 = 60.0;

/// Makes the models that are missing, and measures each.
pub(super) fn run(workspace: &Workspace) -> Result<Report> {
    let mut command = workspace.cargo("bench");
    command.args(["--package", "watteau-chronos", "--bench", "published"]);
    let printed = process::output(&mut command)?;
    let mut rows = Vec::new();
    for line in printed.lines().filter(|line| line.starts_with("| chronos")) {
        rows.extend(measured(line).with_context(|| format!("the bench says something else: {line}"))?);
    }
    Ok(Report { rows })
}

/// The figures of one line of the bench's table.
fn measured(line: &str) -> Option<Vec<Row>> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [model, file, _load, _first, _median, least, start, memory] = cells[..] else { return None };
    let number = |cell: &str| cell.parse::<f64>().ok();
    let reference = REFERENCE.iter().find(|reference| reference.model == model)?;
    let mut rows = vec![Row::faster(
        format!("{model}: forecast, least, ms"),
        number(least)?,
        reference.forecast,
        Some(reference.goal),
    )];
    let work = format!("{model}: process start to forecast, ms");
    rows.push(Row::faster(work, number(start)?, reference.start, reference.start_goal));
    rows.push(Row::below(format!("{model}: peak RSS, MB"), number(memory)?, number(file)? + BESIDES));
    Some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_table_is_three_figures() {
        let rows = measured("| chronos-bolt-tiny | 35 | 0.5 | 5.0 | 3.1 | 2.6 | 28 | 39 |").expect("a line");
        let verdicts: Vec<_> = rows.iter().map(|row| (row.watteau, row.goal, row.ok)).collect();
        assert_eq!(
            verdicts,
            [(2.6, Some(1.8), Some(true)), (28.0, Some(20.0), Some(true)), (39.0, Some(95.0), Some(true))]
        );
        let slow = measured("| chronos-bolt-base | 821 | 1 | 99 | 80 | 75 | 295 | 900 |").expect("a line");
        assert_eq!(slow.iter().map(|row| row.ok).collect::<Vec<_>>(), [Some(false), None, Some(false)]);
        assert!(measured("| chronos-of-tomorrow | 1 | 2 | 3 | 4 | 5 | 6 | 7 |").is_none());
        assert!(measured("| chronos-2 | 1 |").is_none());
    }
}
