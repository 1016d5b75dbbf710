//! The one way in: days in, a [`Fit`] out that holds all a page shows and predicts any other days.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, Row, Watched};
use super::daily::{Daily, Sufficiency};
use super::days::Days;
use super::level::Level;
use super::linear::{Coefficient, Prediction};
use super::monthly::{Monthly, months};
use super::refusal::Refusal;
use crate::calendar::Day;

/// Which model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Heating by the day: gas, or whatever heats and does little else.
    #[default]
    Daily,
    /// The reference dashboard's: months by degree-days and occupancy.
    Monthly,
    /// Presence, cold, weekends and a level that wanders, by the day: electricity.
    Level,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request<'a> {
    /// Which model.
    pub form: Form,
    /// Unit of the values, as coefficients show it.
    pub unit: &'a str,
    /// Latitude of the home, degrees north: for the sun.
    pub latitude: f64,
    /// First day to learn; the first there is.
    pub from: Option<Day>,
    /// Day before which learning ends; after the last there is.
    pub to: Option<Day>,
}

/// Whether a fit is to be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Learnt from days enough.
    Fitted,
    /// Learnt from too few days: to be shown as provisional.
    Provisional,
}

/// A month beside what is expected of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthFit {
    /// First day of the month.
    pub month: Date,
    /// What was used on the days that are predicted, if any is known.
    pub actual: Option<f64>,
    /// What is expected of the same days; of all days of the month where none has a value.
    pub predicted: f64,
    /// Lower end of the 95 % interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Share of the month's days that has a value and its drivers.
    pub coverage: f64,
    /// Degree-days (base 18, by the middle of the extremes) of the days whose temperatures are known.
    pub degree_days: Option<f64>,
    /// Whether the whole month lies in what was learnt.
    pub in_fit: bool,
}

/// A day beside what is expected of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayFit {
    /// The day.
    pub date: Date,
    /// What was used.
    pub actual: Option<f64>,
    /// What is expected.
    pub predicted: f64,
    /// Lower end of the 95 % interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// A fitted model by form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fitted {
    /// See [`Daily`].
    Daily(Daily),
    /// See [`Monthly`].
    Monthly(Monthly),
    /// See [`Level`].
    Level(Level),
}

/// A regression with all that a page shows of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Which model.
    pub form: Form,
    /// Whether it is to be believed.
    pub status: Status,
    /// First day learnt.
    pub from: Date,
    /// The day after the last one learnt.
    pub to: Date,
    /// Days, or months of the monthly form, that were learnt.
    pub rows: usize,
    /// Share of the variance that is explained, of days or months as the form has them.
    pub r2: f64,
    /// Root mean square error of months left out, as a share of their mean: with their quarter, or each alone (monthly).
    pub cv_rmse: Option<f64>,
    /// Factor of the intervals of sums. Above 1.6: the meter has causes that the weather does not explain.
    pub kappa: Option<f64>,
    /// Base temperature, degC.
    pub base: Option<f64>,
    /// degC of effective temperature per MJ/m2 of sun.
    pub sun: Option<f64>,
    /// Coefficients with 95 % intervals.
    pub coefficients: Vec<Coefficient>,
    /// Months, also those outside what was learnt.
    pub months: Vec<MonthFit>,
    /// The last 400 days whose drivers are known; none of the monthly form.
    pub days: Vec<DayFit>,
    /// Days whose value is absurd and was set aside.
    pub set_aside: Vec<Date>,
    /// Drivers that never changed and were left out.
    pub left_out: Vec<String>,
    /// The model itself.
    pub model: Fitted,
}

/// Fits and predicts all days given.
///
/// ```
/// use watteau_analysis::Day;
/// use watteau_analysis::regression::{Days, Form, Request, fit};
///
/// // Two years of a home that heats below 17 degC.
/// let first = Day::new(jiff::civil::date(2023, 1, 1));
/// let middle = |i: usize| 11.0 - 9.0 * (i as f64 / 365.25 * std::f64::consts::TAU).cos() + ((i * 7) % 5) as f64;
/// let minimum: Vec<_> = (0..731).map(|i| Some(middle(i) - 4.0)).collect();
/// let maximum: Vec<_> = (0..731).map(|i| Some(middle(i) + 4.0)).collect();
/// let values: Vec<_> = (0..731)
///     .map(|i| Some(2.0 + 9.0 * (17.0 - middle(i)).max(0.0) + ((i * 13) % 7) as f64))
///     .collect();
/// let days = Days { first, values: &values, minimum: &minimum, maximum: &maximum, occupancy: None };
/// let fit = fit(&days, &Request { form: Form::Daily, unit: "kWh", latitude: 46.5, from: None, to: None })?;
/// assert!(fit.r2 > 0.9 && fit.months.len() == 24);
/// let january = fit.predict(&days, first, first.plus(31))?;
/// assert!(january.lower < january.value && january.value < january.upper);
/// # Ok::<(), watteau_analysis::regression::Refusal>(())
/// ```
pub fn fit(days: &Days, request: &Request) -> Result<Fit, Refusal> {
    days.check()?;
    if !(-90.0..=90.0).contains(&request.latitude) {
        return Err(Refusal::Setting("the latitude must lie between -90 and 90 degrees"));
    }
    let end = days.first.plus(days.len() as i32);
    let (from, to) = (request.from.unwrap_or(days.first).max(days.first), request.to.unwrap_or(end).min(end));
    if from >= to {
        return Err(Refusal::Setting("no day lies in the period to learn; mind fit_from and fit_to"));
    }
    let mut values = days.values[days.range(from, to)].iter().flatten();
    let first = values.next();
    if values.clone().next().is_some()
        && values.all(|value| Some(value.to_bits()) == first.map(|first| first.to_bits()))
    {
        return Err(Refusal::Stuck);
    }
    let model = match request.form {
        Form::Daily => Fitted::Daily(Daily::fit(days, request.latitude, from, to)?),
        Form::Monthly => Fitted::Monthly(Monthly::fit(days, from, to)?),
        Form::Level => Fitted::Level(Level::fit(days, request.latitude, from, to)?),
    };
    let mut fit = summary(model, request.unit);
    let mut learnt = days.range(from, to).filter(|&index| days.values[index].is_some());
    let (first, last) = (learnt.clone().next(), learnt.next_back());
    (fit.from, fit.to) =
        (days.day(first.unwrap_or_default()).date(), days.day(last.map_or(0, |last| last + 1)).date());
    let (months, shown) = fit.table(days);
    (fit.months, fit.days) = (months, shown);
    Ok(fit)
}

/// A fit without its months and days.
fn summary(model: Fitted, unit: &str) -> Fit {
    let per = |name: &str| match name {
        "heating" => format!("{unit}/d/degC"),
        "degree_days" => format!("{unit}/(degC.d)"),
        _ if matches!(model, Fitted::Monthly(_)) => unit.to_owned(),
        _ => format!("{unit}/d"),
    };
    let of = |names: &[String], values: &[f64], covariance: &[Vec<f64>], freedom: f64| -> Vec<Coefficient> {
        let rows = names.iter().zip(values).zip(covariance).enumerate();
        rows.map(|(j, ((name, &value), row))| {
            Coefficient::new(name, &per(name), value, row[j].max(0.0).sqrt(), freedom, 0.95)
        })
        .collect()
    };
    let days = |days: &[Day]| days.iter().map(|day| day.date()).collect::<Vec<Date>>();
    let nothing = Fit {
        form: Form::Monthly,
        status: Status::Fitted,
        from: Date::default(),
        to: Date::default(),
        rows: 0,
        r2: 0.0,
        cv_rmse: None,
        kappa: None,
        base: None,
        sun: None,
        coefficients: Vec::new(),
        months: Vec::new(),
        days: Vec::new(),
        set_aside: Vec::new(),
        left_out: Vec::new(),
        model: model.clone(),
    };
    match &model {
        Fitted::Daily(Daily { shape, sufficiency, baseline, set_aside, .. }) => Fit {
            form: Form::Daily,
            status: match sufficiency {
                Sufficiency::Searched { .. } => Status::Fitted,
                _ => Status::Provisional,
            },
            rows: baseline.days,
            r2: baseline.r2,
            cv_rmse: baseline.cv_rmse,
            kappa: Some(baseline.kappa),
            base: Some(shape.base),
            sun: Some(shape.sun),
            coefficients: of(
                &baseline.names,
                &baseline.coefficients,
                &baseline.covariance,
                baseline.days as f64 - 2.0,
            ),
            set_aside: days(set_aside),
            ..nothing
        },
        Fitted::Monthly(Monthly { line, cv_rmse, learnt }) => {
            let freedom = line.freedom as f64;
            let square = line.residual_sd * line.residual_sd;
            let covariance: Vec<Vec<f64>> =
                line.inverse.iter().map(|row| row.iter().map(|value| value * square).collect()).collect();
            Fit {
                status: if learnt.len() < 12 { Status::Provisional } else { Status::Fitted },
                rows: learnt.len(),
                r2: line.r2,
                cv_rmse: *cv_rmse,
                base: Some(super::monthly::BASE),
                coefficients: of(&line.names, &line.coefficients, &covariance, freedom),
                ..nothing
            }
        }
        Fitted::Level(level) => Fit {
            form: Form::Level,
            status: if level.provisional { Status::Provisional } else { Status::Fitted },
            rows: level.baseline.days,
            r2: level.baseline.r2,
            cv_rmse: level.baseline.cv_rmse,
            kappa: Some(level.baseline.kappa),
            base: Some(super::level::BASE),
            coefficients: of(
                &level.names,
                &level.coefficients,
                &level.covariance,
                (level.baseline.days - level.names.len()) as f64,
            ),
            set_aside: days(&level.set_aside),
            left_out: level.left_out.clone(),
            ..nothing
        },
    }
}

impl Fit {
    /// The baseline that a detection of changes goes by; the monthly form has none.
    pub fn baseline(&self) -> Option<&Baseline> {
        match &self.model {
            Fitted::Daily(daily) => Some(&daily.baseline),
            Fitted::Level(level) => Some(&level.baseline),
            Fitted::Monthly(_) => None,
        }
    }

    /// The days `from..to` that have a value and drivers, beside what [`Fit::baseline`] expects of them.
    pub fn watch(&self, days: &Days, from: Day, to: Day) -> Vec<Watched> {
        self.baseline().map(|baseline| baseline.watch(days, &self.rows(days), from, to)).unwrap_or_default()
    }

    /// The rows of [`Fit::baseline`] of all days, `None` where a driver is not known.
    pub fn rows(&self, days: &Days) -> Vec<Option<Row>> {
        match &self.model {
            Fitted::Daily(daily) => daily.rows(days),
            Fitted::Level(level) => level.rows(days),
            Fitted::Monthly(_) => vec![None; days.len()],
        }
    }

    /// Expects the sum of the days `from..to` with its 95 % interval. The values of these days are not looked at; a
    /// level is followed up to the morning of `from`. The monthly form predicts whole months.
    pub fn predict(&self, days: &Days, from: Day, to: Day) -> Result<Prediction, Refusal> {
        days.check()?;
        let range = days.range(from, to);
        if from >= to || range.len() as i32 != to.since(from) {
            return Err(Refusal::Setting("the days to predict are not all among the days given"));
        }
        let unknown =
            |index: usize| Refusal::Unknown { what: "temperature or occupancy", day: days.day(index) };
        let rows = match &self.model {
            Fitted::Monthly(monthly) => {
                if from.date().day() != 1 || to.date().day() != 1 {
                    return Err(Refusal::Setting("the monthly model predicts whole months"));
                }
                let months = months(days, from, to);
                return monthly.predict_sum(&months).ok_or_else(|| unknown(range.start));
            }
            _ => self.rows(days),
        };
        if let Some(index) = range.clone().find(|&index| rows[index].is_none()) {
            return Err(unknown(index));
        }
        match &self.model {
            Fitted::Level(level) => {
                let mut ahead = level.ahead(days, std::slice::from_ref(&range), |_| true);
                ahead.pop().and_then(|ahead| ahead.sum).ok_or_else(|| unknown(range.start))
            }
            _ => {
                let baseline = self.baseline().ok_or_else(|| unknown(range.start))?;
                Ok(baseline
                    .predict_sum(range.filter_map(|index| Some((days.day(index), rows[index].as_ref()?)))))
            }
        }
    }

    /// Expects a single day with its 95 % interval, a level followed up to its morning. The monthly form has no days.
    pub fn predict_day(&self, days: &Days, day: Day) -> Result<Prediction, Refusal> {
        days.check()?;
        let unknown = || Refusal::Unknown { what: "temperature or occupancy", day };
        let index = days.index(day).ok_or_else(unknown)?;
        let prediction = match &self.model {
            Fitted::Monthly(_) => return Err(Refusal::Setting("the monthly model predicts whole months")),
            Fitted::Daily(daily) => {
                daily.rows(days)[index].as_ref().map(|row| daily.baseline.predict_day(row))
            }
            Fitted::Level(level) => {
                let mut ahead = level.ahead(days, std::slice::from_ref(&(index..index + 1)), |_| true);
                ahead.pop().and_then(|ahead| ahead.days.first().map(|day| day.1))
            }
        };
        prediction.ok_or_else(unknown)
    }

    /// The months and the last days again, beside what is known by now; the model stays as it was fitted.
    pub fn refresh(&mut self, days: &Days) {
        (self.months, self.days) = self.table(days);
    }
}
