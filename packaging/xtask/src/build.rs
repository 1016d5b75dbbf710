//! `cargo xtask build`: the one binary, with the connectors and the dashboard inside.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::connectors::Bits;
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
    /// The linker and C compiler for it, as Debian names it.
    gcc: &'static str,
    /// The packages that bring them.
    packages: &'static str,
    /// The size of its addresses.
    bits: Bits,
}

const CROSS: [Cross; 3] = [
    Cross {
        target: "aarch64-unknown-linux-gnu",
        gcc: "aarch64-linux-gnu-gcc",
        packages: "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
        bits: Bits::B64,
    },
    Cross {
        target: "x86_64-unknown-linux-gnu",
        gcc: "x86_64-linux-gnu-gcc",
        packages: "gcc-x86-64-linux-gnu libc6-dev-amd64-cross",
        bits: Bits::B64,
    },
    Cross {
        target: "armv7-unknown-linux-gnueabihf",
        gcc: "arm-linux-gnueabihf-gcc",
        packages: "gcc-arm-linux-gnueabihf libc6-dev-armhf-cross",
        bits: Bits::B32,
    },
];

/// Builds everything in release; answers where the binary is.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<PathBuf> {
    let mut command = workspace.cargo("build");
    command.args(["--release", "--workspace", "--bin", "watteau"]);
    let mut bits = Bits::B64;
    let binary = match &arguments.target {
        None => workspace.program(Profile::Release, "watteau"),
        Some(target) => {
            let cross = cross(workspace, target)?;
            command.args(["--target", target]).envs(cross.environment());
            bits = cross.bits;
            workspace.target.join(target).join("release/watteau")
        }
    };
    let folder = connectors::build_for(workspace, Profile::Release, bits)?;
    if bits == Bits::B32 {
        command.env("WATTEAU_CONNECTORS", folder);
    }
    process::run(&mut command)?;
    let size = fs::metadata(&binary).with_context(|| format!("cannot read {}", binary.display()))?.len();
    eprintln!("{}: {:.1} MB", binary.display(), size as f64 / 1e6);
    Ok(binary)
}

/// Readies the toolchain for another machine.
fn cross(workspace: &Workspace, target: &str) -> Result<&'static Cross> {
    let Some(cross) = CROSS.iter().find(|cross| cross.target == target) else {
        let known: Vec<_> = CROSS.iter().map(|cross| cross.target).collect();
        bail!("{target} is not a target that watteau is built for; it is built for {}", known.join(", "));
    };
    if process::find(cross.gcc).is_none() {
        bail!("{target} needs {}; on Debian: sudo apt install {}", cross.gcc, cross.packages);
    }
    ensure_target(workspace, target)?;
    Ok(cross)
}

impl Cross {
    /// What makes cargo use its linker and its compiler.
    fn environment(&self) -> [(String, &'static str); 2] {
        let name = self.target.replace('-', "_");
        [(format!("CARGO_TARGET_{}_LINKER", name.to_uppercase()), self.gcc), (format!("CC_{name}"), self.gcc)]
    }
}
