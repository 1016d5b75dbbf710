//! What plugins say of their options, for the configuration: read from manifests, before any code runs.

use super::super::builtin::{self, BUILTIN};
use crate::config::{PluginRef, PluginSchemas};
use std::sync::Arc;
use watteau_host::{Manifest, manifest_text};

/// The schemas of the embedded plugins and of plugin files.
pub fn schemas() -> Arc<dyn PluginSchemas> {
    Arc::new(Schemas)
}

#[derive(Debug)]
struct Schemas;

impl PluginSchemas for Schemas {
    fn builtin(&self) -> Vec<String> {
        BUILTIN.iter().map(|builtin| builtin.name.to_owned()).collect()
    }

    fn manifest(&self, plugin: &PluginRef) -> Result<Manifest, String> {
        let text = match plugin {
            PluginRef::Builtin(name) => {
                let builtin = builtin::find(name).ok_or("there is no built-in plugin of that name")?;
                builtin.manifest.to_owned()
            }
            PluginRef::File(path) => {
                let wasm = std::fs::read(path).map_err(|error| format!("it cannot be read: {error}"))?;
                manifest_text(&wasm).map_err(|error| error.to_string())?
            }
        };
        Manifest::parse(&text).map_err(|error| error.to_string())
    }
}
