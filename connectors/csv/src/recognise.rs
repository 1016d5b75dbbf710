//! From a file to its rows: compressed or not, in any encoding, with any separator.

use std::io::{Read, Seek, SeekFrom};

use watteau_tabular::{Blocks, Container, Error, Gunzip, Limit, Row, Rows, Text, Wall};

use crate::columns;
use crate::failure::Failure;
use crate::output::Output;
use crate::rows::RowReader;
use crate::settings::Description;

/// Bytes that a compressed file may inflate to; it goes by in small pieces and is never whole in memory.
const INFLATED: u64 = 256 << 20;

/// Lines of one file.
const LINES: u32 = 5_000_000;

/// What a file was.
#[derive(Debug, Default)]
pub struct Reading {
    /// `csv`, or `csv_gz`.
    pub format: &'static str,
    /// Rows of places that are not described, and some of those.
    pub strangers: (u32, Vec<String>),
    /// Rows that had a time.
    pub timed: u32,
}

/// Reads a whole file.
pub fn read<R: Read + Seek>(
    mut file: Blocks<R>,
    size: u64,
    description: &Description,
    wall: &mut Wall<'_>,
    output: &mut Output<'_>,
) -> Result<Reading, Failure> {
    if size > watteau_tabular::limits::FILE_BYTES {
        return Err(Error::TooLarge(Limit::File).into());
    }
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).map_err(Error::from)?;
    file.seek(SeekFrom::Start(0)).map_err(Error::from)?;
    match Container::of(&head) {
        Container::Empty => Err(Error::Empty.into()),
        Container::Zeros => Err(Error::Damaged("nothing but zeros".to_owned()).into()),
        Container::Archive | Container::Ole => Err(Failure::Workbook),
        Container::Markup { page: true } => Err(Error::NotASpreadsheet { page: true }.into()),
        Container::Gzip => {
            let read = rows(Gunzip::new(file, INFLATED), description, wall, output)?;
            Ok(Reading { format: "csv_gz", ..read })
        }
        Container::Text | Container::Json(_) | Container::Markup { page: false } => {
            rows(file, description, wall, output)
        }
    }
}

fn rows<R: Read + Seek>(
    file: R,
    description: &Description,
    wall: &mut Wall<'_>,
    output: &mut Output<'_>,
) -> Result<Reading, Failure> {
    let mut text = Text::open(file)?;
    let found = columns::find(&mut text, description)?;
    let mut reader = RowReader::new(description, found.columns, wall);
    let mut records = text.records(found.separator)?.most_lines(LINES);
    let mut row = Row::default();
    while records.next(&mut row)? {
        if row.number > found.titles {
            reader.row(&row, output)?;
        }
    }
    reader.finish(output)?;
    if reader.timed == 0
        && let Some(text) = reader.unread
    {
        return Err(Failure::NoRow(text));
    }
    Ok(Reading { format: "csv", strangers: reader.strangers, timed: reader.timed })
}
