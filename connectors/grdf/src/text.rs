//! Tables saved as text.

use std::io::{Read, Seek};

use watteau_tabular::{Row, Rows as _, Text};

use crate::collect::{Collector, Import};
use crate::context::Context;
use crate::failure::Failure;
use crate::limits;
use crate::reading::Places;
use crate::table::{Search, TableReader};

/// Reads a table out of a text. The separator is the one with which titles are found.
pub fn read<R: Read + Seek>(file: R, context: Context) -> Result<Import, Failure> {
    let mut text = Text::open(file)?;
    let (mut searched, mut row) = (Search::new(limits::HEADER_LINES), Row::default());
    for separator in *b";\t," {
        let mut records = text.records(separator)?;
        let mut search = Search::new(limits::HEADER_LINES);
        let mut header = None;
        while header.is_none() && !search.is_over() && records.next(&mut row)? {
            header = search.offer(&row);
        }
        let Some(header) = header else {
            searched.absorb(search);
            continue;
        };
        let mut collector = Collector::default();
        let mut table = TableReader::new(header, false, context, &mut collector);
        while records.next(&mut row)? {
            table.row(&row, &mut collector)?;
        }
        let (shape, exported) = table.finish(&mut collector)?;
        return Ok(collector.finish(format_name(shape), exported, Places::Row));
    }
    Err(searched.failure())
}

fn format_name(shape: &str) -> &'static str {
    match shape {
        "flat_multi_pce" => "grdf_csv_flat_multi_pce",
        "daily_old" => "grdf_csv_daily_old",
        "weekly" => "grdf_csv_weekly",
        "weekly_old" => "grdf_csv_weekly_old",
        "monthly" => "grdf_csv_monthly",
        "monthly_old" => "grdf_csv_monthly_old",
        "yearly" => "grdf_csv_yearly",
        "yearly_old" => "grdf_csv_yearly_old",
        _ => "grdf_csv_daily",
    }
}
