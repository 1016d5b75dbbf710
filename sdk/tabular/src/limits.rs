//! The limits a file is held to while it is read, so that a hostile or broken one costs little.
//!
//! They are checked as bytes go by, never from what a header announces. What a guest keeps in memory is bounded
//! by them too: it has 32 MB in all.

/// Bytes of the file as it lies on disk.
pub const FILE_BYTES: u64 = 20 * 1024 * 1024;
/// Bytes inflated out of one archive, all parts together.
pub const INFLATED_BYTES: u64 = 64 * 1024 * 1024;
/// Entries an archive may list.
pub const ARCHIVE_ENTRIES: usize = 1_000;
/// Rows of one sheet; lines of one text, unless [`Records::most_lines`](crate::text::Records::most_lines) says otherwise.
pub const ROWS: u32 = 200_000;
/// Columns looked at; what stands further right is ignored.
pub const COLUMNS: u16 = 256;
/// Cells of one sheet, empty ones included.
pub const CELLS: u32 = 2_000_000;
/// Strings of a workbook's shared table.
pub const SHARED_STRINGS: usize = 500_000;
/// Bytes of text kept of the shared table: the guest's memory cannot hold all that 64 MB may inflate to.
pub const SHARED_TEXT: usize = 8 * 1024 * 1024;
/// Characters of one cell.
pub const CELL_CHARS: usize = 32_767;
/// Bytes of one XML token. A cell's text fits (32,767 characters of up to four bytes).
pub const XML_TOKEN: u64 = 160 * 1024;
/// Bytes of one XML tag, its attributes included.
pub const XML_TAG: usize = 16 * 1024;
/// XML elements inside one another.
pub const XML_DEPTH: u32 = 256;
/// XML elements of one part: two million cells need about five million.
pub const XML_ELEMENTS: u32 = 6_000_000;
/// Bytes of one line of text, and of one record spread over several lines by quotes.
pub const TEXT_LINE: usize = 1024 * 1024;
