//! Weights as 8-bit integers with a scale for every 32 of them: a quarter of the memory.
//!
//! Only the weights are rounded. They are widened a few rows at a time where they are used, so that activations keep
//! their float32 and the threads are the model's own. candle multiplies whole quantised matrices, with activations in 8
//! bits too; where all cores are idle it is faster, but its threads spin while they wait for each other, whatever number of
//! threads was asked for: on two busy cores a forecast took ten times as long as with float32.

use std::{
    collections::HashMap,
    io::{Read, Seek, SeekFrom},
    ops::Range,
};

use half::{bf16, f16};
use pulp::{Arch, Simd, WithSimd};
use safetensors::{
    Dtype,
    tensor::{Metadata, TensorInfo},
};

/// Weights that share a scale.
const BLOCK: usize = 32;

/// Tables that rows are picked from, which stay as they are.
const TABLES: [&str; 4] = ["shared", "embed_tokens", "lm_head", "relative_attention_bias"];

/// A matrix, row by row; a row is a whole number of blocks.
pub(crate) struct Packed {
    values: Vec<i8>,
    scales: Vec<f32>,
}

impl Packed {
    /// Rounds to the nearest of 255 steps between the largest value of a block and its negative.
    fn new(weights: impl ExactSizeIterator<Item = f32>) -> Self {
        let mut packed = Self {
            values: Vec::with_capacity(weights.len()),
            scales: Vec::with_capacity(weights.len() / BLOCK),
        };
        let mut weights = weights.peekable();
        while weights.peek().is_some() {
            let block: Vec<f32> = weights.by_ref().take(BLOCK).collect();
            let scale = block.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())) / 127.0;
            let step = if scale > 0.0 { scale.recip() } else { 0.0 };
            packed.values.extend(block.iter().map(|weight| (weight * step).round() as i8));
            packed.scales.push(scale);
        }
        packed
    }

    /// Writes the numbers of whole blocks into `out`.
    pub(crate) fn widen(&self, arch: Arch, range: Range<usize>, out: &mut [f32]) {
        let scales = &self.scales[range.start / BLOCK..range.end / BLOCK];
        let values = self.values[range].as_chunks::<BLOCK>().0;
        let out = out.as_chunks_mut::<BLOCK>().0;
        arch.dispatch(Widen { values, scales, out });
    }
}

struct Widen<'a> {
    values: &'a [[i8; BLOCK]],
    scales: &'a [f32],
    out: &'a mut [[f32; BLOCK]],
}

impl WithSimd for Widen<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for ((out, values), scale) in self.out.iter_mut().zip(self.values).zip(self.scales) {
            for (out, value) in out.iter_mut().zip(values) {
                *out = f32::from(*value) * scale;
            }
        }
    }
}

/// Why the matrices were not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Header(#[from] serde_json::Error),
}

/// Reads the matrices of linear layers and packs them, one after the other; what the mapping of the same file would keep
/// resident is never touched. The header was checked when the file was mapped.
pub(crate) fn read(mut file: impl Read + Seek) -> Result<HashMap<String, Packed>, ReadError> {
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    let mut header = Vec::new();
    (&mut file).take(length).read_to_end(&mut header)?;
    let about: Metadata = serde_json::from_slice(&header)?;
    let mut all = HashMap::new();
    for (name, info) in about.tensors() {
        if !fits(&name, info) {
            continue;
        }
        let (begin, end) = info.data_offsets;
        file.seek(SeekFrom::Start(8 + length + begin as u64))?;
        let mut bytes = vec![0; end - begin];
        file.read_exact(&mut bytes)?;
        let packed = match info.dtype {
            Dtype::F16 => {
                Packed::new(bytes.as_chunks().0.iter().map(|two| f16::from_le_bytes(*two).to_f32()))
            }
            Dtype::BF16 => {
                Packed::new(bytes.as_chunks().0.iter().map(|two| bf16::from_le_bytes(*two).to_f32()))
            }
            _ => Packed::new(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four))),
        };
        all.insert(name, packed);
    }
    Ok(all)
}

/// Whether a tensor is a matrix of a linear layer with rows of whole blocks.
fn fits(name: &str, info: &TensorInfo) -> bool {
    let whole = matches!(info.shape[..], [_, columns] if columns > 0 && columns % BLOCK == 0);
    let floats = matches!(info.dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16);
    whole && floats && !TABLES.iter().any(|table| name.contains(table))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_come_back_within_half_a_step() {
        let weights: Vec<f32> =
            (0..96).map(|i| ((i * 37 % 61) as f32 - 30.0) * if i < 32 { 1e-3 } else { 2.0 }).collect();
        let packed = Packed::new(weights.iter().copied());
        let mut wide = vec![f32::NAN; 64];
        packed.widen(Arch::new(), 32..96, &mut wide);
        let mut narrow = vec![f32::NAN; 32];
        packed.widen(Arch::Scalar, 0..32, &mut narrow);
        for (block, found) in weights.chunks(BLOCK).zip(narrow.chunks(BLOCK).chain(wide.chunks(BLOCK))) {
            let step = block.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())) / 127.0;
            for (weight, found) in block.iter().zip(found) {
                assert!((weight - found).abs() <= step * 0.501, "{found} for {weight}");
            }
        }
        assert_eq!(Packed::new([0.0; 32].into_iter()).scales, [0.0]);
    }
}
