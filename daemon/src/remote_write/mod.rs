//! What is kept, sent on to Prometheus, Mimir or VictoriaMetrics by remote write (`[remote_write]`).
//!
//! A scrape knows only the present, and meters are known a day later: here each interval of each series is one sample,
//! stamped at the **end** of the interval, the first instant at which its value could be known.
//!
//! # What is sent
//!
//! The families are those of `watteau export --format openmetrics`, in base units, with the label `series`: a power is
//! `watteau_power_watts`, an energy `watteau_energy_joules`, a temperature `watteau_temperature_celsius`. An energy is
//! a gauge of its interval and no counter: `sum_over_time(watteau_energy_joules{series="linky.daily_energy"}[30d])` is
//! what thirty days took, whichever of them came late. A counter would have to be raised at every later instant each
//! time that an old hole is filled, and no receiver takes that back. Every series whose connector is configured is
//! sent, as on `/metrics`; one that leaves gets a stale marker. What reaches into the future (forecasts of the weather)
//! is sent when its time has come: a sample of tomorrow would close the receiver's window for today's.
//!
//! # In which order
//!
//! A [sweep] sends what changed since the one before, first what is newer than all that was sent of its series,
//! then what is late or corrected; each in the order of time over all series, a day at a time. So a history goes from
//! its first day on, all series side by side, and each request is newer than the last: Prometheus takes that without
//! any setting, as long as nothing newer is in it yet. What comes later is another matter: a day of a meter is known when
//! the weather of the next is in already. Prometheus refuses what is an hour behind its newest sample but for
//! `out_of_order_time_window`, and never replaces a value; Mimir needs the same setting; VictoriaMetrics takes all. A
//! request that is refused is counted, said once and set aside, and the next one is sent.
//!
//! # What is remembered
//!
//! The [cursor] lies in the store. It knows the last batch (a delivery, as the store numbers them) of which
//! everything has been sent, so that late days and corrections need no list of their own. In the middle of a sweep it
//! also knows how far that is, and is written every second at most: a daemon that is killed repeats the requests of a
//! second as they were, so that a receiver that refuses what it has refuses nothing else with it. With another address or other labels all begins anew.

mod cursor;
mod progress;
mod receiver;
mod sweep;
#[cfg(test)]
mod tests;
mod writer;

pub use progress::{Progress, RemoteWriteStatus};
pub use writer::Writer;
