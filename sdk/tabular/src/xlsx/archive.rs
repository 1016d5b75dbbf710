//! The archive a workbook is: its entries listed, and read one at a time, inflated bytes counted as they come.

use std::io::{self, Read, Seek};

use zip::read::{Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;

use crate::error::{Error, Limit};
use crate::limits;

/// An open archive. Nothing of it is inflated until asked.
pub(super) struct Archive<R> {
    zip: ZipIterable<R>,
    entries: Vec<Entry>,
    inflated: u64,
}

struct Entry {
    /// Lower case: names of parts are compared without case.
    name: String,
    twice: bool,
    /// Taken when the entry is opened.
    unread: Option<ZipFileEntry<'static>>,
}

/// One entry being inflated.
pub(super) struct Part<'a, R: Read> {
    file: zip::read::ZipFile<'a, R>,
    inflated: &'a mut u64,
}

impl<R: Read + Seek> Archive<R> {
    /// Lists the entries. The count announced is checked before any is read.
    pub(super) fn open(file: R) -> Result<Self, Error> {
        let mut zip = ZipIterable::try_new(file, Config::default()).map_err(failure)?;
        if zip.len() > limits::ARCHIVE_ENTRIES {
            return Err(Error::TooLarge(Limit::Entries));
        }
        let mut entries = Vec::<Entry>::with_capacity(zip.len());
        for entry in zip.files().map_err(failure)? {
            let entry = entry.map_err(failure)?;
            // Names that climb out or hide behind a backslash are no part's name: they are never asked for.
            let name = String::from_utf8_lossy(entry.name_raw()).to_ascii_lowercase();
            let twice = entries.iter_mut().find(|other| other.name == name).map(|other| other.twice = true);
            entries.push(Entry { name, twice: twice.is_some(), unread: Some(entry) });
        }
        Ok(Self { zip, entries, inflated: 0 })
    }

    /// Whether the archive has this part.
    pub(super) fn has(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Opens a part. Each can be opened once.
    pub(super) fn part(&mut self, name: &str) -> Result<Part<'_, R>, Error> {
        let missing = || Error::Damaged(format!("no part {name}"));
        let at = self.position(name).ok_or_else(missing)?;
        // Of two entries of one name, programs differ on which they read.
        if self.entries[at].twice {
            return Err(Error::UnsafeArchive);
        }
        let entry = self.entries[at].unread.take().ok_or_else(missing)?;
        if entry.encrypted() {
            return Err(Error::Ole);
        }
        let reader = self.zip.files().map_err(failure)?.reader_mut();
        let file = entry.with_reader(reader, zip::ZipReadOptions::new()).map_err(failure)?;
        Ok(Part { file, inflated: &mut self.inflated })
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.name.eq_ignore_ascii_case(name))
    }
}

impl<R: Read> Read for Part<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        *self.inflated += read as u64;
        if *self.inflated > limits::INFLATED_BYTES {
            return Err(Error::TooLarge(Limit::Inflated(limits::INFLATED_BYTES)).into());
        }
        Ok(read)
    }
}

fn failure(error: ZipError) -> Error {
    match error {
        ZipError::Io(error) => Error::from(error),
        other => Error::Damaged(other.to_string()),
    }
}
