//! Two periods in equal weather: what was used beside what a model expects of each.

use super::home::Home;
use crate::query::{ComparedPeriod, Corrected};
use watteau_analysis::{
    Day,
    regression::{Fit, Prediction},
};

/// None where the model has no days, a day's drivers are not known, or nothing is expected.
///
/// With the totals `a`, `b` and what is expected of them `A`, `B`, the first used `(a/A) / (b/B)` times as much. Errors of
/// both sums are taken for independent, which they nearly are a season apart: the interval is one of the logarithm,
/// `± t sqrt((sd A / A)² + (sd B / B)²)`.
pub(super) fn corrected(
    home: &Home,
    fit: &Fit,
    model: &str,
    first: &ComparedPeriod,
    second: &ComparedPeriod,
) -> Option<Corrected> {
    let baseline = fit.baseline()?;
    let (days, rows) = (home.days(), fit.rows(&home.days()));
    let expected = |period: &ComparedPeriod| -> Option<Prediction> {
        let all = Day::new(period.from).to(Day::new(period.to).plus(-1));
        let known: Option<Vec<_>> =
            all.map(|day| Some((day, rows.get(days.index(day)?)?.as_ref()?))).collect();
        Some(baseline.predict_sum(known?.into_iter())).filter(|sum| sum.value > 0.0)
    };
    let (of_first, of_second) = (expected(first)?, expected(second)?);
    let used = (first.total? / of_first.value) / (second.total? / of_second.value);
    let spread = (of_first.sd / of_first.value).hypot(of_second.sd / of_second.value);
    let half = baseline.factor() * spread;
    let percent = |factor: f64| 100.0 * (factor - 1.0);
    (used > 0.0 && used.is_finite()).then(|| Corrected {
        expected_first: of_first.value,
        expected_second: of_second.value,
        delta_percent: percent(used),
        lower: percent(used * (-half).exp()),
        upper: percent(used * half.exp()),
        model: model.to_owned(),
    })
}
