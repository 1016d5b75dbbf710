//! Folders that hold no model, or half of one: one clear error each, and never a panic.

use std::{fs, path::Path, sync::OnceLock};

use proptest::prelude::*;
use safetensors::{Dtype, SafeTensors, serialize, tensor::TensorView};
use serde_json::{Value, json};
use tempfile::TempDir;
use watteau_chronos::{Config, LoadError, LoadOptions, Model, Options, PredictError, Task};

use crate::cases::own;

const FAMILIES: [&str; 3] = ["t5", "bolt", "chronos2"];

/// A folder with these two files.
fn folder(config: &[u8], weights: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), config).unwrap();
    fs::write(folder.path().join("model.safetensors"), weights).unwrap();
    folder
}

fn files(family: &str) -> (Value, Vec<u8>) {
    let config = fs::read(own(family).join("config.json")).unwrap();
    (serde_json::from_slice(&config).unwrap(), fs::read(own(family).join("model.safetensors")).unwrap())
}

fn load(folder: &Path) -> Result<Model, LoadError> {
    Model::load(folder, &LoadOptions { threads: std::num::NonZero::new(1), ..LoadOptions::default() })
}

/// The whole error, causes included, of a config with one field changed.
fn config_error(family: &str, change: impl Fn(&mut Value)) -> String {
    let (mut config, weights) = files(family);
    change(&mut config);
    let folder = folder(config.to_string().as_bytes(), &weights);
    anyhow::Error::from(load(folder.path()).unwrap_err()).to_string()
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = load(folder.path()).unwrap_err();
    assert!(matches!(&error, LoadError::Io { path, .. } if path.ends_with("config.json")), "{error}");
    fs::copy(own("bolt").join("config.json"), folder.path().join("config.json")).unwrap();
    let error = load(folder.path()).unwrap_err();
    assert!(matches!(&error, LoadError::Io { path, .. } if path.ends_with("model.safetensors")), "{error}");
}

#[test]
fn foreign_configurations_are_refused_in_a_sentence() {
    let change: [(&str, &str, Value, &str); 19] = [
        ("bolt", "/chronos_pipeline_class", json!("NewPipeline"), "the families are"),
        ("t5", "/chronos_config", Value::Null, "not Chronos"),
        ("t5", "/chronos_config/tokenizer_class", json!("Other"), "only MeanScaleUniformBins"),
        ("t5", "/chronos_config/model_type", json!("causal"), "only \"seq2seq\""),
        ("t5", "/chronos_config/n_tokens", json!(121), "do not fit together"),
        ("t5", "/chronos_config/n_special_tokens", json!(u64::MAX), "do not fit together"),
        ("t5", "/chronos_config/top_p", json!(1.5), "top_p"),
        ("t5", "/chronos_config/tokenizer_kwargs/low_limit", json!(20), "below high_limit"),
        ("t5", "/chronos_config/eos_token_id", json!(120), "beyond the vocabulary"),
        ("bolt", "/feed_forward_proj", json!("gated-gelu"), "only \"relu\""),
        ("bolt", "/d_model", json!(0), "d_model is 0"),
        ("bolt", "/d_kv", json!(1 << 30), "d_kv is"),
        ("bolt", "/chronos_config/input_patch_stride", json!(2), "overlapping"),
        ("bolt", "/chronos_config/quantiles", json!([0.5, 0.1]), "must rise"),
        ("bolt", "/chronos_config/quantiles", json!([0.1, 0.9]), "contain 0.5"),
        ("bolt", "/chronos_config/quantiles", json!([]), "must rise"),
        ("chronos2", "/chronos_config/output_patch_size", json!(8), "output_patch_size"),
        ("chronos2", "/d_kv", json!(5), "even number"),
        ("chronos2", "/chronos_config/time_encoding_scale", json!(0), "positive number"),
    ];
    for (family, place, value, words) in change {
        let error = config_error(family, |config| *config.pointer_mut(place).unwrap() = value.clone());
        assert!(error.contains(words), "{place} = {value}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    for family in FAMILIES {
        let (config, weights) = files(family);
        let text = config.to_string();
        for cut in [0, 1, text.len() / 2, text.len() - 1] {
            let folder = folder(&text.as_bytes()[..cut], &weights);
            assert!(matches!(load(folder.path()), Err(LoadError::Json(_))), "{family} cut at {cut}");
        }
    }
}

#[test]
fn a_cut_off_file_is_no_model() {
    for family in FAMILIES {
        let (config, weights) = files(family);
        let header = 8 + u64::from_le_bytes(weights[..8].try_into().unwrap()) as usize;
        for length in
            [0, 1, 7, 8, 9, header / 2, header - 1, header, header + 1, weights.len() / 2, weights.len() - 1]
        {
            let folder = folder(config.to_string().as_bytes(), &weights[..length]);
            let error = load(folder.path()).unwrap_err();
            assert!(matches!(error, LoadError::Weights(_)), "{family}, {length} bytes: {error}");
        }
    }
}

/// Rewrites a family's tensors: `change` says for each whether it stays, and as what.
fn rewritten(
    family: &str,
    change: impl Fn(&str, Dtype, Vec<usize>, &[u8]) -> Option<(Dtype, Vec<usize>, Vec<u8>)>,
) -> TempDir {
    let (config, weights) = files(family);
    let tensors = SafeTensors::deserialize(&weights).unwrap();
    let changed: Vec<_> = tensors
        .iter()
        .filter_map(|(name, view)| {
            change(name, view.dtype(), view.shape().to_vec(), view.data())
                .map(|changed| (name.to_owned(), changed))
        })
        .collect();
    let views = changed.iter().map(|(name, (dtype, shape, data))| {
        (name.clone(), TensorView::new(*dtype, shape.clone(), data).unwrap())
    });
    folder(config.to_string().as_bytes(), &serialize(views, None).unwrap())
}

#[test]
fn every_tensor_is_needed_in_its_shape_and_kind() {
    for family in FAMILIES {
        let weights = files(family).1;
        let tensors = SafeTensors::deserialize(&weights).unwrap();
        // Bolt's decoder has one token, to which its table of positions means nothing.
        let unused = |name: &str| {
            family == "bolt" && name.starts_with("decoder") && name.contains("relative_attention")
        };
        for wanted in tensors.names().into_iter().filter(|name| !unused(name)) {
            let gone = rewritten(family, |name, dtype, shape, data| {
                (name != wanted).then(|| (dtype, shape, data.to_vec()))
            });
            let error = load(gone.path()).unwrap_err();
            assert!(
                matches!(&error, LoadError::MissingTensor { name } if name == wanted),
                "{wanted}: {error}"
            );

            let flat = rewritten(family, |name, dtype, mut shape, data| {
                if name == wanted {
                    shape.insert(0, 1);
                }
                Some((dtype, shape, data.to_vec()))
            });
            let error = load(flat.path()).unwrap_err();
            assert!(matches!(&error, LoadError::Shape { name, .. } if name == wanted), "{wanted}: {error}");

            let whole = rewritten(family, |name, dtype, shape, data| {
                if name != wanted {
                    return Some((dtype, shape, data.to_vec()));
                }
                let count = shape.iter().product::<usize>() * 8;
                Some((Dtype::I64, shape, vec![0; count]))
            });
            let error = load(whole.path()).unwrap_err();
            assert!(
                matches!(&error, LoadError::Dtype { name, dtype } if name == wanted && dtype == "I64"),
                "{error}"
            );
        }
    }
}

#[test]
fn an_embedding_table_may_go_by_any_of_its_names() {
    let renamed = |to: &str| {
        let (config, weights) = files("t5");
        let tensors = SafeTensors::deserialize(&weights).unwrap();
        let views = tensors
            .iter()
            .map(|(name, view)| (if name == "shared.weight" { to } else { name }.to_owned(), view));
        folder(config.to_string().as_bytes(), &serialize(views.collect::<Vec<_>>(), None).unwrap())
    };
    let forecast = |folder: &Path| {
        load(folder).unwrap().predict(&[Task::series([1.0, 2.0])], &Options::default()).unwrap()
    };
    let expected = forecast(&own("t5"));
    for name in ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"] {
        assert_eq!(forecast(renamed(name).path()), expected, "{name}");
    }
}

/// Tensors that do not begin at a multiple of their size cannot be read in place.
#[test]
fn weights_out_of_line_are_read_all_the_same() {
    for family in FAMILIES {
        let (config, weights) = files(family);
        let length = u64::from_le_bytes(weights[..8].try_into().unwrap());
        let mut shifted = (length + 1).to_le_bytes().to_vec();
        shifted.extend_from_slice(&weights[8..8 + length as usize]);
        shifted.push(b' ');
        shifted.extend_from_slice(&weights[8 + length as usize..]);
        let moved = folder(config.to_string().as_bytes(), &shifted);
        let forecast =
            |folder: &Path| load(folder).unwrap().predict(&[Task::series([1.0, 2.0])], &Options::default());
        assert_eq!(forecast(moved.path()).unwrap(), forecast(&own(family)).unwrap(), "{family}");
    }
}

#[test]
fn weights_that_are_no_numbers_give_an_error_and_no_forecast() {
    for family in ["bolt", "chronos2"] {
        let broken = rewritten(family, |name, dtype, shape, data| {
            let data = if name.ends_with("final_layer_norm.weight") {
                vec![0xff; data.len()]
            } else {
                data.to_vec()
            };
            Some((dtype, shape, data))
        });
        let error =
            load(broken.path()).unwrap().predict(&[Task::series([1.0])], &Options::default()).unwrap_err();
        assert!(matches!(error, PredictError::NotFinite), "{family}: {error}");
    }
}

/// The files of the smallest model, read once for all the cases below.
fn bolt() -> &'static (String, Vec<u8>) {
    static FILES: OnceLock<(String, Vec<u8>)> = OnceLock::new();
    FILES.get_or_init(|| (files("bolt").0.to_string(), files("bolt").1))
}

/// Bytes with some of them replaced, inserted or taken away.
fn damaged(bytes: &[u8], damage: &[(prop::sample::Index, u8, u8)], within: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, kind, byte) in damage {
        let at = at.index(within.min(bytes.len()).max(1));
        match kind {
            0 => bytes.insert(at, *byte),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            _ if at < bytes.len() => bytes[at] = *byte,
            _ => {}
        }
    }
    bytes
}

fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0..6_u8, any::<u8>()), 1..6)
}

proptest! {
    #[test]
    fn any_bytes_are_a_configuration_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = Config::parse(&bytes);
    }

    #[test]
    fn any_number_anywhere_is_a_configuration_or_an_error(field in any::<prop::sample::Index>(), number in prop_oneof![
        any::<i64>().prop_map(|n| json!(n)), any::<u64>().prop_map(|n| json!(n)), (-3_i64..40).prop_map(|n| json!(n)),
        any::<f64>().prop_map(|n| json!(n)), Just(Value::Null), Just(json!([])), Just(json!("relu")),
    ], family in 0..3_usize) {
        let (mut config, weights) = files(FAMILIES[family]);
        let mut places: Vec<String> = config.as_object().unwrap().keys().map(|key| format!("/{key}")).collect();
        places.extend(config["chronos_config"].as_object().unwrap().keys().map(|key| format!("/chronos_config/{key}")));
        *config.pointer_mut(&places[field.index(places.len())]).unwrap() = number;
        let folder = folder(config.to_string().as_bytes(), &weights);
        if let Ok(model) = load(folder.path()) {
            let _ = model.predict(&[Task::series([1.0, 5.0, 2.0])], &Options { horizon: 2, ..Options::default() });
        }
    }

    #[test]
    fn a_damaged_configuration_is_an_error_or_another_one(damage in damage()) {
        let (config, weights) = bolt();
        let folder = folder(&damaged(config.as_bytes(), &damage, config.len()), weights);
        let _ = load(folder.path());
    }

    #[test]
    fn a_damaged_header_is_an_error_or_another_one(damage in damage()) {
        let (config, weights) = bolt();
        let header = 8 + u64::from_le_bytes(weights[..8].try_into().unwrap()) as usize;
        let folder = folder(config.as_bytes(), &damaged(weights, &damage, header));
        if let Ok(model) = load(folder.path()) {
            let _ = model.predict(&[Task::series([1.0, 5.0, 2.0])], &Options::default());
        }
    }
}
