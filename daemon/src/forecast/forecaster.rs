//! The jobs, and one run at a time of them.

use super::{
    Error,
    chronos::Chronos,
    household::{self, House},
    inputs::{HOUR_MS, learnt, target},
    national::{Kept, National},
    recent,
    record::{self, Method, Outlook, Record, SERVED},
    standing::Remembered,
    view::clock_time,
};
use crate::{
    clock::Clock,
    config::{Job, Lag},
    memory,
    model::Event,
    models::Library,
};
use jiff::{Timestamp, civil::Time};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError, RwLock},
};
use tokio::sync::broadcast;
use watteau_analysis::{
    Day, HourForecast, Hourly, Issue, LocalDays, model::DayForecast, temperature::CITIES,
};
use watteau_store::{SeriesInfo, Store};

/// From this local hour on a forecast is made with what is known in the morning.
const MORNING: i8 = 10;
/// From this local hour on a forecast is made with what is known in the evening.
const EVENING: i8 = 20;
/// Days whose kept temperatures are read again.
const KEPT_DAYS: i32 = 400;
/// Days before that are kept as they would have been forecast, on the first run.
const REPLAYED_DAYS: i32 = 365;
/// A home's days before of which one that has no forecast, and could, has them replayed.
const LOOKED_AT: i32 = 40;
const MINUTES_A_DAY: u16 = 1440;
/// A replay from so much more history takes the place of an earlier one.
const MORE: f64 = 1.05;

/// Makes forecasts and keeps them.
#[derive(Debug)]
pub struct Forecaster {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) library: Library,
    jobs: RwLock<BTreeMap<String, Job>>,
    running: Mutex<()>,
    pub(super) testing: Mutex<()>,
    last: Mutex<BTreeMap<String, LastRun>>,
    pub(super) standings: Mutex<Remembered>,
    pub(super) threads: usize,
    /// Who is told of a run; nobody in a command that answers itself.
    listeners: Option<broadcast::Sender<Event>>,
}

/// What became of the last run of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRun {
    /// When, ms since the epoch.
    pub at: i64,
    /// The time of issue it was for, minutes.
    pub issue: u16,
    /// The last day that was to be forecast.
    pub day: Day,
    /// Why there is no forecast, if there is none.
    pub error: Option<String>,
    /// Why some models have no forecast.
    pub without: Vec<String>,
    /// How long it took, seconds.
    pub seconds: f64,
}

impl Forecaster {
    /// With the jobs of the configuration; `data` is the data folder, where models are.
    pub fn new(store: Store, clock: Clock, data: &Path, jobs: BTreeMap<String, Job>) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            store,
            clock,
            library: Library::of(data),
            jobs: RwLock::new(jobs),
            running: Mutex::default(),
            testing: Mutex::default(),
            last: Mutex::default(),
            standings: Mutex::default(),
            threads,
            listeners: None,
        }
    }

    /// The same, telling of its runs.
    #[must_use]
    pub fn telling(self, listeners: broadcast::Sender<Event>) -> Self {
        Self { listeners: Some(listeners), ..self }
    }

    /// Takes the jobs of a new configuration.
    pub fn adopt(&self, jobs: BTreeMap<String, Job>) {
        *self.jobs.write().unwrap_or_else(PoisonError::into_inner) = jobs;
    }

    /// The jobs that are not switched off.
    pub fn jobs(&self) -> Vec<Job> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        jobs.values().filter(|job| job.enabled).cloned().collect()
    }

    /// The job of a target; one with the usual settings where none is configured.
    pub fn job_of(&self, target: &str) -> Job {
        let job = self.jobs().into_iter().find(|job| job.target == target);
        job.unwrap_or_else(|| Job::new("forecast", target))
    }

    /// The home's clock, ms since the epoch.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// What became of the last run of a job since the daemon started.
    pub fn last_run(&self, job: &str) -> Option<LastRun> {
        self.lasts().get(job).cloned()
    }

    fn lasts(&self) -> MutexGuard<'_, BTreeMap<String, LastRun>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forecasts the day after the eve now, or after `eve`, as for the time of issue `at`; keeps and returns what was
    /// made for it.
    pub fn run(&self, job: &Job, at: Time, eve: Day) -> Result<Vec<Record>, Error> {
        let _turn = match self.running.try_lock() {
            Ok(turn) => turn,
            Err(std::sync::TryLockError::Poisoned(turn)) => turn.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => return Err(Error::Busy),
        };
        let begun = std::time::Instant::now();
        let mut without = Vec::new();
        let made = self.make(job, at, eve, &mut without).and_then(|mut records| {
            // A time that is asked for once has no past worth keeping.
            records.retain(|record| !record.replayed || job.at.contains(&at));
            record::keep(&self.store, &records)?;
            Ok(records)
        });
        let run = LastRun {
            at: self.clock.now_ms(),
            issue: minutes(at),
            day: eve.plus(1),
            error: made.as_ref().err().map(ToString::to_string),
            without,
            seconds: begun.elapsed().as_secs_f64(),
        };
        self.lasts().insert(job.name.clone(), run);
        self.forget_standings();
        memory::trim();
        if let Some(listeners) = &self.listeners {
            let (job, target) = (job.name.clone(), job.target.clone());
            // Nobody listening is no error.
            let _ = listeners.send(Event::Job { job, kind: "forecast", target, ok: made.is_ok() });
        }
        let records = made?;
        Ok(records.into_iter().filter(|record| !record.replayed).collect())
    }

    fn make(&self, job: &Job, at: Time, eve: Day, without: &mut Vec<String>) -> Result<Vec<Record>, Error> {
        let info = target(&self.store, &job.target)?;
        let slot = Slot { job, at: minutes(at), day: eve.plus(1), now: self.clock.now_ms() };
        let (mut records, load, known): (_, _, Known) = if info.def.unit == "MW" {
            let issue = issue(at)?;
            let (records, load) = self.national(&info, &slot, issue)?;
            (records, load, Box::new(move |days, day| days.slots(day.plus(-1))[issue.known_hours()].hour))
        } else {
            let (records, load) = self.household(&info, &slot)?;
            let lead = lead(job);
            (records, load, Box::new(move |days, day| days.hours(day.plus(1 - lead)).start))
        };
        for name in &job.models {
            match self.beside(name, &info, &slot, &load, &known) {
                Ok(made) => records.extend(made),
                Err(error) => without.push(format!("{name}: {error}")),
            }
        }
        Ok(records)
    }

    /// The forecasts of a Chronos model: of the day, and of the days before where it has none yet.
    fn beside(
        &self,
        name: &str,
        info: &SeriesInfo,
        slot: &Slot,
        load: &Hourly,
        known: &Known,
    ) -> Result<Vec<Record>, Error> {
        // A series of days has no hours to show it.
        if load.first() == load.end() {
            return Ok(Vec::new());
        }
        let model = Chronos::open(name, &self.library, self.threads)?;
        let Slot { at, day, .. } = *slot;
        let kept = record::read(&self.store, &slot.job.target, day.plus(-REPLAYED_DAYS), day.plus(-1))?;
        let mine = || kept.iter().filter(|record| record.model == name && record.at == at);
        let filled = mine().any(|record| {
            record.replayed && f64::from(learnt(load, record.day)) >= MORE * f64::from(record.learnt)
        });
        let from = if mine().next().is_some() && !filled { day } else { day.plus(-REPLAYED_DAYS) };
        let national = info.def.unit == "MW";
        let mut days = model.days(load, from, day, national, known)?;
        days.retain(|(of, _)| *of == day || mine().all(|record| record.day != *of || record.replayed));
        let record = |(of, hours): &(Day, Vec<HourForecast>)| Record {
            model: name.to_owned(),
            hash: model.hash.clone(),
            method: Method::Chronos,
            learnt: learnt(load, *of),
            unit: if national { "MW" } else { "W" }.to_owned(),
            replayed: *of < day,
            day: *of,
            start: hours.iter().map(|hour| hour.start * HOUR_MS).collect(),
            value: hours.iter().map(|hour| hour.mw as f32).collect(),
            quantiles: hours.iter().map(|hour| hour.quantiles.map(|q| q as f32)).collect(),
            ..slot.record(info)
        };
        Ok(days.iter().map(record).collect())
    }

    fn national(&self, info: &SeriesInfo, slot: &Slot, issue: Issue) -> Result<(Vec<Record>, Hourly), Error> {
        let Slot { job, at, day, now } = *slot;
        let kept = record::read(&self.store, &job.target, day.plus(-KEPT_DAYS), day)?;
        let series =
            National::read(&self.store, job, info, day.plus(-KEPT_DAYS - 60), day.plus(1), self.threads)?;
        let mut temperatures = Kept::new();
        let mut there = BTreeSet::new();
        for record in kept.iter().filter(|record| record.model == SERVED && record.at == at) {
            // What was replayed while the history was still being filled is replayed from more.
            if !record.replayed
                || f64::from(learnt(series.load(), record.day)) < MORE * f64::from(record.learnt)
            {
                there.insert(record.day);
            }
            if !record.replayed && !record.temperatures.is_empty() {
                temperatures.insert(record.day, record.temperatures.iter().map(|row| degrees(row)).collect());
            }
        }
        let hour = now.div_euclid(HOUR_MS);
        let days = LocalDays::paris(day.plus(-1), day).map_err(Error::Model)?;
        let known = days.slots(day.plus(-1))[issue.known_hours()].hour;
        let keep = |forecast: &DayForecast, hours: &[HourForecast], method, weather, replayed| Record {
            hash: super::national::hash().to_owned(),
            known_until: if replayed { 0 } else { (known * HOUR_MS).min(now) },
            replayed,
            method,
            weather,
            day: forecast.day,
            learnt: learnt(series.load(), forecast.day),
            start: hours.iter().map(|hour| hour.start * HOUR_MS).collect(),
            value: hours.iter().map(|hour| hour.mw as f32).collect(),
            quantiles: hours.iter().map(|hour| hour.quantiles.map(|q| q as f32)).collect(),
            ..slot.record(info)
        };
        let made = series.forecast(day, issue, hour, &temperatures);
        let made = match made {
            Ok(made) if made.days.last().is_some_and(|last| last.day == day) => made,
            // Too little for the model, or no weather at all: the simplest forecast, which says so.
            Ok(_) | Err(_) => {
                let hours = recent::forecast(series.load(), day, known)?;
                let forecast = DayForecast { day, hours: Ok(hours.clone()) };
                let simple = keep(&forecast, &hours, Method::Recent, Outlook::Unused, false);
                return Ok((vec![simple], series.load().clone()));
            }
        };
        let mut records = Vec::new();
        for forecast in &made.days {
            let replayed = forecast.day < day;
            if replayed && (there.contains(&forecast.day) || day.since(forecast.day) > REPLAYED_DAYS) {
                continue;
            }
            let hours = match (&forecast.hours, replayed) {
                (Ok(hours), _) => hours.clone(),
                (Err(_), true) => continue,
                (Err(error), false) => {
                    recent::forecast(series.load(), day, known).map_err(|_| Error::Model(error.clone()))?
                }
            };
            let simple = forecast.hours.is_err();
            let method = if simple { Method::Recent } else { made.method };
            let weather = match (replayed, simple) {
                (true, _) => Outlook::Noisy(super::national::STAND_IN),
                (_, true) => Outlook::Unused,
                _ => made.weather,
            };
            let mut record = keep(forecast, &hours, method, weather, replayed);
            if !replayed {
                record.temperatures = made.temperatures.iter().map(tenths).collect();
            }
            records.push(record);
        }
        Ok((records, series.load().clone()))
    }

    fn household(&self, info: &SeriesInfo, slot: &Slot) -> Result<(Vec<Record>, Hourly), Error> {
        let Slot { job, at, day, now } = *slot;
        let hour = now.div_euclid(HOUR_MS);
        let house = House::read(&self.store, &self.clock, job, info, day, hour)?;
        // Where a day is known on the next, today is forecast too.
        let lead = lead(job);
        let mut records = Vec::new();
        for (day, lead, at) in [(day, lead, at), (day.plus(-1), lead - 1, at + MINUTES_A_DAY)] {
            if lead == 0 {
                continue;
            }
            let made = house.forecast(day, lead.unsigned_abs() as usize)?;
            let days = LocalDays::paris(day.plus(-lead), day).map_err(Error::Model)?;
            let known_until = days.hours(day.plus(1 - lead)).start * HOUR_MS;
            let learnt = house.learnt(day);
            records.push(Record { at, day, learnt, known_until, ..slot.of_home(info, &house, made) });
        }
        records.extend(self.replayed(info, slot, &house, lead)?);
        Ok((records, house.load))
    }

    /// A home's days before, as they would have been forecast: those that were not, unless they were replayed from as
    /// long a history before.
    fn replayed(
        &self,
        info: &SeriesInfo,
        slot: &Slot,
        house: &House,
        lead: i32,
    ) -> Result<Vec<Record>, Error> {
        let Slot { job, at, day, .. } = *slot;
        let (first, last) = (day.plus(-REPLAYED_DAYS), day.plus(-1));
        let kept = record::read(&self.store, &job.target, first, last)?;
        let there: BTreeSet<Day> = kept
            .iter()
            .filter(|record| record.model == SERVED && record.at == at)
            .filter(|record| {
                !record.replayed || f64::from(house.learnt(record.day)) < MORE * f64::from(record.learnt)
            })
            .map(|record| record.day)
            .collect();
        let missing = |day: Day| house.is_known(day) && !there.contains(&day);
        if !last.plus(-LOOKED_AT).to(last).any(missing) {
            return Ok(Vec::new());
        }
        let past = house.replay(first, last, lead.unsigned_abs() as usize, super::national::STAND_IN)?;
        let missing = past.into_iter().filter(|(of, _)| !there.contains(of));
        let record = |(of, made): (Day, _)| {
            let learnt = house.learnt(of);
            Record { day: of, replayed: true, learnt, ..slot.of_home(info, house, made) }
        };
        Ok(missing.map(record).collect())
    }
}

/// The first hour that is not known when a day is forecast.
type Known = Box<dyn Fn(&LocalDays, Day) -> i64>;

/// How many days before the one to forecast the last known one lies.
pub(super) fn lead(job: &Job) -> i32 {
    match job.lag {
        Lag::Day => 2,
        Lag::Hours(_) => 1,
    }
}

/// What a run is for.
#[derive(Clone, Copy)]
struct Slot<'a> {
    job: &'a Job,
    at: u16,
    day: Day,
    now: i64,
}

impl Slot<'_> {
    /// A record of a home's day.
    fn of_home(&self, info: &SeriesInfo, house: &House, made: household::Made) -> Record {
        Record {
            unit: if house.curve { "W" } else { "kWh" }.to_owned(),
            method: made.method,
            notes: made.notes,
            weather: made.weather,
            start: made.start,
            value: made.value,
            quantiles: made.quantiles,
            mean: made.mean,
            total: Some(made.total),
            blocks: made.blocks,
            month: made.month,
            ..self.record(info)
        }
    }

    /// A record of it, still without a forecast.
    fn record(&self, info: &SeriesInfo) -> Record {
        Record {
            job: self.job.name.clone(),
            target: self.job.target.clone(),
            unit: info.def.unit.clone(),
            model: SERVED.to_owned(),
            hash: env!("CARGO_PKG_VERSION").to_owned(),
            at: self.at,
            issued_at: self.now,
            replayed: false,
            day: self.day,
            method: Method::Recent,
            notes: vec![],
            weather: Outlook::Unused,
            learnt: 0,
            known_until: 0,
            start: vec![],
            value: vec![],
            quantiles: vec![],
            mean: vec![],
            total: None,
            blocks: vec![],
            month: None,
            temperatures: vec![],
        }
    }
}

/// Minutes of a time of day.
pub(super) fn minutes(at: Time) -> u16 {
    u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs())
}

/// Which of the adaptive models a time of issue takes: that of the morning until the evening is known.
pub(super) fn issue(at: Time) -> Result<Issue, Error> {
    match at.hour() {
        EVENING.. => Ok(Issue::Evening),
        MORNING.. => Ok(Issue::Morning),
        _ => Err(Error::Issue(clock_time(minutes(at)))),
    }
}

fn tenths(row: &[f64; CITIES]) -> Vec<i16> {
    row.iter()
        .map(|degrees| if degrees.is_finite() { (degrees * 10.0).round() as i16 } else { i16::MIN })
        .collect()
}

fn degrees(row: &[i16]) -> [f64; CITIES] {
    std::array::from_fn(|city| match row.get(city) {
        Some(&tenths) if tenths > i16::MIN => f64::from(tenths) / 10.0,
        _ => f64::NAN,
    })
}

/// The local day of an instant.
pub(super) fn day_of(ms: i64, clock: &Clock) -> Day {
    let timestamp = Timestamp::from_millisecond(ms).unwrap_or_default();
    Day::new(timestamp.to_zoned(clock.zone().clone()).date())
}
