//! Regressions as tables and sentences.

use super::output;
use crate::model::Text;
use serde::Deserialize;
use std::fmt::Write as _;

/// Sentences about odd days that are printed; `--json` has all.
const ODD: usize = 10;

/// The part of the list that is shown.
#[derive(Debug, Deserialize)]
pub(super) struct Overview {
    name: String,
    target: String,
    form: String,
    status: String,
    message: Option<Text>,
    fitted: Option<Fitted>,
    r2: Option<f64>,
    cv_rmse: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Fitted {
    from: String,
    to: String,
}

/// The part of one that is shown.
#[derive(Debug, Deserialize)]
pub(super) struct Detail {
    #[serde(flatten)]
    overview: Overview,
    unit: String,
    kappa: Option<f64>,
    base: Option<f64>,
    coefficients: Vec<Coefficient>,
    months: Vec<Month>,
    changes: Vec<Told>,
    events: Vec<Told>,
    anomalies: Vec<Told>,
}

#[derive(Debug, Deserialize)]
struct Coefficient {
    name: String,
    unit: String,
    value: f64,
    lower: f64,
    upper: f64,
}

#[derive(Debug, Deserialize)]
struct Month {
    #[serde(rename = "month")]
    name: String,
    actual: Option<f64>,
    predicted: f64,
    lower: f64,
    upper: f64,
    degree_days: Option<f64>,
    in_fit: bool,
}

/// Anything that has a sentence.
#[derive(Debug, Deserialize)]
struct Told {
    sentence_en: String,
}

/// A row for each regression.
pub(super) fn list(all: &[Overview]) -> anyhow::Result<()> {
    if all.is_empty() {
        eprintln!("No regression yet: add [jobs.NAME] with kind = \"regression\" to the configuration.");
    }
    let rows = all.iter().map(|one| {
        let share = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"));
        let dash = || "-".to_owned();
        [
            one.name.clone(),
            one.target.clone(),
            one.form.clone(),
            one.status.clone(),
            one.fitted.as_ref().map_or_else(dash, |fitted| format!("{} to {}", fitted.from, fitted.to)),
            share(one.r2),
            share(one.cv_rmse),
            one.message.as_ref().map_or_else(String::new, |message| message.en.clone()),
        ]
    });
    output::table(["name", "target", "form", "status", "fitted", "R2", "CV(RMSE)", ""], rows)
}

/// One regression.
pub(super) fn detail(detail: &Detail) -> anyhow::Result<()> {
    let Overview { name, target, form, status, message, fitted, r2, cv_rmse } = &detail.overview;
    let mut text = format!("{name}: {target} by the {form} model, {status}\n");
    if let Some(message) = message {
        let _ = writeln!(text, "{}", message.en);
    }
    if let Some(Fitted { from, to }) = fitted {
        let _ = write!(text, "learnt from {from} to the day before {to}");
        for (what, value) in [("R2", r2), ("CV(RMSE) of months left out", cv_rmse), ("kappa", &detail.kappa)]
        {
            if let Some(value) = value {
                let _ = write!(text, ", {what} {value:.3}");
            }
        }
        if let Some(base) = detail.base {
            let _ = write!(text, ", base {base:.1} degC");
        }
        text.push('\n');
    }
    output::print_raw(&text)?;
    let number = |value: f64| output::number((value * 100.0).round() / 100.0);
    let precise = |value: f64| format!("{value:.4}");
    if !detail.coefficients.is_empty() {
        output::print_raw("\n")?;
        let rows = detail.coefficients.iter().map(|one| {
            let Coefficient { name, unit, value, lower, upper } = one;
            [name.clone(), precise(*value), precise(*lower), precise(*upper), unit.clone()]
        });
        output::table(["coefficient", "value", "2.5 %", "97.5 %", "unit"], rows)?;
    }
    if !detail.months.is_empty() {
        output::print_raw(&format!("\nmonths, {}\n", detail.unit))?;
        let rows = detail.months.iter().map(|month| {
            let dash = || "-".to_owned();
            let inside = month.actual.map_or("", |actual| {
                if (month.lower..=month.upper).contains(&actual) {
                    "as expected"
                } else if actual > month.upper {
                    "more"
                } else {
                    "less"
                }
            });
            [
                month.name.clone(),
                month.actual.map_or_else(dash, number),
                number(month.predicted),
                number(month.lower),
                number(month.upper),
                month.degree_days.map_or_else(dash, |days| format!("{days:.0}")),
                if month.in_fit { "learnt" } else { "" }.to_owned(),
                inside.to_owned(),
            ]
        });
        output::table(["month", "used", "expected", "2.5 %", "97.5 %", "degree-days", "", ""], rows)?;
    }
    let mut said: Vec<&str> = Vec::new();
    said.extend(detail.changes.iter().map(|told| told.sentence_en.as_str()));
    said.extend(detail.events.iter().map(|told| told.sentence_en.as_str()));
    said.extend(detail.anomalies.iter().take(ODD).map(|told| told.sentence_en.as_str()));
    if !said.is_empty() {
        output::print_raw(&format!("\n{}\n", said.join("\n")))?;
    }
    if detail.anomalies.len() > ODD {
        output::print_raw(&format!("{} more odd days; --json has them all\n", detail.anomalies.len() - ODD))?;
    }
    Ok(())
}
