//! Workbooks. Only the few parts that matter are read, each as it inflates: a reader that builds whole sheets first
//! would need memory for what a hostile file inflates to, and could not count while inflating. Formulas are never
//! evaluated, styles never looked at (a number in a column of dates is a date, however it is shown), and macros,
//! links and images never opened.

mod archive;
mod sheet;
mod strings;
mod workbook;
mod xml;

use std::fmt;
use std::io::{Read, Seek};

use self::archive::{Archive, Part};
pub use self::sheet::Sheet;
use self::strings::Strings;
use self::workbook::Parts;
use crate::error::Error;

/// An open workbook. Its sheets are read one after the other, each once.
///
/// ```no_run
/// use watteau_tabular::{Row, Rows, Workbook};
///
/// # fn read(file: std::fs::File) -> Result<(), watteau_tabular::Error> {
/// let mut workbook = Workbook::open(file)?;
/// for number in 0..workbook.sheets() {
///     println!("{}", workbook.name(number));
///     let (mut sheet, mut row) = (workbook.sheet(number)?, Row::default());
///     while sheet.next(&mut row)? {
///         for (column, cell) in row.iter() {
///             println!("row {} column {column}: {}", row.number, cell.text());
///         }
///     }
///     // What follows the rows holds the part's checksum.
///     sheet.finish()?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct Workbook<R> {
    archive: Archive<R>,
    parts: Parts,
    strings: Strings,
}

impl<R> fmt::Debug for Workbook<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workbook").field("parts", &self.parts).finish_non_exhaustive()
    }
}

impl<R: Read + Seek> Workbook<R> {
    /// Reads what the workbook says of itself, and the texts that its cells share.
    pub fn open(file: R) -> Result<Self, Error> {
        let mut archive = Archive::open(file)?;
        let parts = Parts::read(&mut archive)?;
        let strings = match &parts.strings {
            Some(part) => Strings::read(archive.part(part)?)?,
            None => Strings::default(),
        };
        Ok(Self { archive, parts, strings })
    }

    /// How many worksheets there are, hidden ones included.
    pub fn sheets(&self) -> usize {
        self.parts.sheets.len()
    }

    /// What the tab of a worksheet is called; empty where it has no name. They count from 0, in the order of the tabs.
    pub fn name(&self, number: usize) -> &str {
        self.parts.sheets.get(number).map_or("", |sheet| &sheet.name)
    }

    /// Whether dates are counted from 1904, and not from 1900; see [`Day::from_serial`](crate::Day::from_serial).
    pub fn since_1904(&self) -> bool {
        self.parts.since_1904
    }

    /// Opens a worksheet. Each can be opened once.
    pub fn sheet(&mut self, number: usize) -> Result<Sheet<'_, impl Read>, Error> {
        let missing = || Error::Damaged(format!("no sheet {number}"));
        let part: Part<'_, R> =
            self.archive.part(&self.parts.sheets.get(number).ok_or_else(missing)?.part)?;
        Ok(Sheet::new(part, &self.strings))
    }
}
