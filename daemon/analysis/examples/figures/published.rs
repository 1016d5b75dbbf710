//! Numbers that others published found again, and those of many digits.

use watteau_analysis::regression::{Fitted, Form, fit, student};

use crate::common::day;
use crate::common::days::{HomeDays, request};
use crate::common::golden::{self, Months, quantiles::QUANTILE};
use crate::figure::Figure;

/// Published with six decimals, which alone may be half of the last one off.
const ESTIMATE: f64 = 1e-6;
/// Published with four decimals: half of the last one.
const FOUR_DECIMALS: f64 = 5.0001e-5;
/// Of numbers that are known to many digits.
const EXACT: f64 = 1e-8;

fn largest(deviations: impl Iterator<Item = f64>) -> f64 {
    // A deviation that is no number is none to be passed over.
    deviations.fold(0.0, |largest, one| if one <= largest { largest } else { one })
}

fn relative(found: f64, expected: f64) -> f64 {
    (found / expected - 1.0).abs()
}

/// Student's t, beside sixty digits.
pub(crate) fn quantiles() -> Vec<Figure> {
    let deviations = QUANTILE.iter().map(|&(p, freedom, t)| relative(student::quantile(p, freedom), t));
    let work =
        format!("{} quantiles of Student's t of 60 digits, largest relative deviation", QUANTILE.len());
    vec![Figure::told(work, largest(deviations)).most(EXACT)]
}

/// The reference dashboard's months of the real home.
pub(crate) fn months(home: &HomeDays) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (name, values, golden) in
        [("electricity", &home.electricity, golden::ELECTRICITY), ("gas", &home.gas, golden::GAS)]
    {
        let Months { rows, r2, residual_sd, exact, month } = golden;
        let days = home.of(values, Some(&home.present));
        let fit = fit(&days, &request(Form::Monthly, day(2023, 1, 1), day(2025, 1, 1)))?;
        let Fitted::Monthly(monthly) = &fit.model else { anyhow::bail!("{name} was fitted by another form") };
        anyhow::ensure!(fit.coefficients.len() == rows.len(), "{name} has other coefficients");
        let found = || fit.coefficients.iter().zip(&rows);
        let what = |figure: &str| format!("{name}, reference months: {figure}");
        let estimates = found().map(|(found, row)| found.value - row[0]).chain([fit.r2 - r2]).map(f64::abs);
        let ends = found()
            .flat_map(|(found, row)| [found.lower - row[1], found.upper - row[2]])
            .chain([monthly.line.residual_sd - residual_sd])
            .map(f64::abs);
        let digits = fit.coefficients.iter().zip(exact).map(|(found, exact)| relative(found.value, exact));
        let ahead = monthly.line.predict(&[300.0, 1.0], 0.95)?;
        let ahead = [ahead.value, ahead.sd, ahead.lower, ahead.upper].into_iter().zip(month);
        let ahead = ahead.map(|(found, expected)| relative(found, expected));
        figures.extend([
            Figure::told(what("published coefficients and R2, largest deviation"), largest(estimates))
                .most(ESTIMATE),
            Figure::told(what("published intervals (4 decimals), largest deviation"), largest(ends))
                .most(FOUR_DECIMALS),
            Figure::told(what("coefficients of 60 digits, largest relative deviation"), largest(digits))
                .most(EXACT),
            Figure::told(
                what("prediction interval of 60 digits, largest relative deviation"),
                largest(ahead),
            )
            .most(EXACT),
        ]);
    }
    Ok(figures)
}
