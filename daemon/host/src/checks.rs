//! Is it what was declared? Every check of a point that needs no store.
//!
//! A point that fails is refused with its reason and the good ones go on; a batch of a series that was not
//! declared, or in another unit, is a lie and stops the connector.

use crate::{
    error::{Stop, Why},
    model::{Kind, Point, Series, Step, Text},
    services::Refusal,
};
use jiff::{Timestamp, ToSpan, Zoned, civil::Time, tz::TimeZone};

/// The longest interval a point may span: a billing period is months, never ten years.
const LONGEST: u64 = 3660 * 86_400_000;

/// The declared series of that name.
pub(crate) fn known<'a>(series: &'a [Series], name: &str) -> Result<&'a Series, Stop> {
    series.iter().find(|series| series.name == name).ok_or_else(|| {
        let name: String = name.chars().take(100).collect();
        Stop::new(
            Why::Contract,
            format!("The connector put points of `{name}`, a series it had not declared, and was stopped."),
            format!("Le connecteur a envoyé des points de « {name} », série non déclarée, et a été arrêté."),
        )
    })
}

/// The declared series of a batch, in the unit that was declared.
pub(crate) fn declared<'a>(series: &'a [Series], name: &str, unit: &str) -> Result<&'a Series, Stop> {
    let found = known(series, name)?;
    if found.unit != unit {
        let unit: String = unit.chars().take(20).collect();
        let declared = &found.unit;
        return Err(Stop::new(
            Why::Contract,
            format!(
                "The connector lies about units: it put `{name}` in {unit} and had declared {declared}. It was stopped."
            ),
            format!(
                "Le connecteur ment sur les unités : il a envoyé « {name} » en {unit} et avait déclaré {declared}. Il a été arrêté."
            ),
        ));
    }
    Ok(found)
}

/// Parts a batch in the points that hold and the refusals, one for each run of the same reason.
pub(crate) fn sift(
    series: &Series,
    points: impl Iterator<Item = Point>,
    now: i64,
    zone: &TimeZone,
) -> (Vec<Point>, Vec<Refusal>) {
    let mut good = Vec::with_capacity(points.size_hint().0);
    let mut refused: Vec<Refusal> = Vec::new();
    for point in points {
        let Err(reason) = check(series, &point, now, zone) else {
            good.push(point);
            continue;
        };
        match refused.last_mut() {
            Some(last) if last.reason == reason => last.count += 1,
            _ => refused.push(refusal(series, &point, reason, zone)),
        }
    }
    (good, refused)
}

fn refusal(series: &Series, point: &Point, reason: Text, zone: &TimeZone) -> Refusal {
    let at = Timestamp::from_millisecond(point.start).ok();
    Refusal {
        series: Some(series.name.clone()),
        place: at.map_or_else(|| format!("{} ms", point.start), |at| at.to_string()),
        date: at.map(|at| at.to_zoned(zone.clone()).date().to_string()),
        reason,
        count: 1,
    }
}

fn check(series: &Series, point: &Point, now: i64, zone: &TimeZone) -> Result<(), Text> {
    if !point.value.is_finite() {
        return Err(Text::new("the value is not a number", "la valeur n'est pas un nombre"));
    }
    if let Some(minimum) = series.minimum.filter(|minimum| point.value < *minimum) {
        let unit = &series.unit;
        return Err(Text::new(
            format!("the value is below {minimum} {unit}"),
            format!("la valeur est inférieure à {minimum} {unit}"),
        ));
    }
    if let Some(maximum) = series.maximum.filter(|maximum| point.value > *maximum) {
        let unit = &series.unit;
        return Err(Text::new(
            format!("the value is above {maximum} {unit}"),
            format!("la valeur est supérieure à {maximum} {unit}"),
        ));
    }
    if point.start > now.saturating_add(i64::from(series.ahead) * 1000) {
        return Err(Text::new("the point is in the future", "le point est dans le futur"));
    }
    let start = Timestamp::from_millisecond(point.start)
        .map_err(|_| Text::new("the date is out of range", "la date est hors limites"))?;
    if point.duration > LONGEST {
        return Err(Text::new("the interval is longer than ten years", "l'intervalle dépasse dix ans"));
    }
    // A reading is an instant, whatever the rhythm at which it is taken.
    let instantaneous =
        point.duration == 0 && matches!(series.kind, Kind::Level | Kind::Index | Kind::Factor);
    let length = Text::new(
        "the interval is not as long as the series' step",
        "la durée de l'intervalle n'est pas le pas de la série",
    );
    let (aligned, duration) = match series.step {
        Step::Irregular => return Ok(()),
        Step::Seconds(seconds) => {
            let step = own_step(series.kind, point.duration, i64::from(seconds) * 1000);
            // Steps that do not divide an hour have no common grid.
            (HOUR_MS % step != 0 || point.start.rem_euclid(step) == 0, Some(step))
        }
        Step::Days(days) => day(&start.to_zoned(zone.clone()), series.day_start, 0, days),
        Step::Months(months) => day(&start.to_zoned(zone.clone()), series.day_start, months, 0),
    };
    if !aligned {
        return Err(Text::new(
            "the point does not start on the series' step",
            "le point ne commence pas sur le pas de la série",
        ));
    }
    let fits = instantaneous || duration.is_some_and(|expected| expected as u64 == point.duration);
    if fits { Ok(()) } else { Err(length) }
}

const HOUR_MS: i64 = 3_600_000;

/// The shortest step of a point that differs from the nominal one, in milliseconds: the shortest that meters have.
const SHORTEST: i64 = 5 * 60_000;

/// The step that a point is held to: the nominal one, or its own. A mean power integrates to the same energy whatever
/// its interval, and a meter may be set to another step, even in the middle of a day: one that fits with the nominal
/// one, from five minutes to an hour, is as good.
fn own_step(kind: Kind, duration: u64, nominal: i64) -> i64 {
    match i64::try_from(duration) {
        Ok(own) if kind == Kind::Power && (SHORTEST..=HOUR_MS).contains(&own) => {
            if own % nominal == 0 || nominal % own == 0 { own } else { nominal }
        }
        _ => nominal,
    }
}

/// Whether a period of local days or months starts here, and how long it is: 23, 24 or 25 hours a day.
fn day(start: &Zoned, day_start: u32, months: u16, days: u16) -> (bool, Option<i64>) {
    let Ok(time) = Time::midnight().checked_add(i64::from(day_start).seconds()) else {
        return (false, None);
    };
    let at = |date: jiff::civil::Date| date.to_datetime(time).to_zoned(start.time_zone().clone());
    let first_of_month = months == 0 || start.date().day() == 1;
    let aligned = first_of_month && at(start.date()).is_ok_and(|expected| expected == *start);
    let end = start
        .date()
        .checked_add(i64::from(months).months().days(i64::from(days)))
        .and_then(at)
        .map(|end| end.timestamp().as_millisecond() - start.timestamp().as_millisecond());
    (aligned, end.ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Quality;

    fn series(step: Step, day_start: u32) -> Series {
        Series {
            name: "s".to_owned(),
            unit: "kWh".to_owned(),
            kind: Kind::Energy,
            step,
            day_start,
            title: Text::default(),
            minimum: Some(0.0),
            maximum: Some(1000.0),
            ahead: 0,
            optional: false,
            role: None,
            feed: None,
            labels: std::collections::BTreeMap::new(),
        }
    }

    fn refused(series: &Series, start: &str, hours: f64, value: f64) -> Option<String> {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let now = "2025-01-01T00:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
        let point = Point {
            start: start.parse::<Timestamp>().unwrap().as_millisecond(),
            duration: (hours * 3_600_000.0) as u64,
            value,
            quality: Quality::Measured,
        };
        let (good, refused) = sift(series, std::iter::once(point), now, &zone);
        assert_eq!(good.len() + refused.len(), 1);
        refused.into_iter().next().map(|refusal| refusal.reason.en)
    }

    #[test]
    fn days_are_local_and_may_be_short_or_long() {
        let (daily, gas) = (series(Step::Days(1), 0), series(Step::Days(1), 21_600));
        let cases = [
            (&daily, "2024-01-14T23:00:00Z", 24.0, None),
            (&daily, "2024-03-30T23:00:00Z", 23.0, None),
            (&daily, "2024-10-26T22:00:00Z", 25.0, None),
            (&daily, "2024-10-26T22:00:00Z", 24.0, Some("the interval is not as long as the series' step")),
            (&daily, "2024-01-15T00:00:00Z", 24.0, Some("the point does not start on the series' step")),
            (&gas, "2024-03-30T05:00:00Z", 23.0, None),
            (&gas, "2024-07-01T04:00:00Z", 24.0, None),
            (&gas, "2024-06-30T22:00:00Z", 24.0, Some("the point does not start on the series' step")),
        ];
        for (series, start, hours, expected) in cases {
            assert_eq!(refused(series, start, hours, 1.0).as_deref(), expected, "{start} {hours} h");
        }
    }

    #[test]
    fn months_start_on_their_first_day() {
        let monthly = series(Step::Months(1), 0);
        assert_eq!(refused(&monthly, "2024-02-29T23:00:00Z", 743.0, 1.0), None);
        assert!(refused(&monthly, "2024-02-28T23:00:00Z", 744.0, 1.0).is_some());
    }

    #[test]
    fn values_and_dates_are_bounded() {
        let curve = series(Step::Seconds(1800), 0);
        let start = "2024-06-01T10:30:00Z";
        let cases = [
            (start, 0.5, 1.0, None),
            (start, 0.5, f64::INFINITY, Some("the value is not a number")),
            (start, 0.5, -0.1, Some("the value is below 0 kWh")),
            (start, 0.5, 1000.5, Some("the value is above 1000 kWh")),
            (start, 1.0, 1.0, Some("the interval is not as long as the series' step")),
            ("2024-06-01T10:31:00Z", 0.5, 1.0, Some("the point does not start on the series' step")),
            ("2025-01-01T00:30:00Z", 0.5, 1.0, Some("the point is in the future")),
        ];
        for (start, hours, value, expected) in cases {
            assert_eq!(refused(&curve, start, hours, value).as_deref(), expected, "{start} {hours} {value}");
        }
    }

    #[test]
    fn a_mean_power_may_have_a_step_of_its_own_that_fits() {
        let power = Series { kind: Kind::Power, ..series(Step::Seconds(1800), 0) };
        let length = Some("the interval is not as long as the series' step");
        let place = Some("the point does not start on the series' step");
        let cases = [
            ("2024-06-01T10:30:00Z", 30, None),
            ("2024-06-01T10:35:00Z", 5, None),
            ("2024-06-01T10:40:00Z", 10, None),
            ("2024-06-01T10:45:00Z", 15, None),
            ("2024-06-01T10:00:00Z", 60, None),
            ("2024-06-01T10:30:00Z", 60, place),
            ("2024-06-01T10:35:00Z", 10, place),
            ("2024-06-01T10:00:00Z", 1, length),
            ("2024-06-01T10:00:00Z", 20, length),
            ("2024-06-01T10:00:00Z", 90, length),
            ("2024-06-01T10:00:00Z", 0, length),
        ];
        for (start, minutes, expected) in cases {
            let hours = f64::from(minutes) / 60.0;
            assert_eq!(refused(&power, start, hours, 1.0).as_deref(), expected, "{start} {minutes} min");
        }
        // An energy is of its interval alone.
        assert_eq!(
            refused(&series(Step::Seconds(1800), 0), "2024-06-01T10:00:00Z", 1.0, 1.0).as_deref(),
            length
        );
    }

    #[test]
    fn a_run_of_one_reason_is_one_refusal() {
        let zone = TimeZone::UTC;
        let points = [f64::NAN, f64::NAN, 1.0, f64::NAN].map(|value| Point {
            start: 0,
            duration: 1_800_000,
            value,
            quality: Quality::Measured,
        });
        let (good, refused) = sift(&series(Step::Seconds(1800), 0), points.into_iter(), 10, &zone);
        assert_eq!(
            (good.len(), refused.iter().map(|refusal| refusal.count).collect::<Vec<_>>()),
            (1, vec![3])
        );
    }
}
