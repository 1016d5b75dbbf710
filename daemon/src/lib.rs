//! The energy daemon: reads the home's meters and the grid, keeps every point, explains it and shows it.
//!
//! Data flows one way, and a module never reaches back:
//!
//! ```text
//! connectors =WIT= watteau-host <- ingest -> watteau-store <- query <- forecast <- api =HTTP= dashboard
//!                                                            metrics: a leaf anyone may count in
//! ```
//!
//! - [`config`]: what the user wrote, checked whole before anything starts.
//! - [`model`], [`clock`], [`services`]: the values and the one interface that the stages share; no I/O.
//! - [`ingest`]: plans what to ask, runs connectors, checks, commits points with their cursor.
//! - [`query`]: reads the store by local days, weeks, months; knows what is missing and why.
//! - [`occupancy`], [`muted`]: what people say of their home and of its series, through the same writer.
//! - [`forecast`]: forecasts of tomorrow, kept for ever and scored.
//! - [`api`], [`metrics`], [`dashboard`]: HTTP for programs, Prometheus and people.
//! - [`homeassistant`], [`mqtt`]: those who are told what is known; [`outputs`]: how they stand.
//! - [`remote_write`]: what is kept, sent on to a receiver of Prometheus remote write.
//! - [`access`]: who may come in from the network: a password, tokens, sessions.
//! - [`supervisor`]: builds all that in order, announces readiness, waits, stops in reverse.
//! - [`export`]: everything kept, as CSV, JSON and OpenMetrics.
//! - [`cli`]: a file per command; each asks the running daemon over its socket, or opens the store itself.

pub mod access;
pub mod api;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dashboard;
pub mod explain;
pub mod export;
pub mod forecast;
mod hex;
mod homeassistant;
pub mod ingest;
mod machine;
mod memory;
pub mod metrics;
pub mod model;
mod models;
mod mqtt;
pub mod muted;
pub mod occupancy;
pub mod outputs;
pub mod packing;
pub mod query;
pub mod remote_write;
pub mod services;
pub mod supervisor;
mod tls;
pub mod wear;
