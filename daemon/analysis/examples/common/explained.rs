//! The real home explained: what is measured of its gas and its electricity.
//!
//! The shared days end with 2024: the year that the recipe kept apart, 2025, is not there, and what is predicted ahead
//! here lies in 2023 and 2024.

use watteau_analysis::Day;
use watteau_analysis::regression::{Days, Fit, Form, Request, fit};

use super::day;
use super::days::{HomeDays, Month, Summary, ahead, request, rolling};

/// Gas by the day, and the months of the reference dashboard beside it.
pub(crate) struct Gas {
    /// Learnt in 2023 and 2024.
    pub(crate) fit: Fit,
    /// One month ahead, learnt from 2022-11 on, and the reference's.
    pub(crate) rolling: Vec<Month>,
    pub(crate) reference: Summary,
    /// The months of 2024 from the fourteen before, and the reference's.
    pub(crate) year: Summary,
    pub(crate) reference_year: Summary,
}

impl Gas {
    pub(crate) fn measure(home: &HomeDays) -> anyhow::Result<Gas> {
        let (start, first, end) = (day(2022, 11, 1), day(2023, 11, 1), day(2025, 1, 1));
        let (own, both) = (home.gas(), home.of(&home.gas, Some(&home.present)));
        let kept = day(2024, 1, 1);
        let [daily, monthly] = [Form::Daily, Form::Monthly].map(|form| request(form, start, end));
        Ok(Gas {
            fit: fit(&own, &request(Form::Daily, day(2023, 1, 1), end))?,
            rolling: rolling(&own, &daily, first, end)?,
            reference: Summary::of(rolling(&both, &monthly, first, end)?.iter()),
            year: from_before(&own, &daily, kept)?,
            reference_year: from_before(&both, &monthly, kept)?,
        })
    }
}

/// The months from `kept` on by one fit of what was before.
fn from_before(days: &Days, request: &Request, kept: Day) -> anyhow::Result<Summary> {
    let fitted = fit(days, &Request { to: Some(kept), ..request.clone() })?;
    let end = request.to.unwrap_or(days.day(days.len()));
    Ok(Summary::of(ahead(days, &fitted, kept, end)?.iter()))
}

/// Electricity with its level, and the months of the reference dashboard beside it.
pub(crate) struct Electricity {
    /// Learnt in 2022 to 2024.
    pub(crate) fit: Fit,
    /// One month ahead, learnt from 2022 on: with presence, without, and the reference's.
    pub(crate) rolling: Summary,
    pub(crate) alone: Summary,
    pub(crate) reference: Summary,
}

impl Electricity {
    pub(crate) fn measure(home: &HomeDays) -> anyhow::Result<Electricity> {
        let (start, first, end) = (day(2022, 1, 1), day(2023, 1, 1), day(2025, 1, 1));
        let (days, alone) = (home.electricity(), home.of(&home.electricity, None));
        let summary = |days: &Days, form: Form| -> anyhow::Result<Summary> {
            Ok(Summary::of(rolling(days, &request(form, start, end), first, end)?.iter()))
        };
        Ok(Electricity {
            fit: fit(&days, &request(Form::Level, start, end))?,
            rolling: summary(&days, Form::Level)?,
            alone: summary(&alone, Form::Level)?,
            reference: summary(&days, Form::Monthly)?,
        })
    }
}
