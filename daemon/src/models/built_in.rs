//! The model that comes with the binary: trained by `cargo xtask train`, its card beside it in the sources.

use crate::hex::hex;
use sha2::{Digest as _, Sha256};
use std::{borrow::Cow, num::NonZero};
use watteau_chronos::{LoadError, LoadOptions, Model};

/// How settings call it.
pub(crate) const NAME: &str = "chronos";

/// Numbers can be read in place only from an even address, which bytes alone are not promised.
#[repr(C, align(16))]
struct Aligned<T: ?Sized>(T);

static CONFIG: &[u8] = include_bytes!("../../chronos/built-in/config.json");
static WEIGHTS: &Aligned<[u8]> = &Aligned(*include_bytes!("../../chronos/built-in/model.safetensors"));

/// Loads it; nothing is copied.
pub(crate) fn load(threads: Option<NonZero<usize>>) -> Result<Model, LoadError> {
    let options = LoadOptions { threads, ..LoadOptions::default() };
    Model::from_bytes(CONFIG, Cow::Borrowed(&WEIGHTS.0), &options)
}

/// What tells it from another version of itself.
pub(crate) fn hash() -> String {
    hex(&Sha256::digest(&WEIGHTS.0))
}

/// Its files, by name.
pub(crate) fn files() -> [(&'static str, &'static [u8]); 2] {
    [("config.json", CONFIG), ("model.safetensors", &WEIGHTS.0)]
}
