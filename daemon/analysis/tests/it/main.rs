//! The model from outside: invented days, and the shared samples where they are.

mod invented;
mod leaks;
mod odd;
mod samples;
mod saved;
