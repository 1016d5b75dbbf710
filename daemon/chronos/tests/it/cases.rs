//! Where fixtures are, and how their numbers are read.

use std::path::{Path, PathBuf};

use serde_json::Value;
use watteau_chronos::{LoadOptions, Model};

/// The folder of the project's own fixtures; `make.py` beside them made them.
pub(crate) fn own(family: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(family)
}

/// The folder of the Python reference's fixtures, which are no part of the project, if this machine has it.
pub(crate) fn reference(family: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("WATTEAU_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("chronos/fixtures").join(family);
    if !folder.is_dir() {
        eprintln!(
            "skipped: the reference's fixtures are not at {}; WATTEAU_SHARED says where",
            folder.display()
        );
        return None;
    }
    Some(folder)
}

pub(crate) fn load(folder: &Path) -> (Model, Value) {
    let model = Model::load(folder, &LoadOptions::default()).unwrap();
    let cases = std::fs::read(folder.join("cases.json")).unwrap();
    (model, serde_json::from_slice(&cases).unwrap())
}

/// A number; `null` is NaN.
pub(crate) fn number(value: &Value) -> f32 {
    value.as_f64().map_or(f32::NAN, |number| number as f32)
}

pub(crate) fn list(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(number).collect()
}

pub(crate) fn table(value: &Value) -> Vec<Vec<f32>> {
    value.as_array().unwrap().iter().map(list).collect()
}

/// One series, or a list of them.
pub(crate) fn series(value: &Value) -> Vec<Vec<f32>> {
    if value[0].is_array() { table(value) } else { vec![list(value)] }
}

/// Fails unless all numbers are within `atol`; the worst deviation otherwise, in parts of it.
#[track_caller]
pub(crate) fn close(what: &str, found: &[Vec<f32>], expected: &[Vec<f32>], atol: f64) -> f64 {
    assert_eq!(found.len(), expected.len(), "{what}: number of rows");
    let mut worst = 0.0_f64;
    for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found.len(), expected.len(), "{what}: length of row {row}");
        for (step, (found, expected)) in found.iter().zip(expected).enumerate() {
            let off = (f64::from(*found) - f64::from(*expected)).abs();
            assert!(
                off <= atol,
                "{what}, row {row}, step {step}: {found} for {expected}, more than {atol} off"
            );
            worst = worst.max(off / atol);
        }
    }
    worst
}
