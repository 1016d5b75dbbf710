//! The load of the country: the adaptive model over the days that the store holds.
//!
//! Nothing is saved between two runs. A run replays the last year from the prior that is built in, in a third of a second,
//! and gives its memory back; that is what a state of 19 MB a day on an SD card would save.

use super::{
    Error,
    inputs::{Places, hourly, hourly_of},
    recent,
    record::{Method, Outlook},
};
use crate::{config::Job, hex::hex};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, sync::LazyLock};
use watteau_analysis::{
    Day, Forecasts, Grid, Hourly, Issue, LocalDays, Model, Prior, SchoolHolidays, Spec, Target, Temperatures,
    Weather,
    backtest::{Backtest, Case},
    model::DayForecast,
    temperature::CITIES,
};
use watteau_store::{SeriesInfo, Store};

/// How far back a run replays, days: with more the forecasts are no better.
const REPLAYED_DAYS: i32 = 400;
/// Days before the first that is learnt whose load is looked at.
const LAGS: i32 = 8;
/// The slow averages of temperatures need so many days before.
const WARM_UP: i32 = 60;
/// Stands in for the error of weather forecasts that were not kept, degC.
pub(super) const STAND_IN: f64 = 0.75;
/// The prior is of the French load: means of other size are another country's, or a region's.
const FRANCE_MW: std::ops::Range<f64> = 20_000.0..110_000.0;

/// The series of a country's load, read for a span of days.
pub(super) struct National {
    load: Hourly,
    places: Places,
    pub(super) operator: Option<Hourly>,
    school: SchoolHolidays,
    threads: usize,
}

/// What tells this version of the adaptive model and its prior from others: `0.1.0+0a1b2c3d`.
pub(super) fn hash() -> &'static str {
    static HASH: LazyLock<String> = LazyLock::new(|| {
        let digest = hex(&Sha256::digest(Prior::built_in_bytes()));
        format!("{}+{}", env!("CARGO_PKG_VERSION"), &digest[..8])
    });
    &HASH
}

/// Temperatures that a forecast was made with, by day: for each hour those of the cities.
pub(super) type Kept = BTreeMap<Day, Vec<[f64; CITIES]>>;

/// A forecast of a day and of the days before, as replayed.
pub(super) struct Made {
    pub(super) days: Vec<DayForecast>,
    pub(super) method: Method,
    pub(super) weather: Outlook,
    /// The temperatures from the first hour that is not known at the issue.
    pub(super) temperatures: Vec<[f64; CITIES]>,
}

impl National {
    /// Reads what is needed to learn from `first` on and to forecast `last`.
    pub(super) fn read(
        store: &Store,
        job: &Job,
        info: &SeriesInfo,
        first: Day,
        last: Day,
        threads: usize,
    ) -> Result<Self, Error> {
        let hours = i64::from(first.number()) * 24 - 48..i64::from(last.number()) * 24 + 48;
        let slow = hours.start - i64::from(WARM_UP) * 24..hours.end;
        let operator = match &job.official {
            Some(id) => hourly_of(store, id, hours.clone())?,
            None => None,
        };
        Ok(Self {
            load: hourly(store, info, hours)?,
            places: Places::read(store, &job.drivers, &slow)?,
            operator,
            school: SchoolHolidays::built_in(),
            threads,
        })
    }

    /// The load by the hour.
    pub(super) fn load(&self) -> &Hourly {
        &self.load
    }

    /// Whether the built-in prior speaks of this load.
    fn is_france(&self) -> bool {
        let known = (self.load.first()..self.load.end()).map(|hour| self.load.get(hour));
        let (sum, count) = known
            .filter(|value| value.is_finite())
            .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        FRANCE_MW.contains(&(sum / f64::max(count, 1.0)))
    }

    /// First day with a load and, where there are temperatures, with one.
    fn first_day(&self) -> Day {
        let known = (self.load.first()..self.load.end()).find(|hour| self.load.get(*hour).is_finite());
        let load = known.unwrap_or(self.load.end());
        let average = self.places.average();
        let felt = (average.first()..average.end()).find(|hour| average.get(*hour).is_finite());
        let hour = felt.map_or(load, |felt| felt.max(load));
        // A local day begins at most two hours before the day of UTC of the same date.
        let epoch = Day::new(jiff::civil::date(1970, 1, 1));
        epoch.plus(i32::try_from((hour + 2).div_euclid(24)).unwrap_or_default() + 1)
    }

    /// Forecasts `day`, and the days before as they would have been; `issue` says which hours of the day before are
    /// known, and `now` is the hour from which temperatures are forecasts.
    pub(super) fn forecast(&self, day: Day, issue: Issue, now: i64, kept: &Kept) -> Result<Made, Error> {
        if self.places.is_empty() {
            return Err(Error::NoTemperature);
        }
        let prior = Prior::built_in().map_err(Error::Model)?;
        let first = (day.plus(-REPLAYED_DAYS)).max(self.first_day().plus(LAGS));
        let guided = self.is_france();
        let first = if guided { first.max(prior.through().plus(1)) } else { first };
        let grid =
            Grid::new(&self.load, &self.school, Target::Log, first.plus(-LAGS), day).map_err(Error::Model)?;
        let grid = match &self.operator {
            Some(operator) => grid.with_operator(operator),
            None => grid,
        };
        let known = issue.known_hours();
        let cities = self.places.cities();
        let measured =
            cities.clone().map(|city| city.map(|hour, value| if hour < now { value } else { f64::NAN }));
        let temperatures = Temperatures::new(&measured);
        let (ahead, weather) = self.ahead(&grid, &temperatures, day, known, &cities);
        let forecasts = Forecasts::new(
            kept.iter()
                .filter(|(kept, _)| **kept < day)
                .map(|(day, rows)| (*day, rows.clone()))
                .chain([(day, ahead.clone())]),
        );
        let past = Forecasts::noisy(&temperatures, grid.days(), known, STAND_IN, 1);
        let all = forecasts.or(past).calibrated(&temperatures, grid.days(), known);
        let weathers = [Weather::Forecasts(all)];
        let operator = issue == Issue::Evening && self.knows_operator(&grid, day);
        let mut spec = Spec::new(issue);
        if operator {
            spec = spec.with_operator();
        }
        let mut model = if guided {
            let model = prior.start(issue, first, 1).map_err(Error::Model)?;
            if operator { model.with_operator() } else { model }
        } else {
            let scale = Model::fit_scale(&grid, &temperatures, issue, first, day.plus(-2));
            Model::new(spec, scale, first, 1)
        };
        let mut days = model.run(&grid, &temperatures, &weathers, day, self.threads).map_err(Error::Model)?;
        let method = match (guided, operator) {
            (_, true) => Method::AdaptiveWithOperator,
            (true, _) => Method::Adaptive,
            _ => Method::AdaptiveAlone,
        };
        Ok(Made { days: days.swap_remove(0), method, weather, temperatures: ahead })
    }

    /// Whether the operator's forecast of the day is there.
    fn knows_operator(&self, grid: &Grid, day: Day) -> bool {
        self.operator.is_some() && grid.operator(day).iter().any(|value| value.is_finite())
    }

    /// Temperatures from the first hour of issue to the end of the day: what the store has of them, else the usual ones.
    fn ahead(
        &self,
        grid: &Grid,
        temperatures: &Temperatures,
        day: Day,
        known: usize,
        cities: &[Hourly; CITIES],
    ) -> (Vec<[f64; CITIES]>, Outlook) {
        let hours = Forecasts::hours(grid.days(), day, known);
        let usual = Forecasts::persistent(temperatures, grid.days(), known);
        let usual = usual.get(day).unwrap_or_default();
        let mut complete = true;
        let rows = hours.clone().enumerate().map(|(index, hour)| {
            let mean = self.places.mean(hour);
            complete &= mean.is_finite();
            std::array::from_fn(|city| {
                let value = cities[city].get(hour);
                let value = if value.is_finite() { value } else { mean };
                if value.is_finite() { value } else { usual.get(index).map_or(f64::NAN, |row| row[city]) }
            })
        });
        let rows = rows.collect();
        (rows, if complete { Outlook::Forecast } else { Outlook::Usual })
    }

    /// The days from `since` to `until` without any temperature: like the days before them.
    fn simple(&self, since: Day, until: Day, issue: Issue) -> Result<Vec<DayForecast>, Error> {
        let days = LocalDays::paris(since.plus(-1), until).map_err(Error::Model)?;
        let known = |day: Day| days.slots(day.plus(-1))[issue.known_hours()].hour;
        let made = since.to(until).filter_map(|day| {
            let hours = recent::forecast(&self.load, day, known(day)).ok()?;
            Some(DayForecast { day, hours: Ok(hours) })
        });
        Ok(made.collect())
    }

    /// The days from `since` to `until`, each forecast with what was known at its issue.
    pub(super) fn backtest(
        &self,
        since: Day,
        until: Day,
        issue: Issue,
        case: Case,
    ) -> Result<Vec<DayForecast>, Error> {
        if self.places.is_empty() {
            return self.simple(since, until, issue);
        }
        let cities = self.places.cities();
        let operator = issue == Issue::Evening && self.operator.is_some();
        let spec = if operator { Spec::new(issue).with_operator() } else { Spec::new(issue) };
        let first = self.first_day().plus(LAGS);
        let prior = Prior::built_in().map_err(Error::Model)?;
        // The days around the prior's last are in it, by their lags.
        let guided = self.is_france() && prior.through().plus(2) < since;
        let learn_from = if guided { first.max(prior.through().plus(1)) } else { first };
        let backtest = Backtest {
            load: &self.load,
            cities: &cities,
            operator: self.operator.as_ref(),
            school: &self.school,
            spec,
            learn_from,
            scale_until: since.plus(-2).max(learn_from),
            until,
            masked: None,
            cases: &[case],
            threads: self.threads,
        };
        let mut days = backtest.run(guided.then_some(&prior)).map_err(Error::Model)?.swap_remove(0);
        days.retain(|forecast| (since..=until).contains(&forecast.day));
        Ok(days)
    }
}
