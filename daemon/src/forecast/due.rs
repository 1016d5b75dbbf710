//! What is due: the last time of issue that has passed and for which nothing was made in time.
//!
//! After a stop, the last one is made up for, and no earlier ones: what was not said before a day was not said. The days
//! between are kept as replayed, where the model can.

use super::{
    Error, Forecaster,
    forecaster::{day_of, issue, minutes},
    inputs::{HOUR_MS, hourly_of},
    record::{self, SERVED},
};
use crate::config::{Job, Lag};
use jiff::{Timestamp, ToSpan as _, Zoned, civil::Time};
use std::collections::BTreeMap;
use watteau_analysis::{Day, LocalDays};

/// A source may be late so long; then what there is has to do.
const PATIENCE_MS: i64 = 45 * 60_000;
/// After a failure the next try is not before.
const AGAIN_MS: i64 = 30 * 60_000;

/// A forecast to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The job.
    pub job: Job,
    /// The time of issue.
    pub at: Time,
    /// The day that it was passed on: the day before the one to forecast.
    pub eve: Day,
}

/// More points than this since the last look are a history that is still being filled.
const FILLING: u64 = 200;

/// What is remembered from one look to the next.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// When each job last failed, by job and time of issue.
    pub failures: BTreeMap<(String, Time), i64>,
    /// Points of each target at the last look.
    points: BTreeMap<String, u64>,
    /// Whether a target waits until its history is filled.
    pub filling: bool,
}

impl Forecaster {
    /// Everything that is due now.
    pub fn due(&self, watch: &mut Watch) -> Result<Vec<Due>, Error> {
        let (now, local) = (self.clock.now_ms(), self.clock.local());
        let mut due = Vec::new();
        watch.filling = false;
        for job in self.jobs() {
            let Some(info) = self.store.find(&job.target)? else { continue };
            let before = watch.points.insert(job.target.clone(), info.points);
            if before.is_none_or(|before| info.points.saturating_sub(before) > FILLING) {
                watch.filling = true;
                continue;
            }
            for &at in &job.at {
                let Some(passed) = last_passed(&local, at) else { continue };
                let eve = day_of(passed.as_millisecond(), &self.clock);
                let failed = watch
                    .failures
                    .get(&(job.name.clone(), at))
                    .is_some_and(|failed| (*failed..*failed + AGAIN_MS).contains(&now));
                if failed || self.is_made(&job, at, eve.plus(1))? {
                    continue;
                }
                if now - passed.as_millisecond() < PATIENCE_MS && self.awaits(&job, at, eve)? {
                    continue;
                }
                due.push(Due { job: job.clone(), at, eve });
            }
        }
        Ok(due)
    }

    /// The next time of issue of a job.
    pub fn next_of(&self, job: &Job) -> Option<Timestamp> {
        let local = self.clock.local();
        job.at.iter().filter_map(|at| next(&local, *at)).min()
    }

    fn is_made(&self, job: &Job, at: Time, day: Day) -> Result<bool, Error> {
        let kept = record::read(&self.store, &job.target, day, day)?;
        // One that somebody asked for before its time knew less than it may.
        let due = record::due(day, minutes(at), self.clock.zone());
        let made = |kept: &record::Record| kept.model == SERVED && kept.at == minutes(at) && !kept.replayed;
        Ok(kept.iter().any(|kept| made(kept) && kept.issued_at >= due))
    }

    /// Whether hours that are usually known by then have not come yet.
    fn awaits(&self, job: &Job, at: Time, eve: Day) -> Result<bool, Error> {
        let days = LocalDays::paris(eve.plus(-1), eve).map_err(Error::Model)?;
        let wanted = match job.lag {
            Lag::Hours(_) => match issue(at) {
                Ok(issue) => days.slots(eve)[issue.known_hours()].hour - 1,
                // The run says so.
                Err(_) => return Ok(false),
            },
            Lag::Day => days.hours(eve).start - 1,
        };
        let info = self.store.find(&job.target)?;
        if info.and_then(|info| info.last_end).is_some_and(|end| end > wanted * HOUR_MS) {
            return Ok(false);
        }
        let hours = hourly_of(&self.store, &job.target, wanted..wanted + 1)?.unwrap_or_default();
        Ok(hours.get(wanted).is_nan())
    }
}

/// The last time that a time of day has passed.
fn last_passed(now: &Zoned, at: Time) -> Option<Timestamp> {
    (0..=1).filter_map(|back: i64| instant(now, -back, at)).find(|instant| *instant <= now.timestamp())
}

fn next(now: &Zoned, at: Time) -> Option<Timestamp> {
    (0..=1).filter_map(|days: i64| instant(now, days, at)).find(|instant| *instant > now.timestamp())
}

/// A time of day some days from now; one that the clocks skip is shifted as they are.
fn instant(now: &Zoned, days: i64, at: Time) -> Option<Timestamp> {
    let date = now.date().checked_add(days.days()).ok()?;
    Some(date.to_datetime(at).to_zoned(now.time_zone().clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{clock, paris};

    #[test]
    fn times_of_issue_pass_once_a_day_whatever_the_clocks_do() {
        let time = |text: &str| text.parse::<Time>().unwrap();
        for (now, at, passed, next_one) in [
            ("2025-06-10T12:00:00+02:00", "10:00", "2025-06-10T08:00:00Z", "2025-06-11T08:00:00Z"),
            ("2025-06-10T09:59:59+02:00", "10:00", "2025-06-09T08:00:00Z", "2025-06-10T08:00:00Z"),
            ("2025-03-30T12:00:00+02:00", "02:30", "2025-03-30T01:30:00Z", "2025-03-31T00:30:00Z"),
            ("2025-10-26T12:00:00+01:00", "02:30", "2025-10-26T00:30:00Z", "2025-10-27T01:30:00Z"),
        ] {
            let local = clock(now).now().to_zoned(paris());
            let found = [last_passed(&local, time(at)), next(&local, time(at))];
            let expected = [passed, next_one].map(|text| Some(text.parse::<Timestamp>().unwrap()));
            assert_eq!(found, expected, "{now} {at}");
        }
    }
}
