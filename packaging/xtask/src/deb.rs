//! `cargo xtask deb`: the Debian package, and proof that it holds what it should.
//!
//! cargo-deb makes it from `[package.metadata.deb]` of the daemon, the units in `systemd/` and the scripts in
//! `packaging/deb/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::workspace::Workspace;
use crate::{build, process};

/// What the package is built for.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Another machine than this one, e.g. aarch64-unknown-linux-gnu for a Raspberry Pi
    #[arg(long)]
    target: Option<String>,
}

/// The most that a package may weigh, in bytes.
const LIMIT: u64 = 15_000_000;

/// Every file of the package with its mode, as `dpkg-deb` writes it.
const CONTENT: [(&str, &str); 16] = [
    ("./etc/watteau/watteau.toml", "-rw-r--r--"),
    ("./usr/bin/watteau", "-rwxr-xr-x"),
    ("./usr/lib/systemd/system/watteau.service", "-rw-r--r--"),
    ("./usr/lib/sysusers.d/watteau.conf", "-rw-r--r--"),
    ("./usr/lib/tmpfiles.d/watteau.conf", "-rw-r--r--"),
    ("./usr/share/doc/watteau/README.md", "-rw-r--r--"),
    ("./usr/share/doc/watteau/changelog.Debian.gz", "-rw-r--r--"),
    ("./usr/share/doc/watteau/copyright", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/csv.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/enedis-file.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/home-network.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/linky.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/private-gateway.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/rte.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/second-gas-meter.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/weather.toml.example", "-rw-r--r--"),
];

/// Builds the package and checks it.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if process::find("dpkg-deb").is_none() {
        bail!("dpkg-deb is missing: install dpkg-dev");
    }
    build::run(workspace, &build::Arguments { target: arguments.target.clone() })?;
    if !Command::new("cargo-deb").arg("--version").output().is_ok_and(|answer| answer.status.success()) {
        process::run(workspace.cargo("install").args(["cargo-deb", "--locked"]))?;
    }
    let folder = workspace.target.join("debian");
    let before = packages(&folder)?;
    for old in before {
        fs::remove_file(&old).with_context(|| format!("cannot remove {}", old.display()))?;
    }
    let mut command = workspace.cargo("deb");
    // The release profile strips; cargo-deb would need the other machine's `strip` to do it again.
    command.args(["--package", "watteau", "--no-build", "--no-strip", "--output"]).arg(&folder);
    if let Some(target) = &arguments.target {
        command.args(["--target", target]);
    }
    process::run(&mut command)?;
    let made = packages(&folder)?;
    let [package] = made.as_slice() else {
        bail!("one package was expected in {}, there are {}", folder.display(), made.len());
    };
    check(package)?;
    lint(package)
}

/// The packages of a folder; none when it is not there.
fn packages(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "deb") {
            found.push(path);
        }
    }
    Ok(found)
}

fn check(package: &Path) -> Result<()> {
    let listing = process::output(Command::new("dpkg-deb").arg("--contents").arg(package))?;
    let wrong = differences(&listing);
    ensure!(wrong.is_empty(), "{}:\n{}", package.display(), wrong.join("\n"));
    let conffiles = process::output(Command::new("dpkg-deb").arg("--info").arg(package).arg("conffiles"))?;
    ensure!(conffiles.trim() == "/etc/watteau/watteau.toml", "unexpected conffiles: {conffiles}");
    let size = fs::metadata(package)?.len();
    ensure!(size <= LIMIT, "{} weighs {size} bytes, more than {LIMIT}", package.display());
    println!("{} ({:.2} MB)", package.display(), size as f64 / 1e6);
    Ok(())
}

/// Where a listing of `dpkg-deb --contents` differs from [`CONTENT`], folders apart.
fn differences(listing: &str) -> Vec<String> {
    let mut found: BTreeMap<&str, &str> = listing
        .lines()
        .filter(|line| !line.starts_with('d'))
        .filter_map(|line| Some((line.split_whitespace().nth(5)?, line.split_whitespace().next()?)))
        .collect();
    let mut wrong = Vec::new();
    for (path, mode) in CONTENT {
        match found.remove(path) {
            None => wrong.push(format!("missing: {path}")),
            Some(other) if other != mode => wrong.push(format!("{path} is {other} and not {mode}")),
            Some(_) => {}
        }
    }
    wrong.extend(found.keys().map(|path| format!("unexpected: {path}")));
    wrong
}

fn lint(package: &Path) -> Result<()> {
    if process::find("lintian").is_none() {
        eprintln!("lintian is not installed: the package was not linted (apt install lintian)");
        return Ok(());
    }
    process::run(Command::new("lintian").args(["--allow-root", "--fail-on", "error"]).arg(package))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(mode: &str, path: &str) -> String {
        format!("{mode} 0/0 12 2026-11-21 00:00 {path}\n")
    }

    #[test]
    fn every_difference_is_named() {
        let mut listing = line("drwxr-xr-x", "./usr/");
        for (path, mode) in CONTENT {
            listing.push_str(&line(mode, path));
        }
        assert_eq!(differences(&listing), Vec::<String>::new());
        let wrong =
            listing.replace("-rwxr-xr-x", "-rw-r--r--").replace("./etc/watteau/watteau.toml", "./etc/other");
        assert_eq!(
            differences(&wrong),
            [
                "missing: ./etc/watteau/watteau.toml",
                "./usr/bin/watteau is -rw-r--r-- and not -rwxr-xr-x",
                "unexpected: ./etc/other"
            ]
        );
    }
}
