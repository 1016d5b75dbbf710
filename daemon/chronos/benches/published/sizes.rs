//! The published architectures, and random weights in their shapes.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use safetensors::{Dtype, View};
use serde_json::{Value, json};

/// The models that are measured.
pub(crate) const NAMES: [&str; 9] = [
    "chronos-t5-tiny",
    "chronos-t5-mini",
    "chronos-t5-small",
    "chronos-bolt-tiny",
    "chronos-bolt-mini",
    "chronos-bolt-small",
    "chronos-bolt-base",
    "chronos-2-small",
    "chronos-2",
];

/// Where models are made: beside what was built.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("chronos-published")
}

/// A load curve in MW, hourly, three weeks.
pub(crate) fn context() -> Vec<f32> {
    let mut random = Random(11);
    (0..504)
        .map(|t| {
            let day = f64::sin(std::f64::consts::TAU * (f64::from(t) - 9.0) / 24.0);
            let week = f64::cos(std::f64::consts::TAU * f64::from(t) / 168.0);
            (60_000.0 + 9000.0 * day + 3500.0 * week + 700.0 * f64::from(random.next())) as f32
        })
        .collect()
}

/// Writes the model unless it is there.
pub(crate) fn make(folder: &Path, name: &str) -> Result<()> {
    let folder = folder.join(name);
    if folder.join("model.safetensors").exists() {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    let config = config(name);
    let shapes = shapes(&config)?;
    let tensors = shapes.into_iter().map(|(name, shape)| (name.clone(), Drawn { name, shape }));
    let part = folder.join("model.safetensors.part");
    safetensors::serialize_to_file(tensors, None, &part)?;
    fs::write(folder.join("config.json"), serde_json::to_vec_pretty(&config)?)?;
    fs::rename(part, folder.join("model.safetensors"))?;
    Ok(())
}

fn config(name: &str) -> Value {
    let size = name.rsplit('-').next().unwrap_or_default();
    let (d, ff, layers, heads) = match size {
        "tiny" => (256, 1024, 4, 4),
        "mini" => (384, 1536, 4, 8),
        "small" => (512, 2048, 6, 8),
        _ => (768, 3072, 12, 12),
    };
    let mut config = json!({
        "d_ff": ff, "d_kv": 64, "d_model": d, "decoder_start_token_id": 0, "feed_forward_proj": "relu",
        "layer_norm_epsilon": 1e-6, "model_type": "t5", "num_heads": heads, "num_layers": layers,
    });
    let deciles: Vec<f64> = (1..10).map(|i| f64::from(i) / 10.0).collect();
    let own = if name.contains("-t5-") {
        json!({
            "num_decoder_layers": layers, "vocab_size": 4096, "chronos_config": {
                "tokenizer_class": "MeanScaleUniformBins", "tokenizer_kwargs": {"low_limit": -15.0, "high_limit": 15.0},
                "n_tokens": 4096, "n_special_tokens": 2, "pad_token_id": 0, "eos_token_id": 1, "use_eos_token": true,
                "model_type": "seq2seq", "context_length": 512, "prediction_length": 64, "num_samples": 20,
                "temperature": 1.0, "top_k": 50, "top_p": 1.0,
            },
        })
    } else if name.contains("-bolt-") {
        json!({
            "num_decoder_layers": layers, "vocab_size": 2, "reg_token_id": 1,
            "chronos_pipeline_class": "ChronosBoltPipeline", "chronos_config": {
                "context_length": 2048, "input_patch_size": 16, "input_patch_stride": 16, "prediction_length": 64,
                "quantiles": deciles, "use_reg_token": true,
            },
        })
    } else {
        let inner = (1..20).map(|i| f64::from(i) / 20.0);
        let levels: Vec<f64> = std::iter::once(0.01).chain(inner).chain([0.99]).collect();
        json!({
            "vocab_size": 2, "reg_token_id": 1, "rope_theta": 10000.0,
            "chronos_pipeline_class": "Chronos2Pipeline", "chronos_config": {
                "context_length": 8192, "input_patch_size": 16, "input_patch_stride": 16, "max_output_patches": 64,
                "output_patch_size": 16, "quantiles": levels, "time_encoding_scale": 8192, "use_arcsinh": true,
                "use_reg_token": true,
            },
        })
    };
    if let (Some(config), Value::Object(own)) = (config.as_object_mut(), own) {
        config.extend(own);
    }
    config
}

/// Names and shapes of all tensors that a configuration asks for.
fn shapes(config: &Value) -> Result<Vec<(String, Vec<usize>)>> {
    let number = |name: &str| config[name].as_u64().map(|n| n as usize).with_context(|| format!("no {name}"));
    let (d, ff, layers, heads) =
        (number("d_model")?, number("d_ff")?, number("num_layers")?, number("num_heads")?);
    let inner = heads * number("d_kv")?;
    let mut all = vec![("shared.weight".to_owned(), vec![number("vocab_size")?, d])];
    let attention = |all: &mut Vec<(String, Vec<usize>)>, layer: &str, kind: &str| {
        all.push((format!("{layer}.layer_norm.weight"), vec![d]));
        all.extend(["q", "k", "v"].map(|part| (format!("{layer}.{kind}.{part}.weight"), vec![inner, d])));
        all.push((format!("{layer}.{kind}.o.weight"), vec![d, inner]));
    };
    let feed_forward = |all: &mut Vec<(String, Vec<usize>)>, layer: &str, kind: &str| {
        all.push((format!("{layer}.layer_norm.weight"), vec![d]));
        all.push((format!("{layer}.{kind}.wi.weight"), vec![ff, d]));
        all.push((format!("{layer}.{kind}.wo.weight"), vec![d, ff]));
    };
    let two = config["chronos_pipeline_class"] == "Chronos2Pipeline";
    let stacks: &[(&str, &[&str])] = if two {
        &[("encoder", &["self_attention", "self_attention"])]
    } else {
        &[("encoder", &["SelfAttention"]), ("decoder", &["SelfAttention", "EncDecAttention"])]
    };
    for (stack, kinds) in stacks {
        all.push((format!("{stack}.final_layer_norm.weight"), vec![d]));
        if !two {
            let name = format!("{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight");
            all.push((name, vec![32, heads]));
        }
        for i in 0..layers {
            for (j, kind) in kinds.iter().enumerate() {
                attention(&mut all, &format!("{stack}.block.{i}.layer.{j}"), kind);
            }
            let kind = if two { "mlp" } else { "DenseReluDense" };
            feed_forward(&mut all, &format!("{stack}.block.{i}.layer.{}", kinds.len()), kind);
        }
    }
    if let Some(levels) = config["chronos_config"]["quantiles"].as_array() {
        let steps = if two { 16 } else { 64 };
        let ends = [("input", if two { 48 } else { 32 }, d), ("output", d, levels.len() * steps)];
        for (end, from, to) in ends {
            for (layer, rows, columns) in [("hidden", ff, from), ("output", to, ff), ("residual", to, from)] {
                all.push((format!("{end}_patch_embedding.{layer}_layer.weight"), vec![rows, columns]));
                all.push((format!("{end}_patch_embedding.{layer}_layer.bias"), vec![rows]));
            }
        }
    }
    Ok(all)
}

/// A tensor whose numbers are drawn when they are written; the scale keeps activations near unit size.
struct Drawn {
    name: String,
    shape: Vec<usize>,
}

impl View for Drawn {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let seed = self
            .name
            .bytes()
            .fold(5_u64, |seed, byte| seed.wrapping_mul(1_099_511_628_211) ^ u64::from(byte));
        let mut random = Random(seed | 1);
        let scale = match (self.shape.as_slice(), self.name.as_str()) {
            ([_], name) if name.ends_with("norm.weight") => 0.0,
            ([_], _) => 0.1,
            (_, "shared.weight") => 1.0,
            (_, name) if name.contains("relative_attention") => 0.5,
            ([_, columns, ..], name) => {
                let narrow = if name.ends_with(".q.weight") || name.ends_with(".k.weight") {
                    64.0_f32.powf(-0.25)
                } else {
                    1.0
                };
                let narrow = if name.starts_with("output_patch") { narrow * 0.3 } else { narrow };
                narrow / (*columns as f32).sqrt()
            }
            _ => 1.0,
        };
        let middle = if self.name.ends_with("norm.weight") { 1.0_f32 } else { 0.0 };
        let count: usize = self.shape.iter().product();
        Cow::Owned((0..count).flat_map(|_| (middle + scale * random.next()).to_le_bytes()).collect())
    }

    fn data_len(&self) -> usize {
        self.shape.iter().product::<usize>() * 4
    }
}

/// Numbers of mean 0 and deviation 1, the same on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let unit = (self.0 >> 40) as f32 / (1_u64 << 24) as f32;
        (unit - 0.5) * 12.0_f32.sqrt()
    }
}
