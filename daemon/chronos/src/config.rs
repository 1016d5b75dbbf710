//! What `config.json` says: the family of a model and its sizes.
//!
//! `model_type` is `"t5"` in all three families and decides nothing; `chronos_pipeline_class` does. What this crate
//! does not compute (gated feed-forward layers, decoder-only models, other tokenisers) is refused here, so that no
//! setting is silently ignored.

use serde::Deserialize;

use crate::error::LoadError;

/// More of anything than this is a damaged file, not a model: the largest published size is 4096.
const LARGEST: usize = 1 << 20;

/// The configuration of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Width of the residual stream.
    pub d_model: usize,
    /// Width inside a feed-forward layer.
    pub d_ff: usize,
    /// Width of an attention head; `heads × d_kv` need not be `d_model`.
    pub d_kv: usize,
    /// Number of attention heads.
    pub heads: usize,
    /// Layers of the encoder.
    pub encoder_layers: usize,
    /// Rows of the embedding table.
    pub vocabulary: usize,
    /// What is added to the mean square in a norm.
    pub epsilon: f32,
    /// What differs between the families.
    pub family: Family,
}

/// The family of a model, with the settings that only it has.
#[derive(Debug, Clone, PartialEq)]
pub enum Family {
    /// Chronos-T5: values become tokens, and paths are drawn.
    T5(T5),
    /// Chronos-Bolt: patches become quantiles in one pass.
    Bolt(Bolt),
    /// Chronos-2: as Bolt, with several series and covariates in a group.
    Chronos2(Chronos2),
}

impl Family {
    /// The family's name as people write it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::T5(_) => "Chronos-T5",
            Self::Bolt(_) => "Chronos-Bolt",
            Self::Chronos2(_) => "Chronos-2",
        }
    }
}

/// Relative positions in attention: how far apart two tokens are, in buckets that widen with distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Positions {
    /// Rows of the table.
    pub buckets: usize,
    /// From here on all distances share the last bucket.
    pub max_distance: usize,
}

/// Settings of Chronos-T5.
#[derive(Debug, Clone, PartialEq)]
pub struct T5 {
    /// Layers of the decoder.
    pub decoder_layers: usize,
    /// Relative positions.
    pub positions: Positions,
    /// Values of a context that are read.
    pub context_length: usize,
    /// Steps drawn in one block.
    pub prediction_length: usize,
    /// Smallest centre of a bin.
    pub low_limit: f32,
    /// Largest centre of a bin.
    pub high_limit: f32,
    /// Number of tokens, equal to the vocabulary.
    pub tokens: usize,
    /// Tokens below this number stand for no value.
    pub special_tokens: usize,
    /// The token of a missing value.
    pub pad_token: u32,
    /// The token that ends a context.
    pub eos_token: u32,
    /// Whether it does.
    pub use_eos: bool,
    /// The token that a decoder starts from.
    pub start_token: u32,
    /// Whether the output head is the embedding table, scaled down.
    pub tied: bool,
    /// Paths drawn when nothing else is asked.
    pub num_samples: usize,
    /// Sampling temperature when nothing else is asked.
    pub temperature: f32,
    /// Likeliest tokens drawn from when nothing else is asked; 0 for all.
    pub top_k: usize,
    /// Probability drawn from when nothing else is asked; 1 for all.
    pub top_p: f32,
}

/// Settings of Chronos-Bolt.
#[derive(Debug, Clone, PartialEq)]
pub struct Bolt {
    /// Layers of the decoder.
    pub decoder_layers: usize,
    /// Relative positions.
    pub positions: Positions,
    /// Values of a context that are read.
    pub context_length: usize,
    /// Steps of one pass.
    pub prediction_length: usize,
    /// Values in a patch.
    pub patch: usize,
    /// Trained levels, rising.
    pub quantiles: Vec<f32>,
    /// Whether a REG token ends the patches.
    pub use_reg: bool,
    /// Row of the embedding table for REG.
    pub reg_token: u32,
    /// Row of the embedding table for the decoder's start.
    pub start_token: u32,
}

/// Settings of Chronos-2.
#[derive(Debug, Clone, PartialEq)]
pub struct Chronos2 {
    /// Values of a context that are read.
    pub context_length: usize,
    /// Values in a patch.
    pub patch: usize,
    /// Patches of one pass.
    pub max_output_patches: usize,
    /// Trained levels, rising.
    pub quantiles: Vec<f32>,
    /// Whether values pass through asinh on their way in and sinh on their way out.
    pub use_arcsinh: bool,
    /// Whether a REG token ends the context.
    pub use_reg: bool,
    /// Row of the embedding table for REG.
    pub reg_token: u32,
    /// Steps per unit of time.
    pub time_scale: f32,
    /// Base of the rotary positions.
    pub rope_theta: f32,
}

#[derive(Deserialize)]
struct Raw {
    chronos_pipeline_class: Option<String>,
    chronos_config: Option<serde_json::Value>,
    d_model: usize,
    d_ff: usize,
    d_kv: usize,
    num_heads: usize,
    num_layers: usize,
    num_decoder_layers: Option<usize>,
    vocab_size: usize,
    #[serde(default = "epsilon")]
    layer_norm_epsilon: f32,
    #[serde(default = "relu")]
    feed_forward_proj: String,
    #[serde(default = "buckets")]
    relative_attention_num_buckets: usize,
    #[serde(default = "max_distance")]
    relative_attention_max_distance: usize,
    #[serde(default)]
    decoder_start_token_id: u32,
    #[serde(default = "one")]
    reg_token_id: u32,
    tie_word_embeddings: Option<bool>,
    #[serde(default = "rope_theta")]
    rope_theta: f32,
}

#[derive(Deserialize)]
struct RawT5 {
    tokenizer_class: String,
    tokenizer_kwargs: Limits,
    n_tokens: usize,
    n_special_tokens: usize,
    pad_token_id: u32,
    eos_token_id: u32,
    use_eos_token: bool,
    model_type: String,
    context_length: usize,
    prediction_length: usize,
    num_samples: usize,
    temperature: f32,
    top_k: usize,
    top_p: f32,
}

#[derive(Deserialize)]
struct Limits {
    low_limit: f32,
    high_limit: f32,
}

#[derive(Deserialize)]
struct RawPatched {
    context_length: usize,
    input_patch_size: usize,
    input_patch_stride: usize,
    prediction_length: Option<usize>,
    output_patch_size: Option<usize>,
    max_output_patches: Option<usize>,
    quantiles: Vec<f32>,
    #[serde(default)]
    use_reg_token: bool,
    #[serde(default)]
    use_arcsinh: bool,
    time_encoding_scale: Option<f32>,
}

fn epsilon() -> f32 {
    1e-6
}

fn relu() -> String {
    "relu".into()
}

fn buckets() -> usize {
    32
}

fn max_distance() -> usize {
    128
}

fn one() -> u32 {
    1
}

fn rope_theta() -> f32 {
    10_000.0
}

fn refuse<T>(sentence: impl Into<String>) -> Result<T, LoadError> {
    Err(LoadError::Unsupported(sentence.into()))
}

/// Refuses a size that no model has.
fn size(name: &str, value: usize) -> Result<usize, LoadError> {
    if value == 0 || value > LARGEST {
        return refuse(format!("{name} is {value}, which no Chronos model has"));
    }
    Ok(value)
}

fn need(name: &str, value: Option<usize>) -> Result<usize, LoadError> {
    match value {
        Some(value) => size(name, value),
        None => refuse(format!("{name} is missing")),
    }
}

fn finite(name: &str, value: f32) -> Result<f32, LoadError> {
    if !value.is_finite() || value <= 0.0 {
        return refuse(format!("{name} is {value} where a positive number is needed"));
    }
    Ok(value)
}

impl Config {
    /// Reads the bytes of a `config.json`.
    pub fn parse(json: &[u8]) -> Result<Self, LoadError> {
        let raw: Raw = serde_json::from_slice(json).map_err(LoadError::Json)?;
        let Some(chronos) = raw.chronos_config.clone() else {
            return refuse("there is no chronos_config; this is a T5 model, but not Chronos");
        };
        if raw.feed_forward_proj != "relu" {
            return refuse(format!(
                "feed_forward_proj is \"{}\", and only \"relu\" is computed; no published Chronos has another",
                raw.feed_forward_proj
            ));
        }
        let family = match raw.chronos_pipeline_class.as_deref() {
            None | Some("ChronosPipeline") => Family::T5(t5(&raw, chronos)?),
            Some("ChronosBoltPipeline") => Family::Bolt(bolt(&raw, chronos)?),
            Some("Chronos2Pipeline") => Family::Chronos2(chronos2(&raw, chronos)?),
            Some(other) => {
                return refuse(format!(
                    "chronos_pipeline_class is \"{other}\"; the families are ChronosPipeline, ChronosBoltPipeline and Chronos2Pipeline"
                ));
            }
        };
        let heads = size("num_heads", raw.num_heads)?;
        let d_kv = size("d_kv", raw.d_kv)?;
        size("num_heads × d_kv", heads.saturating_mul(d_kv))?;
        Ok(Self {
            d_model: size("d_model", raw.d_model)?,
            d_ff: size("d_ff", raw.d_ff)?,
            d_kv,
            heads,
            encoder_layers: size("num_layers", raw.num_layers)?,
            vocabulary: size("vocab_size", raw.vocab_size)?,
            epsilon: finite("layer_norm_epsilon", raw.layer_norm_epsilon)?,
            family,
        })
    }

    /// Width of all heads together.
    pub fn inner(&self) -> usize {
        self.heads * self.d_kv
    }
}

fn parse<T: for<'de> Deserialize<'de>>(value: serde_json::Value) -> Result<T, LoadError> {
    serde_json::from_value(value).map_err(LoadError::Json)
}

fn positions(raw: &Raw) -> Result<Positions, LoadError> {
    let buckets = size("relative_attention_num_buckets", raw.relative_attention_num_buckets)?;
    let max_distance = size("relative_attention_max_distance", raw.relative_attention_max_distance)?;
    if !buckets.is_multiple_of(4) || max_distance <= buckets / 2 {
        return refuse(
            "relative_attention_num_buckets and relative_attention_max_distance do not fit together",
        );
    }
    Ok(Positions { buckets, max_distance })
}

fn token(name: &str, token: u32, raw: &Raw) -> Result<u32, LoadError> {
    if token as usize >= raw.vocab_size {
        return refuse(format!("{name} is {token}, beyond the vocabulary of {}", raw.vocab_size));
    }
    Ok(token)
}

fn levels(quantiles: Vec<f32>) -> Result<Vec<f32>, LoadError> {
    let inside = quantiles.iter().all(|level| *level > 0.0 && *level < 1.0);
    if quantiles.is_empty() || !inside || !quantiles.is_sorted_by(|a, b| a < b) {
        return refuse("quantiles must rise and lie between 0 and 1");
    }
    if !quantiles.contains(&0.5) {
        return refuse("quantiles must contain 0.5, which is the point forecast");
    }
    Ok(quantiles)
}

fn t5(raw: &Raw, chronos: serde_json::Value) -> Result<T5, LoadError> {
    let own: RawT5 = parse(chronos)?;
    if own.tokenizer_class != "MeanScaleUniformBins" {
        return refuse(format!(
            "tokenizer_class is \"{}\", and only MeanScaleUniformBins is read",
            own.tokenizer_class
        ));
    }
    if own.model_type != "seq2seq" {
        return refuse(format!(
            "chronos_config.model_type is \"{}\", and only \"seq2seq\" is computed",
            own.model_type
        ));
    }
    if own.n_tokens != raw.vocab_size
        || own.n_special_tokens < 2
        || own.n_tokens < own.n_special_tokens.saturating_add(4)
    {
        return refuse("n_tokens, n_special_tokens and vocab_size do not fit together");
    }
    let Limits { low_limit, high_limit } = own.tokenizer_kwargs;
    // The two halves of the bins mirror each other only around zero, as published.
    if !(low_limit.is_finite() && high_limit.is_finite() && low_limit < high_limit) {
        return refuse("low_limit must lie below high_limit");
    }
    if !(0.0..=1.0).contains(&own.top_p) {
        return refuse("top_p must lie between 0 and 1");
    }
    Ok(T5 {
        decoder_layers: need("num_decoder_layers", raw.num_decoder_layers.or(Some(raw.num_layers)))?,
        positions: positions(raw)?,
        context_length: size("context_length", own.context_length)?,
        prediction_length: size("prediction_length", own.prediction_length)?,
        low_limit,
        high_limit,
        tokens: own.n_tokens,
        special_tokens: own.n_special_tokens,
        pad_token: token("pad_token_id", own.pad_token_id, raw)?,
        eos_token: token("eos_token_id", own.eos_token_id, raw)?,
        use_eos: own.use_eos_token,
        start_token: token("decoder_start_token_id", raw.decoder_start_token_id, raw)?,
        tied: raw.tie_word_embeddings != Some(false),
        num_samples: size("num_samples", own.num_samples)?,
        temperature: finite("temperature", own.temperature)?,
        top_k: own.top_k,
        top_p: own.top_p,
    })
}

fn patch(own: &RawPatched) -> Result<usize, LoadError> {
    let patch = size("input_patch_size", own.input_patch_size)?;
    if own.input_patch_stride != patch {
        return refuse(
            "input_patch_stride differs from input_patch_size; overlapping patches are not computed",
        );
    }
    Ok(patch)
}

fn bolt(raw: &Raw, chronos: serde_json::Value) -> Result<Bolt, LoadError> {
    let own: RawPatched = parse(chronos)?;
    let start_token = token("decoder_start_token_id", raw.decoder_start_token_id, raw)?;
    let reg_token = if own.use_reg_token { token("reg_token_id", raw.reg_token_id, raw)? } else { 0 };
    Ok(Bolt {
        decoder_layers: need("num_decoder_layers", raw.num_decoder_layers.or(Some(raw.num_layers)))?,
        positions: positions(raw)?,
        context_length: size("context_length", own.context_length)?,
        prediction_length: need("prediction_length", own.prediction_length)?,
        patch: patch(&own)?,
        quantiles: levels(own.quantiles)?,
        use_reg: own.use_reg_token,
        reg_token,
        start_token,
    })
}

fn chronos2(raw: &Raw, chronos: serde_json::Value) -> Result<Chronos2, LoadError> {
    let own: RawPatched = parse(chronos)?;
    let patch = patch(&own)?;
    if own.output_patch_size != Some(patch) {
        return refuse("output_patch_size differs from input_patch_size, which is not computed");
    }
    if !raw.d_kv.is_multiple_of(2) {
        return refuse(format!("d_kv is {}, and rotary positions need an even number", raw.d_kv));
    }
    Ok(Chronos2 {
        context_length: size("context_length", own.context_length)?,
        patch,
        max_output_patches: need("max_output_patches", own.max_output_patches)?,
        use_arcsinh: own.use_arcsinh,
        use_reg: own.use_reg_token,
        reg_token: if own.use_reg_token { token("reg_token_id", raw.reg_token_id, raw)? } else { 0 },
        time_scale: finite(
            "time_encoding_scale",
            own.time_encoding_scale.unwrap_or(own.context_length as f32),
        )?,
        rope_theta: finite("rope_theta", raw.rope_theta)?,
        quantiles: levels(own.quantiles)?,
    })
}
