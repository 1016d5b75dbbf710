//! What a file is, by its first bytes and never by its name; then its readings.

use std::io::{Read, Seek, SeekFrom};

use crate::collect::Import;
use crate::context::Context;
use crate::failure::{Failure, Limit};
use crate::{json, limits, text, xlsx};

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// No byte.
    Empty,
    /// Zeros only: a copy that has its size before its content.
    Zeros,
    /// A zip, which a workbook is.
    Archive,
    /// An old or locked office file.
    Ole,
    /// JSON, after so many bytes of byte-order mark.
    Json(u64),
    /// A web page, or other markup.
    Markup {
        /// A web page for sure.
        page: bool,
    },
    /// Anything else may be a text.
    Text,
}

impl Container {
    /// By the first bytes, as many as there are.
    pub fn of(head: &[u8]) -> Self {
        const OLE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        let mark = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let text = head[mark..].trim_ascii_start();
        match text.first() {
            _ if head.is_empty() => Self::Empty,
            _ if head.iter().all(|&byte| byte == 0) => Self::Zeros,
            _ if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => Self::Archive,
            _ if head.starts_with(&OLE) => Self::Ole,
            Some(b'{' | b'[') => Self::Json(mark as u64),
            Some(b'<') => {
                let start = text[..text.len().min(1024)].to_ascii_lowercase();
                let has = |tag: &[u8]| start.windows(tag.len()).any(|window| window == tag);
                Self::Markup { page: has(b"<html") || has(b"<!doctype html") || has(b"<head") }
            }
            _ => Self::Text,
        }
    }
}

/// Reads a whole file.
///
/// The name only chooses the words for a text that is none of ours: under a workbook's name it is no workbook.
pub fn read<R: Read + Seek>(mut file: R, name: &str, context: Context) -> Result<Import, Failure> {
    if file.seek(SeekFrom::End(0))? > limits::FILE_BYTES {
        return Err(Failure::TooLarge(Limit::File));
    }
    file.seek(SeekFrom::Start(0))?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head)?;
    match Container::of(&head) {
        Container::Empty => Err(Failure::Empty),
        Container::Zeros => Err(Failure::Damaged("nothing but zeros".to_owned())),
        Container::Ole => Err(Failure::Ole),
        Container::Markup { page } => Err(Failure::NotASpreadsheet { page }),
        Container::Archive => xlsx::read(file, context),
        Container::Json(mark) => json::read(file, mark, context),
        Container::Text => text::read(file, context).map_err(|failure| match failure {
            Failure::Unrecognised(_) if is_named_workbook(name) => Failure::NotASpreadsheet { page: false },
            other => other,
        }),
    }
}

fn is_named_workbook(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["xlsx", "xlsm", "xls"].iter().any(|workbook| extension.eq_ignore_ascii_case(workbook))
}
