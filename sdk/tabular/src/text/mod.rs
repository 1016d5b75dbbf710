//! Tables saved as text: any of four encodings, any separator, quoted as RFC 4180 has it.

mod decode;
mod records;

use std::io::{BufReader, Read, Seek, SeekFrom};

pub use self::decode::{Decoder, Encoding};
pub use self::records::Records;
use crate::error::Error;

/// A text whose encoding is known. It can be read as often as wanted, with one separator or another: which one it
/// has shows by its titles.
///
/// ```
/// use std::io::Cursor;
/// use watteau_tabular::{Row, Rows, Text};
///
/// # fn main() -> Result<(), watteau_tabular::Error> {
/// // Excel's French "CSV": Windows-1252, semicolons, decimal commas.
/// let mut text = Text::open(Cursor::new(b"Relev\xe9;kWh\r\n01/02/2025;\"1 002,5\"\r\n"))?;
/// let (mut records, mut row) = (text.records(b';')?, Row::default());
/// assert!(records.next(&mut row)?);
/// assert_eq!(row.get(0).map(|cell| cell.text()), Some("Relevé"));
/// assert!(records.next(&mut row)?);
/// let kwh = row.get(1).and_then(|cell| watteau_tabular::decimal::typed_thousandths(cell.text()));
/// assert_eq!((row.number, kwh), (2, Some(1_002_500)));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Text<R> {
    file: R,
    encoding: Encoding,
}

impl<R: Read + Seek> Text<R> {
    /// Reads the file once, to learn how its bytes stand for characters.
    pub fn open(mut file: R) -> Result<Self, Error> {
        let encoding = Encoding::of(&mut file)?;
        Ok(Self { file, encoding })
    }

    /// How its bytes stand for characters.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Its records from the first line on.
    pub fn records(&mut self, separator: u8) -> Result<Records<BufReader<Decoder<&mut R>>>, Error> {
        self.file.seek(SeekFrom::Start(self.encoding.mark()))?;
        Ok(Records::new(BufReader::new(Decoder::new(&mut self.file, self.encoding)), separator))
    }
}
