//! Settings for the tests of other modules, which need no plugin.

use super::{Config, PluginRef, PluginSchemas, SchemaError, Sources};
use std::{fs, path::Path, sync::Arc};
use watteau_host::Manifest;

#[derive(Debug)]
struct NoPlugins;

impl PluginSchemas for NoPlugins {
    fn builtin(&self) -> Vec<String> {
        vec![]
    }

    fn manifest(&self, _: &PluginRef) -> Result<Manifest, SchemaError> {
        Err(SchemaError::Unreadable("there is none".to_owned()))
    }
}

/// What a file in `folder` with that text means.
pub(crate) fn config(folder: &Path, text: &str) -> Config {
    let file = folder.join("watteau.toml");
    fs::write(&file, text).unwrap();
    let loaded = super::load(&Sources::only(file, Arc::new(NoPlugins)));
    loaded.unwrap_or_else(|errors| panic!("{errors}")).config
}
