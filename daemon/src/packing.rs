//! When the store is packed.
//!
//! A large import leaves the file with space between its blocks: five years of thirty series take 5.1 MB, and 3.3 once
//! packed. Packing rewrites some of the file and readers wait for it, so it is for a quiet moment after many points
//! came, and never for what a day brings.

use crate::clock::Clock;
use std::sync::{Mutex, MutexGuard, PoisonError};
use watteau_store::{Commit, Error, StateChange, Store};

/// Where the number of points at the last packing is kept in the store's state.
const OWNER: &str = "packing";
const KEY: &str = "points";
/// Fewer new points than this are not worth it: eleven years of half-hours.
const LEAST: u64 = 200_000;
/// Nor are those that are less than this part of what was there.
const PART: u64 = 4;
/// How long nothing may have been written before.
const QUIET_MS: i64 = 120_000;

/// Packs a store when it is worth it.
#[derive(Debug)]
pub struct Packing {
    store: Store,
    clock: Clock,
    watched: Mutex<Watched>,
}

#[derive(Debug)]
struct Watched {
    /// Points when it was last packed.
    packed: u64,
    /// The store's version when it was last looked at, and since when it is that.
    version: u64,
    since: i64,
}

impl Packing {
    /// Goes on from what is kept.
    pub fn open(store: Store, clock: Clock) -> Result<Self, Error> {
        let kept =
            store.state(OWNER, KEY)?.and_then(|bytes| Some(u64::from_le_bytes(bytes.try_into().ok()?)));
        let watched = Watched { packed: kept.unwrap_or(0), version: store.version(), since: clock.now_ms() };
        Ok(Self { store, clock, watched: Mutex::new(watched) })
    }

    /// Packs if many points came and nothing moves any more; says whether it did. To be asked every minute or so, where
    /// one may wait.
    pub fn turn(&self) -> Result<bool, Error> {
        let mut watched = self.watched();
        let (version, now) = (self.store.version(), self.clock.now_ms());
        if version != watched.version || now < watched.since {
            (watched.version, watched.since) = (version, now);
        }
        if now - watched.since < QUIET_MS {
            return Ok(false);
        }
        let points = self.store.stats()?.points;
        if points.saturating_sub(watched.packed) < LEAST.max(watched.packed / PART) {
            return Ok(false);
        }
        let packed = self.store.compact()?;
        let value = Some(points.to_le_bytes().to_vec());
        let change = StateChange { owner: OWNER.to_owned(), key: KEY.to_owned(), value };
        self.store.commit(Commit { batches: vec![], state: vec![change] })?;
        watched.packed = points;
        Ok(packed)
    }

    fn watched(&self) -> MutexGuard<'_, Watched> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{Home, paris, point};
    use jiff::ToSpan as _;
    use watteau_store::{Kind, Step};

    #[test]
    fn many_points_are_packed_once_nothing_moves() {
        let home = Home::empty();
        let clock = Clock::fixed(paris(), "2025-06-15T10:00:00Z".parse().unwrap());
        let packing = Packing::open(home.store.clone(), clock.clone()).unwrap();
        let series = home.define("meter.power", "W", Kind::Power, Step::Seconds(60), 0, "");
        let later = || clock.set(clock.now() + 3.minutes());
        let put = |from: i64, count: i64| {
            let points = (from..from + count)
                .map(|minute| point(minute * 60_000, 60_000, f64::from((minute * 7919 % 3000) as i32)));
            home.put("meter", series, points.collect());
        };
        later();
        assert!(!packing.turn().unwrap(), "an empty store");
        for part in 0..20 {
            put(part * 10_500, 10_500);
        }
        assert!(!packing.turn().unwrap(), "something was written just now");
        later();
        let before = home.store.stats().unwrap().file_bytes;
        assert!(packing.turn().unwrap());
        assert!(home.store.stats().unwrap().file_bytes < before);
        later();
        assert!(!packing.turn().unwrap(), "nothing came since");

        // The number outlives a restart, and what a day brings is left where it is.
        put(210_000, 1440);
        let again = Packing::open(home.store.clone(), clock.clone()).unwrap();
        later();
        assert!(!again.turn().unwrap());
    }
}
