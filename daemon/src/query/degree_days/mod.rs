//! Degree-days (DJU): how cold or how warm it was, by day, month or year.
//!
//! A day of which the temperatures are not known, that lasts or is to come has no degree-days, which is not 0 of
//! them: it lowers the coverage of its month.

mod method;

pub use method::{Demand, Method};

use super::{Bucket, Error, Period, Temperature, slots::LocalDay, temperature::each_temperature, units};
use crate::clock::Clock;
use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;
use watteau_store::Store;

/// Indoors 19, less what people and devices give: the base of most figures in France.
pub const USUAL_BASE: f64 = 18.0;

/// By what degree-days are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DegreeStep {
    /// Local days.
    #[default]
    Day,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

/// What degree-days are asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Degrees {
    /// The base, degC.
    pub base: f64,
    /// How; where none is asked, from the extremes of a day or else from its mean.
    pub method: Option<Method>,
    /// Heating or cooling.
    pub demand: Demand,
}

impl Default for Degrees {
    fn default() -> Self {
        Self { base: USUAL_BASE, method: None, demand: Demand::Heating }
    }
}

/// Degree-days in columns, all of one length.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DegreeDays {
    /// degC.
    pub base: f64,
    /// How a day's degrees are worked out.
    pub method: Method,
    /// Heating or cooling.
    pub kind: Demand,
    /// The series of temperatures used.
    pub series: Vec<String>,
    /// degC.d.
    pub unit: String,
    /// The zone in which days turn.
    pub timezone: String,
    /// First instant of each row, epoch seconds.
    #[serde(serialize_with = "seconds")]
    pub start: Vec<i64>,
    /// First instant after each row, epoch seconds.
    #[serde(serialize_with = "seconds")]
    pub end: Vec<i64>,
    /// Null where no day is known: never 0. Of a month with missing days, the sum of the others.
    pub value: Vec<Option<f64>>,
    /// The part of the row's days that is known, 0 to 1.
    pub coverage: Vec<f64>,
}

/// Degree-days of a temperature. By default from its first day to the last that is over.
pub fn degree_days(
    store: &Store,
    clock: &Clock,
    temperature: &Temperature,
    period: Period<'_>,
    step: DegreeStep,
    asked: Degrees,
) -> Result<DegreeDays, Error> {
    let method = method_of(temperature, asked.method)?;
    let calendar = temperature.calendar(clock);
    let today = calendar.start_of(calendar.date_of(clock.now_ms()));
    let (from, to) = period.resolve(&calendar, temperature.info().first.unwrap_or(today), today)?;
    let bucket = match step {
        DegreeStep::Day => Bucket::Day,
        DegreeStep::Month => Bucket::Month,
        DegreeStep::Year => Bucket::Year,
    };
    let bounds = calendar.boundaries(from, to, bucket)?;
    let span = bounds.first().zip(bounds.last()).map_or(0..0, |(&first, &last)| first..last);
    let days = calendar.days(span.start, span.end)?;
    let degrees = of_days(store, clock, temperature, &days, Degrees { method: Some(method), ..asked })?;
    let mut known = days.iter().zip(degrees).peekable();
    let (mut value, mut coverage) = (Vec::new(), Vec::new());
    for bound in bounds.windows(2) {
        let mut sum = Sum::default();
        while let Some((_, degrees)) = known.next_if(|(day, _)| day.1 < bound[1]) {
            sum.add(degrees);
        }
        value.push(sum.value());
        coverage.push(sum.coverage());
    }
    Ok(DegreeDays {
        base: asked.base,
        method,
        kind: asked.demand,
        series: temperature.ids(),
        unit: "degC.d".to_owned(),
        timezone: calendar.name(),
        start: bounds.iter().copied().take(value.len()).collect(),
        end: bounds.iter().copied().skip(1).collect(),
        value,
        coverage,
    })
}

/// The usual degree-days of the days of `[from, to)`, with the part of them that is known.
pub(super) fn total(
    store: &Store,
    clock: &Clock,
    temperature: &Temperature,
    from: Date,
    to: Date,
) -> Result<(Option<f64>, f64), Error> {
    let calendar = temperature.calendar(clock);
    let days = calendar.days(calendar.start_of(from), calendar.start_of(to))?;
    let mut sum = Sum::default();
    let method = Some(method_of(temperature, None)?);
    of_days(store, clock, temperature, &days, Degrees { method, ..Degrees::default() })?
        .into_iter()
        .for_each(|degrees| sum.add(degrees));
    Ok((sum.value(), sum.coverage()))
}

/// Degree-days of some days, and how many days.
#[derive(Debug, Default)]
struct Sum {
    total: f64,
    known: u32,
    days: u32,
}

impl Sum {
    fn add(&mut self, degrees: Option<f64>) {
        self.total += degrees.unwrap_or(0.0);
        self.known += u32::from(degrees.is_some());
        self.days += 1;
    }

    fn value(&self) -> Option<f64> {
        (self.known > 0).then(|| units::tidy(self.total))
    }

    fn coverage(&self) -> f64 {
        (f64::from(self.known) / f64::from(self.days.max(1)) * 1e4).floor() / 1e4
    }
}

/// The method asked for, or the usual one; an error where the temperatures cannot serve it.
fn method_of(temperature: &Temperature, asked: Option<Method>) -> Result<Method, Error> {
    let wrong = |needs| Err(Error::Method { id: temperature.ids().join(", "), needs });
    match (temperature, asked) {
        (Temperature::Means(_), None | Some(Method::Mean)) => Ok(Method::Mean),
        (Temperature::Means(_), Some(_)) => wrong(
            "the mean of a day serves the method mean alone; the others need hours, or the lowest and the highest",
        ),
        (Temperature::Extremes(..), Some(Method::Hourly)) => {
            wrong("the method hourly needs a series of hours")
        }
        (Temperature::Extremes(..), Some(Method::Mean)) => {
            wrong("the method mean needs the mean of each day, or hours")
        }
        (_, asked) => Ok(asked.unwrap_or(Method::MinMax)),
    }
}

/// The degree-days of each day; none of one that is not known or not over.
fn of_days(
    store: &Store,
    clock: &Clock,
    temperature: &Temperature,
    days: &[LocalDay],
    asked: Degrees,
) -> Result<Vec<Option<f64>>, Error> {
    let now = clock.now_ms();
    let method = asked.method.unwrap_or(Method::MinMax);
    let mut degrees = Vec::with_capacity(days.len());
    each_temperature(store, clock, temperature, days, &mut |day, known| {
        let known = known.filter(|_| day.2 <= now);
        degrees.push(known.and_then(|known| method.of(&known, asked.base, asked.demand)).map(units::tidy));
    })?;
    Ok(degrees)
}

fn seconds<S: Serializer>(instants: &[i64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(instants.iter().map(|instant| instant.div_euclid(1000)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "these values are exact")]

    use super::*;
    use crate::query::{
        Calendar, outdoor,
        testing::{Home, NOW, at, clock, days, hours, paris, period},
    };
    use watteau_store::{Kind, Step};

    /// 8 degC in the first half of each UTC day and 12 in the other, from February 2025 on; forecasts included.
    fn weather(missing: &[std::ops::Range<&str>]) -> Home {
        let home = Home::empty();
        let series = home.define("weather.temperature", "degC", Kind::Level, Step::Seconds(3600), 0, "x");
        let (from, to) = (at("2025-02-01T00:00:00+01:00"), at("2025-11-20T00:00:00Z"));
        let mut points = hours(from, to, |n| if n % 24 < 12 { 8.0 } else { 12.0 });
        points.retain(|point| {
            !missing.iter().any(|hole| (at(hole.start)..at(hole.end)).contains(&point.start))
        });
        home.put("weather", series, points);
        home
    }

    fn ask(home: &Home, period: Period<'_>, step: DegreeStep, asked: Degrees) -> DegreeDays {
        let temperature = outdoor(&home.store, &[]).unwrap().unwrap();
        degree_days(&home.store, &clock(NOW), &temperature, period, step, asked).unwrap()
    }

    #[test]
    fn days_of_23_24_and_25_hours_have_their_degrees() {
        let home = weather(&[]);
        for day in ["2025-03-29", "2025-03-30", "2025-10-26"] {
            let next = day.parse::<Date>().unwrap().tomorrow().unwrap().to_string();
            for (method, base, expect) in [
                (Method::MinMax, 18.0, 8.0),
                (Method::Costic, 18.0, 8.0),
                (Method::MinMax, 10.0, 0.0),
                (Method::Costic, 10.0, 2.0 * 0.29),
            ] {
                let asked = Degrees { base, method: Some(method), demand: Demand::Heating };
                let answer = ask(&home, period(day, &next), DegreeStep::Day, asked);
                assert_eq!(
                    (answer.value, answer.coverage),
                    (vec![Some(expect)], vec![1.0]),
                    "{day} {method:?}"
                );
            }
        }
        // 12 hours of 8 degC of the 23 of that day.
        let asked = Degrees { base: 12.0, method: Some(Method::Hourly), demand: Demand::Heating };
        let spring = ask(&home, period("2025-03-30", "2025-03-31"), DegreeStep::Day, asked);
        assert!((spring.value[0].unwrap() - 4.0 * 12.0 / 23.0).abs() < 1e-9, "{:?}", spring.value);
        let cooling = Degrees { base: 9.0, method: None, demand: Demand::Cooling };
        let warm = ask(&home, period("2025-03-29", "2025-03-30"), DegreeStep::Day, cooling);
        assert_eq!((warm.value, warm.unit.as_str()), (vec![Some(1.0)], "degC.d"));
    }

    #[test]
    fn a_missing_or_half_covered_day_is_null_and_lowers_its_month() {
        let home = weather(&[
            "2025-04-02T00:00:00+02:00".."2025-04-03T00:00:00+02:00",
            "2025-04-05T00:00:00+02:00".."2025-04-05T12:00:00+02:00",
            // Two hours are not missed.
            "2025-04-07T10:00:00+02:00".."2025-04-07T12:00:00+02:00",
        ]);
        let days = ask(&home, period("2025-04-01", "2025-04-09"), DegreeStep::Day, Degrees::default());
        let known: Vec<bool> = days.value.iter().map(Option::is_some).collect();
        assert_eq!(known, [true, false, true, true, false, true, true, true]);
        assert_eq!((days.coverage[1], days.coverage[4], days.coverage[6]), (0.0, 0.0, 1.0));
        let months = ask(&home, period("2025-03-10", "2025-04-09"), DegreeStep::Month, Degrees::default());
        assert_eq!(months.value, [Some(31.0 * 8.0), Some(28.0 * 8.0)]);
        assert_eq!(months.coverage, [1.0, 0.9333]);
        // January and the days to come are not known, though November has forecasts to its 20th.
        let year = ask(&home, period("2025-01-01", "2026-01-01"), DegreeStep::Year, Degrees::default());
        assert_eq!(year.coverage, [(275.0f64 / 365.0 * 1e4).floor() / 1e4]);
        let winter = ask(&home, period("2024-12-01", "2025-02-01"), DegreeStep::Month, Degrees::default());
        assert_eq!((winter.value, winter.coverage), (vec![None, None], vec![0.0, 0.0]));
        let all = ask(&home, Period::default(), DegreeStep::Day, Degrees::default());
        assert_eq!((all.value.len(), all.start[0]), (277, at("2025-02-01T00:00:00+01:00")));
    }

    #[test]
    fn two_series_of_days_and_the_mean_that_comes_with_gas() {
        let home = Home::empty();
        let (midnight, six) = (Calendar::new(paris(), 0), Calendar::new(paris(), 21_600));
        for (name, value) in [("a.low", 8.0), ("a.high", 22.0)] {
            let series = home.define(name, "degC", Kind::Level, Step::Days(1), 0, "x");
            home.put("a", series, days(&midnight, "2025-01-01", "2025-11-01", |_| value));
        }
        let gas =
            home.define("gas.temperature", "degC", Kind::Level, Step::Days(1), 21_600, "gas.temperature");
        home.put("gas", gas, days(&six, "2025-01-01", "2025-11-01", |_| 11.0));
        let asked = period("2025-03-30", "2025-03-31");
        for (series, method, expect) in [
            ("a.low,a.high", None, Ok(3.0)),
            ("a.high, a.low", Some(Method::Costic), Ok(3.8)),
            ("a.low,a.high", Some(Method::Hourly), Err("method")),
            ("a.low,a.high", Some(Method::Mean), Err("method")),
            ("gas.temperature", None, Ok(7.0)),
            ("gas.temperature", Some(Method::Mean), Ok(7.0)),
            ("gas.temperature", Some(Method::MinMax), Err("method")),
            ("a.low,a.none", None, Err("unknown_series")),
        ] {
            let answer = Temperature::named(&home.store, series).and_then(|temperature| {
                let degrees = Degrees { method, ..Degrees::default() };
                degree_days(&home.store, &clock(NOW), &temperature, asked, DegreeStep::Day, degrees)
            });
            let value = answer.map(|answer| answer.value[0].unwrap()).map_err(|error| error.code());
            assert_eq!(value, expect, "{series} {method:?}");
        }
        // Found by itself, where nothing measures by the hour.
        assert_eq!(outdoor(&home.store, &[]).unwrap().unwrap().ids(), ["gas.temperature"]);
        assert_eq!(outdoor(&home.store, &["a.low".to_owned()]).unwrap().unwrap().ids(), ["a.low"]);
    }

    #[test]
    fn the_homes_own_temperature_is_taken_before_other_places() {
        let home = Home::filled();
        assert_eq!(outdoor(&home.store, &[]).unwrap(), None);
        let wrong = Temperature::named(&home.store, "gas.energy").unwrap_err();
        assert_eq!(wrong.code(), "wrong_kind");
        let put = |name: &str| {
            let series = home.define(name, "degC", Kind::Level, Step::Seconds(3600), 0, "x");
            home.put("weather", series, hours(0, 3_600_000, |_| 1.0));
        };
        let found = || outdoor(&home.store, &[]).unwrap().map(|found| found.ids().join(","));
        put("weather.lyon.temperature");
        assert_eq!(found().as_deref(), Some("weather.lyon.temperature"));
        put("weather.nantes.temperature");
        assert_eq!(found(), None);
        put("weather.temperature");
        assert_eq!(found().as_deref(), Some("weather.temperature"));
        // One point is one hour of a day: nothing is known of it.
        let answer = ask(&home, period("1970-01-01", "1970-01-02"), DegreeStep::Day, Degrees::default());
        assert_eq!(answer.value, [None]);
    }
}
