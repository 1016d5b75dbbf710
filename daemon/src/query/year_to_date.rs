//! This year against each earlier one, up to the same date.

use super::{Bucket, Calendar, Error, columns::bucketed, find, kwh_per_unit, units};
use crate::clock::Clock;
use jiff::{ToSpan, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;
use watteau_store::{Kind, Store};

/// Two periods compare when each is known at least to this part.
const COMPARABLE: f64 = 0.98;

/// A day counts as complete from here: below lies only the rounding of a ratio.
const COMPLETE: f64 = 0.999_999;

/// One year of the comparison.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct YearRow {
    /// The year.
    pub year: i16,
    /// Total from 1 January to the date reached this year, included.
    pub value: f64,
    /// How much of that time it accounts for, 0 to 1.
    pub coverage: f64,
    /// Total of the whole year; null while it lasts.
    pub full_year_value: Option<f64>,
    /// How much of the whole year is known, 0 to 1.
    pub full_year_coverage: f64,
    /// This year's change against that one over the same dates, in percent; null for this year itself and
    /// where either is not known well enough to be compared.
    pub delta_percent: Option<f64>,
    /// First day of that year with a value.
    #[schema(value_type = String, example = "2024-01-01")]
    pub first: Date,
}

/// The comparison.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct YearToDate {
    /// The series.
    pub series: String,
    /// Unit of the values: kWh for energy.
    pub unit: String,
    /// Last complete day, included; null while there is none.
    #[schema(value_type = Option<String>, example = "2025-03-30")]
    pub until: Option<Date>,
    /// The zone in which days turn.
    pub timezone: String,
    /// Ascending; the last one is this year.
    pub years: Vec<YearRow>,
}

#[derive(Debug, Clone, Copy)]
struct Day {
    date: Date,
    length: f64,
    value: Option<f64>,
    coverage: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Total {
    value: f64,
    covered: f64,
    length: f64,
}

impl Total {
    fn add(&mut self, day: &Day) {
        self.value += day.value.unwrap_or(0.0);
        self.covered += day.coverage * day.length;
        self.length += day.length;
    }

    fn coverage(&self) -> f64 {
        if self.length > 0.0 { round4(self.covered / self.length) } else { 0.0 }
    }
}

/// Compares this year with each earlier one. "This year" is that of the last complete day, so that on
/// 1 January the year that has just ended is still there to be read.
pub fn year_to_date(store: &Store, clock: &Clock, id: &str) -> Result<YearToDate, Error> {
    let info = find(store, id)?;
    if !matches!(info.def.kind, Kind::Power | Kind::Energy | Kind::Volume | Kind::Index) {
        return Err(Error::NotSummable { id: id.to_owned(), kind: info.def.kind.to_string() });
    }
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    let now = clock.now_ms();
    // From 1 January of the first year: what is missing before the first point is missing.
    let bounds = match info.first {
        Some(first) if first < now => {
            let first_day = Calendar::first_day(calendar.date_of(first), Bucket::Year);
            calendar.boundaries(calendar.start_of(first_day), now, Bucket::Day)?
        }
        _ => Vec::new(),
    };
    let columns = bucketed(store, &info, &calendar, Bucket::Day, &bounds)?;
    let (unit, factor) = match kwh_per_unit(&columns.unit) {
        Some(factor) => ("kWh".to_owned(), factor),
        None => (columns.unit.clone(), 1.0),
    };
    let mut date = bounds.first().map_or(Date::ZERO, |&first| calendar.date_of(first));
    let days: Vec<Day> = columns
        .value
        .iter()
        .zip(&columns.coverage)
        .zip(bounds.windows(2))
        .map(|((value, &coverage), bound)| {
            let day = Day {
                date,
                length: (bound[1] - bound[0]) as f64,
                value: value.map(|value| value * factor),
                coverage,
            };
            date = date.saturating_add(1.day());
            day
        })
        .collect();
    // A day that lasts is not complete, whatever is known of it.
    let over = |day: &&Day| calendar.start_of(day.date.saturating_add(1.day())) <= now;
    let until = days.iter().rev().filter(over).find(|day| day.coverage >= COMPLETE).map(|day| day.date);
    Ok(YearToDate {
        series: id.to_owned(),
        unit,
        until,
        timezone: columns.timezone,
        years: until.map_or_else(Vec::new, |until| rows(&days, until)),
    })
}

fn rows(days: &[Day], until: Date) -> Vec<YearRow> {
    let mut rows: Vec<YearRow> = days
        .chunk_by(|one, other| one.date.year() == other.date.year())
        .take_while(|year| year[0].date.year() <= until.year())
        .filter_map(|year| row(year, until))
        .collect();
    let Some((this, earlier)) = rows.split_last_mut() else { return rows };
    for row in earlier {
        let known = this.coverage >= COMPARABLE && row.coverage >= COMPARABLE && row.value != 0.0;
        row.delta_percent = known.then(|| (this.value - row.value) / row.value * 100.0).map(round4);
    }
    rows
}

/// A year's row; none when nothing of it is known.
fn row(days: &[Day], until: Date) -> Option<YearRow> {
    let year = days[0].date.year();
    let first = days.iter().find(|day| day.value.is_some())?.date;
    // 29 February compares with 28: a date that a year lacks is its last day before.
    let same = |date: Date| (date.month(), date.day()) <= (until.month(), until.day());
    let (mut part, mut whole) = (Total::default(), Total::default());
    for day in days {
        whole.add(day);
        if same(day.date) {
            part.add(day);
        }
    }
    let ended = year < until.year();
    // Of a year that lasts, the days to come are not known either.
    let last = days.last().map_or(first, |day| day.date);
    let to_come = f64::from(last.until(last.last_of_year()).map_or(0, |span| span.get_days())) * 86_400_000.0;
    whole.length += to_come;
    Some(YearRow {
        year,
        value: units::tidy(part.value),
        coverage: part.coverage(),
        full_year_value: ended.then(|| units::tidy(whole.value)),
        full_year_coverage: whole.coverage(),
        delta_percent: None,
        first,
    })
}

fn round4(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
