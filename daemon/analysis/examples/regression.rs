//! The regressions on the real home of the shared samples, beside what the measured recipe reached.
//!
//! `cargo run --release -p watteau-analysis --example regression`; how long they take is a part of the example `figures`.

mod common;

use common::day;
use common::days::{HomeDays, Summary, read, request};
use common::explained::{Electricity, Gas};
use common::golden;
use watteau_analysis::regression::{Fit, Fitted, Form, Status, fit};

fn main() -> anyhow::Result<()> {
    let home = read()?;
    months(&home)?;
    gas(&home)?;
    young(&home)?;
    electricity(&home)
}

fn coefficients(fit: &Fit) {
    for one in &fit.coefficients {
        println!(
            "  {:12} {:13.6} [{:.4}, {:.4}] {}, p {:.1e}",
            one.name, one.value, one.lower, one.upper, one.unit, one.p
        );
    }
}

/// The reference's months.
fn months(home: &HomeDays) -> anyhow::Result<()> {
    for (name, values, golden) in
        [("Electricity", &home.electricity, golden::ELECTRICITY), ("Gas", &home.gas, golden::GAS)]
    {
        let days = home.of(values, Some(&home.present));
        let fit = fit(&days, &request(Form::Monthly, day(2023, 1, 1), day(2025, 1, 1)))?;
        let Fitted::Monthly(monthly) = &fit.model else { continue };
        println!(
            "{name}, 24 months: R2 {:.6} ({:.6}), sd {:.4} ({:.4}), {:?}",
            fit.r2, golden.r2, monthly.line.residual_sd, golden.residual_sd, golden.rows
        );
        coefficients(&fit);
    }
    Ok(())
}

fn line(name: &str, summary: &Summary, recipe: &str) {
    let Summary { months, cv, bias, inside, width, days } = summary;
    let days = if days.is_finite() { format!(", days inside {days:.1} %") } else { String::new() };
    println!(
        "  {name}: {months} months, error {cv:.1} %, bias {bias:+.1} %, {inside} inside, half-width {width:.1} %{days} \
         ({recipe})"
    );
}

fn gas(home: &HomeDays) -> anyhow::Result<()> {
    let Gas { fit, rolling, reference, year, reference_year } = Gas::measure(home)?;
    let Some(baseline) = fit.baseline() else { return Ok(()) };
    let percent = |share: Option<f64>| 100.0 * share.unwrap_or(f64::NAN);
    println!(
        "Gas by day, 2023 and 2024: base {:?}, sun {:?} (17.0, 0.20), phi {:.2} (0.36 to 0.45), kappa {:.2} (1.0)",
        fit.base, fit.sun, baseline.noise.phi, baseline.kappa
    );
    coefficients(&fit);
    println!(
        "  quarters left out: months {:.1} %, days {:.1} % (10.1, 40.4; at most 10.5)",
        percent(fit.cv_rmse),
        percent(baseline.cv_rmse_days)
    );
    line(
        "one month ahead from 2022-11 on",
        &Summary::of(rolling.iter()),
        "24 months to 2025-10: 12.4, 24, 26.9, 95.8",
    );
    let heating = rolling.iter().filter(|month| !(5..=9).contains(&month.first.date().month()));
    line("of which October to April", &Summary::of(heating), "14 of 14 heating months");
    line("2024 from the 14 months before", &year, "2025 from two years: 10.3, 9 of 10, 19.0");
    line("the reference's months, one ahead", &reference, "24 of 24, 65.7");
    line("the reference's months, 2024", &reference_year, "2025: 29.5");
    Ok(())
}

/// Homes that begin: the year after the first so many heating days.
fn young(home: &HomeDays) -> anyhow::Result<()> {
    let days = home.gas();
    let (begin, end) = (day(2022, 11, 1), day(2025, 1, 1));
    let classes =
        [(60, 90, "28"), (90, 120, "19"), (120, 150, "13"), (150, 250, "16 to 22"), (250, 999, "8 to 10")];
    println!(
        "Gas by day, homes that begin 2022-11 to 2023-11, the year after (90th percentile of the recipe)"
    );
    for (least, most, recipe) in classes {
        let (mut errors, mut months, mut inside, mut provisional) = (Vec::new(), 0, 0, 0);
        for late in (0..390).step_by(15) {
            for length in (60..730).step_by(15) {
                let (from, to) = (begin.plus(late), begin.plus(late + length));
                // Whole months, a year of them.
                let first = to.plus(i32::from(to.date().days_in_month()) - i32::from(to.date().day()) + 1);
                if first.plus(366) > end {
                    break;
                }
                let Ok(fitted) = fit(&days, &request(Form::Daily, from, to)) else { continue };
                let Fitted::Daily(daily) = &fitted.model else { continue };
                if !(least..most).contains(&daily.sufficiency.heating_days()) {
                    continue;
                }
                let year = Summary::of(common::days::ahead(&days, &fitted, first, first.plus(360))?.iter());
                errors.push(year.cv);
                (months, inside) = (months + year.months, inside + year.inside);
                provisional += usize::from(fitted.status == Status::Provisional);
            }
        }
        errors.sort_by(f64::total_cmp);
        let at = |share: f64| errors.get((share * errors.len() as f64) as usize).copied().unwrap_or(f64::NAN);
        println!(
            "  {least} to {most} heating days: {} homes, {provisional} provisional, error {:.0} %, 90th percentile {:.0} % \
             ({recipe}), {:.0} % of months inside",
            errors.len(),
            at(0.5),
            at(0.9),
            100.0 * inside as f64 / f64::from(months.max(1) as u32),
        );
    }
    Ok(())
}

fn electricity(home: &HomeDays) -> anyhow::Result<()> {
    let Electricity { fit, rolling, alone, reference } = Electricity::measure(home)?;
    let Fitted::Level(level) = &fit.model else { return Ok(()) };
    println!(
        "Electricity by day, 2022 to 2024: {:?}, deviance {:.0}, kappa {:.2}",
        level.wander, level.deviance, level.baseline.kappa
    );
    coefficients(&fit);
    println!("  without level: {:.2?} (6.1, 21.0, 1.84, 9.1, 5.2)", level.baseline.coefficients);
    line("one month ahead", &rolling, "34 months to 2025-10: 15.3, 32 of 34, 28.2, 94.4");
    line("without occupancy", &alone, "not measured");
    line("the reference's months", &reference, "22.3, 30 of 34, 33.9");
    Ok(())
}
