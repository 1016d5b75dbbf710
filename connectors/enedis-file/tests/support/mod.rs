//! Where the shared samples are, and a writer of small workbooks.
#![allow(dead_code, reason = "each test uses its part")]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

/// The samples are not part of the project: `WATTEAU_SHARED` says where they are, or they lie beside the workspace.
pub(crate) fn samples() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("WATTEAU_SHARED").map_or(beside, PathBuf::from);
    let samples = shared.join("samples");
    if !samples.join("expected.json").is_file() {
        eprintln!("skipped: no shared samples at {} (set WATTEAU_SHARED)", samples.display());
        return None;
    }
    Some(samples)
}

/// Milliseconds since the epoch.
pub(crate) fn instant(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().expect("an instant").as_millisecond()
}

/// The other way around.
pub(crate) fn utc(instant: i64) -> String {
    jiff::Timestamp::from_millisecond(instant).expect("an instant").to_string()
}

/// A workbook of sheets with their names and rows; cells are texts, or numbers after `#`.
pub(crate) fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let (mut list, mut rels) = (String::new(), String::new());
    let mut parts = Vec::new();
    for (number, (name, rows)) in (1..).zip(sheets) {
        let _ = write!(list, "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>");
        let _ = write!(
            rels,
            "<Relationship Id=\"r{number}\" Type=\"x/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        );
        let mut xml = "<worksheet><sheetData>".to_owned();
        for cells in *rows {
            xml.push_str("<row>");
            for cell in *cells {
                let _ = match cell.strip_prefix('#') {
                    Some(digits) => write!(xml, "<c><v>{digits}</v></c>"),
                    None => write!(xml, "<c t=\"inlineStr\"><is><t>{cell}</t></is></c>"),
                };
            }
            xml.push_str("</row>");
        }
        xml.push_str("</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{number}.xml"), xml));
    }
    parts.push(("xl/workbook.xml".to_owned(), format!("<workbook><sheets>{list}</sheets></workbook>")));
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{rels}</Relationships>")));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, xml) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).expect("an entry");
        zip.write_all(xml.as_bytes()).expect("bytes");
    }
    zip.finish().expect("a zip").into_inner()
}
