//! Attention weights and norms with gradients, each in one pass over memory where the numbers lie on the CPU.
//!
//! candle builds both out of five or six tensors, each of which is written, read and broadcast again on the way back;
//! on a CPU that costs more than the matrix products of a small model. On another device candle's own operations run.

use candle_core::{
    CpuStorage, CustomOp2, CustomOp3, D, Device, Layout, Result, Shape, Tensor, backend::BackendStorage as _,
    bail,
};
use pulp::Arch;

use crate::math::{self, Softmax};

/// What is added to the score of a key that must not be seen. Finite, so that a row with nothing to see is no NaN.
pub(super) const HIDDEN: f32 = -1e9;

/// `softmax(scores + bias + mask)` over keys. `scores` is `[batch, heads, queries, keys]`, `bias`
/// `[heads, queries, keys]`, `mask` `[batch, keys]` with 0 or [`HIDDEN`]; no gradient flows to the mask.
pub(super) fn weights(scores: &Tensor, bias: &Tensor, mask: &Tensor) -> Result<Tensor> {
    if !matches!(scores.device(), Device::Cpu) {
        return composed_weights(scores, bias, mask);
    }
    scores.contiguous()?.apply_op3(&bias.contiguous()?, &mask.contiguous()?, Weigh)
}

fn composed_weights(scores: &Tensor, bias: &Tensor, mask: &Tensor) -> Result<Tensor> {
    let mask = mask.unsqueeze(1)?.unsqueeze(1)?;
    candle_nn::ops::softmax(&scores.broadcast_add(bias)?.broadcast_add(&mask)?, D::Minus1)
}

/// `w ⊙ x / sqrt(mean(x²) + ε)` for every row of `x`, `[rows, width]`.
pub(super) fn rms_norm(x: &Tensor, weight: &Tensor, epsilon: f32) -> Result<Tensor> {
    if !matches!(x.device(), Device::Cpu) {
        return candle_nn::ops::rms_norm_slow(x, weight, epsilon);
    }
    x.contiguous()?.apply_op2(&weight.contiguous()?, RmsNorm { epsilon })
}

/// The numbers of a tensor that lies row by row.
fn numbers<'s>(storage: &'s CpuStorage, layout: &Layout) -> Result<&'s [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((first, end))) => Ok(&values[first..end]),
        _ => bail!("contiguous float32 is needed, not {:?} as {layout:?}", storage.dtype()),
    }
}

struct Weigh;

impl CustomOp3 for Weigh {
    fn name(&self) -> &'static str {
        "attention-weights"
    }

    fn cpu_fwd(
        &self,
        scores: &CpuStorage,
        layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
        mask: &CpuStorage,
        mask_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (_, _, _, keys) = layout.shape().dims4()?;
        let bias = numbers(bias, bias_layout)?;
        let mask = numbers(mask, mask_layout)?;
        let mut out = numbers(scores, layout)?.to_vec();
        let rows = bias.len() / keys;
        for (series, mask) in out.chunks_exact_mut(rows * keys).zip(mask.chunks_exact(keys)) {
            for (row, bias) in series.chunks_exact_mut(keys).zip(bias.chunks_exact(keys)) {
                row.iter_mut().zip(bias).zip(mask).for_each(|((score, bias), mask)| *score += bias + mask);
            }
            let unbiased = |_| None;
            Arch::new().dispatch(Softmax {
                scores: series,
                width: keys,
                tokens: keys,
                bias: unbiased,
                mask: None,
            });
        }
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(
        &self,
        scores: &Tensor,
        bias: &Tensor,
        _mask: &Tensor,
        weights: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let back = weights.apply_op2_no_bwd(&gradient.contiguous()?, &WeighBack)?;
        let batch = scores.dim(0)?;
        // A product with ones sums over the batch at the speed of a matrix product.
        let ones = Tensor::ones((1, batch), back.dtype(), back.device())?;
        let of_bias = ones.matmul(&back.reshape((batch, ()))?)?.reshape(bias.shape())?;
        Ok((Some(back), Some(of_bias), None))
    }
}

/// The gradient of a softmax from its result and the gradient of that.
struct WeighBack;

impl CustomOp2 for WeighBack {
    fn name(&self) -> &'static str {
        "attention-weights-gradient"
    }

    fn cpu_fwd(
        &self,
        weights: &CpuStorage,
        layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let keys = layout.shape().dims4()?.3;
        let weights = numbers(weights, layout)?;
        let mut out = numbers(gradient, gradient_layout)?.to_vec();
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (out, weights) in out.chunks_exact_mut(keys).zip(weights.chunks_exact(keys)) {
                    let mean: f32 = out.iter().zip(weights).map(|(g, w)| g * w).sum();
                    out.iter_mut().zip(weights).for_each(|(g, w)| *g = w * (*g - mean));
                }
            },
        );
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

struct RmsNorm {
    epsilon: f32,
}

impl CustomOp2 for RmsNorm {
    fn name(&self) -> &'static str {
        "rms-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, weight) = (numbers(x, layout)?, numbers(weight, weight_layout)?);
        let mut out = vec![0.0; x.len()];
        Arch::new().dispatch(math::RmsNorm { x, weight, epsilon: self.epsilon, out: &mut out });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _normed: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (gradient, epsilon) = (gradient.contiguous()?, self.epsilon);
        let of_x = x.apply_op3_no_bwd(weight, &gradient, &RmsNormBack { epsilon })?;
        let of_weight = x.apply_op2_no_bwd(&gradient, &RmsNormWeight { epsilon })?;
        Ok((Some(of_x), Some(of_weight)))
    }
}

/// `1 / sqrt(mean(x²) + ε)` of a row.
#[inline(always)]
fn inverse(x: &[f32], epsilon: f32) -> f32 {
    1.0 / (crate::kernel::dot(x, x) / x.len() as f32 + epsilon).sqrt()
}

/// The gradient of a norm's input.
struct RmsNormBack {
    epsilon: f32,
}

impl CustomOp3 for RmsNormBack {
    fn name(&self) -> &'static str {
        "rms-norm-gradient"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, weight) = (numbers(x, layout)?, numbers(weight, weight_layout)?);
        let mut out = numbers(gradient, gradient_layout)?.to_vec();
        let width = weight.len();
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
                    let inverse = inverse(x, self.epsilon);
                    let along: f32 = out.iter().zip(x).zip(weight).map(|((g, x), w)| g * w * x).sum();
                    let back = along * inverse * inverse / width as f32;
                    for ((g, x), w) in out.iter_mut().zip(x).zip(weight) {
                        *g = inverse * (*g * w - x * back);
                    }
                }
            },
        );
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }
}

/// The gradient of a norm's weight.
struct RmsNormWeight {
    epsilon: f32,
}

impl CustomOp2 for RmsNormWeight {
    fn name(&self) -> &'static str {
        "rms-norm-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let width = layout.shape().dims2()?.1;
        let (x, gradient) = (numbers(x, layout)?, numbers(gradient, gradient_layout)?);
        let mut out = vec![0.0; width];
        Arch::new().dispatch(
            #[inline(always)]
            || {
                for (x, gradient) in x.chunks_exact(width).zip(gradient.chunks_exact(width)) {
                    let inverse = inverse(x, self.epsilon);
                    for ((out, x), g) in out.iter_mut().zip(x).zip(gradient) {
                        *out += g * x * inverse;
                    }
                }
            },
        );
        Ok((CpuStorage::F32(out), Shape::from(width)))
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Var;

    use super::*;

    /// Numbers without a pattern, around zero.
    fn invented(shape: impl Into<Shape>, seed: u32) -> Var {
        let shape = shape.into();
        let values: Vec<f32> = (0..shape.elem_count() as u32)
            .map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 504.5 - 1.0)
            .collect();
        Var::from_vec(values, shape, &Device::Cpu).expect("a variable")
    }

    fn flat(tensor: &Tensor) -> Vec<f32> {
        tensor.flatten_all().and_then(|flat| flat.to_vec1()).expect("numbers")
    }

    /// Both ways of computing give the same result and the same gradients.
    fn same(arguments: &[Var], fused: Result<Tensor>, composed: Result<Tensor>) {
        let (fused, composed) = (fused.expect("fused"), composed.expect("composed"));
        let towards = invented(fused.shape(), 5);
        let back = |out: &Tensor| (out * towards.as_tensor()).and_then(|out| out.sum_all()?.backward());
        let (a, b) = (back(&fused).expect("gradients"), back(&composed).expect("gradients"));
        let mut pairs = vec![(flat(&fused), flat(&composed))];
        for argument in arguments {
            pairs.push((flat(a.get(argument).expect("one")), flat(b.get(argument).expect("one"))));
        }
        for (a, b) in pairs {
            assert!(b.iter().any(|value| value.abs() > 1e-3), "nothing to compare: {b:?}");
            for (a, b) in a.iter().zip(&b) {
                assert!((a - b).abs() < 2e-6 * b.abs().max(1.0), "{a} where candle has {b}");
            }
        }
    }

    #[test]
    fn attention_weights_are_those_of_candle() {
        let (scores, bias) = (invented((3, 2, 5, 5), 1), invented((2, 5, 5), 2));
        let mut mask = vec![0.0; 15];
        mask[..2].fill(HIDDEN);
        mask[7] = HIDDEN;
        let mask = Tensor::from_vec(mask, (3, 5), &Device::Cpu).expect("a mask");
        let fused = weights(&scores, &bias, &mask);
        let composed = composed_weights(&scores, &bias, &mask);
        same(&[scores, bias], fused, composed);
    }

    #[test]
    fn norms_are_those_of_candle() {
        let (x, weight) = (invented((7, 20), 3), invented(20, 4));
        let fused = rms_norm(&x, &weight, 1e-6);
        let composed = candle_nn::ops::rms_norm_slow(&x, &weight, 1e-6);
        same(&[x, weight], fused, composed);
    }
}
