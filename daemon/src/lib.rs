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
//! - [`forecast`]: forecasts of tomorrow, kept for ever and scored.
//! - [`api`], [`metrics`], [`dashboard`]: HTTP for programs, Prometheus and people.
//! - [`supervisor`]: builds all that in order, announces readiness, waits, stops in reverse.
//! - [`export`]: everything kept, as CSV, JSON and OpenMetrics.
//! - [`cli`]: a file per command; each asks the running daemon over its socket, or opens the store itself.

pub mod api;
pub mod cli;
pub mod clock;
pub mod config;
pub mod dashboard;
pub mod export;
pub mod forecast;
mod heap;
mod hex;
pub mod ingest;
pub mod metrics;
pub mod model;
mod models;
pub mod packing;
pub mod query;
pub mod services;
pub mod supervisor;
pub mod wear;
