//! The table of strings that cells share, kept as one text and its cuts.

use std::io::Read;

use quick_xml::events::Event;

use super::xml::{Xml, push_text};
use crate::error::{Error, Limit};
use crate::limits;

/// The shared strings, by number.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Reads the part `xl/sharedStrings.xml`.
    pub(super) fn read(part: impl Read) -> Result<Self, Error> {
        let mut xml = Xml::new(part);
        let mut strings = Self::default();
        let mut string = String::new();
        // Phonetic guides (`rPh`) hold texts too, which are not shown.
        let (mut in_text, mut in_guide) = (false, false);
        loop {
            match xml.next()? {
                Event::Eof => return Ok(strings),
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "si" => string.clear(),
                    "t" => in_text = true,
                    "rPh" => in_guide = true,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => strings.push("")?,
                Event::End(tag) => match tag.local_name().as_ref() {
                    "si" => strings.push(&string)?,
                    "t" => in_text = false,
                    "rPh" => in_guide = false,
                    _ => {}
                },
                event if in_text && !in_guide => push_text(&event, &mut string)?,
                _ => {}
            }
        }
    }

    /// The string of this number.
    pub(super) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)? as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }

    fn push(&mut self, string: &str) -> Result<(), Error> {
        if self.ends.len() == limits::SHARED_STRINGS || self.text.len() + string.len() > limits::SHARED_TEXT {
            return Err(Error::TooLarge(Limit::Strings));
        }
        self.text.push_str(string);
        self.ends.push(self.text.len() as u32);
        Ok(())
    }
}
