//! The store from outside, in one binary: what it promises, module by module.

mod backup;
mod basics;
mod formats;
mod large;
mod log;
mod model;
mod opening;
mod order;
mod real_data;
mod support;
