//! The real home: changes planted in it and its own, windows without an event, odd days.

use std::collections::BTreeMap;

use anyhow::Context;
use watteau_analysis::anomaly::base_load::{base_load as base_load_of, minimum};
use watteau_analysis::anomaly::{BaseLoad, Limit, heating_off, odd_day};
use watteau_analysis::change::{Change, Event, Judged, Learnt, Task, follow};
use watteau_analysis::regression::Daily;
use watteau_analysis::{Day, LocalDays};

use super::super::days::HomeDays;
use super::super::{day, shared};
use super::score::{Found, watch};
use super::simulate::{Carrier, LATITUDE, plant};
use super::weather::Weather;

/// A change of the electricity, as the prototype of the recipe read it.
pub(crate) struct Known {
    /// The days from 2022 to this one were learnt.
    pub(crate) learnt_to: Day,
    pub(crate) alarm: Day,
    /// First day, and the interval around it.
    pub(crate) since: [Day; 3],
    /// Size and half-width of its interval, %.
    pub(crate) percent: (f64, f64),
}

/// The changes of 2023 and of 2024.
pub(crate) fn known() -> [Known; 2] {
    [
        Known {
            learnt_to: day(2023, 1, 1),
            alarm: day(2023, 4, 30),
            since: [day(2023, 2, 9), day(2023, 3, 5), day(2023, 4, 19)],
            percent: (-24.0, 11.0),
        },
        Known {
            learnt_to: day(2024, 1, 1),
            alarm: day(2024, 10, 2),
            since: [day(2024, 5, 14), day(2024, 7, 30), day(2024, 9, 25)],
            percent: (38.0, 17.0),
        },
    ]
}

/// The change of the electricity after the days `from..to` were learnt.
pub(crate) fn electricity(home: &HomeDays, from: Day, to: Day, end: Day) -> anyhow::Result<Option<Change>> {
    let (trust, judged) = Carrier::Electricity.judge(&home.electricity(), from, to, end)?;
    Ok(watch(&trust, &judged)?)
}

/// All changes of the electricity, the baseline begun anew at each.
pub(crate) fn electricity_history(home: &HomeDays) -> anyhow::Result<Vec<Change>> {
    let days = home.electricity();
    follow(day(2022, 1, 1)..day(2025, 1, 1), Learnt::default(), |Task { learn, judge }| {
        Carrier::Electricity.judge(&days, learn.start, learn.end, judge.end).map(Some)
    })
}

/// Changes planted in the real gas every five days from the 15th of November 2023, after a year was learnt.
pub(crate) fn planted(home: &HomeDays, percent: f64) -> anyhow::Result<Vec<Found>> {
    let (trust, judged) =
        Carrier::Gas.judge(&home.gas(), day(2022, 11, 1), day(2023, 11, 1), day(2024, 11, 1))?;
    let one = |n: i32| {
        let planted = day(2023, 11, 15).plus(5 * n);
        let change = watch(&trust, &plant(&judged, planted, 1.0 + percent / 100.0))?;
        Ok(Found { planted, percent, change })
    };
    (0..22).map(one).collect()
}

/// Alarms of the real gas as it is, learnt from 2022-11 for some months and watched to the end.
pub(crate) fn untouched(home: &HomeDays) -> anyhow::Result<Vec<Option<Change>>> {
    let one = |to: Day| {
        let (trust, judged) =
            Carrier::Gas.judge(&home.gas(), day(2022, 11, 1), to, day(2025, 1, 1).min(to.plus(365)))?;
        Ok(watch(&trust, &judged)?)
    };
    [day(2023, 11, 1), day(2023, 12, 1), day(2024, 1, 1)].into_iter().map(one).collect()
}

/// Events on days without one in the real gas, each judged by what was learnt before, and the same with a change planted.
pub(crate) fn windows(home: &HomeDays, length: i32, percent: f64) -> anyhow::Result<Vec<Event>> {
    let days = home.gas();
    let mut events = Vec::new();
    let mut date = day(2023, 11, 1);
    while date.plus(length) <= day(2025, 1, 1) {
        let (trust, judged) = Carrier::Gas.judge(&days, day(2022, 11, 1), date, date.plus(length))?;
        let judged = plant(&judged, date, 1.0 + percent / 100.0);
        // In summer there is nothing to have an effect on.
        if judged.iter().map(|judged| judged.predicted).sum::<f64>() > 10.0 * f64::from(length) {
            events.push(Event::new(&trust, date, &judged)?);
        }
        date = date.plus(7);
    }
    Ok(events)
}

/// Of the gas from November 2023 on, each month judged by what was learnt before: days, odd ones, and those without
/// heating.
pub(crate) fn odd_days(home: &HomeDays) -> anyhow::Result<(usize, Vec<Day>, Vec<Day>)> {
    let days = home.gas();
    let (mut count, mut odd, mut off) = (0, Vec::new(), Vec::new());
    let mut month = day(2023, 11, 1);
    while month < day(2025, 1, 1) {
        let next = Day::new(month.date().last_of_month()).plus(1);
        let fit = Daily::fit(&days, LATITUDE, day(2022, 11, 1), month)?;
        let limit = Limit::new(fit.baseline.scores.iter().copied());
        for judged in fit.watch(&days, month, next).into_iter().map(Judged::from) {
            count += 1;
            odd.extend(limit.and_then(|limit| odd_day(&judged, limit)).map(|odd| odd.day));
            off.extend(heating_off(&judged).map(|off| off.day));
        }
        month = next;
    }
    Ok((count, odd, off))
}

/// Base load of the load curve's days, in the home's temperatures.
pub(crate) fn base_load(weather: &Weather) -> anyhow::Result<Vec<BaseLoad>> {
    let path =
        shared::folder().context("no shared samples: set WATTEAU_SHARED")?.join("household/load_curve.csv");
    let mut reader = csv::Reader::from_path(&path).with_context(|| format!("{}", path.display()))?;
    let mut by_day: BTreeMap<i32, Vec<f64>> = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        // A label ends its half-hour.
        let end: jiff::civil::DateTime = record[0].parse()?;
        let start = end.checked_sub(jiff::Span::new().minutes(30))?;
        by_day.entry(Day::new(start.date()).number()).or_default().push(record[1].parse()?);
    }
    let (first, last) = (day(2024, 12, 1), day(2025, 5, 31));
    let local = LocalDays::paris(first, last)?;
    let minima: Vec<Option<f64>> = first
        .to(last)
        .map(|day| {
            minimum(by_day.get(&day.number()).map_or(&[], Vec::as_slice), 2 * local.hours(day).count())
        })
        .collect();
    let at = |column: &[Option<f64>], day: Day| {
        usize::try_from(day.since(weather.first)).ok().and_then(|at| *column.get(at)?)
    };
    let means: Vec<Option<f64>> = first
        .to(last)
        .map(|day| Some(f64::midpoint(at(&weather.minimum, day)?, at(&weather.maximum, day)?)))
        .collect();
    Ok(base_load_of(first, &minima, &means))
}
