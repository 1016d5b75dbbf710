//! The days of the real home of the shared samples.

use anyhow::Context;
use jiff::civil::Date;
use watteau_analysis::Day;
use watteau_analysis::household::ByDay;
use watteau_analysis::regression::{Days, Fit, Form, Prediction, Request, fit};

use super::shared;

/// Columns of days from `first` on.
pub(crate) struct HomeDays {
    pub(crate) first: Day,
    pub(crate) electricity: Vec<Option<f64>>,
    pub(crate) gas: Vec<Option<f64>>,
    pub(crate) minimum: Vec<Option<f64>>,
    pub(crate) maximum: Vec<Option<f64>>,
    pub(crate) present: Vec<Option<f64>>,
}

impl HomeDays {
    /// The gas, which nobody's presence explains.
    pub(crate) fn gas(&self) -> Days<'_> {
        self.of(&self.gas, None)
    }

    /// The electricity with presence.
    pub(crate) fn electricity(&self) -> Days<'_> {
        self.of(&self.electricity, Some(&self.present))
    }

    /// Any values of these days.
    pub(crate) fn of<'a>(
        &'a self,
        values: &'a [Option<f64>],
        occupancy: Option<&'a [Option<f64>]>,
    ) -> Days<'a> {
        Days { first: self.first, values, minimum: &self.minimum, maximum: &self.maximum, occupancy }
    }
}

/// Reads them: 2021-12-21 to the last day of the files.
pub(crate) fn read() -> anyhow::Result<HomeDays> {
    let electricity = column("electricity_daily.csv", 1)?;
    let gas = column("gas_daily.csv", 2)?;
    let minimum = column("weather_daily.csv", 1)?;
    let maximum = column("weather_daily.csv", 2)?;
    let present = column("occupancy_daily.csv", 1)?;
    let (first, last) = electricity.span().context("no electricity")?;
    let of = |series: &ByDay| -> Vec<Option<f64>> {
        first.to(last).map(|day| Some(series.get(day)).filter(|value| value.is_finite())).collect()
    };
    Ok(HomeDays {
        first,
        electricity: of(&electricity),
        gas: of(&gas),
        minimum: of(&minimum),
        maximum: of(&maximum),
        present: of(&present),
    })
}

/// A month predicted from what was known before it.
pub(crate) struct Month {
    pub(crate) first: Day,
    pub(crate) actual: f64,
    pub(crate) predicted: Prediction,
    /// Days predicted and the ones among them inside their intervals.
    pub(crate) days: (usize, usize),
}

/// What months predicted amount to.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) months: usize,
    /// Root mean square error, % of the mean month.
    pub(crate) cv: f64,
    /// Predicted less actual, % of the mean.
    pub(crate) bias: f64,
    /// Months inside their intervals.
    pub(crate) inside: usize,
    /// Mean half-width, % of the mean month.
    pub(crate) width: f64,
    /// Days inside their intervals, %.
    pub(crate) days: f64,
}

impl Summary {
    pub(crate) fn of<'a>(months: impl Iterator<Item = &'a Month> + Clone) -> Summary {
        let count = months.clone().count();
        let mean = |of: &dyn Fn(&Month) -> f64| months.clone().map(of).sum::<f64>() / count as f64;
        let level = mean(&|month| month.actual) / 100.0;
        let inside = months
            .clone()
            .filter(|month| month.predicted.lower <= month.actual && month.actual <= month.predicted.upper);
        let (all, within) =
            months.clone().fold((0, 0), |sum, month| (sum.0 + month.days.0, sum.1 + month.days.1));
        Summary {
            months: count,
            cv: mean(&|month| (month.actual - month.predicted.value).powi(2)).sqrt() / level,
            bias: mean(&|month| month.predicted.value - month.actual) / level,
            inside: inside.count(),
            width: mean(&|month| (month.predicted.upper - month.predicted.lower) / 2.0) / level,
            days: 100.0 * within as f64 / all as f64,
        }
    }
}

/// A regression of the real home.
pub(crate) fn request(form: Form, from: Day, to: Day) -> Request<'static> {
    Request { form, unit: "kWh", latitude: 46.5, from: Some(from), to: Some(to) }
}

/// Each month of `first..to` predicted by a fit of all that was before it.
pub(crate) fn rolling(days: &Days, request: &Request, first: Day, to: Day) -> anyhow::Result<Vec<Month>> {
    let mut months = Vec::new();
    let mut start = first;
    while start < to {
        let fitted = fit(days, &Request { to: Some(start), ..request.clone() })?;
        months.extend(ahead(days, &fitted, start, start.plus(1))?);
        start = start.plus(i32::from(start.date().days_in_month()));
    }
    Ok(months)
}

/// Each month that begins in `first..to` predicted by one fit.
pub(crate) fn ahead(days: &Days, fitted: &Fit, first: Day, to: Day) -> anyhow::Result<Vec<Month>> {
    let mut months = Vec::new();
    let mut start = first;
    while start < to {
        let end = start.plus(i32::from(start.date().days_in_month()));
        let range = days.range(start, end);
        let mut within = (0, 0);
        if fitted.form != Form::Monthly {
            for index in range.clone() {
                let day = fitted.predict_day(days, days.day(index))?;
                let value = days.values[index].context("a day has no value")?;
                within.0 += 1;
                within.1 += usize::from(day.lower <= value && value <= day.upper);
            }
        }
        let actual = days.values[range].iter().flatten().sum();
        months.push(Month {
            first: start,
            actual,
            predicted: fitted.predict(days, start, end)?,
            days: within,
        });
        start = end;
    }
    Ok(months)
}

fn column(name: &str, index: usize) -> anyhow::Result<ByDay> {
    let path =
        shared::folder().context("no shared samples: set WATTEAU_SHARED")?.join("household").join(name);
    let mut reader = csv::Reader::from_path(&path).with_context(|| format!("{}", path.display()))?;
    let mut points = Vec::new();
    for record in reader.records() {
        let record = record?;
        let date: Date = record[0].parse()?;
        points.push((Day::new(date), record[index].parse().unwrap_or(f64::NAN)));
    }
    Ok(ByDay::from_points(points))
}
