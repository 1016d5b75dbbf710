//! Values to tokens and back: the scale of a context, and bins of equal width.
//!
//! All of it is in float32 and bit for bit what the reference does: one token off is another forecast.

use crate::config::T5;

/// The tokeniser of Chronos-T5, "mean scale uniform bins".
#[derive(Debug, Clone)]
pub struct Tokenizer {
    centres: Vec<f32>,
    boundaries: Vec<f32>,
    tokens: u32,
    special: u32,
    pad: u32,
    eos: Option<u32>,
    context_length: usize,
}

/// A context as the encoder sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tokens {
    /// The tokens, with the one that ends the context.
    pub ids: Vec<u32>,
    /// Whether each may be seen: false where a value is missing.
    pub mask: Vec<bool>,
    /// Mean of the absolute values; tokens are in units of it.
    pub scale: f32,
}

impl Tokenizer {
    /// The tokeniser that a model was trained with.
    pub fn new(settings: &T5) -> Self {
        let bins = settings.tokens - settings.special_tokens - 1;
        let step = (settings.high_limit - settings.low_limit) / (bins - 1) as f32;
        // torch.linspace, in vectors: from both ends towards the middle, multiplication and addition fused.
        let centres: Vec<f32> = (0..bins)
            .map(|i| {
                if i < bins / 2 {
                    step.mul_add(i as f32, settings.low_limit)
                } else {
                    (-step).mul_add((bins - 1 - i) as f32, settings.high_limit)
                }
            })
            .collect();
        let inner = centres.windows(2).map(|pair| f32::midpoint(pair[0], pair[1]));
        let boundaries = std::iter::once(-1e20).chain(inner).chain([1e20]).collect();
        Self {
            centres,
            boundaries,
            tokens: settings.tokens as u32,
            special: settings.special_tokens as u32,
            pad: settings.pad_token,
            eos: settings.use_eos.then_some(settings.eos_token),
            context_length: settings.context_length,
        }
    }

    /// The tokens of a context, NaN for what is missing; only its last values are read.
    pub fn context(&self, values: &[f32]) -> Tokens {
        let values = crate::patches::last(values, self.context_length);
        let (mut sum, mut count) = (0.0_f64, 0_u32);
        for value in values.iter().filter(|value| !value.is_nan()) {
            sum += f64::from(value.abs());
            count += 1;
        }
        let scale = (sum / f64::from(count.max(1))) as f32;
        let scale = if scale > 0.0 { scale } else { 1.0 };
        let mut ids: Vec<u32> = values.iter().map(|value| self.token(*value, scale)).collect();
        let mut mask: Vec<bool> = values.iter().map(|value| !value.is_nan()).collect();
        if let Some(eos) = self.eos {
            ids.push(eos);
            mask.push(true);
        }
        Tokens { ids, mask, scale }
    }

    /// The token of one value.
    pub fn token(&self, value: f32, scale: f32) -> u32 {
        if value.is_nan() {
            return self.pad;
        }
        let scaled = value / scale;
        let bin = self.boundaries.partition_point(|boundary| *boundary <= scaled) as u32;
        (bin + self.special).min(self.tokens - 1)
    }

    /// The value that a token stands for: the centre of its bin.
    pub fn value(&self, token: u32, scale: f32) -> f32 {
        let bin = token.saturating_sub(self.special + 1) as usize;
        self.centres[bin.min(self.centres.len() - 1)] * scale
    }

    /// The centres of the bins, in units of the scale.
    pub fn centres(&self) -> &[f32] {
        &self.centres
    }

    /// Where one bin ends and the next begins; a value on a boundary belongs to the upper one.
    pub fn boundaries(&self) -> &[f32] {
        &self.boundaries
    }
}
