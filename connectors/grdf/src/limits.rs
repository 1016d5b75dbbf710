//! The limits beyond those of [any table](watteau_tabular::limits): what GRDF's files may say, and how much of it is told.

pub use watteau_tabular::limits::{FILE_BYTES, ROWS, TEXT_LINE};

/// JSON arrays and objects inside one another.
pub const JSON_DEPTH: u32 = 64;
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
/// The most a meter burns in one gas day, in Wh: 100 MWh, two hundred times a household.
pub const DAY_WH: i64 = 100_000_000;
/// The most a meter counts in one gas day, in dm3.
pub const DAY_DM3: i64 = 100_000_000;
