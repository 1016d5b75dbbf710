//! The base load of a home: what runs day and night.

use super::{
    Calendar, Error, Period, Temperature, columns, find, kwh_per_unit,
    slots::{HOUR_MS, LocalDay, each_day, is_within},
    temperature::day_means,
    units,
};
use crate::{clock::Clock, model::Text};
use jiff::{ToSpan as _, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;
use watteau_analysis::{
    Day,
    anomaly::base_load::{LEAST_OF_MONTH, LEAST_OF_WEEK, LIMIT, MILD, MONTH, WEEK, base_load as levels},
};
use watteau_store::{Kind, SeriesInfo, Store};

const HALF_HOUR_MS: i64 = HOUR_MS / 2;
/// A day has a minimum when so much of it is known.
const KNOWN_DAY: f64 = 0.9;
/// A half-hour counts when so much of it is known.
const KNOWN: f64 = 0.99;

/// A day of the base load.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BaseLoadDay {
    /// The local day.
    #[schema(value_type = String, example = "2025-07-01")]
    pub date: Date,
    /// Its lowest half-hour, W; null where a tenth of the day or more is missing.
    pub minimum: Option<f64>,
    /// The level of the week that ends with it, W; null with fewer than five days of it known.
    pub level: Option<f64>,
}

/// The base load of a series.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BaseLoad {
    /// The series.
    pub id: String,
    /// W.
    pub unit: String,
    /// Every local day of the period.
    pub days: Vec<BaseLoadDay>,
    /// The last level, W.
    pub level: Option<f64>,
    /// How much higher it is than in the four weeks before, W; null where that says nothing.
    pub drift: Option<f64>,
    /// A drift above tells of something new that runs all the time, W.
    pub limit: f64,
    /// Whether the drift is above the limit.
    pub alarm: bool,
    /// Whether heating was off all the time, so that level and drift are those of devices.
    pub valid: bool,
    /// Why not.
    pub why: Option<Text>,
}

/// The base load of a power or energy by half-hours; `temperature` tells whether heating was off. By default all that
/// is known up to now.
pub fn base_load(
    store: &Store,
    clock: &Clock,
    temperature: Option<&Temperature>,
    id: &str,
    period: Period<'_>,
) -> Result<BaseLoad, Error> {
    let info = find(store, id)?;
    let factor = watts(&info)?;
    let calendar = Calendar::new(clock.zone().clone(), 0);
    let (asked, from, _) = columns::days(&info, &calendar, clock.now_ms(), period)?;
    let all = match asked.last() {
        // The first day asked for has a week before it, and the first drift four weeks more.
        Some(last) => {
            let early = from.saturating_sub(((WEEK + MONTH) as i64 - 1).days());
            calendar.days(calendar.start_of(early), last.2)?
        }
        None => Vec::new(),
    };
    let minima = watts_of(lowest(store, &info, &all, HALF_HOUR_MS)?, factor);
    let first = Day::new(all.first().map_or(Date::ZERO, |day| day.0));
    let seen = levels(first, &minima, &[]);
    // A day that is not known has no level of its own.
    let level = |at: usize| seen[at].level.filter(|_| minima[at].is_some()).map(units::tidy);
    let before = all.len() - asked.len();
    let days: Vec<BaseLoadDay> = asked
        .iter()
        .enumerate()
        .map(|(at, day)| BaseLoadDay { date: day.0, minimum: minima[before + at], level: level(before + at) })
        .collect();
    // The day that lasts has no level yet.
    let last = days.iter().rposition(|day| day.level.is_some()).map(|last| last + before);
    let why = match last {
        None => Some(too_little()),
        Some(last) => cold(store, clock, temperature, &all[..=last])?,
    };
    let drift = last.filter(|_| why.is_none()).and_then(|last| seen[last].drift());
    Ok(BaseLoad {
        id: id.to_owned(),
        unit: "W".to_owned(),
        level: last.and_then(level),
        drift: drift.map(units::tidy),
        limit: LIMIT,
        alarm: drift.is_some_and(|drift| drift > LIMIT),
        valid: why.is_none(),
        why,
        days,
    })
}

/// What a half-hour's aggregate is multiplied by to be its mean power in W.
fn watts(info: &SeriesInfo) -> Result<f64, Error> {
    let wrong = || Error::WrongKind {
        id: info.def.name.clone(),
        kind: format!("{} in {}", info.def.kind, info.def.unit),
        needs: "a base load is of a power in W or kW, or of an energy",
    };
    let factor = match info.def.kind {
        Kind::Power => match info.def.unit.as_str() {
            "W" => 2.0,
            "kW" => 2000.0,
            _ => return Err(wrong()),
        },
        Kind::Energy => kwh_per_unit(&info.def.unit).ok_or_else(wrong)? * 2000.0,
        _ => return Err(wrong()),
    };
    if !is_within(info, 1800) {
        let needs = "a base load needs values by the half-hour";
        return Err(Error::TooCoarse { id: info.def.name.clone(), needs });
    }
    Ok(factor)
}

/// The lowest half-hour of each day, W; `days` are dates with their first instant and the one after, ms.
pub fn lowest_half_hours(
    store: &Store,
    info: &SeriesInfo,
    days: &[LocalDay],
) -> Result<Vec<Option<f64>>, Error> {
    let factor = watts(info)?;
    Ok(watts_of(lowest(store, info, days, HALF_HOUR_MS)?, factor))
}

/// The lowest hour of each day, in the unit of the series.
pub fn lowest_hours(store: &Store, info: &SeriesInfo, days: &[LocalDay]) -> Result<Vec<Option<f64>>, Error> {
    lowest(store, info, days, HOUR_MS)
}

fn watts_of(minima: Vec<Option<f64>>, factor: f64) -> Vec<Option<f64>> {
    minima.into_iter().map(|lowest| lowest.map(|lowest| units::tidy(lowest * factor))).collect()
}

/// The lowest slot of each day; none of one of which a tenth or more is missing.
fn lowest(
    store: &Store,
    info: &SeriesInfo,
    days: &[LocalDay],
    length: i64,
) -> Result<Vec<Option<f64>>, Error> {
    let mut minima = Vec::with_capacity(days.len());
    each_day(store, info, days, length, &mut |_, slots| {
        let known = slots.iter().filter(|slot| slot.coverage >= KNOWN).filter_map(|slot| slot.value);
        let (count, lowest) = known.fold((0, f64::INFINITY), |(n, low), value| (n + 1, low.min(value)));
        let whole = count > 0 && f64::from(count) >= KNOWN_DAY * slots.len() as f64;
        minima.push(whole.then_some(lowest));
    })?;
    Ok(minima)
}

/// Why the level of the last day may be that of heating.
fn cold(
    store: &Store,
    clock: &Clock,
    temperature: Option<&Temperature>,
    days: &[LocalDay],
) -> Result<Option<Text>, Error> {
    let Some(temperature) = temperature else { return Ok(Some(no_temperature())) };
    let days = &days[days.len().saturating_sub(WEEK + MONTH)..];
    let means = day_means(store, clock, temperature, days)?;
    let (before, week) = means.split_at(means.len().saturating_sub(WEEK));
    for (means, least) in [(week, LEAST_OF_WEEK), (before, LEAST_OF_MONTH)] {
        let known: Vec<f64> = means.iter().copied().flatten().collect();
        if known.len() < least {
            return Ok(Some(no_temperature()));
        }
        if known.iter().sum::<f64>() / known.len() as f64 <= MILD {
            return Ok(Some(heating()));
        }
    }
    Ok(None)
}

fn too_little() -> Text {
    Text::new(
        "Too few whole days are known: a level needs five of seven.",
        "Trop peu de journées complètes : il en faut cinq sur sept.",
    )
}

fn no_temperature() -> Text {
    Text::new(
        "The outdoor temperature is not known, so heating may have been on.",
        "La température extérieure n'est pas connue : le chauffage a pu être allumé.",
    )
}

fn heating() -> Text {
    Text::new(
        "It was 15 °C or less outside in these weeks: heating may have been on.",
        "Il a fait 15 °C ou moins dehors ces semaines-là : le chauffage a pu être allumé.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "these values are exact")]

    use super::*;
    use crate::query::{
        outdoor,
        testing::{Home, at, clock, date, half_hours, hours, paris, period},
    };
    use watteau_store::Step;

    const NOW: &str = "2025-09-01T10:00:00+02:00";

    /// 400 W, 90 W at night, from 20 August on `more` W on top; 20 degC but for what `outside` says.
    fn home(more: f64, outside: impl Fn(i64) -> f64) -> Home {
        let home = Home::empty();
        let series = home.define("linky.load_curve", "W", Kind::Power, Step::Seconds(1800), 0, "x");
        let mut points =
            half_hours(&Calendar::new(paris(), 0), "2025-03-01", "2025-09-01", |n| match n % 48 {
                4..8 => 90.0,
                _ => 400.0,
            });
        for point in points.iter_mut().filter(|point| point.start >= at("2025-08-20T00:00:00+02:00")) {
            point.value += more;
        }
        home.put("linky", series, points);
        let temperature =
            home.define("weather.temperature", "degC", Kind::Level, Step::Seconds(3600), 0, "x");
        home.put(
            "weather",
            temperature,
            hours(at("2025-03-01T00:00:00Z"), at("2025-09-03T00:00:00Z"), outside),
        );
        home
    }

    fn ask(home: &Home, from: &str) -> BaseLoad {
        let temperature = outdoor(&home.store, &[]).unwrap();
        let asked = Period { from: Some(from), to: None };
        base_load(&home.store, &clock(NOW), temperature.as_ref(), "linky.load_curve", asked).unwrap()
    }

    #[test]
    fn a_device_left_on_in_summer_is_an_alarm() {
        let quiet = ask(&home(0.0, |_| 20.0), "2025-08-01");
        assert_eq!(
            (quiet.level, quiet.drift, quiet.alarm, quiet.valid),
            (Some(90.0), Some(0.0), false, true)
        );
        assert_eq!((quiet.days.len(), quiet.days[0].level), (32, Some(90.0)));
        // Today lasts.
        assert_eq!((quiet.days[31].minimum, quiet.days[30].minimum), (None, Some(90.0)));
        let loud = ask(&home(50.0, |_| 20.0), "2025-08-31");
        assert_eq!((loud.level, loud.drift, loud.alarm), (Some(140.0), Some(50.0), true));
    }

    #[test]
    fn heating_and_unknown_weather_say_nothing() {
        let cold = ask(&home(50.0, |_| 14.0), "2025-08-01");
        assert_eq!((cold.level, cold.drift, cold.alarm, cold.valid), (Some(140.0), None, false, false));
        assert!(cold.why.unwrap().en.contains("heating"));
        // The weeks before count as well: what was heated then hides what runs now.
        let spring = ask(&home(0.0, |n| if n < 24 * 160 { 5.0 } else { 20.0 }), "2025-08-01");
        assert!(!spring.valid);
        let home = home(50.0, |_| 20.0);
        let unknown =
            base_load(&home.store, &clock(NOW), None, "linky.load_curve", Period::default()).unwrap();
        assert_eq!((unknown.level, unknown.drift, unknown.valid), (Some(140.0), None, false));
    }

    #[test]
    fn the_days_of_a_changing_clock_and_a_day_with_a_hole() {
        let home = Home::filled();
        let asked = period("2025-03-28", "2025-04-02");
        let answer = base_load(&home.store, &clock(NOW), None, "linky.load_curve", asked).unwrap();
        assert_eq!(answer.days.iter().filter(|day| day.minimum.is_some()).count(), 5);
        let asked = period("2025-06-15", "2025-06-16");
        let hole = base_load(&home.store, &clock(NOW), None, "linky.load_curve", asked).unwrap();
        // 44 of 48 half-hours are enough to know the lowest.
        assert_eq!((hole.days[0].date, hole.days[0].minimum.is_some()), (date("2025-06-15"), true));
        let before = period("2020-01-01", "2020-02-01");
        let nothing = base_load(&home.store, &clock(NOW), None, "linky.load_curve", before).unwrap();
        assert_eq!((nothing.days.len(), nothing.level, nothing.valid), (31, None, false));
    }

    #[test]
    fn what_has_no_base_load_is_refused() {
        let home = Home::filled();
        for (id, code) in [
            ("linky.daily_energy", "too_coarse"),
            ("linky.max_power", "wrong_kind"),
            ("gas.volume", "wrong_kind"),
            ("gas.nothing", "unknown_series"),
        ] {
            let error = base_load(&home.store, &clock(NOW), None, id, Period::default()).unwrap_err();
            assert_eq!(error.code(), code, "{id}");
        }
    }
}
