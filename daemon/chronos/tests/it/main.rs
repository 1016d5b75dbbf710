//! The models against what the Python reference computes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::float_cmp, reason = "what must be exact is compared exactly")]

mod arm;
mod broken;
mod built_in;
mod cases;
mod input;
mod memory;
mod parity;
mod tokens;
mod train;
