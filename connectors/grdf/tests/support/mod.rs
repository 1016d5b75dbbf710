//! A host in memory, and a writer of small workbooks.
#![allow(dead_code, reason = "each test uses its part")]

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use watteau_sdk::context::{Host, SinkError};
use watteau_sdk::http::{HttpError, Request, Response};
use watteau_sdk::prelude::{Batch, Civil, Decision, Instant, Level, MeterRows, Moment, Refusal, Span, Text};
use zip::write::SimpleFileOptions;

/// Keeps what it is told.
pub(crate) struct FakeHost {
    pub(crate) now: Instant,
    pub(crate) decision: RefCell<Decision>,
    pub(crate) claimed: RefCell<Vec<(String, u32)>>,
    pub(crate) batches: RefCell<Vec<Batch>>,
    pub(crate) absent: RefCell<Vec<(String, Span)>>,
    pub(crate) refused: RefCell<Vec<Refusal>>,
}

impl FakeHost {
    pub(crate) fn new(decision: Decision) -> Self {
        Self {
            now: instant("2025-12-24T12:00:00Z"),
            decision: RefCell::new(decision),
            claimed: RefCell::default(),
            batches: RefCell::default(),
            absent: RefCell::default(),
            refused: RefCell::default(),
        }
    }

    /// Every point of a series: start, hours, value.
    pub(crate) fn points(&self, series: &str) -> Vec<(String, u64, f64)> {
        let batches = self.batches.borrow();
        let points = batches.iter().filter(|batch| batch.series == series).flat_map(|batch| &batch.points);
        points.map(|point| (utc(point.start), point.duration / 3_600_000, point.value)).collect()
    }
}

pub(crate) fn instant(text: &str) -> Instant {
    text.parse::<jiff::Timestamp>().expect("an instant").as_millisecond()
}

pub(crate) fn utc(instant: Instant) -> String {
    jiff::Timestamp::from_millisecond(instant).expect("an instant").to_string()
}

impl Host for FakeHost {
    fn send(&self, _: &Request) -> Result<Response, HttpError> {
        panic!("a reader of files has no business with the network")
    }

    fn claims(&self, _: &str) -> Option<String> {
        None
    }

    fn now(&self) -> Instant {
        self.now
    }

    fn home_zone(&self) -> String {
        "Europe/Paris".to_owned()
    }

    fn resolve(&self, zone: &str, civil: Civil) -> Result<Moment, String> {
        let text = civil.to_string();
        let civil: jiff::civil::DateTime = text.parse().map_err(|error: jiff::Error| error.to_string())?;
        let zoned = civil.in_tz(zone).map_err(|error| error.to_string())?;
        Ok(Moment::Once(zoned.timestamp().as_millisecond()))
    }

    fn local(&self, zone: &str, instant: Instant) -> Result<(Civil, i32), String> {
        let stamp = jiff::Timestamp::from_millisecond(instant).map_err(|error| error.to_string())?;
        let zoned = stamp.in_tz(zone).map_err(|error| error.to_string())?;
        let civil = zoned.datetime().strftime("%F %T").to_string().parse().map_err(|_| "no civil time")?;
        Ok((civil, zoned.offset().seconds()))
    }

    fn settings(&self) -> String {
        "{}".to_owned()
    }

    fn instance(&self) -> String {
        "gas".to_owned()
    }

    fn cursor(&self) -> Option<Vec<u8>> {
        None
    }

    fn put(&self, batch: Batch) -> Result<u32, SinkError> {
        self.batches.borrow_mut().push(batch);
        Ok(0)
    }

    fn absent(&self, series: &str, spans: &[Span], _: &Text) -> Result<(), SinkError> {
        self.absent.borrow_mut().extend(spans.iter().map(|span| (series.to_owned(), *span)));
        Ok(())
    }

    fn refuse(&self, refusal: Refusal) {
        self.refused.borrow_mut().push(refusal);
    }

    fn checkpoint(&self, _: Option<&[u8]>) -> Result<(), SinkError> {
        panic!("not offered while a file is read")
    }

    fn log(&self, _: Level, _: &str, _: &[(String, String)]) {}

    fn claim(&self, meters: &[MeterRows]) -> Decision {
        *self.claimed.borrow_mut() = meters.iter().map(|one| (one.meter.clone(), one.rows)).collect();
        self.decision.borrow().clone()
    }
}

/// A cell: text, a number's digits, or raw XML.
#[derive(Clone, Copy)]
pub(crate) enum Cell<'a> {
    No,
    Text(&'a str),
    Number(&'a str),
    Raw(&'a str),
}

/// Rows as GRDF's current layout has them: the meter and the export above, titles in row 9, column B.
pub(crate) fn current<'a>(titles: &[&'a str], rows: &[Vec<Cell<'a>>]) -> Vec<(u32, Vec<Cell<'a>>)> {
    let mut all = vec![
        (
            1,
            vec![
                Cell::No,
                Cell::Text("Données informatives et détaillées"),
                Cell::No,
                Cell::No,
                Cell::Text("Export du 05/05/2025"),
            ],
        ),
        (4, vec![Cell::No, Cell::No, Cell::Text("N° PCE :"), Cell::No, Cell::Text("01234567890123")]),
        (9, std::iter::once(Cell::No).chain(titles.iter().map(|title| Cell::Text(title))).collect()),
    ];
    all.extend((10..).zip(rows).map(|(number, row)| (number, [&[Cell::No], &row[..]].concat())));
    all
}

/// A sheet with inline strings.
pub(crate) fn sheet(rows: &[(u32, Vec<Cell<'_>>)]) -> String {
    let mut xml = "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>".to_owned();
    for (number, cells) in rows {
        let _ = write!(xml, "<row r=\"{number}\">");
        for (column, cell) in cells.iter().enumerate() {
            let place = format!("{}{number}", char::from(b'A' + column as u8));
            let _ = match cell {
                Cell::No => Ok(()),
                Cell::Text(text) => {
                    write!(xml, "<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
                }
                Cell::Number(digits) => write!(xml, "<c r=\"{place}\"><v>{digits}</v></c>"),
                Cell::Raw(raw) => write!(xml, "{raw}"),
            };
        }
        xml.push_str("</row>");
    }
    xml + "</sheetData></worksheet>"
}

/// A workbook of these sheets, and further parts.
pub(crate) fn workbook(sheets: &[&str], more: &[(&str, &[u8])]) -> Vec<u8> {
    let mut list = String::new();
    let mut rels = String::new();
    for number in 1..=sheets.len() {
        let _ = write!(list, "<sheet name=\"S{number}\" sheetId=\"{number}\" r:id=\"rId{number}\"/>");
        let _ = write!(
            rels,
            "<Relationship Id=\"rId{number}\" Type=\"http://x/worksheet\" Target=\"/xl/worksheets/sheet{number}.xml\"/>"
        );
    }
    if more.iter().any(|(name, _)| *name == "xl/sharedStrings.xml") {
        rels.push_str(
            "<Relationship Id=\"s\" Type=\"http://x/sharedStrings\" Target=\"sharedStrings.xml\"/>",
        );
    }
    let mut parts = vec![
        (
            "_rels/.rels".to_owned(),
            b"<Relationships><Relationship Id=\"r\" Type=\"http://x/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_vec(),
        ),
        ("xl/workbook.xml".to_owned(), format!("<workbook><sheets>{list}</sheets></workbook>").into_bytes()),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{rels}</Relationships>").into_bytes()),
    ];
    parts.extend(
        (1..).zip(sheets).map(|(at, xml)| (format!("xl/worksheets/sheet{at}.xml"), xml.as_bytes().to_vec())),
    );
    parts.extend(more.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())));
    archive(&parts)
}

/// A zip of these entries.
pub(crate) fn archive(entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("an entry");
        zip.write_all(bytes).expect("bytes");
    }
    zip.finish().expect("a zip").into_inner()
}
