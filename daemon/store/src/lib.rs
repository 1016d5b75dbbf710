//! draft
mod backend;
mod classify;
mod codec;
#[cfg(test)]
mod crash_tests;
mod effects;
mod error;
mod fold;
mod live;
mod lookup;
mod migrate;
mod read;
mod store;
mod tables;
mod types;
mod validate;
mod writer;
pub use error::{Error, OpenError};
pub use store::{Options, Store};
pub use types::*;
