//! Reads the store the way people count: local days, weeks, months and years, with what is missing and why.
//!
//! Everything here is synchronous and takes a store, a clock and a question; nothing here knows HTTP. The
//! pure parts (`aggregate`, `calendar`, `coverage`) take slices, so that they are tested without a store.
//! Points are streamed block by block: years of half-hours are aggregated in the memory of their answer.
//!
//! Three rules hold everywhere:
//! - null is absence, never 0, and every aggregate says how much of its period it covers;
//! - a bucket is whole: the period asked for is widened to the buckets it touches, so that a "day" is always
//!   a day (of 23, 24 or 25 hours) and never the half of one;
//! - what was measured over a long interval is never spread over shorter ones.

mod aggregate;
mod around;
mod base_load;
mod calendar;
mod columns;
mod compare;
mod coverage;
mod degree_days;
mod distribution;
mod error;
mod gaps;
mod origin;
mod peaks;
mod profile;
mod range;
mod slots;
mod summary;
mod temperature;
mod units;
mod year_to_date;

pub use aggregate::{Aggregate, Aggregator};
pub use around::{
    EcowattSummary, EnergyForecast, ForecastSummary, GridSummary, LoadSummary, PeakForecast,
    TemperatureSummary, TempoSummary, Tomorrow,
};
pub use base_load::{BaseLoad, BaseLoadDay, base_load, lowest_half_hours, lowest_hours};
pub use calendar::Calendar;
pub use columns::{Columns, points};
pub use compare::{ComparedPeriod, Comparison, Corrected, compare};
pub(crate) use coverage::step_seconds;
pub use coverage::{Coverage, DayCoverage, Ranges, coverage, missing_seconds};
pub use degree_days::{DegreeDays, DegreeStep, Degrees, Demand, Method, USUAL_BASE, degree_days};
pub use distribution::{Between, BoxPlot, Distribution, Histogram, distribution};
pub use error::Error;
pub use gaps::{Gap, Reason, ReasonCode};
pub use origin::{BatchView, Origin, RevisionView, Revisions, Side, origin, revisions};
pub use peaks::{Peak, Peaks, peaks};
pub use profile::{Profile, profile};
pub use range::{Bucket, Period, parse_instant};
pub(crate) use summary::settled;
pub use summary::{
    EnergyDay, EnergySummary, EnergyTotal, GasDay, GasSummary, GasTotal, PowerDay, PowerSummary, Summary,
    SummaryStatus, summary,
};
pub use temperature::{Temperature, extremes, outdoor};
pub(crate) use units::tidy;
pub use units::{joules_per_unit, kwh_per_unit};
pub use year_to_date::{YearRow, YearToDate, year_to_date};

use watteau_store::{SeriesDef, SeriesInfo, Store};

/// What a series is for: `electricity.daily`, `gas.volume`... as its plugin says by the label `role`. The
/// series of the plugins that come with watteau are known by their names, too.
pub fn role(def: &SeriesDef) -> Option<&str> {
    let label = |name: &str| def.labels.get(name).map(String::as_str);
    let known = || {
        Some(match (label("plugin")?, def.name.split_once('.')?.1) {
            ("linky", "daily_energy") => "electricity.daily",
            ("linky", "load_curve") => "electricity.load_curve",
            ("linky", "max_power") => "electricity.max_power",
            ("grdf", "energy") => "gas.energy",
            ("grdf", "volume") => "gas.volume",
            ("grdf", "coefficient") => "gas.coefficient",
            ("grdf", "temperature") => "gas.temperature",
            ("grdf", "period_energy") => "gas.period_energy",
            ("grdf", "period_volume") => "gas.period_volume",
            _ => return None,
        })
    };
    label("role").or_else(known)
}

/// The series of that name, or an error that says how to find the right one.
pub fn find(store: &Store, id: &str) -> Result<SeriesInfo, Error> {
    store.find(id)?.ok_or_else(|| Error::UnknownSeries(id.to_owned()))
}

/// Whether a pattern names a series: part by part, `*` being any part.
pub fn names(pattern: &str, id: &str) -> bool {
    let (mut wanted, mut found) = (pattern.split('.'), id.split('.'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if wanted == "*" || wanted == found => {}
            _ => return false,
        }
    }
}

/// The instance that a series belongs to: the first part of its id.
pub fn connector_of(id: &str) -> &str {
    id.split('.').next().unwrap_or(id)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
