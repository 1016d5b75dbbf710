//! A real home watched, and simulated years of its gas whose truth is known.

pub(crate) mod real;
pub(crate) mod score;
pub(crate) mod simulate;
pub(crate) mod weather;
