//! The file of `watteau model predict`: cases to forecast, as JSON.

use serde::Deserialize;
use std::collections::BTreeMap;
use watteau_chronos::{Covariate, Task};

/// The whole file; keys that are not known are passed over.
#[derive(Debug, Deserialize)]
pub(super) struct Cases {
    pub(super) cases: Vec<Case>,
}

/// One call of the model.
#[derive(Debug, Deserialize)]
pub(super) struct Case {
    pub(super) name: String,
    /// A series, or several of any length, each by itself.
    pub(super) context: Option<OneOrMore>,
    /// Series with what is known beside them.
    pub(super) tasks: Option<Vec<Inputs>>,
    /// Steps to forecast.
    pub(super) prediction_length: usize,
    /// All tasks are one group.
    #[serde(default)]
    pub(super) cross_learning: bool,
}

/// What one task gives.
#[derive(Debug, Deserialize)]
pub(super) struct Inputs {
    target: OneOrMore,
    #[serde(default)]
    past_covariates: BTreeMap<String, Beside>,
    #[serde(default)]
    future_covariates: BTreeMap<String, Beside>,
}

/// Values; `null` is one that is missing.
type Values = Vec<Option<f64>>;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(Values),
    More(Vec<Values>),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Beside {
    Numbers(Values),
    Flags(Vec<Option<bool>>),
    Categories(Vec<Option<String>>),
}

impl Case {
    /// What the model is asked, and whether the answer is nested by task.
    pub(super) fn tasks(&self) -> Result<(Vec<Task>, bool), String> {
        match (&self.context, &self.tasks) {
            (Some(context), None) => Ok((context.series().into_iter().map(Task::series).collect(), false)),
            (None, Some(tasks)) => Ok((tasks.iter().map(Inputs::task).collect(), true)),
            _ => Err(format!("case {} needs either `context` or `tasks`", self.name)),
        }
    }
}

impl OneOrMore {
    fn series(&self) -> Vec<Vec<f32>> {
        match self {
            Self::One(values) => vec![numbers(values)],
            Self::More(series) => series.iter().map(|values| numbers(values)).collect(),
        }
    }
}

impl Inputs {
    fn task(&self) -> Task {
        let covariates = |given: &BTreeMap<String, Beside>| {
            given.iter().map(|(name, beside)| (name.clone(), beside.covariate())).collect()
        };
        Task {
            targets: self.target.series(),
            past: covariates(&self.past_covariates),
            future: covariates(&self.future_covariates),
        }
    }
}

impl Beside {
    fn covariate(&self) -> Covariate {
        match self {
            Self::Numbers(values) => Covariate::Numbers(numbers(values)),
            Self::Flags(flags) => {
                Covariate::Categories(flags.iter().map(|flag| flag.map(|flag| flag.to_string())).collect())
            }
            Self::Categories(names) => Covariate::Categories(names.clone()),
        }
    }
}

fn numbers(values: &[Option<f64>]) -> Vec<f32> {
    values.iter().map(|value| value.map_or(f32::NAN, |value| value as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> Case {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_case_is_series_alone_or_tasks_with_what_is_known() {
        let (tasks, nested) =
            case(r#"{"name":"a","context":[1,null,2.5],"prediction_length":3,"atol":1}"#).tasks().unwrap();
        assert!(!nested && tasks.len() == 1);
        assert!(tasks[0].targets[0][1].is_nan());
        assert_eq!(tasks[0].targets[0][2].to_bits(), 2.5_f32.to_bits());
        let (tasks, _) = case(r#"{"name":"a","context":[[1],[2,3]],"prediction_length":3}"#).tasks().unwrap();
        assert_eq!(tasks, [Task::series([1.0]), Task::series([2.0, 3.0])]);
        let both = r#"{"name":"b","tasks":[{"target":[[1,2],[3,4]],"past_covariates":{"day":["sun",null],"free":[true,false]},
            "future_covariates":{"day":["mon"]}}],"prediction_length":1,"cross_learning":true}"#;
        let (tasks, nested) = case(both).tasks().unwrap();
        assert!(nested && case(both).cross_learning);
        assert_eq!(tasks[0].targets, [[1.0, 2.0], [3.0, 4.0]]);
        assert_eq!(tasks[0].past["day"], Covariate::Categories(vec![Some("sun".into()), None]));
        assert_eq!(
            tasks[0].past["free"],
            Covariate::Categories(vec![Some("true".into()), Some("false".into())])
        );
        for text in [
            r#"{"name":"c","prediction_length":1}"#,
            r#"{"name":"c","context":[1],"tasks":[],"prediction_length":1}"#,
        ] {
            assert!(case(text).tasks().unwrap_err().contains("case c needs either"));
        }
    }
}
