//! Tables for watteau connectors: delimited text and workbooks as people save them, read within limits.
//!
//! A connector to files gets bytes that a person dropped: an export of some site, the same saved again by a
//! spreadsheet, a page in its place, a cut download, or an attack. This crate turns them into rows, whatever they
//! hold, and leaves to the connector what the columns mean:
//!
//! - [`Container`] says what a file is by its first bytes; [`peek()`] lets `sniff` look for words in them.
//! - [`Text`] reads delimited text in UTF-8, Windows-1252 or UTF-16, through [`Gunzip`] where it is compressed;
//!   [`Workbook`] the sheets of an `.xlsx`. Both give [`Rows`], one [`Row`] at a time into a buffer that is used again: memory stays flat.
//! - [`decimal`] reads numbers exactly, [`Day`] dates, [`Stamp`] dates with times; [`Wall`] and [`Order`] make
//!   instants of them, on the days of 23 and 25 hours too. [`normalise`] makes titles comparable, [`Blocks`] makes the
//!   host's reads few.
//! - [`Error`] is why a file cannot be read, with the code and the sentences (English and French) that a
//!   connector's `FileError` needs; [`limits`] is what hostile files are held to.
//!
//! A whole `ingest`, from the file to rows:
//!
//! ```
//! use watteau_sdk::prelude::*;
//! use watteau_tabular::{Blocks, Container, Error, Row, Rows, Text as Table, decimal};
//!
//! /// Sums a column of litres.
//! fn litres(file: &mut File) -> Result<i64, Error> {
//!     let size = file.size();
//!     let mut text = Table::open(Blocks::new(file, size))?;
//!     let (mut records, mut row, mut sum) = (text.records(b';')?, Row::default(), 0);
//!     while records.next(&mut row)? {
//!         let cell = row.get(1).and_then(|cell| decimal::typed_thousandths(cell.text()));
//!         sum += cell.unwrap_or_default();
//!     }
//!     Ok(sum)
//! }
//!
//! fn ingest(file: &mut File) -> Result<i64, FileError> {
//!     let name = file.name();
//!     litres(file).map_err(|error| {
//!         let told = FileError::new(error.code(), error.words(&name, None));
//!         if error.is_incomplete() { told.incomplete() } else { told }
//!     })
//! }
//!
//! # fn main() {
//! assert_eq!(Container::of(b"day;litres\n"), Container::Text);
//! let mut file = File::in_memory("water.csv", "day;litres\n01/02/2025;12,5\n02/02/2025;11\n");
//! assert_eq!(ingest(&mut file), Ok(23_500));
//! let refused = ingest(&mut File::in_memory("water.csv", vec![0; 10])).unwrap_err();
//! assert_eq!(refused.code, "unrecognised_layout");
//! # }
//! ```

pub mod blocks;
pub mod container;
pub mod day;
pub mod decimal;
pub mod error;
pub mod gzip;
pub mod limits;
mod peek;
pub mod row;
pub mod stamp;
pub mod text;
mod titles;
pub mod wall;
pub mod xlsx;

pub use self::blocks::Blocks;
pub use self::container::Container;
pub use self::day::Day;
pub use self::error::{Error, Limit, shown};
pub use self::gzip::Gunzip;
pub use self::peek::{Peek, peek};
pub use self::row::{Kind, Row, Rows, Value};
pub use self::stamp::Stamp;
pub use self::text::Text;
pub use self::titles::normalise;
pub use self::wall::{Order, Wall};
pub use self::xlsx::Workbook;
