//! The rest of a month: daily forecasts one after the other, and how far such sums were off before.
//!
//! Errors of following days go together, so the interval of a sum is not made from those of its days. The same number
//! of days was forecast from each past day, with a weather service that saw as far; what those sums missed by is the
//! interval.

use super::daily::{Carrier, Given, Model};
use super::errors::{Errors, Memory};
use super::forecast::{Energy, MOST_LEAD, Reason};
use super::history::{STUCK, of_one_level, stuck_days};
use super::home::{Home, Table};
use super::mix::stretch;
use super::simple::Lately;
use crate::Error;
use crate::calendar::Day;
use crate::kalman::Filter;

/// Most days of a rest.
const MOST: usize = 31;
/// Errors behind an interval: how far back, and how few. Sums that share days are few indeed: without the stretch
/// intervals held 72 %.
const MEMORY: Memory = Memory { days: 1100, half_life: 1000.0, alike: 0.15 };
const FEWEST: usize = 28;
const STRETCH: f64 = 1.25;
/// How much of a departure from the usual temperature is left a day later.
const PERSISTENCE: f64 = 0.8;
/// Typical departure, degC.
const DEPARTURE: f64 = 3.5;

/// The rest of a month, kWh.
#[derive(Debug, Clone, PartialEq)]
pub struct Rest {
    /// First and last day that are forecast.
    pub days: (Day, Day),
    /// Days of them whose temperature was given; for the others the usual one was taken.
    pub weather_days: usize,
    /// Energy of the days of the month before; of those that are not known the forecast is counted.
    pub so_far: f64,
    /// How many were not known.
    pub missing: usize,
    /// Energy of the rest.
    pub rest: Energy,
    /// Energy of the whole month.
    pub month: Energy,
    /// Why it was not made in the best way.
    pub reasons: Vec<Reason>,
}

/// Forecasts the rest of the month of the day after `known`, the last day whose energy is known. At most `horizon` days
/// of temperatures after it are looked at, as far as a weather service sees. Refused as [`super::forecast()`] refuses, but
/// for a load that did not change: [`Reason::Unchanged`] says it.
pub fn rest_of_month(home: &Home, carrier: Carrier, known: Day, horizon: usize) -> Result<Rest, Error> {
    let next = known.plus(1);
    let to = month_end(next);
    let short = |days| Error::ShortHistory { day: next, days, needed: super::FEWEST_DAYS };
    let (table, level) = of_one_level(home, known, to)?.ok_or(short(0))?;
    let days = table.kwh.iter().filter(|kwh| kwh.is_finite()).count();
    if days < super::FEWEST_DAYS {
        return Err(short(days));
    }
    let state = known.since(table.first) as usize;
    let last = (0..=state).rev().find(|&day| table.kwh[day].is_finite()).ok_or(short(0))?;
    if state - last >= MOST_LEAD {
        return Err(Error::Stale { day: next, last: table.day(last) });
    }
    // Without two weeks of days no sum of forecasts was ever scored, and the last days speak.
    let weather =
        (1..=horizon).take_while(|ahead| table.outlook.get(state + ahead).is_some_and(|t| t.is_finite()));
    let rolled = Rolled::new(&table, carrier, weather.count());
    let mut rest = rolled.rest(state).or_else(|| simple(&table, state)).ok_or(short(days))?;
    rest.reasons.extend(level.since.map(|_| Reason::Jump { since: table.first }));
    let days = stuck_days(&table.kwh);
    rest.reasons.extend((days >= STUCK).then_some(Reason::Unchanged { days }));
    Ok(rest)
}

/// Last day of the month of a day.
fn month_end(day: Day) -> Day {
    Day::new(day.date().last_of_month())
}

/// Sums of forecasts of the next days, from each day.
pub(crate) struct Rolled<'a> {
    table: &'a Table,
    temperature: bool,
    horizon: usize,
    /// By last known day: kWh of the next 1, 2, … days.
    sums: Vec<[f64; MOST]>,
    /// Forecasts of single days, for holes.
    next: Vec<f64>,
    /// Errors by number of days.
    errors: Vec<Errors>,
}

impl<'a> Rolled<'a> {
    pub(crate) fn new(table: &'a Table, carrier: Carrier, horizon: usize) -> Rolled<'a> {
        let known = table.kwh.iter().zip(&table.measured).filter(|(kwh, _)| kwh.is_finite());
        let with = known.clone().filter(|(_, t)| t.is_finite()).count();
        let temperature = 2 * with >= known.count();
        let model = Model::new(table, carrier, Given { lead: 1, temperature, presence: false });
        let n = table.len();
        let usual = Usual::new(table);
        let (mut sums, mut next) = (vec![[f64::NAN; MOST]; n], vec![f64::NAN; n]);
        let mut x = Vec::new();
        model.replay(|state, learnt| {
            let ahead = MOST.min(n - 1 - state);
            let kept = learnt.z[state + 1..=state + ahead].to_vec();
            let temperatures = usual.continued(table, state, horizon, ahead);
            let mut sum = 0.0;
            for (i, so_far) in sums[state].iter_mut().enumerate().take(ahead) {
                let day = state + 1 + i;
                let t = |back: usize| match (i + 1).checked_sub(back + 1) {
                    Some(of) => temperatures[of],
                    None => table.temperature(day, back, 0),
                };
                model.row(day, t, learnt.z, &mut x);
                let kwh = learnt.expect(&x);
                learnt.z[day] = learnt.standard(kwh);
                sum += kwh;
                *so_far = sum;
                if i == 0 {
                    next[day] = kwh;
                }
            }
            learnt.z[state + 1..=state + ahead].copy_from_slice(&kept);
        });
        let errors = (1..=MOST).map(|days| {
            let made: Vec<f64> = sums.iter().map(|sums| sums[days - 1]).collect();
            let measured = (0..n).map(|state| match table.kwh.get(state + 1..=state + days) {
                Some(kwh) => kwh.iter().sum(),
                None => f64::NAN,
            });
            Errors::new(&made, &measured.collect::<Vec<_>>(), MEMORY)
        });
        Rolled { table, temperature, horizon, errors: errors.collect(), sums, next }
    }

    /// The rest of the month after day `state`, if there are errors enough for an interval.
    pub(crate) fn rest(&self, state: usize) -> Option<Rest> {
        let table = self.table;
        let from = table.day(state + 1);
        let to = month_end(from);
        let days = (to.since(from) + 1) as usize;
        let sum = self.sums[state][days - 1];
        // A sum of more days than there are errors of misses by as much as one of fewer, relative to itself.
        let scored = (1..=days)
            .rev()
            .find(|&days| state >= days && self.errors[days - 1].count(state - days) >= FEWEST)?;
        let part = self.sums[state][scored - 1];
        let band = self.errors[scored - 1].quantiles(state, state - scored, part)?;
        let quantiles = stretch(&band.map(|kwh| kwh * sum / part.max(1e-9)), [STRETCH; 4], 0.0);
        // The middle of what such sums came to; the sum itself is one of medians and tends to be low.
        let rest = Energy { kwh: quantiles[4], quantiles };
        let (so_far, missing) = so_far(table, state, &self.next);
        let reasons = if self.temperature { Vec::new() } else { vec![Reason::NoWeather] };
        rest.kwh.is_finite().then(|| Rest {
            days: (from, to),
            weather_days: if self.temperature { self.horizon.min(days) } else { 0 },
            so_far,
            missing,
            month: shifted(rest, so_far),
            rest,
            reasons,
        })
    }
}

/// Energy of the days of the month up to day `state`, with forecasts for holes, and how many holes there were.
fn so_far(table: &Table, state: usize, made: &[f64]) -> (f64, usize) {
    let month = table.day(state + 1).date();
    let days = (0..=state).rev().take_while(|&day| {
        let date = table.day(day).date();
        (date.year(), date.month()) == (month.year(), month.month())
    });
    days.fold((0.0, 0), |(sum, missing), day| {
        let kwh = table.kwh[day];
        if kwh.is_finite() {
            return (sum + kwh, missing);
        }
        (sum + made.get(day).copied().filter(|kwh| kwh.is_finite()).unwrap_or(0.0), missing + 1)
    })
}

fn shifted(energy: Energy, by: f64) -> Energy {
    Energy { kwh: energy.kwh + by, quantiles: energy.quantiles.map(|kwh| kwh + by) }
}

/// As many times the last days.
fn simple(table: &Table, state: usize) -> Option<Rest> {
    let (from, to) = (table.day(state + 1), table.day(table.len() - 1));
    let days = f64::from(to.since(from) + 1);
    let (kwh, quantiles) = Lately::new(table, state + 1, state).energy()?;
    let rest = Energy { kwh: kwh * days, quantiles: quantiles.map(|kwh| kwh * days) };
    let (so_far, missing) = so_far(table, state, &vec![kwh; state + 1]);
    let known = table.kwh.iter().filter(|kwh| kwh.is_finite()).count();
    let reasons = vec![Reason::FewDays { days: known }];
    Some(Rest {
        days: (from, to),
        weather_days: 0,
        so_far,
        missing,
        month: shifted(rest, so_far),
        rest,
        reasons,
    })
}

/// The usual temperature of the season, learnt as the days go by.
struct Usual {
    /// By day: level and season of the temperature, as learnt up to it.
    coefficients: Vec<[f64; 3]>,
}

impl Usual {
    fn new(table: &Table) -> Usual {
        let mut filter = Filter::new(&[11.5 / DEPARTURE, -2.0, -0.6], &[1.0, 0.1, 0.1]);
        let coefficients = (0..table.len()).map(|day| {
            let t = table.measured[day];
            if t.is_finite() {
                filter.grow();
                filter.learn(&season(table.angle[day]), t / DEPARTURE, &[1e-4; 3], 3.0);
            }
            let b = filter.coefficients();
            [b[0], b[1], b[2]]
        });
        Usual { coefficients: coefficients.collect() }
    }

    /// Temperatures of the `ahead` days after `state`: the outlook as far as `horizon`, then the usual one and what is
    /// left of the last departure from it.
    fn continued(&self, table: &Table, state: usize, horizon: usize, ahead: usize) -> Vec<f64> {
        let usual = |day: usize| {
            let b = &self.coefficients[state];
            DEPARTURE * season(table.angle[day]).iter().zip(b).map(|(x, b)| x * b).sum::<f64>()
        };
        let last =
            (state.saturating_sub(2)..=state).map(|day| table.measured[day] - usual(day)).sum::<f64>() / 3.0;
        let mut departure = if last.is_finite() { last } else { 0.0 };
        let days = (1..=ahead).map(|i| {
            let given = if i <= horizon { table.outlook[state + i] } else { f64::NAN };
            departure = if given.is_finite() { given - usual(state + i) } else { PERSISTENCE * departure };
            usual(state + i) + departure
        });
        days.collect()
    }
}

fn season(angle: f64) -> [f64; 3] {
    [1.0, angle.cos(), angle.sin()]
}
