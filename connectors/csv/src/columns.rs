//! Where the described columns stand in a file: by its line of titles, and by the separator that makes them.

use std::io::{Read, Seek};

use watteau_tabular::{Row, Rows, Text, normalise};

use crate::failure::Failure;
use crate::settings::{ColumnName, Description, Qualities};

/// Titles told when columns are missing.
const SAMPLE: usize = 20;

/// Where the described columns stand, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Of the time.
    pub time: Vec<u16>,
    /// Of the interval's end.
    pub end: Option<u16>,
    /// Of the interval's last day.
    pub last: Option<u16>,
    /// Of the place.
    pub place: Option<u16>,
    /// Of each series.
    pub series: Vec<u16>,
    /// Of the quality of each series.
    pub qualities: Vec<Option<u16>>,
    /// The last one that has a title. A row that is wider was parted where it should not be.
    pub widest: Option<u16>,
}

/// What [`find`] answers.
#[derive(Clone, Debug)]
pub struct Found {
    /// The separator with which the columns are there.
    pub separator: u8,
    /// Where they are.
    pub columns: Columns,
    /// The line of the titles; the rows are below. 0 without titles.
    pub titles: u32,
}

/// Finds the described columns. The separator is the described one, or the first with which they are all there.
pub fn find<R: Read + Seek>(text: &mut Text<R>, description: &Description) -> Result<Found, Failure> {
    let described = description.delimiter;
    let mut nearest: Option<(Vec<String>, Vec<String>)> = None;
    let mut row = Row::default();
    for separator in *b";\t,|" {
        let separator = described.unwrap_or(separator);
        let mut records = text.records(separator)?;
        let first = loop {
            if !records.next(&mut row)? {
                break false;
            }
            if row.number > description.skip && !row.is_empty() {
                break true;
            }
        };
        if !first {
            return Err(Failure::MissingColumns { missing: names(description), found: Vec::new() });
        }
        match columns(description, &row) {
            Ok(columns) => {
                let titles = if description.header { row.number } else { description.skip };
                return Ok(Found { separator, columns, titles });
            }
            Err(missing) => {
                let found: Vec<_> =
                    row.iter().take(SAMPLE).map(|(_, cell)| cell.text().trim().to_owned()).collect();
                // The separator that parts the line most says best what is there.
                if nearest.as_ref().is_none_or(|(_, known)| known.len() < found.len()) {
                    nearest = Some((missing, found));
                }
            }
        }
        if described.is_some() {
            break;
        }
    }
    let (missing, found) = nearest.unwrap_or_default();
    Err(Failure::MissingColumns { missing, found })
}

/// Every column of the description, as it is described.
fn names(description: &Description) -> Vec<String> {
    let time = &description.time;
    let qualities = description.series.iter().filter_map(|series| match &series.quality {
        Qualities::All(_) => None,
        Qualities::ByWord { column, .. } => Some(column),
    });
    let series = description.series.iter().map(|series| &series.column);
    let place = description.places.iter().map(|places| &places.column);
    let all =
        time.columns.iter().chain(&time.end).chain(&time.last).chain(place).chain(series).chain(qualities);
    all.map(shown).collect()
}

fn shown(column: &ColumnName) -> String {
    match column {
        ColumnName::Title(title) => title.clone(),
        ColumnName::Number(number) => (number + 1).to_string(),
    }
}

/// The columns by a line of titles, or by their numbers in a first row; else those that are missing.
fn columns(description: &Description, row: &Row) -> Result<Columns, Vec<String>> {
    let widest = row.iter().map(|(column, _)| column).max().unwrap_or(0);
    let mut missing = Vec::new();
    let mut at = |column: &ColumnName| {
        let found = match column {
            ColumnName::Number(number) => Some(*number).filter(|number| *number <= widest),
            ColumnName::Title(title) => titled(title, row),
        };
        if found.is_none() && !missing.contains(&shown(column)) {
            missing.push(shown(column));
        }
        found.unwrap_or_default()
    };
    let time = &description.time;
    let columns = Columns {
        time: time.columns.iter().map(&mut at).collect(),
        end: time.end.as_ref().map(&mut at),
        last: time.last.as_ref().map(&mut at),
        place: description.places.as_ref().map(|places| at(&places.column)),
        series: description.series.iter().map(|series| at(&series.column)).collect(),
        qualities: description
            .series
            .iter()
            .map(|series| match &series.quality {
                Qualities::All(_) => None,
                Qualities::ByWord { column, .. } => Some(at(column)),
            })
            .collect(),
        widest: description.header.then_some(widest),
    };
    if missing.is_empty() { Ok(columns) } else { Err(missing) }
}

/// The column of a title: as it is written, else without regard to accents, case and spacing.
fn titled(title: &str, row: &Row) -> Option<u16> {
    let exact = row.iter().find(|(_, cell)| cell.text().trim() == title);
    let like = || {
        let title = normalise(title);
        row.iter().find(|(_, cell)| cell.text().len() <= 200 && normalise(cell.text()) == title)
    };
    exact.or_else(like).map(|(column, _)| column)
}
