//! The component in the real host does what the tested code does, and its manifest declares what it puts.

mod support;

use std::fs;

use connector_enedis_file::EnedisFile;
use connector_enedis_file::words::REGISTER_SERIES;
use serde_json::json;
use support::samples;
use watteau_host::Manifest;
use watteau_testing::{Scenario, component};

const MANIFEST: &str = include_str!("../manifest.toml");

#[test]
fn the_manifest_declares_every_series() {
    let manifest = Manifest::parse(MANIFEST).expect("a manifest");
    let linky = Manifest::parse(include_str!("../../linky/manifest.toml")).expect("a manifest");
    for name in REGISTER_SERIES.into_iter().chain(["production_index"]) {
        assert!(manifest.find_series(name).is_some(), "{name}");
    }
    // What a meter gives over the air and by file is one thing.
    for ours in &manifest.series {
        if let Some(theirs) = linky.find_series(&ours.name) {
            assert_eq!(
                (&ours.unit, ours.kind, ours.step),
                (&theirs.unit, theirs.kind, theirs.step),
                "{}",
                ours.name
            );
        }
    }
}

#[test]
fn native_and_component_agree() {
    let wasm = component(env!("CARGO_MANIFEST_DIR")).expect("the component builds");
    let scenario = Scenario::new("files").settings(json!({})).now("2026-11-21T12:00:00Z");
    let mut contents = vec![
        b"D\xe9but;Fin;Valeur (en kW)\n01/01/2025 00:00;01/01/2025 00:30;0,5\n02/01/2025 00:00;x;1\n"
            .to_vec(),
        b"nom;farine\n".to_vec(),
    ];
    if let Some(samples) = samples() {
        for entry in fs::read_dir(samples.join("enedis")).expect("a folder") {
            contents.push(fs::read(entry.expect("an entry").path()).expect("a file"));
        }
    }
    for content in contents {
        let native = scenario.ingest::<EnedisFile>("file", &content);
        assert_eq!(scenario.ingest_wasm(&wasm, "file", &content).expect("it runs"), native);
    }
}
