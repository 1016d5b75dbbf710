//! The daemon as its users meet it: the real binary, real files, the simulated upstreams on loopback.
//!
//! One binary for all of these tests: linking an engine many times is slow. Requests go through the command
//! socket, so that no port has to be guessed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::unnecessary_debug_formatting, reason = "a path between quotes is TOML")]
#![allow(clippy::format_collect, reason = "nothing here is hot")]

mod access;
mod backfill;
mod checking;
mod commands;
mod confinement;
mod crash;
mod demo;
mod described;
mod disk;
mod doctor;
mod files;
mod forecasts;
mod homeassistant;
mod household;
mod keeping;
mod misbehaviour;
mod models;
mod mqtt;
mod plugins;
mod regressions;
mod remote_write;
mod samples;
mod secrets;
mod service;
mod settings;
mod sources;
mod strangers;
mod support;
