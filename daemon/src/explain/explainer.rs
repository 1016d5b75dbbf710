//! The jobs, one fit at a time of them, and what is told of each.

use super::{
    Error, corrected, findings,
    home::Home,
    record::{self, Record, Summary},
    sensors,
    tell::{self, Teller},
    view::{AnomalyView, Detail, Overview},
};
use crate::{
    clock::Clock,
    config::{Form, Refit, Regression},
    memory,
    model::Event,
    muted,
    query::{ComparedPeriod, Corrected},
};
use jiff::{Timestamp, ToSpan as _, civil::Date};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};
use tokio::sync::broadcast;
use watteau_store::Store;

/// Where the middle of the country lies: what the sun is reckoned by where the home's place is not told.
const LATITUDE: f64 = 46.5;
/// After a refusal the next try is not before.
const AGAIN_MS: i64 = 6 * 3_600_000;
/// Days of which odd ones are told where nothing else is asked for.
const LATELY: i64 = 60;

/// Fits regressions, keeps them, and tells what they show.
#[derive(Debug)]
pub struct Explainer {
    store: Store,
    clock: Clock,
    latitude: f64,
    jobs: RwLock<BTreeMap<String, Regression>>,
    /// What was told last of each job, and what it followed from.
    told: Mutex<BTreeMap<String, (Tag, Arc<Detail>)>>,
    /// When each job was refused last.
    refused: Mutex<BTreeMap<String, i64>>,
    running: Mutex<()>,
    listeners: Option<broadcast::Sender<Event>>,
}

/// What an answer follows from: the points of its series, the day, the last fit, the settings.
#[derive(Debug, Clone, PartialEq)]
struct Tag(Vec<(String, u64)>, BTreeSet<String>, Date, Option<i64>, Regression);

impl Explainer {
    /// With the jobs of the configuration and where the home is, degrees north.
    pub fn new(
        store: Store,
        clock: Clock,
        latitude: Option<f64>,
        jobs: BTreeMap<String, Regression>,
    ) -> Self {
        Self {
            store,
            clock,
            latitude: latitude.unwrap_or(LATITUDE),
            jobs: RwLock::new(jobs),
            told: Mutex::default(),
            refused: Mutex::default(),
            running: Mutex::default(),
            listeners: None,
        }
    }

    /// The same, telling of its fits.
    #[must_use]
    pub fn telling(self, listeners: broadcast::Sender<Event>) -> Self {
        Self { listeners: Some(listeners), ..self }
    }

    /// Takes the jobs of a new configuration.
    pub fn adopt(&self, jobs: BTreeMap<String, Regression>) {
        *self.jobs.write().unwrap_or_else(PoisonError::into_inner) = jobs;
        self.told().clear();
        self.refused().clear();
    }

    /// The jobs that are not switched off.
    pub fn jobs(&self) -> Vec<Regression> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        jobs.values().filter(|job| job.enabled).cloned().collect()
    }

    /// The home's clock, ms since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    fn job(&self, name: &str) -> Result<Regression, Error> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        let there = || jobs.keys().cloned().collect();
        jobs.get(name).cloned().ok_or_else(|| Error::NoJob { name: name.to_owned(), there: there() })
    }

    fn told(&self) -> MutexGuard<'_, BTreeMap<String, (Tag, Arc<Detail>)>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refused(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fits a job now, keeps the fit, and tells it.
    pub fn fit(&self, name: &str) -> Result<Arc<Detail>, Error> {
        let job = self.job(name)?;
        let made = {
            let _turn = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            self.make(&job)
        };
        memory::trim();
        if let Some(listeners) = &self.listeners {
            let (job, target) = (job.name.clone(), job.target.clone());
            // Nobody listening is no error.
            let _ = listeners.send(Event::Job { job, kind: "regression", target, ok: made.is_ok() });
        }
        match made {
            Ok(()) => {
                self.refused().remove(name);
                self.detail(name)
            }
            Err(error) => {
                self.refused().insert(name.to_owned(), self.clock.now_ms());
                Err(error)
            }
        }
    }

    fn make(&self, job: &Regression) -> Result<(), Error> {
        let home = Home::read(&self.store, &self.clock, job, self.latitude)?;
        let record = Record::make(&home, job, self.clock.now_ms())?;
        record::keep(&self.store, &job.name, &record)
    }

    /// The jobs whose time has come: those without a fit for their settings, and those whose last one is old.
    pub fn due(&self) -> Result<Vec<String>, Error> {
        let now = self.clock.now_ms();
        let mut due = Vec::new();
        for job in self.jobs() {
            let refused = self.refused().get(&job.name).copied();
            if refused.is_some_and(|refused| (refused..refused + AGAIN_MS).contains(&now)) {
                continue;
            }
            let Some(info) = self.store.find(&job.target)? else { continue };
            let Some(end) = info.last_end else { continue };
            let last = record::last(&self.store, &job.name)?.filter(|last| last.answers(&job));
            let old = last.is_none_or(|last| {
                // Without a new day it would be the same.
                let known = Timestamp::from_millisecond(end).unwrap_or_default();
                let until = known.to_zoned(self.clock.zone().clone()).date();
                now >= self.next(last.fitted_at, job.refit) && until > last.fit.to && job.fit_to.is_none()
            });
            if old {
                due.push(job.name);
            }
        }
        Ok(due)
    }

    /// When a fit of then is old.
    fn next(&self, fitted_at: i64, refit: Refit) -> i64 {
        let span = match refit {
            Refit::Day => 1.day(),
            Refit::Week => 1.week(),
            Refit::Month => 1.month(),
        };
        let then = Timestamp::from_millisecond(fitted_at).unwrap_or_default();
        let next = then.to_zoned(self.clock.zone().clone()).checked_add(span);
        next.map_or(i64::MAX, |next| next.timestamp().as_millisecond())
    }

    /// What was told last of each job, whatever has come since; nothing of a job that was not told yet.
    pub fn known(&self) -> Vec<Arc<Detail>> {
        let jobs = self.jobs();
        let told = self.told();
        jobs.iter().filter_map(|job| told.get(&job.name).map(|(_, detail)| Arc::clone(detail))).collect()
    }

    /// Tells each job that was not told today, so that [`known`](Self::known) is of today.
    pub fn tell_of_today(&self) -> Result<(), Error> {
        let today = self.clock.local().date();
        for job in self.jobs() {
            let told = self.told().get(&job.name).is_some_and(|(tag, _)| tag.2 == today);
            if !told {
                self.detail_or_refusal(&job)?;
                memory::trim();
            }
        }
        Ok(())
    }

    /// Every job in short.
    pub fn overview(&self) -> Result<Vec<Overview>, Error> {
        self.jobs().iter().map(|job| Ok(Overview::of(&*self.detail_or_refusal(job)?))).collect()
    }

    /// Everything odd of the days from `from` to the one before `to`, newest first; of the last 60 days by default.
    pub fn anomalies(&self, from: Option<Date>, to: Option<Date>) -> Result<Vec<AnomalyView>, Error> {
        let today = self.clock.local().date();
        let from = from.unwrap_or_else(|| today.saturating_sub(LATELY.days()));
        let mut all = Vec::new();
        for job in self.jobs() {
            let detail = self.detail_or_refusal(&job)?;
            let wanted = |one: &&AnomalyView| one.date >= from && to.is_none_or(|to| one.date < to);
            all.extend(detail.anomalies.iter().filter(wanted).cloned());
        }
        all.sort_by(|one, other| other.date.cmp(&one.date).then_with(|| one.series.cmp(&other.series)));
        // Two regressions may look at the same temperatures.
        all.dedup();
        Ok(all)
    }

    /// A job with its months, days, changes, events and odd days.
    pub fn detail(&self, name: &str) -> Result<Arc<Detail>, Error> {
        let job = self.job(name)?;
        self.detail_or_refusal(&job)
    }

    /// What keeps a model from being fitted is an answer, too: it says what is missing.
    fn detail_or_refusal(&self, job: &Regression) -> Result<Arc<Detail>, Error> {
        let last = record::last(&self.store, &job.name)?.filter(|last| last.answers(job));
        let tag = self.tag(job, last.as_ref().map(|last| last.fitted_at))?;
        if let Some((_, detail)) = self.told().get(&job.name).filter(|(told, _)| *told == tag) {
            return Ok(Arc::clone(detail));
        }
        let detail = match self.tell(job, last) {
            Ok(detail) => detail,
            Err(error @ Error::Store(_)) => return Err(error),
            Err(error) => tell::refusal(job, &error),
        };
        let detail = Arc::new(detail);
        self.told().insert(job.name.clone(), (tag, Arc::clone(&detail)));
        Ok(detail)
    }

    /// What the model of a series makes of two periods; none where no model by the day is fitted to it.
    pub fn corrected(
        &self,
        id: &str,
        first: &ComparedPeriod,
        second: &ComparedPeriod,
    ) -> Result<Option<Corrected>, Error> {
        for job in self.jobs().into_iter().filter(|job| job.target == id && job.form == Form::Daily) {
            let Some(record) = record::last(&self.store, &job.name)?.filter(|last| last.answers(&job)) else {
                continue;
            };
            let home = Home::read(&self.store, &self.clock, &job, self.latitude)?;
            let found = corrected::corrected(&home, &record.fit, &job.name, first, second);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn tell(&self, job: &Regression, last: Option<Record>) -> Result<Detail, Error> {
        let home = Home::read(&self.store, &self.clock, job, self.latitude)?;
        let (record, kept) = match last {
            Some(record) => (record, true),
            // Nobody waits for a schedule to see what there is.
            None => (Record::make(&home, job, self.clock.now_ms())?, false),
        };
        let mut fit = record.fit;
        if kept {
            fit.refresh(&home.days());
        }
        let mut findings = findings::search(&home, &fit, &job.events)?;
        findings.anomalies.extend(sensors::flows(&self.store, &self.clock, &home)?);
        let mut frozen = Vec::new();
        for info in std::iter::once(&home.target).chain(&home.temperature) {
            if let Some(found) = sensors::frozen(&self.store, &self.clock, info)? {
                frozen.push((info.clone(), found));
            }
        }
        let history: Vec<Summary> = record::history(&self.store, &job.name)?;
        let fitted_at = kept.then_some(record.fitted_at);
        Ok(Teller { job, home: &home, clock: &self.clock, muted: &muted::all(&self.store)? }
            .detail(&fit, fitted_at, &findings, &frozen, &history))
    }

    fn tag(&self, job: &Regression, fitted_at: Option<i64>) -> Result<Tag, Error> {
        let curve = format!("{}.load_curve", crate::query::connector_of(&job.target));
        let mut series = Vec::new();
        for info in self.store.series()? {
            let name = &info.def.name;
            let driver = job.occupancy.as_ref() == Some(name)
                || job.temperature.iter().any(|pattern| crate::query::names(pattern, name))
                || name.starts_with("weather.");
            if *name == job.target || *name == curve || driver {
                series.push((name.clone(), info.changed_version));
            }
        }
        Ok(Tag(series, muted::all(&self.store)?, self.clock.local().date(), fitted_at, job.clone()))
    }
}
