//! What a file is, by its content; then its rows.

use std::io::{Read, Seek, SeekFrom};

use watteau_sdk::prelude::Instant;
use watteau_tabular::{Container, Error, Limit, Row, Rows, Text, Wall, Workbook, normalise};

use crate::collect::{Collector, Import};
use crate::failure::Failure;
use crate::layout::{Search, Shape};
use crate::limits;
use crate::table::{Around, TableReader};
use crate::words::Direction;

/// Reads a whole file. Rows later than `newest` are still to come.
///
/// The name only chooses words: those for a text that is none of ours, and the direction of the one layout that says
/// neither consumption nor production anywhere inside.
pub fn read<R: Read + Seek>(
    mut file: R,
    name: &str,
    wall: &mut Wall<'_>,
    newest: Instant,
) -> Result<Import, Failure> {
    let size = file.seek(SeekFrom::End(0)).map_err(Error::from)?;
    if size > limits::FILE_BYTES {
        return Err(Error::TooLarge(Limit::File).into());
    }
    file.seek(SeekFrom::Start(0)).map_err(Error::from)?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).map_err(Error::from)?;
    let named = named_direction(name);
    let around = Around { sheet: 0, since_1904: false, direction: None, named, newest };
    match Container::of(&head) {
        Container::Empty => Err(Error::Empty.into()),
        Container::Zeros => Err(Error::Damaged("nothing but zeros".to_owned()).into()),
        Container::Ole => Err(Error::Ole.into()),
        Container::Markup { page } => Err(Error::NotASpreadsheet { page }.into()),
        Container::Archive => workbook(file, around, wall),
        Container::Text | Container::Json(_) | Container::Gzip => {
            text(file, around, wall).map_err(|failure| match failure {
                Failure::Unrecognised(_) if is_named_workbook(name) => {
                    Error::NotASpreadsheet { page: false }.into()
                }
                other => other,
            })
        }
    }
}

/// Reads a text. The separator is the one with which titles are found.
fn text<R: Read + Seek>(file: R, around: Around, wall: &mut Wall<'_>) -> Result<Import, Failure> {
    let mut text = Text::open(file)?;
    let mut searched = Search::new(limits::HEADER_LINES);
    for separator in *b";\t," {
        let mut collector = Collector::default();
        let mut records = text.records(separator)?;
        match table(&mut records, limits::HEADER_LINES, around, wall, &mut collector)? {
            Ok(shape) => return Ok(collector.finish(format(shape, false))),
            Err(search) => searched.absorb(search),
        }
    }
    Err(searched.failure())
}

/// Reads every sheet that holds a table: consumption and production stand on sheets of their own.
fn workbook<R: Read + Seek>(file: R, around: Around, wall: &mut Wall<'_>) -> Result<Import, Failure> {
    let mut workbook = Workbook::open(file)?;
    let mut searched = Search::new(limits::HEADER_ROWS);
    let (mut collector, mut found) = (Collector::default(), None);
    for number in 0..workbook.sheets() {
        let around = Around {
            sheet: u8::try_from(number).unwrap_or(u8::MAX),
            since_1904: workbook.since_1904(),
            direction: Direction::parse(&normalise(workbook.name(number))),
            ..around
        };
        let mut sheet = workbook.sheet(number)?;
        match table(&mut sheet, limits::HEADER_ROWS, around, wall, &mut collector)? {
            Ok(shape) => {
                found = found.or(Some(shape));
                sheet.finish()?;
            }
            Err(search) => searched.absorb(search),
        }
    }
    match found {
        Some(shape) => Ok(collector.finish(format(shape, true))),
        None => Err(searched.failure()),
    }
}

/// Looks for titles, and reads the rows below them.
fn table(
    rows: &mut impl Rows,
    limit: u32,
    around: Around,
    wall: &mut Wall<'_>,
    collector: &mut Collector,
) -> Result<Result<Shape, Search>, Failure> {
    let (mut search, mut row) = (Search::new(limit), Row::default());
    let mut layout = None;
    while layout.is_none() && !search.is_over() && rows.next(&mut row)? {
        layout = search.offer(&row);
    }
    let Some(layout) = layout else { return Ok(Err(search)) };
    let shape = layout.shape;
    let direction = if shape == Shape::Downloader { around.named } else { around.direction };
    let around = Around { direction, ..around };
    let mut reader = TableReader::new(layout, around, wall, collector)?;
    while rows.next(&mut row)? {
        reader.row(&row, collector)?;
    }
    Ok(Ok(shape))
}

/// `historique_prod_12345678901234_2025-01-01.csv`.
fn named_direction(name: &str) -> Option<Direction> {
    let name = name.to_ascii_lowercase();
    name.contains("historique_prod").then_some(Direction::Production)
}

fn is_named_workbook(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["xlsx", "xlsm", "xls"].iter().any(|workbook| extension.eq_ignore_ascii_case(workbook))
}

fn format(shape: Shape, workbook: bool) -> &'static str {
    match (shape, workbook) {
        (Shape::R63, false) => "enedis_csv_r63",
        (Shape::R63, true) => "enedis_xlsx_r63",
        (Shape::Ends | Shape::Intervals, false) => "enedis_csv_load_curve",
        (Shape::Ends | Shape::Intervals, true) => "enedis_xlsx_load_curve",
        (Shape::Downloader, _) => "enedis_csv_downloader",
        (Shape::Days, false) => "enedis_csv_daily",
        (Shape::Days, true) => "enedis_xlsx_daily",
        (Shape::Registers, false) => "enedis_csv_index",
        (Shape::Registers, true) => "enedis_xlsx_index",
    }
}
