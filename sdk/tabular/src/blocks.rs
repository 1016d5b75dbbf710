//! A file read in blocks: many small reads at scattered offsets, as a zip's directory takes, for few of the host's.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::Error;

/// Bytes asked at once.
const BLOCK: usize = 64 * 1024;

/// Keeps the last block that was read.
///
/// ```
/// use std::io::{Cursor, Read, Seek, SeekFrom};
/// use watteau_tabular::Blocks;
///
/// # fn main() -> std::io::Result<()> {
/// let mut blocks = Blocks::new(Cursor::new(b"0123456789"), 10);
/// blocks.seek(SeekFrom::End(-3))?;
/// let mut end = String::new();
/// blocks.read_to_string(&mut end)?;
/// assert_eq!(end, "789");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Blocks<R> {
    inner: R,
    size: u64,
    position: u64,
    block: Vec<u8>,
    /// Where the block begins in the file.
    start: u64,
}

impl<R: Read + Seek> Blocks<R> {
    /// Over a file of so many bytes.
    pub fn new(inner: R, size: u64) -> Self {
        Self { inner, size, position: 0, block: Vec::new(), start: 0 }
    }

    fn fill(&mut self) -> io::Result<()> {
        // A failed read leaves no half-filled block behind.
        self.block.clear();
        self.start = self.position;
        self.inner.seek(SeekFrom::Start(self.start))?;
        self.block.resize(BLOCK, 0);
        let mut filled = 0;
        while filled < BLOCK {
            match self.inner.read(&mut self.block[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.block.clear();
                    return Err(error);
                }
            }
        }
        self.block.truncate(filled);
        Ok(())
    }
}

impl<R: Read + Seek> Read for Blocks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let inside =
            |at: u64, start: u64, length: usize| at.checked_sub(start).filter(|&at| at < length as u64);
        let mut at = inside(self.position, self.start, self.block.len());
        if at.is_none() {
            // The trouble is the machine's or the folder's here, not the file's.
            self.fill().map_err(|error| Error::Unreadable(error.to_string()))?;
            at = inside(self.position, self.start, self.block.len());
        }
        let Some(at) = at else { return Ok(0) };
        let rest = &self.block[at as usize..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl<R: Read + Seek> Seek for Blocks<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn any_walk_reads_what_the_file_holds() {
        let content: Vec<u8> = (0..200_000_u32).map(|at| (at % 251) as u8).collect();
        let mut blocks = Blocks::new(Cursor::new(content.clone()), content.len() as u64);
        for (offset, length) in
            [(0, 10), (65_530, 20), (199_990, 50), (3, 150_000), (131_072, 1), (200_000, 5), (9, 9)]
        {
            blocks.seek(SeekFrom::Start(offset)).expect("a position");
            let mut read = Vec::new();
            blocks.by_ref().take(length).read_to_end(&mut read).expect("bytes");
            let end = content.len().min((offset + length) as usize);
            assert_eq!(read, content[offset as usize..end]);
        }
        assert_eq!(blocks.seek(SeekFrom::End(-1)).expect("a position"), 199_999);
        assert!(blocks.seek(SeekFrom::Current(-200_000)).is_err());
    }
}
