//! Regressions on invented homes, on certified numbers, and on the real home of the shared samples.

mod daily;
mod home;
mod level;
mod linear;
mod monthly;
mod refusals;
mod samples;
mod strange;
