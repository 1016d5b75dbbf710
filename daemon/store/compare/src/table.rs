//! What was measured, as rows for programs and as a table for people.

use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use crate::work::Outcome;

/// One figure of both stores.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// What was measured, and in what unit.
    pub(crate) work: String,
    /// The store's.
    pub(crate) watteau: f64,
    /// The peer's.
    pub(crate) other: f64,
    /// `other` divided by `watteau`.
    pub(crate) ratio: f64,
    /// What `ratio` must be at least, or `watteau` at most where `absolute`.
    pub(crate) goal: Option<f64>,
    /// Whether the goal is about the store's own figure.
    pub(crate) absolute: bool,
    /// Whether the goal is met; absent without a goal.
    pub(crate) ok: Option<bool>,
}

impl Row {
    /// A figure that is only told.
    pub(crate) fn told(
        work: &str,
        scale: f64,
        pair: &[Vec<Outcome>; 2],
        figure: impl Fn(&Outcome) -> f64,
    ) -> Self {
        let [watteau, other] = pair.each_ref().map(|outcomes| median(outcomes, &figure) * scale);
        let ratio = other / watteau;
        Self { work: work.to_owned(), watteau, other, ratio, goal: None, absolute: false, ok: None }
    }

    /// A figure of which the peer's must be at least `goal` times as large.
    pub(crate) fn faster(
        work: &str,
        scale: f64,
        pair: &[Vec<Outcome>; 2],
        figure: impl Fn(&Outcome) -> f64,
        goal: f64,
    ) -> Self {
        let row = Self::told(work, scale, pair, figure);
        Self { goal: Some(goal), ok: Some(row.ratio >= goal), ..row }
    }

    /// What the block device itself counted, where it tells. Other programs write too: the least is told.
    pub(crate) fn device(pair: &[Vec<Outcome>; 2], goal: f64) -> Option<Self> {
        let [watteau, other] =
            pair.each_ref().map(|outcomes| outcomes.iter().map(|outcome| outcome.device).min().unwrap_or(0));
        let told = watteau > 0 && other > 0;
        told.then(|| {
            Self::compared("  as the device counts them, MB", 1e-6, watteau as f64, other as f64, goal)
        })
    }

    /// A figure that must stay below `goal` by itself.
    pub(crate) fn below(
        work: &str,
        scale: f64,
        pair: &[Vec<Outcome>; 2],
        figure: impl Fn(&Outcome) -> f64,
        goal: f64,
    ) -> Self {
        let row = Self::told(work, scale, pair, figure);
        Self { goal: Some(goal), absolute: true, ok: Some(row.watteau < goal), ..row }
    }

    /// As [`faster`](Self::faster), for figures that do not vary.
    pub(crate) fn compared(work: &str, scale: f64, watteau: f64, other: f64, goal: f64) -> Self {
        let (watteau, other) = (watteau * scale, other * scale);
        let ratio = other / watteau;
        let ok = Some(ratio >= goal);
        Self { work: work.to_owned(), watteau, other, ratio, goal: Some(goal), absolute: false, ok }
    }

    /// As [`told`](Self::told), for figures that do not vary.
    pub(crate) fn told_of(work: &str, watteau: f64, other: f64) -> Self {
        let ratio = other / watteau;
        Self { work: work.to_owned(), watteau, other, ratio, goal: None, absolute: false, ok: None }
    }

    /// As [`below`](Self::below), for figures that do not vary; the goal itself is good enough.
    pub(crate) fn compared_below(work: &str, watteau: f64, other: f64, goal: f64) -> Self {
        let ok = Some(watteau <= goal);
        let ratio = other / watteau;
        Self { work: work.to_owned(), watteau, other, ratio, goal: Some(goal), absolute: true, ok }
    }
}

fn median(outcomes: &[Outcome], figure: impl Fn(&Outcome) -> f64) -> f64 {
    let mut figures: Vec<f64> = outcomes.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The rows as an aligned table below a line about the machine.
pub(crate) fn text(rows: &[Row], machine: &str) -> String {
    let width = rows.iter().map(|row| row.work.chars().count()).max().unwrap_or_default();
    let mut text = format!("{machine}\n\n");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:<width$}  {:>8}  {:>8}  {:>6}  goal", "medians", "watteau", "SQLite", "ratio");
    for row in rows {
        let figures = [row.watteau, row.other, row.ratio].map(figure);
        let _ = write!(text, "{:<width$}  {:>8}  {:>8}  {:>6}", row.work, figures[0], figures[1], figures[2]);
        if let Some(goal) = row.goal {
            let goal = if row.absolute { format!("below {goal}") } else { format!("{goal}x") };
            let _ = write!(text, "  {goal}");
            if row.ok == Some(false) {
                text.push_str(" MISSED");
            }
        }
        text.push('\n');
    }
    text
}

/// A number with as many digits as it deserves.
fn figure(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// What was measured on: what matters of it, and nothing that names it.
pub(crate) fn machine(folder: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let filesystem = filesystem(folder).unwrap_or_else(|| "an unknown filesystem".to_owned());
    // What else runs is felt by whoever uses more than one core: a figure made beside a build says little.
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().nth(1).unwrap_or("unknown");
    format!(
        "{} cores of {}, load {load}, {filesystem}; watteau-store {}, SQLite {}",
        cores,
        std::env::consts::ARCH,
        env!("CARGO_PKG_VERSION"),
        rusqlite::version()
    )
}

/// The kind of filesystem that a folder is on.
fn filesystem(folder: &Path) -> Option<String> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").ok()?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?.to_owned(), words.next()?.to_owned()))
    });
    mounts
        .filter(|(point, _)| folder.starts_with(point))
        .max_by_key(|(point, _)| point.len())
        .map(|(_, kind)| kind)
}
