//! What a file is, by its first bytes and never by its name.

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
    /// Compressed by gzip, whatever is inside.
    Gzip,
    /// Anything else may be a text.
    Text,
}

impl Container {
    /// By the first bytes, as many as there are.
    ///
    /// ```
    /// use watteau_tabular::Container;
    ///
    /// assert_eq!(Container::of(b"PK\x03\x04..."), Container::Archive);
    /// assert_eq!(Container::of(b"<!DOCTYPE html><html>"), Container::Markup { page: true });
    /// assert_eq!(Container::of(b"date;kWh\n"), Container::Text);
    /// ```
    pub fn of(head: &[u8]) -> Self {
        const OLE: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        let mark = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let text = head[mark..].trim_ascii_start();
        match text.first() {
            _ if head.is_empty() => Self::Empty,
            _ if head.iter().all(|&byte| byte == 0) => Self::Zeros,
            _ if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") => Self::Archive,
            _ if head.starts_with(&OLE) => Self::Ole,
            _ if head.starts_with(b"\x1f\x8b") => Self::Gzip,
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
