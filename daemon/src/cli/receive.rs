//! Answers of any length, as they come: to standard output, or to a file that is there whole or not at all.

use super::{client::Body, output};
use anyhow::Context as _;
use futures_util::StreamExt as _;
use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Writes to standard output. A reader that has seen enough (`| head`) is no error.
pub(super) async fn to_stdout(mut body: Body) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    while let Some(data) = body.next().await {
        match out.write_all(&data?) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.context("standard output cannot be written")?,
        }
    }
    out.flush().context("standard output cannot be written")
}

/// What the process' own mask makes of a new file.
const USUAL: u32 = 0o666;
/// A copy of everything, for its owner and group as the store itself is.
const PRIVATE: u32 = 0o640;

/// Writes a file; one of that name is replaced. Answers its length.
pub(super) async fn replacing(body: Body, file: &Path) -> anyhow::Result<u64> {
    let (unfinished, bytes) = receive(body, file, USUAL).await?;
    fs::rename(&unfinished.0, file).with_context(|| format!("{} cannot be written", file.display()))?;
    sync_folder(file)?;
    Ok(bytes)
}

/// Writes a backup where no file may be, readable by no stranger. Answers its length.
pub(super) async fn backup(body: Body, file: &Path) -> anyhow::Result<u64> {
    let (unfinished, bytes) = receive(body, file, PRIVATE).await?;
    // Unlike a rename, a link never replaces what came meanwhile; some filesystems have none.
    let named = fs::hard_link(&unfinished.0, file).or_else(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            Err(error)
        } else {
            fs::rename(&unfinished.0, file)
        }
    });
    named.with_context(|| format!("{} cannot be written", file.display()))?;
    sync_folder(file)?;
    Ok(bytes)
}

/// A file under another name, which goes with its owner.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone already where it was renamed.
        let _ = fs::remove_file(&self.0);
    }
}

/// Receives all of it, on the disk, beside where it will be.
async fn receive(mut body: Body, file: &Path, mode: u32) -> anyhow::Result<(Unfinished, u64)> {
    let mut name: OsString =
        file.file_name().with_context(|| format!("{} names no file", file.display()))?.into();
    name.push(format!(".part-{}", std::process::id()));
    let unfinished = Unfinished(file.with_file_name(name));
    let cannot = || format!("{} cannot be written", file.display());
    let mut out =
        File::options().write(true).create_new(true).mode(mode).open(&unfinished.0).with_context(cannot)?;
    let (mut bytes, bar) = (0, output::byte_progress());
    while let Some(data) = body.next().await {
        let data = data.context("the answer ended early, and nothing was kept of it")?;
        out.write_all(&data).with_context(cannot)?;
        bytes += data.len() as u64;
        bar.set_position(bytes);
    }
    bar.finish_and_clear();
    out.sync_all().with_context(cannot)?;
    Ok((unfinished, bytes))
}

/// Makes a new name last.
fn sync_folder(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(|| format!("{} cannot be synced", folder.display()))
}
