//! Embeds the built-in connectors: their Pulley bytecode and their manifests.
//!
//! `cargo xtask connectors` leaves the bytecode in `connectors/` of the target directory. It is not made here:
//! a build script that runs cargo would build the engine twice.

use sha2::{Digest as _, Sha256};
use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The connectors that travel in the binary; a folder each in `connectors/`.
const BUILTIN: [&str; 6] = ["csv", "enedis-file", "grdf", "linky", "rte", "weather"];

fn main() {
    println!("cargo::rerun-if-env-changed=WATTEAU_CONNECTORS");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let Some(folder) = compiled_connectors(&out) else {
        println!(
            "cargo::error=the built-in connectors are not built yet: run `cargo xtask connectors` first"
        );
        return;
    };
    let mut code = String::from("&[\n");
    for name in BUILTIN {
        let bytecode = folder.join(format!("{name}.cwasm"));
        let manifest = root.join("../connectors").join(name).join("manifest.toml");
        println!("cargo::rerun-if-changed={}", bytecode.display());
        println!("cargo::rerun-if-changed={}", manifest.display());
        if !bytecode.exists() {
            println!("cargo::error=connector `{name}` is not built yet: run `cargo xtask connectors` first");
            return;
        }
        let digest = digest(&[&manifest, &bytecode]);
        let (manifest, bytecode) = (manifest.to_string_lossy(), bytecode.to_string_lossy());
        writeln!(
            code,
            "    Builtin {{ name: {name:?}, manifest: include_str!({manifest:?}), \
             bytecode: include_bytes!({bytecode:?}), digest: {digest:?} }},"
        )
        .expect("writing to a string");
    }
    code.push(']');
    fs::write(out.join("builtin.rs"), code).expect("OUT_DIR is writable");
}

/// SHA-256 over whole files: hashing them when the daemon starts would bring them all into memory.
fn digest(files: &[&Path]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for file in files {
        hasher.update(fs::read(file).expect("a file that is there"));
    }
    hasher.finalize().into()
}

/// `$WATTEAU_CONNECTORS`, or the `connectors` folder of the target directory that holds `OUT_DIR`.
fn compiled_connectors(out: &Path) -> Option<PathBuf> {
    if let Some(folder) = env::var_os("WATTEAU_CONNECTORS") {
        return Some(folder.into());
    }
    out.ancestors().map(|folder| folder.join("connectors")).find(|folder| folder.is_dir())
}
