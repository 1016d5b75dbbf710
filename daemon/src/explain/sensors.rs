//! What the points of a series show by themselves: a base load that rose, a flow that never rests, a sensor that froze.

use super::{Error, home::Home};
use crate::{
    clock::Clock,
    query::{self, Calendar},
};
use std::ops::ControlFlow;
use watteau_analysis::{
    Day,
    anomaly::{self, Anomaly, Frozen, Repeats},
};
use watteau_store::{Kind, SeriesInfo, Step, Store};

/// Days of points that are looked at: a year has every season of a sensor's own habits.
const LOOKED_AT: i32 = 365;
/// A base load is compared with weeks before; this is enough for months of it.
const MONTHS: i32 = 150;
/// The longest steps from which the lowest of a day says what never stops, seconds: of electricity, and of a flow.
const SHORT: [u32; 2] = [1800, 3600];

/// What the load curve of a home, or of its flow, shows.
pub(super) fn flows(store: &Store, clock: &Clock, home: &Home) -> Result<Vec<Anomaly>, Error> {
    let Some(curve) = curve(store, home)? else { return Ok(Vec::new()) };
    let today = Day::new(clock.local().date());
    let first = today.plus(-MONTHS);
    let calendar = Calendar::new(clock.zone().clone(), 0);
    let days = calendar.days(calendar.start_of(first.date()), calendar.start_of(today.date()))?;
    if home.is_electricity() {
        let middles: Vec<Option<f64>> = first.to(today.plus(-1)).map(|day| home.middle(day)).collect();
        let watts = query::lowest_half_hours(store, &curve, &days)?;
        let rises = anomaly::rises(&anomaly::base_load(first, &watts, &middles));
        return Ok(rises.into_iter().map(Anomaly::BaseLoad).collect());
    }
    Ok(anomaly::leak(first, &query::lowest_hours(store, &curve, &days)?, 0.0)
        .map(Anomaly::Leak)
        .into_iter()
        .collect())
}

/// The series by the half-hour or the hour: the one that is explained, or the load curve beside it.
fn curve(store: &Store, home: &Home) -> Result<Option<SeriesInfo>, Error> {
    let longest = if home.is_electricity() { SHORT[0] } else { SHORT[1] };
    let short = |info: &SeriesInfo| matches!(info.def.step, Step::Seconds(step) if step <= longest);
    if short(&home.target) {
        return Ok(Some(home.target.clone()));
    }
    let beside = format!("{}.load_curve", query::connector_of(&home.target.def.name));
    Ok(store.find(&beside)?.filter(|info| home.is_electricity() && short(info)))
}

/// Whether a series says the same for far longer than it ever did.
pub(super) fn frozen(store: &Store, clock: &Clock, info: &SeriesInfo) -> Result<Option<Frozen>, Error> {
    let step = match info.def.step {
        Step::Seconds(seconds) => i64::from(seconds),
        Step::Days(days) => i64::from(days) * 86_400,
        Step::Months(_) | Step::Irregular => return Ok(None),
    };
    let now = clock.now_ms();
    let mut points = Vec::new();
    // What is foreseen is no measurement.
    store.runs(info.id, now - i64::from(LOOKED_AT) * 86_400_000..now, &mut |run| {
        points.extend(run.points().map(|point| (point.start.div_euclid(1000), point.value)));
        ControlFlow::Continue(())
    })?;
    let repeats = match info.def.kind {
        Kind::Power | Kind::Energy | Kind::Volume => Repeats::flow(step),
        Kind::Level => Repeats::level(step),
        // Meters stand still, ratios rest at their ends, factors hold for a month.
        Kind::Index | Kind::Ratio | Kind::Factor => return Ok(None),
    };
    Ok(anomaly::frozen(&points, repeats))
}
