//! `cargo xtask connectors`: from the packages below `connectors/` to what the daemon embeds.
//!
//! Each is built as a WebAssembly component, then compiled ahead to Pulley bytecode by the host's own
//! `watteau-compile`, so that the daemon never compiles anything it ships with. The result is the same on every
//! machine of 64 bits: one `.cwasm` serves amd64 and arm64, another one armhf. Files are only written when their
//! content changes, since the daemon is built again whenever they do.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::process;
use crate::workspace::{Connector, Profile, WASM, Workspace, ensure_target};

/// Builds every connector. `profile` is the one the daemon is built with next: the compiler shares the whole
/// of wasmtime with it, so that the engine is built once.
pub(crate) fn build(workspace: &Workspace, profile: Profile) -> Result<()> {
    build_for(workspace, profile, Bits::B64).map(|_| ())
}

/// The size of an address on the machine that runs the bytecode.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bits {
    B32,
    B64,
}

impl Bits {
    fn number(self) -> &'static str {
        match self {
            Self::B32 => "32",
            Self::B64 => "64",
        }
    }
}

/// The same for machines of that width; answers the folder.
pub(crate) fn build_for(workspace: &Workspace, profile: Profile, bits: Bits) -> Result<PathBuf> {
    ensure_target(workspace, WASM)?;
    // Cargo decides the features of shared crates by the packages selected: `--workspace` here and for the
    // daemon gives both the same ones.
    process::run(workspace.cargo("build").args([
        "--workspace",
        "--bin",
        "watteau-compile",
        "--profile",
        profile.name(),
    ]))?;
    let compiler = workspace.program(profile, "watteau-compile");
    let compiler_hash = hash(&compiler)?;
    let folder = match bits {
        // Elsewhere than where the daemon's build finds them by itself.
        Bits::B32 => workspace.target.join("connectors-32"),
        Bits::B64 => workspace.built_connectors(),
    };
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for connector in &workspace.connectors {
        let built = component(workspace, connector)?;
        let wasm = folder.join(format!("{}.wasm", connector.name));
        replace(&built, &wasm)?;
        let stamp = folder.join(format!("{}.{}.stamp", connector.name, profile.folder()));
        let cwasm = folder.join(format!("{}.cwasm", connector.name));
        compile((&compiler, bits), &compiler_hash, &wasm, &cwasm, &stamp)?;
        eprintln!("{}: component {}, compiled {}", connector.name, size(&wasm)?, size(&cwasm)?);
    }
    Ok(folder)
}

/// Builds one component; answers where cargo left it.
fn component(workspace: &Workspace, connector: &Connector) -> Result<PathBuf> {
    // Their libraries are also `rlib`s for native tests, and cargo links without LTO what is both: asking for
    // the component alone makes it smaller.
    process::run(workspace.cargo("rustc").args([
        "--package",
        &connector.package,
        "--lib",
        "--crate-type",
        "cdylib",
        "--target",
        WASM,
        "--profile",
        "connector",
    ]))?;
    let file = format!("{}.wasm", connector.package.replace('-', "_"));
    Ok(workspace.target.join(WASM).join("connector").join(file))
}

/// Compiles ahead, unless this very component was compiled by this very compiler and the result still stands.
fn compile(
    (compiler, bits): (&Path, Bits),
    compiler_hash: &str,
    wasm: &Path,
    cwasm: &Path,
    stamp: &Path,
) -> Result<()> {
    let inputs = format!("{} {compiler_hash}", hash(wasm)?);
    let known = fs::read_to_string(stamp).unwrap_or_default();
    if cwasm.is_file() && known == format!("{inputs} {}", hash(cwasm)?) {
        return Ok(());
    }
    let fresh = cwasm.with_extension("cwasm.new");
    process::run(Command::new(compiler).arg(wasm).arg(&fresh).arg(bits.number()))?;
    replace(&fresh, cwasm)?;
    fs::remove_file(&fresh).with_context(|| format!("cannot remove {}", fresh.display()))?;
    fs::write(stamp, format!("{inputs} {}", hash(cwasm)?))
        .with_context(|| format!("cannot write {}", stamp.display()))
}

/// Copies `from` over `to` unless they hold the same bytes already, which keeps the time of `to`.
fn replace(from: &Path, to: &Path) -> Result<()> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|kept| kept == bytes) {
        return Ok(());
    }
    fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))
}

/// The SHA-256 of a file, in hexadecimal.
fn hash(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut text = String::new();
    for byte in Sha256::digest(&bytes) {
        write!(text, "{byte:02x}")?;
    }
    Ok(text)
}

/// A file's size as people read it.
fn size(file: &Path) -> Result<String> {
    let bytes = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
    Ok(format!("{:.0} kB", bytes as f64 / 1000.0))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, SystemTime};

    use super::*;

    /// A compiler that notes each run and copies its input.
    fn compiler(folder: &Path) -> PathBuf {
        let script = folder.join("compiler");
        fs::write(&script, format!("#!/bin/sh\necho run >> {}/runs\ncp \"$1\" \"$2\"\n", folder.display()))
            .expect("writes");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("makes it executable");
        script
    }

    #[test]
    fn compiles_only_what_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let compiler = compiler(folder.path());
        let runs = || fs::read_to_string(at("runs")).map_or(0, |text| text.lines().count());
        let pass = |compiler_hash: &str| {
            compile((&compiler, Bits::B64), compiler_hash, &at("a.wasm"), &at("a.cwasm"), &at("a.stamp"))
                .expect("compiles");
            runs()
        };
        fs::write(at("a.wasm"), "one").expect("writes");
        assert_eq!(pass("c1"), 1, "nothing there yet");
        assert_eq!(pass("c1"), 1, "nothing changed");
        fs::write(at("a.wasm"), "two").expect("writes");
        assert_eq!(pass("c1"), 2, "another component");
        assert_eq!(fs::read(at("a.cwasm")).expect("reads"), b"two");
        assert_eq!(pass("c2"), 3, "another compiler");
        fs::write(at("a.cwasm"), "damaged").expect("writes");
        assert_eq!(pass("c2"), 4, "the result was touched");
        assert_eq!(fs::read(at("a.cwasm")).expect("reads"), b"two");
    }

    #[test]
    fn the_same_bytes_are_not_written_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::write(&from, "bytes").expect("writes");
        replace(&from, &to).expect("copies");
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        File::options()
            .write(true)
            .open(&to)
            .and_then(|kept| kept.set_modified(long_ago))
            .expect("sets its time");
        let time = || fs::metadata(&to).and_then(|kept| kept.modified()).expect("a time");
        replace(&from, &to).expect("leaves it");
        assert_eq!(time(), long_ago);
        fs::write(&from, "other bytes").expect("writes");
        replace(&from, &to).expect("copies");
        assert!(time() > long_ago);
    }
}
