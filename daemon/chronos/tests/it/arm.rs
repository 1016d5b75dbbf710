//! The example, cross-built for a Raspberry Pi and run under qemu, against this machine.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use watteau_chronos::{LoadOptions, Model, Options, Task};

use crate::cases::own;

const TARGET: &str = "aarch64-unknown-linux-gnu";

/// The cross-built example, if there is one and something that runs it.
fn example() -> Option<PathBuf> {
    let skip = |why: &str| {
        eprintln!("skipped: {why}");
        None
    };
    if cfg!(target_arch = "aarch64") {
        return skip("every other test runs on aarch64 here");
    }
    if Command::new("qemu-aarch64").arg("--version").output().is_err() {
        return skip("there is no qemu-aarch64; on Debian: sudo apt install qemu-user");
    }
    // CARGO_TARGET_TMPDIR is `tmp` in the target folder.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?.join(TARGET);
    let built = ["debug", "release"].map(|profile| target.join(profile).join("examples/forecast"));
    let found = built.into_iter().find(|path| path.exists());
    if found.is_none() {
        return skip(
            "nothing is built for aarch64; CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
             cargo build -p watteau-chronos --example forecast --target aarch64-unknown-linux-gnu",
        );
    }
    found
}

#[test]
fn a_raspberry_pi_forecasts_the_same() {
    let Some(example) = example() else { return };
    let values: Vec<f32> =
        (0..200).map(|i| 50.0 + 20.0 * (i as f32 * 0.26).sin() + (i * 7 % 5) as f32).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("load.csv");
    let lines = values.iter().map(|value| format!("{value}\n"));
    std::fs::write(&file, std::iter::once("load\n".to_owned()).chain(lines).collect::<String>()).unwrap();
    for family in ["bolt", "chronos2", "t5"] {
        let output = Command::new("qemu-aarch64")
            .env("QEMU_LD_PREFIX", "/usr/aarch64-linux-gnu")
            .args([&example, &own(family), &file])
            .args(["load", "30"])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{family}: {told}");
        let model = Model::load(own(family), &LoadOptions::default()).unwrap();
        let options = Options { horizon: 30, ..Options::default() };
        let expected =
            model.predict(&[Task::series(values.clone())], &options).unwrap().remove(0).targets.remove(0);
        let mut lines = csv::Reader::from_reader(&output.stdout[..]);
        let found: Vec<Vec<f32>> = lines.deserialize().collect::<Result<_, _>>().unwrap();
        assert_eq!(found.len(), 30, "{family}");
        for (step, found) in found.iter().enumerate() {
            let expected =
                std::iter::once(&expected.mean).chain(&expected.quantiles).map(|steps| steps[step]);
            for (found, expected) in found[1..].iter().zip(expected) {
                assert!((found - expected).abs() < 1e-3, "{family}, step {step}: {found} for {expected}");
            }
        }
    }
}
