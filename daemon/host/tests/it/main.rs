//! The host against a guest that does everything a guest must not, and against servers on loopback.

mod limits;
mod manifests;
mod network;
mod support;
mod third_party;
#[cfg(target_os = "linux")]
mod without_executable_memory;
