//! `watteau connector new DIR`: a connector that builds and passes its tests, to be made one's own.

use crate::cli::{Exit, Global};
use anyhow::{Context as _, bail};
use clap::Args;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Arguments of `watteau connector new`.
#[derive(Debug, Args)]
pub(in crate::cli) struct New {
    /// The folder to make; its name is the connector's.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The folder `sdk` of watteau's sources; else the one of the sources that DIR or this folder lies in.
    #[arg(long, value_name = "DIR")]
    sdk: Option<PathBuf>,
}

/// What is written, as it lies in the SDK.
const FILES: [(&str, &str); 7] = [
    ("Cargo.toml", include_str!("../../../../sdk/template/Cargo.toml.in")),
    ("rust-toolchain.toml", include_str!("../../../../sdk/template/rust-toolchain.toml")),
    ("manifest.toml", include_str!("../../../../sdk/template/manifest.toml")),
    ("README.md", include_str!("../../../../sdk/template/README.md")),
    ("src/lib.rs", include_str!("../../../../sdk/template/lib.rs")),
    ("tests/pull.rs", include_str!("../../../../sdk/template/pull.rs")),
    (".gitignore", "/target\n"),
];

impl New {
    pub(super) fn run(self, global: &Global) -> anyhow::Result<Exit> {
        let name = self.folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !name.starts_with(|first: char| first.is_ascii_lowercase()) || !name.bytes().all(good) {
            bail!(
                "a connector's name begins with a to z, and is made of a to z, 0 to 9 and -: name the folder so"
            );
        }
        if self.folder.exists() {
            bail!("{} is there already; name a folder to make", self.folder.display());
        }
        let sdk = self.sdk()?;
        for (file, text) in FILES {
            let path = self.folder.join(file);
            let text = text
                .replace("{name}", name)
                .replace("{crate}", &name.replace('-', "_"))
                .replace("{sdk}", &sdk.display().to_string());
            let written =
                path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, text));
            written.with_context(|| format!("{} cannot be written", path.display()))?;
        }
        if global.quiet == 0 {
            let folder = self.folder.display();
            eprintln!(
                "{folder} holds a connector that builds; its README says how. Try: cd {folder} && cargo test"
            );
        }
        Ok(Exit::Ok)
    }

    /// The SDK, as an absolute path.
    fn sdk(&self) -> anyhow::Result<PathBuf> {
        if let Some(named) = &self.sdk {
            if !is_sdk(named) {
                bail!("{} is not the folder `sdk` of watteau's sources", named.display());
            }
            return Ok(named.canonicalize()?);
        }
        let places = [std::path::absolute(&self.folder)?, std::env::current_dir()?];
        let mut around = places.iter().flat_map(|place| place.ancestors()).map(|place| place.join("sdk"));
        around.find(|place| is_sdk(place)).context(
            "the SDK is part of watteau's sources: name its folder with --sdk, or make the connector in a folder of \
             the sources",
        )
    }
}

fn is_sdk(folder: &Path) -> bool {
    folder.join("wit/since-v1").is_dir() && folder.join("Cargo.toml").is_file()
}
