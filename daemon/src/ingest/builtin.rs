//! The connectors that travel inside the binary, as Pulley bytecode with their manifests.

/// One embedded connector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Builtin {
    /// What `plugin = "…"` says.
    pub(super) name: &'static str,
    /// Its manifest, TOML.
    pub(super) manifest: &'static str,
    /// Bytecode made by this version of the engine.
    pub(super) bytecode: &'static [u8],
    /// SHA-256 of both.
    pub(super) digest: [u8; 32],
}

/// Every embedded connector, by name. A constant would be in the binary once for each place that reads it: 6 MB each.
pub(super) static BUILTIN: &[Builtin] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The embedded connector of that name.
pub(super) fn find(name: &str) -> Option<&'static Builtin> {
    BUILTIN.iter().find(|builtin| builtin.name == name)
}
