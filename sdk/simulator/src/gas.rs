//! Gas files as a household downloads them from GRDF's site: the current daily workbook.

use crate::household::{Gas, Household};
use jiff::{ToSpan as _, civil::Date};
use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
};
use zip::{ZipWriter, write::SimpleFileOptions};

const TITLES: [&str; 8] = [
    "Date de relevé",
    "Index de début de période (m3)",
    "Index de fin de période (m3)",
    "Volume consommé (m3)",
    "Energie consommée (kWh)",
    "Coefficient de conversion",
    "Température locale (°C)",
    "Qualification du relevé",
];

const PARTS: [(&str, &str); 4] = [
    (
        "[Content_Types].xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#,
    ),
    (
        "_rels/.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Historique par mois" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
    (
        "xl/_rels/workbook.xml.rels",
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
    ),
];

/// The daily workbook of `pce` from `from` to `to`, both included, as exported on `exported`.
pub(crate) fn workbook(home: &Household, pce: &str, from: Date, to: Date, exported: Date) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let sheet = sheet(home, pce, from, to, exported);
    let parts = PARTS.into_iter().chain([("xl/worksheets/sheet1.xml", sheet.as_str())]);
    for (name, text) in parts {
        // Writing to memory: nothing that could fail for another reason than a defect here.
        let _ = zip.start_file(name, SimpleFileOptions::default()).map(|()| zip.write_all(text.as_bytes()));
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

fn sheet(home: &Household, pce: &str, from: Date, to: Date, exported: Date) -> String {
    let mut rows = String::new();
    let french = |date: Date| date.strftime("%d/%m/%Y").to_string();
    row(
        &mut rows,
        1,
        &[
            text("B", "Données informatives et détaillées"),
            text("E", &format!("Export du {}", french(exported))),
        ],
    );
    row(&mut rows, 4, &[text("C", "N° PCE :"), text("E", pce)]);
    row(&mut rows, 7, &[text("B", "Les consommations dans ce tableau sont fournies à titre indicatif.")]);
    let titles: Vec<Cell> =
        ('B'..='I').zip(TITLES).map(|(column, title)| text(&column.to_string(), title)).collect();
    row(&mut rows, 9, &titles);
    let mut litres: u64 = 4_230_000;
    for (i, day) in from.series(1.day()).take_while(|day| *day <= to).enumerate() {
        let gas = home.gas(day);
        let before = litres / 1000;
        litres += u64::from(gas.dm3);
        row(&mut rows, 10 + i, &cells(&french(day), before, litres / 1000, gas, i == 0));
    }
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

fn cells(day: &str, before: u64, after: u64, gas: Gas, first: bool) -> Vec<Cell> {
    let mut cells = vec![
        text("B", day),
        number("C", &before.to_string()),
        number("D", &after.to_string()),
        number("E", &hundredths(gas.dm3 / 10)),
        number("F", &hundredths(gas.watt_hours() / 10)),
        number("G", &hundredths((gas.coefficient_milli + 5) / 10)),
        text("I", "Mesuré"),
    ];
    // GRDF leaves the first row's temperature empty.
    if !first {
        cells.push(number("H", &gas.temperature_c.to_string()));
    }
    cells
}

fn hundredths(value: u32) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

type Cell = (String, String);

fn text(column: &str, value: &str) -> Cell {
    (column.to_owned(), format!(r#" t="inlineStr"><is><t>{value}</t></is>"#))
}

fn number(column: &str, value: &str) -> Cell {
    (column.to_owned(), format!("><v>{value}</v>"))
}

fn row(rows: &mut String, number: usize, cells: &[Cell]) {
    let mut cells = cells.to_vec();
    cells.sort();
    let _ = write!(rows, r#"<row r="{number}">"#);
    for (column, content) in cells {
        let _ = write!(rows, r#"<c r="{column}{number}"{content}</c>"#);
    }
    rows.push_str("</row>");
}
