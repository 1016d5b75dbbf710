//! The rows of the datasets, with the traps of their clock: 96 rows a day whatever it does. In spring the rows of two
//! o'clock are filler under three o'clock's instant; in autumn one of the two hours is lost.

use crate::{Forecast, Inner, grid::Published};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, DateTime},
    tz::AmbiguousOffset,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The columns that are simulated.
pub(super) const COLUMNS: [&str; 9] = [
    "perimetre",
    "nature",
    "date",
    "heure",
    "date_heure",
    "consommation",
    "prevision_j1",
    "prevision_j",
    "ech_comm_angleterre",
];

const ROWS: i64 = 96;
/// Real time goes back this far.
const ROLLING_DAYS: i64 = 120;
/// Consolidation comes this long after.
const CONSOLIDATED_DAYS: i64 = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dataset {
    RealTime,
    Consolidated,
}

impl Dataset {
    pub(super) fn named(id: &str) -> Option<Self> {
        match id {
            "eco2mix-national-tr" => Some(Self::RealTime),
            "eco2mix-national-cons-def" => Some(Self::Consolidated),
            _ => None,
        }
    }

    /// First and last day.
    pub(super) fn extent(self, inner: &Inner) -> (Date, Date) {
        let today = inner.now().to_zoned(inner.grid.zone().clone()).date();
        match self {
            Self::RealTime => (today.saturating_sub(ROLLING_DAYS.days()), today),
            Self::Consolidated => {
                (Date::constant(2012, 1, 1), today.saturating_sub(CONSOLIDATED_DAYS.days()))
            }
        }
    }

    fn nature(self, inner: &Inner, date: Date) -> &'static str {
        let year = inner.now().to_zoned(inner.grid.zone().clone()).year();
        match self {
            Self::RealTime => "Données temps réel",
            Self::Consolidated if date.year() < year - 1 => "Données définitives",
            Self::Consolidated => "Données consolidées",
        }
    }

    /// The rows of a local day, each with the instant it claims.
    pub(super) fn day(self, inner: &Inner, date: Date) -> Vec<(Timestamp, Map<String, Value>)> {
        let (grid, now) = (&inner.grid, inner.now());
        let by_start = |values: Vec<Published>| -> BTreeMap<Timestamp, i64> {
            values.into_iter().map(|value| (value.start, value.mw)).collect()
        };
        let realised = by_start(grid.realised(date, now));
        let day_ahead = by_start(grid.forecast(Forecast::DayAhead, date, now));
        let intra_day = by_start(grid.forecast(Forecast::IntraDay, date, now));
        let nature = self.nature(inner, date);
        let midnight = date.at(0, 0, 0, 0);
        let wall = (0..ROWS).filter_map(|row| midnight.checked_add((row * 15).minutes()).ok());
        wall.filter_map(|wall| {
            let (at, shown) = instants(inner, wall)?;
            let half_hour = wall.minute() % 30 == 0;
            let load = realised.get(&shown).filter(|_| self == Self::RealTime || half_hour);
            let row = json!({
                "perimetre": "France", "nature": nature, "date": date.to_string(),
                "heure": wall.strftime("%H:%M").to_string(), "consommation": load,
                "prevision_j1": day_ahead.get(&shown), "prevision_j": intra_day.get(&shown),
                "ech_comm_angleterre": if half_hour { "-1200" } else { "ND" },
            });
            let Value::Object(row) = row else { return None };
            Some((at, row))
        })
        .collect()
    }
}

/// The instant that a row claims, and the one whose values it holds.
fn instants(inner: &Inner, wall: DateTime) -> Option<(Timestamp, Timestamp)> {
    let ambiguous = inner.grid.zone().to_ambiguous_timestamp(wall);
    let offset = ambiguous.offset();
    let at = ambiguous.compatible().ok()?;
    let shown = match offset {
        AmbiguousOffset::Gap { .. } => at.checked_sub(1.hour()).ok()?,
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => at,
    };
    Some((at, shown))
}
