//! A job's series by the local day: what was used, how cold it was, who was there.

use super::Error;
use crate::{
    clock::Clock,
    config::{Form, Regression},
    occupancy,
    query::{self, Bucket, Period, Temperature},
};
use std::{collections::BTreeMap, ops::Range};
use watteau_analysis::{
    Day,
    regression::{self, Days, Request},
};
use watteau_store::{Kind, SeriesInfo, Store};

/// A day is known from this share of it on: what is missing is then the rounding of a ratio.
const WHOLE: f64 = 0.99;
/// Who is at home is known from so much of a day.
const MOST_HOURS: f64 = 0.8;
/// Days of temperatures before the first of use.
const WARM_UP: i32 = 30;

/// Everything of a job, in columns of one entry a day.
pub(super) struct Home {
    pub(super) target: SeriesInfo,
    /// Unit of a day's value.
    pub(super) unit: String,
    first: Day,
    values: Vec<Option<f64>>,
    minimum: Vec<Option<f64>>,
    maximum: Vec<Option<f64>>,
    occupancy: Option<Vec<Option<f64>>>,
    /// The series that temperatures came from.
    pub(super) temperature: Vec<SeriesInfo>,
    latitude: f64,
    form: regression::Form,
    learn: (Option<Day>, Option<Day>),
}

type ByDay = BTreeMap<Day, f64>;

impl Home {
    /// Reads all there is up to yesterday: what a day that lasts comes to is not known.
    pub(super) fn read(store: &Store, clock: &Clock, job: &Regression, latitude: f64) -> Result<Self, Error> {
        let target = store.find(&job.target)?.ok_or_else(|| Error::NoSeries(job.target.clone()))?;
        let kind = target.def.kind;
        if !matches!(kind, Kind::Energy | Kind::Volume | Kind::Power | Kind::Index) {
            return Err(Error::Kind { id: job.target.clone(), kind: kind.to_string() });
        }
        let (values, unit) = sums(store, clock, &job.target)?;
        if values.is_empty() {
            return Err(Error::Nothing(job.target.clone()));
        }
        let temperature = temperature(store, job)?;
        let occupancy = match &job.occupancy {
            Some(id) if store.find(id)?.is_some() => Some(means(store, clock, id)?),
            Some(id) => return Err(Error::NoSeries(id.clone())),
            None => None,
        };
        let today = Day::new(clock.local().date());
        // Smooth averages begin before the use does.
        let first = values.keys().next().map_or(today, |first| first.plus(-WARM_UP));
        let mut felt = query::extremes(store, clock, &temperature, first.date(), today.date())?;
        let used = values.keys().next_back().map_or(0, |last| last.since(first) + 1);
        let known = felt.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
        felt.truncate(known.max(usize::try_from(used).unwrap_or_default()));
        let (minimum, maximum) = felt.iter().map(|day| day.unzip()).unzip();
        let last = first.plus(felt.len() as i32 - 1);
        let column = |of: &ByDay| first.to(last).map(|day| of.get(&day).copied()).collect::<Vec<_>>();
        Ok(Self {
            first,
            values: column(&values),
            minimum,
            maximum,
            occupancy: occupancy.as_ref().map(|known| {
                let entered = job.occupancy.as_deref() == Some(occupancy::SERIES);
                // Days away are entered, and nobody enters the others.
                column(known).into_iter().map(|day| day.or(entered.then_some(1.0))).collect()
            }),
            form: form(job, &target),
            target,
            unit,
            temperature: temperature.series().to_vec(),
            latitude,
            learn: (job.fit_from.map(Day::new), job.fit_to.map(Day::new)),
        })
    }

    /// As the models take it.
    pub(super) fn days(&self) -> Days<'_> {
        Days {
            first: self.first,
            values: &self.values,
            minimum: &self.minimum,
            maximum: &self.maximum,
            occupancy: self.occupancy.as_deref(),
        }
    }

    /// What a fit is asked for.
    pub(super) fn request(&self) -> Request<'_> {
        let (from, to) = self.learn;
        Request { form: self.form, unit: &self.unit, latitude: self.latitude, from, to }
    }

    /// The first day with a value, and the day after the last.
    pub(super) fn known(&self) -> Option<Range<Day>> {
        let first = self.values.iter().position(Option::is_some)?;
        let last = self.values.iter().rposition(Option::is_some)?;
        Some(self.first.plus(first as i32)..self.first.plus(last as i32 + 1))
    }

    /// Middle of a day's extremes, degC.
    pub(super) fn middle(&self, day: Day) -> Option<f64> {
        let index = self.days().index(day)?;
        self.days().extremes(index).map(|(low, high)| f64::midpoint(low, high))
    }

    /// Whether it is electricity, whose base load can be told, and which a level is followed of.
    pub(super) fn is_electricity(&self) -> bool {
        is_electricity(&self.target)
    }
}

/// Months by degree-days where they are asked for; by the day a heating, or a home's electricity with its level.
fn form(job: &Regression, target: &SeriesInfo) -> regression::Form {
    match job.form {
        Form::Monthly => regression::Form::Monthly,
        Form::Daily if is_electricity(target) => regression::Form::Level,
        Form::Daily => regression::Form::Daily,
    }
}

/// By its role; a series without one by its name.
fn is_electricity(target: &SeriesInfo) -> bool {
    match query::role(&target.def) {
        Some(role) => role.starts_with("electricity."),
        None => ["linky", "elec", "enedis"].iter().any(|word| target.def.name.contains(word)),
    }
}

/// What a series adds up to by its own day, with the unit: kWh for energies.
fn sums(store: &Store, clock: &Clock, id: &str) -> Result<(ByDay, String), Error> {
    let columns = query::points(store, clock, id, Period { from: None, to: None }, Bucket::Day)?;
    let factor = query::kwh_per_unit(&columns.unit);
    let unit = if factor.is_some() { "kWh".to_owned() } else { columns.unit.clone() };
    let rows = columns.start.iter().zip(&columns.value).zip(&columns.coverage);
    let known = rows.filter_map(|((start, value), coverage)| {
        let value = (*value).filter(|_| *coverage > WHOLE)?;
        Some((day(clock, *start)?, value * factor.unwrap_or(1.0)))
    });
    Ok((known.collect(), unit))
}

/// The mean of a level by the local day.
fn means(store: &Store, clock: &Clock, id: &str) -> Result<ByDay, Error> {
    let columns = query::points(store, clock, id, Period { from: None, to: None }, Bucket::Day)?;
    let rows = columns.start.iter().zip(&columns.value).zip(&columns.coverage);
    let known = rows.filter_map(|((start, value), coverage)| {
        Some((day(clock, *start)?, (*value).filter(|_| *coverage >= MOST_HOURS)?))
    });
    Ok(known.collect())
}

/// Where the job's temperatures are from.
fn temperature(store: &Store, job: &Regression) -> Result<Temperature, Error> {
    let none = || Error::NoTemperature(job.temperature.join(", "));
    let named = |text: &str| match Temperature::named(store, text) {
        Err(query::Error::UnknownSeries(_)) => Err(none()),
        found => Ok(found?),
    };
    let [pattern] = &job.temperature[..] else { return named(&job.temperature.join(",")) };
    let all = store.series()?;
    let there = |info: &&SeriesInfo| info.points > 0 && query::names(pattern, &info.def.name);
    if let Some(info) = all.iter().find(there) {
        return named(&info.def.name);
    }
    // Somebody who named nothing has one place, or none.
    let usual = job.temperature == Regression::new("", "").temperature;
    let outdoor = if usual { query::outdoor(store, &[])? } else { None };
    outdoor.ok_or_else(none)
}

/// The local day of an instant; a day that begins at six bears the date of its morning.
fn day(clock: &Clock, start: i64) -> Option<Day> {
    let timestamp = jiff::Timestamp::from_millisecond(start).ok()?;
    Some(Day::new(timestamp.to_zoned(clock.zone().clone()).date()))
}
