//! The week by weekday and hour: when a home uses its energy.

use super::{
    Calendar, Error, Period, columns, find, kwh_per_unit,
    slots::{HOUR_MS, each_day, is_within},
    units,
};
use crate::clock::Clock;
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;
use watteau_store::{Kind, SeriesInfo, Step, Store};

/// Less than a week has weekdays of which nothing is known.
const FEWEST_DAYS: u32 = 7;

/// An hour counts when so much of it is known.
const KNOWN: f64 = 0.99;

const DAY_MS: i64 = 24 * HOUR_MS;

/// The mean of each hour of each weekday.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Profile {
    /// The series.
    pub id: String,
    /// Unit of the values: W for a power of a home, kWh (in an hour) for an energy.
    pub unit: String,
    /// The zone whose clock tells the hours.
    pub timezone: String,
    /// First local day.
    #[schema(value_type = String, example = "2025-03-01")]
    pub from: Date,
    /// First local day no longer counted.
    #[schema(value_type = String, example = "2025-04-01")]
    pub to: Date,
    /// Local days of which at least an hour is known.
    pub days: u32,
    /// Monday first, 24 hours each by the clock on the wall; null where no such hour is known.
    #[schema(value_type = Vec<Vec<Option<f64>>>)]
    pub values: [[Option<f64>; 24]; 7],
    /// How many hours each mean is of.
    #[schema(value_type = Vec<Vec<u32>>)]
    pub counts: [[u32; 24]; 7],
}

/// The mean week of a series. By default all that is known up to now.
pub fn profile(store: &Store, clock: &Clock, id: &str, period: Period<'_>) -> Result<Profile, Error> {
    let info = find(store, id)?;
    let (unit, factor) = unit(&info)?;
    // An hour of the week is one of the clock, whenever the series' day begins.
    let calendar = Calendar::new(clock.zone().clone(), 0);
    let (days, from, to) = columns::days(&info, &calendar, clock.now_ms(), period)?;
    let mut sums = [[(0.0, 0_u32); 24]; 7];
    let mut known_days = 0;
    each_day(store, &info, &days, HOUR_MS, &mut |&(date, start, end), hours| {
        let weekday = &mut sums[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())];
        let mut known = false;
        for (index, hour) in hours.iter().enumerate() {
            let Some(value) = hour.value.filter(|_| hour.coverage >= KNOWN) else { continue };
            let sum = &mut weekday[hour_of(&calendar, start, end, index)];
            *sum = (sum.0 + value * factor, sum.1 + 1);
            known = true;
        }
        known_days += u32::from(known);
    })?;
    if known_days < FEWEST_DAYS {
        return Err(Error::TooFewDays { days: known_days, needed: FEWEST_DAYS });
    }
    Ok(Profile {
        id: id.to_owned(),
        unit,
        timezone: calendar.name(),
        from,
        to,
        days: known_days,
        values: sums
            .map(|day| day.map(|(sum, count)| (count > 0).then(|| units::tidy(sum / f64::from(count))))),
        counts: sums.map(|day| day.map(|(_, count)| count)),
    })
}

/// The hour of the clock at which the hour of that number begins: on the days the clock changes, one comes twice
/// or not at all.
fn hour_of(calendar: &Calendar, start: i64, end: i64, index: usize) -> usize {
    if end - start == DAY_MS {
        return index.min(23);
    }
    let instant = start + HOUR_MS * index as i64;
    let hour = Timestamp::from_millisecond(instant)
        .map_or(0, |instant| instant.to_zoned(calendar.zone().clone()).hour());
    usize::from(hour.unsigned_abs()).min(23)
}

/// The unit of the means, and what an hour's aggregate is multiplied by.
fn unit(info: &SeriesInfo) -> Result<(String, f64), Error> {
    let def = &info.def;
    let hours = is_within(info, 3600)
        || (def.step == Step::Irregular && matches!(def.kind, Kind::Power | Kind::Level | Kind::Ratio));
    match def.kind {
        Kind::Index | Kind::Factor => Err(Error::WrongKind {
            id: def.name.clone(),
            kind: def.kind.to_string(),
            needs: "a profile is of a power, an energy, a volume, a level or a ratio",
        }),
        _ if !hours => {
            Err(Error::TooCoarse { id: def.name.clone(), needs: "a profile needs values by the hour" })
        }
        // An hour's power x hours is its mean; a home's own are told in watts.
        Kind::Power if def.unit == "kW" => Ok(("W".to_owned(), 1e3)),
        Kind::Energy => Ok(kwh_per_unit(&def.unit)
            .map_or_else(|| (def.unit.clone(), 1.0), |factor| ("kWh".to_owned(), factor))),
        Kind::Power | Kind::Volume | Kind::Level | Kind::Ratio => Ok((def.unit.clone(), 1.0)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "means of these values are exact")]

    use super::*;
    use crate::query::testing::{Home, NOW, at, clock, half_hours, paris, period, point};

    /// Half-hours of which each hour of the clock has its own power.
    fn curve(home: &Home, kind: Kind, unit: &str, from: &str, to: &str, value: impl Fn(i8, i8) -> f64) {
        let series = home.define("a.curve", unit, kind, Step::Seconds(1800), 0, "x");
        let calendar = Calendar::new(paris(), 0);
        let mut points = half_hours(&calendar, from, to, |_| 0.0);
        for point in &mut points {
            let local = Timestamp::from_millisecond(point.start).unwrap().to_zoned(paris());
            point.value = value(local.weekday().to_monday_one_offset(), local.hour());
        }
        home.put("a", series, points);
    }

    #[test]
    fn each_hour_of_the_week_has_its_mean_over_both_changes_of_the_clock() {
        let home = Home::empty();
        curve(&home, Kind::Power, "W", "2025-03-03", "2025-11-03", |day, hour| {
            f64::from(day) * 100.0 + f64::from(hour)
        });
        let answer =
            profile(&home.store, &clock(NOW), "a.curve", period("2025-03-24", "2025-10-27")).unwrap();
        assert_eq!((answer.unit.as_str(), answer.days), ("W", 217));
        for (day, hours) in answer.values.iter().enumerate() {
            for (hour, value) in hours.iter().enumerate() {
                assert_eq!(*value, Some((day + 1) as f64 * 100.0 + hour as f64), "{day} {hour}");
            }
        }
        // 31 Sundays: in spring one has no hour 2, in autumn one has two.
        assert_eq!((answer.counts[6][1], answer.counts[6][2], answer.counts[6][3]), (31, 31, 31));
        let spring =
            profile(&home.store, &clock(NOW), "a.curve", period("2025-03-24", "2025-03-31")).unwrap();
        assert_eq!((spring.counts[6][2], spring.values[6][2], spring.values[6][3]), (0, None, Some(703.0)));
        let autumn =
            profile(&home.store, &clock(NOW), "a.curve", period("2025-10-20", "2025-10-27")).unwrap();
        assert_eq!((autumn.counts[6][2], autumn.counts[6][3]), (2, 1));
    }

    #[test]
    fn an_energy_is_told_in_kwh_of_an_hour_and_a_hole_leaves_no_zero() {
        let home = Home::empty();
        curve(&home, Kind::Energy, "Wh", "2025-01-06", "2025-01-13", |_, _| 250.0);
        let answer = profile(&home.store, &clock(NOW), "a.curve", Period::default()).unwrap();
        assert_eq!((answer.unit.as_str(), answer.values[3][4], answer.counts[3][4]), ("kWh", Some(0.5), 1));
        // Of an hour that is half there, nothing is said.
        let series = home.define("a.half", "W", Kind::Power, Step::Seconds(1800), 0, "x");
        let mut points = half_hours(&Calendar::new(paris(), 0), "2025-01-06", "2025-01-13", |_| 100.0);
        points.retain(|point| point.start != at("2025-01-08T10:30:00+01:00"));
        home.put("a", series, points);
        let answer = profile(&home.store, &clock(NOW), "a.half", Period::default()).unwrap();
        assert_eq!(
            (answer.values[2][10], answer.counts[2][10], answer.values[2][11]),
            (None, 0, Some(100.0))
        );
    }

    #[test]
    fn what_has_no_profile_is_refused() {
        let home = Home::filled();
        curve(&home, Kind::Power, "W", "2025-01-06", "2025-01-12", |_, _| 1.0);
        let index = home.define("a.index", "kWh", Kind::Index, Step::Seconds(1800), 0, "x");
        home.put("a", index, vec![point(0, 1_800_000, 1.0)]);
        let one = home.define("a.one", "W", Kind::Power, Step::Seconds(1800), 0, "x");
        home.put("a", one, vec![point(0, 1_800_000, 1.0)]);
        for (id, code) in [
            ("a.curve", "too_few_days"),
            ("a.one", "too_few_days"),
            ("a.index", "wrong_kind"),
            ("linky.daily_energy", "too_coarse"),
            ("gas.coefficient", "wrong_kind"),
            ("a.nothing", "unknown_series"),
        ] {
            let error = profile(&home.store, &clock(NOW), id, Period::default()).unwrap_err();
            assert_eq!(error.code(), code, "{id}");
        }
        let backwards = profile(&home.store, &clock(NOW), "a.curve", period("2025-02-01", "2025-01-01"));
        assert_eq!(backwards.unwrap_err().code(), "empty_period");
    }
}
