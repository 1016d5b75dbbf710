//! A store with settings of its own, filled from files as a user fills one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::workspace::Workspace;

/// Where the shared samples lie, if there are any: `$WATTEAU_SHARED`, else `../shared` beside the workspace.
pub(super) fn shared(workspace: &Workspace) -> PathBuf {
    std::env::var_os("WATTEAU_SHARED").map_or_else(|| workspace.root.join("../shared"), PathBuf::from)
}

/// A store of its own with the given connectors and jobs.
pub(super) struct Place<'a> {
    pub(super) binary: &'a Path,
    pub(super) config: PathBuf,
}

impl<'a> Place<'a> {
    pub(super) fn new(binary: &'a Path, folder: &Path, name: &str, settings: &str) -> Result<Self> {
        let config = folder.join(format!("{name}.toml"));
        let data = folder.join(name);
        let data = data.display();
        let text = format!("[server]\nlisten = \"127.0.0.1:0\"\n[store]\ndir = \"{data}\"\n{settings}");
        fs::write(&config, text)?;
        Ok(Self { binary, config })
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command.arg("--config").arg(&self.config).arg("--json").args(arguments);
        command
    }

    pub(super) fn json(&self, arguments: &[&str]) -> Result<Value> {
        let output = self.command(arguments).stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "watteau {} failed", arguments.join(" "));
        serde_json::from_slice(&output.stdout).context("watteau printed no JSON")
    }

    pub(super) fn import(&self, file: &Path, connector: &str) -> Result<()> {
        let file = file.display().to_string();
        self.json(&["import", &file, "--connector", connector]).map(drop)
    }
}

pub(super) fn csv(name: &str, time: &str, step: &str, series: &str) -> String {
    format!(
        "[connectors.{name}]\nplugin = \"csv\"\ntime = {{ {time} }}\nstep = \"{step}\"\nseries = [{series}]\n"
    )
}

pub(super) fn column(column: &str, name: &str, unit: &str, kind: &str) -> String {
    format!("{{ column = \"{column}\", name = \"{name}\", unit = \"{unit}\", kind = \"{kind}\" }},")
}
