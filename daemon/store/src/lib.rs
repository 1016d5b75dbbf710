//! draft
mod codec;
mod types;
pub use types::*;
