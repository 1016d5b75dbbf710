//! What a model is called: `owner/name`, or the name alone for those of the catalogue.

use super::CATALOGUE;
use std::{fmt, path::PathBuf, str::FromStr};

/// A model's name on the hub.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Name {
    owner: String,
    name: String,
}

/// A name that names no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no model: write owner/name, such as amazon/chronos-bolt-small; watteau model list has those known"
)]
pub(crate) struct NotAName(String);

impl Name {
    /// Where it lies under the folder of models.
    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(&self.owner).join(&self.name)
    }
}

impl FromStr for Name {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let known =
            CATALOGUE.iter().map(|known| known.name).find(|known| known.ends_with(&format!("/{text}")));
        let (owner, name) = known.unwrap_or(text).split_once('/').ok_or_else(|| NotAName(text.to_owned()))?;
        // Both are folders here: nothing that climbs, hides or is an option.
        let part = |part: &str| {
            part.len() <= 96
                && part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        if !part(owner) || !part(name) || name.ends_with(PARTIAL) || name.ends_with(REPLACED) {
            return Err(NotAName(text.to_owned()));
        }
        Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
    }
}

/// How the folder of a model ends that is still on its way.
pub(super) const PARTIAL: &str = ".partial";
/// How the folder of a model ends whose place another takes.
pub(super) const REPLACED: &str = ".replaced";

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole_or_of_the_catalogue() {
        for (text, whole) in [
            ("amazon/chronos-bolt-small", "amazon/chronos-bolt-small"),
            ("chronos-bolt-small", "amazon/chronos-bolt-small"),
            ("chronos-2-small", "autogluon/chronos-2-small"),
            ("me/my_own.model", "me/my_own.model"),
        ] {
            assert_eq!(text.parse::<Name>().unwrap().to_string(), whole);
        }
        for text in ["", "small", "a/b/c", "../x", "a/..", "a/.b", "/b", "a/", "a b/c", "-a/b", "a/b.partial"]
        {
            assert!(text.parse::<Name>().is_err(), "{text}");
        }
    }
}
