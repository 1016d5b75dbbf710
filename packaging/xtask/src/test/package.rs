//! The Debian package in a Debian: installed, used, upgraded, removed, purged.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Outcome;
use crate::workspace::Workspace;
use crate::{deb, process};

/// The release that the package is tried on, the one of today's Raspberry Pi OS or the one before.
const SUITE: &str = "bookworm";

/// What the package may take for granted, apart from what every Debian has: nothing may have to be downloaded here.
const DEPENDENCIES: &str = "debconf,procps,systemd";

/// A file of a gas account, invented.
const GAS: &str = "Date de relevé;Volume consommé (m3);Énergie consommée (kWh);Qualification\n\
                   Octobre 2024;15;168;Mesuré\nNovembre 2024;30;333;Mesuré\n\
                   Décembre 2024;60;670;Mesuré\nJanvier 2025;65;725;Mesuré\n";

/// Does with the package what a household does with it.
pub(crate) fn run(workspace: &Workspace) -> Result<Outcome> {
    for tool in ["debootstrap", "dpkg-deb", "unshare"] {
        if process::find(tool).is_none() {
            return Ok(Outcome::Skipped("install debootstrap, dpkg and util-linux with apt".into()));
        }
    }
    if process::find("cargo-deb").is_none() {
        return Ok(Outcome::Skipped("install cargo-deb: cargo install cargo-deb --locked".into()));
    }
    let scratch = tempfile::tempdir_in(&workspace.target)?;
    // The root has a /proc and accounts of its own.
    let mut probe = Command::new("unshare");
    probe.args(["--mount", "--fork", "--", "sh", "-ec", "mount -t proc proc \"$0\""]).arg(scratch.path());
    if !probe.status().is_ok_and(|status| status.success()) {
        return Ok(Outcome::Skipped("a Debian of its own takes root: run it with sudo".into()));
    }
    let Some(base) = base(workspace)? else {
        return Ok(Outcome::Skipped("debootstrap could not fetch a Debian".into()));
    };
    let package = deb::unoptimised(workspace)?;
    let root = scratch.path().join("root");
    process::run(Command::new("cp").arg("--archive").args([&base, &root]))?;
    let inside = root.join("package");
    fs::create_dir(&inside)?;
    fs::copy(&package, inside.join("first.deb"))?;
    later(&package, scratch.path(), &inside.join("second.deb"))?;
    fs::write(inside.join("gas.csv"), GAS)?;
    fs::write(inside.join("story.sh"), include_str!("package.sh"))?;
    process::run(
        Command::new("unshare")
            .args(["--mount", "--fork", "--", "sh", "-ec"])
            .arg("mount -t proc proc \"$0/proc\" && exec chroot \"$0\" bash /package/story.sh")
            .arg(&root),
    )?;
    Ok(Outcome::Passed)
}

/// A fresh Debian, downloaded once; none where it cannot be.
fn base(workspace: &Workspace) -> Result<Option<PathBuf>> {
    let base = workspace.target.join("debian-root").join(SUITE);
    if !base.join("var/lib/dpkg/status").is_file() {
        let partial = base.with_extension("partial");
        if partial.exists() {
            fs::remove_dir_all(&partial)?;
        }
        fs::create_dir_all(&partial)?;
        let include = format!("--include={DEPENDENCIES}");
        let mut debootstrap = Command::new("debootstrap");
        debootstrap.args(["--variant=minbase", &include, SUITE]).arg(&partial);
        if let Err(error) = process::run(&mut debootstrap) {
            eprintln!("{error:#}");
            return Ok(None);
        }
        fs::rename(&partial, &base)?;
    }
    Ok(Some(base))
}

/// The same package as a later version would be, its default settings changed.
fn later(package: &Path, scratch: &Path, to: &Path) -> Result<()> {
    let unpacked = scratch.join("unpacked");
    process::run(Command::new("dpkg-deb").arg("--raw-extract").args([package, &unpacked]))?;
    let edit = |file: &str, change: &dyn Fn(&str) -> String| -> Result<()> {
        let file = unpacked.join(file);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let changed = change(&text);
        ensure!(changed != text, "{} is not as expected", file.display());
        Ok(fs::write(&file, changed)?)
    };
    edit("DEBIAN/control", &|text| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for line in lines.iter_mut().filter(|line| line.starts_with("Version: ")) {
            line.push_str("+later");
        }
        lines.join("\n") + "\n"
    })?;
    edit("etc/watteau/watteau.toml", &|text| format!("{text}# Something new.\n"))?;
    process::run(
        Command::new("dpkg-deb")
            .args(["-Zgzip", "--root-owner-group", "--build"])
            .args([unpacked.as_path(), to]),
    )
}
