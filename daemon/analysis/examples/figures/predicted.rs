//! Months and days of the real home predicted from others, beside the reference dashboard's.

use crate::common::days::{HomeDays, Summary};
use crate::common::explained::{Electricity, Gas};
use crate::figure::Figure;

fn percent(share: Option<f64>) -> f64 {
    100.0 * share.unwrap_or(f64::NAN)
}

fn inside(summary: &Summary) -> f64 {
    100.0 * summary.inside as f64 / summary.months as f64
}

/// Gas: quarters left out, one month ahead, and a year from before it.
pub(crate) fn gas(home: &HomeDays) -> anyhow::Result<Vec<Figure>> {
    let Gas { fit, rolling, reference, year, reference_year } = Gas::measure(home)?;
    let days = percent(fit.baseline().and_then(|baseline| baseline.cv_rmse_days));
    let rolling = Summary::of(rolling.iter());
    let left = |figure: &str| format!("gas 2023-2024, each quarter left out: {figure}");
    let ahead = |figure: &str| format!("gas, one month ahead ({}): {figure}", rolling.months);
    let kept = |figure: &str| format!("gas, 2024 from 14 months before (no 2025 in the samples): {figure}");
    Ok(vec![
        Figure::told(left("error of months, CV(RMSE) %"), percent(fit.cv_rmse)).most(10.5),
        Figure::told(left("error of days, CV(RMSE) %"), days),
        Figure::told(ahead("error, reference form beside, %"), rolling.cv).beside(reference.cv),
        Figure::told(ahead("months inside, %"), inside(&rolling)).least(95.0),
        Figure::told(ahead("half-width, reference beside, %"), rolling.width).beside(reference.width),
        Figure::told(ahead("days inside, %"), rolling.days),
        Figure::told(kept("error, reference form beside, %"), year.cv).beside(reference_year.cv),
        Figure::told(kept("months inside, %"), inside(&year)).least(90.0),
        Figure::told(kept("half-width, reference beside, %"), year.width).beside(reference_year.width),
    ])
}

/// Electricity with its level, one month ahead.
pub(crate) fn electricity(home: &HomeDays) -> anyhow::Result<Vec<Figure>> {
    let Electricity { rolling, alone, reference, .. } = Electricity::measure(home)?;
    let what =
        |figure: &str| format!("electricity and its level, one month ahead ({}): {figure}", rolling.months);
    Ok(vec![
        Figure::told(what("error, reference form beside, %"), rolling.cv).beside(reference.cv).most(15.5),
        Figure::told(what("months inside, %"), inside(&rolling)).least(94.0),
        Figure::told(what("half-width, reference beside, %"), rolling.width).beside(reference.width),
        Figure::told(what("days inside, %"), rolling.days),
        Figure::told(what("error without occupancy, %"), alone.cv),
    ])
}
