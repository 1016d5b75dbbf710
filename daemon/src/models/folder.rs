//! The folder of models: what is there, and whether it is as it came.

use super::name::{Name, PARTIAL, REPLACED};
use crate::hex::hex;
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

/// The record's name in a model's folder.
pub(super) const RECORD: &str = "watteau.json";

/// Where a model is from, and what its files were when they came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Owner and name.
    pub(crate) name: String,
    /// The hub it came from.
    pub(crate) endpoint: String,
    /// The hub's revision: a commit.
    pub(crate) revision: String,
    /// When it was whole, RFC 3339.
    pub(crate) fetched_at: String,
    /// Its files.
    pub(crate) files: Vec<File>,
}

/// One file of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct File {
    /// Its name.
    pub(crate) path: String,
    /// Bytes.
    pub(crate) size: u64,
    /// SHA-256, lower-case hexadecimal.
    pub(crate) sha256: String,
}

/// What there is of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum State {
    /// Nothing.
    Absent,
    /// Part of it: a pull was interrupted.
    Partial {
        /// What came so far.
        bytes: u64,
    },
    /// All of it.
    Here {
        /// What its files take.
        bytes: u64,
    },
}

/// The folder of models under the data folder.
#[derive(Debug, Clone)]
pub(crate) struct Library(PathBuf);

impl Library {
    /// That of a data folder.
    pub(crate) fn of(data: &Path) -> Self {
        Self(data.join("models"))
    }

    /// Where a model lies, whether or not it is there.
    pub(crate) fn folder(&self, name: &Name) -> PathBuf {
        self.0.join(name.path())
    }

    /// Where a model waits until it is whole.
    pub(super) fn partial(&self, name: &Name) -> PathBuf {
        beside(&self.folder(name), PARTIAL)
    }

    /// Where a model goes while another takes its place.
    pub(super) fn replaced(place: &Path) -> PathBuf {
        beside(place, REPLACED)
    }

    /// What there is of a model.
    pub(crate) fn state(&self, name: &Name) -> State {
        let folder = self.folder(name);
        if folder.join("config.json").is_file() {
            return State::Here { bytes: bytes_of(&folder) };
        }
        let partial = self.partial(name);
        if partial.is_dir() { State::Partial { bytes: bytes_of(&partial) } } else { State::Absent }
    }

    /// Every model that is there, whole or in part, in order.
    pub(crate) fn names(&self) -> Vec<Name> {
        let mut names: Vec<Name> = folders(&self.0)
            .into_iter()
            .flat_map(|owner| {
                let below = folders(&self.0.join(&owner));
                below.into_iter().map(move |name| format!("{owner}/{}", name.trim_end_matches(PARTIAL)))
            })
            .filter_map(|name| name.parse().ok())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The record of a model; none where a person put it there.
    pub(crate) fn record(&self, name: &Name) -> anyhow::Result<Option<Record>> {
        let path = self.folder(name).join(RECORD);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| format!("{} cannot be read", path.display()))?,
        };
        serde_json::from_slice(&text)
            .with_context(|| format!("{} is damaged: pull the model again", path.display()))
    }

    /// What is wrong with the files of a model, by its record.
    pub(crate) fn differences(&self, name: &Name, record: &Record) -> Vec<String> {
        let folder = self.folder(name);
        let differs = |file: &File| match digest(&folder.join(&file.path)) {
            Err(error) => Some(format!("{} cannot be read: {error}", file.path)),
            Ok((size, _)) if size != file.size => {
                Some(format!("{} has {size} bytes and not {}", file.path, file.size))
            }
            Ok((_, sha256)) if sha256 != file.sha256 => Some(format!("{} is not what came", file.path)),
            Ok(_) => None,
        };
        record.files.iter().filter_map(differs).collect()
    }
}

fn beside(place: &Path, ending: &str) -> PathBuf {
    let mut folder = place.as_os_str().to_owned();
    folder.push(ending);
    folder.into()
}

fn folders(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    let folders = entries.filter(|entry| entry.path().is_dir());
    folders.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

fn bytes_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|file| file.len())
        .sum()
}

/// Size and SHA-256 of a file.
pub(super) fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let size = feed(path, &mut hasher)?;
    Ok((size, hex(&hasher.finalize())))
}

/// Hashes what a file holds; answers how much that was.
pub(super) fn feed(path: &Path, hasher: &mut Sha256) -> io::Result<u64> {
    let mut file = fs::File::open(path)?;
    let (mut buffer, mut size) = (vec![0; 1 << 18], 0);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(size);
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
}
