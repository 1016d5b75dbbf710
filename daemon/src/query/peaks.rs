//! The highest values, one a day at most.

use super::{Calendar, Error, Period, columns, find};
use crate::clock::Clock;
use serde::Serialize;
use std::ops::ControlFlow;
use utoipa::ToSchema;
use watteau_store::{Kind, Point, Store};

/// A high value.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Peak {
    /// Epoch seconds.
    pub start: i64,
    /// Epoch seconds.
    pub end: i64,
    /// In the unit of the series.
    pub value: f64,
    /// `measured`, `estimated`, `corrected` or `filled`.
    #[schema(value_type = String)]
    pub quality: &'static str,
}

/// The highest values of a series.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Peaks {
    /// The series.
    pub id: String,
    /// Unit of the values.
    pub unit: String,
    /// Highest first; of equal ones, the earlier first.
    pub peaks: Vec<Peak>,
}

/// The `count` highest points of a series as stored, the highest of each local day. By default of all that is known.
pub fn peaks(
    store: &Store,
    clock: &Clock,
    id: &str,
    period: Period<'_>,
    count: usize,
) -> Result<Peaks, Error> {
    let info = find(store, id)?;
    if matches!(info.def.kind, Kind::Index | Kind::Factor) {
        return Err(Error::WrongKind {
            id: id.to_owned(),
            kind: info.def.kind.to_string(),
            needs: "peaks are those of a power, an energy, a volume, a level or a ratio",
        });
    }
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    let (days, ..) = columns::days(&info, &calendar, clock.now_ms(), period)?;
    let mut highest: Vec<Point> = Vec::new();
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        let mut days = days.iter().peekable();
        let mut of_day: Option<Point> = None;
        store.runs(info.id, first.1..last.2, &mut |run| {
            for point in run.points() {
                while days.peek().is_some_and(|day| day.2 <= point.start) {
                    days.next();
                    highest.extend(of_day.take());
                }
                if of_day.is_none_or(|before| point.value > before.value) {
                    of_day = Some(point);
                }
            }
            ControlFlow::Continue(())
        })?;
        highest.extend(of_day);
    }
    highest.sort_by(|one, other| other.value.total_cmp(&one.value).then(one.start.cmp(&other.start)));
    highest.truncate(count);
    let peak = |point: Point| Peak {
        start: point.start.div_euclid(1000),
        end: point.end().div_euclid(1000),
        value: point.value,
        quality: point.quality.as_str(),
    };
    Ok(Peaks { id: id.to_owned(), unit: info.def.unit, peaks: highest.into_iter().map(peak).collect() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "values come out as they went in")]

    use super::*;
    use crate::query::testing::{Home, NOW, at, clock, half_hours, paris, period, point};
    use watteau_store::Step;

    #[test]
    fn a_day_has_one_peak_and_days_of_25_hours_are_days() {
        let home = Home::empty();
        let series = home.define("a.curve", "W", Kind::Power, Step::Seconds(1800), 0, "x");
        let mut points = half_hours(&Calendar::new(paris(), 0), "2025-10-24", "2025-10-29", |_| 100.0);
        for (instant, value) in [
            ("2025-10-25T19:00:00+02:00", 3000.0),
            ("2025-10-25T19:30:00+02:00", 2900.0),
            ("2025-10-26T00:00:00+02:00", 2800.0),
            ("2025-10-26T23:30:00+01:00", 2700.0),
            ("2025-10-27T00:00:00+01:00", 2600.0),
            ("2025-10-28T08:00:00+01:00", 2600.0),
        ] {
            points.iter_mut().find(|point| point.start == at(instant)).unwrap().value = value;
        }
        home.put("a", series, points);
        let answer = peaks(&home.store, &clock(NOW), "a.curve", Period::default(), 4).unwrap();
        let found: Vec<(i64, f64)> = answer.peaks.iter().map(|peak| (peak.start, peak.value)).collect();
        let expect = [
            ("2025-10-25T19:00:00+02:00", 3000.0),
            ("2025-10-26T00:00:00+02:00", 2800.0),
            ("2025-10-27T00:00:00+01:00", 2600.0),
            ("2025-10-28T08:00:00+01:00", 2600.0),
        ];
        assert_eq!(found, expect.map(|(instant, value)| (at(instant) / 1000, value)));
        assert_eq!(answer.peaks[0].end - answer.peaks[0].start, 1800);
        let sunday = peaks(&home.store, &clock(NOW), "a.curve", period("2025-10-26", "2025-10-27"), 10);
        assert_eq!(sunday.unwrap().peaks.len(), 1);
    }

    #[test]
    fn one_point_is_a_peak_and_none_is_none() {
        let home = Home::filled();
        let one = home.define("a.one", "W", Kind::Power, Step::Seconds(1800), 0, "x");
        assert!(peaks(&home.store, &clock(NOW), "a.one", Period::default(), 10).unwrap().peaks.is_empty());
        home.put("a", one, vec![point(0, 1_800_000, -5.0)]);
        let answer = peaks(&home.store, &clock(NOW), "a.one", Period::default(), 10).unwrap();
        assert_eq!(answer.peaks, [Peak { start: 0, end: 1800, value: -5.0, quality: "measured" }]);
        let factor = peaks(&home.store, &clock(NOW), "gas.coefficient", Period::default(), 10);
        assert_eq!(factor.unwrap_err().code(), "wrong_kind");
    }
}
