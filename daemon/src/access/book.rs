//! `access.toml` in the data folder: the password and the tokens, as hashes. Only the daemon's user may read it, and
//! it is there only while there is something in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, fchown},
    path::{Path, PathBuf},
};

/// The file's name in the data folder.
const NAME: &str = "access.toml";

const HEAD: &str = "# Written by watteau: `watteau password` and `watteau token` change it.\n\n";

/// Everything in the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Book {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password: Option<Password>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) tokens: Vec<Token>,
}

/// The one password.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Password {
    /// PHC string.
    pub(super) hash: String,
    pub(super) changed: Timestamp,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    /// Whoever has it, in the user's words.
    pub(super) name: String,
    /// The part of the token that says which one it is; no secret.
    pub(super) id: String,
    /// PHC string of the other part.
    pub(super) hash: String,
    pub(super) created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires: Option<Timestamp>,
    #[serde(default)]
    pub(super) read_only: bool,
}

/// The file of that data folder.
pub(super) fn file(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

impl Book {
    /// Reads the file; none is an empty one.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text?,
        };
        // What the parser quotes would be hashes: where it is wrong has to do.
        toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            io::Error::new(io::ErrorKind::InvalidData, format!("line {line} is not as watteau wrote it"))
        })
    }

    /// Takes the place of the file, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        if *self == Self::default() {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        } else {
            let text = toml::to_string(self).map_err(io::Error::other)?;
            // Temporary files are their user's alone from the start.
            let mut file = tempfile::Builder::new().prefix(".access-").tempfile_in(folder)?;
            file.write_all(HEAD.as_bytes())?;
            file.write_all(text.as_bytes())?;
            // What root wrote must be the daemon's.
            let owner = fs::metadata(folder)?;
            if rustix::process::geteuid().is_root() {
                fchown(file.as_file(), Some(owner.uid()), Some(owner.gid()))?;
            }
            file.as_file().sync_all()?;
            file.persist(path)?;
        }
        File::open(folder)?.sync_all()
    }

    pub(super) fn token(&self, id: &str) -> Option<&Token> {
        self.tokens.iter().find(|token| token.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn full() -> Book {
        let at: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        Book {
            password: Some(Password { hash: "$argon2id$x".to_owned(), changed: at }),
            tokens: vec![Token {
                name: "prometheus".to_owned(),
                id: "abcd".to_owned(),
                hash: "$argon2id$y".to_owned(),
                created: at,
                expires: Some("2026-06-01T10:00:00Z".parse().unwrap()),
                read_only: true,
            }],
        }
    }

    #[test]
    fn what_was_written_is_read_by_its_user_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path());
        assert_eq!(Book::read(&path).unwrap(), Book::default());
        full().write(&path).unwrap();
        assert_eq!(Book::read(&path).unwrap(), full());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        Book::default().write(&path).unwrap();
        assert!(!path.exists(), "nothing to keep, no file");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left beside");
    }

    #[test]
    fn a_damaged_file_is_told_by_its_line_and_shows_no_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = file(folder.path());
        fs::write(&path, "[password]\nhash = \"$argon2id$secret\"\nchanged = 5\n").unwrap();
        let error = Book::read(&path).unwrap_err().to_string();
        assert_eq!(error, "line 3 is not as watteau wrote it");
    }
}
