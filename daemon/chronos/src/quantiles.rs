//! Quantiles of samples, and levels between those that a model was trained for.

/// The quantile of sorted values, linear between neighbours; ranks in float32, as the reference counts them.
pub(crate) fn of_sorted(sorted: &[f32], level: f32) -> f32 {
    let rank = level * (sorted.len() - 1) as f32;
    let below = (rank.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    between(sorted[below], sorted[above], rank - below as f32)
}

fn between(a: f32, b: f32, weight: f32) -> f32 {
    if weight < 0.5 { a + weight * (b - a) } else { b - (b - a) * (1.0 - weight) }
}

/// Bolt's rule for a level that it was not trained for: the step's values, with the outer ones repeated, are taken as
/// equally likely. If every level was trained for, the rows are picked.
pub(crate) fn bolt(trained: &[f32], rows: &[Vec<f32>], levels: &[f32]) -> Vec<Vec<f32>> {
    if let Some(picked) = pick(trained, rows, levels) {
        return picked;
    }
    let steps = rows[0].len();
    let sorted: Vec<Vec<f32>> = (0..steps)
        .map(|step| {
            let mut values: Vec<f32> =
                std::iter::once(&rows[0]).chain(rows).chain(rows.last()).map(|row| row[step]).collect();
            values.sort_by(f32::total_cmp);
            values
        })
        .collect();
    levels.iter().map(|level| sorted.iter().map(|values| of_sorted(values, *level)).collect()).collect()
}

/// Chronos-2's rule: linear in the level between trained ones, flat outside.
pub(crate) fn linear(trained: &[f32], rows: &[Vec<f32>], levels: &[f32]) -> Vec<Vec<f32>> {
    levels
        .iter()
        .map(|level| {
            let above = trained.partition_point(|known| known < level);
            match above {
                0 => rows[0].clone(),
                _ if above == trained.len() => rows[above - 1].clone(),
                _ => {
                    let weight = (level - trained[above - 1]) / (trained[above] - trained[above - 1]);
                    let pairs = rows[above - 1].iter().zip(&rows[above]);
                    pairs.map(|(a, b)| between(*a, *b, weight)).collect()
                }
            }
        })
        .collect()
}

/// The row of a trained level.
pub(crate) fn position(trained: &[f32], level: f32) -> Option<usize> {
    trained.iter().position(|known| (known - level).abs() < 1e-6)
}

fn pick(trained: &[f32], rows: &[Vec<f32>], levels: &[f32]) -> Option<Vec<Vec<f32>>> {
    levels.iter().map(|level| position(trained, *level).map(|row| rows[row].clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_fall_between_neighbours() {
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (level, expected) in [(0.0, 1.0), (0.25, 2.0), (0.5, 4.0), (0.625, 6.0), (0.9, 12.8), (1.0, 16.0)]
        {
            assert!((of_sorted(&sorted, level) - expected).abs() < 1e-5, "{level}");
        }
        assert_eq!(of_sorted(&[3.0], 0.7), 3.0);
    }

    #[test]
    fn levels_between_trained_ones() {
        let trained = [0.1, 0.5, 0.9];
        let rows = [vec![10.0, 3.0], vec![20.0, 1.0], vec![40.0, 2.0]];
        assert_eq!(bolt(&trained, &rows, &[0.9, 0.1]), [[40.0, 2.0], [10.0, 3.0]]);
        assert_eq!(
            linear(&trained, &rows, &[0.01, 0.5, 0.7, 0.99]),
            [[10.0, 3.0], [20.0, 1.0], [30.0, 1.5], [40.0, 2.0]]
        );
        // Five equally likely values 10 10 20 40 40, and 1 2 2 3 3.
        assert_eq!(bolt(&trained, &rows, &[0.25, 0.5]), [[10.0, 2.0], [20.0, 2.0]]);
    }
}
