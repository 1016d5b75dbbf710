//! `watteau connector pack COMPONENT MANIFEST`: puts a manifest into a component that another toolchain made.

use crate::cli::{Exit, Global};
use anyhow::Context as _;
use clap::Args;
use std::{fs, path::PathBuf};
use watteau_host::with_manifest;

/// Arguments of `watteau connector pack`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Pack {
    /// The component, without a manifest of its own.
    #[arg(value_name = "COMPONENT.wasm")]
    component: PathBuf,
    /// The manifest.
    #[arg(value_name = "manifest.toml")]
    manifest: PathBuf,
    /// Where to write it; else over the component.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Pack {
    pub(super) fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let read =
            |path: &PathBuf| fs::read(path).with_context(|| format!("{} cannot be read", path.display()));
        let component = read(&self.component)?;
        let manifest = String::from_utf8(read(&self.manifest)?)
            .with_context(|| format!("{} is not UTF-8 text", self.manifest.display()))?;
        let packed = match with_manifest(&component, &manifest) {
            Ok(packed) => packed,
            Err(error) => {
                eprintln!("{} cannot be packed: {error}", self.component.display());
                return Ok(Exit::Invalid);
            }
        };
        let output = self.output.unwrap_or(self.component);
        fs::write(&output, packed).with_context(|| format!("{} cannot be written", output.display()))?;
        if global.quiet == 0 {
            eprintln!(
                "{} is a connector: watteau connector inspect tells what it asks for",
                output.display()
            );
        }
        Ok(Exit::Ok)
    }
}
