//! Reads hours from the store: bounded pieces, so that years pass in the memory of a month.

use crate::{
    clock::Clock,
    model::ConnectorState,
    query::{self, Bucket, Calendar},
};
use std::ops::ControlFlow;
use watteau_homeassistant::statistics::{Hour, Interval, Statistic, hours, merged};
use watteau_store::{Kind, SeriesInfo, Store};

/// What a statistic is made of.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// By the half-hour or the hour.
    fine: Option<SeriesInfo>,
    /// By the day.
    coarse: Option<SeriesInfo>,
}

/// What tells one state of a source from another: its series and their last change.
pub(super) type Fingerprint = Vec<(u32, u64)>;

impl Source {
    /// The series of a statistic: of several meters of a kind the first, as in the summary. None where there is
    /// nothing, or while its history still comes in: each new month before would send all that follows once more.
    pub(super) fn find(
        statistic: Statistic,
        all: &[SeriesInfo],
        connectors: &[ConnectorState],
    ) -> Option<Self> {
        let role = |name: &str| {
            let is = |info: &&SeriesInfo| info.points > 0 && query::role(&info.def) == Some(name);
            all.iter().find(is).cloned()
        };
        let (fine, coarse) = match statistic {
            Statistic::Electricity => (role("electricity.load_curve"), role("electricity.daily")),
            Statistic::Production => {
                (role("electricity.production_curve"), role("electricity.daily_production"))
            }
            Statistic::Gas => (None, role("gas.energy")),
            Statistic::GasVolume => (None, role("gas.volume")),
        };
        // Two meters are not mixed.
        let meter = |info: &SeriesInfo| query::connector_of(&info.def.name).to_owned();
        let fine = fine.filter(|fine| coarse.as_ref().is_none_or(|coarse| meter(coarse) == meter(fine)));
        let source = Self { fine, coarse };
        let usable = source.series().all(|info| factor(info).is_some());
        let settled = source.series().all(|info| query::settled(&info.def.name, connectors));
        (usable && settled && source.series().next().is_some()).then_some(source)
    }

    fn series(&self) -> impl Iterator<Item = &SeriesInfo> {
        self.fine.iter().chain(&self.coarse)
    }

    /// What it is now.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        self.series().map(|info| (info.id.0, info.changed_version)).collect()
    }

    /// The months of its history, each from an instant to another, and what lies before and after.
    pub(super) fn pieces(&self, clock: &Clock) -> Result<Vec<(i64, i64)>, query::Error> {
        let day_start = self.coarse.as_ref().map_or(0, |info| info.def.day_start);
        let calendar = Calendar::new(clock.zone().clone(), day_start);
        let first = self.series().filter_map(|info| info.first).min().unwrap_or(0);
        let last = self.series().filter_map(|info| info.last_end).max().unwrap_or(0);
        let bounds = calendar.boundaries(first, last, Bucket::Month)?;
        let (Some(&start), Some(&end)) = (bounds.first(), bounds.last()) else { return Ok(Vec::new()) };
        let after = clock.now_ms().max(end).saturating_add(2 * 86_400_000);
        let months = bounds.windows(2).map(|pair| (pair[0], pair[1]));
        let epoch = start.min(0);
        Ok([(epoch, start)]
            .into_iter()
            .chain(months)
            .chain([(end, after)])
            .filter(|it| it.0 < it.1)
            .collect())
    }

    /// The hours of a piece.
    pub(super) fn hours(
        &self,
        store: &Store,
        (from, to): (i64, i64),
    ) -> Result<Vec<Hour>, watteau_store::Error> {
        let read = |info: Option<&SeriesInfo>| match info {
            Some(info) => intervals(store, info, from, to),
            None => Ok(Vec::new()),
        };
        Ok(hours(&merged(&read(self.fine.as_ref())?, &read(self.coarse.as_ref())?)))
    }
}

fn intervals(
    store: &Store,
    info: &SeriesInfo,
    from: i64,
    to: i64,
) -> Result<Vec<Interval>, watteau_store::Error> {
    let factor = factor(info).unwrap_or(0.0);
    let power = info.def.kind == Kind::Power;
    let mut all = Vec::new();
    store.scan(info.id, from..to, &mut |points| {
        all.extend(points.iter().map(|point| {
            let hours = if power { point.duration as f64 / 3_600_000.0 } else { 1.0 };
            let duration = i64::try_from(point.duration).unwrap_or(i64::MAX);
            Interval { start: point.start, duration, amount: point.value * hours * factor }
        }));
        ControlFlow::Continue(())
    })?;
    Ok(all)
}

/// What to multiply a value by for kWh or m3; for a power, of its value times hours.
fn factor(info: &SeriesInfo) -> Option<f64> {
    match info.def.kind {
        Kind::Energy => query::kwh_per_unit(&info.def.unit),
        Kind::Power => query::kwh_per_unit(&format!("{}h", info.def.unit)),
        Kind::Volume => (info.def.unit == "m3").then_some(1.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{Home, NOW, at, clock};

    fn source(home: &Home, statistic: Statistic) -> Option<Source> {
        Source::find(statistic, &home.store.series().unwrap(), &[])
    }

    fn day(home: &Home, source: &Source, from: &str, to: &str) -> f64 {
        let clock = clock(NOW);
        let within = |hour: &&Hour| (at(from)..at(to)).contains(&hour.0);
        let pieces = source.pieces(&clock).unwrap();
        let all: Vec<Hour> =
            pieces.iter().flat_map(|&piece| source.hours(&home.store, piece).unwrap()).collect();
        assert!(all.windows(2).all(|two| two[0].0 < two[1].0), "hours ascend through every piece");
        all.iter().filter(within).map(|hour| hour.1).sum()
    }

    #[test]
    fn a_history_is_read_whole_and_each_day_once() {
        let home = Home::filled();
        let electricity = source(&home, Statistic::Electricity).unwrap();
        // Before the load curve begins a day counts at its midnight; with a hole in the curve, whole again.
        for (from, to, number) in [
            ("2024-02-01T00:00:00+01:00", "2024-02-02T00:00:00+01:00", 31.0),
            ("2025-06-15T00:00:00+02:00", "2025-06-16T00:00:00+02:00", 531.0),
        ] {
            let (measured, expected) = (day(&home, &electricity, from, to), 8.0 + number * 0.01);
            assert!((measured - expected).abs() < 1e-9, "{from}: {measured}");
        }
        // With a whole curve, by hours: also on the day of 25.
        let (from, to) = ("2025-10-26T00:00:00+02:00", "2025-10-27T00:00:00+01:00");
        let autumn = (0..50).map(|n| 200 + (n + slot(from)) % 48 * 10).sum::<i64>();
        let measured = day(&home, &electricity, from, to);
        assert!((measured - autumn as f64 / 2000.0).abs() < 1e-9, "{measured}");
        let gas = source(&home, Statistic::Gas).unwrap();
        let (from, to) = ("2025-10-15T06:00:00+02:00", "2025-10-16T06:00:00+02:00");
        assert!((day(&home, &gas, from, to) - 12.5).abs() < 1e-9);
        assert!(source(&home, Statistic::Production).is_none());
    }

    /// The number of a half-hour since the load curve's beginning.
    fn slot(text: &str) -> i64 {
        (at(text) - at("2025-03-01T00:00:00+01:00")) / 1_800_000
    }

    #[test]
    fn pieces_touch_and_hold_everything() {
        let home = Home::filled();
        let pieces = source(&home, Statistic::Gas).unwrap().pieces(&clock(NOW)).unwrap();
        assert!(pieces.windows(2).all(|two| two[0].1 == two[1].0));
        assert_eq!((pieces[0].0, pieces.len()), (0, 1 + 13 + 1));
        assert!(pieces.last().unwrap().1 > at(NOW));
    }
}
