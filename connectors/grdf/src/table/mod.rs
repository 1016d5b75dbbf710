//! Tables of readings, in a workbook or a text: found by their titles, never by position, and read row by row.

mod header;
mod rows;
mod when;

pub use header::{Columns, Header, Search};
pub use rows::TableReader;
pub use when::{When, parse as parse_when};
