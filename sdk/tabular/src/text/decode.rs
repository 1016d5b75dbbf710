//! Text of any of the four encodings that spreadsheets save in, as UTF-8. A general decoder would carry the tables
//! of forty encodings into the component for the 27 characters that Windows-1252 needs.

use std::io::{self, Read, Seek, SeekFrom};

use crate::error::Error;

/// How a text's bytes stand for characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// With a byte-order mark or without.
    Utf8 {
        /// It begins with a mark.
        mark: bool,
    },
    /// What Excel in French calls CSV.
    Windows1252,
    /// Little end first; with a mark.
    Utf16Le,
    /// Big end first; with a mark.
    Utf16Be,
}

/// Windows-1252 from 0x80 to 0x9f; zero where it has no character.
const WINDOWS_1252: [u16; 32] = [
    0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,
    0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
    0x0153, 0, 0x017e, 0x0178,
];

impl Encoding {
    /// By the byte-order mark; else UTF-8 if all of the file is; else Windows-1252. A NUL is in no text.
    pub fn of<R: Read + Seek>(file: &mut R) -> Result<Self, Error> {
        file.seek(SeekFrom::Start(0))?;
        let mut buffer = vec![0; 16 * 1024];
        let mut filled = 0;
        let (mut first, mut utf8, mut mark) = (true, true, false);
        loop {
            let read = file.read(&mut buffer[filled..])?;
            let bytes = &buffer[..filled + read];
            if std::mem::take(&mut first) {
                match bytes {
                    [0xff, 0xfe, ..] => return Ok(Self::Utf16Le),
                    [0xfe, 0xff, ..] => return Ok(Self::Utf16Be),
                    [0xef, 0xbb, 0xbf, ..] => mark = true,
                    _ => {}
                }
            }
            // A NUL is in no text of single bytes.
            if bytes[filled..].contains(&0) {
                return Err(Error::NotText);
            }
            let whole = match std::str::from_utf8(bytes) {
                Ok(_) => bytes.len(),
                // The buffer may end within a character; the file may not.
                Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
                Err(_) => {
                    utf8 = false;
                    bytes.len()
                }
            };
            let length = bytes.len();
            buffer.copy_within(whole..length, 0);
            filled = length - whole;
            if read == 0 {
                return Ok(if utf8 { Self::Utf8 { mark } } else { Self::Windows1252 });
            }
        }
    }

    /// Bytes of the mark before the text.
    pub fn mark(self) -> u64 {
        match self {
            Self::Utf8 { mark: true } => 3,
            Self::Utf8 { mark: false } | Self::Windows1252 => 0,
            Self::Utf16Le | Self::Utf16Be => 2,
        }
    }
}

/// Gives the text as UTF-8.
#[derive(Debug)]
pub struct Decoder<R> {
    inner: R,
    encoding: Encoding,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    /// A UTF-16 byte or surrogate whose other half is still to come.
    byte: Option<u8>,
    surrogate: Option<u16>,
}

impl<R: Read> Decoder<R> {
    /// Starts after the mark.
    pub fn new(inner: R, encoding: Encoding) -> Self {
        Self {
            inner,
            encoding,
            input: vec![0; 8 * 1024],
            output: Vec::new(),
            given: 0,
            byte: None,
            surrogate: None,
        }
    }

    fn unit(&mut self, unit: u16) {
        let lead = self.surrogate.take();
        let decoded = match (lead, unit) {
            (None, 0xd800..=0xdbff) => {
                self.surrogate = Some(unit);
                return;
            }
            (Some(lead), 0xdc00..=0xdfff) => char::decode_utf16([lead, unit]).next(),
            (_, unit) => char::decode_utf16([unit]).next(),
        };
        let character = decoded.and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER);
        self.push(character);
    }

    fn push(&mut self, character: char) {
        self.output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn decode(&mut self, read: usize) {
        if matches!(self.encoding, Encoding::Utf8 { .. }) {
            self.output.extend_from_slice(&self.input[..read]);
            return;
        }
        for at in 0..read {
            let byte = self.input[at];
            match (self.encoding, self.byte) {
                (Encoding::Utf8 { .. } | Encoding::Windows1252, _) => {
                    let character = match byte {
                        0x80..=0x9f => match WINDOWS_1252[usize::from(byte - 0x80)] {
                            0 => char::REPLACEMENT_CHARACTER,
                            unit => char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER),
                        },
                        byte => char::from(byte),
                    };
                    self.push(character);
                }
                (_, None) => self.byte = Some(byte),
                (encoding, Some(first)) => {
                    self.byte = None;
                    let pair = [first, byte];
                    let little = encoding == Encoding::Utf16Le;
                    self.unit(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) });
                }
            }
        }
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.output.len() {
            (self.given, self.output) = (0, std::mem::take(&mut self.output));
            self.output.clear();
            let read = self.inner.read(&mut self.input)?;
            if read == 0 {
                return Ok(0);
            }
            self.decode(read);
        }
        let count = buffer.len().min(self.output.len() - self.given);
        buffer[..count].copy_from_slice(&self.output[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn decoded(bytes: &[u8]) -> (Encoding, String) {
        let mut file = Cursor::new(bytes);
        let encoding = Encoding::of(&mut file).expect("a text");
        file.set_position(encoding.mark());
        let mut text = String::new();
        Decoder::new(file, encoding).read_to_string(&mut text).expect("UTF-8");
        (encoding, text)
    }

    #[test]
    fn four_encodings_of_one_text() {
        let text = "relevé;1 002,5 €\r\n𝄞 °C\n";
        let utf16 = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<_>>();
        assert_eq!(decoded(text.as_bytes()), (Encoding::Utf8 { mark: false }, text.to_owned()));
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        assert_eq!(decoded(&marked), (Encoding::Utf8 { mark: true }, text.to_owned()));
        let little = [vec![0xff, 0xfe], utf16(u16::to_le_bytes)].concat();
        assert_eq!(decoded(&little), (Encoding::Utf16Le, text.to_owned()));
        let big = [vec![0xfe, 0xff], utf16(u16::to_be_bytes)].concat();
        assert_eq!(decoded(&big), (Encoding::Utf16Be, text.to_owned()));
        assert_eq!(decoded(b"relev\xe9 \x80 \xb0C"), (Encoding::Windows1252, "relevé € °C".to_owned()));
    }

    #[test]
    fn a_character_across_two_reads_is_still_utf8() {
        for shift in 0..4 {
            let text = format!("{}{}", "a".repeat(16 * 1024 - shift), "é".repeat(20_000));
            assert_eq!(decoded(text.as_bytes()), (Encoding::Utf8 { mark: false }, text));
        }
    }

    #[test]
    fn a_cut_character_or_a_nul() {
        assert_eq!(decoded(b"relev\xc3").0, Encoding::Windows1252);
        assert!(Encoding::of(&mut Cursor::new(b"a\0b")).is_err());
    }
}
