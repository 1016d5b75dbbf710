//! The hidden command that compiles a third-party connector to Pulley bytecode.
//!
//! The compiler (Cranelift) takes tens of megabytes and a moment: it runs in a child process of the daemon's
//! own binary, once for each plugin, and its memory goes back with the process.

use super::Exit;
use anyhow::Context as _;
use clap::Args;
use std::path::PathBuf;

/// The command's name; the supervisor starts the binary with it.
pub(crate) const NAME: &str = "__compile";

/// Arguments of the hidden command.
#[derive(Debug, Args)]
pub(super) struct Compile {
    /// The component.
    input: PathBuf,
    /// Where the bytecode goes.
    output: PathBuf,
}

impl Compile {
    pub(super) fn run(self) -> anyhow::Result<Exit> {
        let wasm = std::fs::read(&self.input).with_context(|| format!("{}", self.input.display()))?;
        let bytecode = watteau_host::compile(&wasm)?;
        std::fs::write(&self.output, bytecode).with_context(|| format!("{}", self.output.display()))?;
        Ok(Exit::Ok)
    }
}
