//! What forecasts are made from: series of the store by the hour, and the temperatures of places.

use super::Error;
use crate::query::{Aggregator, find, names};
use std::ops::{ControlFlow, Range};
use watteau_analysis::{
    Day, Hourly,
    temperature::{CITIES, CITY},
};
use watteau_store::{Kind, SeriesInfo, Store};

/// An hour, ms.
pub(super) const HOUR_MS: i64 = 3_600_000;
/// An hour is known from here: what is missing of it may be an interval that has not come yet.
const KNOWN: f64 = 0.99;
/// A point may start so long before an hour and still reach into it.
const LOOK_BACK: i64 = 26 * HOUR_MS;

/// The hours of a series: means of powers in its own unit, energies as mean power in W where `watts`, means of levels.
pub(super) fn hourly(store: &Store, info: &SeriesInfo, hours: Range<i64>) -> Result<Hourly, Error> {
    let first = info.first.map_or(hours.end, |first| first.div_euclid(HOUR_MS)).max(hours.start);
    if first >= hours.end {
        return Ok(Hourly::default());
    }
    let bounds: Vec<i64> = (first..=hours.end).map(|hour| hour * HOUR_MS).collect();
    let mut aggregator = Aggregator::new(info.def.kind, &bounds);
    store.runs(info.id, bounds[0] - LOOK_BACK..hours.end * HOUR_MS, &mut |run| {
        aggregator.push(run);
        ControlFlow::Continue(())
    })?;
    let known = aggregator
        .finish()
        .into_iter()
        .map(|bucket| bucket.value.filter(|_| bucket.coverage >= KNOWN).unwrap_or(f64::NAN));
    Ok(Hourly::new(first, known.collect()))
}

/// The hours of a series by its name; none where there is no such series.
pub(super) fn hourly_of(store: &Store, id: &str, hours: Range<i64>) -> Result<Option<Hourly>, Error> {
    match store.find(id)? {
        Some(info) => hourly(store, &info, hours).map(Some),
        None => Ok(None),
    }
}

/// The series to forecast, if it can be.
pub(super) fn target(store: &Store, id: &str) -> Result<SeriesInfo, Error> {
    let info = find(store, id).map_err(|_| Error::UnknownTarget(id.to_owned()))?;
    match info.def.kind {
        Kind::Power | Kind::Energy | Kind::Level | Kind::Volume => Ok(info),
        kind => Err(Error::Kind { id: id.to_owned(), kind: kind.to_string() }),
    }
}

/// Outdoor temperatures by place.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(Vec<(String, Hourly)>);

impl Places {
    /// Every series that one of the patterns names, `*` standing for a part of an id.
    pub(super) fn read(store: &Store, patterns: &[String], hours: &Range<i64>) -> Result<Self, Error> {
        let mut places = Vec::new();
        for info in store.series()? {
            let name = &info.def.name;
            if info.def.kind == Kind::Level
                && info.points > 0
                && patterns.iter().any(|pattern| names(pattern, name))
            {
                places.push((name.clone(), hourly(store, &info, hours.clone())?));
            }
        }
        Ok(Self(places))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mean of all places at an hour, NaN where none is known.
    pub(super) fn mean(&self, hour: i64) -> f64 {
        mean(self.0.iter().map(|(_, hourly)| hourly.get(hour)))
    }

    /// The mean of all places.
    pub(super) fn average(&self) -> Hourly {
        let first = self.0.iter().map(|(_, hourly)| hourly.first()).min().unwrap_or_default();
        let end = self.0.iter().map(|(_, hourly)| hourly.end()).max().unwrap_or_default();
        Hourly::new(first, (first..end).map(|hour| self.mean(hour)).collect())
    }

    /// The temperatures of the cities that stand for the country. One that no series is named after is the mean of the
    /// places that are no such city, or of all there are.
    pub(super) fn cities(&self) -> [Hourly; CITIES] {
        let of = |name: &str| {
            let named = |(id, _): &&(String, Hourly)| id.split('.').any(|part| part == name);
            self.0.iter().find(named).map(|(_, hourly)| hourly.clone())
        };
        let elsewhere = Self(
            self.0
                .iter()
                .filter(|(id, _)| !CITY.iter().any(|city| id.split('.').any(|part| part == city.name)))
                .cloned()
                .collect(),
        );
        let rest = if elsewhere.is_empty() { self.average() } else { elsewhere.average() };
        CITY.map(|city| of(city.name).unwrap_or_else(|| rest.clone()))
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values
        .filter(|value| value.is_finite())
        .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { f64::NAN }
}

/// Hours that are known in the year before a day's eve.
pub(super) fn learnt(load: &Hourly, day: Day) -> u32 {
    let end = i64::from(day.number()) * 24 - 48;
    let known = (end - 365 * 24..end).filter(|hour| load.get(*hour).is_finite());
    u32::try_from(known.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{Home, at, point};
    use watteau_store::Step;

    #[test]
    fn hours_are_means_and_half_an_hour_is_none() {
        let home = Home::empty();
        let series = home.define("rte.load", "MW", Kind::Power, Step::Seconds(1800), 0, "rte");
        let start = at("2025-03-30T00:00:00Z");
        let half = 1_800_000;
        let values = [(0, 40.0), (1, 50.0), (2, 60.0), (4, 10.0), (5, 20.0)];
        home.put(
            "rte",
            series,
            values.iter().map(|&(i, value)| point(start + i * half, start + (i + 1) * half, value)).collect(),
        );
        let info = home.store.find("rte.load").unwrap().unwrap();
        let first = start / HOUR_MS;
        let hours = hourly(&home.store, &info, first - 5..first + 4).unwrap();
        assert_eq!((hours.get(first), hours.get(first + 2)), (45.0, 15.0));
        assert!(
            hours.get(first + 1).is_nan() && hours.get(first - 1).is_nan() && hours.get(first + 3).is_nan()
        );
    }

    #[test]
    fn cities_without_a_series_are_the_mean_of_the_others() {
        let places = Places(vec![
            ("weather.paris.temperature".into(), Hourly::new(0, vec![10.0, 12.0])),
            ("weather.temperature".into(), Hourly::new(0, vec![20.0, f64::NAN])),
        ]);
        let cities = places.cities();
        let city = |name: &str| &cities[CITY.iter().position(|city| city.name == name).unwrap()];
        assert_eq!((city("paris").get(0), city("lille").get(0)), (10.0, 20.0));
        assert_eq!((places.mean(0), places.mean(1)), (15.0, 12.0));
        assert!(city("lille").get(1).is_nan() && places.mean(2).is_nan());
    }
}
