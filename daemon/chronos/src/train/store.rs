//! A network as a model's folder.

use std::{fs, io::Write as _, path::Path};

use candle_core::{DType, Device};
use safetensors::{Dtype, tensor::TensorView};
use serde_json::json;

use super::{
    error::TrainError,
    network::{self, Network},
};
use crate::config::Config;

/// How many bits a stored weight has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precision {
    /// 16, which changes forecasts by far less than they err.
    #[default]
    Half,
    /// 32.
    Single,
}

/// A `config.json` in the published layout for a Chronos-Bolt model with these sizes.
pub fn config_json(config: &Config, precision: Precision) -> Result<String, TrainError> {
    let bolt = network::settings(config)?;
    // As people write them: 0.1, not the nearest float32 as a float64.
    let number = |value: f32| value.to_string().parse::<f64>().unwrap_or(f64::from(value));
    let levels: Vec<f64> = bolt.quantiles.iter().copied().map(number).collect();
    let json = json!({
        "architectures": ["ChronosBoltModelForForecasting"],
        "chronos_config": {
            "context_length": bolt.context_length,
            "input_patch_size": bolt.patch,
            "input_patch_stride": bolt.patch,
            "prediction_length": bolt.prediction_length,
            "quantiles": levels,
            "use_reg_token": bolt.use_reg,
        },
        "chronos_pipeline_class": "ChronosBoltPipeline",
        "d_ff": config.d_ff,
        "d_kv": config.d_kv,
        "d_model": config.d_model,
        "decoder_start_token_id": bolt.start_token,
        "dense_act_fn": "relu",
        "dropout_rate": 0.0,
        "eos_token_id": 1,
        "feed_forward_proj": "relu",
        "initializer_factor": 0.05,
        "is_encoder_decoder": true,
        "is_gated_act": false,
        "layer_norm_epsilon": number(config.epsilon),
        "model_type": "t5",
        "num_decoder_layers": bolt.decoder_layers,
        "num_heads": config.heads,
        "num_layers": config.encoder_layers,
        "pad_token_id": 0,
        "reg_token_id": bolt.reg_token,
        "relative_attention_max_distance": bolt.positions.max_distance,
        "relative_attention_num_buckets": bolt.positions.buckets,
        "torch_dtype": match precision { Precision::Half => "float16", Precision::Single => "float32" },
        "use_cache": true,
        "vocab_size": config.vocabulary,
    });
    Ok(format!("{json:#}\n"))
}

/// Writes `config.json` and `model.safetensors` into a folder, each put in place whole.
pub fn save(
    network: &Network,
    config_json: &str,
    folder: &Path,
    precision: Precision,
) -> Result<(), TrainError> {
    let (dtype, stored) = match precision {
        Precision::Half => (DType::F16, Dtype::F16),
        Precision::Single => (DType::F32, Dtype::F32),
    };
    let mut tensors = Vec::new();
    for (name, var) in network.weights() {
        let tensor = var.to_device(&Device::Cpu)?.to_dtype(dtype)?.flatten_all()?;
        let bytes: Vec<u8> = match precision {
            Precision::Half => {
                tensor.to_vec1::<half::f16>()?.into_iter().flat_map(half::f16::to_le_bytes).collect()
            }
            Precision::Single => tensor.to_vec1::<f32>()?.into_iter().flat_map(f32::to_le_bytes).collect(),
        };
        tensors.push((name.as_str(), var.dims().to_vec(), bytes));
    }
    let damaged = |error| TrainError::Tensor(candle_core::Error::wrap(error));
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| Ok((*name, TensorView::new(stored, shape.clone(), bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(damaged)?;
    let bytes = safetensors::serialize(views, None).map_err(damaged)?;
    fs::create_dir_all(folder).map_err(|source| TrainError::Write { path: folder.to_owned(), source })?;
    write(&folder.join("model.safetensors"), &bytes)?;
    write(&folder.join("config.json"), config_json.as_bytes())
}

/// Writes beside the place and renames, so that no reader sees half a file.
fn write(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let fresh = path.with_extension("new");
    let put = || {
        let mut file = fs::File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)
    };
    put().map_err(|source| TrainError::Write { path: path.to_owned(), source })
}
