//! Watches JSON go by before a parser sees it: depth, and sizes that would have to be kept. No recursion.

use std::io::{self, Read};

use crate::failure::{Error, Failure, Limit};
use crate::limits;

/// A longer string holds nothing that is read here.
const STRING: usize = 64 * 1024;

/// Where the bytes seen so far leave off.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Arrays and objects open.
    pub depth: u32,
    /// Inside a string.
    pub in_string: bool,
    escaped: bool,
    string: usize,
    line: usize,
    column: usize,
    root_is_array: bool,
    record: usize,
}

impl Scan {
    /// Looks at one more byte.
    pub(super) fn byte(&mut self, byte: u8) -> Result<(), Failure> {
        self.column += 1;
        if byte == b'\n' {
            self.line += 1;
            self.column = 0;
        }
        // Records are kept whole while they are read: items of an array, `releves` of a site answer.
        self.record = if self.depth < if self.root_is_array { 2 } else { 4 } { 0 } else { self.record + 1 };
        if self.record > limits::TEXT_LINE {
            return Err(Error::TooLarge(Limit::Line).into());
        }
        if self.in_string {
            self.string += 1;
            if self.string > STRING {
                return Err(Error::TooLarge(Limit::Cell).into());
            }
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return Ok(());
        }
        match byte {
            b'"' => (self.in_string, self.string) = (true, 0),
            b'[' | b'{' => {
                self.root_is_array |= self.depth == 0 && byte == b'[';
                self.depth += 1;
                if self.depth > limits::JSON_DEPTH {
                    return Err(Failure::BadJson(self.line + 1, self.column));
                }
            }
            b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }
}

/// A reader whose bytes are scanned as they pass.
pub(super) struct Guard<R> {
    inner: R,
    scan: Scan,
}

impl<R: Read> Guard<R> {
    /// Starts at the beginning of a document.
    pub(super) fn new(inner: R) -> Self {
        Self { inner, scan: Scan::default() }
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        for &byte in &buffer[..read] {
            self.scan.byte(byte)?;
        }
        Ok(read)
    }
}
