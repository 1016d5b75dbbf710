//! A few numbers for programs that want no more: Home Assistant, a wall display, a script.
//!
//! Flat, typed, and never null: a sensor that meets a null at its first poll is lost for good in some
//! programs. What is not there is 0 with `available: false` beside it.

use super::{
    Bucket, Calendar, Error,
    around::{self, ForecastSummary, GridSummary, TemperatureSummary, Tomorrow},
    columns::bucketed,
    connector_of, kwh_per_unit, units,
};
use crate::{
    clock::Clock,
    model::{Condition, ConnectorKind, ConnectorState},
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;
use watteau_store::{SeriesInfo, Store};

const DAY_MS: i64 = 86_400_000;

/// A source publishes daily; three days without news are worth a word.
const STALE_SOURCE_MS: i64 = 3 * DAY_MS;

/// A file is dropped by hand, about once a month.
const STALE_FILES_MS: i64 = 40 * DAY_MS;

/// Rounding of a ratio aside, all of it.
const COMPLETE: f64 = 0.999_999;

/// How the whole is doing, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SummaryStatus {
    /// Recent data, no connector in trouble.
    Ok,
    /// No recent data.
    Stale,
    /// No data at all.
    Empty,
    /// A connector has failed or waits for the person.
    Error,
}

/// The last complete day of electricity.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EnergyDay {
    /// ISO 8601.
    #[schema(value_type = String)]
    pub date: Date,
    /// RFC 3339 with the local offset.
    pub start: String,
    /// RFC 3339 with the local offset.
    pub end: String,
    /// Energy.
    pub kwh: f64,
    /// Whether nothing of the day is missing.
    pub complete: bool,
}

/// Electricity since the start of a month or year, up to the day above.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EnergyTotal {
    /// RFC 3339 with the local offset.
    pub start: String,
    /// Energy.
    pub kwh: f64,
    /// Days that have a value.
    pub days: u32,
}

/// Electricity, drawn or given.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EnergySummary {
    /// Whether there is anything; all else is 0 when not.
    pub available: bool,
    /// The last complete day.
    pub day: EnergyDay,
    /// Its month so far.
    pub month: EnergyTotal,
    /// Its year so far.
    pub year: EnergyTotal,
    /// Whether its history has come as far as the source has it: before that, month and year still grow.
    pub settled: bool,
    /// Seconds since the end of that day.
    pub age_seconds: u64,
}

/// The last complete day of gas.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GasDay {
    /// ISO 8601.
    #[schema(value_type = String)]
    pub date: Date,
    /// RFC 3339 with the local offset.
    pub start: String,
    /// RFC 3339 with the local offset.
    pub end: String,
    /// Energy.
    pub kwh: f64,
    /// Volume, in cubic meters; 0 where the source gives none.
    pub m3: f64,
    /// Whether nothing of the day is missing.
    pub complete: bool,
}

/// Gas since the start of a month or year, up to the day above.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GasTotal {
    /// RFC 3339 with the local offset.
    pub start: String,
    /// Energy.
    pub kwh: f64,
    /// Volume, in cubic meters; 0 where the source gives none.
    pub m3: f64,
    /// Days that have a value.
    pub days: u32,
}

/// Gas.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GasSummary {
    /// Whether there is anything; all else is 0 when not.
    pub available: bool,
    /// Whether the source gives volumes.
    pub m3_available: bool,
    /// The last complete day.
    pub day: GasDay,
    /// Its month so far.
    pub month: GasTotal,
    /// Its year so far.
    pub year: GasTotal,
    /// Whether its history has come as far as the source has it: before that, month and year still grow.
    pub settled: bool,
    /// Seconds since the end of that day.
    pub age_seconds: u64,
}

/// The highest power of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PowerDay {
    /// ISO 8601.
    #[schema(value_type = String)]
    pub date: Date,
    /// RFC 3339 with the local offset.
    pub start: String,
    /// RFC 3339 with the local offset.
    pub end: String,
    /// In the unit beside.
    pub value: f64,
}

/// The highest power drawn.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PowerSummary {
    /// Whether there is anything; all else is 0 when not.
    pub available: bool,
    /// Unit of the values (`VA`).
    pub unit: String,
    /// The last day known.
    pub day: PowerDay,
    /// Seconds since the end of that day.
    pub age_seconds: u64,
}

/// The whole.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Summary {
    /// One word.
    pub status: SummaryStatus,
    /// When data last arrived, RFC 3339; the epoch when none ever did.
    pub updated: String,
    /// Electricity drawn from the grid.
    pub electricity: EnergySummary,
    /// Gas.
    pub gas: GasSummary,
    /// Maximum power.
    pub max_power: PowerSummary,
    /// Electricity given to the grid.
    pub production: EnergySummary,
    /// Outside the home.
    pub temperature: TemperatureSummary,
    /// The country's grid.
    pub grid: GridSummary,
    /// Forecasts of tomorrow.
    pub forecast: ForecastSummary,
}

/// The numbers of now. Of several meters of a kind, the first in the order of their ids.
pub fn summary(
    store: &Store,
    clock: &Clock,
    connectors: &[ConnectorState],
    forecasts: &[Tomorrow],
) -> Result<Summary, Error> {
    let all = store.series()?;
    let role = |name: &str| all.iter().find(|info| info.points > 0 && super::role(&info.def) == Some(name));
    let electricity = role("electricity.daily").or_else(|| role("electricity.load_curve"));
    let (gas, volume) = (role("gas.energy"), role("gas.volume"));
    let power = role("electricity.max_power");
    let produced = role("electricity.daily_production").or_else(|| role("electricity.production_curve"));
    let reader = Reader { store, clock, now: clock.now_ms() };
    let energy = reader.totals(electricity, None)?;
    let given = reader.totals(produced, None)?;
    let settled = |info: Option<&SeriesInfo>| info.is_none_or(|info| settled(&info.def.name, connectors));
    let burnt = reader.totals(gas, None)?;
    let cubic = reader.totals(volume, Some(burnt.date))?;
    Ok(Summary {
        status: status(&[(electricity, &energy), (gas, &burnt)], connectors, reader.now, &all),
        updated: updated(connectors, &all),
        electricity: reader.energy(energy, settled(electricity)),
        production: reader.energy(given, settled(produced)),
        temperature: around::temperature(store, clock)?,
        grid: around::grid(store, clock, &all)?,
        forecast: around::forecast(clock, &all, forecasts),
        gas: GasSummary {
            available: burnt.available,
            m3_available: cubic.available,
            settled: settled(gas) && settled(volume),
            age_seconds: reader.age(&burnt),
            day: GasDay {
                date: burnt.date,
                start: burnt.start,
                end: burnt.end,
                kwh: burnt.day,
                m3: cubic.day,
                complete: burnt.complete,
            },
            month: GasTotal {
                start: burnt.month_start,
                kwh: burnt.month,
                m3: cubic.month,
                days: burnt.month_days,
            },
            year: GasTotal {
                start: burnt.year_start,
                kwh: burnt.year,
                m3: cubic.year,
                days: burnt.year_days,
            },
        },
        max_power: reader.power(power),
    })
}

/// Totals up to the last complete day.
#[derive(Debug, Default)]
struct Totals {
    available: bool,
    date: Date,
    start: String,
    end: String,
    end_ms: i64,
    complete: bool,
    day: f64,
    month_start: String,
    month: f64,
    month_days: u32,
    year_start: String,
    year: f64,
    year_days: u32,
}

struct Reader<'a> {
    store: &'a Store,
    clock: &'a Clock,
    now: i64,
}

impl Reader<'_> {
    fn local(&self, instant: i64) -> String {
        let timestamp = Timestamp::from_millisecond(instant).unwrap_or(Timestamp::UNIX_EPOCH);
        let offset = self.clock.zone().to_offset(timestamp);
        timestamp.display_with_offset(offset).to_string()
    }

    fn age(&self, totals: &Totals) -> u64 {
        if totals.available { (self.now - totals.end_ms).max(0).unsigned_abs() / 1000 } else { 0 }
    }

    fn energy(&self, totals: Totals, settled: bool) -> EnergySummary {
        EnergySummary {
            available: totals.available,
            age_seconds: self.age(&totals),
            settled,
            day: EnergyDay {
                date: totals.date,
                start: totals.start,
                end: totals.end,
                kwh: totals.day,
                complete: totals.complete,
            },
            month: EnergyTotal { start: totals.month_start, kwh: totals.month, days: totals.month_days },
            year: EnergyTotal { start: totals.year_start, kwh: totals.year, days: totals.year_days },
        }
    }

    /// Sums up to the last complete day, or up to the day given.
    fn totals(&self, info: Option<&SeriesInfo>, up_to: Option<Date>) -> Result<Totals, Error> {
        let calendar = Calendar::new(self.clock.zone().clone(), info.map_or(0, |info| info.def.day_start));
        let yesterday = calendar.date_of(self.now).saturating_sub(1.day());
        let at = |date: Date| calendar.start_of(date);
        let mut totals = Totals { date: up_to.unwrap_or(yesterday), ..Totals::default() };
        let mut days = Vec::new();
        if let Some(info) = info
            && let Some(last) = info.last_end
        {
            // The year of the last value: a source that stopped is still worth its last numbers.
            let last = calendar.date_of(last.min(self.now) - 1);
            // In the first days of a year, the last complete day may be of the year before.
            let january = last.saturating_sub(7.days()).first_of_year();
            let bounds = calendar.boundaries(at(january), at(last.saturating_add(1.day())), Bucket::Day)?;
            let columns = bucketed(self.store, info, &calendar, Bucket::Day, &bounds)?;
            let factor = kwh_per_unit(&columns.unit).unwrap_or(1.0);
            let mut date = january;
            for (value, &coverage) in columns.value.iter().zip(&columns.coverage) {
                days.push((date, value.map(|value| value * factor), coverage >= COMPLETE));
                date = date.saturating_add(1.day());
            }
            let known = |day: &&(Date, Option<f64>, bool)| {
                day.1.is_some() && at(day.0.saturating_add(1.day())) <= self.now
            };
            let wanted = |day: &&(Date, Option<f64>, bool)| up_to.is_none_or(|wanted| day.0 == wanted);
            let found = days.iter().rev().filter(known).filter(wanted);
            if let Some(day) = found.clone().find(|day| day.2).or_else(|| found.clone().next()) {
                totals.available = true;
                totals.complete = day.2;
                totals.date = day.0;
                totals.day = units::tidy(day.1.unwrap_or(0.0));
            }
        }
        let (month, year) = (totals.date.first_of_month(), totals.date.first_of_year());
        let sum = |from: Date| {
            let values: Vec<f64> = days
                .iter()
                .filter(|day| totals.available && (from..=totals.date).contains(&day.0))
                .filter_map(|day| day.1)
                .collect();
            // Nothing added up is -0.
            (units::tidy(values.iter().sum::<f64>() + 0.0), values.len() as u32)
        };
        let ((in_month, month_days), (in_year, year_days)) = (sum(month), sum(year));
        let end_ms = at(totals.date.saturating_add(1.day()));
        Ok(Totals {
            start: self.local(at(totals.date)),
            end: self.local(end_ms),
            end_ms,
            month_start: self.local(at(month)),
            month: in_month,
            month_days,
            year_start: self.local(at(year)),
            year: in_year,
            year_days,
            ..totals
        })
    }

    fn power(&self, info: Option<&SeriesInfo>) -> PowerSummary {
        let calendar = Calendar::new(self.clock.zone().clone(), info.map_or(0, |info| info.def.day_start));
        let last = info.and_then(|info| info.last);
        let yesterday = calendar.date_of(self.now).saturating_sub(1.day());
        let date = last.map_or(yesterday, |point| calendar.date_of(point.start));
        let end = calendar.start_of(date.saturating_add(1.day()));
        PowerSummary {
            available: last.is_some(),
            unit: info.map_or_else(|| "VA".to_owned(), |info| info.def.unit.clone()),
            day: PowerDay {
                date,
                start: self.local(calendar.start_of(date)),
                end: self.local(end),
                value: last.map_or(0.0, |point| point.value),
            },
            age_seconds: if last.is_some() { (self.now - end).max(0).unsigned_abs() / 1000 } else { 0 },
        }
    }
}

/// Whether the feed that brings a series has no history left to fetch.
pub(crate) fn settled(series: &str, connectors: &[ConnectorState]) -> bool {
    let feeds = connectors.iter().flat_map(|connector| &connector.feeds);
    feeds
        .filter(|feed| feed.series.iter().any(|id| id == series))
        .all(|feed| feed.backfill.is_none_or(|fill| fill.done_days >= fill.total_days))
}

fn status(
    parts: &[(Option<&SeriesInfo>, &Totals)],
    connectors: &[ConnectorState],
    now: i64,
    all: &[SeriesInfo],
) -> SummaryStatus {
    let stale = |(info, totals): &(Option<&SeriesInfo>, &Totals)| {
        let Some(info) = info else { return false };
        let files = connectors
            .iter()
            .any(|it| it.name == connector_of(&info.def.name) && it.kind == ConnectorKind::Files);
        now - totals.end_ms > if files { STALE_FILES_MS } else { STALE_SOURCE_MS }
    };
    if connectors.iter().any(|it| matches!(it.state, Condition::Failed | Condition::Attention)) {
        SummaryStatus::Error
    } else if all.iter().all(|info| info.points == 0) {
        SummaryStatus::Empty
    } else if parts.iter().any(stale) {
        SummaryStatus::Stale
    } else {
        SummaryStatus::Ok
    }
}

fn updated(connectors: &[ConnectorState], all: &[SeriesInfo]) -> String {
    let success =
        connectors.iter().filter_map(|it| it.last_success.as_deref()?.parse::<Timestamp>().ok()).max();
    let newest = || {
        let end = all.iter().filter_map(|info| info.last_end).max()?;
        Timestamp::from_millisecond(end).ok()
    };
    success.or_else(newest).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}
