//! `cargo xtask build`: the one binary, with the connectors and the dashboard inside.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;

use crate::workspace::{Profile, Workspace, ensure_target};
use crate::{connectors, process};

/// What the binary is built for.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Another machine than this one, e.g. aarch64-unknown-linux-gnu for a Raspberry Pi
    #[arg(long)]
    pub(crate) target: Option<String>,
}

/// A machine that watteau is built for from another one.
struct Cross {
    target: &'static str,
    /// The linker and compiler of Debian for it.
    gcc: &'static str,
    /// The package that brings them.
    package: &'static str,
}

const CROSS: [Cross; 2] = [
    Cross {
        target: "aarch64-unknown-linux-gnu",
        gcc: "aarch64-linux-gnu-gcc",
        package: "gcc-aarch64-linux-gnu",
    },
    Cross {
        target: "x86_64-unknown-linux-gnu",
        gcc: "x86_64-linux-gnu-gcc",
        package: "gcc-x86-64-linux-gnu",
    },
];

/// Builds everything in release; answers where the binary is.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<PathBuf> {
    connectors::build(workspace, Profile::Release)?;
    let mut command = workspace.cargo("build");
    command.args(["--release", "--workspace", "--bin", "watteau"]);
    let binary = match &arguments.target {
        None => workspace.program(Profile::Release, "watteau"),
        Some(target) => {
            command.args(["--target", target]).envs(cross(workspace, target)?);
            // Connectors are the same bytes for every machine, and are not below the target's own folder.
            command.env("WATTEAU_CONNECTORS", workspace.built_connectors());
            workspace.target.join(target).join("release/watteau")
        }
    };
    process::run(&mut command)?;
    eprintln!("{}: {:.1} MB", binary.display(), std::fs::metadata(&binary)?.len() as f64 / 1e6);
    Ok(binary)
}

/// Readies the toolchain for another machine; answers the environment that makes cargo use it.
pub(crate) fn cross(workspace: &Workspace, target: &str) -> Result<Vec<(String, String)>> {
    let Some(cross) = CROSS.iter().find(|cross| cross.target == target) else {
        let known: Vec<_> = CROSS.iter().map(|cross| cross.target).collect();
        bail!("{target} is not a target that watteau is built for; it is built for {}", known.join(", "));
    };
    if process::find(cross.gcc).is_none() {
        bail!(
            "{target} needs {}; on Debian: sudo apt install {} libc6-dev-{}-cross",
            cross.gcc,
            cross.package,
            architecture(target)?
        );
    }
    ensure_target(workspace, target)?;
    let name = target.replace('-', "_");
    Ok(vec![
        (format!("CARGO_TARGET_{}_LINKER", name.to_uppercase()), cross.gcc.into()),
        (format!("CC_{name}"), cross.gcc.into()),
    ])
}

/// Debian's name for the architecture of a Rust target.
pub(crate) fn architecture(target: &str) -> Result<&'static str> {
    Ok(match target.split('-').next() {
        Some("x86_64") => "amd64",
        Some("aarch64") => "arm64",
        _ => bail!("no Debian architecture is known for {target}"),
    })
}
