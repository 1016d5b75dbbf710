//! The outdoor temperature of the home, whichever series tells it, and its days.

use super::{
    Aggregate, Bucket, Calendar, Error,
    columns::bucketed,
    find, role,
    slots::{HOUR_MS, LocalDay, each_day, is_within},
};
use crate::clock::Clock;
use jiff::{ToSpan as _, civil::Date};
use watteau_store::{Kind, SeriesInfo, Step, Store};

/// A day is known when so much of it is: at most two hours are missing.
const KNOWN_DAY: f64 = 0.9;

/// Where outdoor temperatures are.
#[derive(Debug, Clone, PartialEq)]
pub enum Temperature {
    /// By the hour, or finer.
    Hours(SeriesInfo),
    /// The mean of each day.
    Means(SeriesInfo),
    /// The lowest and the highest of each day.
    Extremes(Box<[SeriesInfo; 2]>),
}

/// What is known of a day's temperatures, degC.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DayTemperatures {
    pub(super) lowest: f64,
    pub(super) highest: f64,
    pub(super) mean: f64,
    /// By the hour, those that are known; none of a series of days.
    pub(super) hours: Vec<f64>,
}

impl Temperature {
    /// The series of that name, or two of them, the lowest and the highest of each day.
    pub fn named(store: &Store, text: &str) -> Result<Self, Error> {
        let series = |id: &str| {
            let info = find(store, id.trim())?;
            if is_temperature(&info) {
                return Ok(info);
            }
            let kind = format!("{} in {}", info.def.kind, info.def.unit);
            let needs = "outdoor temperatures are a level in degC";
            Err(Error::WrongKind { id: info.def.name, kind, needs })
        };
        match text.split_once(',') {
            Some((lowest, highest)) => {
                let (lowest, highest) = (series(lowest)?, series(highest)?);
                if let Some(info) =
                    [&lowest, &highest].into_iter().find(|info| info.def.step != Step::Days(1))
                {
                    let needs =
                        "two series are the lowest and the highest of each day; of hours, one is enough";
                    return Err(Error::Method { id: info.def.name.clone(), needs });
                }
                Ok(Self::Extremes(Box::new([lowest, highest])))
            }
            None => Ok(Self::of(series(text)?)),
        }
    }

    fn of(info: SeriesInfo) -> Self {
        if is_within(&info, 3600) || info.def.step == Step::Irregular {
            Self::Hours(info)
        } else {
            Self::Means(info)
        }
    }

    /// The series it is made of.
    pub fn series(&self) -> &[SeriesInfo] {
        match self {
            Self::Hours(info) | Self::Means(info) => std::slice::from_ref(info),
            Self::Extremes(both) => &**both,
        }
    }

    /// Their names.
    pub fn ids(&self) -> Vec<String> {
        self.series().iter().map(|info| info.def.name.clone()).collect()
    }

    /// The first of its series.
    pub(super) fn info(&self) -> &SeriesInfo {
        match self {
            Self::Hours(info) | Self::Means(info) => info,
            Self::Extremes(both) => &both[0],
        }
    }

    /// Its days: those of a source that measures from 06:00 turn then.
    pub(super) fn calendar(&self, clock: &Clock) -> Calendar {
        let day_start = if matches!(self, Self::Hours(_)) { 0 } else { self.info().def.day_start };
        Calendar::new(clock.zone().clone(), day_start)
    }
}

fn is_temperature(info: &SeriesInfo) -> bool {
    info.def.kind == Kind::Level && matches!(info.def.unit.as_str(), "degC" | "°C")
}

/// The temperature outside the home: a series that is `preferred` by name; else the home's own by the hour
/// (`weather.temperature`); else the only place there is; else the mean of days that the gas distributor gives.
pub fn outdoor(store: &Store, preferred: &[String]) -> Result<Option<Temperature>, Error> {
    let mut all = store.series()?;
    all.retain(|info| info.points > 0 && is_temperature(info));
    if let Some(info) = preferred.iter().find_map(|id| all.iter().find(|info| info.def.name == *id)) {
        return Ok(Some(Temperature::of(info.clone())));
    }
    let parts = |info: &&SeriesInfo| info.def.name.split('.').count();
    let outside = |info: &&SeriesInfo| info.def.name.rsplit('.').next() == Some("temperature");
    let hourly = |info: &&SeriesInfo| is_within(info, 3600);
    let plugin = |info: &&SeriesInfo| info.def.labels.get("plugin").is_some_and(|plugin| plugin == "weather");
    let own = || all.iter().filter(outside).filter(hourly).filter(|info| parts(info) == 2);
    let mut places = all.iter().filter(outside).filter(hourly);
    let only = places.next().filter(|_| places.next().is_none());
    let days = || all.iter().find(|info| role(&info.def) == Some("gas.temperature"));
    let found = own().find(plugin).or_else(|| own().next()).or(only).or_else(days);
    Ok(found.cloned().map(Temperature::of))
}

/// What is known of each day; nothing of one of which more than two hours are missing.
pub(super) fn each_temperature(
    store: &Store,
    clock: &Clock,
    temperature: &Temperature,
    days: &[LocalDay],
    f: &mut dyn FnMut(&LocalDay, Option<DayTemperatures>),
) -> Result<(), Error> {
    match temperature {
        Temperature::Hours(info) => {
            let instants = info.def.step == Step::Irregular;
            each_day(store, info, days, HOUR_MS, &mut |day, hours| f(day, of_hours(hours, instants)))
        }
        Temperature::Means(info) => {
            let means = by_day(store, clock, info, days)?;
            for (day, mean) in days.iter().zip(means) {
                f(day, mean.map(|mean| DayTemperatures { lowest: mean, highest: mean, mean, hours: vec![] }));
            }
            Ok(())
        }
        Temperature::Extremes(series) => {
            let [lowest, highest] = &**series;
            let both =
                by_day(store, clock, lowest, days)?.into_iter().zip(by_day(store, clock, highest, days)?);
            for (day, (lowest, highest)) in days.iter().zip(both) {
                // Whichever was named first.
                let known = lowest.zip(highest).map(|(one, other)| DayTemperatures {
                    lowest: one.min(other),
                    highest: one.max(other),
                    mean: f64::midpoint(one, other),
                    hours: vec![],
                });
                f(day, known);
            }
            Ok(())
        }
    }
}

/// The lowest and the highest of each day of `[from, to)`; of a series of means both are the mean.
pub fn extremes(
    store: &Store,
    clock: &Clock,
    temperature: &Temperature,
    from: Date,
    to: Date,
) -> Result<Vec<Option<(f64, f64)>>, Error> {
    let calendar = temperature.calendar(clock);
    let days = calendar.days(calendar.start_of(from), calendar.start_of(to))?;
    let mut all = Vec::with_capacity(days.len());
    each_temperature(store, clock, temperature, &days, &mut |_, day| {
        all.push(day.map(|day| (day.lowest, day.highest)));
    })?;
    Ok(all)
}

/// The mean of each day.
pub(super) fn day_means(
    store: &Store,
    clock: &Clock,
    temperature: &Temperature,
    days: &[LocalDay],
) -> Result<Vec<Option<f64>>, Error> {
    let mut means = Vec::with_capacity(days.len());
    each_temperature(store, clock, temperature, days, &mut |_, day| means.push(day.map(|day| day.mean)))?;
    Ok(means)
}

fn of_hours(hours: &[Aggregate], instants: bool) -> Option<DayTemperatures> {
    let known = || hours.iter().filter(|hour| instants || hour.coverage >= 0.5);
    let values: Vec<f64> = known().filter_map(|hour| hour.value).collect();
    if values.is_empty() || (values.len() as f64) < KNOWN_DAY * hours.len() as f64 {
        return None;
    }
    Some(DayTemperatures {
        lowest: known().filter_map(|hour| hour.min).fold(f64::INFINITY, f64::min),
        highest: known().filter_map(|hour| hour.max).fold(f64::NEG_INFINITY, f64::max),
        mean: values.iter().sum::<f64>() / values.len() as f64,
        hours: values,
    })
}

/// The value of each day of a series of days.
fn by_day(
    store: &Store,
    clock: &Clock,
    info: &SeriesInfo,
    days: &[LocalDay],
) -> Result<Vec<Option<f64>>, Error> {
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    // By date: the highest of a day may be measured from another hour on than the lowest.
    let mut bounds: Vec<i64> = days.iter().map(|day| calendar.start_of(day.0)).collect();
    bounds.extend(days.last().map(|day| calendar.start_of(day.0.saturating_add(1.day()))));
    let columns = bucketed(store, info, &calendar, Bucket::Day, &bounds)?;
    let known = columns.value.into_iter().zip(columns.coverage);
    Ok(known.map(|(value, coverage)| value.filter(|_| coverage >= KNOWN_DAY)).collect())
}
