//! The part of ODSQL that is simulated: `date_heure` compared with `date'…'`, `column is not null`, joined by `and`,
//! and groups of these joined by `or` within brackets.

use super::rows::COLUMNS;
use jiff::Timestamp;
use serde_json::{Map, Value};

/// A `where`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Filter {
    /// No row before.
    pub(super) from: Option<Timestamp>,
    /// No row from here on.
    pub(super) to: Option<Timestamp>,
    /// Of each group at least one column is there.
    present: Vec<Vec<String>>,
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut filter = Self::default();
        for clause in split(text, " and ") {
            let clause = clause.trim();
            if clause.is_empty() {
                continue;
            }
            if let Some(inside) = clause.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
                let group = split(inside, " or ").into_iter().map(column).collect::<Result<_, _>>()?;
                filter.present.push(group);
            } else if let Some(bound) = clause.strip_prefix("date_heure >= ") {
                filter.from = Some(date(bound)?);
            } else if let Some(bound) = clause.strip_prefix("date_heure < ") {
                filter.to = Some(date(bound)?);
            } else {
                filter.present.push(vec![column(clause)?]);
            }
        }
        Ok(filter)
    }

    pub(super) fn keeps(&self, at: Timestamp, row: &Map<String, Value>) -> bool {
        let there = |name: &String| row.get(name).is_some_and(|value| !value.is_null());
        self.from.is_none_or(|from| at >= from)
            && self.to.is_none_or(|to| at < to)
            && self.present.iter().all(|group| group.iter().any(there))
    }
}

/// Splits outside of brackets.
fn split<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (index, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if depth == 0 && index >= start && text[index..].starts_with(word) => {
                parts.push(&text[start..index]);
                start = index + word.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn column(clause: &str) -> Result<String, String> {
    let name = clause
        .trim()
        .strip_suffix(" is not null")
        .ok_or_else(|| format!("Syntax error in query at or near: {}", clause.trim()))?
        .trim();
    if COLUMNS.contains(&name) { Ok(name.to_owned()) } else { Err(format!("Unknown field: {name}")) }
}

fn date(text: &str) -> Result<Timestamp, String> {
    text.trim()
        .strip_prefix("date'")
        .and_then(|rest| rest.strip_suffix('\''))
        .and_then(|inside| inside.parse().ok())
        .ok_or_else(|| format!("Syntax error in query at or near: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_simulated_is_read_and_the_rest_refused() {
        let filter = Filter::parse(
            "date_heure >= date'2025-01-01T00:00:00Z' and date_heure < date'2025-01-02T00:00:00Z' and \
             (prevision_j1 is not null or prevision_j is not null) and consommation is not null",
        )
        .unwrap();
        assert_eq!(filter.from, "2025-01-01T00:00:00Z".parse().ok());
        assert_eq!(filter.to, "2025-01-02T00:00:00Z".parse().ok());
        assert_eq!(filter.present.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(Filter::parse(""), Ok(Filter::default()));
        for bad in [
            "consomation is not null",
            "date_heure >= 2025",
            "date_heure = date'2025-01-01T00:00:00Z'",
            "a or b",
        ] {
            assert!(Filter::parse(bad).is_err(), "{bad}");
        }
    }
}
