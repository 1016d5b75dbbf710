//! Ordinary least squares by QR, with the intervals of Student's t.
//!
//! Drivers are centred (where there is a constant) and brought to length 1 before the decomposition: a year beside a
//! share of days loses no digits, and a diagonal of R near 0 means that a driver follows from those before it, whatever
//! its unit. Coefficients, covariance and predictions are given back in the units that came in.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::student;

/// Share of a driver that must be its own. Rounding alone leaves 1e-15; Longley's drivers keep 0.02.
const OWN: f64 = 1e-10;

/// A named column of drivers.
#[derive(Debug, Clone, Copy)]
pub struct Driver<'a> {
    /// Name, for refusals and pages.
    pub name: &'a str,
    /// One value a row.
    pub values: &'a [f64],
}

/// A fitted linear model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Linear {
    /// Names of the coefficients, "constant" first where there is one.
    pub names: Vec<String>,
    /// Coefficients, unit of the values per unit of the driver.
    pub coefficients: Vec<f64>,
    /// Rows of the inverse of X'X.
    pub inverse: Vec<Vec<f64>>,
    /// Standard deviation of the residuals, with `freedom` degrees of freedom; unit of the values.
    pub residual_sd: f64,
    /// Rows less coefficients.
    pub freedom: usize,
    /// Share of the variance that is explained; of the sum of squares where there is no constant.
    pub r2: f64,
    /// Whether the first coefficient is a constant.
    pub constant: bool,
}

/// A coefficient with what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Estimate.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Lower end of its 95 % interval.
    pub lower: f64,
    /// Upper end of its 95 % interval.
    pub upper: f64,
    /// Estimate over standard error.
    pub t: f64,
    /// Probability of a t as far from 0 if the coefficient were 0.
    pub p: f64,
}

impl Coefficient {
    /// From an estimate and its standard error with `freedom` degrees, an interval of probability `level`.
    pub fn new(
        name: &str,
        unit: &str,
        value: f64,
        standard_error: f64,
        freedom: f64,
        level: f64,
    ) -> Coefficient {
        let half = student::quantile(0.5 + 0.5 * level, freedom) * standard_error;
        let t = value / standard_error;
        Coefficient {
            name: name.to_owned(),
            unit: unit.to_owned(),
            value,
            standard_error,
            lower: value - half,
            upper: value + half,
            t,
            p: student::two_sided(t, freedom),
        }
    }
}

/// An expected value with its interval, in the unit of the values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// Expected value.
    pub value: f64,
    /// Standard deviation of the error of a single value, that of the coefficients included.
    pub sd: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// Fits `values` by `drivers` and, if asked, a constant.
///
/// ```
/// use watteau_analysis::regression::linear::{Driver, fit};
/// let degree_days = Driver { name: "degree_days", values: &[0.0, 10.0, 20.0, 30.0] };
/// let model = fit(&[degree_days], &[2.0, 13.0, 21.0, 32.0], true)?;
/// assert!((model.coefficients[1] - 0.98).abs() < 1e-12);
/// let day = model.predict(&[15.0], 0.95)?;
/// assert!((day.value - 17.0).abs() < 1e-12 && day.lower < 15.0 && day.upper > 19.0);
/// # Ok::<(), watteau_analysis::regression::Refusal>(())
/// ```
pub fn fit(drivers: &[Driver], values: &[f64], constant: bool) -> Result<Linear, Refusal> {
    let (n, own) = (values.len(), drivers.len());
    let freedom = check(drivers, values, own + usize::from(constant))?;
    let mean_of = |values: &[f64]| if constant { values.iter().sum::<f64>() / n as f64 } else { 0.0 };
    let centre = mean_of(values);
    let means: Vec<f64> = drivers.iter().map(|driver| mean_of(driver.values)).collect();
    let mut x = DMatrix::from_fn(n, own, |i, j| drivers[j].values[i] - means[j]);
    let mut lengths = Vec::with_capacity(own);
    for ((mut column, driver), mean) in x.column_iter_mut().zip(drivers).zip(&means) {
        let length = column.norm();
        if length <= 1e-13 * mean.abs() * (n as f64).sqrt() || length == 0.0 {
            return Err(Refusal::Constant { name: driver.name.to_owned() });
        }
        column.unscale_mut(length);
        lengths.push(length);
    }
    let y = DVector::from_iterator(n, values.iter().map(|value| value - centre));
    let total = y.norm_squared();
    let qr = x.clone().qr();
    let upper = qr.r();
    if let Some(j) = (0..own).find(|&j| upper[(j, j)].abs() < OWN) {
        return Err(Refusal::Collinear { name: drivers[j].name.to_owned() });
    }
    // An inverse of R cannot fail: its diagonal was seen.
    let unit = DMatrix::identity(own, own);
    let inverse = upper.solve_upper_triangular(&unit).unwrap_or(unit);
    let mut turned = y.clone();
    qr.q_tr_mul(&mut turned);
    let scaled = &inverse * turned.rows(0, own);
    let slopes: Vec<f64> = scaled.iter().zip(&lengths).map(|(b, length)| b / length).collect();
    let residual = (y - x * scaled).norm_squared();
    if !(residual.is_finite() && total.is_finite()) {
        return Err(Refusal::TooLarge);
    }
    let square = &inverse * inverse.transpose();
    let square = DMatrix::from_fn(own, own, |i, j| square[(i, j)] / lengths[i] / lengths[j]);
    let names = drivers.iter().map(|driver| driver.name.to_owned());
    let (mut coefficients, mut rows) = (slopes, rows_of(&square));
    let mut all_names: Vec<String> = names.collect();
    if constant {
        let means = DVector::from_vec(means);
        let with = &square * &means;
        let level = centre - means.iter().zip(&coefficients).map(|(mean, b)| mean * b).sum::<f64>();
        for (row, with) in rows.iter_mut().zip(&with) {
            row.insert(0, -with);
        }
        let first = 1.0 / n as f64 + means.dot(&with);
        rows.insert(0, std::iter::once(first).chain(with.iter().map(|value| -value)).collect());
        coefficients.insert(0, level);
        all_names.insert(0, "constant".to_owned());
    }
    Ok(Linear {
        names: all_names,
        coefficients,
        inverse: rows,
        residual_sd: (residual / freedom as f64).sqrt(),
        freedom,
        r2: 1.0 - residual / total,
        constant,
    })
}

fn rows_of(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}

/// Degrees of freedom, or why there is nothing to fit.
fn check(drivers: &[Driver], values: &[f64], coefficients: usize) -> Result<usize, Refusal> {
    let n = values.len();
    if let Some(driver) = drivers.iter().find(|driver| driver.values.len() != n) {
        return Err(Refusal::Lengths {
            what: driver.name.to_owned(),
            expected: n,
            found: driver.values.len(),
        });
    }
    for (what, column) in
        drivers.iter().map(|driver| (driver.name, driver.values)).chain([("the value", values)])
    {
        if let Some(row) = column.iter().position(|value| !value.is_finite()) {
            return Err(Refusal::NotFinite { what: what.to_owned(), row });
        }
    }
    if n <= coefficients || n < 2 {
        return Err(Refusal::TooFew { rows: n, coefficients, needed: (coefficients + 1).max(2) });
    }
    if values.iter().all(|value| value.to_bits() == values[0].to_bits()) {
        return Err(Refusal::Stuck);
    }
    Ok(n - coefficients)
}

impl Linear {
    /// Coefficients with intervals of probability `level` and the unit of each.
    pub fn table(&self, units: &[&str], level: f64) -> Vec<Coefficient> {
        let units = units.iter().copied().chain(std::iter::repeat(""));
        let columns = self.names.iter().zip(&self.coefficients).zip(units).enumerate();
        columns
            .map(|(j, ((name, &value), unit))| {
                let error = self.residual_sd * self.inverse[j][j].sqrt();
                Coefficient::new(name, unit, value, error, self.freedom as f64, level)
            })
            .collect()
    }

    /// Expected value for a row of drivers, in their order and without the constant, and the interval that a single
    /// value falls into with probability `level`.
    pub fn predict(&self, drivers: &[f64], level: f64) -> Result<Prediction, Refusal> {
        let own = self.coefficients.len() - usize::from(self.constant);
        if drivers.len() != own {
            return Err(Refusal::Lengths { what: "the row".to_owned(), expected: own, found: drivers.len() });
        }
        if drivers.iter().any(|value| !value.is_finite()) {
            return Err(Refusal::NotFinite { what: "a driver".to_owned(), row: 0 });
        }
        let x: Vec<f64> = self.constant.then_some(1.0).into_iter().chain(drivers.iter().copied()).collect();
        let value = dot(&x, &self.coefficients);
        let sd = self.residual_sd * (1.0 + quadratic(&self.inverse, &x)).sqrt();
        let half = student::quantile(0.5 + 0.5 * level, self.freedom as f64) * sd;
        Ok(Prediction { value, sd, lower: value - half, upper: value + half })
    }
}

/// The product of two rows.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `x' M x`.
pub(crate) fn quadratic(matrix: &[Vec<f64>], x: &[f64]) -> f64 {
    matrix.iter().zip(x).map(|(row, x_row)| x_row * dot(row, x)).sum()
}
