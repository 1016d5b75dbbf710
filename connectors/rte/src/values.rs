//! What the answers have in common: numbers that may be text, rows that cannot be used, statements of one hour.

use crate::errors;
use serde_json::Value;
use std::collections::BTreeMap;
use watteau_sdk::{prelude::*, time::HOUR};

/// A value with the moment at which the source last touched it, where it says so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stated {
    /// The value over its interval.
    pub point: Point,
    /// When the source made it.
    pub updated: Option<Instant>,
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// Where in the answer.
    pub place: String,
    /// Its date as sent.
    pub date: String,
    /// Why, in English and French.
    pub reason: (String, String),
}

/// What an answer holds: what could be read, and what could not.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<T> {
    /// What could be read.
    pub rows: Vec<T>,
    /// The rest.
    pub unusable: Vec<Unusable>,
}

impl<T> Default for Parsed<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), unusable: Vec::new() }
    }
}

impl<T> Parsed<T> {
    /// Keeps a row, or the reason for which it is none; an absence is neither.
    pub(crate) fn keep(&mut self, place: String, date: &str, row: Result<Option<T>, (String, String)>) {
        match row {
            Ok(Some(row)) => self.rows.push(row),
            Ok(None) => {}
            Err(reason) => self.unusable.push(Unusable { place, date: date.to_owned(), reason }),
        }
    }
}

/// A number, or a number in quotes; none where the source has none (`null`, empty, `ND`, `-`, `DC`).
pub(crate) fn number(value: Option<&Value>) -> Result<Option<f64>, (String, String)> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_f64()),
        Some(Value::String(said)) => match said.trim() {
            "" | "ND" | "-" | "DC" => Ok(None),
            said => match said.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Some(number)),
                _ => Err(not("number", "nombre", said)),
            },
        },
        Some(other) => Err(not("number", "nombre", &other.to_string())),
    }
}

/// “…” is not a number, a date, a colour.
pub(crate) fn not(en: &str, fr: &str, said: &str) -> (String, String) {
    let said: String = said.chars().take(40).collect();
    (format!("“{said}” is not a {en}"), format!("« {said} » n’est pas : {fr}"))
}

/// Reports the rows that cannot be used. An answer of which no row can be read is another format, and not data
/// with a few bad rows.
pub(crate) fn report<T>(
    ctx: Context<'_>,
    answer: &Response,
    party: &str,
    parsed: &Parsed<T>,
) -> Result<(), Failure> {
    if let Some(first) = parsed.unusable.first().filter(|_| parsed.rows.is_empty()) {
        return Err(errors::unreadable(answer, party, &first.reason.0));
    }
    for unusable in &parsed.unusable {
        let mut refusal = Refusal::new(&unusable.place, unusable.reason.clone());
        if let Some(date) = unusable.date.get(..10) {
            refusal = refusal.date(date);
        }
        ctx.sink().refuse(refusal);
    }
    Ok(())
}

/// By start, one for each start: of two the one that the source touched last, and of equals the later row.
pub fn in_order(mut rows: Vec<Stated>) -> Vec<Stated> {
    rows.sort_by_key(|row| (row.point.start, row.updated));
    let mut kept: Vec<Stated> = Vec::with_capacity(rows.len());
    for row in rows {
        match kept.last_mut() {
            Some(last) if last.point.start == row.point.start => *last = row,
            _ => kept.push(row),
        }
    }
    kept
}

/// Puts points as the source's state of now. Its corrections come as other values, and become revisions.
pub(crate) fn put_state(
    ctx: Context<'_>,
    series: &str,
    unit: &str,
    rows: Vec<Stated>,
) -> Result<usize, Failure> {
    let points: Vec<Point> = in_order(rows).into_iter().map(|row| row.point).collect();
    let count = points.len();
    if count > 0 {
        ctx.sink().put(Batch::new(series, unit).points(points))?;
    }
    Ok(count)
}

/// Puts points as statements, each dated.
pub(crate) fn put_statements(
    ctx: Context<'_>,
    series: &str,
    unit: &str,
    rows: Vec<Stated>,
) -> Result<usize, Failure> {
    let mut count = 0;
    for (made, points) in statements(rows) {
        count += points.len();
        ctx.sink().put(Batch::new(series, unit).as_of(made).points(points))?;
    }
    Ok(count)
}

/// What the source made within one hour of the clock is one statement, dated by its last. A date of its own for
/// each value would be a batch for each value in the store.
fn statements(rows: Vec<Stated>) -> Vec<(Option<Instant>, Vec<Point>)> {
    let mut statements: BTreeMap<Option<i64>, (Option<Instant>, Vec<Point>)> = BTreeMap::new();
    for row in in_order(rows) {
        let hour = row.updated.map(|instant| instant.div_euclid(HOUR));
        let (made, points) = statements.entry(hour).or_default();
        *made = (*made).max(row.updated);
        points.push(row.point);
    }
    statements.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn row(start: i64, updated: Option<i64>, value: f64) -> Stated {
        Stated { point: Point::measured(start, 900_000, value), updated }
    }

    #[test]
    fn what_was_made_within_an_hour_is_one_statement_dated_by_its_last() {
        let found = statements(vec![
            row(3, Some(HOUR + 10 * MINUTE), 30.0),
            row(1, Some(HOUR + 12 * MINUTE), 10.0),
            row(2, Some(2 * HOUR), 20.0),
            row(4, None, 40.0),
            row(1, Some(HOUR), 11.0),
        ]);
        let shown: Vec<(Option<i64>, Vec<i64>)> = found
            .into_iter()
            .map(|(made, points)| (made, points.into_iter().map(|point| point.start).collect()))
            .collect();
        let expected = [(None, vec![4]), (Some(HOUR + 12 * MINUTE), vec![1, 3]), (Some(2 * HOUR), vec![2])];
        assert_eq!(shown, expected);
    }

    #[test]
    fn of_two_rows_of_one_start_the_later_update_holds_and_a_dated_one_over_one_without() {
        let kept = |rows| in_order(rows).into_iter().map(|row| row.point.value).collect::<Vec<_>>();
        assert_eq!(kept(vec![row(1, Some(5), 10.0), row(1, Some(4), 11.0)]), [10.0]);
        assert_eq!(kept(vec![row(1, Some(5), 10.0), row(1, None, 11.0)]), [10.0]);
        assert_eq!(kept(vec![row(1, None, 10.0), row(1, None, 11.0)]), [11.0]);
    }

    #[test]
    fn what_is_no_number_is_an_absence_or_refused_and_never_zero() {
        let read = |text: &str| number(Some(&serde_json::from_str(text).unwrap()));
        for absent in ["null", "\"\"", "\"ND\"", "\"-\"", "\" DC \""] {
            assert_eq!(read(absent), Ok(None), "{absent}");
        }
        assert_eq!(number(None), Ok(None));
        assert_eq!(
            (read("0"), read("\"-1200\""), read("61.5")),
            (Ok(Some(0.0)), Ok(Some(-1200.0)), Ok(Some(61.5)))
        );
        for bad in ["\"n/a\"", "\"NaN\"", "\"inf\"", "true", "[1]"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
