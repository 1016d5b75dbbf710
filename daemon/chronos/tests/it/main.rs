//! The models against what the Python reference computes.

mod broken;
mod cases;
mod input;

mod parity;
mod tokens;
