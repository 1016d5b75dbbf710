//! Secrets: where they are, read when they are needed, never shown.

use serde_json::{Value, json};
use std::{
    fmt,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// What is shown in place of a secret.
pub(super) const MASK: &str = "***";

/// A token or a password is short; a longer file is another file.
const LONGEST: u64 = 64 << 10;

/// Where a secret is. Nothing it holds ever reaches `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    /// In the configuration itself.
    Clear(String),
    /// In a file, read at each use so that a new token needs no restart.
    File(PathBuf),
    /// Handed over by systemd in a file of that name.
    /// `None`: systemd did not start this program, so only the service itself can read it.
    Credential { name: String, file: Option<PathBuf> },
    /// In a variable; a process's environment does not change under it.
    Env { variable: String, value: String },
}

/// A secret in clear, for whoever sends it; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Exposed(String);

impl Exposed {
    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Exposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Why a secret cannot be read; says where it should be, never what it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// No file there.
    #[error("the secret file {} does not exist; create it, or correct its name", .0.display())]
    Missing(PathBuf),
    /// It may not be read.
    #[error("the secret file {} is not readable; give it to the user that watteau runs as", .0.display())]
    Forbidden(PathBuf),
    /// It is no secret.
    #[error("the secret file {} {reason}", .path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// systemd handed nothing over under that name.
    #[error(
        "systemd hands over no credential `{0}`; add LoadCredential={0}:/path/of/the/secret by `systemctl edit watteau`"
    )]
    NoCredential(String),
    /// It would lead out of systemd's folder.
    #[error(
        "`{0}` is not the name of a credential; write the name that LoadCredential= gives it, without a path"
    )]
    BadName(String),
    /// The variable is not set.
    #[error("the environment has no variable `{0}`; set it, or use {{ file = \"…\" }}")]
    NoVariable(String),
}

impl Secret {
    pub(super) const fn clear(text: String) -> Self {
        Self(Place::Clear(text))
    }

    pub(super) const fn file(path: PathBuf) -> Self {
        Self(Place::File(path))
    }

    /// `folder` is `$CREDENTIALS_DIRECTORY`; none when systemd did not start this program.
    pub(super) fn credential(name: &str, folder: Option<&Path>) -> Result<Self, SecretError> {
        // The name may not lead out of the folder.
        if name.is_empty() || name.contains('/') || name == "." || name == ".." {
            return Err(SecretError::BadName(name.to_owned()));
        }
        let file = folder.map(|folder| folder.join(name));
        Ok(Self(Place::Credential { name: name.to_owned(), file }))
    }

    pub(super) fn env(variable: &str, value: Option<&String>) -> Result<Self, SecretError> {
        match value.filter(|value| !value.trim().is_empty()) {
            Some(value) => Ok(Self(Place::Env { variable: variable.to_owned(), value: value.clone() })),
            None => Err(SecretError::NoVariable(variable.to_owned())),
        }
    }

    /// Reads the secret where it is now, without the line end of its file.
    pub fn read(&self) -> Result<Exposed, SecretError> {
        match &self.0 {
            Place::Clear(text) | Place::Env { value: text, .. } => Ok(Exposed(text.trim().to_owned())),
            Place::File(path) => read_file(path),
            Place::Credential { name, file } => match file.as_deref().map(read_file) {
                None | Some(Err(SecretError::Missing(_))) => Err(SecretError::NoCredential(name.clone())),
                Some(read) => read,
            },
        }
    }

    /// The file that it is read from, where there is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Credential { file, .. } => file.as_deref(),
            Place::Clear(_) | Place::Env { .. } => None,
        }
    }

    /// Whether it stands in clear in the configuration.
    pub const fn is_clear(&self) -> bool {
        matches!(self.0, Place::Clear(_))
    }

    /// Whether only the service can read it, because systemd did not start this program.
    pub(super) const fn is_the_services(&self) -> bool {
        matches!(self.0, Place::Credential { file: None, .. })
    }

    /// Its file, where every user of this machine may read it.
    pub fn open_to_all(&self) -> Option<&Path> {
        let Place::File(path) = &self.0 else { return None };
        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        (mode & 0o004 != 0).then_some(path)
    }

    /// Where it is, for `watteau check`.
    pub(super) fn describe(&self) -> Value {
        match &self.0 {
            Place::Clear(_) => json!(MASK),
            Place::File(path) => json!({ "file": path }),
            Place::Credential { name, .. } => json!({ "credential": name }),
            Place::Env { variable, .. } => json!({ "env": variable }),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

fn read_file(path: &Path) -> Result<Exposed, SecretError> {
    let unfit = |reason: &str| SecretError::Unfit { path: path.to_owned(), reason: reason.to_owned() };
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => SecretError::Missing(path.to_owned()),
        std::io::ErrorKind::PermissionDenied => SecretError::Forbidden(path.to_owned()),
        _ => unfit(&format!("cannot be read: {error}")),
    };
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(unfit("is no file; name the file that holds the secret alone"));
    }
    if metadata.len() > LONGEST {
        return Err(unfit("is too long to be a secret; name the file that holds the secret alone"));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|_| unfit("is not text; it must hold the secret alone"))?;
    match text.trim() {
        "" => Err(unfit("is empty; write the secret in it")),
        secret => Ok(Exposed(secret.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_secret_is_shown() {
        let secrets =
            [Secret::clear("hunter2".to_owned()), Secret::env("TOKEN", Some(&"hunter2".to_owned())).unwrap()];
        for secret in secrets {
            let shown = format!("{secret:?} {:?} {}", secret.read().unwrap(), secret.describe());
            assert!(!shown.contains("hunter2"), "{shown}");
            assert_eq!(secret.read().unwrap().expose(), "hunter2");
        }
    }

    #[test]
    fn files_are_read_at_each_use_and_refused_in_words() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let secret = Secret::file(path.clone());
        assert_eq!(secret.read(), Err(SecretError::Missing(path.clone())));
        for (content, expected) in
            [(&b"one\n"[..], Some("one")), (b" two \r\n", Some("two")), (b"\n", None), (b"\xff", None)]
        {
            std::fs::write(&path, content).unwrap();
            assert_eq!(secret.read().ok().as_ref().map(Exposed::expose), expected);
        }
        assert!(Secret::file(dir.path().to_owned()).read().unwrap_err().to_string().contains("is no file"));
    }

    #[test]
    fn a_file_that_everybody_may_read_is_known() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token");
        let secret = Secret::file(path.clone());
        assert_eq!(secret.open_to_all(), None);
        std::fs::write(&path, "invented").unwrap();
        for (mode, open) in [(0o600, false), (0o640, false), (0o644, true), (0o604, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(secret.open_to_all().is_some(), open, "{mode:o}");
        }
        assert_eq!(Secret::clear("hunter2".to_owned()).open_to_all(), None);
    }

    #[test]
    fn credentials_stay_in_their_folder() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("linky"), "three").unwrap();
        let read = |name| Secret::credential(name, Some(dir.path())).and_then(|secret| secret.read());
        assert_eq!(read("linky").unwrap().expose(), "three");
        assert_eq!(read("other"), Err(SecretError::NoCredential("other".to_owned())));
        for name in ["../linky", "..", ""] {
            assert_eq!(read(name), Err(SecretError::BadName(name.to_owned())));
        }
        let out_of_the_service = Secret::credential("linky", None).unwrap();
        assert!(out_of_the_service.is_the_services());
        assert_eq!(out_of_the_service.read(), Err(SecretError::NoCredential("linky".to_owned())));
    }
}
