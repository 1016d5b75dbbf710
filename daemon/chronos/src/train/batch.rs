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
            mask.extend(seen.into_iter().map(|seen| if seen { 0.0 } else { HIDDEN }));
            mask.extend(settings.use_reg.then_some(0.0));
            for step in 0..steps {
                let value = window.target.get(step).copied().unwrap_or(f32::NAN);
                let value = place.normalise(value);
                known.push(if value.is_finite() { 1.0 } else { 0.0 });
                target.push(if value.is_finite() { value.clamp(-FARTHEST, FARTHEST) } else { 0.0 });
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
