//! A real Home Assistant, and what watteau gives it: the page to paste, MQTT discovery, statistics.
//!
//! The checks are Python, for they run in the environment that Home Assistant is installed in. It is made once, below
//! `target`, and takes a few minutes and half a gigabyte.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Outcome;
use super::web::built;
use crate::process;
use crate::workspace::Workspace;

/// The version that is checked against; the fake server in the daemon's own tests stands for newer ones.
const HOME_ASSISTANT: &str = "2025.4.4";

/// What its parts ask for beyond its own requirements, as their manifests say.
const PARTS: [&str; 7] = [
    "home-assistant-frontend==20250411.0",
    "jsonpath==0.82.2",
    "xmltodict==0.13.0",
    "paho-mqtt==2.1.0",
    "SQLAlchemy==2.0.39",
    "fnv-hash-fast==1.4.0",
    "psutil-home-assistant==0.0.1",
];

/// The checks in `packaging/homeassistant`, and the program that each needs besides.
const CHECKS: [(&str, Option<&str>); 3] =
    [("check_yaml.py", None), ("check_statistics.py", None), ("check_mqtt.py", Some("mosquitto"))];

/// Runs every check on a folder of its own.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    let folder = workspace.path("target/homeassistant");
    let python = match environment(&folder)? {
        Ok(python) => python,
        Err(why) => return Ok(Outcome::Skipped(why)),
    };
    let binary = built(workspace)?;
    let mut missing = Vec::new();
    for (check, needs) in CHECKS {
        if let Some(program) = needs.filter(|program| !installed(program)) {
            missing.push(format!("{check}: install {program} with apt"));
            continue;
        }
        eprintln!("-- {check}");
        let scratch = tempfile::tempdir()?;
        let script = workspace.path("packaging/homeassistant").join(check);
        process::run(Command::new(&python).arg("-B").arg(script).arg(&binary).arg(scratch.path()))?;
    }
    if missing.is_empty() { Ok(Outcome::Passed) } else { Ok(Outcome::Skipped(missing.join("; "))) }
}

/// Whether a program is there; Debian keeps servers where only root looks.
fn installed(program: &str) -> bool {
    process::find(program).is_some() || Path::new("/usr/sbin").join(program).is_file()
}

/// A Python that has Home Assistant: one that is named, the one made before, or a new one. Else why there is none.
fn environment(folder: &Path) -> Result<Result<PathBuf, String>> {
    if let Some(named) = std::env::var_os("WATTEAU_HASS_PYTHON") {
        return Ok(Ok(named.into()));
    }
    let python = folder.join("venv/bin/python");
    let complete = folder.join("complete");
    if complete.is_file() {
        return Ok(Ok(python));
    }
    // It asks for this one or a newer.
    let Some(base) = ["python3.13", "python3.14"].into_iter().find_map(process::find) else {
        return Ok(Err(format!("Home Assistant {HOME_ASSISTANT} needs python3.13 with venv and pip")));
    };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let made = process::run(Command::new(base).args(["-m", "venv", "--clear"]).arg(folder.join("venv")));
    let installed = made.and_then(|()| {
        let home = format!("homeassistant=={HOME_ASSISTANT}");
        process::run(Command::new(&python).args(["-m", "pip", "install", "-q", &home]).args(PARTS))
    });
    match installed {
        Ok(()) => {
            std::fs::write(&complete, HOME_ASSISTANT)?;
            Ok(Ok(python))
        }
        Err(error) => Ok(Err(format!("Home Assistant cannot be installed here ({error:#})"))),
    }
}
