//! Home Assistant: what it is told, and the statistics that it is sent.
//!
//! What is pure (sensors, announcements, messages, sums) is `watteau-homeassistant`; here it meets the store and the
//! network. `parts` says what an installation has, `source` reads hours from the store, `link` speaks to Home Assistant,
//! `exporter` brings one to the other.

mod exporter;
mod link;
mod parts;
mod source;

pub(crate) use exporter::{Exporter, run};
pub(crate) use parts::{Known, language};
