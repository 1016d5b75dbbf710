//! What the weather explains of a home's use, and what it does not: regressions fitted by schedule, each fit kept.
//!
//! ```text
//! store -> home -> fit -> record -> store
//!          home, record -> findings -> view -> api
//! ```
//!
//! - `home`: a job's series by the local day: use, temperatures, who is there.
//! - [`record`]: a fit as it is kept, without what can be worked out again from it and the store.
//! - `findings`: since when more or less is used, what dated events brought, days and sensors that are odd.
//! - `corrected`: two periods in equal weather.
//! - [`Explainer`]: what is due, one fit at a time, and what is told of it, worked out once for each state of the store.
//! - `tell`, [`view`]: what is told, in both languages, as the API writes it.
//!
//! Everything is synchronous, to be called where one may wait. The models are those of [`watteau_analysis::regression`].

mod corrected;
mod error;
mod explainer;
mod findings;
mod home;
pub mod record;
mod sensors;
mod tell;
pub mod view;

pub use error::Error;
pub use explainer::Explainer;

#[cfg(test)]
mod tests;
