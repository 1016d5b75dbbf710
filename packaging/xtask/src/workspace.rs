//! Where things are: the workspace as cargo itself describes it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::process::{self, CARGO};

/// The target that connectors are built for: components on WASI 0.2.
pub(crate) const WASM: &str = "wasm32-wasip2";

/// The profiles that recipes build the daemon with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Quick to build: tests.
    Dev,
    /// What users get.
    Release,
}

impl Profile {
    /// The name that cargo's `--profile` takes.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }

    /// The folder below the target directory where its results land.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
        }
    }
}

/// A connector of the project: the package `connector-NAME` in `connectors/NAME`.
pub(crate) struct Connector {
    /// Its short name, as in the settings of the daemon: `linky`.
    pub(crate) name: String,
    /// Its package: `connector-linky`.
    pub(crate) package: String,
}

/// The project's folders and packages.
pub(crate) struct Workspace {
    /// The root of the checkout.
    pub(crate) root: PathBuf,
    /// Where cargo builds; follows `CARGO_TARGET_DIR`.
    pub(crate) target: PathBuf,
    /// Every package below `connectors/`, sorted by name.
    pub(crate) connectors: Vec<Connector>,
}

/// The part of `cargo metadata` that is read here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

impl Workspace {
    /// Asks cargo, from the folder where the recipe was started.
    pub(crate) fn load() -> Result<Self> {
        let answer = process::output(Command::new(CARGO.as_os_str()).args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
        ]))?;
        let metadata: Metadata =
            serde_json::from_str(&answer).context("cannot read what cargo metadata answered")?;
        let home = metadata.workspace_root.join("connectors");
        let mut connectors: Vec<Connector> = metadata
            .packages
            .into_iter()
            .filter(|package| package.manifest_path.starts_with(&home))
            .filter_map(|package| {
                let name = package.name.strip_prefix("connector-")?.to_owned();
                Some(Connector { name, package: package.name })
            })
            .collect();
        connectors.sort_by(|a, b| a.name.cmp(&b.name));
        ensure!(!connectors.is_empty(), "no package connector-* below {}", home.display());
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory, connectors })
    }

    /// Where the built connectors lie, `NAME.wasm` and `NAME.cwasm`; the daemon's build script reads it.
    pub(crate) fn built_connectors(&self) -> PathBuf {
        self.target.join("connectors")
    }

    /// A program that cargo built for this machine.
    pub(crate) fn program(&self, profile: Profile, name: &str) -> PathBuf {
        self.target.join(profile.folder()).join(name)
    }

    /// A cargo command at the workspace's root.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut command = Command::new(CARGO.as_os_str());
        command.arg(subcommand).current_dir(&self.root);
        command
    }

    /// A path below the root, for messages and arguments.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }
}

/// Installs a target of the Rust toolchain, only when it is missing.
pub(crate) fn ensure_target(workspace: &Workspace, target: &str) -> Result<()> {
    let sysroot =
        process::output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(&workspace.root))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(target).join("lib").is_dir() {
        return Ok(());
    }
    process::run(Command::new("rustup").args(["target", "add", target]).current_dir(&workspace.root))
        .with_context(|| format!("the Rust target {target} is missing, and rustup could not add it"))
}
