//! Tasks become rows: what Chronos-2 sees of targets and covariates.
//!
//! A task's rows are its targets, then the covariates of which only the past is known, then those known ahead, each in
//! the order of their names. Every row has a context; those known ahead have values for the steps to forecast too. Rows
//! of a group see each other.

use std::{collections::BTreeMap, ops::Range};

use crate::{
    error::PredictError,
    patches,
    task::{Covariate, Task},
};

/// Rows of one pass.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    pub(crate) rows: Vec<Row>,
    /// Runs of rows that see each other; together they are all rows.
    pub(crate) groups: Vec<Range<usize>>,
    /// For each task its targets' rows.
    pub(crate) targets: Vec<Range<usize>>,
}

/// A series as the network reads it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// At most as long as the model reads; NaN is missing.
    pub(crate) context: Vec<f32>,
    /// What is known of the steps to forecast; empty, or as long as the horizon with NaN for unknown.
    pub(crate) future: Vec<f32>,
}

impl Batch {
    /// Lays out tasks; with `together` all of them are one group.
    pub(crate) fn new(tasks: &[Task], context_length: usize, together: bool) -> Self {
        let mut batch = Self::default();
        for task in tasks {
            let first = batch.rows.len();
            let row = |context: &[f32], future| Row {
                context: patches::last(context, context_length).to_vec(),
                future,
            };
            batch.rows.extend(task.targets.iter().map(|target| row(target, Vec::new())));
            batch.targets.push(first..batch.rows.len());
            let (known, past_only): (Vec<_>, Vec<_>) =
                task.past.iter().partition(|(name, _)| task.future.contains_key(*name));
            for (name, past) in past_only.into_iter().chain(known) {
                let (past, future) = encode(past, task.future.get(name), &task.targets);
                batch.rows.push(row(&past, future));
            }
            batch.groups.push(first..batch.rows.len());
        }
        if together {
            let all = 0..batch.rows.len();
            batch.groups = vec![all];
        }
        batch
    }
}

/// Refuses covariates that do not fit their task.
pub(crate) fn check(tasks: &[Task], horizon: usize) -> Result<(), PredictError> {
    let refuse = |sentence: String| Err(PredictError::Invalid(sentence));
    for (number, task) in tasks.iter().enumerate() {
        let length = task.targets.first().map_or(0, Vec::len);
        for (name, past) in &task.past {
            if past.len() != length {
                return refuse(format!(
                    "covariate {name} of task {number} has {} values where its targets have {length}",
                    past.len()
                ));
            }
            finite(name, number, past)?;
        }
        for (name, future) in &task.future {
            let Some(past) = task.past.get(name) else {
                return refuse(format!(
                    "covariate {name} of task {number} is known ahead, but its past is not given"
                ));
            };
            if future.len() != horizon {
                return refuse(format!(
                    "covariate {name} of task {number} is known for {} steps where the horizon is {horizon}; use NaN where it is not known",
                    future.len()
                ));
            }
            if std::mem::discriminant(past) != std::mem::discriminant(future) {
                return refuse(format!(
                    "covariate {name} of task {number} has numbers and categories; give one kind"
                ));
            }
            finite(name, number, future)?;
        }
    }
    Ok(())
}

fn finite(name: &str, number: usize, covariate: &Covariate) -> Result<(), PredictError> {
    match covariate {
        Covariate::Numbers(values) if values.iter().any(|value| value.is_infinite()) => {
            Err(PredictError::Invalid(format!(
                "covariate {name} of task {number} has an infinite value; use NaN for a missing one"
            )))
        }
        _ => Ok(()),
    }
}

/// A covariate's past and future as numbers.
fn encode(past: &Covariate, future: Option<&Covariate>, targets: &[Vec<f32>]) -> (Vec<f32>, Vec<f32>) {
    match (past, future) {
        (Covariate::Numbers(past), future) => {
            let future =
                if let Some(Covariate::Numbers(future)) = future { future.clone() } else { Vec::new() };
            (past.clone(), future)
        }
        (Covariate::Categories(past), future) => {
            let future = if let Some(Covariate::Categories(future)) = future { &future[..] } else { &[] };
            let (codes, unseen) = match targets {
                [target] => by_target(past, target),
                _ => (by_order(past), f32::NAN),
            };
            let code = |category: &Option<String>| codes.get(category).copied().unwrap_or(unseen);
            (past.iter().map(code).collect(), future.iter().map(code).collect())
        }
    }
}

type Codes<'t> = BTreeMap<&'t Option<String>, f32>;

/// A category becomes the mean of the target under it, drawn towards the mean of all by one observation; a category that
/// was never seen becomes the latter.
fn by_target<'t>(categories: &'t [Option<String>], target: &[f32]) -> (Codes<'t>, f32) {
    let mut sums: BTreeMap<_, (f64, f64)> = BTreeMap::new();
    let (mut sum, mut count) = (0.0, 0.0_f64);
    for (category, value) in categories.iter().zip(target) {
        let of_category = sums.entry(category).or_default();
        if value.is_finite() {
            of_category.0 += f64::from(*value);
            of_category.1 += 1.0;
            sum += f64::from(*value);
            count += 1.0;
        }
    }
    let mean = if count > 0.0 { sum / count } else { 0.0 };
    let codes =
        sums.into_iter().map(|(category, (sum, count))| (category, ((mean + sum) / (1.0 + count)) as f32));
    (codes.collect(), mean as f32)
}

/// Several targets have no one mean: categories are numbered in their order.
fn by_order(categories: &[Option<String>]) -> Codes<'_> {
    let known: std::collections::BTreeSet<_> = categories.iter().collect();
    known.into_iter().enumerate().map(|(code, category)| (category, code as f32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(names: &str) -> Covariate {
        Covariate::Categories(names.split(' ').map(|name| (name != "-").then(|| name.into())).collect())
    }

    #[test]
    fn rows_are_targets_then_past_then_known_by_name() {
        let task = Task::series(vec![1.0, 2.0, 3.0])
            .with_known("b", vec![4.0; 3], vec![5.0; 2])
            .with_past("z", vec![6.0; 3])
            .with_past("c", vec![7.0; 3])
            .with_known("a", vec![8.0; 3], vec![9.0; 2]);
        check(std::slice::from_ref(&task), 2).unwrap();
        let batch = Batch::new(&[task.clone(), task], 2, false);
        let firsts: Vec<f32> = batch.rows.iter().map(|row| row.context[0]).collect();
        assert_eq!(firsts, [2.0, 7.0, 6.0, 8.0, 4.0, 2.0, 7.0, 6.0, 8.0, 4.0]);
        assert_eq!(
            batch.rows.iter().map(|row| row.future.len()).collect::<Vec<_>>(),
            [0, 0, 0, 2, 2, 0, 0, 0, 2, 2]
        );
        assert_eq!((batch.groups, batch.targets), (vec![0..5, 5..10], vec![0..1, 5..6]));
    }

    #[test]
    fn categories_become_means_of_the_target() {
        let target = vec![10.0, 20.0, f32::NAN, 40.0, 30.0];
        let (past, future) = encode(&days("a b a - b"), Some(&days("b a new -")), &[target]);
        // The mean is 25: a (25 + 10) / 2, b (25 + 50) / 3, missing (25 + 40) / 2.
        assert_eq!(past, [17.5, 25.0, 17.5, 32.5, 25.0]);
        assert_eq!(future, [25.0, 17.5, 25.0, 32.5]);
    }

    #[test]
    fn categories_of_several_targets_are_numbered() {
        let targets = [vec![1.0; 4], vec![2.0; 4]];
        let (past, future) = encode(&days("we ho wd we"), Some(&days("wd new")), &targets);
        assert_eq!(past, [2.0, 0.0, 1.0, 2.0]);
        assert!(future[0] == 1.0 && future[1].is_nan());
    }

    #[test]
    fn covariates_that_do_not_fit_are_refused() {
        let task = || Task::series(vec![1.0, 2.0]);
        let mut ahead = task();
        ahead.future.insert("t".into(), vec![1.0].into());
        for (task, word) in [
            (task().with_past("t", vec![1.0]), "has 1 values"),
            (task().with_known("t", vec![1.0; 2], vec![1.0; 3]), "for 3 steps"),
            (task().with_known("t", vec![1.0; 2], days("a")), "numbers and categories"),
            (task().with_past("t", vec![1.0, f32::INFINITY]), "infinite"),
            (ahead, "its past is not given"),
        ] {
            let error = check(&[task], 1).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
