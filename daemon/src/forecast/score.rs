//! How good forecasts were: every model on the hours that all of them forecast.

use jiff::{Timestamp, ToSpan as _, tz::TimeZone};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use watteau_analysis::{Hourly, interval::LEVELS, scores::pinball};

/// What one model said: for each first instant, ms, the value and its quantiles.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// The model.
    pub model: String,
    /// What it said.
    pub said: BTreeMap<i64, Said>,
}

/// A value that was forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// The most likely.
    pub value: f64,
    /// Quantiles at 0.1 to 0.9, of those who give them.
    pub quantiles: Option<[f64; 9]>,
}

/// Scores of a target over a period, on the hours that were measured and that every model forecast.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Score {
    /// The series.
    pub target: String,
    /// Unit of `mae`, `rmse`, `bias` and `pinball`.
    pub unit: String,
    /// First day.
    #[schema(example = "2024-06-01")]
    pub since: String,
    /// Last day.
    #[schema(example = "2025-05-31")]
    pub until: String,
    /// Local time of issue, the day before.
    #[schema(example = "10:00")]
    pub at: String,
    /// The temperatures that forecasts were made with: `forecast`, `measured`, `noisy:DEGC`, `none`, or `mixed`.
    pub weather: String,
    /// Hours (of a daily series, days) that all models and the meter have.
    pub common_hours: usize,
    /// First local day with one of them; null where there is none.
    #[schema(example = "2024-06-01")]
    pub first_day: Option<String>,
    /// Last local day with one of them; null where there is none.
    #[schema(example = "2025-05-31")]
    pub last_day: Option<String>,
    /// How many of them were forecast afterwards, with no more of the target than was known then.
    pub replayed_hours: usize,
    /// Ours first, then its parts, the official one, the naive ones.
    pub models: Vec<ModelScore>,
    /// The same by hour of the day or by month, where asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub groups: Vec<GroupScore>,
    /// Other ways to look at the same days; of a home's backtest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub parts: Vec<PartScore>,
}

/// Scores of the same days, seen in another way.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PartScore {
    /// `today`: forecast on the morning of the day itself. `days`: the energy of whole days, the day before.
    #[schema(example = "today")]
    pub part: String,
    /// Unit of `mae`, `rmse`, `bias` and `pinball`.
    pub unit: String,
    /// Values that all models and the meter have.
    pub common_hours: usize,
    /// As in the whole.
    pub models: Vec<ModelScore>,
}

/// One model's scores.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ModelScore {
    /// `watteau` for what the job serves; its parts; `official`; `naive_d1`, `naive_d2`, `naive_d7`: the same local hour
    /// so many days before.
    #[schema(example = "watteau")]
    pub model: String,
    /// Mean absolute error relative to the value, %; null where a value is zero.
    pub mape: Option<f64>,
    /// Sum of the absolute errors relative to the sum of the values, %; null where that is zero.
    pub wape: Option<f64>,
    /// Mean absolute error; null without a common hour.
    pub mae: Option<f64>,
    /// Root of the mean square error; null without a common hour.
    pub rmse: Option<f64>,
    /// Mean of value minus forecast; null without a common hour.
    pub bias: Option<f64>,
    /// Mean pinball loss over the quantiles 0.1 to 0.9; null of a model without them.
    pub pinball: Option<f64>,
    /// Share of the hours inside the 80 % interval, %; null of a model without one.
    pub coverage_80: Option<f64>,
}

/// Scores of a part of the hours.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct GroupScore {
    /// Local hour (`0` to `23`) or month (`2025-05`).
    pub group: String,
    /// Hours of it.
    pub hours: usize,
    /// As in the whole.
    pub models: Vec<ModelScore>,
}

/// By what scores are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// Local hour.
    Hour,
    /// Month.
    Month,
}

/// The instants that were measured and that every line has.
pub fn common(lines: &[Line], measured: &BTreeMap<i64, f64>) -> Vec<i64> {
    let Some((first, others)) = lines.split_first() else { return Vec::new() };
    let known = |line: &Line, start: &i64| line.said.get(start).is_some_and(|said| said.value.is_finite());
    let all = |start: &i64| {
        measured.get(start).is_some_and(|value| value.is_finite())
            && known(first, start)
            && others.iter().all(|line| known(line, start))
    };
    first.said.keys().copied().filter(all).collect()
}

/// First and last local day of those instants.
pub fn days_of(at: &[i64], zone: &TimeZone) -> (Option<String>, Option<String>) {
    let day = |start: &i64| {
        let local = Timestamp::from_millisecond(*start).unwrap_or_default().to_zoned(zone.clone());
        local.date().to_string()
    };
    (at.first().map(day), at.last().map(day))
}

/// Scores of every line at those instants.
pub fn score(lines: &[Line], measured: &BTreeMap<i64, f64>, at: &[i64]) -> Vec<ModelScore> {
    lines.iter().map(|line| one(line, measured, at)).collect()
}

/// The same, for each local hour or each month.
pub fn grouped(
    lines: &[Line],
    measured: &BTreeMap<i64, f64>,
    at: &[i64],
    by: By,
    zone: &TimeZone,
) -> Vec<GroupScore> {
    let mut groups: BTreeMap<(i16, i8), Vec<i64>> = BTreeMap::new();
    for &start in at {
        let local = Timestamp::from_millisecond(start).unwrap_or_default().to_zoned(zone.clone());
        let group = match by {
            By::Hour => (0, local.hour()),
            By::Month => (local.year(), local.month()),
        };
        groups.entry(group).or_default().push(start);
    }
    let named = |((year, part), at): ((i16, i8), Vec<i64>)| GroupScore {
        group: match by {
            By::Hour => part.to_string(),
            By::Month => format!("{year:04}-{part:02}"),
        },
        hours: at.len(),
        models: score(lines, measured, &at),
    };
    groups.into_iter().map(named).collect()
}

fn one(line: &Line, measured: &BTreeMap<i64, f64>, at: &[i64]) -> ModelScore {
    let pairs = || at.iter().filter_map(|start| Some((*measured.get(start)?, line.said.get(start)?)));
    let n = pairs().count();
    let mean =
        |f: &dyn Fn(f64, &Said) -> f64| pairs().map(|(value, said)| f(value, said)).sum::<f64>() / n as f64;
    let known = |value: f64| (n > 0).then_some(value);
    let spread = pairs().all(|(_, said)| said.quantiles.is_some()) && n > 0;
    let of = |f: &dyn Fn(f64, &[f64; 9]) -> f64| {
        spread.then(|| mean(&|value, said| said.quantiles.as_ref().map_or(f64::NAN, |q| f(value, q))))
    };
    ModelScore {
        model: line.model.clone(),
        mape: (n > 0 && pairs().all(|(value, _)| value.abs() > 0.0))
            .then(|| mean(&|value, said| 100.0 * (value - said.value).abs() / value.abs())),
        wape: Some(mean(&|value, _| value.abs()))
            .filter(|size| *size > 0.0)
            .map(|size| 100.0 * mean(&|value, said| (value - said.value).abs()) / size),
        mae: known(mean(&|value, said| (value - said.value).abs())),
        rmse: known(mean(&|value, said| (value - said.value).powi(2)).sqrt()),
        bias: known(mean(&|value, said| value - said.value)),
        pinball: of(&|value, quantiles| {
            let losses = LEVELS.iter().zip(quantiles).map(|(level, q)| pinball(*level, *q, value));
            losses.sum::<f64>() / LEVELS.len() as f64
        }),
        coverage_80: of(&|value, q| if (q[0]..=q[8]).contains(&value) { 100.0 } else { 0.0 }),
    }
}

/// A series given by the hour, as a line.
pub fn plain(model: &str, hourly: &Hourly) -> Line {
    let said = (hourly.first()..hourly.end())
        .map(|hour| (hour * super::inputs::HOUR_MS, Said { value: hourly.get(hour), quantiles: None }));
    Line { model: model.to_owned(), said: said.collect() }
}

/// The value of the same local time some days before, for each of those instants. A time that the clocks skipped that
/// day is shifted as clocks are.
pub fn naive(
    back: i32,
    measured: &BTreeMap<i64, f64>,
    at: impl Iterator<Item = i64>,
    zone: &TimeZone,
) -> Line {
    let earlier = |start: i64| {
        let local = Timestamp::from_millisecond(start).ok()?.to_zoned(zone.clone()).datetime();
        let before = local.checked_sub(back.days()).ok()?.to_zoned(zone.clone()).ok()?;
        measured.get(&before.timestamp().as_millisecond()).copied()
    };
    let said = at.filter_map(|start| Some((start, Said { value: earlier(start)?, quantiles: None })));
    Line { model: format!("naive_d{back}"), said: said.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::testing::{at, paris};

    fn line(model: &str, values: &[(i64, f64)], spread: bool) -> Line {
        let said = |&(start, value): &(i64, f64)| {
            let quantiles = spread.then(|| std::array::from_fn(|i| value + i as f64 - 4.0));
            (start, Said { value, quantiles })
        };
        Line { model: model.into(), said: values.iter().map(said).collect() }
    }

    #[test]
    fn all_are_scored_on_what_all_have() {
        let measured: BTreeMap<i64, f64> =
            [(0, 100.0), (1, 200.0), (2, f64::NAN), (3, 400.0)].into_iter().collect();
        let ours = line("watteau", &[(0, 97.0), (1, 210.0), (2, 1.0), (3, 1.0)], true);
        let other = line("official", &[(0, 110.0), (1, 200.0), (3, f64::NAN)], false);
        let lines = [ours, other];
        let hours = common(&lines, &measured);
        assert_eq!(hours, [0, 1]);
        let scores = score(&lines, &measured, &hours);
        let ours = &scores[0];
        assert_eq!((ours.mae, ours.bias, ours.coverage_80), (Some(6.5), Some(-3.5), Some(50.0)));
        assert!((ours.wape.unwrap() - 100.0 * 13.0 / 300.0).abs() < 1e-12);
        assert!((scores[0].mape.unwrap() - 4.0).abs() < 1e-12 && scores[0].pinball.unwrap() > 0.0);
        assert_eq!((scores[1].mape, scores[1].pinball, scores[1].coverage_80), (Some(5.0), None, None));
        assert!((scores[1].rmse.unwrap() - 50.0_f64.sqrt()).abs() < 1e-12);
        // Nothing in common is no error of zero.
        let nothing = &score(&lines, &measured, &[])[0];
        assert_eq!((nothing.mae, nothing.rmse, nothing.bias, nothing.wape), (None, None, None, None));
        assert_eq!((nothing.mape, nothing.coverage_80), (None, None));
    }

    #[test]
    fn naive_forecasts_keep_the_local_hour_over_a_change_of_clocks() {
        let hours: BTreeMap<i64, f64> = [
            (at("2025-03-28T08:00:00Z"), 1.0),
            (at("2025-03-29T08:00:00Z"), 2.0),
            (at("2025-03-29T01:00:00Z"), 3.0),
        ]
        .into_iter()
        .collect();
        let morning = at("2025-03-30T07:00:00Z");
        let said = naive(1, &hours, [morning].into_iter(), &paris()).said[&morning];
        assert_eq!(said, Said { value: 2.0, quantiles: None });
        let night = at("2025-03-30T00:00:00Z");
        assert!(naive(1, &hours, [night].into_iter(), &paris()).said.is_empty());
    }

    #[test]
    fn groups_are_local() {
        let start = at("2025-05-31T21:30:00Z");
        let late = at("2025-05-31T22:30:00Z");
        let measured: BTreeMap<i64, f64> = [(start, 10.0), (late, 0.0)].into_iter().collect();
        let lines = [line("watteau", &[(start, 9.0), (late, 5.0)], false)];
        let months = grouped(&lines, &measured, &[start, late], By::Month, &paris());
        assert_eq!(
            months.iter().map(|group| group.group.as_str()).collect::<Vec<_>>(),
            ["2025-05", "2025-06"]
        );
        assert_eq!((months[0].models[0].mape, months[1].models[0].mape), (Some(10.0), None));
        let hours = grouped(&lines, &measured, &[start, late], By::Hour, &paris());
        assert_eq!(hours.iter().map(|group| group.group.as_str()).collect::<Vec<_>>(), ["0", "23"]);
    }
}
