//! Two periods of equal length, side by side.

use super::{
    Bucket, Calendar, Error, Period, Temperature, columns::bucketed, degree_days, find, kwh_per_unit,
    slots::LocalDay, units,
};
use crate::clock::Clock;
use jiff::{ToSpan as _, civil::Date};
use serde::Serialize;
use utoipa::ToSchema;
use watteau_store::{Kind, SeriesInfo, Store};

/// Two periods compare when each is known at least to this part.
const COMPARABLE: f64 = 0.98;
/// Degree-days of a period are told when so many of its days are known.
const KNOWN_DEGREES: f64 = 0.95;

/// One of the periods.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ComparedPeriod {
    /// First local day.
    #[schema(value_type = String, example = "2025-01-01")]
    pub from: Date,
    /// First local day after it.
    #[schema(value_type = String, example = "2025-02-01")]
    pub to: Date,
    /// What was used; null where nothing is known.
    pub total: Option<f64>,
    /// How much of the time it accounts for, 0 to 1.
    pub coverage: f64,
    /// Heating degree-days (base 18), degC.d; null where less than 95 % of the days are known.
    pub degree_days: Option<f64>,
}

/// The comparison in equal weather: what a fitted model expects of both periods, and what is left.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Corrected {
    /// What the model expects of the first period.
    pub expected_first: f64,
    /// What it expects of the second.
    pub expected_second: f64,
    /// How much more the first used than the second, beside what is expected of either, in percent.
    pub delta_percent: f64,
    /// Lower end of its 95 % interval.
    pub lower: f64,
    /// Upper end of its 95 % interval.
    pub upper: f64,
    /// The model, by name.
    pub model: String,
}

/// Two periods of as many local days.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// The series.
    pub series: String,
    /// Unit of the totals: kWh for energy.
    pub unit: String,
    /// The zone in which days turn.
    pub timezone: String,
    /// The period asked about.
    pub first: ComparedPeriod,
    /// The one it is compared with.
    pub second: ComparedPeriod,
    /// First less second; null where either is unknown.
    pub delta: Option<f64>,
    /// The same in percent of the second; null where the two do not compare.
    pub delta_percent: Option<f64>,
    /// Whether both are known to 98 %.
    pub comparable: bool,
    /// The same in equal weather; null while no model of the series is fitted.
    pub corrected: Option<Corrected>,
}

/// Compares the days that `period` touches with as many from `with_from` on. `corrected` is asked for what a fitted
/// model makes of both, once they compare.
pub fn compare(
    store: &Store,
    clock: &Clock,
    temperature: Option<&Temperature>,
    id: &str,
    (period, with_from): (Period<'_>, Date),
    corrected: impl FnOnce(&ComparedPeriod, &ComparedPeriod) -> Option<Corrected>,
) -> Result<Comparison, Error> {
    let info = find(store, id)?;
    if !matches!(info.def.kind, Kind::Power | Kind::Energy | Kind::Volume | Kind::Index) {
        return Err(Error::NotSummable { id: id.to_owned(), kind: info.def.kind.to_string() });
    }
    let calendar = Calendar::new(clock.zone().clone(), info.def.day_start);
    let now = clock.now_ms();
    let (from, to) = period.resolve(&calendar, info.first.unwrap_or(now), now)?;
    let days = calendar.days(from, to)?;
    let length = (days.len() as i64).days();
    let with_to = with_from.saturating_add(length);
    let with = calendar.days(calendar.start_of(with_from), calendar.start_of(with_to))?;
    let reader = Reader { store, clock, temperature, calendar: &calendar, info: &info };
    let (unit, first) = reader.period(&days)?;
    let (_, second) = reader.period(&with)?;
    let comparable = first.coverage >= COMPARABLE && second.coverage >= COMPARABLE;
    let delta = first.total.zip(second.total).map(|(first, second)| units::tidy(first - second));
    let base = second.total.filter(|total| comparable && *total != 0.0);
    Ok(Comparison {
        series: id.to_owned(),
        unit,
        timezone: calendar.name(),
        delta,
        delta_percent: delta.zip(base).map(|(delta, base)| round4(delta / base * 100.0)),
        comparable,
        corrected: comparable.then(|| corrected(&first, &second)).flatten(),
        first,
        second,
    })
}

struct Reader<'a> {
    store: &'a Store,
    clock: &'a Clock,
    temperature: Option<&'a Temperature>,
    calendar: &'a Calendar,
    info: &'a SeriesInfo,
}

impl Reader<'_> {
    /// The totals of some days that follow each other, with their unit.
    fn period(&self, days: &[LocalDay]) -> Result<(String, ComparedPeriod), Error> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Err(Error::EmptyPeriod) };
        let (from, to) = (first.0, last.0.saturating_add(1.day()));
        let mut bounds: Vec<i64> = days.iter().map(|day| day.1).collect();
        bounds.push(last.2);
        let columns = bucketed(self.store, self.info, self.calendar, Bucket::Day, &bounds)?;
        let (unit, factor) =
            kwh_per_unit(&columns.unit).map_or((columns.unit, 1.0), |factor| ("kWh".to_owned(), factor));
        let covered: f64 =
            columns.coverage.iter().zip(days).map(|(coverage, day)| coverage * (day.2 - day.1) as f64).sum();
        let known: Vec<f64> = columns.value.into_iter().flatten().collect();
        let degrees = match self.temperature {
            Some(temperature) => degree_days::total(self.store, self.clock, temperature, from, to)?,
            None => (None, 0.0),
        };
        let period = ComparedPeriod {
            from,
            to,
            total: (!known.is_empty()).then(|| units::tidy(known.iter().sum::<f64>() * factor)),
            coverage: round4(covered / (last.2 - first.1) as f64),
            degree_days: degrees.0.filter(|_| degrees.1 >= KNOWN_DEGREES),
        };
        Ok((unit, period))
    }
}

fn round4(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "sums of these values are exact")]

    use super::*;
    use crate::query::{
        outdoor,
        testing::{Home, NOW, at, clock, date, hours, paris, period},
    };
    use watteau_store::Step;

    fn ask(home: &Home, id: &str, asked: Period<'_>, with: &str) -> Result<Comparison, Error> {
        let temperature = outdoor(&home.store, &[]).unwrap();
        compare(&home.store, &clock(NOW), temperature.as_ref(), id, (asked, date(with)), |_, _| None)
    }

    #[test]
    fn as_many_local_days_over_a_leap_day_and_a_change_of_the_clock() {
        let home = Home::filled();
        // Day n of 2024 and 2025 is 8 + n / 100 kWh.
        let sum = |from: i32, days: i32| (from..from + days).map(|n| 8_000 + 10 * n).sum::<i32>();
        let kwh = |from: i32, days: i32| f64::from(sum(from, days)) / 1000.0;
        let february =
            ask(&home, "linky.daily_energy", period("2024-02-01", "2024-03-01"), "2025-02-01").unwrap();
        assert_eq!((february.first.to, february.second.to), (date("2024-03-01"), date("2025-03-02")));
        assert_eq!((february.first.total, february.second.total), (Some(kwh(31, 29)), Some(kwh(397, 29))));
        let delta = kwh(31, 29) - kwh(397, 29);
        assert!((february.delta.unwrap() - delta).abs() < 1e-9);
        assert_eq!(february.delta_percent, Some(round4(delta / kwh(397, 29) * 100.0)));
        assert!(february.comparable && february.unit == "kWh" && february.first.degree_days.is_none());
        // 24 + 23 hours beside 24 + 24, and an instant that lies inside a day is that day.
        for (from, to) in
            [("2025-03-29", "2025-03-31"), ("2025-03-29T10:00:00+01:00", "2025-03-30T11:00:00+02:00")]
        {
            let spring = ask(&home, "linky.load_curve", period(from, to), "2025-04-05").unwrap();
            assert_eq!((spring.first.from, spring.first.to), (date("2025-03-29"), date("2025-03-31")));
            assert_eq!((spring.second.to, spring.first.coverage), (date("2025-04-07"), 1.0));
            let hours = |total: Option<f64>| total.unwrap();
            assert!(hours(spring.first.total) < hours(spring.second.total));
        }
        // The clocks go back inside the gas day of Saturday.
        let gas = ask(&home, "gas.energy", period("2025-10-25", "2025-10-26"), "2024-10-26").unwrap();
        assert_eq!((gas.first.coverage, gas.second.coverage, gas.comparable), (1.0, 1.0, true));
    }

    #[test]
    fn what_is_not_known_does_not_compare() {
        let home = Home::filled();
        let early = ask(&home, "linky.load_curve", period("2025-06-01", "2025-07-01"), "2024-06-01").unwrap();
        assert_eq!((early.second.total, early.delta, early.comparable), (None, None, false));
        // Of four days, the two to come are missing; of one, two hours.
        let late =
            ask(&home, "linky.daily_energy", period("2025-11-02", "2025-11-06"), "2024-11-02").unwrap();
        assert_eq!((late.first.coverage, late.delta_percent, late.comparable), (0.5, None, false));
        assert!(late.delta.is_some());
        let hole = ask(&home, "linky.load_curve", period("2025-06-15", "2025-06-16"), "2025-06-16").unwrap();
        assert!(!hole.comparable);
        let asked = |from, to| ask(&home, "linky.daily_energy", period(from, to), "2024-01-01");
        for (from, to, code) in [
            ("2025-02-01", "2025-01-01", "empty_period"),
            ("2025-02-01", "soon", "bad_instant"),
            ("0001-01-01", "9999-01-01", "too_many_rows"),
        ] {
            assert_eq!(asked(from, to).unwrap_err().code(), code);
        }
        for (id, code) in [("gas.coefficient", "not_summable"), ("a.b", "unknown_series")] {
            assert_eq!(
                ask(&home, id, period("2025-02-01", "2025-03-01"), "2024-02-01").unwrap_err().code(),
                code
            );
        }
        let end = ask(&home, "gas.energy", period("2025-02-01", "2025-03-01"), "9999-12-30");
        assert!(
            end.is_err_and(|error| error.code() == "too_many_rows"),
            "at the end of time there are no days"
        );
    }

    #[test]
    fn degree_days_stand_beside_and_a_fitted_model_is_asked() {
        let home = Home::filled();
        let series = home.define("weather.temperature", "degC", Kind::Level, Step::Seconds(3600), 0, "x");
        let from = at("2025-02-01T00:00:00+01:00");
        home.put("weather", series, hours(from, at("2025-11-05T00:00:00+01:00"), |_| 10.0));
        let answer = ask(&home, "gas.energy", period("2025-03-01", "2025-04-01"), "2025-01-10").unwrap();
        assert_eq!((answer.first.degree_days, answer.second.degree_days), (Some(31.0 * 8.0), None));
        let fit = |first: &ComparedPeriod, second: &ComparedPeriod| {
            Some(Corrected {
                expected_first: first.total? * 2.0,
                expected_second: second.total?,
                delta_percent: -50.0,
                lower: -60.0,
                upper: -40.0,
                model: "gas".to_owned(),
            })
        };
        let known = (period("2025-03-01", "2025-04-01"), date("2025-04-01"));
        let answer = compare(&home.store, &clock(NOW), None, "gas.energy", known, fit).unwrap();
        assert_eq!(answer.corrected.unwrap().expected_first, answer.first.total.unwrap() * 2.0);
        let unknown = (period("2025-03-01", "2025-04-01"), date("2020-04-01"));
        let answer = compare(&home.store, &clock(NOW), None, "gas.energy", unknown, fit).unwrap();
        assert_eq!(answer.corrected, None);
        assert_eq!(paris().iana_name(), Some(answer.timezone.as_str()));
    }
}
