//! The rows of one worksheet, read as the part inflates. Nothing announced is trusted: not the dimension, not the
//! number of a row.

use std::fmt;
use std::io::Read;

use quick_xml::events::{BytesStart, Event};

use super::strings::Strings;
use super::xml::{Xml, push_text};
use crate::error::{Error, Limit};
use crate::limits;
use crate::row::{Kind, Row, Rows};

/// A worksheet being read, row by row.
pub struct Sheet<'s, R: Read> {
    xml: Xml<R>,
    strings: &'s Strings,
    rows: u32,
    number: u32,
    cells: u32,
    in_data: bool,
    over: bool,
    value: String,
    formula: String,
}

/// How a cell stores its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Storage {
    Number,
    Shared,
    Text,
    /// An error, or a truth value.
    Unusable,
}

impl<R: Read> fmt::Debug for Sheet<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet").field("number", &self.number).finish_non_exhaustive()
    }
}

impl<'s, R: Read> Sheet<'s, R> {
    /// Starts before the first row.
    pub(super) fn new(part: R, strings: &'s Strings) -> Self {
        Self {
            xml: Xml::new(part),
            strings,
            rows: 0,
            number: 0,
            cells: 0,
            in_data: false,
            over: false,
            value: String::new(),
            formula: String::new(),
        }
    }

    /// Reads what follows the rows, for the checksum alone: a damaged part shows here at the latest.
    pub fn finish(mut self) -> Result<(), Error> {
        self.xml.drain()
    }

    fn start_row(&mut self, announced: Option<u32>) -> Result<u32, Error> {
        self.rows += 1;
        if self.rows > limits::ROWS {
            return Err(Error::TooLarge(Limit::Rows(limits::ROWS)));
        }
        self.number = announced.unwrap_or(self.number.saturating_add(1));
        Ok(self.number)
    }

    /// Reads the cells of a row up to its end.
    fn cells(&mut self, row: &mut Row) -> Result<(), Error> {
        let mut next = 0_u16;
        loop {
            let (column, storage, empty) = match self.xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "c" => cell(&tag, next, false)?,
                Event::Empty(tag) if tag.local_name().as_ref() == "c" => cell(&tag, next, true)?,
                Event::End(tag) if tag.local_name().as_ref() == "row" => return Ok(()),
                _ => continue,
            };
            next = column.saturating_add(1);
            self.cells += 1;
            if self.cells > limits::CELLS {
                return Err(Error::TooLarge(Limit::Cells));
            }
            if !empty {
                self.cell(column, storage, row)?;
            }
        }
    }

    /// Reads what a cell holds, up to its end.
    fn cell(&mut self, column: u16, storage: Storage, row: &mut Row) -> Result<(), Error> {
        self.value.clear();
        self.formula.clear();
        let (mut in_value, mut in_formula, mut in_guide, mut has_formula) = (false, false, false, false);
        loop {
            match self.xml.next()? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "v" | "t" => in_value = true,
                    "f" => (in_formula, has_formula) = (true, true),
                    "rPh" => in_guide = true,
                    _ => {}
                },
                Event::Empty(tag) => has_formula |= tag.local_name().as_ref() == "f",
                Event::End(tag) => match tag.local_name().as_ref() {
                    "v" | "t" => in_value = false,
                    "f" => in_formula = false,
                    "rPh" => in_guide = false,
                    "c" => break,
                    _ => {}
                },
                event if in_formula => push_text(&event, &mut self.formula)?,
                event if in_value && !in_guide => push_text(&event, &mut self.value)?,
                _ => {}
            }
        }
        if column >= limits::COLUMNS {
            return Ok(());
        }
        // A formula stands for the value some program stored with it, and for nothing without one.
        if has_formula && self.value.is_empty() {
            self.formula.insert(0, '=');
            row.push(column, Kind::Unusable, &self.formula);
            return Ok(());
        }
        let value = self.value.as_str();
        match storage {
            Storage::Number if value.trim().is_empty() => {}
            Storage::Number => row.push(column, Kind::Number, value.trim()),
            Storage::Text => row.push(column, Kind::Text, value),
            Storage::Unusable => row.push(column, Kind::Unusable, value),
            Storage::Shared => match value.trim().parse().ok().and_then(|number| self.strings.get(number)) {
                Some(text) => row.push(column, Kind::Text, text),
                None => return Err(Error::Damaged("a cell names a string that is not there".to_owned())),
            },
        }
        Ok(())
    }
}

impl<R: Read> Rows for Sheet<'_, R> {
    fn next(&mut self, row: &mut Row) -> Result<bool, Error> {
        while !self.over {
            let (announced, empty) = match self.xml.next()? {
                Event::Eof => {
                    self.over = true;
                    continue;
                }
                Event::Start(tag) | Event::Empty(tag) if !self.in_data => {
                    self.in_data = tag.local_name().as_ref() == "sheetData";
                    continue;
                }
                Event::Start(tag) if tag.local_name().as_ref() == "row" => (row_number(&tag)?, false),
                Event::Empty(tag) if tag.local_name().as_ref() == "row" => (row_number(&tag)?, true),
                Event::End(tag) if tag.local_name().as_ref() == "sheetData" => {
                    self.over = true;
                    continue;
                }
                _ => continue,
            };
            let number = self.start_row(announced)?;
            // Empty rows, by millions if need be, are passed over here.
            if !empty {
                row.start(number);
                self.cells(row)?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn row_number(tag: &BytesStart<'_>) -> Result<Option<u32>, Error> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| Error::Damaged(error.to_string()))?;
        if attribute.key.as_ref() == "r" {
            return Ok(attribute.value.trim().parse().ok());
        }
    }
    Ok(None)
}

/// A cell's column, storage, and whether nothing follows.
fn cell(tag: &BytesStart<'_>, next: u16, empty: bool) -> Result<(u16, Storage, bool), Error> {
    let (mut column, mut storage) = (next, Storage::Number);
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| Error::Damaged(error.to_string()))?;
        match attribute.key.as_ref() {
            "r" => column = column_number(&attribute.value).unwrap_or(next),
            "t" => {
                storage = match &*attribute.value {
                    "s" => Storage::Shared,
                    "str" | "inlineStr" | "d" => Storage::Text,
                    "e" | "b" => Storage::Unusable,
                    _ => Storage::Number,
                }
            }
            _ => {}
        }
    }
    Ok((column, storage, empty))
}

/// `AB12` is column 27; columns count from 0.
fn column_number(reference: &str) -> Option<u16> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters.fold(0_u32, |number, letter| {
        number.saturating_mul(26).saturating_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    });
    number.checked_sub(1).map(|number| u16::try_from(number).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::column_number;

    #[test]
    fn references_name_columns() {
        for (reference, column) in [
            ("A1", Some(0)),
            ("B10", Some(1)),
            ("Z1", Some(25)),
            ("AA1", Some(26)),
            ("xfd1", Some(16_383)),
            ("10", None),
        ] {
            assert_eq!(column_number(reference), column);
        }
        assert_eq!(column_number("ZZZZZZZZZZZZZZZZ1"), Some(u16::MAX));
    }
}
