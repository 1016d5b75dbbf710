//! What years of history taught, small enough to ship: a new installation starts from it.
//!
//! Coefficients are kept by hour, the covariance once: the hours see nearly the same columns, so their covariances are
//! nearly one. Its correlations take most of the room, and pay for it. What the columns say together is known far better
//! than what each says alone; with variances only, installations between 2022-06 and 2023-03 scored 1.28 instead of 1.14
//! in the first two weeks, 1.45 instead of 1.29 in the next two, and 1.45 instead of 1.40 after half a year.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use super::residual::COLUMNS;
use super::{ENOUGH_DAYS, Issue, Model, Spec, Track};
use crate::Error;
use crate::calendar::Day;
use crate::features::Scale;
use crate::kalman::{Filter, diagonal};

const FORMAT: u8 = 1;
/// Steps of a correlation.
const STEPS: f64 = 32_767.0;
/// Days that a prior's level of noise stands for, so that it is followed from the first day.
const SEASONED: u32 = 1000;

/// A fitted model made small.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    format: u8,
    spec: Spec,
    through: Day,
    issues: Vec<Fitted>,
    covariance: Small,
}

/// What belongs to one time of issue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Fitted {
    issue: Issue,
    scale: Scale,
    means: Vec<Vec<f32>>,
    noise: Vec<f32>,
    corrections: Vec<Vec<f32>>,
    correction_covariance: Small,
    /// Half-widths of the intervals by hour.
    widths: Vec<[f32; 4]>,
}

/// A covariance as standard deviations and rounded correlations, with the trace of diagonal that rounding costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Small {
    deviations: Vec<f32>,
    correlations: Vec<i16>,
    extra: f32,
}

impl Small {
    /// The mean of packed covariances of `n` columns.
    fn mean_of<'a>(n: usize, covariances: impl Iterator<Item = &'a [f64]>) -> Small {
        let mut mean = vec![0.0; n * (n + 1) / 2];
        let mut count = 0.0;
        for covariance in covariances {
            count += 1.0;
            for (sum, p) in mean.iter_mut().zip(covariance) {
                *sum += p;
            }
        }
        let deviation = |i: usize| (mean[diagonal(i)] / count).max(1e-12).sqrt();
        let deviations: Vec<f64> = (0..n).map(deviation).collect();
        let mut correlations = Vec::with_capacity(n * n.saturating_sub(1) / 2);
        for i in 0..n {
            for j in 0..i {
                let covariance = mean[diagonal(i) - i + j] / count;
                let correlation = covariance / (deviations[i] * deviations[j]);
                correlations.push((correlation.clamp(-1.0, 1.0) * STEPS).round() as i16);
            }
        }
        let deviations = deviations.iter().map(|&deviation| deviation as f32).collect();
        let mut small = Small { deviations, correlations, extra: 1e-4 };
        // Rounding may leave a matrix that is no covariance: add the least that makes it one again.
        while small.extra < 1.0 && !small.is_positive() {
            small.extra *= 2.0;
        }
        small.extra *= 2.0;
        small
    }

    fn is_positive(&self) -> bool {
        let n = self.deviations.len();
        let packed = self.packed();
        let matrix = DMatrix::from_fn(n, n, |i, j| {
            let (i, j) = (i.max(j), i.min(j));
            let scale = f64::from(self.deviations[i]) * f64::from(self.deviations[j]);
            packed[diagonal(i) - i + j] / scale
        });
        matrix.cholesky().is_some()
    }

    /// Rows of the lower triangle.
    fn packed(&self) -> Vec<f64> {
        let mut correlations = self.correlations.iter();
        let mut packed = Vec::new();
        for (i, &row) in self.deviations.iter().enumerate() {
            let row = f64::from(row);
            let deviations = &self.deviations[..i];
            packed.extend(
                deviations
                    .iter()
                    .zip(&mut correlations)
                    .map(|(&column, &correlation)| row * f64::from(column) * f64::from(correlation) / STEPS),
            );
            packed.push(row * row * (1.0 + f64::from(self.extra)));
        }
        packed
    }

    fn is_sound(&self, n: usize) -> bool {
        self.deviations.len() == n
            && self.correlations.len() == n * n.saturating_sub(1) / 2
            && self.deviations.iter().all(|deviation| deviation.is_finite() && *deviation > 0.0)
            && (0.0..=2.0).contains(&self.extra)
    }
}

impl Prior {
    /// A prior from models that learnt the same days with the same columns, one for each time of issue. Corrections
    /// and widths are those of the case of weather `case`: take the one that is most like a weather service's.
    pub fn make(models: &mut [Model], case: usize) -> Result<Prior, Error> {
        let first = models.first().ok_or(Error::State("there is no model"))?;
        let (spec, through, n) = (first.spec.clone(), first.through, first.features.len());
        let alike = |model: &Model| {
            let other = Spec { issue: spec.issue, ..model.spec.clone() };
            other == spec && model.through == through && model.tracks.len() > case
        };
        if !models.iter().all(alike) {
            return Err(Error::State("the models are not alike"));
        }
        let mut issues = Vec::new();
        for model in models.iter_mut() {
            model.filters.iter_mut().for_each(|filter| filter.settle(&model.drift));
            issues.push(Fitted::of(model, case));
        }
        let covariances = models.iter().flat_map(|model| model.filters.iter().map(Filter::covariance));
        let covariance = Small::mean_of(n, covariances);
        Ok(Prior { format: FORMAT, spec, through, issues, covariance })
    }

    /// Last day that it learnt from.
    pub fn through(&self) -> Day {
        self.through
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        postcard::to_allocvec(self).map_err(|_| Error::State("it cannot be written"))
    }

    /// Reads what [`Prior::to_bytes`] wrote. Damaged bytes are refused.
    pub fn from_bytes(bytes: &[u8]) -> Result<Prior, Error> {
        if bytes.first() != Some(&FORMAT) {
            return Err(Error::State("another version wrote it"));
        }
        postcard::from_bytes(bytes).map_err(|_| Error::State("it is damaged"))
    }

    /// A model that starts from it and learns from `first` on. What may have changed between the last day of the prior
    /// and then is added to its uncertainty. Days before the last one of the prior would be forecasts by hindsight.
    pub fn start(&self, issue: Issue, first: Day, cases: usize) -> Result<Model, Error> {
        let fitted = self.issues.iter().find(|fitted| fitted.issue == issue);
        let fitted = fitted.ok_or(Error::State("it was not fitted for this time of issue"))?;
        if !fitted.scale.is_sound() || self.spec.fourier > 10_000 {
            return Err(Error::State("its scales are damaged"));
        }
        let mut model = Model::new(Spec { issue, ..self.spec.clone() }, fitted.scale.clone(), first, cases);
        let n = model.features.len();
        if !fitted.is_sound(n) || !self.covariance.is_sound(n) {
            return Err(Error::State("its coefficients are damaged"));
        }
        let covariance = self.covariance.packed();
        let idle = first.since(self.through).max(0);
        for ((filter, mean), &noise) in model.filters.iter_mut().zip(&fitted.means).zip(&fitted.noise) {
            let mean = mean.iter().map(|&b| f64::from(b)).collect();
            *filter = Filter::with_covariance(mean, covariance.clone());
            filter.idle(idle);
            filter.set_noise(f64::from(noise), SEASONED);
        }
        model.tracks.iter_mut().for_each(|track| fitted.give(track));
        model.learnt = ENOUGH_DAYS;
        Ok(model)
    }
}

impl Fitted {
    fn of(model: &mut Model, case: usize) -> Fitted {
        let short = |values: &[f64]| values.iter().map(|&value| value as f32).collect::<Vec<f32>>();
        let track = &mut model.tracks[case];
        track.residual.settle();
        let corrections = track.residual.filters();
        Fitted {
            issue: model.spec.issue,
            scale: model.scale.clone(),
            means: model.filters.iter().map(|filter| short(filter.coefficients())).collect(),
            noise: model.filters.iter().map(|filter| filter.noise() as f32).collect(),
            corrections: corrections.iter().map(|filter| short(filter.coefficients())).collect(),
            correction_covariance: Small::mean_of(COLUMNS, corrections.iter().map(Filter::covariance)),
            widths: (0..24).map(|hour| track.calibration.widths(hour).map(|width| width as f32)).collect(),
        }
    }

    fn give(&self, track: &mut Track) {
        let covariance = self.correction_covariance.packed();
        for (filter, mean) in track.residual.filters_mut().iter_mut().zip(&self.corrections) {
            *filter =
                Filter::with_covariance(mean.iter().map(|&b| f64::from(b)).collect(), covariance.clone());
            filter.set_noise(1.0, SEASONED);
        }
        track.calibration.assume(self.widths.clone());
    }

    fn is_sound(&self, n: usize) -> bool {
        let finite = |rows: &[Vec<f32>], n: usize| {
            rows.len() == 24 && rows.iter().all(|row| row.len() == n && row.iter().all(|b| b.is_finite()))
        };
        finite(&self.means, n)
            && finite(&self.corrections, COLUMNS)
            && self.correction_covariance.is_sound(COLUMNS)
            && self.noise.len() == 24
            && self.noise.iter().all(|noise| noise.is_finite() && *noise > 0.0)
            && self.widths.len() == 24
    }
}
