//! What the tests of the reading side share: a zone, instants written for people, a store with a household.

use super::{Calendar, Period};
use crate::clock::Clock;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use std::collections::BTreeMap;
use watteau_store::{
    Batch, Commit, Kind, Options, Point, Provenance, Quality, SeriesAbsences, SeriesDef, SeriesId,
    SeriesPoints, Step, Store, Title,
};

/// The home's zone.
pub(crate) fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").expect("the bundled database has Paris")
}

/// An instant, ms since the epoch.
pub(crate) fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("an RFC 3339 instant").as_millisecond()
}

/// A date.
pub(crate) fn date(text: &str) -> Date {
    text.parse().expect("an ISO 8601 date")
}

/// A period from one date or instant to another.
pub(crate) fn period<'a>(from: &'a str, to: &'a str) -> Period<'a> {
    Period { from: Some(from), to: Some(to) }
}

/// A clock that stands at that instant.
pub(crate) fn clock(text: &str) -> Clock {
    Clock::fixed(paris(), text.parse().expect("an RFC 3339 instant"))
}

/// The moment at which the household is looked at.
pub(crate) const NOW: &str = "2025-11-05T10:00:00+01:00";

/// A store in a folder of its own, gone when dropped.
pub(crate) struct Home {
    pub(crate) store: Store,
    folder: tempfile::TempDir,
}

impl Home {
    /// An empty store.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store =
            Store::open(&folder.path().join("watteau.redb"), Options::default()).expect("a new store");
        Self { store, folder }
    }

    /// Where the store lies.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A household: electricity by day since 2024, by half-hour since March 2025, gas by its own days since
    /// October 2024. Values are invented, and follow from the date alone.
    pub(crate) fn filled() -> Self {
        let home = Self::empty();
        let midnight = Calendar::new(paris(), 0);
        let six = Calendar::new(paris(), 21_600);

        let daily =
            home.define("linky.daily_energy", "Wh", Kind::Energy, Step::Days(1), 0, "electricity.daily");
        home.put("linky", daily, days(&midnight, "2024-01-01", "2025-11-04", |n| 8_000.0 + n * 10.0));
        let peak =
            home.define("linky.max_power", "VA", Kind::Level, Step::Days(1), 0, "electricity.max_power");
        home.put("linky", peak, days(&midnight, "2025-10-01", "2025-11-04", |n| 5_000.0 + n));

        let curve = home.define(
            "linky.load_curve",
            "W",
            Kind::Power,
            Step::Seconds(1800),
            0,
            "electricity.load_curve",
        );
        let hole = at("2025-06-15T10:00:00+02:00")..at("2025-06-15T12:00:00+02:00");
        let declared = at("2025-07-14T08:00:00+02:00")..at("2025-07-14T09:00:00+02:00");
        let mut points =
            half_hours(&midnight, "2025-03-01", "2025-11-04", |n| 200.0 + f64::from(n % 48) * 10.0);
        points.retain(|point| !hole.contains(&point.start) && !declared.contains(&point.start));
        home.put("linky", curve, points);
        home.absent("linky", curve, (declared.start, declared.end));

        let energy = home.define("gas.energy", "kWh", Kind::Energy, Step::Days(1), 21_600, "gas.energy");
        home.put("gas", energy, days(&six, "2024-10-01", "2025-10-31", |n| 30.0 + n % 7.0));
        let volume = home.define("gas.volume", "m3", Kind::Volume, Step::Days(1), 21_600, "gas.volume");
        home.put("gas", volume, days(&six, "2024-10-01", "2025-10-31", |n| 3.0 + n % 7.0 / 10.0));
        let factor =
            home.define("gas.coefficient", "kWh/m3", Kind::Factor, Step::Days(1), 21_600, "gas.coefficient");
        home.put("gas", factor, days(&six, "2024-10-01", "2025-10-31", |n| 11.2 + n % 3.0 / 100.0));
        // The distributor thinks again about one day.
        let again = days(&six, "2025-10-15", "2025-10-16", |_| 12.5);
        home.put(
            "gas",
            energy,
            again.into_iter().map(|p| Point { quality: Quality::Corrected, ..p }).collect(),
        );
        home
    }

    pub(crate) fn define(
        &self,
        name: &str,
        unit: &str,
        kind: Kind,
        step: Step,
        day_start: u32,
        role: &str,
    ) -> SeriesId {
        let plugin = if name.starts_with("gas") { "grdf" } else { "linky" };
        let labels =
            BTreeMap::from([("plugin", plugin), ("role", role)].map(|(k, v)| (k.to_owned(), v.to_owned())));
        let title = Title { en: format!("{name} (en)"), fr: format!("{name} (fr)") };
        let def =
            SeriesDef { name: name.to_owned(), unit: unit.to_owned(), kind, step, day_start, title, labels };
        self.store.define(&def).expect("a new series")
    }

    pub(crate) fn put(&self, connector: &str, series: SeriesId, points: Vec<Point>) {
        let series = vec![SeriesPoints { series, points }];
        self.commit(Batch { provenance: provenance(connector), series, absences: Vec::new() });
    }

    pub(crate) fn absent(&self, connector: &str, series: SeriesId, span: (i64, i64)) {
        let absences = vec![SeriesAbsences {
            series,
            spans: vec![span],
            reason: r#"{"en":"No reading.","fr":"Pas de relevé."}"#.to_owned(),
        }];
        self.commit(Batch { provenance: provenance(connector), series: Vec::new(), absences });
    }

    fn commit(&self, batch: Batch) {
        self.store.commit(Commit { batches: vec![batch], state: Vec::new() }).expect("a commit");
    }
}

fn provenance(connector: &str) -> Provenance {
    let source = match connector {
        "gas" => "export.xlsx".to_owned(),
        _ => "https://gateway.invalid/api".to_owned(),
    };
    Provenance {
        connector: connector.to_owned(),
        version: "0.1.0".to_owned(),
        sha256: (connector == "gas").then_some([0xab; 32]),
        source,
        fetched_at: at("2025-11-04T08:00:00Z"),
        as_of: None,
    }
}

/// A point for each day of `[from, to)`, its value from the number of the day since 2024.
pub(crate) fn days(calendar: &Calendar, from: &str, to: &str, value: impl Fn(f64) -> f64) -> Vec<Point> {
    let (mut day, to) = (date(from), date(to));
    let mut points = Vec::new();
    while day < to {
        let next = day.saturating_add(1.day());
        let (start, end) = (calendar.start_of(day), calendar.start_of(next));
        let number = date("2024-01-01").until(day).expect("two dates").get_days();
        points.push(point(start, end, value(f64::from(number))));
        day = next;
    }
    points
}

/// A point for each half-hour of the days of `[from, to)`, its value from its number.
pub(crate) fn half_hours(
    calendar: &Calendar,
    from: &str,
    to: &str,
    value: impl Fn(i32) -> f64,
) -> Vec<Point> {
    let (from, to) = (calendar.start_of(date(from)), calendar.start_of(date(to)));
    (from..to)
        .step_by(1_800_000)
        .zip(0..)
        .map(|(start, n)| point(start, start + 1_800_000, value(n)))
        .collect()
}

/// A measured point over `[start, end)`.
pub(crate) fn point(start: i64, end: i64, value: f64) -> Point {
    Point { start, duration: start.abs_diff(end), value, quality: Quality::Measured }
}

/// A point for each hour of `[from, to)`, ms since the epoch, its value from its number.
pub(crate) fn hours(from: i64, to: i64, value: impl Fn(i64) -> f64) -> Vec<Point> {
    (from..to)
        .step_by(3_600_000)
        .zip(0..)
        .map(|(start, n)| point(start, start + 3_600_000, value(n)))
        .collect()
}
