//! The models against what the Python reference computes.

mod cases;
mod parity;
mod tokens;
