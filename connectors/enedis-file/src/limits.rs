//! The limits beyond those of [any table](watteau_tabular::limits): what Enedis's files may say, and how much of it is
//! told.

pub use watteau_tabular::limits::FILE_BYTES;

/// Meters one file may name.
pub const METERS: usize = 1_000;
/// Rows, non-empty, among which a sheet's titles are looked for.
pub const HEADER_ROWS: u32 = 60;
/// Lines among which a text's titles are looked for.
pub const HEADER_LINES: u32 = 200;
/// Refused rows told one by one; further ones are counted.
pub const REFUSALS: usize = 500;
/// Different remarks kept.
pub const REMARKS: usize = 20;
