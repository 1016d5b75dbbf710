//! What can go wrong: a plugin that cannot be loaded, a call that failed, a guest that was stopped.

use crate::{manifest::ManifestError, model::Text};
use std::{io, path::PathBuf};

/// Why a plugin cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read, or the cache not written.
    #[error("cannot use {path}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another kind of file.
    #[error("this is not WebAssembly; build the connector with `cargo build --target wasm32-wasip2`")]
    NotWebAssembly,
    /// Not a component: a core module, or a file that is cut or damaged.
    #[error("this is not a WebAssembly component: {0}")]
    NotAComponent(String),
    /// No section `watteau:manifest`.
    #[error(
        "the component holds no manifest: build it with the macro of watteau-sdk, or add the section `watteau:manifest`"
    )]
    NoManifest,
    /// A manifest is to be added, and a module inside holds one.
    #[error("the component holds a manifest from its build: change that one, and build again")]
    ManifestInside,
    /// The manifest cannot be used.
    #[error("the manifest cannot be used: {0}")]
    Manifest(#[from] ManifestError),
    /// It imports or exports something else than the contract.
    #[error("the component does not keep to the contract: {0}")]
    Contract(String),
    /// The bytecode was made by another build, or is damaged.
    #[error("the bytecode does not fit this build of watteau: {0}")]
    Bytecode(String),
    /// The component does not compile.
    #[error("the component does not compile: {0}")]
    Compile(String),
    /// The engine does not start: a bug, or a machine without memory.
    #[error("the engine does not start: {0}")]
    Engine(String),
}

impl LoadError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}

/// Why a call ended without its answer.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The connector says why.
    #[error("{}", .0.message.en)]
    Failure(Failure),
    /// The connector cannot take this file.
    #[error("{}", .0.message.en)]
    File(FileError),
    /// The host stopped it.
    #[error("{}", .0.message.en)]
    Stopped(Stop),
    /// The points of a call that succeeded could not be made durable.
    #[error("the store cannot write: {0}")]
    Store(String),
    /// It cannot be started.
    #[error("the connector cannot be started")]
    Load(#[from] LoadError),
}

/// Why a connector could not do its work, who is at fault, and what the person should read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What has to happen before it is worth trying again.
    pub cause: Cause,
    /// The party at fault by name; none: the connector or the settings.
    pub party: Option<String>,
    /// For the person.
    pub message: Text,
    /// The answer that could not be read, cut and without secrets; never shown to others.
    pub evidence: Option<String>,
}

/// What has to happen before a call is worth trying again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The settings change.
    Settings(Vec<SettingProblem>),
    /// The user acts, or a day goes by.
    Consent,
    /// This instant comes (ms); none: the host chooses.
    Quota(Option<i64>),
    /// So many seconds go by; none: the host chooses.
    Unavailable(Option<u32>),
    /// The source answers something readable.
    Unreadable,
    /// The source has data for the span.
    NoData,
    /// The user acts on the source's side.
    NotOffered,
}

/// What is wrong with one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// Path of the option in the instance's table.
    pub option: String,
    /// For the person.
    pub message: Text,
}

/// Why a file cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// A stable class.
    pub code: String,
    /// For the person.
    pub message: Text,
    /// The file may still be on its way.
    pub incomplete: bool,
}

/// Why the host stopped a connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// It computed for longer than its budget.
    Cpu,
    /// The whole call lasted longer than its deadline.
    Deadline,
    /// It asked for more memory than its limit.
    Memory,
    /// It crashed by itself.
    Panic,
    /// Its calls nested too deep.
    Stack,
    /// It put more points than one call may.
    Flood,
    /// It put something that it had not declared: a series, a unit.
    Contract,
    /// It asked for an address that its manifest does not allow.
    Reach,
}

impl Why {
    /// The stable name, as in metric labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::Panic => "panic",
            Self::Stack => "stack",
            Self::Flood => "flood",
            Self::Contract => "contract",
            Self::Reach => "reach",
        }
    }
}

/// A connector was stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message.en)]
pub struct Stop {
    /// Which wall it ran into.
    pub why: Why,
    /// For the person.
    pub message: Text,
}

impl Stop {
    pub(crate) fn new(why: Why, en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { why, message: Text::new(en, fr) }
    }
}
