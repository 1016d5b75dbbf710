//! A file handed to a connector: opened once, read from that handle, bounded, with its hash.

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::{
    fs::File,
    io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::Path,
};

pub(super) use crate::services::LARGEST_FILE as MOST_BYTES;

/// A file a connector may read.
#[derive(Debug)]
pub(super) struct Handed {
    /// As shown to the user; never a path.
    pub(super) name: String,
    /// Bytes.
    pub(super) size: u64,
    /// Last change, epoch milliseconds, where that is known.
    pub(super) modified: Option<i64>,
    /// Of the whole content.
    pub(super) sha256: [u8; 32],
    content: Content,
}

/// How a file is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// The user named the instance.
    pub(super) on_purpose: bool,
    /// Nothing is written.
    pub(super) dry_run: bool,
}

#[derive(Debug)]
enum Content {
    Memory(Bytes),
    Disk(File),
}

impl Handed {
    /// A file that came as the body of a request.
    pub(super) fn from_bytes(name: String, body: Bytes, modified: Option<i64>) -> Self {
        let sha256 = Sha256::digest(&body).into();
        Self { name, size: body.len() as u64, modified, sha256, content: Content::Memory(body) }
    }

    /// A file of a watched folder. A link is not followed: it could lead out of the folder.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).custom_flags(libc_nofollow()).open(path)?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let modified = meta.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
        let mut handed = Self {
            name,
            size: meta.len(),
            modified: modified.map(jiff::Timestamp::as_millisecond),
            sha256: [0; 32],
            content: Content::Disk(file),
        };
        handed.sha256 = handed.hash()?;
        Ok(handed)
    }

    /// Up to `length` bytes from `offset`; fewer at the end.
    pub(super) fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        match &self.content {
            Content::Memory(body) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX).min(body.len());
                Ok(body[from..from.saturating_add(length).min(body.len())].to_vec())
            }
            Content::Disk(file) => {
                let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
                let mut buffer = vec![0; length.min(left)];
                let mut filled = 0;
                while filled < buffer.len() {
                    match file.read_at(&mut buffer[filled..], offset + filled as u64) {
                        Ok(0) => break,
                        Ok(read) => filled += read,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                buffer.truncate(filled);
                Ok(buffer)
            }
        }
    }

    /// Whether the file on disk is still the one that was opened; a body cannot change.
    pub(super) fn is_unchanged(&self) -> bool {
        let Content::Disk(file) = &self.content else { return true };
        file.metadata().is_ok_and(|meta| {
            let modified = meta.modified().ok().and_then(|time| jiff::Timestamp::try_from(time).ok());
            meta.len() == self.size && modified.map(jiff::Timestamp::as_millisecond) == self.modified
        })
    }

    /// The hash in hexadecimal.
    pub(super) fn sha256_hex(&self) -> String {
        use std::fmt::Write as _;
        self.sha256.iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    fn hash(&self) -> io::Result<[u8; 32]> {
        let mut hasher = Sha256::new();
        let mut offset = 0;
        // Beyond the limit the file is refused whatever its hash.
        while offset < self.size.min(MOST_BYTES) {
            let chunk = self.read(offset, 256 << 10)?;
            if chunk.is_empty() {
                break;
            }
            hasher.update(&chunk);
            offset += chunk.len() as u64;
        }
        Ok(hasher.finalize().into())
    }
}

fn libc_nofollow() -> i32 {
    i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disk_and_memory_read_alike() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        std::fs::write(&path, b"hello world").unwrap();
        let disk = Handed::open(&path).unwrap();
        let memory = Handed::from_bytes("a.csv".into(), Bytes::from_static(b"hello world"), None);
        assert_eq!(disk.sha256, memory.sha256);
        for (offset, length) in [(0, 5), (6, 100), (11, 1), (99, 9)] {
            assert_eq!(disk.read(offset, length).unwrap(), memory.read(offset, length).unwrap());
        }
        assert!(disk.is_unchanged());
        std::fs::write(&path, b"hello").unwrap();
        assert!(!disk.is_unchanged());
    }

    #[test]
    fn links_and_folders_are_not_files() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("real"), b"x").unwrap();
        std::os::unix::fs::symlink(dir.path().join("real"), dir.path().join("link")).unwrap();
        assert!(Handed::open(&dir.path().join("link")).is_err());
        assert!(Handed::open(dir.path()).is_err());
    }
}
