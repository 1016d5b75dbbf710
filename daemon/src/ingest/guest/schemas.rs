//! What plugins say of their options, for the configuration: read from manifests, before any code runs.

use super::super::builtin::{self, BUILTIN};
use crate::config::{PluginRef, PluginSchemas, SchemaError};
use std::sync::Arc;
use watteau_host::{LoadError, Manifest, manifest_text};

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

    fn manifest(&self, plugin: &PluginRef) -> Result<Manifest, SchemaError> {
        let unreadable = |why: &dyn std::fmt::Display| SchemaError::Unreadable(why.to_string());
        let text = match plugin {
            PluginRef::Builtin(name) => {
                let builtin = builtin::find(name);
                let builtin =
                    builtin.ok_or_else(|| unreadable(&"there is no built-in plugin of that name"))?;
                builtin.manifest.to_owned()
            }
            PluginRef::File(path) => {
                let read = std::fs::read(path);
                let wasm = read.map_err(|error| unreadable(&format!("it cannot be read: {error}")))?;
                manifest_text(&wasm).map_err(|error| match error {
                    LoadError::NotWebAssembly => SchemaError::WrongFile(error.to_string()),
                    error => unreadable(&error),
                })?
            }
        };
        Manifest::parse(&text).map_err(|error| unreadable(&error))
    }
}
