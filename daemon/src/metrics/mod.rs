//! Prometheus metrics, gathered anew for each scrape.
//!
//! What is stored or known elsewhere is read when asked for, so that a connector that was removed vanishes
//! at once. Only what has no other memory (runs, requests) is counted as it happens, in [`Vitals`].
//!
//! Consumption is a gauge on purpose. Sources correct past days, downwards too, and a counter that falls is
//! read as a restart: a reader would add the whole past again. `watteau_series_corrected_values_total` tells
//! why a total moved.

mod energy;
mod exposition;
mod families;
mod home;
mod names;
mod remote_write;
mod vitals;

pub use exposition::Exposition;
pub use families::Scraper;
pub use vitals::Vitals;

#[cfg(test)]
mod tests;
