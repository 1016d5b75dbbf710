//! Chronos-2 beyond its own horizon: its quantiles are fed back as paths, and the quantiles of what follows from all of
//! them are taken, each path and level weighing as much as the levels around it leave to it.

use crate::{
    chronos2::Chronos2,
    patches, quantiles,
    rows::{Batch, Row},
    workers::Workers,
};

/// Levels that are fed back.
const PATHS: [f32; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/// The trained quantiles of every row, `[row][level][step]`.
pub(crate) fn predict(
    network: &Chronos2,
    workers: &Workers,
    batch: &Batch,
    horizon: usize,
) -> Vec<Vec<Vec<f32>>> {
    let settings = network.settings;
    let patches_of = |steps: usize| steps.div_ceil(settings.patch).min(settings.max_output_patches);
    let mut all = network.pass(workers, batch, patches_of(horizon));
    let mut paths: Vec<Batch> = Vec::new();
    let mut last = all.clone();
    while all[0][0].len() < horizon {
        if paths.is_empty() {
            paths = vec![batch.clone(); PATHS.len()];
        }
        for (path, level) in paths.iter_mut().zip(PATHS) {
            for (row, steps) in path.rows.iter_mut().zip(&last) {
                let steps = quantiles::linear(&settings.quantiles, steps, &[level]).remove(0);
                advance(row, &steps, settings.context_length);
            }
        }
        let left = horizon - all[0][0].len();
        let blocks = network.pass(workers, &together(&paths), patches_of(left));
        last = (0..batch.rows.len())
            .map(|row| {
                let paths: Vec<&Vec<Vec<f32>>> = blocks.iter().skip(row).step_by(batch.rows.len()).collect();
                combine(&paths, &settings.quantiles)
            })
            .collect();
        for (row, block) in all.iter_mut().zip(&last) {
            row.iter_mut().zip(block).for_each(|(steps, block)| steps.extend(block));
        }
    }
    all.iter_mut().flatten().for_each(|steps| steps.truncate(horizon));
    all
}

/// Moves a row on by some steps: what is known of them holds, what is not is as forecast.
fn advance(row: &mut Row, steps: &[f32], context_length: usize) {
    let known = row.future.len().min(steps.len());
    let ahead = row.future[..known].iter().copied().chain(std::iter::repeat(f32::NAN));
    let steps =
        steps.iter().zip(ahead).map(|(forecast, known)| if known.is_nan() { *forecast } else { known });
    row.context.extend(steps);
    row.context = patches::last(&row.context, context_length).to_vec();
    row.future.drain(..known);
}

/// The rows of all paths in one batch; the rows of a path see each other as before.
fn together(paths: &[Batch]) -> Batch {
    let mut all = Batch::default();
    for path in paths {
        let first = all.rows.len();
        all.groups.extend(path.groups.iter().map(|group| first + group.start..first + group.end));
        all.rows.extend(path.rows.iter().cloned());
    }
    all
}

/// `[level][step]` of a row out of `[path][level][step]`.
fn combine(paths: &[&Vec<Vec<f32>>], levels: &[f32]) -> Vec<Vec<f32>> {
    let (of_paths, of_levels) = (weights(&PATHS), weights(levels));
    let steps = paths[0][0].len();
    let mut out = vec![Vec::with_capacity(steps); levels.len()];
    for step in 0..steps {
        let mut values: Vec<(f32, f32)> = paths
            .iter()
            .zip(&of_paths)
            .flat_map(|(path, of_path)| {
                path.iter().zip(&of_levels).map(move |(row, of_level)| (row[step], of_path * of_level))
            })
            .collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        // As torch.cumsum: a float64 sum, each partial one rounded to float32.
        let mut sum = 0.0_f64;
        for value in &mut values {
            sum += f64::from(value.1);
            value.1 = sum as f32;
        }
        for (out, level) in out.iter_mut().zip(levels) {
            out.push(at(&values, *level));
        }
    }
    out
}

/// The value at a level, given values with the weight of all up to them.
fn at(values: &[(f32, f32)], level: f32) -> f32 {
    let above = values.partition_point(|(_, sum)| *sum < level);
    match above {
        0 => values[0].0,
        _ if above == values.len() => values[above - 1].0,
        _ => {
            let ((a, below), (b, over)) = (values[above - 1], values[above]);
            a + (b - a) * (level - below) / (over - below)
        }
    }
}

/// What each level stands for: half of the way to its neighbours; together 1.
fn weights(levels: &[f32]) -> Vec<f32> {
    let bound = |i: Option<usize>, end| i.and_then(|i| levels.get(i)).copied().unwrap_or(end);
    let weights: Vec<f32> =
        (0..levels.len()).map(|i| (bound(Some(i + 1), 1.0) - bound(i.checked_sub(1), 0.0)) / 2.0).collect();
    let sum: f32 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_weigh_what_lies_around_them() {
        let found = weights(&[0.1, 0.5, 0.9]);
        for (found, expected) in found.iter().zip([0.25 / 0.9, 0.4 / 0.9, 0.25 / 0.9]) {
            assert!((found - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn what_is_known_replaces_what_was_forecast() {
        let mut row = Row { context: vec![1.0, 2.0], future: vec![f32::NAN, 7.0, 8.0] };
        advance(&mut row, &[3.0, 4.0], 3);
        assert_eq!((row.context, row.future), (vec![2.0, 3.0, 7.0], vec![8.0]));
        let mut row = Row { context: vec![1.0], future: vec![] };
        advance(&mut row, &[3.0, 4.0], 9);
        assert_eq!(row.context, [1.0, 3.0, 4.0]);
    }

    #[test]
    fn values_lie_between_cumulated_weights() {
        let values = [(1.0, 0.2), (3.0, 0.6), (9.0, 1.0)];
        for (level, expected) in [(0.1, 1.0), (0.2, 1.0), (0.4, 2.0), (0.8, 6.0), (1.0, 9.0)] {
            assert!((at(&values, level) - expected).abs() < 1e-5, "{level}");
        }
    }
}
