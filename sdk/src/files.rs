//! Connectors that read files.

pub use crate::bindings::{
    plugin::watteau::connector::files::{Decision, MeterRows},
    reader::exports::watteau::connector::reader::Report,
};
use crate::{
    context::Context,
    failure::{Failure, FileError},
    time::Instant,
    types::{Series, Text},
};
use serde::de::DeserializeOwned;
use std::io::{self, Read, Seek, SeekFrom};

/// A connector to files that the user drops into a folder, or names on purpose.
pub trait Files {
    /// The manifest's options as the user set them, defaults filled in.
    type Settings: DeserializeOwned;

    /// The series these settings give beyond the manifest's (`dynamic = true`).
    fn describe(_ctx: Context<'_>, _settings: &Self::Settings) -> Result<Vec<Series>, Failure> {
        Ok(Vec::new())
    }

    /// Tests the settings. Most have nothing to test: the files come later.
    fn check(_ctx: Context<'_>, _settings: &Self::Settings) -> Result<Text, Failure> {
        Ok(Text::new("Ready to read files.", "Prêt à lire des fichiers."))
    }

    /// How sure it is, from 0 (not mine) to 100, that it can read a file, by its first bytes (up to 64 KiB).
    fn sniff(name: &str, size: u64, head: &[u8]) -> u8;

    /// The same for one instance, where its settings say what its files look like. They change nothing unless this is
    /// written.
    fn sniff_as(_ctx: Context<'_>, _settings: &Self::Settings, name: &str, size: u64, head: &[u8]) -> u8 {
        Self::sniff(name, size, head)
    }

    /// Reads a file whole: what it puts becomes durable together when it succeeds, or not at all.
    fn ingest(ctx: Context<'_>, settings: &Self::Settings, file: &mut File) -> Result<Report, FileError>;
}

impl Report {
    /// A report with what was recognised, and nothing else yet.
    pub fn new(format: impl Into<String>) -> Self {
        Self {
            format: format.into(),
            exported: None,
            first_day: None,
            last_day: None,
            absent: 0,
            remarks: Vec::new(),
        }
    }
}

/// Where a file's bytes come from: the host, or memory in tests.
pub trait FileBytes {
    /// As shown to the user; never a path.
    fn name(&self) -> String;
    /// In bytes.
    fn size(&self) -> u64;
    /// When it was last changed, where that is known.
    fn modified(&self) -> Option<Instant>;
    /// Up to `length` bytes from `offset`; fewer at the end, or where the host bounds one read.
    fn read_at(&self, offset: u64, length: u32) -> Result<Vec<u8>, String>;
}

/// A file to read, as [`Read`] and [`Seek`].
pub struct File {
    bytes: Box<dyn FileBytes>,
    position: u64,
}

impl File {
    /// Over any source of bytes.
    pub fn new(bytes: impl FileBytes + 'static) -> Self {
        Self { bytes: Box::new(bytes), position: 0 }
    }

    /// A file in memory, for tests.
    pub fn in_memory(name: impl Into<String>, content: impl Into<Vec<u8>>) -> Self {
        Self::new(InMemory { name: name.into(), content: content.into() })
    }

    /// As shown to the user; never a path. May hold anything: decide by content.
    pub fn name(&self) -> String {
        self.bytes.name()
    }

    /// In bytes.
    pub fn size(&self) -> u64 {
        self.bytes.size()
    }

    /// When it was last changed, where that is known.
    pub fn modified(&self) -> Option<Instant> {
        self.bytes.modified()
    }

    /// The whole content, refused above `limit` bytes.
    pub fn read_all(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        if self.size() > limit {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("{} bytes, the limit is {limit}", self.size()),
            ));
        }
        self.position = 0;
        let mut content = Vec::with_capacity(self.size() as usize);
        self.read_to_end(&mut content)?;
        Ok(content)
    }
}

impl Read for File {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = u32::try_from(into.len()).unwrap_or(u32::MAX);
        if length == 0 || self.position >= self.bytes.size() {
            return Ok(0);
        }
        let read = self.bytes.read_at(self.position, length).map_err(io::Error::other)?;
        let count = read.len().min(into.len());
        into[..count].copy_from_slice(&read[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for File {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.bytes.size().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a seek before the file's start"))?;
        Ok(self.position)
    }
}

struct InMemory {
    name: String,
    content: Vec<u8>,
}

impl FileBytes for InMemory {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn size(&self) -> u64 {
        self.content.len() as u64
    }

    fn modified(&self) -> Option<Instant> {
        None
    }

    fn read_at(&self, offset: u64, length: u32) -> Result<Vec<u8>, String> {
        let from = usize::try_from(offset).map_or(self.content.len(), |at| at.min(self.content.len()));
        let to = from.saturating_add(length as usize).min(self.content.len());
        Ok(self.content[from..to].to_vec())
    }
}
