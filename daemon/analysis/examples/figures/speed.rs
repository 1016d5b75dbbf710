//! How long a regression takes, its search and the table of its months and days included.

use std::time::Instant;

use watteau_analysis::regression::{Days, Form, Request, fit};

use crate::common::days::HomeDays;
use crate::figure::Figure;
use crate::invented::Home;

/// Fits of which the middle one is told.
const TIMES: usize = 11;
/// What a fit may take, milliseconds.
const MOST: f64 = 300.0;

/// The median time of a fit of all days, ms.
fn time(days: &Days, form: Form) -> anyhow::Result<f64> {
    let request = Request { form, unit: "kWh", latitude: 46.5, from: None, to: None };
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        std::hint::black_box(fit(days, &request)?);
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    Ok(times[TIMES / 2])
}

/// The real home's three years, where they are at hand, and five invented ones.
pub(crate) fn fits(home: Option<&HomeDays>) -> anyhow::Result<Vec<Figure>> {
    let (gas, electricity) = ("gas by day with its search", "electricity with its level");
    let mut cases = Vec::new();
    if let Some(home) = home {
        cases.push((gas, "the real home's 26 months", time(&home.gas(), Form::Daily)?));
        cases.push((electricity, "the real home's three years", time(&home.electricity(), Form::Level)?));
    }
    for (years, told) in [(3, "three invented years"), (5, "five invented years")] {
        let invented = invented(years);
        cases.push((gas, told, time(&invented.days(), Form::Daily)?));
        cases.push((electricity, told, time(&invented.days(), Form::Level)?));
        cases.push(("the reference's months", told, time(&invented.days(), Form::Monthly)?));
    }
    let figure = |(what, days, took)| Figure::told(format!("{what}, {days}, ms"), took).most(MOST);
    Ok(cases.into_iter().map(figure).collect())
}

/// A home from 2022 on that is empty for two weeks of each year.
fn invented(years: usize) -> Home {
    let count = years * 1461 / 4;
    let mut home = Home::new(count);
    let there = |day: usize| if (210..224).contains(&(day % 365)) { 0.0 } else { 1.0 };
    home.occupancy = Some((0..count).map(|day| Some(there(day))).collect());
    home
}
