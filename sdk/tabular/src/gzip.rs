//! A file compressed by gzip, as if it were not: read from the start as often as wanted, inflated bytes counted.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use flate2::read::MultiGzDecoder;

use crate::error::{Error, Limit};

/// The content of a gzip file, of one member or several. Nothing is kept of it: seeking inflates again from the start.
///
/// ```
/// use std::io::{Cursor, Read};
/// use watteau_tabular::Gunzip;
///
/// // "kWh\n", stored as it is.
/// let gz = b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01\x04\0\xfb\xffkWh\n\x9a\x9f\x61\xe9\x04\0\0\0";
/// let mut text = String::new();
/// Gunzip::new(Cursor::new(gz), 1 << 20).read_to_string(&mut text)?;
/// assert_eq!(text, "kWh\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Gunzip<R> {
    /// None only while the file is rewound.
    decoder: Option<MultiGzDecoder<R>>,
    position: u64,
    limit: u64,
}

impl<R> fmt::Debug for Gunzip<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gunzip").field("position", &self.position).finish_non_exhaustive()
    }
}

impl<R: Read> Gunzip<R> {
    /// Over a file at its start. More than `limit` inflated bytes are [`Error::TooLarge`].
    pub fn new(file: R, limit: u64) -> Self {
        Self { decoder: Some(MultiGzDecoder::new(file)), position: 0, limit }
    }
}

impl<R: Read> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else { return Ok(0) };
        let read = decoder.read(buffer)?;
        self.position += read as u64;
        if self.position > self.limit {
            return Err(Error::TooLarge(Limit::Inflated(self.limit)).into());
        }
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Gunzip<R> {
    /// From the start only: a compressed file does not say how long it is.
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let SeekFrom::Start(offset) = to else { return Err(io::ErrorKind::Unsupported.into()) };
        if offset != self.position {
            let rewound = self.decoder.take().map(MultiGzDecoder::into_inner);
            let mut file = rewound.ok_or(io::ErrorKind::NotSeekable)?;
            let sought = file.seek(SeekFrom::Start(0));
            self.decoder = Some(MultiGzDecoder::new(file));
            self.position = 0;
            sought?;
            let mut passed_over = self.by_ref().take(offset);
            io::copy(&mut passed_over, &mut io::sink())?;
        }
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gz(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).expect("compresses");
        encoder.finish().expect("a member")
    }

    #[test]
    fn members_follow_one_another_and_reading_starts_again() {
        let file = [gz(b"one,"), gz(b"two")].concat();
        let mut content = Gunzip::new(Cursor::new(file), 100);
        for (offset, expected) in [(0, "one,two"), (3, ",two"), (0, "one,two"), (7, "")] {
            content.seek(SeekFrom::Start(offset)).expect("a position");
            let mut text = String::new();
            content.read_to_string(&mut text).expect("a text");
            assert_eq!(text, expected, "from {offset}");
        }
        assert!(content.seek(SeekFrom::End(0)).is_err());
    }

    #[test]
    fn bombs_and_damage_are_refused() {
        let read = |file: Vec<u8>, limit| {
            let error = io::copy(&mut Gunzip::new(Cursor::new(file), limit), &mut io::sink()).err();
            error.map(Error::from)
        };
        let bomb = gz(&vec![b'0'; 10 << 20]);
        assert!(bomb.len() < 20_000);
        assert_eq!(read(bomb.clone(), 1 << 20), Some(Error::TooLarge(Limit::Inflated(1 << 20))));
        assert_eq!(read(bomb.clone(), 10 << 20), None);
        assert!(matches!(read(bomb[..bomb.len() / 2].to_vec(), 10 << 20), Some(Error::Damaged(_))));
        let mut changed = gz(b"2024-01-01;1\n");
        let last = changed.len() - 6;
        changed[last] ^= 1;
        assert!(matches!(read(changed, 100), Some(Error::Damaged(_))));
    }
}
