//! The daemon's one source of "now", so that tests decide what time it is.

use jiff::{Timestamp, Zoned, tz::TimeZone};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// The home's clock: an instant and the zone in which its days turn.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock, read in the home's zone.
    pub fn system(zone: TimeZone) -> Self {
        Self { zone, fixed: None }
    }

    /// A clock that only moves when [`Clock::set`] is called.
    pub fn fixed(zone: TimeZone, now: Timestamp) -> Self {
        Self { zone, fixed: Some(Arc::new(AtomicI64::new(now.as_millisecond()))) }
    }

    /// Moves a fixed clock; the system's cannot be moved, and this does nothing to it.
    pub fn set(&self, now: Timestamp) {
        if let Some(fixed) = &self.fixed {
            fixed.store(now.as_millisecond(), Ordering::SeqCst);
        }
    }

    /// The instant.
    pub fn now(&self) -> Timestamp {
        match &self.fixed {
            Some(fixed) => {
                Timestamp::from_millisecond(fixed.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
            }
            None => Timestamp::now(),
        }
    }

    /// The instant, in milliseconds since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// The instant in the home's zone.
    pub fn local(&self) -> Zoned {
        self.now().to_zoned(self.zone.clone())
    }

    /// An instant (ms since the epoch) as RFC 3339 with the home's offset at that time.
    pub fn with_offset(&self, ms: i64) -> impl std::fmt::Display + use<> {
        let timestamp = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
        timestamp.display_with_offset(self.zone.to_offset(timestamp))
    }

    /// The home's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}
