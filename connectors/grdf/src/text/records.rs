//! Records of separated values, quoted as RFC 4180 has it, one at a time within a fixed memory.

use std::io::BufRead;

use crate::failure::{Failure, Limit};
use crate::limits;
use crate::row::{Kind, Row, Rows};

/// The records of a text in UTF-8.
pub(super) struct Records<R> {
    input: R,
    separator: u8,
    /// Lines that have ended.
    lines: u32,
    /// A carriage return ended the record: a line feed right after belongs to it.
    after_return: bool,
    field: Vec<u8>,
}

/// Where in a field the reading stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Bare,
    Quoted,
    /// After a quote inside quotes: it closes them, or is the first of two that stand for one.
    QuoteInQuoted,
}

impl<R: BufRead> Records<R> {
    /// Starts at the first line.
    pub(super) fn new(input: R, separator: u8) -> Self {
        Self { input, separator, lines: 0, after_return: false, field: Vec::new() }
    }

    fn field(&mut self, column: &mut u16, row: &mut Row) -> Result<(), Failure> {
        // Decoded text is UTF-8; only a stray byte that no encoding explains would not be.
        let text = std::str::from_utf8(&self.field).map_err(|_| Failure::Unrecognised(Vec::new()))?;
        if text.len() > limits::CELL_CHARS && text.chars().count() > limits::CELL_CHARS {
            return Err(Failure::TooLarge(Limit::Cell));
        }
        if *column < limits::COLUMNS {
            row.push(*column, Kind::Text, text);
        }
        *column = column.saturating_add(1);
        self.field.clear();
        Ok(())
    }
}

impl<R: BufRead> Rows for Records<R> {
    fn next(&mut self, row: &mut Row) -> Result<bool, Failure> {
        if self.lines >= limits::ROWS {
            return Err(Failure::TooLarge(Limit::Rows));
        }
        row.start(self.lines + 1);
        self.field.clear();
        let (mut state, mut column, mut length) = (State::Start, 0_u16, 0_usize);
        loop {
            let Some(&byte) = self.input.fill_buf()?.first() else {
                if length == 0 {
                    return Ok(false);
                }
                self.lines += 1;
                self.field(&mut column, row)?;
                return Ok(true);
            };
            self.input.consume(1);
            if std::mem::take(&mut self.after_return) && byte == b'\n' {
                continue;
            }
            length += 1;
            if length > limits::TEXT_LINE {
                return Err(Failure::TooLarge(Limit::Line));
            }
            state = match (state, byte) {
                (State::Start, b'"') => State::Quoted,
                (State::Quoted, b'"') => State::QuoteInQuoted,
                (State::Quoted, _) => {
                    self.lines += u32::from(byte == b'\n');
                    self.field.push(byte);
                    State::Quoted
                }
                (State::QuoteInQuoted, b'"') => {
                    self.field.push(byte);
                    State::Quoted
                }
                (_, b'\r' | b'\n') => {
                    self.after_return = byte == b'\r';
                    self.lines += 1;
                    self.field(&mut column, row)?;
                    return Ok(true);
                }
                (_, byte) if byte == self.separator => {
                    self.field(&mut column, row)?;
                    State::Start
                }
                (_, byte) => {
                    self.field.push(byte);
                    State::Bare
                }
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str, separator: u8) -> Vec<(u32, Vec<(u16, String)>)> {
        let (mut records, mut row, mut all) =
            (Records::new(text.as_bytes(), separator), Row::default(), Vec::new());
        while records.next(&mut row).expect("a record") {
            all.push((row.number, row.iter().map(|(at, value)| (at, value.text().to_owned())).collect()));
        }
        all
    }

    #[test]
    fn quotes_ends_of_lines_and_padding() {
        let cells =
            |cells: &[(u16, &str)]| cells.iter().map(|&(at, text)| (at, text.to_owned())).collect::<Vec<_>>();
        assert_eq!(
            records(";a;\"b;\"\"c\"\"\";;;\r\n\r\n\"two\nlines\";x\nlast", b';'),
            [
                (1, cells(&[(1, "a"), (2, "b;\"c\"")])),
                (2, cells(&[])),
                (3, cells(&[(0, "two\nlines"), (1, "x")])),
                (5, cells(&[(0, "last")])),
            ]
        );
        assert_eq!(
            records("5\" tube,b\rc", b','),
            [(1, cells(&[(0, "5\" tube"), (1, "b")])), (2, cells(&[(0, "c")]))]
        );
        assert_eq!(records("", b';'), []);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let long = format!("\"{}", "a;\n".repeat(limits::TEXT_LINE));
        let mut row = Row::default();
        assert_eq!(Records::new(long.as_bytes(), b';').next(&mut row), Err(Failure::TooLarge(Limit::Line)));
    }
}
