//! The manifest: found in a component before any of its code runs, and put there for toolchains that cannot.

use crate::{error::LoadError, manifest::Manifest};
use std::borrow::Cow;
use wasm_encoder::{CustomSection, Section};
use wasmparser::{BinaryReader, BinaryReaderError, Encoding, Parser, Payload};

const SECTION: &str = "watteau:manifest";
/// How every file of WebAssembly begins.
const MAGIC: &[u8] = b"\0asm";
/// What comes before the first section: the magic, the version and the layer.
const HEADER: usize = 8;

/// The manifest's text: the custom section `watteau:manifest`, of the component or of a module inside it.
pub fn manifest_text(component: &[u8]) -> Result<String, LoadError> {
    // A file that is being copied may be short of its beginning; one that begins otherwise is something else.
    if !component.starts_with(MAGIC) && !MAGIC.starts_with(component) {
        return Err(LoadError::NotWebAssembly);
    }
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

/// The component with its manifest inside, as the section `watteau:manifest` at its end.
///
/// Rust connectors need it not: the macro of `watteau-sdk` does it. For any other toolchain this is the last step
/// of a build. A section that an earlier call put there is replaced, so that a manifest can be changed without
/// building again; one that the build itself put deeper inside is refused, since it would be found first.
pub fn with_manifest(component: &[u8], manifest: &str) -> Result<Vec<u8>, LoadError> {
    Manifest::parse(manifest)?;
    match manifest_text(component) {
        Ok(_) | Err(LoadError::NoManifest | LoadError::Manifest(_)) => {}
        Err(error) => return Err(error),
    }
    let mut packed = without_manifest(component).map_err(|error| not_a_component(&error))?;
    match manifest_text(&packed) {
        Err(LoadError::NoManifest) => {}
        Ok(_) | Err(_) => return Err(LoadError::ManifestInside),
    }
    let section = CustomSection { name: SECTION.into(), data: Cow::Borrowed(manifest.as_bytes()) };
    section.append_to(&mut packed);
    Ok(packed)
}

/// A copy of all outer sections but the manifest.
fn without_manifest(component: &[u8]) -> Result<Vec<u8>, BinaryReaderError> {
    const CUSTOM: u8 = 0;
    let mut reader = BinaryReader::new(component, 0);
    let mut kept = reader.read_bytes(HEADER)?.to_vec();
    while !reader.eof() {
        let start = reader.current_position();
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()?;
        let body = reader.read_bytes(size as usize)?;
        if id != CUSTOM || BinaryReader::new(body, 0).read_string()? != SECTION {
            kept.extend_from_slice(&component[start..reader.current_position()]);
        }
    }
    Ok(kept)
}

/// The parser shows bytes on lines of their own.
fn not_a_component(error: &dyn std::fmt::Display) -> LoadError {
    LoadError::NotAComponent(error.to_string().lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    fn manifest(version: &str) -> String {
        format!(
            "contract = 1\nname = \"tide\"\nversion = \"{version}\"\nkind = \"source\"\ntitle = {{ en = \"Tide\", fr = \"Marée\" }}\n\
             [[feed]]\nname = \"hours\"\nseries = [\"height\"]\nspan = \"7d\"\n[[series]]\nname = \"height\"\nunit = \"m\"\n\
             kind = \"level\"\nstep = \"1h\"\ntitle = {{ en = \"Height\" }}\n"
        )
    }

    /// A component around one core module that holds a section of that name.
    fn around_a_module(section: &str) -> Vec<u8> {
        let mut module = wasm_encoder::Module::new();
        module.section(&CustomSection { name: section.into(), data: Cow::Borrowed(b"inner") });
        let mut component = wasm_encoder::Component::new();
        component.section(&wasm_encoder::ModuleSection(&module));
        component.finish()
    }

    #[test]
    fn what_is_put_is_what_is_found() {
        for component in [EMPTY.to_vec(), around_a_module("name")] {
            let packed = with_manifest(&component, &manifest("1.0.0")).unwrap();
            assert_eq!(manifest_text(&packed).unwrap(), manifest("1.0.0"));
            assert!(packed.starts_with(&component), "the component itself is untouched");
        }
    }

    #[test]
    fn another_manifest_replaces_the_first() {
        let first = with_manifest(&around_a_module("name"), &manifest("1.0.0")).unwrap();
        assert_eq!(with_manifest(&first, &manifest("1.0.0")).unwrap(), first);
        let second = with_manifest(&first, &manifest("1.0.1")).unwrap();
        assert_eq!(manifest_text(&second).unwrap(), manifest("1.0.1"));
        assert_eq!(second.len(), first.len());
        // What does not parse as a manifest is replaced like any other.
        let mut odd = EMPTY.to_vec();
        CustomSection { name: SECTION.into(), data: Cow::Borrowed(b"\xff") }.append_to(&mut odd);
        assert_eq!(
            manifest_text(&with_manifest(&odd, &manifest("1.0.0")).unwrap()).unwrap(),
            manifest("1.0.0")
        );
    }

    #[test]
    fn what_cannot_be_packed_is_told() {
        let good = manifest("1.0.0");
        let cut = &around_a_module("name")[..20];
        for (component, manifest, wanted) in [
            (EMPTY, "contract = 1", "the manifest cannot be used"),
            (b"hello", &good, "this is not WebAssembly"),
            (b"\0asm\x01\0\0\0", &good, "it is a core module"),
            (b"", &good, "not a WebAssembly component"),
            (cut, &good, "not a WebAssembly component"),
            (&around_a_module(SECTION), &good, "holds a manifest from its build"),
        ] {
            let error = with_manifest(component, manifest).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
