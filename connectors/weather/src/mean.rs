//! The mean of several places by weight: what a country feels.

use crate::{answer::Column, places::Place};

/// Values come in tenths, or in whole numbers; their mean is kept to a thousandth.
const ROUNDED: f64 = 1000.0;

/// The mean of columns of equal length. An hour in which a place that counts has no value has no mean: a mean over
/// what happens to be there would jump with every hole.
pub(crate) fn mean(places: &[Place], columns: &[&Column]) -> Column {
    let counting: Vec<(f64, &Column)> = places
        .iter()
        .zip(columns)
        .map(|(place, column)| (place.weight, *column))
        .filter(|(weight, _)| *weight > 0.0)
        .collect();
    let total: f64 = counting.iter().map(|(weight, _)| weight).sum();
    let hours = counting.iter().map(|(_, column)| column.len()).min().unwrap_or(0);
    (0..hours)
        .map(|hour| {
            let sum =
                counting.iter().try_fold(0.0, |sum, (weight, column)| Some(sum + weight * column[hour]?))?;
            Some((sum / total * ROUNDED).round() / ROUNDED)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_without_a_place_that_counts_has_no_mean() {
        let place =
            |weight| Place { name: None, title: String::new(), latitude: 0.0, longitude: 0.0, weight };
        let places = [place(3.0), place(1.0), place(0.0)];
        let columns =
            [vec![Some(4.0), Some(4.0), None], vec![Some(0.0), None, Some(1.0)], vec![None, Some(9.0), None]];
        let columns: Vec<&Column> = columns.iter().collect();
        assert_eq!(mean(&places, &columns), [Some(3.0), None, None]);
    }
}
