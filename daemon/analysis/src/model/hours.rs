//! The work of the filters. Hours do not speak to each other here, so threads share them out.

use crate::calendar::DayFacts;
use crate::features::{DayLags, DayWeather, Features};
use crate::kalman::Filter;

/// What the filters are given for one day to forecast.
pub(super) struct DayInput {
    /// Of two days before, the day before, and the day.
    pub(super) facts: [Option<DayFacts>; 3],
    pub(super) lags: [DayLags; 3],
    /// For each case of weather the day before and the day, as they look at the issue.
    pub(super) views: Vec<[DayWeather; 2]>,
    /// Measured weather of two days before.
    pub(super) measured: Option<DayWeather>,
    /// Load of two days before, and of the day before; of the latter only known hours are looked at.
    pub(super) lesson: [f64; 24],
    pub(super) morning: [f64; 24],
}

/// What the filter of an hour answers, each list by day.
pub(super) struct HourOutput {
    /// Errors of one step ahead, of two days before.
    pub(super) errors: Vec<f64>,
    /// By case: errors of the known hour of the day before.
    pub(super) early: Vec<Vec<f64>>,
    /// By case: forecasts.
    pub(super) forecasts: Vec<Vec<f64>>,
}

/// Lets each hour's filter learn and forecast a block of days.
pub(super) fn work(
    filters: &mut [Filter],
    features: &Features,
    drift: &[f64],
    hub: f64,
    known: usize,
    inputs: &[DayInput],
    threads: usize,
) -> Vec<HourOutput> {
    let threads = threads.clamp(1, filters.len().max(1));
    let mut shares: Vec<Vec<(usize, &mut Filter)>> = (0..threads).map(|_| Vec::new()).collect();
    for (hour, filter) in filters.iter_mut().enumerate() {
        shares[hour % threads].push((hour, filter));
    }
    let task = |share: Vec<(usize, &mut Filter)>| {
        share
            .into_iter()
            .map(|(hour, filter)| (hour, one_hour(filter, features, drift, hub, known, inputs, hour)))
            .collect::<Vec<_>>()
    };
    let mut outputs: Vec<(usize, HourOutput)> = std::thread::scope(|scope| {
        let own = shares.pop();
        let others: Vec<_> = shares.into_iter().map(|share| scope.spawn(|| task(share))).collect();
        let mut outputs = own.map(task).unwrap_or_default();
        for other in others {
            match other.join() {
                Ok(part) => outputs.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        outputs
    });
    outputs.sort_by_key(|(hour, _)| *hour);
    outputs.into_iter().map(|(_, output)| output).collect()
}

fn one_hour(
    filter: &mut Filter,
    features: &Features,
    drift: &[f64],
    hub: f64,
    known: usize,
    inputs: &[DayInput],
    hour: usize,
) -> HourOutput {
    let cases = inputs.first().map_or(0, |input| input.views.len());
    let mut output =
        HourOutput { errors: Vec::new(), early: vec![Vec::new(); cases], forecasts: vec![Vec::new(); cases] };
    let (mut x, mut px, mut next) =
        (vec![0.0; features.len()], vec![0.0; features.len()], vec![0.0; features.len()]);
    for input in inputs {
        let mut error = f64::NAN;
        let [two, one, day] = &input.facts;
        let y = input.lesson[hour];
        if let (Some(facts), Some(weather)) = (two, &input.measured)
            && y.is_finite()
            && features.row(facts, weather, &input.lags[0], hour, &mut x)
        {
            error = filter.learn(&x, y, drift, hub).error;
        }
        output.errors.push(error);
        // The day before is one day away, whether its morning is believed now or the whole of it learnt tomorrow.
        filter.grow();
        let y = if hour < known { input.morning[hour] } else { f64::NAN };
        for (case, [before, after]) in input.views.iter().enumerate() {
            let (mut early, mut forecast) = (f64::NAN, f64::NAN);
            if let Some(facts) = day
                && features.row(facts, after, &input.lags[2], hour, &mut next)
            {
                forecast = filter.expect(&next);
                if let Some(facts) = one
                    && y.is_finite()
                    && features.row(facts, before, &input.lags[1], hour, &mut x)
                {
                    let judged = filter.judge(&x, y, drift, hub, &mut px);
                    early = judged.error;
                    forecast = filter.expect_after(&next, judged, &px);
                }
            }
            output.early[case].push(early);
            output.forecasts[case].push(forecast);
        }
    }
    output
}
