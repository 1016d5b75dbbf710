//! The dashboard's pure modules, tested by node's own runner, and what the steps on a running demo share.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Outcome;
use crate::process;
use crate::workspace::{Profile, Workspace};

/// Runs `web/test/unit`.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    if process::find("node").is_none() {
        return Ok(Outcome::Skipped("install nodejs with apt".into()));
    }
    let files = test_files(&workspace.path("web/test/unit"))?;
    process::run(Command::new("node").arg("--test").args(files).current_dir(workspace.path("web/test")))?;
    Ok(Outcome::Passed)
}

/// The test files of a folder, `*.test.js`, in order. None is an error: a check of nothing checks nothing.
pub(crate) fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".test.js") || name.ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "no test in {}", folder.display());
    Ok(files)
}

/// The daemon of the profile that tests use, built if it is not yet.
pub(crate) fn built(workspace: &Workspace) -> Result<PathBuf> {
    process::run(workspace.cargo("build").args(["--workspace", "--bin", "watteau"]))?;
    Ok(workspace.program(Profile::Dev, "watteau"))
}
