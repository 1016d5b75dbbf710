//! One XML part, token by token, held to the limits.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::events::{BytesStart, Event};

use crate::error::{Error, Limit};
use crate::limits;

/// Reads an XML part and refuses what no honest workbook holds.
pub(super) struct Xml<R: Read> {
    reader: quick_xml::Reader<TokenGuard<BufReader<R>>>,
    token: Vec<u8>,
    depth: u32,
    elements: u32,
}

impl<R: Read> Xml<R> {
    /// Starts at the beginning of the part.
    pub(super) fn new(part: R) -> Self {
        let guard = TokenGuard { inner: BufReader::with_capacity(16 * 1024, part), read: 0 };
        Self { reader: quick_xml::Reader::from_reader(guard), token: Vec::new(), depth: 0, elements: 0 }
    }

    /// The next token; [`Event::Eof`] at the end.
    pub(super) fn next(&mut self) -> Result<Event<'_>, Error> {
        self.token.clear();
        self.reader.get_mut().read = 0;
        let event = self.reader.read_event_into(&mut self.token).map_err(failure)?;
        match &event {
            Event::Start(tag) => {
                self.depth += 1;
                self.elements += 1;
                if tag.len() > limits::XML_TAG {
                    return Err(Error::TooLarge(Limit::Cell));
                }
            }
            Event::Empty(_) => self.elements += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => return Err(Error::UnsafeXml),
            Event::Eof if self.depth > 0 => return Err(Error::Damaged("an XML part is cut".to_owned())),
            _ => {}
        }
        if self.depth > limits::XML_DEPTH {
            return Err(Error::TooLarge(Limit::Depth));
        }
        if self.elements > limits::XML_ELEMENTS {
            return Err(Error::TooLarge(Limit::Cells));
        }
        Ok(event)
    }

    /// Inflates the rest without looking at it, so that its checksum is verified.
    pub(super) fn drain(&mut self) -> Result<(), Error> {
        let rest = self.reader.get_mut();
        loop {
            rest.read = 0;
            match rest.fill_buf()?.len() {
                0 => return Ok(()),
                length => rest.consume(length),
            }
        }
    }
}

/// Adds the text of a token to `out`; tokens that are no text add nothing.
pub(super) fn push_text(event: &Event<'_>, out: &mut String) -> Result<(), Error> {
    match event {
        Event::Text(text) => out.push_str(text),
        Event::CData(text) => out.push_str(text),
        Event::GeneralRef(name) => {
            let character = match &**name {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                "apos" => '\'',
                // A name of one's own needs a document type, which is refused; without one it means nothing.
                _ => name
                    .resolve_char_ref()
                    .ok()
                    .flatten()
                    .ok_or_else(|| Error::Damaged("an unknown entity".to_owned()))?,
            };
            out.push(character);
        }
        _ => {}
    }
    // Bytes first: counting characters is only worth it where they could be too many.
    if out.len() > limits::CELL_CHARS && out.chars().count() > limits::CELL_CHARS {
        return Err(Error::TooLarge(Limit::Cell));
    }
    Ok(())
}

/// The value of an attribute, by its name without prefix.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, Error> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| Error::Damaged(error.to_string()))?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|error| Error::Damaged(error.to_string()))?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

fn failure(error: quick_xml::Error) -> Error {
    match error {
        quick_xml::Error::Io(error) => Error::from(&*error),
        other => Error::Damaged(other.to_string()),
    }
}

/// Counts the bytes of the token being read: the parser keeps a token whole, however long.
struct TokenGuard<R> {
    inner: R,
    read: u64,
}

impl<R: BufRead> Read for TokenGuard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for TokenGuard<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read > limits::XML_TOKEN {
            return Err(Error::TooLarge(Limit::Cell).into());
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.read += amount as u64;
        self.inner.consume(amount);
    }
}
