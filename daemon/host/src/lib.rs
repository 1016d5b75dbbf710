//! Loads and runs watteau connectors: WebAssembly components on wasmtime, sandboxed, as Pulley bytecode.
//!
//! A guest is hostile until shown otherwise. It reaches what its manifest asks for *and* its [`Grant`] gives,
//! through the imports of `sdk/wit/since-v1` and nothing else; every call gets a fresh instance with a memory
//! cap, a budget of guest CPU, a deadline over everything, and is dropped after. Whatever goes wrong costs that
//! call and nobody else anything.
//!
//! The crate never sees the store, never decides when to run, and knows nothing of energy: what a guest says is
//! checked against what its manifest declared, and handed to a [`Sink`]. It makes no native code: connectors are
//! compiled ahead to the bytecode of wasmtime's portable interpreter, built-in ones at build time, others
//! once by a child process ([`Compiler`]).
//!
//! In reading order: [`manifest`] (what a plugin wants), [`services`] (what the daemon gives), [`Grant`],
//! [`Plugin`] and [`Run`]; inside, `engine` and `limits` (the walls), `since_v1` (the contract's functions),
//! `http` (the one way out), `checks` (is it what was declared?).

mod checks;
mod compiler;
mod described;
mod engine;
mod error;
mod grant;
mod http;
mod limits;
pub mod manifest;
mod model;
mod run;
mod section;
pub mod services;
mod since_v1;
mod units;

pub use compiler::Compiler;
pub use engine::{Width, compile, compile_file};
pub use error::{Cause, Failure, FileError, LoadError, RunError, SettingProblem, Stop, Why};
pub use grant::Grant;
pub use http::Tokens;
pub use manifest::Manifest;
pub use model::{InputFile, Job, Kind, Outcome, Point, Quality, Report, Series, Step, Text};
pub use run::{Host, Plugin, Run};
pub use section::{manifest_text, with_manifest};
pub use services::{
    Clock, Decision, MeterRows, Meters, NoMeters, NoQuota, NoSecrets, NoSink, NotBefore, Put, Quota, Refusal,
    Secrets, Sink, SystemClock,
};
