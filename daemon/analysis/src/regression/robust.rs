//! Values that no weather and no habit makes: a meter that jumped, an import in the wrong unit.
//!
//! Only what is absurd is set aside. Huber's estimator was measured on a real home and was a draw; a single index read
//! as a day's use would bend any least squares.

use super::baseline::Observation;
use super::linear::{self, Driver};
use super::noise::median;

/// Robust standard deviations beyond which a value is absurd. The oddest day of three years of a real home is at 6.2.
const ABSURD: f64 = 10.0;
/// Rounds of reweighting; the residuals of good days stand still after ten.
const ROUNDS: usize = 12;

/// Which observations are absurd, by a fit of least absolute residuals that they cannot bend.
pub(crate) fn absurd(rows: &[Observation]) -> Vec<bool> {
    let none = vec![false; rows.len()];
    let Some(first) = rows.first() else { return none };
    let mut weights = vec![1.0; rows.len()];
    let mut residuals = vec![0.0; rows.len()];
    let mut scale = 0.0;
    for _ in 0..ROUNDS {
        let weighted = |of: &dyn Fn(&Observation) -> f64| {
            rows.iter().zip(&weights).map(|(row, weight)| weight * of(row)).collect::<Vec<f64>>()
        };
        let columns: Vec<Vec<f64>> = (0..first.row.x.len()).map(|j| weighted(&|row| row.row.x[j])).collect();
        let drivers: Vec<Driver> = columns.iter().map(|values| Driver { name: "", values }).collect();
        // What cannot be fitted is refused, with its reason, by who asks for the fit itself.
        let Ok(line) = linear::fit(&drivers, &weighted(&|row| row.value), false) else { return none };
        for (residual, row) in residuals.iter_mut().zip(rows) {
            *residual = row.value - linear::dot(&row.row.x, &line.coefficients);
        }
        // Cold days stray most and warm ones are many: the larger scale holds for all.
        let of = |cold: bool| {
            let chosen = residuals.iter().zip(rows).filter(|(_, row)| cold == (row.row.cold > 0.0));
            let mut sizes: Vec<f64> = chosen.map(|(residual, _)| residual.abs()).collect();
            sizes.sort_by(f64::total_cmp);
            if sizes.is_empty() { 0.0 } else { 1.4826 * median(&sizes) }
        };
        scale = f64::max(of(true), of(false));
        if scale <= 0.0 {
            return none;
        }
        for (weight, residual) in weights.iter_mut().zip(&residuals) {
            *weight = residual.abs().max(0.1 * scale).sqrt().recip();
        }
    }
    residuals.iter().map(|residual| residual.abs() > ABSURD * scale).collect()
}
