//! What the user wrote, checked whole before anything starts.
//!
//! `sources` says where it is written, `raw` merges the layers and keeps each key's place (`origin`),
//! `resolve` and a file for each section turn them into the types of `types` and find every `problem` at once, `check`
//! shows the result. `section` reads the keys of a table, `given` its secrets; `secret` and `schedule` are values of
//! their own.
//!
//! Layers, each over the one before: `/usr/share/watteau/*.toml`, the main file (`/etc/watteau/watteau.toml`, the
//! user's own, or `--config`), `conf.d/*.toml` beside it, variables `WATTEAU_SECTION__KEY`, flags.
//!
//! Nothing here opens a socket, runs a plugin or writes a file; `watteau check` does exactly what the start
//! does, and prints the same text.

mod access;
mod check;
mod given;
mod installation;
mod instance;
mod jobs;
mod origin;
mod outputs;
mod problem;
mod raw;
mod remote_write;
mod resolve;
mod schedule;
mod secret;
mod section;
mod sources;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod types;

pub use check::{Loaded, Shown};
pub use installation::Installation;
pub use origin::Origin;
pub use problem::{ConfigErrors, Problem};
pub use remote_write::{RemoteAuth, RemoteWrite};
pub use resolve::listen_address;
pub use schedule::{SPREAD, Schedule, ScheduleError};
pub use secret::{Exposed, Secret, SecretError};
pub use sources::{PluginSchemas, SchemaError, Sources};
pub use types::{
    AccessSettings, AfterImport, Changes, Config, DatedEvent, Form, Home, HomeAssistant, HttpSocket,
    Instance, Job, Lag, Lang, LimitSettings, Mqtt, PluginRef, QuotaSetting, Reading, Refit, Regression,
    Server, StoreSettings,
};

/// Reads the configuration; every problem at once when there is one.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigErrors> {
    let findings = problem::Findings::default();
    let root = sources.merged(&findings);
    let mut shown = check::flatten(&root);
    let config = resolve::resolve(&root, sources, &findings, &mut shown);
    let warnings = findings.conclude()?;
    Ok(Loaded { config, warnings, shown })
}

impl Config {
    /// The same as [`load`].
    pub fn load(sources: &Sources) -> Result<Loaded, ConfigErrors> {
        load(sources)
    }
}
