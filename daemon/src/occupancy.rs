//! Who is at home, as somebody says on the dashboard: the series `home.occupancy`, a level by local day.
//!
//! Entries go through the store's one writer like points of a connector: what is said again differently is kept as a
//! revision, and each entry has a batch that says when and how it came. Days to come are entries like others, so that
//! a declared absence is known when tomorrow is forecast. A day nobody spoke of has no point: whoever reads it
//! says what that means (regressions take it for a day at home).

use crate::{
    clock::Clock,
    query::{self, Calendar},
};
use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use watteau_store::{
    Batch, Commit, Kind, Point, Provenance, Quality, SeriesDef, SeriesId, SeriesPoints, Step, Store, Title,
};

/// The series.
pub const SERIES: &str = "home.occupancy";
/// Its first part, which no connector may have meanwhile.
pub const INSTANCE: &str = "home";

/// More people are no household.
const MOST_PERSONS: f64 = 100.0;
/// Days of one entry, and of one answer: twenty years.
const MOST_DAYS: i32 = 7305;
/// Somebody: what a day is said to be when its entry is taken back.
const SOMEBODY: f64 = 1.0;

/// A day and who is at home.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OccupiedDay {
    /// The local day.
    #[schema(value_type = String, example = "2025-08-02")]
    pub date: Date,
    /// Persons at home; null where nothing was said.
    pub persons: Option<f64>,
}

/// Days with who is at home.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Occupancy {
    /// The series, for whoever names it elsewhere.
    pub series: String,
    /// Every day of the period.
    pub days: Vec<OccupiedDay>,
}

/// What somebody says of some days.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// First local day.
    #[schema(value_type = String, example = "2025-08-02")]
    pub from: Date,
    /// First local day no longer meant.
    #[schema(value_type = String, example = "2025-08-17")]
    pub to: Date,
    /// Persons at home, from 0 (away) to 100; null takes entries back: somebody is at home.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    pub persons: Option<f64>,
}

/// Why an entry or a question was refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The first day is not before the last.
    #[error("the period is empty: its start must be before its end")]
    EmptyPeriod,
    /// Too many days.
    #[error("the period is longer than {MOST_DAYS} days; ask for a shorter one")]
    TooLong,
    /// No number of people.
    #[error("persons: write a number from 0 to {MOST_PERSONS}, or null")]
    Persons,
    /// Something else has that name.
    #[error("`{SERIES}` is another series, in {0}; rename the connector `{INSTANCE}` that brought it")]
    Taken(String),
    /// The store failed.
    #[error("the entry could not be kept")]
    Store(#[from] watteau_store::Error),
}

impl Error {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::EmptyPeriod => "empty_period",
            Self::TooLong => "too_many_rows",
            Self::Persons => "persons",
            Self::Taken(_) => "taken",
            Self::Store(_) => "store",
        }
    }
}

/// What an entry changed: the instants touched, ms since the epoch, and the store's version after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// Start of the first day that changed.
    pub from: i64,
    /// End of the last one.
    pub to: i64,
    /// The store's version.
    pub version: u64,
}

/// Who is at home on the days of `[from, to)`; by default from a year ago to a year from now.
pub fn read(store: &Store, clock: &Clock, from: Option<Date>, to: Option<Date>) -> Result<Occupancy, Error> {
    let today = clock.local().date();
    let from = from.unwrap_or_else(|| to.unwrap_or(today).saturating_sub(1.year()));
    let to = to.unwrap_or_else(|| from.max(today).saturating_add(1.year()));
    let calendar = Calendar::new(clock.zone().clone(), 0);
    let said = said(store, &calendar, from, to)?;
    let days = dates(from, to)?.map(|date| OccupiedDay { date, persons: said.get(&date).copied() });
    Ok(Occupancy { series: SERIES.to_owned(), days: days.collect() })
}

/// Keeps an entry, and says what it changed; `source` says how it came.
pub fn write(store: &Store, clock: &Clock, entry: &Entry, source: &str) -> Result<Option<Changed>, Error> {
    if entry.persons.is_some_and(|persons| !(0.0..=MOST_PERSONS).contains(&persons)) {
        return Err(Error::Persons);
    }
    let calendar = Calendar::new(clock.zone().clone(), 0);
    let days = dates(entry.from, entry.to)?;
    let said = said(store, &calendar, entry.from, entry.to)?;
    let point = |date: Date| {
        let start = calendar.start_of(date);
        // Of a day nobody spoke of there is nothing to take back.
        let value = entry.persons.or_else(|| said.contains_key(&date).then_some(SOMEBODY))?;
        let duration = calendar.start_of(date.saturating_add(1.day())).abs_diff(start);
        Some(Point { start, duration, value, quality: Quality::Measured })
    };
    let points: Vec<Point> = days.filter_map(point).collect();
    if points.is_empty() {
        return Ok(None);
    }
    let series = define(store)?;
    let provenance = Provenance {
        connector: INSTANCE.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        source: source.to_owned(),
        sha256: None,
        fetched_at: clock.now_ms(),
        as_of: None,
    };
    let batch = Batch { provenance, series: vec![SeriesPoints { series, points }], absences: vec![] };
    let report = store.commit(Commit { batches: vec![batch], state: vec![] })?;
    let changed = report.batches.iter().flat_map(|batch| &batch.series).find_map(|series| series.changed);
    Ok(changed.map(|(from, to)| Changed { from, to, version: report.version }))
}

fn define(store: &Store) -> Result<SeriesId, Error> {
    let unit = "1".to_owned();
    if let Some(info) = store.find(SERIES)? {
        let def = &info.def;
        if def.kind != Kind::Level || def.unit != unit {
            return Err(Error::Taken(def.unit.clone()));
        }
        if def.step == Step::Days(1) && query::role(def) == Some("occupancy") {
            return Ok(info.id);
        }
    }
    let def = SeriesDef {
        name: SERIES.to_owned(),
        unit,
        kind: Kind::Level,
        step: Step::Days(1),
        day_start: 0,
        title: Title { en: "Occupancy".to_owned(), fr: "Présence".to_owned() },
        labels: [("role".to_owned(), "occupancy".to_owned())].into(),
    };
    Ok(store.define(&def)?)
}

/// What was said of the days of `[from, to)`.
fn said(store: &Store, calendar: &Calendar, from: Date, to: Date) -> Result<BTreeMap<Date, f64>, Error> {
    let Some(info) = store.find(SERIES)? else { return Ok(BTreeMap::new()) };
    let span = calendar.start_of(from)..calendar.start_of(to);
    let points = if span.start < span.end { store.points(info.id, span)? } else { Vec::new() };
    Ok(points.into_iter().map(|point| (calendar.date_of(point.start), point.value)).collect())
}

fn dates(from: Date, to: Date) -> Result<impl Iterator<Item = Date>, Error> {
    let days = from.until(to).map_err(|_| Error::TooLong)?.get_days();
    match days {
        ..=0 => Err(Error::EmptyPeriod),
        1..=MOST_DAYS => Ok(from.series(1.day()).take(days as usize)),
        _ => Err(Error::TooLong),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "values come out as they went in")]

    use super::*;
    use crate::query::testing::{Home, NOW, at, clock, date};

    fn entry(from: &str, to: &str, persons: Option<f64>) -> Entry {
        Entry { from: date(from), to: date(to), persons }
    }

    fn persons(home: &Home, from: &str, to: &str) -> Vec<Option<f64>> {
        let days = read(&home.store, &clock(NOW), Some(date(from)), Some(date(to))).unwrap().days;
        days.into_iter().map(|day| day.persons).collect()
    }

    #[test]
    fn entries_are_points_with_revisions_over_both_changes_of_the_clock() {
        let home = Home::empty();
        let write = |entry: &Entry| write(&home.store, &clock(NOW), entry, "dashboard").unwrap();
        assert_eq!(persons(&home, "2025-03-29", "2025-04-01"), [None; 3]);
        // Nothing was said, so there is nothing to take back.
        assert_eq!(write(&entry("2025-03-29", "2025-04-01", None)), None);
        let changed = write(&entry("2025-03-29", "2025-04-01", Some(0.0))).unwrap();
        assert_eq!(
            (changed.from, changed.to, changed.version),
            (at("2025-03-29T00:00:00+01:00"), at("2025-04-01T00:00:00+02:00"), home.store.version())
        );
        assert_eq!(write(&entry("2025-03-29", "2025-04-01", Some(0.0))), None);
        write(&entry("2025-03-31", "2025-04-02", Some(2.0))).unwrap();
        write(&entry("2025-03-30", "2025-03-31", None)).unwrap();
        assert_eq!(
            persons(&home, "2025-03-28", "2025-04-03"),
            [None, Some(0.0), Some(1.0), Some(2.0), Some(2.0), None]
        );
        write(&entry("2025-10-26", "2025-10-27", Some(0.0))).unwrap();
        let info = home.store.find(SERIES).unwrap().unwrap();
        let points = home.store.points(info.id, i64::MIN..i64::MAX).unwrap();
        let hours: Vec<u64> = points.iter().map(|point| point.duration / 3_600_000).collect();
        assert_eq!(hours, [24, 23, 24, 24, 25]);
        let revisions = home.store.revisions(info.id, i64::MIN..i64::MAX).unwrap();
        assert_eq!(revisions.iter().map(|revision| revision.old.value).collect::<Vec<_>>(), [0.0, 0.0]);
        let batch = home.store.batch(revisions[0].replaced_by).unwrap().unwrap().provenance;
        assert_eq!((batch.connector.as_str(), batch.source.as_str()), ("home", "dashboard"));
        assert_eq!((info.def.title.fr.as_str(), query::role(&info.def)), ("Présence", Some("occupancy")));
    }

    #[test]
    fn days_to_come_are_kept() {
        let home = Home::empty();
        let holidays = entry("2026-08-01", "2026-08-16", Some(0.0));
        write(&home.store, &clock(NOW), &holidays, "API").unwrap().unwrap();
        let known = read(&home.store, &clock(NOW), None, None).unwrap().days;
        assert_eq!((known[0].date, known[known.len() - 1].date), (date("2024-11-05"), date("2026-11-04")));
        assert_eq!(known.iter().filter(|day| day.persons == Some(0.0)).count(), 15);
    }

    #[test]
    fn what_makes_no_sense_is_refused_and_keeps_nothing() {
        let home = Home::empty();
        for (from, to, persons, code) in [
            ("2025-08-17", "2025-08-02", Some(0.0), "empty_period"),
            ("2025-08-02", "2025-08-02", Some(0.0), "empty_period"),
            ("1900-01-01", "2025-08-02", Some(0.0), "too_many_rows"),
            ("2025-08-02", "2025-08-03", Some(-1.0), "persons"),
            ("2025-08-02", "2025-08-03", Some(101.0), "persons"),
            ("2025-08-02", "2025-08-03", Some(f64::NAN), "persons"),
        ] {
            let error = write(&home.store, &clock(NOW), &entry(from, to, persons), "API").unwrap_err();
            assert_eq!(error.code(), code, "{from} {to} {persons:?}");
        }
        assert!(home.store.series().unwrap().is_empty());
        home.define(SERIES, "kWh", Kind::Energy, Step::Days(1), 0, "x");
        let error = write(&home.store, &clock(NOW), &entry("2025-08-02", "2025-08-03", None), "API");
        assert_eq!(error.unwrap(), None);
        let taken = write(&home.store, &clock(NOW), &entry("2025-08-02", "2025-08-03", Some(1.0)), "API");
        assert_eq!(taken.unwrap_err().code(), "taken");
    }

    #[test]
    fn an_entry_says_what_it_takes_back() {
        let read = |json: &str| serde_json::from_str::<Entry>(json);
        assert_eq!(read(r#"{"from":"2025-08-02","to":"2025-08-17","persons":null}"#).unwrap().persons, None);
        for json in [
            r#"{"from":"2025-08-02","to":"2025-08-17"}"#,
            r#"{"from":"2025-08-02","to":"2025-02-30","persons":0}"#,
            r#"{"from":"2025-08-02","to":"2025-08-17","persons":0,"people":1}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
