//! The only module that speaks to `watteau-host`: loads plugins, starts sessions, and turns what the host says
//! into ingest's own words.

mod engine;
mod schemas;
mod session;
mod values;

pub use engine::Engine;
pub(super) use engine::{Plugin, Unusable};
pub use schemas::schemas;
pub(super) use session::{FileFailure, FileReport, NoAnswer, Session};
