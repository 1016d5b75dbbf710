//! The host against a guest that does everything a guest must not, and against servers on loopback.

#![allow(clippy::unwrap_used)] // the helpers of a test fail like the test
#![allow(clippy::unnecessary_wraps)] // a server that never answers answers none

mod contract;
mod javascript;
mod limits;
mod manifests;
mod network;
mod support;
mod third_party;
#[cfg(target_os = "linux")]
mod without_executable_memory;
