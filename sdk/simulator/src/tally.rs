//! The calls that each gateway was asked, and when: what its quota counts.

use jiff::{SignedDuration, Timestamp};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// A gateway to Enedis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gateway {
    /// The Conso API, which bans an address after 100 calls in half a day.
    ConsoApi,
    /// MyElectricalData 1, which takes so many calls of a token a day.
    MedV1,
    /// MyElectricalData 2, which takes 50 calls of a user a day that its own memory does not answer.
    MedV2,
}

/// Every call so far.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<BTreeMap<Gateway, Vec<Timestamp>>>);

impl Tally {
    pub(crate) fn count(&self, gateway: Gateway, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(gateway).or_default().push(now);
    }

    /// Calls from an instant on.
    pub(crate) fn since(&self, gateway: Gateway, from: Timestamp) -> usize {
        self.of(gateway).into_iter().filter(|at| *at >= from).count()
    }

    /// The most calls in any window of that length.
    pub(crate) fn busiest(&self, gateway: Gateway, window: SignedDuration) -> usize {
        let mut calls = self.of(gateway);
        calls.sort_unstable();
        let inside = |first: &Timestamp| {
            calls.iter().filter(|at| **at >= *first && at.duration_since(*first) < window).count()
        };
        calls.iter().map(inside).max().unwrap_or(0)
    }

    fn of(&self, gateway: Gateway) -> Vec<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&gateway).cloned().unwrap_or_default()
    }
}
