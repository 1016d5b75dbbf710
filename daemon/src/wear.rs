//! What wears a card: bytes written, by local day and series.
//!
//! The store counts since it was opened. Here the counts are laid on the home's days and kept across restarts, by a
//! commit when a day is over and at a clean stop. After a kill the day's bytes so far are missing: the ledger may say
//! too little of such a day, and nothing else.

use crate::clock::Clock;
use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use utoipa::ToSchema;
use watteau_store::{Commit, Error, SeriesId, StateChange, Store};

/// Where the ledger is kept in the store's state.
const OWNER: &str = "wear";
const KEY: &str = "days";
/// Days that are kept.
const MOST: usize = 31;

/// What was written in a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayWritten {
    /// The local day.
    #[schema(value_type = String, format = "date")]
    pub date: Date,
    /// Bytes handed to the disk, with what belongs to no series.
    pub bytes: u64,
    /// Of them, those that hold the points of a series, by its id.
    pub series: BTreeMap<String, u64>,
}

/// The ledger of a store.
#[derive(Debug)]
pub struct Wear {
    store: Store,
    clock: Clock,
    ledger: Mutex<Ledger>,
}

#[derive(Debug, Default)]
struct Ledger {
    /// Oldest first.
    days: Vec<DayWritten>,
    /// What the store had counted when it was last asked.
    total: u64,
    series: BTreeMap<SeriesId, u64>,
}

impl Wear {
    /// Goes on from what is kept.
    pub fn open(store: Store, clock: Clock) -> Result<Self, Error> {
        let kept = store.state(OWNER, KEY)?;
        // A ledger that cannot be read is begun anew: it is worth no failure.
        let days = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Ok(Self { store, clock, ledger: Mutex::new(Ledger { days, ..Ledger::default() }) })
    }

    /// Notes what was written since it was last noted; cheap, and asked for every minute.
    pub fn note(&self) -> Result<(), Error> {
        let mut ledger = self.ledger();
        if ledger.note(&self.store, self.clock.local().date())? { self.keep(&ledger) } else { Ok(()) }
    }

    /// Keeps what was noted today, before the store is closed.
    pub fn close(&self) -> Result<(), Error> {
        let mut ledger = self.ledger();
        ledger.note(&self.store, self.clock.local().date())?;
        self.keep(&ledger)
    }

    /// Every day from the first that is kept to today; what nothing is known of was without writes.
    pub fn days(&self) -> Result<Vec<DayWritten>, Error> {
        self.note()?;
        let ledger = self.ledger();
        let (Some(first), Some(last)) = (ledger.days.first(), ledger.days.last()) else { return Ok(vec![]) };
        let mut known = ledger.days.iter().peekable();
        let dates = first.date.series(1.day()).take_while(|date| *date <= last.date);
        Ok(dates
            .map(|date| {
                known.next_if(|day| day.date == date).cloned().unwrap_or_else(|| DayWritten::on(date))
            })
            .collect())
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, ledger: &Ledger) -> Result<(), Error> {
        let value = serde_json::to_vec(&ledger.days).ok();
        let change = StateChange { owner: OWNER.to_owned(), key: KEY.to_owned(), value };
        self.store.commit(Commit { batches: vec![], state: vec![change] }).map(drop)
    }
}

impl DayWritten {
    const fn on(date: Date) -> Self {
        Self { date, bytes: 0, series: BTreeMap::new() }
    }
}

impl Ledger {
    /// Adds what is new to `today`; says whether a day is over.
    fn note(&mut self, store: &Store, today: Date) -> Result<bool, Error> {
        let written = store.written();
        let names: BTreeMap<SeriesId, String> =
            store.series()?.into_iter().map(|info| (info.id, info.def.name)).collect();
        let over = self.days.last().is_some_and(|last| last.date < today);
        // A clock that was set back goes on with the day it left.
        if over || self.days.is_empty() {
            self.days.push(DayWritten::on(today));
            let old = self.days.len().saturating_sub(MOST);
            self.days.drain(..old);
        }
        let Some(day) = self.days.last_mut() else { return Ok(over) };
        day.bytes += written.total.saturating_sub(self.total);
        for (id, bytes) in &written.series {
            let before = self.series.get(id).copied().unwrap_or(0);
            if let Some(name) = names.get(id)
                && *bytes > before
            {
                *day.series.entry(name.clone()).or_default() += bytes - before;
            }
        }
        self.total = written.total;
        self.series = written.series.into_iter().collect();
        Ok(over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{Home, paris, point};
    use watteau_store::{Kind, Step};

    fn days(wear: &Wear) -> Vec<(String, bool, Vec<String>)> {
        let days = wear.days().unwrap().into_iter();
        days.map(|day| (day.date.to_string(), day.bytes > 0, day.series.into_keys().collect())).collect()
    }

    #[test]
    fn bytes_are_laid_on_local_days_and_outlive_a_restart() {
        let home = Home::empty();
        // Half past midnight in Paris is still the day before in UTC.
        let clock = Clock::fixed(paris(), "2025-06-14T22:30:00Z".parse().unwrap());
        let wear = Wear::open(home.store.clone(), clock.clone()).unwrap();
        let series = home.define("meter.power", "W", Kind::Power, Step::Seconds(60), 0, "");
        home.put("meter", series, vec![point(0, 60_000, 1.5)]);
        let first = ("2025-06-15".to_owned(), true, vec!["meter.power".to_owned()]);
        assert_eq!(days(&wear), std::slice::from_ref(&first));

        clock.set("2025-06-17T10:00:00Z".parse().unwrap());
        let idle = ("2025-06-16".to_owned(), false, vec![]);
        let seen = days(&wear);
        assert_eq!(seen[..2], [first.clone(), idle.clone()]);
        assert_eq!(seen[2].0, "2025-06-17");
        wear.close().unwrap();

        let again = Wear::open(home.store.clone(), clock).unwrap();
        assert_eq!(days(&again)[..2], [first, idle]);
    }

    #[test]
    fn a_month_is_kept_and_a_clock_set_back_loses_nothing() {
        let home = Home::empty();
        let clock = Clock::fixed(paris(), "2025-01-01T12:00:00Z".parse().unwrap());
        let wear = Wear::open(home.store.clone(), clock.clone()).unwrap();
        for _ in 0..40 {
            wear.note().unwrap();
            clock.set(clock.now() + 24.hours());
        }
        let last = wear.days().unwrap();
        assert_eq!(last.len(), MOST);
        clock.set("2015-01-01T12:00:00Z".parse().unwrap());
        let series = home.define("meter.power", "W", Kind::Power, Step::Seconds(60), 0, "");
        home.put("meter", series, vec![point(0, 60_000, 1.5)]);
        let now = wear.days().unwrap();
        assert_eq!(now.len(), MOST);
        assert!(now.last().unwrap().bytes > last.last().unwrap().bytes);
    }
}
