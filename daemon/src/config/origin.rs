//! Where a value was written.

use serde::Serialize;
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where a value was written; its text is what an editor or a terminal can jump to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// In a file.
    File {
        /// The file.
        #[serde(serialize_with = "path")]
        file: Arc<PathBuf>,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
    },
    /// In the environment.
    Env {
        /// The variable.
        variable: String,
    },
    /// On the command line.
    Flag {
        /// `--listen`.
        flag: &'static str,
    },
    /// In the plugin's manifest.
    Manifest {
        /// The plugin, as the settings name it.
        plugin: String,
    },
    /// Nowhere: the built-in value.
    Default,
}

fn path<S: serde::Serializer>(path: &Arc<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&path.display())
}

impl Origin {
    /// The place of a byte of a file's text.
    pub(super) fn in_file(file: &Arc<PathBuf>, text: &str, byte: usize) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self::File {
            file: Arc::clone(file),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The file and the line, where it is in a file.
    pub(super) fn line(&self) -> Option<(&Path, usize)> {
        match self {
            Self::File { file, line, .. } => Some((file.as_path(), *line)),
            _ => None,
        }
    }

    /// A path as it was meant where it was written: relative to the file that names it, else to where the
    /// program was started.
    pub(super) fn path(&self, written: &str) -> Result<PathBuf, String> {
        if written.trim().is_empty() {
            return Err("it is empty; write a path".to_owned());
        }
        if written.starts_with('~') {
            return Err("`~` is the shell's; write the whole path".to_owned());
        }
        Ok(match self {
            Self::File { file, .. } => file.parent().unwrap_or(Path::new("")).join(written),
            _ => PathBuf::from(written),
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, line, column } => write!(f, "{}:{line}:{column}", file.display()),
            Self::Env { variable } => write!(f, "environment {variable}"),
            Self::Flag { flag } => write!(f, "flag {flag}"),
            Self::Manifest { plugin } => write!(f, "plugin {plugin}"),
            Self::Default => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let file = Arc::new(PathBuf::from("a.toml"));
        let text = "# été\né = 1\n";
        let at = |byte| Origin::in_file(&file, text, byte).to_string();
        assert_eq!(at(0), "a.toml:1:1");
        assert_eq!(at(text.find("= 1").unwrap()), "a.toml:2:3");
        assert_eq!(at(text.len()), "a.toml:3:1");
    }
}
