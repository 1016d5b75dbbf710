//! From a trait to a component: the adapters and the two macros.

use std::marker::PhantomData;

/// What the macro exports for a [`Source`].
#[doc(hidden)]
pub struct SourceGuest<T>(PhantomData<T>);

/// What the macro exports for a [`Files`].
#[doc(hidden)]
pub struct FilesGuest<T>(PhantomData<T>);

#[cfg(target_family = "wasm")]
mod wasm {
    use super::{FilesGuest, SourceGuest};
    use crate::{
        bindings::{
            plugin::exports::watteau::connector::plugin, plugin::watteau::connector::types as wit,
            reader::exports::watteau::connector::reader, source::exports::watteau::connector::source,
        },
        context::Context,
        failure::{Failure, FileError},
        files::{File, Files},
        guest::{HostFile, Imports},
        source::Source,
    };
    use serde::de::DeserializeOwned;

    /// The host has checked the settings against the manifest: what is left is a type the manifest cannot say.
    fn settings<T: DeserializeOwned>(ctx: Context<'_>) -> Result<T, Failure> {
        serde_json::from_str(&ctx.settings_json()).map_err(|error| {
            Failure::settings(
                (
                    format!("The settings cannot be used: {error}."),
                    format!("Les réglages sont inutilisables : {error}."),
                ),
                Vec::new(),
            )
        })
    }

    impl<T: Source> plugin::Guest for SourceGuest<T> {
        fn describe() -> Result<Vec<wit::Series>, wit::Failure> {
            let ctx = Context::new(&Imports);
            Ok(T::describe(ctx, &settings(ctx)?)?)
        }

        fn check() -> Result<wit::Text, wit::Failure> {
            let ctx = Context::new(&Imports);
            Ok(T::check(ctx, &settings(ctx)?)?)
        }
    }

    impl<T: Source> source::Guest for SourceGuest<T> {
        fn pull(job: source::Job) -> Result<source::Outcome, wit::Failure> {
            let ctx = Context::new(&Imports);
            Ok(T::pull(ctx, &settings(ctx)?, &job)?)
        }
    }

    impl<T: Files> plugin::Guest for FilesGuest<T> {
        fn describe() -> Result<Vec<wit::Series>, wit::Failure> {
            let ctx = Context::new(&Imports);
            Ok(T::describe(ctx, &settings(ctx)?)?)
        }

        fn check() -> Result<wit::Text, wit::Failure> {
            let ctx = Context::new(&Imports);
            Ok(T::check(ctx, &settings(ctx)?)?)
        }
    }

    impl<T: Files> reader::Guest for FilesGuest<T> {
        fn sniff(name: String, size: u64, head: Vec<u8>) -> u8 {
            let ctx = Context::new(&Imports);
            let sure = match settings(ctx) {
                Ok(settings) => T::sniff_as(ctx, &settings, &name, size, &head),
                Err(_) => T::sniff(&name, size, &head),
            };
            sure.min(100)
        }

        fn ingest(file: reader::File) -> Result<reader::Report, FileError> {
            let ctx = Context::new(&Imports);
            let settings =
                settings(ctx).map_err(|failure| FileError::new("wrong_settings", failure.message))?;
            T::ingest(ctx, &settings, &mut File::new(HostFile(file)))
        }
    }
}

/// Exports a [`Source`](crate::source::Source) as a component, its manifest (a path from the crate's folder) inside. In
/// the tests of the machine that builds nothing is exported: they call the trait.
///
/// Also makes `pub const MANIFEST: &str`, for tests.
#[macro_export]
macro_rules! export_source {
    ($connector:ty, manifest = $path:literal) => {
        $crate::manifest!($path);
        // A shared library for the machine that builds cannot export names with colons in them.
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, unused_qualifications, clippy::pedantic)] // the generated C interface
        const _: () = {
            type Exported = $crate::SourceGuest<$connector>;
    $crate::bindings::plugin::export_plugin_half!(Exported with_types_in $crate::bindings::plugin);
    $crate::bindings::source::export_source_half!(Exported with_types_in $crate::bindings::source);
        };
    };
}

/// Exports a [`Files`](crate::files::Files) as a component, its manifest (a path from the crate's folder) inside. In the
/// tests of the machine that builds nothing is exported: they call the trait.
///
/// Also makes `pub const MANIFEST: &str`, for tests.
#[macro_export]
macro_rules! export_files {
    ($connector:ty, manifest = $path:literal) => {
        $crate::manifest!($path);
        // A shared library for the machine that builds cannot export names with colons in them.
        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, unused_qualifications, clippy::pedantic)] // the generated C interface
        const _: () = {
            type Exported = $crate::FilesGuest<$connector>;
    $crate::bindings::plugin::export_plugin_half!(Exported with_types_in $crate::bindings::plugin);
    $crate::bindings::reader::export_reader_half!(Exported with_types_in $crate::bindings::reader);
        };
    };
}

/// The manifest as a constant and, on wasm, as the custom section that the host reads before any code runs.
#[doc(hidden)]
#[macro_export]
macro_rules! manifest {
    ($path:literal) => {
        /// The manifest that travels inside the component.
        pub const MANIFEST: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $path));

        #[cfg(target_family = "wasm")]
        const _: () = {
            // Placed in a custom section, outside the guest's memory: no code ever reads it.
            #[allow(unsafe_code)]
            #[unsafe(link_section = "watteau:manifest")]
            #[used]
            static SECTION: [u8; MANIFEST.len()] =
                *include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $path));
        };
    };
}
