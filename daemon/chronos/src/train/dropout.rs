//! Dropout with a seed: candle's own draws from a generator that cannot be seeded on a CPU.

use candle_core::{Result, Tensor};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Sets a share of the numbers to zero while a network learns, and none otherwise.
#[derive(Debug)]
pub struct Dropout(Option<Dropping>);

#[derive(Debug)]
struct Dropping {
    rng: ChaCha8Rng,
    /// Of 256 draws, these drop.
    below: u8,
}

impl Dropout {
    /// Drops nothing.
    pub fn none() -> Self {
        Self(None)
    }

    /// Drops about this share, in steps of 1/256; what stays is scaled up by as much as goes.
    pub fn share(share: f32, rng: ChaCha8Rng) -> Self {
        let below = (share * 256.0).round().clamp(0.0, 255.0) as u8;
        Self((below > 0).then_some(Dropping { rng, below }))
    }

    /// The tensor with some of its numbers dropped.
    pub(super) fn apply(&mut self, x: Tensor) -> Result<Tensor> {
        let Some(Dropping { rng, below }) = &mut self.0 else { return Ok(x) };
        let kept = 256.0 / (256.0 - f32::from(*below));
        let mut draws = vec![0; x.elem_count()];
        rng.fill_bytes(&mut draws);
        let mask: Vec<f32> =
            draws.into_iter().map(|draw: u8| if draw < *below { 0.0 } else { kept }).collect();
        let mask = Tensor::from_vec(mask, x.shape(), x.device())?;
        x * mask
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device};
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn the_share_is_dropped_and_the_mean_stays() {
        let ones = Tensor::ones((100, 400), DType::F32, &Device::Cpu).expect("ones");
        let draw = |seed| {
            let mut dropout = Dropout::share(0.25, ChaCha8Rng::seed_from_u64(seed));
            let out = dropout.apply(ones.clone()).and_then(|out| out.flatten_all()?.to_vec1::<f32>());
            out.expect("numbers")
        };
        let out = draw(1);
        let gone = out.iter().filter(|value| **value == 0.0).count() as f64 / 40_000.0;
        let mean = out.iter().map(|value| f64::from(*value)).sum::<f64>() / 40_000.0;
        assert!((gone - 0.25).abs() < 0.01 && (mean - 1.0).abs() < 0.01, "{gone} dropped, mean {mean}");
        assert_eq!(out, draw(1));
        assert_ne!(out, draw(2));
        let none = Dropout::none().apply(ones.clone()).expect("numbers");
        assert_eq!(none.to_vec2::<f32>().expect("numbers"), ones.to_vec2::<f32>().expect("numbers"));
    }
}
