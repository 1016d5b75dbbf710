//! The tokeniser and the sampler against the Python reference, bit for bit and probability for probability.

use safetensors::SafeTensors;
use watteau_chronos::{Family, sampling::Sampler, tokens::Tokenizer};

use crate::cases::{list, load, number, own, reference, series};

fn tokenizer(folder: &std::path::Path) -> (Tokenizer, serde_json::Value) {
    let (model, file) = load(folder);
    let Family::T5(settings) = &model.config().family else { panic!("another family") };
    (Tokenizer::new(settings), file)
}

fn integers(value: &serde_json::Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|value| value.as_u64().unwrap() as u32).collect()
}

#[test]
fn bins_and_tokens_are_the_references() {
    let Some(folder) = reference("t5") else { return };
    let (tokenizer, file) = tokenizer(&folder);
    let bytes = std::fs::read(folder.join("tensors.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let bits = |name: &str| -> Vec<u32> {
        tensors
            .tensor(name)
            .unwrap()
            .data()
            .as_chunks()
            .0
            .iter()
            .map(|four| u32::from_le_bytes(*four))
            .collect()
    };
    let bits_of = |values: &[f32]| -> Vec<u32> { values.iter().map(|value| value.to_bits()).collect() };
    assert_eq!(bits_of(tokenizer.centres()), bits("tokenizer.centers"));
    assert_eq!(bits_of(tokenizer.boundaries()), bits("tokenizer.boundaries"));
    let every: Vec<f32> = (0..4096).map(|token| tokenizer.value(token, 1.0)).collect();
    assert_eq!(bits_of(&every), bits("tokenizer.value_of_token_scale1"));
    let probe = &file["tokenizer_probe"];
    let found: Vec<u32> = list(&probe["values"]).iter().map(|value| tokenizer.token(*value, 1.0)).collect();
    assert_eq!(found, integers(&probe["token_ids"]));
}

#[test]
fn contexts_become_the_references_tokens() {
    let Some(folder) = reference("t5") else { return };
    let (tokenizer, file) = tokenizer(&folder);
    for case in file["cases"].as_array().unwrap() {
        let round = &case["rounds"][0];
        for (number_in_batch, context) in series(&case["context"]).iter().enumerate() {
            let (name, tokens) = (&case["name"], tokenizer.context(context));
            // The reference pads a batch on the left.
            let expected = integers(&round["token_ids"][number_in_batch]);
            let (pads, ids) = expected.split_at(expected.len() - tokens.ids.len());
            assert!(pads.iter().all(|token| *token == 0), "{name}");
            assert_eq!(tokens.ids, ids, "{name}");
            let mask: Vec<u32> = tokens.mask.iter().map(|seen| u32::from(*seen)).collect();
            assert_eq!(mask, integers(&round["attention_mask"][number_in_batch])[pads.len()..], "{name}");
            let scale = number(&round["scale"][number_in_batch]);
            assert!((tokens.scale - scale).abs() <= 3e-7 * scale, "{name}: {} for {scale}", tokens.scale);
        }
    }
}

#[test]
fn steps_draw_from_the_references_distribution() {
    let Some(folder) = reference("t5") else { return };
    let (_, file) = load(&folder);
    let bytes = std::fs::read(folder.join("tensors.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let logits = tensors.tensor("sampling.logits_eos_suppressed_as_1e30").unwrap();
    let logits = logits.data().as_chunks().0.iter().map(|four| f32::from_le_bytes(*four));
    let logits: Vec<f32> =
        logits.map(|logit| if logit == -1e30 { f32::NEG_INFINITY } else { logit }).collect();
    for setting in file["sampling"]["settings"].as_array().unwrap() {
        let sampler = Sampler {
            temperature: number(&setting["temperature"]),
            top_k: setting["top_k"].as_u64().unwrap() as usize,
            top_p: number(&setting["top_p"]),
        };
        let mut found = sampler.distribution(&logits);
        assert_eq!(found.len() as u64, setting["n_nonzero"].as_u64().unwrap(), "{sampler:?}");
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        let expected = integers(&setting["top_ids"]).into_iter().zip(list(&setting["top_probs"]));
        for ((token, probability), (id, expected)) in found.into_iter().zip(expected) {
            assert_eq!(token, id, "{sampler:?}");
            assert!((probability - expected).abs() < 1e-5, "{sampler:?}: {probability} for {expected}");
        }
    }
}

#[test]
fn values_fall_into_bins_and_come_back() {
    let (tokenizer, _) = tokenizer(&own("t5"));
    let tokens = tokenizer.context(&[1.0, f32::NAN, -3.0, 0.5, 1e30]);
    assert_eq!((tokens.ids[1], tokens.mask[1]), (0, false), "a missing value is hidden");
    assert_eq!((tokens.ids[5], tokens.mask[5]), (1, true), "the end is seen");
    let width = tokenizer.centres()[1] - tokenizer.centres()[0];
    for value in [-14.0_f32, -2.5, 0.0, 0.1, 7.7, 14.9] {
        let back = tokenizer.value(tokenizer.token(value, 1.0), 1.0);
        assert!((back - value).abs() <= width / 2.0 + 1e-6, "{back} for {value}");
    }
    let edge = tokenizer.boundaries()[60];
    assert_eq!(
        tokenizer.token(edge, 1.0),
        tokenizer.token(edge.next_down(), 1.0) + 1,
        "an edge belongs to the upper bin"
    );
    assert_eq!((tokenizer.token(-1e6, 1.0), tokenizer.token(1e6, 1.0)), (3, 119));
    for (values, scale) in [(vec![0.0; 4], 1.0), (vec![f32::NAN; 4], 1.0), (vec![2.0, f32::NAN, -4.0], 3.0)] {
        assert_eq!(tokenizer.context(&values).scale, scale);
    }
}
