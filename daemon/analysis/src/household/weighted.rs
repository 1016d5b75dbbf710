//! Quantiles of weighted values.

/// Quantiles at `levels` of (value, weight): linear between the middles of the weights, the ends beyond them. Sorts the
/// values. None when nothing has a weight.
pub(crate) fn quantiles<const N: usize>(values: &mut [(f64, f64)], levels: [f64; N]) -> Option<[f64; N]> {
    let total: f64 = values.iter().map(|(_, weight)| weight).sum();
    if !(total > 0.0 && total.is_finite()) {
        return None;
    }
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut found = [f64::NAN; N];
    let (mut next, mut sum) = (0, 0.0);
    let mut before: Option<(f64, f64)> = None;
    for &(value, weight) in values.iter().filter(|(_, weight)| *weight > 0.0) {
        let middle = (sum + weight / 2.0) / total;
        sum += weight;
        while next < N && levels[next] <= middle {
            found[next] = match before {
                Some((low, at)) if middle > at => low + (value - low) * (levels[next] - at) / (middle - at),
                _ => value,
            };
            next += 1;
        }
        before = Some((value, middle));
    }
    let last = before?.0;
    found[next..].fill(last);
    Some(found)
}

/// Mean of (value, weight), or NaN.
pub(crate) fn mean(values: impl IntoIterator<Item = (f64, f64)>) -> f64 {
    let (sum, weights) = values
        .into_iter()
        .fold((0.0, 0.0), |(sum, total), (value, weight)| (sum + value * weight, total + weight));
    sum / weights
}

/// A bell of height 1.
pub(crate) fn bell(u: f64) -> f64 {
    (-u * u / 2.0).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_the_middles_of_weights() {
        let even = || [(30.0, 1.0), (10.0, 1.0), (20.0, 1.0), (40.0, 1.0)];
        for (values, levels, expected) in [
            (even(), [0.0, 0.5, 1.0], [10.0, 25.0, 40.0]),
            (even(), [0.125, 0.25, 0.375], [10.0, 15.0, 20.0]),
            ([(1.0, 0.0), (2.0, 3.0), (4.0, 1.0), (9.0, 0.0)], [0.1, 0.625, 0.9], [2.0, 3.0, 4.0]),
        ] {
            let mut values = values;
            let found = quantiles(&mut values, levels).unwrap();
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{values:?} {found} {expected}");
            }
        }
        assert_eq!(quantiles(&mut [(1.0, 0.0)], [0.5]), None);
        assert!((mean([(1.0, 1.0), (4.0, 2.0)]) - 3.0).abs() < 1e-12);
    }
}
