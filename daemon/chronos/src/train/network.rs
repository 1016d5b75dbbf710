//! Chronos-Bolt with gradients: the same network as `crate::bolt`, on candle's tensors.

use std::{collections::BTreeMap, path::Path};

use candle_core::{DType, Device, Result, Tensor, Var};
use rand_chacha::ChaCha8Rng;

use super::{batch::Batch, dropout::Dropout, error::TrainError, ops};
use crate::{
    attention::bucket,
    config::{Bolt as Settings, Config, Family},
    error::LoadError,
};

/// The weights of a Chronos-Bolt model as variables, by their names in `model.safetensors`.
pub struct Network {
    config: Config,
    weights: BTreeMap<String, Var>,
    device: Device,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").field("config", &self.config).finish_non_exhaustive()
    }
}

/// The settings that only Bolt has.
pub(super) fn settings(config: &Config) -> std::result::Result<&Settings, TrainError> {
    match &config.family {
        Family::Bolt(settings) => Ok(settings),
        other => Err(TrainError::Family(other.name())),
    }
}

impl Network {
    /// A network that knows nothing yet. Weights are drawn so that every layer keeps the size of what passes through it,
    /// and what a layer adds is small at first.
    pub fn random(
        config: &Config,
        device: &Device,
        rng: &mut ChaCha8Rng,
    ) -> std::result::Result<Self, TrainError> {
        let settings = settings(config)?;
        let mut weights = BTreeMap::new();
        for (name, shape) in shapes(config, settings) {
            let count: usize = shape.iter().product();
            let values: Vec<f32> = match start(&name, &shape, config) {
                Start::One => vec![1.0; count],
                Start::Zero => vec![0.0; count],
                Start::Normal(deviation) => (0..count).map(|_| deviation * super::normal(rng)).collect(),
            };
            weights.insert(name, Var::from_vec(values, shape, device)?);
        }
        Ok(Self { config: config.clone(), weights, device: device.clone() })
    }

    /// The network in a `model.safetensors`, widened to float32.
    pub fn read(config: &Config, path: &Path, device: &Device) -> std::result::Result<Self, TrainError> {
        let settings = settings(config)?;
        let bytes = std::fs::read(path).map_err(|source| LoadError::Io { path: path.to_owned(), source })?;
        let mut tensors =
            candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).map_err(LoadError::Weights)?;
        let mut weights = BTreeMap::new();
        for (name, shape) in shapes(config, settings) {
            let Some(tensor) = tensors.remove(&name) else {
                // Without effect on a decoder of one token; not every file has it.
                if name.starts_with("decoder") && name.contains("relative_attention_bias") {
                    continue;
                }
                return Err(LoadError::MissingTensor { name }.into());
            };
            if tensor.dims() != shape {
                let found = tensor.dims().to_vec();
                return Err(LoadError::Shape { name, expected: shape, found }.into());
            }
            let tensor = tensor.to_dtype(DType::F32)?.to_device(device)?;
            weights.insert(name, Var::from_tensor(&tensor)?);
        }
        Ok(Self { config: config.clone(), weights, device: device.clone() })
    }

    /// A second network with the same numbers.
    pub fn copy(&self) -> Result<Self> {
        let weights = self
            .weights
            .iter()
            .map(|(name, var)| Ok((name.clone(), Var::from_tensor(&var.as_tensor().copy()?)?)))
            .collect::<Result<_>>()?;
        Ok(Self { config: self.config.clone(), weights, device: self.device.clone() })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where the tensors are.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The weights by name.
    pub fn weights(&self) -> &BTreeMap<String, Var> {
        &self.weights
    }

    /// Number of weights.
    pub fn parameters(&self) -> usize {
        self.weights.values().map(|var| var.elem_count()).sum()
    }

    fn get(&self, name: &str) -> Result<&Tensor> {
        match self.weights.get(name) {
            Some(var) => Ok(var.as_tensor()),
            None => candle_core::bail!("the network has no {name}"),
        }
    }

    /// The quantiles of a batch in units of each series' scale, `[series, levels, steps]`.
    pub fn forward(&self, batch: &Batch, dropout: &mut Dropout) -> std::result::Result<Tensor, TrainError> {
        let settings = settings(&self.config)?;
        Ok(self.pass(settings, batch, dropout)?)
    }

    fn pass(&self, settings: &Settings, batch: &Batch, dropout: &mut Dropout) -> Result<Tensor> {
        let (series, d) = (batch.series, self.config.d_model);
        let mut x = self.residual_block("input_patch_embedding", &batch.patches)?;
        if settings.use_reg {
            let reg = self.get("shared.weight")?.narrow(0, settings.reg_token as usize, 1)?;
            let reg = reg.unsqueeze(0)?.broadcast_as((series, 1, d))?;
            let patches = x.reshape((series, (), d))?;
            x = Tensor::cat(&[patches, reg.contiguous()?], 1)?.reshape(((), d))?;
        }
        x = dropout.apply(x)?;
        let bias = self.bias(settings, batch.tokens)?;
        for layer in 0..self.config.encoder_layers {
            let name = format!("encoder.block.{layer}.layer");
            let added = self.self_attention(&format!("{name}.0"), &x, &bias, &batch.mask)?;
            x = (x + dropout.apply(added)?)?;
            let added = self.feed_forward(&format!("{name}.1"), &x, dropout)?;
            x = (x + dropout.apply(added)?)?;
        }
        let encoded = self.norm("encoder.final_layer_norm", &x)?;

        let start = self.get("shared.weight")?.narrow(0, settings.start_token as usize, 1)?;
        let mut x = start.broadcast_as((series, d))?.contiguous()?;
        for layer in 0..settings.decoder_layers {
            let name = format!("decoder.block.{layer}.layer");
            // One token attends to itself alone.
            let normed = self.norm(&format!("{name}.0.layer_norm"), &x)?;
            let value = self.linear(&format!("{name}.0.SelfAttention.v"), &normed)?;
            let added = self.linear(&format!("{name}.0.SelfAttention.o"), &value)?;
            x = (x + dropout.apply(added)?)?;
            let added = self.cross_attention(&format!("{name}.1"), &x, &encoded, &batch.mask)?;
            x = (x + dropout.apply(added)?)?;
            let added = self.feed_forward(&format!("{name}.2"), &x, dropout)?;
            x = (x + dropout.apply(added)?)?;
        }
        let normed = self.norm("decoder.final_layer_norm", &x)?;
        let out = self.residual_block("output_patch_embedding", &normed)?;
        out.reshape((series, settings.quantiles.len(), settings.prediction_length))
    }

    fn linear(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.get(&format!("{name}.weight"))?.t()?)
    }

    fn linear_with_bias(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        self.linear(name, x)?.broadcast_add(self.get(&format!("{name}.bias"))?)
    }

    fn norm(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        ops::rms_norm(x, self.get(&format!("{name}.weight"))?, self.config.epsilon)
    }

    fn residual_block(&self, name: &str, x: &Tensor) -> Result<Tensor> {
        let hidden = self.linear_with_bias(&format!("{name}.hidden_layer"), x)?.relu()?;
        self.linear_with_bias(&format!("{name}.output_layer"), &hidden)?
            + self.linear_with_bias(&format!("{name}.residual_layer"), x)?
    }

    fn feed_forward(&self, layer: &str, x: &Tensor, dropout: &mut Dropout) -> Result<Tensor> {
        let normed = self.norm(&format!("{layer}.layer_norm"), x)?;
        let hidden = self.linear(&format!("{layer}.DenseReluDense.wi"), &normed)?.relu()?;
        self.linear(&format!("{layer}.DenseReluDense.wo"), &dropout.apply(hidden)?)
    }

    /// `[series × tokens, heads × d_kv]` as `[series, heads, tokens, d_kv]`.
    fn split(&self, x: &Tensor, series: usize) -> Result<Tensor> {
        let (heads, d_kv) = (self.config.heads, self.config.d_kv);
        x.reshape((series, (), heads, d_kv))?.transpose(1, 2)?.contiguous()
    }

    fn merge(&self, x: &Tensor) -> Result<Tensor> {
        x.transpose(1, 2)?.contiguous()?.reshape(((), self.config.inner()))
    }

    fn self_attention(&self, layer: &str, x: &Tensor, bias: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let normed = self.norm(&format!("{layer}.layer_norm"), x)?;
        let part =
            |name| self.split(&self.linear(&format!("{layer}.SelfAttention.{name}"), &normed)?, mask.dim(0)?);
        let (q, k, v) = (part("q")?, part("k")?, part("v")?);
        let weights = ops::weights(&q.matmul(&k.t()?)?, bias, mask)?;
        self.linear(&format!("{layer}.SelfAttention.o"), &self.merge(&weights.matmul(&v)?)?)
    }

    fn cross_attention(&self, layer: &str, x: &Tensor, encoded: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let (series, tokens) = mask.dims2()?;
        let normed = self.norm(&format!("{layer}.layer_norm"), x)?;
        let part = |name, x| self.split(&self.linear(&format!("{layer}.EncDecAttention.{name}"), x)?, series);
        let (q, k, v) = (part("q", &normed)?, part("k", encoded)?, part("v", encoded)?);
        let none = Tensor::zeros((self.config.heads, 1, tokens), DType::F32, &self.device)?;
        let weights = ops::weights(&q.matmul(&k.t()?)?, &none, mask)?;
        self.linear(&format!("{layer}.EncDecAttention.o"), &self.merge(&weights.matmul(&v)?)?)
    }

    /// What relative position adds to the encoder's scores, `[heads, tokens, tokens]`.
    fn bias(&self, settings: &Settings, tokens: usize) -> Result<Tensor> {
        let table = self.get("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight")?;
        let rows: Vec<u32> = (0..tokens as i64)
            .flat_map(|query| (0..tokens as i64).map(move |key| key - query))
            .map(|distance| bucket(distance, true, settings.positions) as u32)
            .collect();
        let rows = Tensor::from_vec(rows, tokens * tokens, &self.device)?;
        table.index_select(&rows, 0)?.t()?.contiguous()?.reshape((self.config.heads, tokens, tokens))
    }
}

/// What a weight is drawn from at first.
enum Start {
    One,
    Zero,
    Normal(f32),
}

/// How a weight starts.
fn start(name: &str, shape: &[usize], config: &Config) -> Start {
    let fan_in = |shape: &[usize]| (shape[1] as f32).sqrt().recip();
    let depth = (2.0 * config.encoder_layers as f32).sqrt();
    let mut parts = name.rsplit('.');
    let (kind, layer) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match (layer, kind) {
        ("layer_norm" | "final_layer_norm", _) => Start::One,
        // The only thing that tells one place from another: without differences there is nothing to begin with.
        ("relative_attention_bias", _) => Start::Normal(1.0),
        (_, "bias") => Start::Zero,
        ("shared", _) => Start::Normal(0.5),
        // Scores are not divided by √d_kv, so the queries start smaller.
        ("q", _) => Start::Normal(fan_in(shape) / (config.d_kv as f32).sqrt()),
        ("o" | "wo", _) => Start::Normal(fan_in(shape) / depth),
        _ => Start::Normal(fan_in(shape)),
    }
}

/// Names and shapes of all weights.
fn shapes(config: &Config, settings: &Settings) -> Vec<(String, Vec<usize>)> {
    let (d, ff, inner) = (config.d_model, config.d_ff, config.inner());
    let mut all = vec![("shared.weight".to_owned(), vec![config.vocabulary, d])];
    let mut block = |name: &str, from, to| {
        for (layer, rows, columns) in
            [("hidden_layer", ff, from), ("output_layer", to, ff), ("residual_layer", to, from)]
        {
            all.push((format!("{name}.{layer}.weight"), vec![rows, columns]));
            all.push((format!("{name}.{layer}.bias"), vec![rows]));
        }
    };
    block("input_patch_embedding", 2 * settings.patch, d);
    block("output_patch_embedding", d, settings.quantiles.len() * settings.prediction_length);
    for (stack, layers, kinds) in [
        ("encoder", config.encoder_layers, &["SelfAttention"][..]),
        ("decoder", settings.decoder_layers, &["SelfAttention", "EncDecAttention"][..]),
    ] {
        let table = format!("{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
        all.push((table, vec![settings.positions.buckets, config.heads]));
        all.push((format!("{stack}.final_layer_norm.weight"), vec![d]));
        for block in 0..layers {
            let layer = |number: usize| format!("{stack}.block.{block}.layer.{number}");
            for (number, kind) in kinds.iter().enumerate() {
                all.push((format!("{}.layer_norm.weight", layer(number)), vec![d]));
                for part in ["q", "k", "v"] {
                    all.push((format!("{}.{kind}.{part}.weight", layer(number)), vec![inner, d]));
                }
                all.push((format!("{}.{kind}.o.weight", layer(number)), vec![d, inner]));
            }
            let last = layer(kinds.len());
            all.push((format!("{last}.layer_norm.weight"), vec![d]));
            all.push((format!("{last}.DenseReluDense.wi.weight"), vec![ff, d]));
            all.push((format!("{last}.DenseReluDense.wo.weight"), vec![d, ff]));
        }
    }
    all
}
