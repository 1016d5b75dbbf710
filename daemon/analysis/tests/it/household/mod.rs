//! Homes from outside: invented ones, and a real one from the shared samples where they are.

mod invented;
mod leaks;
mod odd;
mod rests;
mod samples;
