//! Fetching a model: what came stays when it is cut off, and nothing is taken that is not what the hub announced.

use super::{
    folder::{File, Library, RECORD, Record, digest, feed},
    hub::{Hub, HubError, Remote},
    name::Name,
};
use crate::hex::hex;
use anyhow::Context as _;
use indicatif::HumanBytes;
use reqwest::StatusCode;
use sha2::{Digest as _, Sha256};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

/// A download that breaks goes on so many times by itself, waiting longer each time.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// Where a pull is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress<'a> {
    /// The file it is at.
    pub(crate) file: &'a str,
    /// Bytes of all files that are here.
    pub(crate) done: u64,
    /// Bytes of all files.
    pub(crate) total: u64,
}

/// Why a file is not here after all.
enum Broken {
    /// Going on where it stopped may help.
    Lost(anyhow::Error),
    /// It will not.
    Final(anyhow::Error),
}

/// Fetches a model, or what is missing of it, and puts it in the place of an earlier one once it is whole.
pub(crate) async fn pull(
    hub: &Hub,
    library: &Library,
    name: &Name,
    revision: &str,
    mut progress: impl FnMut(Progress<'_>),
) -> anyhow::Result<Record> {
    let index = hub.index(name, revision).await?;
    if let Some(record) = library.record(name)?
        && record.revision == index.revision
        && library.differences(name, &record).is_empty()
    {
        return Ok(record);
    }
    let folder = library.partial(name);
    fs::create_dir_all(&folder).with_context(|| {
        format!("{} cannot be made; run this as the user of the daemon", folder.display())
    })?;
    let total = index.files.iter().map(|file| file.size).sum();
    let (mut done, mut files) = (0, Vec::new());
    for remote in &index.files {
        let mut told = |bytes: u64| progress(Progress { file: &remote.path, done: done + bytes, total });
        let sha256 = one(hub, name, &index.revision, remote, &folder, &mut told).await?;
        done += remote.size;
        files.push(File { path: remote.path.clone(), size: remote.size, sha256 });
    }
    let record = Record {
        name: name.to_string(),
        endpoint: hub.endpoint().to_owned(),
        revision: index.revision,
        fetched_at: jiff::Timestamp::now().to_string(),
        files,
    };
    settle(&folder, &library.folder(name), &record)
        .with_context(|| format!("{} cannot be put in its place", folder.display()))?;
    Ok(record)
}

/// One file, going on where it breaks. Answers its digest.
async fn one(
    hub: &Hub,
    name: &Name,
    revision: &str,
    remote: &Remote,
    folder: &Path,
    progress: &mut impl FnMut(u64),
) -> anyhow::Result<String> {
    let whole = folder.join(&remote.path);
    if let Ok((size, sha256)) = digest(&whole)
        && size == remote.size
        && remote.sha256.as_ref().is_none_or(|expected| *expected == sha256)
    {
        progress(size);
        return Ok(sha256);
    }
    let part = part(folder, remote);
    let mut tries = 0;
    loop {
        let begun = fs::metadata(&part).map_or(0, |file| file.len());
        match go_on(hub, name, revision, remote, &part, progress).await {
            Ok(sha256) => {
                fs::rename(&part, &whole)
                    .with_context(|| format!("{} cannot be written", whole.display()))?;
                return Ok(sha256);
            }
            Err(Broken::Final(error)) => return Err(error),
            Err(Broken::Lost(error)) => {
                let here = fs::metadata(&part).map_or(0, |file| file.len());
                tries = if here > begun { 1 } else { tries + 1 };
                if tries == TRIES {
                    let (here, size) = (HumanBytes(here), HumanBytes(remote.size));
                    return Err(error.context(format!(
                        "{} stopped at {here} of {size}; the same command goes on from there",
                        remote.path
                    )));
                }
                tracing::info!(file = remote.path, here, "the download broke and goes on: {error:#}");
                tokio::time::sleep(FIRST_WAIT * 2_u32.pow(tries)).await;
            }
        }
    }
}

/// Named by what it will be, so that nothing goes on with the beginning of another revision.
fn part(folder: &Path, remote: &Remote) -> PathBuf {
    let what =
        remote.sha256.as_deref().map_or_else(|| remote.size.to_string(), |sha256| sha256[..16].to_owned());
    folder.join(format!("{}.{what}.part", remote.path))
}

/// Fetches what is missing of a file, and checks the whole.
async fn go_on(
    hub: &Hub,
    name: &Name,
    revision: &str,
    remote: &Remote,
    part: &Path,
    progress: &mut impl FnMut(u64),
) -> Result<String, Broken> {
    let cannot_write = |error: io::Error| {
        Broken::Final(anyhow::Error::new(error).context(format!("{} cannot be written", part.display())))
    };
    let mut hasher = Sha256::new();
    let mut here = if remote.sha256.is_some() { feed(part, &mut hasher).unwrap_or(0) } else { 0 };
    if here > remote.size {
        (hasher, here) = (Sha256::new(), 0);
    }
    if here < remote.size || remote.size == 0 {
        let mut answer = hub.open(name, revision, &remote.path, here).await.map_err(lost)?;
        if answer.status() != StatusCode::PARTIAL_CONTENT {
            // It begins anew, whatever was asked.
            (hasher, here) = (Sha256::new(), 0);
        }
        if answer.status() == StatusCode::RANGE_NOT_SATISFIABLE {
            fs::remove_file(part).map_err(cannot_write)?;
            return Err(Broken::Lost(anyhow::anyhow!("the hub has another file by now")));
        }
        let mut file = fs::OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .open(part)
            .map_err(cannot_write)?;
        file.set_len(here).map_err(cannot_write)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(cannot_write)?;
        while let Some(bytes) =
            answer.chunk().await.map_err(|error| Broken::Lost(error.without_url().into()))?
        {
            here += bytes.len() as u64;
            if here > remote.size {
                break;
            }
            hasher.update(&bytes);
            file.write_all(&bytes).map_err(cannot_write)?;
            progress(here);
        }
        file.sync_all().map_err(cannot_write)?;
        if here < remote.size {
            return Err(Broken::Lost(anyhow::anyhow!("the connection was cut")));
        }
    }
    let sha256 = hex(&hasher.finalize());
    if here != remote.size || remote.sha256.as_ref().is_some_and(|expected| *expected != sha256) {
        // Nothing of it can be used: the next try begins at its first byte.
        let _ = fs::remove_file(part);
        return Err(Broken::Final(anyhow::anyhow!(
            "{} is not what the hub announced and was thrown away; try again, or another mirror",
            remote.path
        )));
    }
    Ok(sha256)
}

/// A hub that says no says it again; one that is silent may come back.
fn lost(error: HubError) -> Broken {
    let passing = match &error {
        HubError::Unreachable(..) => true,
        HubError::Status(_, status) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
        _ => false,
    };
    if passing { Broken::Lost(error.into()) } else { Broken::Final(error.into()) }
}

/// Puts a whole folder in its place. The one before stands until then.
fn settle(partial: &Path, place: &Path, record: &Record) -> io::Result<()> {
    fs::write(partial.join(RECORD), serde_json::to_vec_pretty(record)?)?;
    let wanted = |name: &str| name == RECORD || record.files.iter().any(|file| file.path == name);
    for entry in fs::read_dir(partial)? {
        let entry = entry?;
        // Beginnings of other revisions.
        if !entry.file_name().to_str().is_some_and(wanted) {
            fs::remove_file(entry.path())?;
        }
    }
    fs::File::open(partial)?.sync_all()?;
    let before = Library::replaced(place);
    if before.is_dir() {
        // Left by a pull that ended here.
        fs::remove_dir_all(&before)?;
    }
    match fs::rename(place, &before) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        moved => moved?,
    }
    fs::rename(partial, place)?;
    match fs::remove_dir_all(&before) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
