//! Write a watteau connector: a trait, a macro and types over the plugin contract.
//!
//! A connector is one WebAssembly component, with its manifest inside. It decides nothing about time: the
//! host says what to fetch, the connector fetches, parses and puts. Everything it may touch comes through the
//! [`Context`](context::Context) it is handed, so the same code runs as a component, where the context is the real host, and
//! natively in a test, where it is a fake (`watteau-testing` has one).
//!
//! A complete connector, with the manifest beside its `Cargo.toml` (`crate-type = ["cdylib", "rlib"]`):
//!
//! ```no_run
//! # mod connector {
//! use watteau_sdk::prelude::*;
//!
//! /// What the user writes for an instance; the manifest's options, defaults filled in.
//! #[derive(serde::Deserialize)]
//! struct Settings {
//!     station: String,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Reading {
//!     at: i64,
//!     watts: f64,
//! }
//!
//! struct Meter;
//!
//! impl Source for Meter {
//!     type Settings = Settings;
//!
//!     fn check(ctx: Context<'_>, settings: &Settings) -> Result<Text, Failure> {
//!         let request = Request::get("/stations").query("id", &settings.station).auth("key");
//!         let answer = ctx.http().send(&request).map_err(|error| error.failure("Example"))?;
//!         match answer.status {
//!             200 => Ok(Text::new("The station answers.", "La station répond.")),
//!             401 => Err(Failure::consent(("The key is refused.", "La clé est refusée.")).by("Example")),
//!             _ => Err(answer.failure("Example")),
//!         }
//!     }
//!
//!     fn pull(ctx: Context<'_>, settings: &Settings, job: &Job) -> Result<Outcome, Failure> {
//!         let request = Request::get("/readings")
//!             .query("id", &settings.station)
//!             .query("from", job.span.start)
//!             .query("to", job.span.end)
//!             .auth("key");
//!         let answer = ctx.http().send(&request).map_err(|error| error.failure("Example"))?;
//!         if answer.status != 200 {
//!             return Err(answer.failure("Example"));
//!         }
//!         let readings: Vec<Reading> = answer.json().map_err(|failure| failure.by("Example"))?;
//!         let points = readings.iter().map(|r| Point::measured(r.at, 1_800_000, r.watts)).collect();
//!         ctx.sink().put(Batch::new("power", "W").points(points))?;
//!         Ok(Outcome::default())
//!     }
//! }
//! # }
//! # // In a connector: watteau_sdk::export_source!(Meter, manifest = "manifest.toml");
//! ```
//!
//! [`guide`] leads from an empty folder to a connector that others install. [`source`] and [`files`] hold the two traits, [`context`] what a connector may ask of its host, [`http`]
//! requests and answers, [`failure`] the ways to say what went wrong, [`time`] dates and civil time.

// The generated macros name this crate from outside and from inside alike.
extern crate self as watteau_sdk;

#[doc(hidden)]
pub mod bindings;
pub mod context;
mod export;
pub mod failure;
pub mod files;
#[cfg(target_family = "wasm")]
mod guest;
pub mod guide;
pub mod http;
pub mod source;
pub mod time;
pub mod types;

#[doc(hidden)]
pub use export::{FilesGuest, SourceGuest};
#[doc(hidden)]
pub use wit_bindgen::rt;

/// Everything a connector's module needs, in one `use`.
pub mod prelude {
    pub use crate::{
        context::{Context, SinkError},
        failure::{Failure, FileError},
        files::{Decision, File, Files, MeterRows, Report},
        http::{HttpError, Method, Request, Response},
        source::{Job, Outcome, Source},
        time::{Civil, Date, Instant, Moment, Span},
        types::{Batch, Kind, Level, Point, Quality, Refusal, Series, Step, Text},
    };
}
