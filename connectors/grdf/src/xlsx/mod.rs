//! Workbooks. Only the few parts that matter are read, each as it inflates: a reader that builds whole sheets first
//! would need memory for what a hostile file inflates to, and could not count while inflating. Formulas are never
//! evaluated, styles never looked at (a number in the date column is a date, however it is shown), and macros,
//! links and images never opened.

mod archive;
mod sheet;
mod strings;
mod workbook;
mod xml;

use std::io::{Read, Seek};

use self::archive::Archive;
use self::sheet::Sheet;
use self::strings::Strings;
use self::workbook::Workbook;
use crate::collect::{Collector, Import};
use crate::context::Context;
use crate::failure::Failure;
use crate::limits;
use crate::reading::Places;
use crate::row::{Row, Rows as _};
use crate::table::{Search, TableReader};

/// Reads the first sheet that holds a table of readings.
pub fn read<R: Read + Seek>(file: R, context: Context) -> Result<Import, Failure> {
    let mut archive = Archive::open(file)?;
    let workbook = Workbook::read(&mut archive)?;
    let strings = match &workbook.strings {
        Some(part) => Strings::read(archive.part(part)?)?,
        None => Strings::default(),
    };
    let (mut searched, mut row) = (Search::new(limits::HEADER_ROWS), Row::default());
    for (order, part) in (1..).zip(&workbook.sheets) {
        let mut sheet = Sheet::new(archive.part(part)?, &strings);
        let mut search = Search::new(limits::HEADER_ROWS);
        let mut header = None;
        while header.is_none() && !search.is_over() && sheet.next(&mut row)? {
            header = search.offer(&row);
        }
        let Some(header) = header else {
            searched.absorb(search);
            continue;
        };
        let mut collector = Collector::default();
        let mut table = TableReader::new(header, workbook.since_1904, context, &mut collector);
        while sheet.next(&mut row)? {
            table.row(&row, &mut collector)?;
        }
        sheet.finish()?;
        let (shape, exported) = table.finish(&mut collector)?;
        let places = if order == 1 { Places::Row } else { Places::Sheet(order) };
        return Ok(collector.finish(format_name(shape), exported, places));
    }
    Err(searched.failure())
}

fn format_name(shape: &str) -> &'static str {
    match shape {
        "flat_multi_pce" => "grdf_xlsx_flat_multi_pce",
        "daily_old" => "grdf_xlsx_daily_old",
        "weekly" => "grdf_xlsx_weekly",
        "weekly_old" => "grdf_xlsx_weekly_old",
        "monthly" => "grdf_xlsx_monthly",
        "monthly_old" => "grdf_xlsx_monthly_old",
        "yearly" => "grdf_xlsx_yearly",
        "yearly_old" => "grdf_xlsx_yearly_old",
        _ => "grdf_xlsx_daily",
    }
}
