//! The manifest, found in a component before any of its code runs.

use crate::error::LoadError;
use wasmparser::{Encoding, Parser, Payload};

const SECTION: &str = "watteau:manifest";
/// How every file of WebAssembly begins.
const MAGIC: &[u8] = b"\0asm";

/// The manifest's text: the custom section `watteau:manifest`, of the component or of a module inside it.
pub fn manifest_text(component: &[u8]) -> Result<String, LoadError> {
    // A file that is being copied may be short of its beginning; one that begins otherwise is something else.
    if !component.starts_with(MAGIC) && !MAGIC.starts_with(component) {
        return Err(LoadError::NotWebAssembly);
    }
    // The parser shows bytes on lines of their own.
    let not_a_component = |error: &dyn std::fmt::Display| {
        LoadError::NotAComponent(error.to_string().lines().next().unwrap_or_default().to_owned())
    };
    let mut outermost = true;
    for payload in Parser::new(0).parse_all(component) {
        match payload.map_err(|error| not_a_component(&error))? {
            Payload::Version { encoding, .. } => {
                if outermost && encoding != Encoding::Component {
                    return Err(not_a_component(&"it is a core module; build it for wasm32-wasip2"));
                }
                outermost = false;
            }
            Payload::CustomSection(section) if section.name() == SECTION => {
                return std::str::from_utf8(section.data())
                    .map(str::to_owned)
                    .map_err(|_| LoadError::Manifest(crate::manifest::ManifestError::not_text()));
            }
            _ => {}
        }
    }
    Err(LoadError::NoManifest)
}
