//! The layers that the three families are built of, as views of the weights.
//!
//! Pre-norm blocks with residuals and no biases, as in T5. candle-transformers has a T5 too, but it multiplies where
//! Chronos divides (logits), uses the encoder's position buckets in the decoder, has no attention mask, and takes only
//! token numbers for input; nothing of it could be kept.

use std::borrow::Cow;

use crate::{
    attention::{self, Bias, Segment},
    config::Config,
    error::LoadError,
    kernel,
    math::RmsNorm,
    weights::{Matrix, Weights},
    workers::{Product, Then, Workers},
};

/// A norm and the four projections of attention.
pub(crate) struct Attention<'w> {
    pub(crate) norm: Norm<'w>,
    pub(crate) q: Matrix<'w>,
    pub(crate) k: Matrix<'w>,
    pub(crate) v: Matrix<'w>,
    pub(crate) o: Matrix<'w>,
}

impl<'w> Attention<'w> {
    /// Reads `{layer}.layer_norm` and `{layer}.{kind}.{q,k,v,o}`.
    pub(crate) fn new(
        weights: &'w Weights,
        config: &Config,
        layer: &str,
        kind: &str,
    ) -> Result<Self, LoadError> {
        let (d, inner) = (config.d_model, config.inner());
        Ok(Self {
            norm: Norm::new(weights, config, &format!("{layer}.layer_norm.weight"))?,
            q: weights.matrix(&format!("{layer}.{kind}.q.weight"), inner, d)?,
            k: weights.matrix(&format!("{layer}.{kind}.k.weight"), inner, d)?,
            v: weights.matrix(&format!("{layer}.{kind}.v.weight"), inner, d)?,
            o: weights.matrix(&format!("{layer}.{kind}.o.weight"), d, inner)?,
        })
    }
}

/// RMS norm: no mean is taken away, nothing is added.
pub(crate) struct Norm<'w> {
    weight: Cow<'w, [f32]>,
    epsilon: f32,
}

impl<'w> Norm<'w> {
    pub(crate) fn new(weights: &'w Weights, config: &Config, name: &str) -> Result<Self, LoadError> {
        Ok(Self { weight: weights.vector(name, config.d_model)?, epsilon: config.epsilon })
    }

    /// Normed rows in a buffer of the workers.
    pub(crate) fn apply(&self, workers: &Workers, x: &[f32]) -> Vec<f32> {
        let mut out = workers.take(x.len());
        let (weight, epsilon) = (&self.weight, self.epsilon);
        workers.arch.dispatch(RmsNorm { x, weight, epsilon, out: &mut out });
        out
    }
}

/// `x += wo(relu(wi(norm(x))))`.
pub(crate) struct FeedForward<'w> {
    norm: Norm<'w>,
    wi: Matrix<'w>,
    wo: Matrix<'w>,
}

impl<'w> FeedForward<'w> {
    /// Reads `{layer}.layer_norm` and `{layer}.{kind}.{wi,wo}`.
    pub(crate) fn new(
        weights: &'w Weights,
        config: &Config,
        layer: &str,
        kind: &str,
    ) -> Result<Self, LoadError> {
        Ok(Self {
            norm: Norm::new(weights, config, &format!("{layer}.layer_norm.weight"))?,
            wi: weights.matrix(&format!("{layer}.{kind}.wi.weight"), config.d_ff, config.d_model)?,
            wo: weights.matrix(&format!("{layer}.{kind}.wo.weight"), config.d_model, config.d_ff)?,
        })
    }

    pub(crate) fn add_to(&self, workers: &Workers, x: &mut [f32]) {
        if Workers::by_rows(x, &self.wi) {
            // A tile goes all the way, so that what lies between the two products stays in the cache.
            workers.each(x.chunks_mut(kernel::MANY * self.wi.columns).collect::<Vec<_>>(), |x| {
                let normed = self.norm.apply(workers, x);
                let mut hidden = workers.take(x.len() / self.wi.columns * self.wi.rows);
                workers.tile(&normed, &self.wi, Then::Relu, &mut hidden);
                workers.tile(&hidden, &self.wo, Then::Add, x);
                workers.give([hidden, normed]);
            });
            return;
        }
        let normed = self.norm.apply(workers, x);
        let mut hidden = workers.take(x.len() / self.wi.columns * self.wi.rows);
        workers.linear(&normed, &self.wi, Then::Relu, &mut hidden);
        workers.linear(&hidden, &self.wo, Then::Add, x);
        workers.give([hidden]);
        workers.give([normed]);
    }
}

/// `output(relu(hidden(x))) + residual(x)`, with biases: patches in, forecasts out.
pub(crate) struct ResidualBlock<'w> {
    parts: [(Matrix<'w>, Cow<'w, [f32]>); 3],
}

impl<'w> ResidualBlock<'w> {
    pub(crate) fn new(
        weights: &'w Weights,
        name: &str,
        from: usize,
        hidden: usize,
        to: usize,
    ) -> Result<Self, LoadError> {
        let part = |layer: &str, rows, columns| {
            let matrix = weights.matrix(&format!("{name}.{layer}.weight"), rows, columns)?;
            Ok((matrix, weights.vector(&format!("{name}.{layer}.bias"), rows)?))
        };
        Ok(Self {
            parts: [
                part("hidden_layer", hidden, from)?,
                part("output_layer", to, hidden)?,
                part("residual_layer", to, from)?,
            ],
        })
    }

    /// `[rows, from] → [rows, to]`.
    pub(crate) fn apply(&self, workers: &Workers, x: &[f32]) -> Vec<f32> {
        let [(hidden, hidden_bias), (output, output_bias), (residual, residual_bias)] = &self.parts;
        let rows = x.len() / hidden.columns;
        let mut inside = workers.take(rows * hidden.rows);
        workers.linear(x, hidden, Then::ReluBias(hidden_bias), &mut inside);
        let mut out = workers.take(rows * output.rows);
        workers.linear(x, residual, Then::StoreBias(residual_bias), &mut out);
        workers.linear(&inside, output, Then::AddBias(output_bias), &mut out);
        workers.give([inside]);
        out
    }
}

/// A layer of a T5 encoder.
struct EncoderLayer<'w> {
    attention: Attention<'w>,
    feed_forward: FeedForward<'w>,
}

/// A T5 encoder, shared by Chronos-T5 and Chronos-Bolt.
pub(crate) struct Encoder<'w> {
    heads: usize,
    bias: Bias,
    layers: Vec<EncoderLayer<'w>>,
    norm: Norm<'w>,
}

impl<'w> Encoder<'w> {
    /// Reads the encoder; no segment will be longer than `longest` tokens.
    pub(crate) fn new(
        weights: &'w Weights,
        config: &Config,
        positions: crate::config::Positions,
        longest: usize,
    ) -> Result<Self, LoadError> {
        let layers = (0..config.encoder_layers)
            .map(|i| {
                let layer = format!("encoder.block.{i}.layer");
                Ok(EncoderLayer {
                    attention: Attention::new(weights, config, &format!("{layer}.0"), "SelfAttention")?,
                    feed_forward: FeedForward::new(weights, config, &format!("{layer}.1"), "DenseReluDense")?,
                })
            })
            .collect::<Result<_, LoadError>>()?;
        Ok(Self {
            heads: config.heads,
            bias: Bias::new(weights, "encoder", positions, true, config.heads, longest)?,
            layers,
            norm: Norm::new(weights, config, "encoder.final_layer_norm.weight")?,
        })
    }

    /// Runs the embedded tokens `[tokens, d_model]` through all layers and the final norm.
    pub(crate) fn apply(&self, workers: &Workers, mut x: Vec<f32>, segments: &[Segment]) -> Vec<f32> {
        for layer in &self.layers {
            self_attention(workers, &layer.attention, self.heads, &mut x, segments, Some(&self.bias));
            layer.feed_forward.add_to(workers, &mut x);
        }
        let out = self.norm.apply(workers, &x);
        workers.give([x]);
        out
    }
}

/// `x += o(attention(norm(x)))` within each segment.
fn self_attention(
    workers: &Workers,
    attention: &Attention,
    heads: usize,
    x: &mut [f32],
    segments: &[Segment],
    bias: Option<&Bias>,
) {
    let normed = attention.norm.apply(workers, x);
    let [q, k, v] = project(workers, &normed, [&attention.q, &attention.k, &attention.v]);
    let mut answer = workers.take(q.len());
    attention::within(workers, heads, [&q, &k, &v], segments, bias, &mut answer);
    workers.linear(&answer, &attention.o, Then::Add, x);
    workers.give([normed, q, k, v, answer]);
}

/// Several projections of the same rows.
pub(crate) fn project<const N: usize>(workers: &Workers, x: &[f32], matrices: [&Matrix; N]) -> [Vec<f32>; N] {
    let mut all = matrices.map(|matrix| workers.take(x.len() / matrix.columns * matrix.rows));
    let outs = all.iter_mut().zip(matrices);
    let mut products: Vec<_> = outs.map(|(out, w)| Product { w, then: Then::Store, out }).collect();
    workers.linears(x, &mut products);
    all
}

/// A layer of a T5 decoder.
pub(crate) struct DecoderLayer<'w> {
    pub(crate) attention: Attention<'w>,
    pub(crate) cross: Attention<'w>,
    pub(crate) feed_forward: FeedForward<'w>,
}

/// The layers of a T5 decoder; how they are walked differs between the families.
pub(crate) struct Decoder<'w> {
    pub(crate) layers: Vec<DecoderLayer<'w>>,
    pub(crate) norm: Norm<'w>,
}

impl<'w> Decoder<'w> {
    pub(crate) fn new(weights: &'w Weights, config: &Config, layers: usize) -> Result<Self, LoadError> {
        let layers = (0..layers)
            .map(|i| {
                let layer = format!("decoder.block.{i}.layer");
                Ok(DecoderLayer {
                    attention: Attention::new(weights, config, &format!("{layer}.0"), "SelfAttention")?,
                    cross: Attention::new(weights, config, &format!("{layer}.1"), "EncDecAttention")?,
                    feed_forward: FeedForward::new(weights, config, &format!("{layer}.2"), "DenseReluDense")?,
                })
            })
            .collect::<Result<_, LoadError>>()?;
        Ok(Self { layers, norm: Norm::new(weights, config, "decoder.final_layer_norm.weight")? })
    }
}
