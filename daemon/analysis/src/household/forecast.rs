//! A day of a home, from whatever is known of it.

use std::fmt;

use super::daily::{Carrier, Given};
use super::history::{STUCK, of_one_level, stuck_curve, stuck_days};
use super::home::{BLOCKS, Home, Table};
use super::mix::{DAYS, stretch};
use super::replay::{Curve, Replay};
use super::simple::Lately;
use crate::Error;
use crate::calendar::Day;

/// Known days below which nothing is said, and below which only the last days speak.
pub const FEWEST_DAYS: usize = 3;
/// Known days of energy from which on the models speak, and known days of the curve if there are so many of energy.
pub const MODEL_DAYS: usize = 14;
/// See [`MODEL_DAYS`].
pub const CURVE_DAYS: usize = 7;
/// The last known day may not be longer ago.
pub(crate) const MOST_LEAD: usize = 14;
/// Bands are stretched so much while the last days are out of all proportion.
const DOUBT: f64 = 2.0;

/// How a forecast was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Analog days and hourly filters, mixed and calibrated; energies half from analog days, half from the daily model.
    Mixed,
    /// The daily model alone: an energy and no curve.
    Daily,
    /// Quantiles of the last seven known days, hour by hour, with more room. The energy is the daily model's if that
    /// has two weeks of days.
    Curve7,
    /// Mean and quantiles of the energies of the last seven known days, with more room; no curve.
    Days7,
}

/// Why a forecast was not made in the best way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// Few days of the load curve are known: bands are wider, or the models wait.
    FewCurves {
        /// Days that are.
        days: usize,
    },
    /// Too few days of energy are known for the models.
    FewDays {
        /// Days that are.
        days: usize,
    },
    /// There is no load curve.
    NoCurve,
    /// No temperature is forecast for the day, or too few were measured before: temperature was left out.
    NoWeather,
    /// The last days that should be known are not.
    Late {
        /// The last known day.
        last: Day,
    },
    /// The level of the energy jumped; nothing older was used.
    Jump {
        /// First day of the new level.
        since: Day,
    },
    /// The last days are out of all proportion. Bands are wider and reach them.
    Doubtful {
        /// How many.
        days: usize,
    },
    /// The energy did not change for days.
    Unchanged {
        /// How many.
        days: usize,
    },
}

/// Energy of a span of time, kWh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Energy {
    /// What to expect: nearer to a mean than to a median, so that energies may be added.
    pub kwh: f64,
    /// Quantiles at [`crate::interval::LEVELS`].
    pub quantiles: [f64; 9],
}

/// An hour of a forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hour {
    /// Hour of UTC, counted from the epoch.
    pub start: i64,
    /// Local hour, 0 to 23. Both hours that the clocks repeat have the same forecast.
    pub local: usize,
    /// Mean power to expect, W. Means add up to the energy of the day; medians do not.
    pub mean: f64,
    /// Quantiles at [`crate::interval::LEVELS`], W. The fifth is the median, which a curve should show.
    pub quantiles: [f64; 9],
}

/// A day of a home.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The local day.
    pub day: Day,
    /// How many days before it the last known day lies.
    pub lead: usize,
    /// How it was made.
    pub method: Method,
    /// Why not better.
    pub reasons: Vec<Reason>,
    /// The 23, 24 or 25 hours; empty without a load curve.
    pub hours: Vec<Hour>,
    /// Energy from 0 to 6, 6 to 12, 12 to 18 and 18 to 24 o'clock local time; with a load curve only.
    pub blocks: Option<[Energy; BLOCKS]>,
    /// Energy of the day.
    pub energy: Energy,
}

/// Forecasts `day` from what is known up to `lead` days before it: 1 for a day whose eve is known, 2 for tomorrow when
/// today is not over. Loads and energies of later days are not looked at, temperatures and presence are.
///
/// All models learn the whole history anew. Refused are fewer than three known days ([`Error::ShortHistory`]), a last
/// known day two weeks before ([`Error::Stale`]) and a load that did not change for a week ([`Error::Constant`]).
pub fn forecast(home: &Home, carrier: Carrier, day: Day, lead: usize) -> Result<Forecast, Error> {
    let known = day.plus(-(lead.max(1) as i32));
    let short = |days| Error::ShortHistory { day, days, needed: FEWEST_DAYS };
    let (table, level) = of_one_level(home, known, day)?.ok_or(short(0))?;
    let jump = level.since.map(|_| Reason::Jump { since: table.first });
    Asked { table, day, lead, reasons: jump.into_iter().collect() }.answer(carrier, level.doubtful)
}

/// A day to forecast from a history of one level.
struct Asked {
    table: Table,
    day: Day,
    lead: usize,
    reasons: Vec<Reason>,
}

impl Asked {
    fn answer(mut self, carrier: Carrier, doubtful: usize) -> Result<Forecast, Error> {
        let (table, index) = (&self.table, self.table.len() - 1);
        let curves = (0..index).filter(|&day| table.has_curve(day)).count();
        let days = table.kwh.iter().filter(|kwh| kwh.is_finite()).count();
        let last = (0..index).rev().find(|&day| table.has_curve(day) || table.kwh[day].is_finite());
        let last = last.filter(|_| curves.max(days) >= FEWEST_DAYS).ok_or(Error::ShortHistory {
            day: self.day,
            days: curves.max(days),
            needed: FEWEST_DAYS,
        })?;
        let age = index - last;
        if age > MOST_LEAD {
            return Err(Error::Stale { day: self.day, last: table.day(last) });
        }
        if stuck_curve(table) {
            return Err(Error::Constant);
        }
        if age > self.lead.max(1) {
            self.reasons.push(Reason::Late { last: table.day(last) });
        }
        let temperature = self.has_weather();
        let unchanged = stuck_days(&table.kwh);
        let modelled = days >= MODEL_DAYS && unchanged < STUCK;
        let method = match (curves, modelled) {
            (CURVE_DAYS.., true) => Method::Mixed,
            (FEWEST_DAYS.., _) => Method::Curve7,
            (_, true) => Method::Daily,
            (_, false) => Method::Days7,
        };
        if !temperature && modelled {
            self.reasons.push(Reason::NoWeather);
        }
        if curves == 0 {
            self.reasons.push(Reason::NoCurve);
        } else if curves < MODEL_DAYS {
            self.reasons.push(Reason::FewCurves { days: curves });
        }
        if days < MODEL_DAYS {
            self.reasons.push(Reason::FewDays { days });
        }
        if unchanged >= STUCK {
            self.reasons.push(Reason::Unchanged { days: unchanged });
        }
        if doubtful > 0 {
            self.reasons.push(Reason::Doubtful { days: doubtful });
        }
        let presence = self.table.presence_known;
        self.make(carrier, Given { lead: age, temperature, presence }, method, modelled, doubtful)
    }

    /// Whether the day has a temperature, and at least half of the days to learn from.
    fn has_weather(&self) -> bool {
        let (table, index) = (&self.table, self.table.len() - 1);
        let learnt = || (0..index).filter(|&day| table.kwh[day].is_finite());
        let with = learnt().filter(|&day| table.measured[day].is_finite()).count();
        table.outlook[index].is_finite() && 2 * with >= learnt().count()
    }

    fn make(
        self,
        carrier: Carrier,
        given: Given,
        method: Method,
        modelled: bool,
        doubtful: usize,
    ) -> Result<Forecast, Error> {
        let (table, index) = (&self.table, self.table.len() - 1);
        let known = index - given.lead;
        let lately = Lately::new(table, index, known);
        let replay = modelled.then(|| Replay::new(table, carrier, given, (known + 1).saturating_sub(DAYS)));
        let short = || Error::ShortHistory { day: self.day, days: 0, needed: FEWEST_DAYS };
        let modelled =
            replay.as_ref().and_then(|replay| Some((replay.totals[index], replay.energies[index]?)));
        let (kwh, quantiles) = modelled.or_else(|| lately.energy()).ok_or_else(short)?;
        let mut energy = Energy { kwh, quantiles };
        let mut curve = match (method, &replay) {
            (Method::Mixed, Some(replay)) => replay.curve(index),
            (Method::Curve7, _) => {
                let (bands, means) = (lately.bands(), lately.means());
                bands.zip(means).map(|(bands, means)| Curve { bands, means, blocks: lately.blocks() })
            }
            _ => None,
        };
        if doubtful > 0 {
            energy.quantiles = doubt(&energy.quantiles, table.kwh[known]);
            if let Some(curve) = &mut curve {
                for (band, watts) in curve.bands.iter_mut().zip(table.hours[known]) {
                    *band = doubt(band, watts);
                }
                let sums = table.block_sums(index, &table.hours[known]);
                for (band, kwh) in curve.blocks.iter_mut().zip(sums) {
                    *band = band.map(|band| doubt(&band, kwh));
                }
            }
        }
        let (hours, blocks) = curve.map_or_else(Default::default, |curve| self.shape(&curve, &energy));
        Ok(Forecast { day: self.day, lead: given.lead, method, reasons: self.reasons, hours, blocks, energy })
    }

    /// The hours of UTC and the blocks of a curve whose means are made to add up to the energy of the day.
    fn shape(&self, curve: &Curve, energy: &Energy) -> (Vec<Hour>, Option<[Energy; BLOCKS]>) {
        let (table, index) = (&self.table, self.table.len() - 1);
        let sum: f64 = table.energy(index, &curve.means);
        let scale = if sum > 0.0 { energy.kwh / sum } else { 1.0 };
        let means = curve.means.map(|watts| watts * scale);
        let local = table.days.local_hours(self.day);
        let hours = table.days.hours(self.day).zip(local);
        let hours = hours.map(|(start, local)| Hour {
            start,
            local,
            mean: means[local],
            quantiles: curve.bands[local],
        });
        let sums = table.block_sums(index, &means);
        let blocks = std::array::from_fn(|block| {
            let kwh = sums[block];
            // Of a block that was never known whole the day's share says how wide.
            let share = || energy.quantiles.map(|day| day * kwh / energy.kwh.max(1e-9));
            Energy { kwh, quantiles: curve.blocks[block].unwrap_or_else(share) }
        });
        (hours.collect(), Some(blocks))
    }
}

/// A band that is wider, and reaches a value.
fn doubt(band: &[f64; 9], value: f64) -> [f64; 9] {
    let mut wide = stretch(band, [DOUBT; 4], 0.0);
    if value.is_finite() {
        wide[0] = wide[0].min(value);
        wide[8] = wide[8].max(value);
    }
    wide
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Method::Mixed => "analog days and hourly filters",
            Method::Daily => "the daily model, without a curve",
            Method::Curve7 => "quantiles of the last seven days by hour",
            Method::Days7 => "quantiles of the last seven days",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::FewCurves { days } => {
                write!(out, "only {days} days of the load curve are known; it takes weeks to be good")
            }
            Reason::FewDays { days } => {
                write!(out, "only {days} days of energy are known; the models need {MODEL_DAYS}")
            }
            Reason::NoCurve => out.write_str("there is no load curve"),
            Reason::NoWeather => out.write_str("temperatures are missing and were left out"),
            Reason::Late { last } => write!(out, "nothing is known after {last}"),
            Reason::Jump { since } => {
                write!(out, "the level jumped on {since}; what was before is not used")
            }
            Reason::Doubtful { days } => {
                write!(out, "the last {days} days are out of all proportion to the ones before")
            }
            Reason::Unchanged { days } => write!(out, "the energy was the same on the last {days} days"),
        }
    }
}
