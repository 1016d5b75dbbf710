//! Regressions as the API writes them.

use crate::model::Text;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

/// A regression in short.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Overview {
    /// The job.
    pub name: String,
    /// The series that is explained.
    pub target: String,
    /// `daily`, `monthly`, or `level`: days of electricity, with a level that wanders.
    pub form: String,
    /// `fitted`; `provisional`: learnt from few days; `waiting`: too few days yet; `refused`: see the message.
    pub status: String,
    /// What is missing, or what to mind.
    pub message: Option<Text>,
    /// What was learnt from.
    pub fitted: Option<LearntDays>,
    /// When the fit that is kept was made, epoch seconds; null where none is kept yet.
    pub fitted_at: Option<i64>,
    /// Share of the variance that is explained, of days or months as the form has them.
    pub r2: Option<f64>,
    /// Error of months left out, as a share of their mean.
    pub cv_rmse: Option<f64>,
}

/// The days learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LearntDays {
    /// First day.
    #[schema(value_type = String, example = "2023-01-01")]
    pub from: Date,
    /// The day after the last.
    #[schema(value_type = String, example = "2025-01-01")]
    pub to: Date,
}

/// A regression with everything that it shows.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Detail {
    /// In short.
    #[serde(flatten)]
    pub overview: Overview,
    /// Unit of the values.
    pub unit: String,
    /// Factor of the intervals of sums, 1 or more. Above 1.6 there are causes that the weather does not explain.
    pub kappa: Option<f64>,
    /// Base temperature, degC.
    pub base: Option<f64>,
    /// What sun is worth, degC of effective temperature per MJ/m2.
    pub sun: Option<f64>,
    /// Coefficients with their 95 % intervals.
    pub coefficients: Vec<CoefficientView>,
    /// Months beside what is expected of them, with 95 % intervals.
    pub months: Vec<ExplainedMonth>,
    /// The last days beside what is expected of them, with 95 % intervals.
    pub days: Vec<ExplainedDay>,
    /// Since when more or less is used than the weather explains; oldest first.
    pub changes: Vec<ChangeView>,
    /// What dated events brought.
    pub events: Vec<EventView>,
    /// Days, flows and sensors that are not as they should be; newest first.
    pub anomalies: Vec<AnomalyView>,
    /// The fits that are kept, oldest first.
    pub history: Vec<HistoryView>,
    /// How far there is still to go, while it waits.
    pub waiting: Option<Waiting>,
}

/// A coefficient.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CoefficientView {
    /// What it multiplies.
    #[schema(example = "degree_days")]
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// The estimate.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Estimate over standard error.
    pub t: f64,
    /// Probability of a t as far from 0, were the coefficient 0.
    pub p: f64,
}

/// A month.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExplainedMonth {
    /// The month.
    #[schema(example = "2025-01")]
    pub month: String,
    /// What was used on the days that are compared; null where none is known.
    pub actual: Option<f64>,
    /// What is expected of the same days.
    pub predicted: f64,
    /// Lower end of the 95 % interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Share of the month's days that are compared.
    pub coverage: f64,
    /// Degree-days, base 18; null where no temperature is known.
    pub degree_days: Option<f64>,
    /// Whether it was learnt from.
    pub in_fit: bool,
}

/// A day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExplainedDay {
    /// The local day.
    #[schema(value_type = String, example = "2025-01-15")]
    pub date: Date,
    /// What was used; null where it is not known.
    pub actual: Option<f64>,
    /// What is expected.
    pub predicted: f64,
    /// Lower end of the 95 % interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// A change of use.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ChangeView {
    /// Most likely first day.
    #[schema(value_type = String, example = "2025-03-14")]
    pub since: Date,
    /// The first day lies between this one and `since_to` with 95 %.
    #[schema(value_type = String)]
    pub since_from: Date,
    /// See `since_from`.
    #[schema(value_type = String)]
    pub since_to: Date,
    /// Use beyond what the weather explains, %; negative for less.
    pub percent: f64,
    /// Lower end of its 95 % interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// The day that gave it away.
    #[schema(value_type = String)]
    pub found_on: Date,
    /// In French.
    pub sentence_fr: String,
    /// In English.
    pub sentence_en: String,
}

/// What an event brought.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EventView {
    /// The day.
    #[schema(value_type = String, example = "2024-10-01")]
    pub date: Date,
    /// What it was, in the user's words.
    pub name: String,
    /// Use beyond what is expected since then, %; null where it cannot be told.
    pub percent: Option<f64>,
    /// Lower end of its 95 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// The same in the unit of the values.
    pub kwh: Option<f64>,
    /// Lower end of its 95 % interval.
    pub kwh_lower: Option<f64>,
    /// Upper end.
    pub kwh_upper: Option<f64>,
    /// Smallest effect that would have been seen in four of five cases, %.
    pub smallest: Option<f64>,
    /// Whether the interval leaves out zero.
    pub visible: bool,
    /// In French.
    pub sentence_fr: String,
    /// In English.
    pub sentence_en: String,
}

/// Something odd.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnomalyView {
    /// The series.
    pub series: String,
    /// The day it is told of.
    #[schema(value_type = String)]
    pub date: Date,
    /// `odd_day`, `heating_off`, `base_load`, `leak`, `frozen`.
    pub kind: String,
    /// What was measured, of days the use, of a base load W.
    pub actual: Option<f64>,
    /// What was expected.
    pub expected: Option<f64>,
    /// Lower end of what would not have been odd.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Whether nobody wants to hear of this series.
    pub muted: bool,
    /// In French.
    pub sentence_fr: String,
    /// In English.
    pub sentence_en: String,
}

/// A fit that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryView {
    /// When it was made, epoch seconds.
    pub fitted_at: i64,
    /// First day learnt.
    #[schema(value_type = String)]
    pub from: Date,
    /// The day after the last.
    #[schema(value_type = String)]
    pub to: Date,
    /// Share of the variance that is explained.
    pub r2: f64,
    /// Error of months left out, as a share of their mean.
    pub cv_rmse: Option<f64>,
}

/// Days that are still to come.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Waiting {
    /// Heating days that are known.
    pub heating_days: usize,
    /// How many it takes.
    pub needed: usize,
}

impl Overview {
    /// The short part of a regression.
    pub(super) fn of(detail: &Detail) -> Self {
        detail.overview.clone()
    }
}
