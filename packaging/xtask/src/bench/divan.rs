//! The tree that divan prints, as rows: the median of each bench in microseconds.

use super::report::Row;

/// What trees are drawn with.
const TREE: [char; 5] = ['│', '├', '╰', '─', ' '];

/// How many of these characters make one level.
const LEVEL: usize = 3;

/// Reads every line that has a median; the name of a bench is the path that leads to it.
pub(super) fn rows(printed: &str) -> Vec<Row> {
    let mut path: Vec<&str> = Vec::new();
    let mut rows = Vec::new();
    for line in printed.lines() {
        let named = line.trim_start_matches(TREE);
        let depth = line.chars().count().saturating_sub(named.chars().count()) / LEVEL;
        // A figure without a name belongs to a counter of the bench above it; the head of the tree has no depth.
        if depth == 0 || depth > path.len() + 1 {
            continue;
        }
        let (name, figures) = named.split_once("  ").unwrap_or((named, ""));
        path.truncate(depth - 1);
        path.push(name);
        if let Some(median) = figures.split('│').nth(2).and_then(microseconds) {
            rows.push(Row::told(format!("{}, us", path.join(" / ")), median));
        }
    }
    rows
}

/// A time such as `12.3 ms`.
fn microseconds(text: &str) -> Option<f64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let factor = match unit {
        "ns" => 1e-3,
        "µs" => 1.0,
        "ms" => 1e3,
        "s" => 1e6,
        _ => return None,
    };
    number.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_gives_the_median_of_each_leaf() {
        let printed = "\
Timer precision: 20 ns
store            fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ ingest        1.5 s         │ 1.7 s         │ 1.6 s         │ 1.6 s         │ 3       │ 3
│                1.7 Mitem/s   │ 1.5 Mitem/s   │ 1.6 Mitem/s   │ 1.6 Mitem/s   │         │
╰─ read                        │               │               │               │         │
   ├─ cold       2 ms          │ 4 ms          │ 3 ms          │ 3 ms          │ 100     │ 100
   ╰─ warm       60 µs         │ 90 µs         │ 68.5 µs       │ 70 µs         │ 100     │ 100
";
        let rows: Vec<_> = rows(printed).into_iter().map(|row| (row.work, row.watteau)).collect();
        let expected = [("ingest, us", 1.6e6), ("read / cold, us", 3000.0), ("read / warm, us", 68.5)];
        assert_eq!(rows, expected.map(|(work, value)| (work.to_owned(), value)));
    }
}
