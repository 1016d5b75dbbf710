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

use crate::workspace::{Profile, Workspace};
use crate::{build, connectors, process};

/// What the package is built for.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Another machine than this one, e.g. aarch64-unknown-linux-gnu for a Raspberry Pi
    #[arg(long)]
    pub(crate) target: Option<String>,
}

/// The most that the package for a Raspberry Pi may weigh, in bytes.
const LIMIT: u64 = 15_000_000;
/// The machine that is meant.
const PI: &str = "aarch64-unknown-linux-gnu";

/// Every file of the package with its mode, as `dpkg-deb` writes it; manual pages apart, one for each command.
const CONTENT: [(&str, &str); 24] = [
    ("./etc/watteau/watteau.toml", "-rw-r--r--"),
    ("./usr/bin/watteau", "-rwxr-xr-x"),
    ("./usr/lib/systemd/system/watteau-http.socket", "-rw-r--r--"),
    ("./usr/lib/systemd/system/watteau.service", "-rw-r--r--"),
    ("./usr/lib/sysusers.d/watteau.conf", "-rw-r--r--"),
    ("./usr/lib/tmpfiles.d/watteau.conf", "-rw-r--r--"),
    ("./usr/share/bash-completion/completions/watteau", "-rw-r--r--"),
    ("./usr/share/doc/watteau/README.md", "-rw-r--r--"),
    ("./usr/share/doc/watteau/changelog.Debian.gz", "-rw-r--r--"),
    ("./usr/share/doc/watteau/copyright", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/csv.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/enedis-file.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/grafana/watteau.json", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/home-network.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/linky.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/private-gateway.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/prometheus/prometheus.yml", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/prometheus/watteau.rules.yml", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/rte.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/second-gas-meter.toml.example", "-rw-r--r--"),
    ("./usr/share/doc/watteau/examples/weather.toml.example", "-rw-r--r--"),
    ("./usr/share/fish/vendor_completions.d/watteau.fish", "-rw-r--r--"),
    ("./usr/share/lintian/overrides/watteau", "-rw-r--r--"),
    ("./usr/share/zsh/vendor-completions/_watteau", "-rw-r--r--"),
];

/// Where manual pages lie.
const MANUAL: &str = "./usr/share/man/man1/watteau";

/// Builds the package, checks it and says where it is.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<PathBuf> {
    let binary = build::run(workspace, &build::Arguments { target: arguments.target.clone() })?;
    // One package at a time for each machine, so that the one just made is told from the others.
    let folder = workspace.target.join("debian");
    let folder = arguments.target.as_ref().map_or(folder.clone(), |target| folder.join(target));
    let mut options = vec!["--no-strip"];
    if let Some(target) = &arguments.target {
        // The release profile strips; cargo-deb would need the other machine's `strip` to do it again.
        options.extend(["--target", target]);
    }
    let package = assemble(workspace, &binary, &folder, &options)?;
    let size = fs::metadata(&package)?.len();
    let light = size <= LIMIT || arguments.target.as_deref() != Some(PI);
    ensure!(light, "{} weighs {size} bytes, more than {LIMIT}", package.display());
    lint(&package)?;
    Ok(package)
}

/// The same package around the binary that the tests use: for what depends on its files and scripts alone, ten minutes
/// sooner.
pub(crate) fn unoptimised(workspace: &Workspace) -> Result<PathBuf> {
    connectors::build(workspace, Profile::Dev)?;
    let folder = workspace.target.join("debian/unoptimised");
    let binary = workspace.program(Profile::Dev, "watteau");
    assemble(workspace, &binary, &folder, &["--profile", "dev", "--strip", "--fast"])
}

/// Makes the only package in `folder`, with what the program writes about itself, and checks what is in it.
fn assemble(workspace: &Workspace, binary: &Path, folder: &Path, options: &[&str]) -> Result<PathBuf> {
    if process::find("dpkg-deb").is_none() {
        bail!("dpkg-deb is missing: install dpkg-dev");
    }
    documents(workspace, binary.parent().context("a binary lies in a folder")?)?;
    if !Command::new("cargo-deb").arg("--version").output().is_ok_and(|answer| answer.status.success()) {
        process::run(workspace.cargo("install").args(["cargo-deb", "--locked"]))?;
    }
    for old in packages(folder)? {
        fs::remove_file(&old).with_context(|| format!("cannot remove {}", old.display()))?;
    }
    process::run(
        workspace
            .cargo("deb")
            .args(["--package", "watteau", "--no-build", "--output"])
            .arg(folder)
            .args(options),
    )?;
    let made = packages(folder)?;
    let [package] = made.as_slice() else {
        bail!("one package was expected in {}, there are {}", folder.display(), made.len());
    };
    check(package)?;
    Ok(package.clone())
}

/// Manual pages and completions, beside the binary. The program writes them itself: the one of this machine, since
/// the packaged one may be for another.
fn documents(workspace: &Workspace, beside: &Path) -> Result<()> {
    let manual = beside.join("manual");
    if manual.is_dir() {
        fs::remove_dir_all(&manual).with_context(|| format!("cannot remove {}", manual.display()))?;
    }
    connectors::build(workspace, Profile::Dev)?;
    process::run(workspace.cargo("build").args(["--workspace", "--bin", "watteau"]))?;
    let watteau = || Command::new(workspace.program(Profile::Dev, "watteau"));
    process::run(watteau().arg("__manual").arg(&manual))?;
    for page in fs::read_dir(&manual)? {
        process::run(Command::new("gzip").args(["--best", "--no-name"]).arg(page?.path()))?;
    }
    let completions = beside.join("completions");
    fs::create_dir_all(&completions).with_context(|| format!("cannot create {}", completions.display()))?;
    for shell in ["bash", "zsh", "fish"] {
        let script = process::output(watteau().args(["completions", shell]))?;
        let file = completions.join(format!("watteau.{shell}"));
        fs::write(&file, script).with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
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
    println!("{} ({:.2} MB)", package.display(), fs::metadata(package)?.len() as f64 / 1e6);
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
    let (pages, other): (Vec<&str>, Vec<&str>) =
        found.into_keys().partition(|path| path.starts_with(MANUAL) && path.ends_with(".1.gz"));
    if !pages.contains(&format!("{MANUAL}.1.gz").as_str()) || pages.len() < 2 {
        wrong.push("missing: the manual pages".to_owned());
    }
    wrong.extend(other.iter().map(|path| format!("unexpected: {path}")));
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
        assert_eq!(differences(&listing), ["missing: the manual pages"]);
        listing.push_str(&line("-rw-r--r--", "./usr/share/man/man1/watteau.1.gz"));
        listing.push_str(&line("-rw-r--r--", "./usr/share/man/man1/watteau-import.1.gz"));
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
