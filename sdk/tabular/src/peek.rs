//! The words in a file's first bytes, for `sniff`: a text as it is, a workbook by the parts that lie within.

use std::io::Read;
use std::path::Path;

use crate::container::Container;

/// Inflated bytes looked at in all.
const INFLATED: u64 = 1024 * 1024;

/// The texts within the first bytes of a file: one for a text, one for each part of a workbook that is in reach.
///
/// They are for words that are plain ASCII whatever the encoding: letters are lower case, bytes beyond ASCII stand
/// for themselves, zeros (of UTF-16) are left out. A workbook's parts are found by their local headers, since its
/// directory lies at the end, out of reach; cut data still gives what comes before the cut.
///
/// ```
/// let head = b"Identifiant PRM;Unit\xe9\n";
/// assert!(watteau_tabular::peek(head).any(|text| text.contains("identifiant prm")));
/// ```
pub fn peek(head: &[u8]) -> Peek<'_> {
    Peek { head, at: 0, budget: INFLATED, archive: Container::of(head) == Container::Archive }
}

/// What [`peek`] answers.
#[derive(Clone, Debug)]
pub struct Peek<'a> {
    head: &'a [u8],
    at: usize,
    budget: u64,
    archive: bool,
}

fn plain(bytes: &[u8]) -> String {
    bytes.iter().filter(|&&byte| byte != 0).map(|&byte| char::from(byte.to_ascii_lowercase())).collect()
}

impl Iterator for Peek<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        const HEADER: usize = 30;
        if !self.archive {
            let rest = self.head.get(self.at..).filter(|rest| !rest.is_empty())?;
            self.at = self.head.len();
            return Some(plain(rest));
        }
        while self.budget > 0
            && let Some(header) = self.head.get(self.at..self.at + HEADER)
            && header.starts_with(b"PK\x03\x04")
        {
            let field = |offset: usize| u16::from_le_bytes([header[offset], header[offset + 1]]);
            let named = self.at + HEADER;
            let start = named + usize::from(field(26)) + usize::from(field(28));
            let data = self.head.get(start..)?;
            let name = plain(&self.head[named..named + usize::from(field(26))]);
            let is_part = Path::new(&name).extension().is_some_and(|extension| extension == "xml");
            let mut content = Vec::new();
            if is_part && name.contains("xl/") {
                let read = match field(8) {
                    0 => data.take(self.budget).read_to_end(&mut content),
                    8 => flate2::read::DeflateDecoder::new(data).take(self.budget).read_to_end(&mut content),
                    _ => Ok(0),
                };
                // Cut data still gives what comes before the cut.
                drop(read);
                self.budget = self.budget.saturating_sub(content.len() as u64 + 1);
            }
            // Sizes may follow the data, or lie: the next header is looked for.
            let next = data.windows(4).position(|window| window == b"PK\x03\x04");
            self.at = next.map_or(self.head.len(), |next| start + next);
            if !content.is_empty() {
                return Some(plain(&content));
            }
        }
        None
    }
}
