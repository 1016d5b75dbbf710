//! Tables in a workbook.

use std::io::{Read, Seek};

use watteau_tabular::{Row, Rows as _, Workbook};

use crate::collect::{Collector, Import};
use crate::context::Context;
use crate::failure::Failure;
use crate::limits;
use crate::reading::Places;
use crate::table::{Search, TableReader};

/// Reads the first sheet that holds a table of readings.
pub fn read<R: Read + Seek>(file: R, context: Context) -> Result<Import, Failure> {
    let mut workbook = Workbook::open(file)?;
    let since_1904 = workbook.since_1904();
    let (mut searched, mut row) = (Search::new(limits::HEADER_ROWS), Row::default());
    for number in 0..workbook.sheets() {
        let mut sheet = workbook.sheet(number)?;
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
        let mut table = TableReader::new(header, since_1904, context, &mut collector);
        while sheet.next(&mut row)? {
            table.row(&row, &mut collector)?;
        }
        sheet.finish()?;
        let (shape, exported) = table.finish(&mut collector)?;
        let places = if number == 0 { Places::Row } else { Places::Sheet(number + 1) };
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
