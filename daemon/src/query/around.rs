//! What the summary says of the world around the meters: the weather outside, the country's grid, tomorrow.
//!
//! As in the whole summary nothing is null: what is not there is 0 or `unknown`, with `available: false` beside.

use super::{Calendar, Error, Temperature, outdoor, role, units};
use crate::clock::Clock;
use jiff::{ToSpan as _, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;
use watteau_store::{Point, SeriesInfo, Store};

const HOUR_MS: i64 = 3_600_000;

/// An older temperature or load is not that of now.
const NOW_MS: i64 = 6 * HOUR_MS;

/// What a colour is called while nobody has said it.
const UNKNOWN: &str = "unknown";

/// The temperature outside the home.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TemperatureSummary {
    /// Whether it is known for now; all else is 0 when not.
    pub available: bool,
    /// In degrees Celsius.
    pub value: f64,
    /// Since when it holds, RFC 3339 with the local offset.
    pub start: String,
    /// Seconds since then.
    pub age_seconds: u64,
}

/// The load of the country.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LoadSummary {
    /// Whether it is known for now; all else is 0 when not.
    pub available: bool,
    /// In MW.
    pub mw: f64,
    /// Start of its interval, RFC 3339 with the local offset.
    pub start: String,
    /// Seconds since then.
    pub age_seconds: u64,
}

/// Colours of the Tempo tariff, whose days turn at 06:00.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TempoSummary {
    /// Whether today's is known.
    pub available: bool,
    /// `blue`, `white`, `red` or `unknown`.
    pub today: String,
    /// The same; `unknown` until it is published in the morning.
    pub tomorrow: String,
}

/// Signal of Ecowatt.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EcowattSummary {
    /// Whether today's is known.
    pub available: bool,
    /// `green`, `orange`, `red` or `unknown`.
    pub today: String,
}

/// The country's grid.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GridSummary {
    /// What is drawn.
    pub load: LoadSummary,
    /// Tariff colours.
    pub tempo: TempoSummary,
    /// Signals.
    pub ecowatt: EcowattSummary,
}

/// The energy that is forecast for a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EnergyForecast {
    /// Whether there is a forecast; its number is 0 when not.
    pub available: bool,
    /// Tomorrow, ISO 8601.
    #[schema(value_type = String)]
    pub date: Date,
    /// Energy.
    pub kwh: f64,
}

/// The peak that is forecast for a day of the country.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PeakForecast {
    /// Whether there is a forecast; its number is 0 when not.
    pub available: bool,
    /// Tomorrow, ISO 8601.
    #[schema(value_type = String)]
    pub date: Date,
    /// The highest mean power of an hour, MW.
    pub peak_mw: f64,
}

/// Forecasts of tomorrow.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ForecastSummary {
    /// Electricity of the home.
    pub electricity: EnergyForecast,
    /// Gas of the home.
    pub gas: EnergyForecast,
    /// The country's grid.
    pub grid: PeakForecast,
}

/// What is forecast of a series for tomorrow.
#[derive(Debug, Clone, PartialEq)]
pub struct Tomorrow {
    /// The series.
    pub target: String,
    /// Its energy.
    pub kwh: Option<f64>,
    /// Its highest hour.
    pub peak_watts: Option<f64>,
}

fn age(clock: &Clock, since: i64) -> u64 {
    (clock.now_ms() - since).max(0).unsigned_abs() / 1000
}

/// The newest point that has begun, if it is of now.
fn current(store: &Store, clock: &Clock, info: &SeriesInfo) -> Result<Option<Point>, Error> {
    let now = clock.now_ms();
    let points = store.points(info.id, now.saturating_sub(NOW_MS)..now.saturating_add(1))?;
    Ok(points.last().copied())
}

pub(super) fn temperature(store: &Store, clock: &Clock) -> Result<TemperatureSummary, Error> {
    // The mean of a day, or its extremes, are not the temperature of now.
    let point = match outdoor(store, &[])? {
        Some(Temperature::Hours(info)) => current(store, clock, &info)?,
        _ => None,
    };
    let start = point.map_or(0, |point| point.start);
    Ok(TemperatureSummary {
        available: point.is_some(),
        value: point.map_or(0.0, |point| units::tidy(point.value)),
        start: clock.with_offset(start).to_string(),
        age_seconds: if point.is_some() { age(clock, start) } else { 0 },
    })
}

pub(super) fn grid(store: &Store, clock: &Clock, all: &[SeriesInfo]) -> Result<GridSummary, Error> {
    let find = |name: &str| all.iter().find(|info| info.points > 0 && role(&info.def) == Some(name));
    let load = match find("grid.load").filter(|info| info.def.unit == "MW") {
        Some(info) => current(store, clock, info)?,
        None => None,
    };
    let start = load.map_or(0, |point| point.start);
    let day = |name: &str, later: i64| match find(name) {
        Some(info) => of_day(store, clock, info, later),
        None => Ok(None),
    };
    let colour = |level: Option<f64>, names: [&str; 3]| {
        let index = level.filter(|level| (1.0..=3.0).contains(level)).map(|level| level as usize - 1);
        index.map_or(UNKNOWN, |index| names[index]).to_owned()
    };
    let tempo = ["blue", "white", "red"];
    let today = colour(day("tariff.tempo", 0)?, tempo);
    let signal = colour(day("grid.ecowatt_day", 0)?, ["green", "orange", "red"]);
    Ok(GridSummary {
        load: LoadSummary {
            available: load.is_some(),
            mw: load.map_or(0.0, |point| units::tidy(point.value)),
            start: clock.with_offset(start).to_string(),
            age_seconds: if load.is_some() { age(clock, start) } else { 0 },
        },
        tempo: TempoSummary {
            available: today != UNKNOWN,
            today,
            tomorrow: colour(day("tariff.tempo", 1)?, tempo),
        },
        ecowatt: EcowattSummary { available: signal != UNKNOWN, today: signal },
    })
}

/// The value of a series of days for today, or so many days later.
fn of_day(store: &Store, clock: &Clock, info: &SeriesInfo, later: i64) -> Result<Option<f64>, Error> {
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    let date = calendar.date_of(clock.now_ms()).saturating_add(later.days());
    let start = calendar.start_of(date);
    let points = store.points(info.id, start..calendar.start_of(date.saturating_add(1.day())))?;
    Ok(points.first().map(|point| point.value))
}

pub(super) fn forecast(clock: &Clock, all: &[SeriesInfo], forecasts: &[Tomorrow]) -> ForecastSummary {
    let date = clock.local().date().saturating_add(1.day());
    let of = |roles: &[&str]| {
        let is = |wanted: &str, target: &str| {
            all.iter().any(|info| info.def.name == target && role(&info.def) == Some(wanted))
        };
        roles.iter().find_map(|role| forecasts.iter().find(|forecast| is(role, &forecast.target)))
    };
    let energy = |roles: &[&str]| {
        let kwh = of(roles).and_then(|forecast| forecast.kwh);
        EnergyForecast { available: kwh.is_some(), date, kwh: units::tidy(kwh.unwrap_or(0.0)) }
    };
    let peak = of(&["grid.load"]).and_then(|forecast| forecast.peak_watts);
    ForecastSummary {
        electricity: energy(&["electricity.load_curve", "electricity.daily"]),
        gas: energy(&["gas.energy"]),
        grid: PeakForecast {
            available: peak.is_some(),
            date,
            peak_mw: units::tidy(peak.unwrap_or(0.0) / 1e6),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::query::{
        Calendar, Tomorrow, summary,
        testing::{Home, NOW, at, clock, days, hours, paris},
    };
    use watteau_store::{Kind, Step};

    #[test]
    fn the_world_around_is_of_now() {
        let home = Home::empty();
        let (midnight, six) = (Calendar::new(paris(), 0), Calendar::new(paris(), 21_600));
        let (level, hourly) = (Kind::Level, Step::Seconds(3600));
        let outside = home.define("weather.temperature", "degC", level, hourly, 0, "x");
        let (from, to) = (at("2025-11-04T00:00:00+01:00"), at("2025-11-07T00:00:00+01:00"));
        // Weather is forecast too: 10:00 of the second day is the hour of now.
        home.put("weather", outside, hours(from, to, |n| n as f64 / 10.0));
        let load = home.define("rte.load", "MW", Kind::Power, Step::Seconds(3600), 0, "grid.load");
        home.put("rte", load, hours(from, at("2025-11-05T09:00:00+01:00"), |n| 50_000.0 + n as f64));
        let tempo = home.define("rte.tempo", "1", Kind::Factor, Step::Days(1), 21_600, "tariff.tempo");
        home.put("rte", tempo, days(&six, "2025-11-05", "2025-11-07", |n| n - 673.0));
        let signal = home.define("rte.ecowatt_day", "1", Kind::Factor, Step::Days(1), 0, "grid.ecowatt_day");
        home.put("rte", signal, days(&midnight, "2025-11-05", "2025-11-06", |_| 1.0));
        let forecast = Tomorrow { target: "rte.load".to_owned(), kwh: None, peak_watts: Some(6.2e10) };
        let answer = summary(&home.store, &clock(NOW), &[], &[forecast]).unwrap();
        let temperature = &answer.temperature;
        assert_eq!((temperature.value, temperature.start.as_str()), (3.4, "2025-11-05T10:00:00+01:00"));
        let load = &answer.grid.load;
        assert_eq!((load.mw, load.age_seconds, load.available), (50_032.0, 7200, true));
        let tempo = &answer.grid.tempo;
        assert_eq!((tempo.today.as_str(), tempo.tomorrow.as_str()), ("blue", "white"));
        assert_eq!(answer.grid.ecowatt.today, "green");
        assert_eq!((answer.forecast.grid.peak_mw, answer.forecast.gas.available), (62_000.0, false));
        // Before 06:00 the tariff's day is yesterday's; half a day later the load is not that of now.
        let early = summary(&home.store, &clock("2025-11-06T05:59:00+01:00"), &[], &[]).unwrap();
        assert_eq!((early.grid.tempo.today.as_str(), early.grid.load.available), ("blue", false));
        assert_eq!(early.grid.tempo.tomorrow, "white");
    }
}
