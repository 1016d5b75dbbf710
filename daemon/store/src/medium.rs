//! Where the bytes go: the two files of a store, or what stands for them in a test.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use redb::StorageBackend;
use redb::backends::FileBackend;

use crate::ahead::Ahead;
use crate::error::OpenError;

/// The storage of a store: the file of the tables, and a log beside it that comes and goes.
///
/// It is opened again after a failure, hence by this and not once and for all.
pub(crate) trait Medium: Send + Sync {
    /// The file of the tables, which is there.
    fn tables(&self) -> Result<Box<dyn StorageBackend>, OpenError>;
    /// The log, if there is one; its name survives a power cut from now on.
    fn log(&self) -> io::Result<Option<Box<dyn StorageBackend>>>;
    /// A new, empty log, whose name survives a power cut.
    fn create_log(&self) -> io::Result<Box<dyn StorageBackend>>;
    /// Takes the log away. After a power cut it may be there again.
    fn remove_log(&self) -> io::Result<()>;
    /// Gives the log another name, never one that is in use; returns it.
    fn move_log_aside(&self, word: &str) -> io::Result<String>;
    /// Copies the log, durably, to a name of its own unless that is there; returns it.
    fn copy_log_aside(&self, word: &str) -> io::Result<String>;
}

/// How a redb file begins.
const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";

/// For a file that is made: its owner writes, its group reads, and when a household is at home is nobody else's concern.
const MODE: u32 = 0o640;

/// How a file of a store is made: readable by no stranger, whatever the mask of the process lets through.
pub(crate) fn making() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true).mode(MODE);
    options
}

/// The log's path.
pub(crate) fn log_of(path: &Path) -> PathBuf {
    with(path, "-log")
}

/// A path with something behind its name.
pub(crate) fn with(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Makes names in the folder of a file durable.
pub(crate) fn sync_folder(of: &Path) -> io::Result<()> {
    File::open(folder(of))?.sync_all()
}

/// The folder that a file is in.
pub(crate) fn folder(of: &Path) -> &Path {
    of.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Refuses what is no redb file, in words that redb has not.
pub(crate) fn check_head(file: &mut File) -> Result<(), OpenError> {
    let mut head = [0u8; MAGIC.len()];
    match file.read_exact(&mut head) {
        Ok(()) if head == MAGIC => Ok(()),
        Ok(()) => Err(OpenError::NotAStore("it does not begin as a redb file".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(OpenError::NotAStore("it is too short".to_owned()))
        }
        Err(error) => Err(error.into()),
    }
}

/// A store in a folder.
#[derive(Debug)]
pub(crate) struct Files {
    path: PathBuf,
    log: PathBuf,
}

impl Files {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), log: log_of(path) }
    }
}

impl Medium for Files {
    fn tables(&self) -> Result<Box<dyn StorageBackend>, OpenError> {
        let mut file = OpenOptions::new().read(true).write(true).open(&self.path)?;
        check_head(&mut file)?;
        Ok(Box::new(Ahead::new(file)?))
    }

    fn log(&self) -> io::Result<Option<Box<dyn StorageBackend>>> {
        match OpenOptions::new().read(true).write(true).open(&self.log) {
            Ok(file) => {
                // Whoever made it may have been killed before its name was durable.
                sync_folder(&self.log)?;
                backend(file).map(Some)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create_log(&self) -> io::Result<Box<dyn StorageBackend>> {
        let file = making().create_new(true).open(&self.log)?;
        sync_folder(&self.log)?;
        backend(file)
    }

    fn remove_log(&self) -> io::Result<()> {
        std::fs::remove_file(&self.log)
    }

    fn move_log_aside(&self, word: &str) -> io::Result<String> {
        let mut to = with(&self.log, &format!(".{word}"));
        for number in 2.. {
            if !to.try_exists()? {
                break;
            }
            to = with(&self.log, &format!(".{word}-{number}"));
        }
        std::fs::rename(&self.log, &to)?;
        sync_folder(&to)?;
        Ok(to.display().to_string())
    }

    fn copy_log_aside(&self, word: &str) -> io::Result<String> {
        let to = with(&self.log, &format!(".{word}"));
        if !to.try_exists()? {
            let unfinished = with(&to, ".new");
            std::fs::copy(&self.log, &unfinished)?;
            File::open(&unfinished)?.sync_all()?;
            std::fs::rename(&unfinished, &to)?;
            sync_folder(&to)?;
        }
        Ok(to.display().to_string())
    }
}

fn backend(file: File) -> io::Result<Box<dyn StorageBackend>> {
    Ok(Box::new(FileBackend::new(file).map_err(io::Error::other)?))
}
