//! Connectors in JavaScript, built with npm where it can be and run as plugins of a third party: the contract is not
//! Rust's.

mod example;
mod walls;

use crate::support::{HOST, compiler};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};
use watteau_host::{Plugin, with_manifest};

/// The examples of the SDK with the contract beside them, in a folder that may be written.
static SDK: LazyLock<PathBuf> = LazyLock::new(|| {
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk");
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("sdk");
    for folder in ["wit/since-v1", "examples/javascript", "examples/javascript/src"] {
        fs::create_dir_all(copy.join(folder)).unwrap();
        for entry in fs::read_dir(sdk.join(folder)).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), copy.join(folder).join(entry.file_name())).unwrap();
            }
        }
    }
    copy
});

fn npm(folder: &Path, args: &[&str]) -> Option<Output> {
    Command::new("npm").args(args).current_dir(folder).output().ok()
}

/// What npm says when the project is at fault, and not the way to the registry.
const OF_THE_PROJECT: [&str; 4] = ["EUSAGE", "EINTEGRITY", "EJSONPARSE", "ERESOLVE"];

/// The folder of the example with its packages, or none where npm cannot get them.
static PROJECT: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let folder = SDK.join("examples/javascript");
    // What npm installed for this lock file is kept from one run of the tests to the next.
    let (lock, installed) = (folder.join("package-lock.json"), folder.join("node_modules/.for-lock"));
    if fs::read(&installed).is_ok_and(|kept| kept == fs::read(&lock).unwrap()) {
        return Some(folder);
    }
    // Where there is no network it has to say so soon.
    let bounds =
        ["--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-timeout=60000"];
    let ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    let Some(ci) = npm(&folder, &[&ci[..], &bounds].concat()) else {
        eprintln!("skipped: the connector in JavaScript is built with npm, and npm is not there");
        return None;
    };
    if !ci.status.success() {
        let said = String::from_utf8_lossy(&ci.stderr);
        let code = said.lines().find_map(|line| line.split_once("error code ")).map_or("", |(_, code)| code);
        assert!(!OF_THE_PROJECT.contains(&code.trim()), "package.json or its lock is wrong: {said}");
        eprintln!("skipped: npm cannot install what the connector in JavaScript is built with ({code})");
        return None;
    }
    fs::copy(&lock, &installed).unwrap();
    Some(folder)
});

/// Packs a component with its manifest and loads it as the daemon loads what a user dropped.
async fn load(component: &Path, manifest: &Path) -> Plugin {
    let packed =
        with_manifest(&fs::read(component).unwrap(), &fs::read_to_string(manifest).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let wasm = folder.path().join("plugin.wasm");
    fs::write(&wasm, packed).unwrap();
    HOST.load(&wasm, &compiler(folder.path())).await.unwrap()
}

/// Runs a script of the example's `package.json`.
fn build(folder: &Path, args: &[&str]) {
    let built = npm(folder, args).expect("npm was there a moment ago");
    let said = [built.stdout, built.stderr].concat();
    assert!(built.status.success(), "it does not build: {}", String::from_utf8_lossy(&said));
}
