//! The model from outside: invented days, and the shared samples where they are.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod change;
mod household;
mod invented;
mod leaks;
mod odd;
mod regression;
mod samples;
mod saved;
