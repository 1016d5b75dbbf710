//! Records of separated values, quoted as RFC 4180 has it, one at a time within a fixed memory.
//!
//! The `csv` crate was weighed: it passes over empty lines and keeps a record of any length, where a refused row has
//! to be named by its line and a hostile line must not fill a guest's memory.

use std::io::BufRead;

use crate::error::{Error, Limit};
use crate::limits;
use crate::row::{Kind, Row, Rows};

/// The records of a text in UTF-8: of a [`Text`](super::Text), or of any reader of decoded lines.
#[derive(Debug)]
pub struct Records<R> {
    input: R,
    separator: u8,
    /// Lines that have ended.
    lines: u32,
    most_lines: u32,
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
    pub fn new(input: R, separator: u8) -> Self {
        Self { input, separator, lines: 0, most_lines: limits::ROWS, after_return: false, field: Vec::new() }
    }

    /// Reads up to so many lines instead of [`limits::ROWS`]: for who keeps little of each.
    #[must_use]
    pub fn most_lines(mut self, lines: u32) -> Self {
        self.most_lines = lines;
        self
    }

    fn end_field(&mut self, column: &mut u16, row: &mut Row) -> Result<(), Error> {
        // Decoded text is UTF-8; only a stray byte that no encoding explains would not be.
        let text = std::str::from_utf8(&self.field).map_err(|_| Error::NotText)?;
        check_length(text)?;
        if *column < limits::COLUMNS {
            row.push(*column, Kind::Text, text);
        }
        *column = column.saturating_add(1);
        self.field.clear();
        Ok(())
    }

    /// Takes a whole line without quotes from the head of the input, where there is one: nearly all lines are such,
    /// and no byte of theirs needs a decision.
    fn plain_line(&mut self, row: &mut Row) -> Result<bool, Error> {
        let ahead = self.input.fill_buf()?;
        let Some(end) = memchr::memchr3(b'\n', b'\r', b'"', ahead).filter(|&end| ahead[end] != b'"') else {
            return Ok(false);
        };
        let line = std::str::from_utf8(&ahead[..end]).map_err(|_| Error::NotText)?;
        let (mut rest, mut column) = (line, 0);
        loop {
            let cut = memchr::memchr(self.separator, rest.as_bytes());
            let field = cut.map_or(rest, |cut| &rest[..cut]);
            check_length(field)?;
            if column < limits::COLUMNS {
                row.push(column, Kind::Text, field);
            }
            column = column.saturating_add(1);
            let Some(cut) = cut else { break };
            rest = &rest[cut + 1..];
        }
        self.after_return = ahead[end] == b'\r';
        self.lines += 1;
        self.input.consume(end + 1);
        Ok(true)
    }

    /// Takes what needs no decision at the head of the input into the field, and answers how many bytes it was
    /// and which byte comes then; none where the input has to be asked for more, and no byte at its end.
    fn run(&mut self, state: State) -> Result<(usize, Option<u8>), Error> {
        let ahead = self.input.fill_buf()?;
        let plain = match state {
            State::Quoted => memchr::memchr(b'"', ahead),
            State::Bare => memchr::memchr3(self.separator, b'\n', b'\r', ahead),
            State::Start | State::QuoteInQuoted => Some(0),
        };
        let count = plain.unwrap_or(ahead.len());
        let next = ahead.get(count).copied();
        self.field.extend_from_slice(&ahead[..count]);
        if state == State::Quoted {
            self.lines += ahead[..count].split(|&byte| byte == b'\n').count() as u32 - 1;
        }
        self.input.consume(count + usize::from(next.is_some()));
        Ok((count, next))
    }
}

/// Bytes first: counting characters is only worth it where they could be too many.
fn check_length(field: &str) -> Result<(), Error> {
    if field.len() > limits::CELL_CHARS && field.chars().count() > limits::CELL_CHARS {
        return Err(Error::TooLarge(Limit::Cell));
    }
    Ok(())
}

impl<R: BufRead> Rows for Records<R> {
    fn next(&mut self, row: &mut Row) -> Result<bool, Error> {
        if self.lines >= self.most_lines {
            return Err(Error::TooLarge(Limit::Rows(self.most_lines)));
        }
        row.start(self.lines + 1);
        if self.after_return && self.input.fill_buf()?.first() == Some(&b'\n') {
            self.input.consume(1);
            self.after_return = false;
        }
        if self.plain_line(row)? {
            return Ok(true);
        }
        self.field.clear();
        let (mut state, mut column, mut length) = (State::Start, 0_u16, 0_usize);
        loop {
            let (count, next) = self.run(state)?;
            length += count + usize::from(next.is_some());
            if length > limits::TEXT_LINE {
                return Err(Error::TooLarge(Limit::Line));
            }
            let Some(byte) = next else {
                if count > 0 {
                    continue;
                }
                if length == 0 {
                    return Ok(false);
                }
                self.lines += 1;
                self.end_field(&mut column, row)?;
                return Ok(true);
            };
            if std::mem::take(&mut self.after_return) && byte == b'\n' {
                length -= 1;
                continue;
            }
            state = match (state, byte) {
                (State::Start, b'"') => State::Quoted,
                (State::Quoted, _) => State::QuoteInQuoted,
                (State::QuoteInQuoted, b'"') => {
                    self.field.push(byte);
                    State::Quoted
                }
                (_, b'\r' | b'\n') => {
                    self.after_return = byte == b'\r';
                    self.lines += 1;
                    self.end_field(&mut column, row)?;
                    return Ok(true);
                }
                (_, byte) if byte == self.separator => {
                    self.end_field(&mut column, row)?;
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
    fn fields_are_whole_wherever_the_reads_end() {
        let text = "a;\"b\"\"\r\nc\";d\r\n;;x\n";
        let whole = records(text, b';');
        for size in 1..text.len() {
            let input = std::io::BufReader::with_capacity(size, text.as_bytes());
            let (mut records, mut row, mut all) = (Records::new(input, b';'), Row::default(), Vec::new());
            while records.next(&mut row).expect("a record") {
                let cells: Vec<_> = row.iter().map(|(at, value)| (at, value.text().to_owned())).collect();
                all.push((row.number, cells));
            }
            assert_eq!(all, whole, "by {size}");
        }
    }

    #[test]
    fn lines_are_counted_against_the_limit() {
        let mut row = Row::default();
        let mut records = Records::new(b"a\nb\nc".as_slice(), b';').most_lines(2);
        assert_eq!((records.next(&mut row), records.next(&mut row)), (Ok(true), Ok(true)));
        assert_eq!(records.next(&mut row), Err(Error::TooLarge(Limit::Rows(2))));
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let long = format!("\"{}", "a;\n".repeat(limits::TEXT_LINE));
        let mut row = Row::default();
        assert_eq!(Records::new(long.as_bytes(), b';').next(&mut row), Err(Error::TooLarge(Limit::Line)));
    }
}
