//! Windows of series as tensors, and the loss of a forecast of them.

use candle_core::{Device, Result, Tensor};

use super::{data::Window, ops::HIDDEN};
use crate::{
    config::Bolt as Settings,
    patches::{self, Place},
};

/// What is observed may lie this many scales from the mean before the loss of it stops growing: a spike of a household
/// must not outweigh a year of ordinary days.
const FARTHEST: f32 = 20.0;

/// Windows side by side, normalised as the network sees them.
#[derive(Debug)]
pub struct Batch {
    /// `[series × patches, 2 × patch]`, shorter series padded on the left.
    pub(super) patches: Tensor,
    /// `[series, tokens]`: what is added to the scores of a token.
    pub(super) mask: Tensor,
    pub(super) series: usize,
    pub(super) tokens: usize,
    /// `[series, 1, steps]`, zero where nothing is known.
    target: Tensor,
    /// As `target`: 1 where it is known.
    known: Tensor,
}

impl Batch {
    /// Lays out windows for a network with these settings.
    pub fn new(windows: &[Window], settings: &Settings, device: &Device) -> Result<Self> {
        let contexts: Vec<&[f32]> =
            windows.iter().map(|window| patches::last(&window.context, settings.context_length)).collect();
        let longest = contexts.iter().map(|context| context.len().div_ceil(settings.patch)).max();
        let longest = longest.unwrap_or(1).max(1);
        let tokens = longest + usize::from(settings.use_reg);
        let (steps, series) = (settings.prediction_length, windows.len());
        let mut patches = Vec::with_capacity(series * longest * 2 * settings.patch);
        let mut mask = Vec::with_capacity(series * tokens);
        let mut target = Vec::with_capacity(series * steps);
        let mut known: Vec<f32> = Vec::with_capacity(series * steps);
        for (window, context) in windows.iter().zip(contexts) {
            let place = Place::of(context);
            let normal: Vec<f32> = context.iter().map(|value| place.normalise(*value)).collect();
            let missing = longest - context.len().div_ceil(settings.patch);
            patches.resize(patches.len() + missing * 2 * settings.patch, 0.0);
            mask.resize(mask.len() + missing, HIDDEN);
            let seen = patches::cut(&normal, settings.patch, &mut patches, |_, _| {});
            // What nothing is known before has no place to be measured from.
            let measured = seen.contains(&true);
            mask.extend(seen.into_iter().map(|seen| if seen { 0.0 } else { HIDDEN }));
            mask.extend(settings.use_reg.then_some(0.0));
            for step in 0..steps {
                let value = window.target.get(step).copied().unwrap_or(f32::NAN);
                let value = Some(place.normalise(value)).filter(|value| measured && value.is_finite());
                known.push(if value.is_some() { 1.0 } else { 0.0 });
                target.push(value.unwrap_or(0.0).clamp(-FARTHEST, FARTHEST));
            }
        }
        Ok(Self {
            patches: Tensor::from_vec(patches, (series * longest, 2 * settings.patch), device)?,
            mask: Tensor::from_vec(mask, (series, tokens), device)?,
            series,
            tokens,
            target: Tensor::from_vec(target, (series, 1, steps), device)?,
            known: Tensor::from_vec(known, (series, 1, steps), device)?,
        })
    }

    /// The pinball loss of quantiles `[series, levels, steps]`, as the reference trains with: twice the pinball of each
    /// level, summed over levels and steps that are known. Divide by their number, [`Batch::known`].
    pub fn loss(&self, quantiles: &Tensor, levels: &[f32]) -> Result<Tensor> {
        let ahead = self.target.broadcast_sub(quantiles)?;
        let level = Tensor::new(levels, quantiles.device())?.reshape((1, (), 1))?;
        let pinball = (ahead.broadcast_mul(&level)? + ahead.neg()?.relu()?)?;
        pinball.broadcast_mul(&self.known)?.sum_all()? * 2.0
    }

    /// Number of steps that are known, over all series.
    pub fn known(&self) -> Result<f64> {
        Ok(f64::from(self.known.sum_all()?.to_scalar::<f32>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Positions;

    #[test]
    fn the_loss_is_twice_the_pinball_of_what_is_known() {
        let settings = Settings {
            decoder_layers: 1,
            positions: Positions { buckets: 32, max_distance: 128 },
            context_length: 8,
            prediction_length: 3,
            patch: 4,
            quantiles: vec![0.1, 0.5],
            use_reg: true,
            reg_token: 1,
            start_token: 0,
        };
        // Means 5 and 3, deviations 1 and 2; the third has nothing to be measured by.
        let windows = [
            Window { context: vec![4.0, 6.0, 4.0, 6.0], target: vec![7.0, f32::NAN] },
            Window {
                context: vec![9.0, 1.0, 5.0, 1.0, 5.0, 1.0, 5.0, 1.0, 5.0],
                target: vec![3.0, 1.0, 9e9],
            },
            Window { context: vec![f32::NAN; 2], target: vec![1.0; 3] },
        ];
        let batch = Batch::new(&windows, &settings, &Device::Cpu).expect("a batch");
        assert_eq!(batch.known().expect("a number"), 4.0);
        assert_eq!((batch.series, batch.tokens, batch.patches.dims()), (3, 3, &[6, 8][..]));
        let hidden = batch.mask.to_vec2::<f32>().expect("a mask");
        assert_eq!(hidden, [[HIDDEN, 0.0, 0.0], [0.0; 3], [HIDDEN, HIDDEN, 0.0]]);
        let quantiles = Tensor::ones((3, 2, 3), candle_core::DType::F32, &Device::Cpu).expect("ones");
        let loss = batch.loss(&quantiles, &settings.quantiles).and_then(|loss| loss.to_scalar::<f32>());
        // In deviations the targets are 2; 0, -1 and, cut off, 20; all forecasts are 1.
        let pinball = |ahead: f32| (0.1 * ahead).max(-0.9 * ahead) + 0.5 * ahead.abs();
        let expected = 2.0 * (pinball(1.0) + pinball(-1.0) + pinball(-2.0) + pinball(19.0));
        assert!((loss.expect("a number") - expected).abs() < 1e-4, "{expected}");
    }
}
